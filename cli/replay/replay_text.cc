#include "cli/replay/replay_text.h"

#include <fmt/format.h>

#include "cli/base/table.h"
#include "cli/render/event_text.h"
#include "cli/render/fleet_text.h"
#include "ledger/base/printable.h"
#include "workflow/cloud/error_class.h"
#include "workflow/decide/transitions.h"

namespace migledger::cli {

namespace {

using namespace ledger::schema;
using ledger::StepIndex;

constexpr std::size_t kLongestValue = 500;

std::string shown_value(std::string_view text) { return printable(text, kLongestValue); }

void print_title(const Terminal& terminal, std::string_view title, std::ostream& out) {
  out << '\n' << paint(terminal, Colour::dim, title) << '\n';
}

// Lines of a name and a value, aligned.
class Lines {
 public:
  void add(std::string name, std::string value) {
    if (!value.empty()) lines_.emplace_back(std::move(name), std::move(value));
  }
  void print(const Terminal& terminal, std::string_view title, std::ostream& out) const {
    if (lines_.empty()) return;
    if (!title.empty()) print_title(terminal, title, out);
    std::size_t width = 0;
    for (const auto& [name, value] : lines_) width = std::max(width, display_width(name));
    for (const auto& [name, value] : lines_) {
      const std::string line = fmt::format("  {}  {}", pad(name, width), value);
      out << fit(line, terminal.width) << '\n';
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

Lines lines_of(const ledger::Fields& fields) {
  Lines lines;
  fields.for_each([&](std::string_view name, std::string_view value) {
    lines.add(printable(name), shown_value(value));
  });
  return lines;
}

std::string at(ledger::Position position, Time time) {
  return fmt::format("#{}, {}", position, format_local(time));
}

void print_steps(const Replayed& replayed, const NextAction& next, const Terminal& terminal,
                 std::ostream& out) {
  const auto& state = replayed.state;
  const bool knows_current = next.cannot_tell.empty() && !next.step.empty();
  Table table({{"", false, 0},
               {"STEP", false, 12},
               {"STATE", false, 8},
               {"EVENT", true, 4},
               {"DONE AT", false, 16}});
  for (StepIndex step = 0; step < state.step_count(); ++step) {
    const StepDone& done = replayed.done[step];
    const bool moves = step < state.forward_count();
    const bool current = knows_current && step == next.decision.step;
    // Of undoing and cleaning up, what was done of it.
    if (!moves && !current && done.position == 0) continue;
    Cell word{"to come"};
    if (done.position != 0) {
      word = {"done", Colour::green};
    } else if (current) {
      word = {"current", Colour::yellow};
    } else if ((knows_current && step < next.decision.step) || state.done_at != Time{}) {
      word = {"left out", Colour::dim};
    }
    table.add({{fmt::format("{}", step + 1), Colour::dim},
               {printable(state.step_name(step), 60)},
               word,
               {done.position == 0 ? "" : fmt::format("#{}", done.position)},
               {done.position == 0 ? "" : format_local(done.time)}});
  }
  print_title(terminal, "Steps", out);
  table.print(terminal, out);
}

void print_attempt(const Replayed& replayed, const Terminal& terminal, std::ostream& out) {
  const auto& attempt = replayed.state.attempt;
  if (attempt.step == ledger::kNoStep || attempt.phase == ledger::Phase::accepted) return;
  Lines lines;
  lines.add("step",
            fmt::format("{}, generation {}", shown_value(replayed.state.step_name(attempt.step)),
                        attempt.generation));
  lines.add("outcome", attempt.phase == ledger::Phase::open ? "none yet: the request is in flight"
                                                            : std::string(name_of(attempt.phase)));
  if (attempt.error != ErrorClass::NONE)
    lines.add("error", std::string(workflow::name_of(attempt.error)));
  if (attempt.sends > 0) {
    lines.add("request", shown_value(replayed.sending.request));
    lines.add("key", shown_value(replayed.sending.key));
    lines.add("request id", shown_value(replayed.sending.request_id));
    lines.add("sent", fmt::format("{} time(s), last {}", attempt.sends,
                                  at(replayed.sending.position, attempt.last_sent)));
    lines.add("through", shown_value(replayed.sending.transport));
    lines.add("decided by", "row " + shown_value(replayed.sending.row));
  }
  if (attempt.failures > 0) lines.add("failures", fmt::format("{} in a row", attempt.failures));
  if (attempt.doubt) lines.add("doubt", "an earlier sending may have had its effect");
  lines.print(terminal, "Attempt", out);
}

void print_look(const ledger::MigrationState& state, const Terminal& terminal, std::ostream& out) {
  const auto& look = state.look;
  if (look.position == 0) return;
  const auto result = [&]() -> std::string_view {
    switch (look.result) {
      case Probed::Result::ABSENT:
        return "it is not there";
      case Probed::Result::OURS:
        return "found ours";
      case Probed::Result::SEVERAL:
        return "several could be ours";
      case Probed::Result::FOREIGN:
        return "in the way, and not ours";
      case Probed::Result::UNDER_WAY:
        return "the cloud is at work on it";
    }
    return "what a newer version knows";
  };
  Lines lines;
  lines.add("step", fmt::format("{}, generation {}", shown_value(state.step_name(look.step)),
                                look.generation));
  lines.add("found", std::string(result()));
  lines.add("candidates", shown_value(look.shown));
  lines.add("looked", at(look.position, look.time));
  if (look.absent_before != Time{}) lines.add("absent before", format_local(look.absent_before));
  if (look.tag_absent != Time{}) lines.add("absent by tag", format_local(look.tag_absent));
  lines.print(terminal, "Look", out);
}

void print_reading(const ledger::MigrationState& state, const Terminal& terminal,
                   std::ostream& out) {
  const auto& reading = state.reading;
  Lines lines;
  lines.add("observed", shown_value(reading.state));
  if (reading.percent > 0)
    lines.add("percent", fmt::format("{}", static_cast<unsigned>(reading.percent)));
  if (reading.failures > 0)
    lines.add("failures", fmt::format("{} in a row, last {} ({})", reading.failures,
                                      at(reading.failed_position, reading.failed_at),
                                      workflow::name_of(reading.error)));
  lines.print(terminal, "Reading", out);
}

void print_walk(const ledger::MigrationState& state, const Terminal& terminal, std::ostream& out) {
  const auto& walk = state.bulk;
  if (walk.step == ledger::kNoStep) return;
  const auto totals = walk.totals();
  Lines lines;
  lines.add("step", shown_value(state.step_name(walk.step)));
  lines.add("pages", fmt::format("{} begun{}, {} of them open", walk.pages,
                                 walk.all_begun ? ", which is all" : "", walk.open.size()));
  lines.add("objects", fmt::format("{} in pages that have ended, {} of them copied", totals.objects,
                                   totals.copied));
  if (totals.failed > 0) lines.add("failed", fmt::format("{}", totals.failed));
  for (const auto& [name, why] : walk.failures())
    lines.add("", fmt::format("{}: {}", shown_value(name), shown_value(why)));
  lines.print(terminal, "Walk", out);
}

std::string fate(const workflow::Resource& resource) {
  if (resource.dead) return "failed later";
  switch (resource.how) {
    case Outcome::How::REPLIED:
    case Outcome::How::LOST:  // never of a success
    case Outcome::How::PROVEN:
      return "made";
    case Outcome::How::ADOPTED:
      return "adopted";
    case Outcome::How::CLAIMED:
      return "taken over";
    case Outcome::How::BY_PERSON:
      return "named by a person";
  }
  return "made";
}

void print_resources(const Replayed& replayed, const Terminal& terminal, std::ostream& out) {
  if (replayed.resources.empty()) return;
  Table table({{"STEP", false, 12}, {"EVENT", true, 4}, {"", false, 7}, {"WHAT", false, 16}});
  for (const auto& resource : replayed.resources)
    table.add({{printable(replayed.state.step_name(resource.step), 60)},
               {fmt::format("#{}", resource.position)},
               {fate(resource), resource.dead ? Colour::red : Colour::green},
               {fact_words(resource.facts, kLongestValue)}});
  print_title(terminal, "Resources", out);
  table.print(terminal, out);
}

// The next action, the row that decides it, and the events that it rests on.
Lines lines_of_next(const Replayed& replayed, const NextAction& next, const Vantage& vantage,
                    const ledger::EventStore& store, Names& names) {
  Lines lines;
  if (!next.cannot_tell.empty()) {
    lines.add("next", "cannot be told: " + next.cannot_tell);
    return lines;
  }
  const auto& decision = next.decision;
  lines.add("next", std::string(name_of(decision.kind)));
  lines.add("step", next.step.empty() ? std::string() : shown_value(next.step));
  if (decision.generation != 0) lines.add("generation", fmt::format("{}", decision.generation));
  if (decision.reopens != ledger::kNoStep)
    lines.add("goes back to", shown_value(replayed.state.step_name(decision.reopens)));
  lines.add("why", shown_value(decision.reason));
  lines.add("to do", shown_value(decision.need));
  lines.add("row", row_words(decision.row));
  if (decision.until > vantage.now) lines.add("not before", format_local(decision.until));
  std::string_view title = "rests on";
  for (const auto& ground : next.grounds) {
    const auto cursor = store.scan(ground.position, ground.position);
    const std::string what = cursor->next() ? describe(cursor->event(), names) : std::string("?");
    lines.add(std::string(title), fmt::format("#{} {} ({})", ground.position, what, ground.why));
    title = "";
  }
  if (next.resumed) {
    const NextAction resumed{*next.resumed, {}, {}, {}, {}};
    lines.add("a new run", next_words(resumed));
  }
  return lines;
}

}  // namespace

std::string standing_words(const ledger::MigrationState& state, const Vantage& vantage) {
  return fmt::format("{} at #{}, {}: {}", printable(state.name), vantage.position,
                     format_local(vantage.now),
                     standing(state.status, state.mode, state.paused != 0));
}

void print_replayed(const Replayed& replayed, const NextAction& next, const Vantage& vantage,
                    const ledger::EventStore& store, Names& names, const Terminal& terminal,
                    std::ostream& out) {
  const auto& state = replayed.state;
  std::size_t done = 0;
  for (StepIndex step = 0; step < state.forward_count(); ++step)
    done += replayed.done[step].position != 0 ? 1 : 0;
  Lines summary;
  summary.add("workflow",
              fmt::format("{}, version {}", shown_value(state.workflow), state.workflow_version));
  summary.add("started", at(state.stream, state.started));
  summary.add("last event", at(state.position, state.updated));
  summary.add("steps", fmt::format("{} of {} done", done, state.forward_count()));
  std::string others;
  for (const auto& other : state.depends_on)
    others += (others.empty() ? "" : ", ") + shown_value(other);
  summary.add("starts after", others);
  if (state.status == ledger::Status::parked || state.status == ledger::Status::failed) {
    summary.add("because", shown_value(state.reason));
    summary.add(
        "to do",
        shown_value(state.status == ledger::Status::parked
                        ? state.need
                        : words_of(workflow::ways_on(workflow::stage_of(state), state.name))));
  }
  if (state.paused != 0) summary.add("paused", shown_value(state.pause_words));
  if (state.unknown_events > 0)
    summary.add("not known", fmt::format("{} event(s) of a newer version", state.unknown_events));
  summary.add("next", next_words(next));
  summary.print(terminal, "", out);
  lines_of_next(replayed, next, vantage, store, names).print(terminal, "Next, and why", out);
  print_steps(replayed, next, terminal, out);
  print_attempt(replayed, terminal, out);
  print_look(state, terminal, out);
  print_reading(state, terminal, out);
  print_walk(state, terminal, out);
  print_resources(replayed, terminal, out);
  lines_of(state.facts).print(terminal, "Facts", out);
  lines_of(state.plan).print(terminal, "Plan", out);
}

void print_next(const Replayed& replayed, const NextAction& next, const Vantage& vantage,
                const ledger::EventStore& store, Names& names, std::ostream& out) {
  lines_of_next(replayed, next, vantage, store, names).print({}, "", out);
}

}  // namespace migledger::cli
