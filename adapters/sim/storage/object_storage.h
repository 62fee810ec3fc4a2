// The parts of Object Storage: objects as they are listed and archived, and replication.
#pragma once

#include "adapters/sim/services/call.h"

namespace migledger::adapters::sim {

// ---- objects (object_listing.cc) ---------------------------------------------------------------
Answer list_objects(Call& call, const Bucket& bucket);
Answer restore_object(Call& call, Bucket& bucket);  // actions/restoreObjects

std::string_view tier_of(const Object& object);
bool is_archived(const Object& object);
std::string_view archival_state(const Object& object, Time now);
// 409 or 400 unless it can be read without more than the request has.
void check_readable(const Call& call, const Object& object);

// ---- replication (replication.cc) --------------------------------------------------------------
Answer handle_replication_policies(Call& call, Bucket& bucket);
Answer list_replication_sources(Call& call, const Bucket& bucket);
Answer make_bucket_writable(Call& call, Bucket& bucket);
// 409 when only replication may write to it.
void check_writable(const Bucket& bucket);

}  // namespace migledger::adapters::sim
