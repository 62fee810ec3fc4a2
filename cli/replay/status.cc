#include "cli/replay/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/names.h"
#include "cli/render/fleet_json.h"
#include "cli/render/fleet_text.h"
#include "cli/session/ledger_choice.h"
#include "cli/session/open_to_read.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;

// Members of migrations are written one by one: a whole fleet of them as values would take more
// memory than the fold.
void print_json(const ledger::FleetSummary& fleet, const LedgerFacts& facts,
                const StatusOptions& options, std::ostream& out) {
  json::object head = fleet_json(fleet, facts);
  head["run"] = nullptr;
  if (options.run)
    head["run"] = json::object{{"pid", options.run->pid},
                               {"host", json_text(options.run->host)},
                               {"since", format_utc(options.run->since)}};
  std::string text = json::serialize(head);
  text.pop_back();
  out << text << ",\"migrations\":[";
  std::string_view separator;
  for (const auto& row : fleet.rows()) {
    out << separator << json::serialize(row_json(row, fleet));
    separator = ",";
  }
  out << "]}\n";
}

// Whether a run is under way, and how the last one ended.
std::string run_words(const ledger::FleetSummary& fleet, Names& names, const std::string& last,
                      const StatusOptions& options) {
  const auto actor = [&] { return printable(names.actor(fleet.session()), 60); };
  if (options.run && options.run->pid == 0) return "a run is under way, just starting";
  if (options.run)
    return fmt::format("a run is under way: pid {} on {}, since {}", options.run->pid,
                       printable(options.run->host, 60), format_local(options.run->since));
  if (fleet.session() == 0) return "no run yet";
  if (fleet.session_closed())
    return last.empty() ? fmt::format("no run is under way; the last one was by {}", actor())
                        : fmt::format("no run is under way; the last one, by {}, ended with: {}",
                                      actor(), printable(last, 1000));
  return fmt::format("no run is under way; the last one, by {}, was cut off: run again to go on",
                     actor());
}

// What is known before anything is folded: the first thing a person sees of a long ledger.
void print_head(const ledger::Head& head, const LedgerFacts& facts, const Terminal& terminal,
                std::ostream& out) {
  if (facts.simulated()) out << kSimulatedLine << '\n';
  if (head.position == 0) {
    out << "the ledger is empty\n";
  } else {
    out << wrapped(fmt::format("ledger {} ({}), last event #{} at {}", printable(facts.id, 40),
                               printable(facts.cloud, 20), head.position, format_local(head.time)),
                   terminal.width, 2)
        << '\n';
  }
  out.flush();
}

void print_text(const ledger::FleetSummary& fleet, Names& names, const std::string& last,
                const StatusOptions& options, std::ostream& out) {
  if (fleet.position() == 0) return;
  out << wrapped(run_words(fleet, names, last, options), options.terminal.width, 2) << '\n'
      << wrapped(count_words(fleet), options.terminal.width, 2) << '\n';
  if (fleet.held() != 0)
    out << paint(options.terminal, Colour::yellow,
                 fmt::format("all are paused (#{}): migledger resume goes on", fleet.held()))
        << '\n';
  if (fleet.unknown_events() > 0)
    out << paint(options.terminal, Colour::yellow,
                 fmt::format("{} event(s) were written by a newer version; what they mean is not "
                             "shown here",
                             fleet.unknown_events()))
        << '\n';
  if (fleet.rows().empty()) return;
  out << '\n';
  print_fleet_table(fleet, options.terminal, out);
  print_needs(fleet, options.terminal, out);
  const auto needs = [](const ledger::FleetRow& row) {
    return row.status == ledger::Status::parked || row.status == ledger::Status::failed;
  };
  if (!options.ledger.empty() && std::ranges::any_of(fleet.rows(), needs))
    out << note_of_ledger(options.ledger);
}

}  // namespace

int run_status(const ledger::EventStore& store, const StatusOptions& options, std::ostream& out,
               const FleetStart& start) {
  Names names(store);
  const LedgerFacts facts = ledger_facts(store);
  const ledger::Head head = store.head();
  if (!options.json) print_head(head, facts, options.terminal, out);
  const ledger::FleetSummary fleet = load_fleet(store, head.position, start);
  if (options.json) {
    print_json(fleet, facts, options, out);
  } else {
    print_text(fleet, names, last_words(store, head.position), options, out);
  }
  out.flush();
  return static_cast<int>(ExitStatus::done);
}

int read_status(const std::string& directory, StatusOptions options, std::ostream& out,
                std::ostream& err) {
  const auto store = open_to_read(directory, err);
  options.ledger = directory;
  options.run = ledger::RocksEventStore::current_writer(directory);
  return run_status(*store, options, out, snapshots_of(directory, *store));
}

}  // namespace migledger::cli
