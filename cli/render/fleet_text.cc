#include "cli/render/fleet_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/base/table.h"
#include "ledger/base/printable.h"
#include "workflow/decide/transitions.h"

namespace migledger::cli {

namespace {

using ledger::FleetRow;
using ledger::Status;

constexpr std::size_t kMostDone = 1000;
constexpr std::size_t kMostFailed = 20;  // told why
constexpr std::size_t kLongestText = 120;
constexpr std::size_t kMinute = 16;       // "2026-11-23 09:00"
constexpr std::size_t kWideEnough = 100;  // columns for times in full

// What needs attention comes first.
int rank(Status status) {
  switch (status) {
    case Status::parked:
      return 0;
    case Status::failed:
      return 1;
    case Status::running:
      return 2;
    case Status::done:
      return 3;
    case Status::cancelled:
    case Status::rolled_back:
      return 4;
  }
  return 5;
}

std::string step_words(const FleetRow& row, const ledger::FleetSummary& fleet) {
  if (row.status == Status::done) return fmt::format("{}/{}", row.step_count, row.step_count);
  // Steps that undo or clean up are not counted among those that move it.
  if (row.mode != ledger::Mode::forward) return printable(fleet.step_name(row), 40);
  if (row.step >= row.step_count) return fmt::format("0/{}", row.step_count);
  return fmt::format("{}/{} {}", row.step + 1, row.step_count, printable(fleet.step_name(row), 40));
}

std::string state_words(const FleetRow& row) {
  if (row.status == Status::done) return {};
  if (!row.state.empty()) return shorten_ocids(printable(row.state, kLongestText));
  const bool step_done = row.step < ledger::kMaxSteps && row.done[row.step];
  return step_done ? "this step is done" : "";
}

}  // namespace

std::array<std::size_t, kStatuses.size()> count_by_status(const ledger::FleetSummary& fleet) {
  std::array<std::size_t, kStatuses.size()> counts{};
  for (const auto& row : fleet.rows()) ++counts[static_cast<std::size_t>(row.status)];
  return counts;
}

std::string count_words(const ledger::FleetSummary& fleet) {
  const auto counts = count_by_status(fleet);
  std::string words = fmt::format("{} {}", fleet.rows().size(),
                                  fleet.rows().size() == 1 ? "migration" : "migrations");
  std::string_view separator = ": ";
  for (const Status status : kStatuses) {
    const std::size_t count = counts[static_cast<std::size_t>(status)];
    if (count == 0) continue;
    words += fmt::format("{}{} {}", separator, count, name_of(status));
    separator = ", ";
  }
  return words;
}

Colour colour_of(Status status) {
  switch (status) {
    case Status::running:
      return Colour::plain;
    case Status::parked:
      return Colour::yellow;
    case Status::done:
      return Colour::green;
    case Status::failed:
      return Colour::red;
    case Status::cancelled:
    case Status::rolled_back:
      return Colour::dim;
  }
  return Colour::plain;
}

void print_fleet_table(const ledger::FleetSummary& fleet, const Terminal& terminal,
                       std::ostream& out) {
  std::vector<const FleetRow*> rows;
  for (const auto& row : fleet.rows()) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(), [](const FleetRow* a, const FleetRow* b) {
    return rank(a->status) < rank(b->status);
  });
  Table table({{"MIGRATION", false, 12},
               {"STATUS", false, 7},
               {"STEP", false, 12},
               {"%", true, 3, 1},
               {"WAITS FOR, OR STOPPED BY", false, 16, 2},
               {"SINCE", false, kMinute, 3}});
  // The first line of status has the offset.
  const bool narrow = terminal.width > 0 && terminal.width < kWideEnough;
  std::size_t done = 0;
  for (const FleetRow* row : rows) {
    if (row->status == Status::done && ++done > kMostDone) continue;
    const Time since = row->status == Status::running ? row->entered : row->updated;
    table.add({{printable(row->name)},
               {std::string(standing(row->status, row->mode, row->paused)), colour_of(row->status)},
               {step_words(*row, fleet)},
               {row->percent > 0 ? fmt::format("{}", static_cast<unsigned>(row->percent)) : ""},
               {state_words(*row)},
               {narrow ? format_local(since).substr(0, kMinute) : format_local(since)}});
  }
  if (!table.empty()) table.print(terminal, out);
  if (done > kMostDone)
    out << fmt::format("… and {} more that are done (status --json lists all)\n", done - kMostDone);
}

std::string need_of(const FleetRow& row) {
  if (row.status == Status::failed)
    return words_of(workflow::ways_on(workflow::Stage::failed, row.name));
  return row.need;
}

void print_ways(const std::vector<workflow::Way>& ways, std::size_t indent,
                const Terminal& terminal, std::ostream& out) {
  std::size_t longest = 0, purposes = 0;
  for (const auto& way : ways) {
    longest = std::max(longest, display_width(way.command));
    purposes = std::max(purposes, display_width(way.purpose));
  }
  const bool beside = terminal.width == 0 || indent + longest + 2 + purposes <= terminal.width;
  const std::string margin(indent, ' ');
  for (const auto& way : ways) {
    if (beside)
      out << margin << pad(way.command, longest) << "  " << way.purpose << '\n';
    else
      out << wrapped(margin + way.command, terminal.width, indent + 2) << '\n'
          << wrapped(margin + "  " + std::string(way.purpose), terminal.width, indent + 2) << '\n';
  }
}

void print_needs(const ledger::FleetSummary& fleet, const Terminal& terminal, std::ostream& out) {
  const auto line = [&](const std::string& text, std::size_t indent) {
    out << wrapped(text, terminal.width, indent) << '\n';
  };
  bool first = true;
  std::vector<const FleetRow*> failed;
  for (const auto& row : fleet.rows()) {
    if (row.status == Status::failed) failed.push_back(&row);
    if (row.status != Status::parked || row.need.empty()) continue;
    if (first) out << "\nTo do:\n";
    first = false;
    line(fmt::format("  {}: {}", printable(row.name), printable(row.need, 2000)), 4);
    line(fmt::format("    because: {}", printable(row.state, 2000)), 6);
  }
  if (failed.empty()) return;
  out << "\nFailed:\n";
  for (std::size_t i = 0; i < std::min(failed.size(), kMostFailed); ++i)
    line(fmt::format("  {}: {}", printable(failed[i]->name), printable(failed[i]->state, 2000)), 4);
  if (failed.size() > kMostFailed)
    out << fmt::format("  … and {} more\n", failed.size() - kMostFailed);
  out << "What can be done:\n";
  const std::string name = failed.size() == 1 ? printable(failed.front()->name) : "NAME";
  print_ways(workflow::ways_on(workflow::Stage::failed, name), 2, terminal, out);
}

}  // namespace migledger::cli
