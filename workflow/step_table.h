// The words in which workflows write their tables of steps.
#pragma once

#include "workflow/step.h"

namespace migledger::workflow {

inline constexpr Modes kUndo = in(Mode::rollback);

inline Step check(std::string_view name, std::string_view title, decltype(Step::ask) ask,
                  decltype(Step::read) read) {
  Step step;
  step.name = name;
  step.title = title;
  step.kind = StepKind::check;
  step.ask = ask;
  step.read = read;
  return step;
}

inline Step await(std::string_view name, std::string_view title, std::string_view of,
                  Duration usual, decltype(Step::ask) ask, decltype(Step::read) read,
                  decltype(Step::postmortem) postmortem) {
  Step step = check(name, title, ask, read);
  step.kind = StepKind::await;
  step.of = of;
  step.usual = usual;
  step.postmortem = postmortem;
  return step;
}

struct Act {
  decltype(Step::ask) ask;
  decltype(Step::sight) sight;
  decltype(Step::act) act;
  decltype(Step::receive) receive;
};

inline Step act(std::string_view name, std::string_view title, Guard guard, const Act& how) {
  Step step;
  step.name = name;
  step.title = title;
  step.kind = StepKind::act;
  step.guard = guard;
  step.ask = how.ask;
  step.sight = how.sight;
  step.act = how.act;
  step.receive = how.receive;
  return step;
}

inline Step approve(std::string_view name, std::string_view title, decltype(Step::applies) applies,
                    decltype(Step::question) question) {
  Step step;
  step.name = name;
  step.title = title;
  step.kind = StepKind::approve;
  step.applies = applies;
  step.question = question;
  return step;
}

inline Step only_if(decltype(Step::applies) applies, Step step) {
  step.applies = applies;
  return step;
}

inline Step in_modes(Modes modes, Step step) {
  step.modes = modes;
  return step;
}

inline Step skippable(Step step) {
  step.may_skip = true;
  return step;
}

}  // namespace migledger::workflow
