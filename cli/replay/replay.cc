#include "cli/replay/replay.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/moment.h"
#include "cli/base/names.h"
#include "cli/base/usage_error.h"
#include "cli/render/event_json.h"
#include "cli/render/event_text.h"
#include "cli/render/fleet_json.h"
#include "cli/render/fleet_text.h"
#include "cli/replay/next_action.h"
#include "cli/replay/replay_check.h"
#include "cli/replay/replay_diff.h"
#include "cli/replay/replay_json.h"
#include "cli/replay/replay_text.h"
#include "cli/replay/replay_walk.h"
#include "cli/replay/replayed.h"
#include "cli/session/open_to_read.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using ledger::Position;
using ledger::Status;

struct Span {
  Position from = 0;
  Position to = 0;
};

class Replay {
 public:
  Replay(const ledger::EventStore& store, const ReplayOptions& options, const FleetStart& start,
         std::ostream& out)
      : store_(store),
        options_(options),
        start_(start),
        out_(out),
        terminal_(options.terminal),
        names_(store),
        facts_(ledger_facts(store)) {}

  int run() {
    refuse_nonsense();
    const Span span = options_.diff ? parse_diff() : Span{0, parse_until()};
    std::optional<ledger::StreamId> stream;
    if (options_.migration) stream = find_migration(store_, *options_.migration, start_);
    if (facts_.simulated() && !options_.json) out_ << kSimulatedLine << '\n';
    if (options_.check) return check_decisions(store_, {span.to, stream, options_.json}, out_);
    if (options_.step && options_.keys) {
      const Position from = options_.until ? span.to : 1;
      walk_events(store_, {from, stream}, *options_.keys, terminal_, start_, out_);
    } else if (options_.diff) {
      stream ? diff_one(*stream, span) : diff_all(span);
    } else {
      const Vantage vantage = vantage_at(store_, span.to);
      stream ? replay_one(*stream, vantage) : replay_all(vantage);
    }
    out_.flush();
    return static_cast<int>(ExitStatus::done);
  }

 private:
  void refuse_nonsense() const {
    if (options_.diff && (options_.until || options_.next))
      throw UsageError("--diff names both its moments: leave out --until and --next");
    const int ways = (options_.diff ? 1 : 0) + (options_.next ? 1 : 0) + (options_.step ? 1 : 0) +
                     (options_.check ? 1 : 0);
    if (ways > 1)
      throw UsageError("--diff, --next, --step and --check are different questions: ask one");
    if (options_.step && options_.json) throw UsageError("--step is for people: leave out --json");
  }

  Position parse_until() const {
    if (!options_.until) return store_.head().position;
    return last_until(store_, "--until", parse_moment("--until", *options_.until));
  }

  Span parse_diff() const {
    const auto& [from, to] = *options_.diff;
    const Span span{last_until(store_, "--diff", parse_moment("--diff", from)),
                    last_until(store_, "--diff", parse_moment("--diff", to))};
    if (span.from > span.to)
      throw UsageError(fmt::format("--diff: {} is after {}; name the earlier moment first",
                                   printable(from, 60), printable(to, 60)));
    return span;
  }

  void print_json(const json::object& object) { out_ << json::serialize(object) << '\n'; }

  // ---- at one moment ---------------------------------------------------------------------------

  void replay_one(ledger::StreamId stream, const Vantage& vantage) {
    const Replayed replayed = replay_stream(store_, stream, vantage.position);
    const bool started = replayed.state.stream != 0;
    const NextAction next = started ? next_action(replayed.state, vantage) : NextAction{};
    if (options_.json) {
      json::object object = vantage_json(vantage, facts_);
      if (!options_.next) {
        object["migration"] = nullptr;
        if (started) object["migration"] = replayed_json(replayed);
      }
      object["next"] = nullptr;
      if (started) object["next"] = next_json(next, replayed.state);
      print_json(object);
    } else if (!started) {
      out_ << fmt::format("{} had not started yet at #{}; it starts with #{}\n",
                          printable(*options_.migration), vantage.position, stream);
    } else {
      out_ << standing_words(replayed.state, vantage) << '\n';
      if (options_.next) {
        print_next(replayed, next, vantage, store_, names_, out_);
      } else {
        print_replayed(replayed, next, vantage, store_, names_, terminal_, out_);
      }
    }
  }

  static bool goes_on(const ledger::FleetRow& row) {
    return row.status == Status::running || row.status == Status::parked;
  }

  void replay_all(const Vantage& vantage) {
    const auto fleet = load_fleet(store_, vantage.position, start_);
    if (options_.json) {
      print_fleet_json(fleet, vantage);
      return;
    }
    if (vantage.position == 0) {
      out_ << "at #0 the ledger is empty\n";
      return;
    }
    out_ << fmt::format("ledger {} ({}) at #{}, {}\n", printable(facts_.id, 40),
                        printable(facts_.cloud, 20), vantage.position, format_local(vantage.now))
         << count_words(fleet) << '\n';
    if (!options_.next && !fleet.rows().empty()) {
      out_ << '\n';
      print_fleet_table(fleet, terminal_, out_);
      print_needs(fleet, terminal_, out_);
    }
    print_next_actions(fleet, vantage);
  }

