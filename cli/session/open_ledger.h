// Opening the ledger of a run: made when there is none, bound to the cloud it is made for, and
// refused for any other.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/store/rocks_event_store.h"
#include "workflow/cloud/cloud.h"
#include "workflow/run/executor.h"

namespace migledger::cli {

struct RunLedger {
  std::unique_ptr<ledger::RocksEventStore> store;
  bool created = false;
  std::vector<std::string> said;  // sentences for people about what the opening found
};

// `new_id` gives the 32 hexadecimal digits of a new ledger's id. Throws LedgerError; refused names
// what the ledger is bound to and what this run is for.
RunLedger open_run_ledger(const std::filesystem::path& directory,
                          const workflow::CloudIdentity& identity, const workflow::Actor& actor,
                          Time now, const std::function<std::string()>& new_id);

// Records that an opening for writing dropped a torn tail, if it did.
void record_dropped_tail(ledger::EventStore& store, const ledger::OpeningReport& report, Time now);

// Throws LedgerError(refused), with what to do instead, when the kind of cloud that the ledger is
// bound to is not the one that is `wanted`.
void check_cloud(const std::string& directory, std::string_view bound, std::string_view wanted);

// Throws LedgerError(refused) when the ledger in `store` is bound to another cloud, tenancy or
// endpoints.
void check_binding(const ledger::EventStore& store, const workflow::CloudIdentity& identity,
                   const std::string& directory);

}  // namespace migledger::cli
