// The words in which workflows write their tables of steps.
#pragma once

#include "workflow/model/step.h"
#include "workflow/steps/removal.h"

namespace migledger::workflow {

inline constexpr Modes kUndo = in(Mode::rollback);
inline constexpr Modes kCleanUp = in(Mode::cleanup);
inline constexpr Modes kDecommission = in(Mode::decommission);

inline void add(std::vector<Step>& steps, const std::vector<Step>& more) {
  steps.insert(steps.end(), more.begin(), more.end());
}

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

// A step that takes a policy beyond those of the user.
inline Step permitted(Step step, decltype(Step::permission) permission) {
  step.permission = permission;
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

// `step`, which asks for nothing where the plan has approved it with that key.
inline Step approved_by(std::string_view plan_key, decltype(Step::approved_by_plan) by_plan,
                        Step step) {
  step.plan_key = plan_key;
  step.approved_by_plan = by_plan;
  return step;
}

inline Step approve(std::string_view name, std::string_view title, ApprovalKind approval,
                    decltype(Step::applies) applies, decltype(Step::question) question) {
  Step step;
  step.name = name;
  step.title = title;
  step.kind = StepKind::approve;
  step.approval = approval;
  step.applies = applies;
  step.question = question;
  return step;
}

inline Step only_if(decltype(Step::applies) applies, Step step) {
  step.applies = applies;
  return step;
}

inline Step tagged(Step step, decltype(Step::ask_by_tag) ask, decltype(Step::sight_by_tag) sight) {
  step.ask_by_tag = ask;
  step.sight_by_tag = sight;
  return step;
}

inline Step nameable(Step step, decltype(Step::ask_named) ask, decltype(Step::sight_named) sight) {
  step.ask_named = ask;
  step.sight_named = sight;
  return step;
}

inline Step in_modes(Modes modes, Step step) {
  step.modes = modes;
  return step;
}

// Removes all of a kind that the migration made, one after the other; `fact` names the first, or is
// empty.
inline Step removal(std::string_view name, std::string_view title, std::string_view fact,
                    Modes modes, decltype(Step::applies) applies, decltype(Step::ask) ask,
                    decltype(Step::sight) sight, decltype(Step::act) remove) {
  Step step = act(name, title, Guard::IF_MATCH, {ask, sight, remove, receive_removed});
  step.modes = modes;
  step.applies = applies;
  step.more = more_to_remove;
  step.removes = fact;
  return step;
}

inline Step gathered(Duration gather, Step step) {
  step.gather = gather;
  return step;
}

inline Step skippable(Step step) {
  step.may_skip = true;
  return step;
}

inline Step not_before(decltype(Step::not_before) moment, Step step) {
  step.not_before = moment;
  return step;
}

inline Step with_secret_of(std::string_view remake_at, Step step) {
  step.remake_secret_at = remake_at;
  return step;
}

inline Step with_fallbacks(decltype(Step::fallbacks) fallbacks, Step step) {
  step.fallbacks = fallbacks;
  return step;
}

}  // namespace migledger::workflow
