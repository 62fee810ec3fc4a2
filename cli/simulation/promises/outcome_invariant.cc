// Every outcome has its intent before it. What an ended run left open is said to be unknown by the
// run that finds it, before anything else is said of it: promise 2, "a resource whose fate cannot
// be known yet is unknown, and is said to be".
#include <fmt/format.h>

#include "cli/simulation/promises/ledger_invariants.h"

namespace migledger::simulation {

using ledger::schema::Outcome;

void check_outcomes(const ledger::EventStore& store) {
  struct Intent {
    ledger::StreamId stream = 0;
    ledger::StepIndex step = 0;
    std::uint16_t generation = 0;
    ledger::Position session = 0;
  };
  std::map<ledger::Position, Intent> intents;
  std::map<ledger::StreamId, ledger::Position> open;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    const auto position = event.getPosition();
    const auto stream = event.getStream();
    const auto unsaid = open.find(stream);
    const bool left = unsaid != open.end() && intents[unsaid->second].session != event.getSession();
    const bool says = body.isOutcome() && body.getOutcome().getHow() == Outcome::How::LOST;
    if (left) judged(Rule::left_open_is_unknown);
    if (left &&
        (body.isIntent() || body.isProbed() || body.isChecked() || (body.isOutcome() && !says)))
      throw Violation(Rule::left_open_is_unknown,
                      fmt::format("position {} goes on although the intent at {}, which an earlier "
                                  "run left open, was not said to be unknown",
                                  position, unsaid->second));
    if (body.isIntent()) {
      const auto intent = body.getIntent();
      if (unsaid != open.end())
        throw Violation(Rule::outcome_after_intent,
                        fmt::format("the intent at {} follows the one at {}, and nothing "
                                    "says what became of that",
                                    position, unsaid->second));
      intents[position] = {stream, intent.getStep(), intent.getGeneration(), event.getSession()};
      open[stream] = position;
    } else if (body.isOutcome()) {
      const auto outcome = body.getOutcome();
      judged(Rule::outcome_after_intent);
      if (outcome.getIntent() != 0) {
        const auto intent = intents.find(outcome.getIntent());
        if (intent == intents.end() || intent->second.stream != stream ||
            intent->second.step != outcome.getStep())
          throw Violation(Rule::outcome_after_intent,
                          fmt::format("the outcome at {} names position {}, which is no "
                                      "intent of its step",
                                      position, outcome.getIntent()));
        if (outcome.getHow() != Outcome::How::ADOPTED &&
            outcome.getHow() != Outcome::How::BY_PERSON &&
            intent->second.generation != outcome.getGeneration())
          throw Violation(Rule::outcome_after_intent,
                          fmt::format("the outcome at {} is of generation {}, its intent at "
                                      "{} of {}",
                                      position, outcome.getGeneration(), outcome.getIntent(),
                                      intent->second.generation));
      } else if (outcome.getHow() == Outcome::How::REPLIED ||
                 outcome.getHow() == Outcome::How::LOST ||
                 outcome.getHow() == Outcome::How::PROVEN) {
        throw Violation(Rule::outcome_after_intent,
                        fmt::format("the outcome at {} has no intent", position));
      }
      open.erase(stream);
    }
  }
}

}  // namespace migledger::simulation
