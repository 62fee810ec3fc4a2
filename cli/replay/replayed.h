// One migration as it stood at a position: the fold of its events up to there, and what the fold
// does not keep because no decision needs it.
#pragma once

#include <string>
#include <vector>

#include "ledger/event/event_store.h"
#include "ledger/fold/migration_state.h"
#include "workflow/steps/made_log.h"

namespace migledger::cli {

// When a step was done.
struct StepDone {
  ledger::Position position = 0;  // 0: it is not done
  Time time{};
};

// The newest request.
struct Sending {
  ledger::Position position = 0;  // of the intent; 0: nothing was sent yet
  std::string key;
  std::string request;  // as recorded: "POST images (us-ashburn-1)"
  std::string request_id;
  std::string transport;
  std::string row;  // of the recovery table
};

struct Replayed {
  ledger::MigrationState state;  // stream 0: it had not started yet
  std::vector<StepDone> done;    // by step
  std::vector<workflow::Resource> resources;
  Sending sending;
};

// Folds the events of the stream whose positions are at most `until`.
Replayed replay_stream(const ledger::EventStore& store, ledger::StreamId stream,
                       ledger::Position until);

}  // namespace migledger::cli