  // One line a migration, written as it is known.
  void print_next_actions(const ledger::FleetSummary& fleet, const Vantage& vantage) {
    bool first = true;
    for (const auto& row : fleet.rows()) {
      if (!goes_on(row)) continue;
      if (first) out_ << "\nNext:\n";
      first = false;
      const Replayed replayed = replay_stream(store_, row.stream, vantage.position);
      const std::string line = fmt::format("  {}: {}", printable(row.name),
                                           next_words(next_action(replayed.state, vantage)));
      out_ << fit(line, terminal_.width) << '\n';
    }
  }

  void print_fleet_json(const ledger::FleetSummary& fleet, const Vantage& vantage) {
    std::string head = json::serialize(fleet_json(fleet, facts_));
    head.pop_back();
    out_ << head << ",\"migrations\":[";
    std::string_view separator;
    for (const auto& row : fleet.rows()) {
      if (options_.next && !goes_on(row)) continue;
      json::object object =
          options_.next ? json::object{{"name", json_text(row.name)}} : row_json(row, fleet);
      if (goes_on(row)) {
        const Replayed replayed = replay_stream(store_, row.stream, vantage.position);
        object["next"] = next_json(next_action(replayed.state, vantage), replayed.state);
      }
      out_ << separator << json::serialize(object);
      separator = ",";
    }
    out_ << "]}\n";
  }

  // ---- between two -----------------------------------------------------------------------------

  json::object moment_json(Position position) const {
    json::object object{{"position", position}};
    if (position != 0) object["time"] = format_utc(time_at(store_, position));
    return object;
  }

  json::object span_json(const Span& span) const {
    json::object object;
    if (facts_.simulated()) object["simulated"] = true;
    object["from"] = moment_json(span.from);
    object["to"] = moment_json(span.to);
    return object;
  }

  std::string moment_words(Position position) const {
    return position == 0
               ? std::string("the empty ledger")
               : fmt::format("#{} ({})", position, format_local(time_at(store_, position)));
  }

  // Calls visit(cursor) for each event of the stream after `from` and up to `to`.
  template <typename Visit>
  void for_each_between(ledger::StreamId stream, const Span& span, Visit&& visit) const {
    const auto cursor = store_.scan_stream(stream);
    while (cursor->next() && cursor->event().getPosition() <= span.to)
      if (cursor->event().getPosition() > span.from) visit(*cursor);
  }

  void diff_one(ledger::StreamId stream, const Span& span) {
    const Replayed before = replay_stream(store_, stream, span.from);
    const Replayed after = replay_stream(store_, stream, span.to);
    const MigrationDiff diff = diff_migration(before, after);
    const std::uint64_t events = after.state.version - before.state.version;
    if (options_.json) {
      json::object object = span_json(span);
      object["name"] = json_text(*options_.migration);
      object["events"] = events;
      for (auto& [name, value] : diff_json(diff)) object[name] = value;
      json::array history;
      for_each_between(stream, span, [&](const ledger::EventCursor& cursor) {
        history.push_back(event_json(cursor.event(), cursor.bytes(), names_, facts_.simulated()));
      });
      object["history"] = std::move(history);
      print_json(object);
      return;
    }
    out_ << fmt::format("{} from {} to {}: {} event(s)\n", printable(*options_.migration),
                        moment_words(span.from), moment_words(span.to), events);
    if (events == 0) return;
    print_diff(diff, terminal_, out_);
    EventLines::Options lines;
    lines.show_migration = false;
    lines.last = span.to;
    lines.terminal = terminal_;
    EventLines printer(names_, lines);
    out_ << paint(terminal_, Colour::dim, "Events") << '\n';
    for_each_between(stream, span, [&](const ledger::EventCursor& cursor) {
      printer.print(cursor.event(), cursor.bytes(), out_);
    });
  }

  void diff_all(const Span& span) {
    const auto before = load_fleet(store_, span.from, start_);
    // From the earlier fold on, unless a snapshot lies nearer.
    const auto after = load_fleet(store_, span.to, [&](Position at_most) {
      auto nearest = start_ ? start_(at_most) : std::nullopt;
      return nearest && nearest->position() > before.position() ? nearest : std::optional(before);
    });
    const auto changes = diff_fleet(before, after);
    if (options_.json) {
      json::object object = span_json(span);
      object["events"] = span.to - span.from;
      object["migrations"] = changes_json(changes);
      print_json(object);
      return;
    }
    out_ << fmt::format("from {} to {}: {} event(s), {} of {} migrations changed\n",
                        moment_words(span.from), moment_words(span.to), span.to - span.from,
                        changes.size(), after.rows().size());
    print_changes("Migrations", changes, terminal_, out_);
  }

  const ledger::EventStore& store_;
  const ReplayOptions& options_;
  const FleetStart& start_;
  std::ostream& out_;
  const Terminal& terminal_;
  Names names_;
  const LedgerFacts facts_;
};

}  // namespace

int run_replay(const ledger::EventStore& store, const ReplayOptions& options, std::ostream& out,
               const FleetStart& start) {
  return Replay(store, options, start, out).run();
}

int read_replay(const std::string& directory, ReplayOptions options, std::ostream& out,
                std::ostream& err) {
  const auto store = open_to_read(directory, err);
  std::unique_ptr<Keys> keys;
  if (options.step) {
    const bool typed = options.terminal.is_terminal && isatty(STDIN_FILENO) == 1;
    keys = typed ? keys_of_terminal(STDIN_FILENO, out) : keys_of_lines(std::cin);
    options.keys = keys.get();
  }
  return run_replay(*store, options, out, snapshots_of(directory, *store));
}

}  // namespace migledger::cli
