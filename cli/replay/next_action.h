// What the executor would have done next, and why: decide() asked again with the events before.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ledger/event/event_store.h"
#include "workflow/decide/decide.h"
#include "workflow/decide/grounds.h"

namespace migledger::cli {

// From where the question is asked.
struct Vantage {
  ledger::Position position = 0;
  Time now{};                    // of the event at that position
  ledger::Position session = 0;  // the newest there
  std::string ledger_id;
  ledger::Position held = 0;  // what pauses all migrations there; 0: nothing does
};
Vantage vantage_at(const ledger::EventStore& store, ledger::Position position);

struct NextAction {
  workflow::Decision decision;
  std::string step;  // name; empty: none
  // What a new run would do, where the session of then would merely have waited.
  std::optional<workflow::Decision> resumed;
  std::string cannot_tell;  // not empty: why this version cannot tell; the rest is unset
  std::vector<workflow::Ground> grounds = {};  // the events that the decision rests on
};

NextAction next_action(const ledger::MigrationState& state, const Vantage& vantage);

// "look for create-image: looking for it before sending anything (row look, because of #41)".
std::string next_words(const NextAction& next);

// "recovery table, row same-token: outcome lost or unknown, …; the look says: absent → send the
// same request again".
std::string row_words(workflow::Row row);

// {action, step, generation, row, table, circumstance, look, then, reason, need, because,
// not_before, goes_back_to, rests_on: [{position, why}], resumed} or {cannot_tell}. `table`,
// `circumstance`, `look` and `then` are the row in words; `resumed` has no rests_on. Members that
// say nothing are left out.
boost::json::object next_json(const NextAction& next, const ledger::MigrationState& state);

}  // namespace migledger::cli
