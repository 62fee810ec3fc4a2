#include "cli/command_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/event_csv.h"
#include "cli/event_json.h"
#include "cli/event_kind.h"
#include "cli/event_text.h"
#include "cli/exit_status.h"
#include "cli/moment.h"
#include "cli/names.h"
#include "cli/printable.h"
#include "cli/usage_error.h"

namespace migledger::cli {

namespace {

using ledger::EventStore;
using ledger::Position;

enum class Format { table, jsonl, csv };

// What was asked for, checked before anything is read.
struct Query {
  Format format = Format::table;
  std::optional<Moment> since;
  std::optional<Moment> until;
};

Query parse(const HistoryOptions& options) {
  Query query;
  if (options.format == "jsonl") {
    query.format = Format::jsonl;
  } else if (options.format == "csv") {
    query.format = Format::csv;
  } else if (options.format != "table") {
    throw UsageError(fmt::format("--format: \"{}\" is none of table, jsonl, csv",
                                 printable(options.format, 60)));
  }
  for (const auto& type : options.types) check_kind("--type", type);
  if (options.since) query.since = parse_moment("--since", *options.since);
  if (options.until) query.until = parse_moment("--until", *options.until);
  if (options.follow && options.until)
    throw UsageError("--follow goes on for ever and --until ends: give only one of them");
  const bool comparable =
      query.since && query.until && query.since->index() == query.until->index();
  if (comparable && *query.since > *query.until)
    throw UsageError(fmt::format("--since {} is after --until {}", printable(*options.since, 60),
                                 printable(*options.until, 60)));
  return query;
}

class History {
 public:
  History(const EventStore& store, const HistoryOptions& options, const FleetStart& start,
          std::ostream& out)
      : options_(options),
        query_(parse(options)),
        names_(store),
        facts_(ledger_facts(store)),
        out_(out),
        until_(query_.until ? last_until(store, "--until", *query_.until) : store.head().position) {
    if (query_.since) next_ = first_since(store, "--since", *query_.since);
    const auto* position = query_.since ? std::get_if<Position>(&*query_.since) : nullptr;
    if (position && *position > store.head().position) {
      // Only who follows can wait for it.
      if (!options.follow) last_until(store, "--since", *query_.since);
      next_ = *position;
    }
    if (options.migration) stream_ = find_migration(store, *options.migration, start);
    EventLines::Options lines;
    lines.verbose = options.verbose;
    lines.show_migration = !stream_.has_value();
    lines.last = until_;
    lines.terminal = options.terminal;
    lines_.emplace(names_, lines);
  }

  void print_head() {
    if (query_.format == Format::csv) out_ << csv_header();
    if (query_.format != Format::table) return;
    if (facts_.simulated()) out_ << kSimulatedLine << '\n';
    if (facts_.id.empty()) {
      out_ << "the ledger is empty\n";
      return;
    }
    out_ << fmt::format("ledger {} ({})", printable(facts_.id, 40), printable(facts_.cloud, 20));
    if (options_.migration) out_ << ", migration " << printable(*options_.migration);
    out_ << ", times are local\n";
  }

  // Prints the events up to `until_`; false when nobody reads any more.
  bool print(const EventStore& store) {
    const auto cursor =
        stream_ ? store.scan_stream(*stream_, version_ + 1) : store.scan(next_, until_);
    while (next_ <= until_ && cursor->next()) {
      const auto event = cursor->event();
      if (event.getPosition() > until_) break;
      if (stream_) version_ = event.getVersion();
      if (event.getPosition() >= next_) {
        next_ = event.getPosition() + 1;
        if (wanted(event)) print(event, cursor->bytes());
      }
      if (!out_) return false;
    }
    next_ = std::max(next_, until_ + 1);
    return true;
  }

  void follow(const EventStore& store) {
    names_.follow(store);
    until_ = store.head().position;
    if (facts_.id.empty()) facts_ = ledger_facts(store);
  }

 private:
  bool wanted(ledger::schema::Event::Reader event) const {
    const auto& types = options_.types;
    return types.empty() || std::find(types.begin(), types.end(), kind_of(event)) != types.end();
  }

  void print(ledger::schema::Event::Reader event, std::span<const std::byte> bytes) {
    switch (query_.format) {
      case Format::table:
        lines_->print(event, bytes, out_);
        break;
      case Format::jsonl:
        names_.learn(event);
        out_ << boost::json::serialize(event_json(event, bytes, names_, facts_.simulated()))
             << '\n';
        break;
      case Format::csv:
        names_.learn(event);
        out_ << csv_record(event, names_, facts_.simulated());
        break;
    }
  }

  const HistoryOptions& options_;
  const Query query_;
  Names names_;
  LedgerFacts facts_;
  std::ostream& out_;
  std::optional<ledger::StreamId> stream_;
  Position next_ = 1;
  Position until_;
  std::uint64_t version_ = 0;  // of the stream's last event that was read
  std::optional<EventLines> lines_;
};

}  // namespace

int run_history(const EventStore& store, const HistoryOptions& options, std::ostream& out,
                std::ostream& err, const Reopen& reopen, const FleetStart& start) {
  try {
    History history(store, options, start, out);
    history.print_head();
    bool read = history.print(store);
    out.flush();
    std::unique_ptr<EventStore> current;
    while (read && options.follow && reopen) {
      // The one before is closed only when nothing refers to it any more.
      auto next = reopen();
      if (!next) break;
      history.follow(*next);
      current = std::move(next);
      read = history.print(*current);
      out.flush();
    }
    return static_cast<int>(ExitStatus::done);
  } catch (const UsageError& e) {
    err << "history: " << e.what() << '\n';
    return static_cast<int>(ExitStatus::usage);
  }
}

}  // namespace migledger::cli
