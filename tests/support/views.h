// For tests of steps: a state to look at, answers as the cloud would give them, and requests and
// bodies taken apart.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/rehearsal.h"
#include "tests/support/scripted_cloud.h"
#include "tests/support/step_names.h"
#include "workflow/compute/steps.h"
#include "workflow/decide/decide.h"

namespace migledger::testing {

// The state of a migration that has just started.
inline ledger::MigrationState sample_state(ledger::Fields plan = {}, ledger::Fields facts = {}) {
  ledger::MigrationState state;
  state.name = "web";
  state.plan = sample_migration("web").fields;
  plan.for_each([&](auto name, auto value) { state.plan.set(name, value); });
  state.facts = std::move(facts);
  state.steps = step_names(workflow::compute_workflow());
  return state;
}

inline workflow::View view_at(const ledger::MigrationState& state, std::string_view step,
                              std::uint16_t generation = 1) {
  return workflow::view_of(workflow::compute_workflow(), state, kLedgerId,
                           workflow::compute_workflow().index_of(step), generation);
}

inline workflow::Answer answer(const boost::json::value& body, int status = 200) {
  return workflow::Answer::of(json_reply(boost::json::serialize(body), status));
}
inline workflow::Answer not_found() {
  return answer({{"code", "NotAuthorizedOrNotFound"}, {"message", "no"}}, 404);
}

inline boost::json::object body_of(const workflow::Request& request) {
  return boost::json::parse(request.body).as_object();
}

}  // namespace migledger::testing
