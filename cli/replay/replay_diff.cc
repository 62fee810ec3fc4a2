#include "cli/replay/replay_diff.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/base/json_text.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using ledger::FleetRow;

std::string attempt_words(const ledger::MigrationState& state) {
  const auto& attempt = state.attempt;
  if (attempt.step == ledger::kNoStep) return {};
  return fmt::format("{} generation {}: {}, sent {} time(s), {} failure(s)",
                     state.step_name(attempt.step), attempt.generation, name_of(attempt.phase),
                     attempt.sends, attempt.failures);
}

std::string reading_words(const ledger::Reading& reading) {
  if (reading.percent == 0) return reading.state;
  return fmt::format("{} % {}", static_cast<unsigned>(reading.percent), reading.state);
}

// Kept short: what was found is shown by the event.
std::string look_words(const ledger::MigrationState& state) {
  const auto& look = state.look;
  if (look.position == 0) return {};
  return fmt::format("#{} for {} generation {}", look.position, state.step_name(look.step),
                     look.generation);
}

std::string walk_words(const ledger::MigrationState& state) {
  const auto& walk = state.bulk;
  if (walk.step == ledger::kNoStep) return {};
  return fmt::format("{}: {} page(s) begun, {} open, {} objects ended, {} failed",
                     state.step_name(walk.step), walk.pages, walk.open.size(),
                     walk.totals().objects, walk.totals().failed);
}

std::string fleet_row_words(const FleetRow* row) {
  if (!row) return {};
  return fmt::format("{}, {} of {} steps done{}{}", name_of(row->status), row->steps_done(),
                     row->step_count, row->state.empty() ? "" : ", ", row->state);
}

std::string shown(std::string_view text) { return printable(text, 300); }

void print_list(std::string_view title, const std::vector<std::string>& names,
                const Terminal& terminal, std::ostream& out) {
  if (names.empty()) return;
  out << paint(terminal, Colour::dim, title) << '\n';
  for (const auto& name : names) out << "  " << shown(name) << '\n';
}

}  // namespace

std::vector<Change> diff_fields(const ledger::Fields& before, const ledger::Fields& after) {
  std::vector<Change> changes;
  ledger::Fields all = before;
  after.for_each([&](std::string_view name, std::string_view value) { all.set(name, value); });
  all.sorted().for_each([&](std::string_view name, std::string_view) {
    const auto was = before.get(name);
    const auto is = after.get(name);
    if (was != is) changes.push_back({std::string(name), std::string(was), std::string(is)});
  });
  return changes;
}

MigrationDiff diff_migration(const Replayed& before, const Replayed& after) {
  MigrationDiff diff;
  const bool started = before.state.stream != 0;
  const auto note = [&](std::string what, std::string was, std::string is) {
    if (was != is) diff.standing.push_back({std::move(what), std::move(was), std::move(is)});
  };
  note("status", started ? std::string(name_of(before.state.status)) : std::string(),
       after.state.stream != 0 ? std::string(name_of(after.state.status)) : std::string());
  note("reason", before.state.reason, after.state.reason);
  note("to do", before.state.need, after.state.need);
  note("attempt", attempt_words(before.state), attempt_words(after.state));
  note("about", std::string(name_of(before.state.mode)), std::string(name_of(after.state.mode)));
  note("paused", before.state.paused == 0 ? std::string() : before.state.pause_words,
       after.state.paused == 0 ? std::string() : after.state.pause_words);
  note("look", look_words(before.state), look_words(after.state));
  note("walk", walk_words(before.state), walk_words(after.state));
  note("reading", reading_words(before.state.reading), reading_words(after.state.reading));
  for (ledger::StepIndex step = 0; step < after.state.step_count(); ++step) {
    const bool was = before.state.is_done(step);
    const bool is = after.state.is_done(step);
    if (was == is) continue;
    auto& to = is ? diff.steps_done : diff.steps_reopened;
    to.emplace_back(after.state.step_name(step));
  }
  diff.facts = diff_fields(before.state.facts, after.state.facts);
  diff.plan = diff_fields(before.state.plan, after.state.plan);
  return diff;
}

std::vector<Change> diff_fleet(const ledger::FleetSummary& before,
                               const ledger::FleetSummary& after) {
  std::vector<Change> changes;
  for (const auto& row : after.rows()) {
    const FleetRow* was = before.find(row.stream);
    if (was && was->events == row.events) continue;
    changes.push_back({row.name, fleet_row_words(was), fleet_row_words(&row)});
  }
  return changes;
}

void print_changes(std::string_view title, const std::vector<Change>& changes,
                   const Terminal& terminal, std::ostream& out) {
  if (changes.empty()) return;
  out << paint(terminal, Colour::dim, title) << '\n';
  for (const auto& change : changes) {
    std::string line;
    if (change.before.empty()) {
      line = fmt::format("  + {}: {}", shown(change.what), shown(change.after));
    } else if (change.after.empty()) {
      line = fmt::format("  - {}: {}", shown(change.what), shown(change.before));
    } else {
      line = fmt::format("  ~ {}: {} → {}", shown(change.what), shown(change.before),
                         shown(change.after));
    }
    out << fit(line, terminal.width) << '\n';
  }
}

void print_diff(const MigrationDiff& diff, const Terminal& terminal, std::ostream& out) {
  print_changes("Standing", diff.standing, terminal, out);
  print_list("Steps done", diff.steps_done, terminal, out);
  print_list("Steps to be done again", diff.steps_reopened, terminal, out);
  print_changes("Facts", diff.facts, terminal, out);
  print_changes("Plan", diff.plan, terminal, out);
}

json::array changes_json(const std::vector<Change>& changes) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(json_text(text));
  };
  json::array array;
  for (const auto& change : changes)
    array.push_back(json::object{{"what", json_text(change.what)},
                                 {"before", or_null(change.before)},
                                 {"after", or_null(change.after)}});
  return array;
}

json::object diff_json(const MigrationDiff& diff) {
  const auto names = [](const std::vector<std::string>& steps) {
    json::array array;
    for (const auto& step : steps) array.emplace_back(json_text(step));
    return array;
  };
  return {{"standing", changes_json(diff.standing)},
          {"steps_done", names(diff.steps_done)},
          {"steps_reopened", names(diff.steps_reopened)},
          {"facts", changes_json(diff.facts)},
          {"plan", changes_json(diff.plan)}};
}

}  // namespace migledger::cli
