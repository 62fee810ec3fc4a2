#include "workflow/decide/transitions.h"

#include <fmt/format.h>

#include <array>

namespace migledger::workflow {

namespace {

using Set = unsigned;
template <typename... T>
constexpr Set set(T... members) {
  return ((1U << static_cast<unsigned>(members)) | ... | 0U);
}
template <typename T>
constexpr bool has(Set set, T member) {
  return (set >> static_cast<unsigned>(member) & 1U) != 0;
}
constexpr Set kAll = ~0U;

using S = Stage;
// Something of it is under way, or stopped on the way.
constexpr Set kUnderWay =
    set(S::moving, S::cancelling, S::rolling_back, S::cleaning_up, S::decommissioning);

struct Transition {
  Verb verb;
  std::string_view name;
  Set stages;
  Set stops;
  std::string_view wants;  // the stop it is for, as the end of "…, and it is not …"
};

constexpr std::array kTransitions{
    Transition{Verb::PAUSE, "pause", kUnderWay,
               set(Stop::none, Stop::mend, Stop::approval, Stop::choice), "going on"},
    Transition{Verb::RESUME, "resume", kUnderWay, set(Stop::paused), "paused"},
    Transition{Verb::CANCEL, "cancel", set(S::moving, S::cleaning_up, S::decommissioning), kAll,
               ""},
    Transition{Verb::RETRY, "retry",
               set(S::failed, S::cancelled, S::moving, S::cancelling, S::rolling_back,
                   S::cleaning_up, S::decommissioning),
               set(Stop::mend, Stop::choice, Stop::end), "stopped by a failure"},
    Transition{Verb::SKIP, "skip", kUnderWay,
               set(Stop::none, Stop::mend, Stop::choice, Stop::paused), "at a step to be skipped"},
    Transition{Verb::APPROVE, "approve", kUnderWay, set(Stop::approval), "waiting for approval"},
    Transition{Verb::NOTE, "note", kAll, kAll, ""},
    Transition{Verb::ADOPT, "adopt", set(S::moving, S::failed, S::cancelling, S::rolling_back),
               set(Stop::none, Stop::mend, Stop::choice, Stop::paused, Stop::end), ""},
    Transition{Verb::ROLLBACK, "rollback",
               set(S::moving, S::moved, S::failed, S::cancelling, S::cancelled, S::cleaned_up),
               kAll, ""},
    Transition{Verb::CLEANUP, "cleanup", set(S::moved, S::decommissioned), kAll, ""},
    Transition{Verb::DECOMMISSION, "decommission", set(S::moved, S::cleaned_up), kAll, ""},
};

const Transition* find(Verb verb) {
  for (const auto& transition : kTransitions)
    if (transition.verb == verb) return &transition;
  return nullptr;
}

// What to do instead, where that is not plain from where it stands.
std::string_view advice(Verb verb, Stage stage) {
  switch (stage) {
    case Stage::decommissioned:
      if (verb == Verb::ROLLBACK) return "its source is gone: there is nothing to go back to";
      break;
    case Stage::decommissioning:
      if (verb == Verb::ROLLBACK) return "cancel that first";
      break;
    case Stage::cleaning_up:
      if (verb == Verb::ROLLBACK || verb == Verb::DECOMMISSION)
        return "let it end, or cancel it, first";
      break;
    case Stage::moving:
    case Stage::failed:
      if (verb == Verb::CLEANUP || verb == Verb::DECOMMISSION) return "that comes after success";
      if (verb == Verb::CANCEL) return "it is over; roll it back, or retry it";
      break;
    case Stage::rolled_back:
      return "start it again under another name";
    default:
      break;
  }
  return {};
}

}  // namespace

std::string_view name_of(Verb verb) {
  const auto* transition = find(verb);
  return transition ? transition->name : std::string_view("?");
}

std::optional<Verb> verb_named(std::string_view name) {
  for (const auto& transition : kTransitions)
    if (transition.name == name) return transition.verb;
  return std::nullopt;
}

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::moving:
      return "being moved";
    case Stage::moved:
      return "done";
    case Stage::failed:
      return "failed";
    case Stage::cancelling:
      return "being cancelled";
    case Stage::cancelled:
      return "cancelled";
    case Stage::rolling_back:
      return "being rolled back";
    case Stage::rolled_back:
      return "rolled back";
    case Stage::cleaning_up:
      return "being cleaned up";
    case Stage::cleaned_up:
      return "done and cleaned up";
    case Stage::decommissioning:
      return "being decommissioned";
    case Stage::decommissioned:
      return "decommissioned";
  }
  return "?";
}

