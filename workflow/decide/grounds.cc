#include "workflow/decide/grounds.h"

#include <algorithm>

namespace migledger::workflow {

std::vector<Ground> grounds_of(const Decision& decision, const MigrationState& state,
                               const Context& context) {
  std::vector<Ground> grounds;
  const auto add = [&](ledger::Position position, std::string_view why) {
    const bool known = std::any_of(grounds.begin(), grounds.end(),
                                   [&](const auto& ground) { return ground.position == position; });
    if (position != 0 && !known) grounds.push_back({position, why});
  };
  const auto& attempt = state.attempt;
  const auto& look = state.look;
  const auto& reading = state.reading;
  if (decision.row == Row::paused) {
    add(context.held, "all migrations are paused by it");
    add(state.paused, "it is paused by it");
  }
  if (attempt.step == decision.step && attempt.phase != ledger::Phase::accepted) {
    add(attempt.first_intent, "the request was recorded with it");
    add(attempt.latest, "the last that is known of the attempt");
  }
  if (look.step == decision.step && look.position != 0 &&
      (decision.generation == 0 || look.generation <= decision.generation))
    add(look.position, "the latest look for the resource");
  if (state.named_step == decision.step && decision.step != ledger::kNoStep)
    add(state.retried, "a person named the resource");
  if (reading.failures > 0 && reading.failed_position > std::max(context.session, state.retried))
    add(reading.failed_position, "the latest reading that failed");
  if (decision.row == Row::secret_lost)
    add(state.secret_position, "it handed out what was lost with its session");
  if (state.retried > std::max(attempt.latest, reading.failed_position) && attempt.latest != 0)
    add(state.retried, "a person asked to go on");
  if (decision.because == context.session) add(context.session, "the session that decides");
  add(decision.because, "the last before it");
  std::sort(grounds.begin(), grounds.end(),
            [](const auto& a, const auto& b) { return a.position < b.position; });
  return grounds;
}

}  // namespace migledger::workflow
