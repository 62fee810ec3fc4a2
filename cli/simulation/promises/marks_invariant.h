// What marks are for, asked of a ledger and the tenancy together once faults have stopped.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sim/tenancy.h"
#include "cli/simulation/promises/cloud_invariants.h"
#include "ledger/event/event_store.h"
#include "ledger/fold/migration_state.h"
#include "workflow/model/step.h"

namespace migledger::simulation {

// Whether what bears that key was made for that migration of that ledger.
bool is_made_for(const KeyParts& key, std::string_view ledger_id,
                 const ledger::MigrationState& state);

// What the tenancy holds, each by its region and its id, one after the other.
std::set<std::string> held_by(const adapters::sim::Tenancy& tenancy);

class Marks {
 public:
  // `others`: what was made by others, and no person said to be a migration's. `doubles`: what was
  // made by copies of requests, which the network doubled, each by its region and its id.
  Marks(adapters::sim::Tenancy& tenancy, const Others& others,
        const std::set<std::string>& doubles);

  // What a ledger recorded as found, by its marks, was created by a request of that ledger for that
  // migration, or by nobody's that is known. Throws Violation.
  void check_adopted(const ledger::EventStore& store) const;

  // What a migration that is done says it has made at the target is there, and of a bucket every
  // object of the source. `forgetful`: see below. Throws Violation.
  void check_delivered(const ledger::EventStore& store, bool forgetful) const;

  // Nothing that bears the marks of a migration that was rolled back is there; of one that was
  // cleaned up, nothing that was only needed on the way; of either, no claim on its source.
  // `forgetful`: the ledger was put back from an older copy, and that has forgotten some intents.
  // Throws Violation.
  void check_undone(const ledger::EventStore& store, const workflow::Workflow& workflow,
                    bool forgetful) const;

 private:
  using Created = adapters::sim::Tenancy::Created;

  void check_copied(const ledger::MigrationState& state) const;
  void check_released(std::string_view ledger_id, const ledger::MigrationState& state) const;

  adapters::sim::Tenancy& tenancy_;
  const Others& others_;
  const std::set<std::string>& doubles_;
  const std::vector<Created> created_;
  std::map<std::string_view, const Created*> by_id_;  // of what is not an object: ids are OCIDs
};

}  // namespace migledger::simulation