std::string_view name_of(Stop stop) {
  switch (stop) {
    case Stop::none:
      return "going on";
    case Stop::paused:
      return "paused";
    case Stop::mend:
      return "waiting for something to be mended";
    case Stop::approval:
      return "waiting for approval";
    case Stop::choice:
      return "waiting to be told which resource is meant";
    case Stop::end:
      return "over";
  }
  return "?";
}

Stage stage_of(const ledger::MigrationState& state) {
  using ledger::Mode;
  using ledger::Status;
  switch (state.status) {
    case Status::done:
      return state.decommissioned ? Stage::decommissioned
             : state.cleaned      ? Stage::cleaned_up
                                  : Stage::moved;
    case Status::failed:
      return Stage::failed;
    case Status::cancelled:
      return Stage::cancelled;
    case Status::rolled_back:
      return Stage::rolled_back;
    case Status::running:
    case Status::parked:
      break;
  }
  switch (state.mode) {
    case Mode::forward:
      return Stage::moving;
    case Mode::cancel:
      return Stage::cancelling;
    case Mode::rollback:
      return Stage::rolling_back;
    case Mode::cleanup:
      return Stage::cleaning_up;
    case Mode::decommission:
      return Stage::decommissioning;
  }
  return Stage::moving;
}

Stop stop_of(const ledger::MigrationState& state) {
  if (state.is_over()) return Stop::end;
  if (state.paused != 0 || state.pause_at != ledger::kNoStep) return Stop::paused;
  if (state.status != ledger::Status::parked) return Stop::none;
  switch (state.parked_kind) {
    case ledger::schema::Parked::Kind::APPROVE:
      return Stop::approval;
    case ledger::schema::Parked::Kind::RESOLVE:
      return Stop::choice;
    case ledger::schema::Parked::Kind::MEND:
      return Stop::mend;
  }
  return Stop::mend;
}

bool could_take(Verb verb, const ledger::FleetRow& row) {
  const auto* transition = find(verb);
  if (!transition) return false;
  ledger::MigrationState state;
  state.status = row.status;
  state.mode = row.mode;
  state.parked_kind = row.parked_kind;
  // The row does not tell what was done after the move, nor whether it is to pause at a step.
  const Set stages = row.status == ledger::Status::done
                         ? set(Stage::moved, Stage::cleaned_up, Stage::decommissioned)
                         : set(stage_of(state));
  const Set stops = state.is_over() ? set(Stop::end) : set(stop_of(state), Stop::paused);
  return (transition->stages & stages) != 0 && (transition->stops & stops) != 0;
}

std::vector<Way> ways_on(Stage stage, std::string_view name) {
  std::vector<Way> ways;
  if (stage != Stage::failed && stage != Stage::cancelled) return ways;
  const auto add = [&](Verb verb, std::string_view further, std::string_view purpose) {
    if (refusal_of(verb, stage, Stop::end).empty())
      ways.push_back({fmt::format("migledger {} {}{}", name_of(verb), name, further), purpose});
  };
  add(Verb::RETRY, "", "once the cause is mended: the next run goes on where it stopped");
  add(Verb::ADOPT, " STEP OCID --reason WHY", "if what it was making is there");
  add(Verb::ROLLBACK, " --reason WHY", "removes what it made");
  return ways;
}

std::string words_of(const std::vector<Way>& ways) {
  std::string words;
  for (const auto& way : ways)
    words += fmt::format("{}{}: {}", words.empty() ? "" : "; ", way.command, way.purpose);
  return words;
}

std::string refusal_of(Verb verb, Stage stage, Stop stop) {
  const auto* transition = find(verb);
  if (!transition) return "this migledger does not know what is asked";
  if (!has(transition->stages, stage)) {
    const auto instead = advice(verb, stage);
    return fmt::format("it is {}{}{}", name_of(stage), instead.empty() ? "" : "; ", instead);
  }
  if (!has(transition->stops, stop))
    return fmt::format("it is {}, not {}", name_of(stop), transition->wants);
  return {};
}

}  // namespace migledger::workflow
