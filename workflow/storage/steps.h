// The functions behind the table of the storage workflow, by what they are about.
#pragma once

#include "workflow/model/bulk.h"
#include "workflow/steps/oci_api.h"

namespace migledger::workflow::storage_replication {

// ---- names that follow from the plan -----------------------------------------------------------
std::string_view source_bucket(const View& view);
std::string_view target_bucket(const View& view);
std::string_view bucket_of(const View& view, Side side);
Request get_source_bucket(const View& view);
Request get_target_bucket(const View& view);
Request list_policies(const View& view);
// What replicates to the target bucket.
Request list_sources(const View& view);

// ---- checks (storage/checks.cc) ----------------------------------------------------------------
std::optional<Request> ask_buckets(const View& view, Answers answers);
Verdict read_buckets(const View& view, Answers answers);
std::optional<Request> ask_service_policy(const View& view, Answers answers);
Verdict read_service_policy(const View& view, Answers answers);

// ---- objects (storage/objects.cc) --------------------------------------------------------------
extern const Walk kSurvey;
extern const Walk kCopy;
extern const Walk kCompare;
Request list_side(const View& view, Side side, NameRange range);
Verdict judge_survey(const View& view, Answers answers);
Verdict judge_copies(const View& view, Answers answers);
Verdict judge_comparison(const View& view, Answers answers);

// ---- the target bucket (storage/bucket.cc) -----------------------------------------------------
// Whether it was not there when that was checked.
bool bucket_is_missing(const View& view);
std::optional<Request> ask_bucket(const View& view, Answers answers);
Sighting sight_bucket(const View& view, Answers answers);
Request create_bucket(const View& view);
Receipt receive_bucket(const View& view, const Answer& answer);
// Writable again, after it was the target of a policy.
Sighting sight_writable(const View& view, Answers answers);
// The same when a migration is rolled back, whose ledger may have forgotten bucket and policy.
std::optional<Request> ask_to_unlock(const View& view, Answers answers);
Sighting sight_unlocked(const View& view, Answers answers);
Request make_writable(const View& view);
Receipt receive_done(const View& view, const Answer& answer);

// ---- the replication policy and the fence (storage/policy.cc) ----------------------------------
bool not_replicating(const View& view);
std::optional<Request> ask_policy(const View& view, Answers answers);
Sighting sight_policy(const View& view, Answers answers);
Request create_policy(const View& view);
Receipt receive_policy(const View& view, const Answer& answer);
Verdict read_first_sync(const View& view, Answers answers);
std::string cutover_question(const View& view);
std::optional<Request> ask_fence(const View& view, Answers answers);
Verdict read_fence(const View& view, Answers answers);
Verdict read_fence_passed(const View& view, Answers answers);
Sighting sight_no_policy(const View& view, Answers answers);
Request delete_policy(const View& view);

// ---- what the steps make (storage/made.cc) -----------------------------------------------------
std::span<const MadeKind> made_kinds();

// The policy among those of the source bucket that this migration made; null: there is none.
const boost::json::value* our_policy(const View& view, const boost::json::array& policies);

}  // namespace migledger::workflow::storage_replication
