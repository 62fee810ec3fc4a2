#include "cli/render/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <vector>

#include "cli/render/fleet_text.h"
#include "ledger/base/printable.h"
#include "ledger/fold/migration_state.h"
#include "workflow/decide/transitions.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

using ledger::MigrationState;
using ledger::Status;

struct Bar {
  std::string name;
  Time from{};
  Time to{};
  unsigned tries = 0;
};

constexpr std::size_t kWidth = 44;

std::string bar_of(const Bar& bar, Time from, Time to) {
  const double all = std::max<double>(1, static_cast<double>((to - from).count()));
  const auto cell = [&](Time t) {
    return static_cast<std::size_t>(static_cast<double>((t - from).count()) / all * kWidth);
  };
  const std::size_t begin = std::min(cell(bar.from), kWidth - 1);
  const std::size_t end = std::clamp(cell(bar.to), begin + 1, kWidth);
  std::string out;
  for (std::size_t i = 0; i < kWidth; ++i) out += i >= begin && i < end ? "█" : "·";
  return out;
}

// One bar a step that was made, from when it became current to when it was last completed.
std::vector<Bar> bars_of(const ledger::EventStore& store, ledger::StreamId stream,
                         MigrationState& state) {
  std::vector<Bar> bars;
  for (const auto cursor = store.scan_stream(stream); cursor->next();) {
    const auto event = cursor->event();
    const Time entered =
        state.started == Time{} ? time_from_micros(event.getTime()) : state.entered;
    std::vector<bool> done;
    for (ledger::StepIndex i = 0; i < state.step_count(); ++i) done.push_back(state.is_done(i));
    state.apply(event);
    for (ledger::StepIndex i = 0; i < done.size(); ++i) {
      if (done[i] || !state.is_done(i)) continue;
      const auto name = std::string(state.step_name(i));
      const auto known =
          std::find_if(bars.begin(), bars.end(), [&](const Bar& bar) { return bar.name == name; });
      Bar& bar = known == bars.end() ? bars.emplace_back(Bar{name, entered, entered, 0}) : *known;
      bar.to = state.updated;
      ++bar.tries;
    }
  }
  return bars;
}

bool is_removed(const MigrationState& state, std::string_view fact) {
  const auto* workflow = workflow::workflow_named(state.workflow);
  if (!workflow) return false;
  for (ledger::StepIndex i = 0; i < workflow->steps.size(); ++i)
    if (workflow->steps[i].removes == fact && state.is_done(i)) return true;
  return false;
}

}  // namespace

void draw_migration(const ledger::EventStore& store, ledger::StreamId stream,
                    const Terminal& terminal, std::ostream& out) {
  MigrationState state;
  const auto bars = bars_of(store, stream, state);
  const Colour colour = state.status == Status::done     ? Colour::green
                        : state.status == Status::failed ? Colour::red
                                                         : Colour::yellow;
  out << fmt::format("{}: {} → {}, {} after {}\n", printable(state.name, 63),
                     printable(state.plan.get("source_region"), 40),
                     printable(state.plan.get("target_region"), 40),
                     paint(terminal, colour, standing(state.status, state.mode, state.paused != 0)),
                     format_duration(state.updated - state.started));
  for (const auto& bar : bars)
    out << fmt::format("  {} {} {:>8}{}\n", pad(printable(bar.name, 24), 20),
                       bar_of(bar, state.started, state.updated),
                       format_duration(bar.to - bar.from),
                       bar.tries > 1 ? fmt::format("  ({} times)", bar.tries) : std::string());
  if (state.status != Status::done && !state.reason.empty())
    out << "  " << printable(state.reason, 500) << "\n";
  if (state.status == Status::parked && !state.need.empty())
    out << "  What to do: " << printable(state.need, 500) << "\n";
  if (state.status == Status::failed) {
    out << "  What can be done:\n";
    print_ways(workflow::ways_on(workflow::stage_of(state), printable(state.name, 63)), 4, terminal,
               out);
  }
  constexpr std::pair<std::string_view, std::string_view> kMade[] = {
      {"image_id", "image"},
      {"object_name", "exported object"},
      {"copy_name", "copied object"},
      {"target_image_id", "imported image"},
      {"target_instance_id", "new instance"},
      {"policy_id", "replication"},
      {"compared_objects", "objects compared"},
      {"compared_bytes", "bytes compared"}};
  for (const auto& [fact, what] : kMade)
    if (state.facts.has(fact))
      out << fmt::format("  {} {}{}\n", pad(what, 16), printable(state.facts.get(fact), 300),
                         is_removed(state, fact) ? " (removed)" : "");
}

}  // namespace migledger::cli
