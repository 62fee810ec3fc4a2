#include "cli/history/history.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/moment.h"
#include "cli/base/names.h"
#include "cli/base/usage_error.h"
#include "cli/history/history_filter.h"
#include "cli/history/history_source.h"
#include "cli/render/event_cloudevents.h"
#include "cli/render/event_csv.h"
#include "cli/render/event_json.h"
#include "cli/render/event_text.h"
#include "cli/session/open_to_read.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

using ledger::EventStore;
using ledger::Position;

enum class Format { table, jsonl, csv, cloudevents };

// What was asked for, checked before anything is read.
struct Query {
  Format format = Format::table;
  std::optional<Moment> since;
  std::optional<Moment> until;
};

Format parse_format(std::string_view name) {
  if (name == "table") return Format::table;
  if (name == "jsonl") return Format::jsonl;
  if (name == "csv") return Format::csv;
  if (name == "cloudevents") return Format::cloudevents;
  throw UsageError(fmt::format("--format: \"{}\" is none of table, jsonl, csv, cloudevents",
                               printable(name, 60)));
}

Query parse(const HistoryOptions& options, std::size_t ledgers) {
  Query query;
  query.format = parse_format(options.format);
  if (options.since) query.since = parse_moment("--since", *options.since);
  if (options.until) query.until = parse_moment("--until", *options.until);
  if (options.follow && options.until)
    throw UsageError("--follow goes on for ever and --until ends: give only one of them");
  if (options.follow && options.reverse)
    throw UsageError(
        "--follow tells what comes and --reverse begins with the newest: give only one of them");
  if (options.follow && options.count)
    throw UsageError("--follow goes on for ever and --count ends: give only one of them");
  if (options.count && (query.format == Format::csv || query.format == Format::cloudevents))
    throw UsageError("--count gives one number, as text or with --json");
  if (options.limit == std::uint64_t{0}) throw UsageError("--limit: 0 would tell nothing");
  const bool comparable =
      query.since && query.until && query.since->index() == query.until->index();
  if (comparable && *query.since > *query.until)
    throw UsageError(fmt::format("--since {} is after --until {}", printable(*options.since, 60),
                                 printable(*options.until, 60)));
  for (const auto* moment : {&query.since, &query.until})
    if (ledgers > 1 && *moment && std::holds_alternative<Position>(**moment))
      throw UsageError(
          fmt::format("{}: a position means another moment in each ledger; of several, give a time",
                      moment == &query.since ? "--since" : "--until"));
  return query;
}

// The streams of the migrations asked for, of each ledger. A migration must be in one of them.
std::vector<std::optional<std::vector<ledger::StreamId>>> streams_of(
    std::span<const HistoryLedger> ledgers, const std::vector<std::string>& migrations) {
  std::vector<std::optional<std::vector<ledger::StreamId>>> streams(ledgers.size());
  if (migrations.empty()) return streams;
  for (auto& one : streams) one.emplace();
  for (const auto& name : migrations) {
    bool found = false;
    for (std::size_t i = 0; i < ledgers.size(); ++i)
      if (const auto stream = ledgers[i].store->find_stream(name)) {
        if (std::find(streams[i]->begin(), streams[i]->end(), *stream) == streams[i]->end())
          streams[i]->push_back(*stream);
        found = true;
      }
    // Throws, with the nearest name of the last one.
    if (!found) find_migration(*ledgers.back().store, name, ledgers.back().start);
  }
  return streams;
}

// One of the ledgers while it is told.
struct Told {
  Told(const HistoryLedger& ledger, const Query& query, const HistoryOptions& options,
       const HistoryFilter& filter, std::optional<std::vector<ledger::StreamId>> streams)
      : name(ledger.name), names(*ledger.store), facts(ledger_facts(*ledger.store)) {
    const EventStore& store = *ledger.store;
    HistorySource::Bounds bounds;
    bounds.reverse = options.reverse;
    bounds.last = query.until ? last_until(store, "--until", *query.until) : store.head().position;
    if (query.since) bounds.first = first_since(store, "--since", *query.since);
    const auto* position = query.since ? std::get_if<Position>(&*query.since) : nullptr;
    if (position && *position > store.head().position) {
      // Only who follows can wait for it.
      if (!options.follow) last_until(store, "--since", *query.since);
      bounds.first = *position;
    }
    last = bounds.last;
    source.emplace(store, filter, names, std::move(streams), bounds);
  }

  // Whether there is an event to tell.
  bool ready() {
    if (!pending) pending = source->next();
    return pending;
  }

  std::string name;
  Names names;
  LedgerFacts facts;
  Position last = 0;
  std::optional<HistorySource> source;
  bool pending = false;  // the source is at an event that was not told
  std::uint64_t count = 0;
};

class History {
 public:
  History(std::span<const HistoryLedger> ledgers, const HistoryOptions& options, std::ostream& out)
      : options_(options),
        query_(parse(options, ledgers.size())),
        filter_(options),
        out_(out),
        several_(ledgers.size() > 1) {
    std::vector<const EventStore*> stores;
    for (const auto& ledger : ledgers) stores.push_back(ledger.store);
    check_steps(options.steps, stores);
    check_actors(options.actors, stores);
    auto streams = streams_of(ledgers, options.migrations);
    EventLines::Options lines;
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
      told_.push_back(
          std::make_unique<Told>(ledgers[i], query_, options, filter_, std::move(streams[i])));
      lines.last = std::max(lines.last, told_.back()->last);
    }
    lines.verbose = options.verbose;
    lines.show_migration = options.migrations.size() != 1;
    lines.terminal = options.terminal;
    lines_.emplace(told_.front()->names, lines);
  }

  void print_head() {
    if (options_.count) return;
    if (query_.format == Format::csv) out_ << csv_header(several_);
    if (query_.format != Format::table) return;
    const auto simulated = [](const auto& told) { return told->facts.simulated(); };
    if (std::any_of(told_.begin(), told_.end(), simulated)) out_ << kSimulatedLine << '\n';
    for (const auto& told : told_) {
      const std::string where = several_ ? printable(told->name) + ": " : "";
      if (told->facts.id.empty()) {
        out_ << where << "the ledger is empty\n";
        continue;
      }
      out_ << where
           << fmt::format("ledger {} ({})", printable(told->facts.id, 40),
                          printable(told->facts.cloud, 20));
      if (several_ && told->facts.simulated() &&
          !std::all_of(told_.begin(), told_.end(), simulated))
        out_ << ", simulated";
      if (options_.migrations.size() == 1)
        out_ << ", migration " << printable(options_.migrations[0]);
      out_ << ", times are local\n";
    }
  }

  // Tells the events up to where each ledger ends; false when nobody reads any more, or as many as
  // were wanted have been told.
  bool tell() {
    while (Told* const next = pick()) {
      next->pending = false;
      ++next->count;
      ++count_;
      if (!options_.count) print(*next);
      if (!out_ || (options_.limit && count_ >= *options_.limit)) return false;
    }
    return true;
  }

  void finish() {
    const bool json = query_.format == Format::jsonl;
    if (!options_.count) {
      const bool empty = std::all_of(told_.begin(), told_.end(),
                                     [](const auto& told) { return told->facts.id.empty(); });
      if (count_ == 0 && query_.format == Format::table && !empty && out_)
        out_ << "no event is like that\n";
      return;
    }
    if (json) {
      boost::json::object object{{"count", count_}};
      if (several_) {
        boost::json::array ledgers;
        for (const auto& told : told_)
          ledgers.push_back({{"ledger", json_text(told->name)}, {"count", told->count}});
        object["ledgers"] = std::move(ledgers);
      }
      out_ << boost::json::serialize(object) << '\n';
      return;
    }
    if (several_)
      for (const auto& told : told_) out_ << told->count << ' ' << printable(told->name) << '\n';
    out_ << count_ << (several_ ? " in all\n" : "\n");
  }

  // Goes on with later openings of the same ledgers.
  void follow(const std::vector<std::unique_ptr<EventStore>>& stores) {
    for (std::size_t i = 0; i < told_.size(); ++i) {
      Told& told = *told_[i];
      told.names.follow(*stores.at(i));
      told.last = stores[i]->head().position;
      told.source->follow(*stores[i], told.last);
      if (told.facts.id.empty()) told.facts = ledger_facts(*stores[i]);
    }
  }

 private:
  // The ledger whose next event is the earliest, or in reverse the latest; of equals the first.
  Told* pick() {
    Told* best = nullptr;
    for (const auto& told : told_) {
      if (!told->ready()) continue;
      const auto time = [](const Told& one) { return one.source->event().getTime(); };
      if (!best || (options_.reverse ? time(*told) > time(*best) : time(*told) < time(*best)))
        best = told.get();
    }
    return best;
  }

  void print(Told& told) {
    const auto event = told.source->event();
    const auto bytes = told.source->bytes();
    const std::string_view ledger = several_ ? std::string_view(told.name) : std::string_view();
    if (query_.format == Format::table) {
      lines_->of(told.names, ledger);
      lines_->print(event, bytes, out_);
      return;
    }
    told.names.learn(event);
    if (query_.format == Format::csv) {
      out_ << csv_record(event, told.names, told.facts.simulated(), ledger);
      return;
    }
    auto object = query_.format == Format::cloudevents
                      ? cloud_event(event, bytes, told.names, told.facts)
                      : event_json(event, bytes, told.names, told.facts.simulated());
    // A CloudEvent names its ledger in its source.
    if (several_ && query_.format == Format::jsonl) object["ledger"] = json_text(ledger);
    out_ << boost::json::serialize(object) << '\n';
  }

  const HistoryOptions& options_;
  const Query query_;
  const HistoryFilter filter_;
  std::ostream& out_;
  const bool several_;
  std::vector<std::unique_ptr<Told>> told_;
  std::uint64_t count_ = 0;
  std::optional<EventLines> lines_;
};

}  // namespace

int run_history(std::span<const HistoryLedger> ledgers, const HistoryOptions& options,
                std::ostream& out, const ReopenAll& reopen) {
  History history(ledgers, options, out);
  history.print_head();
  bool read = history.tell();
  out.flush();
  std::vector<std::unique_ptr<EventStore>> current;
  while (read && options.follow && reopen) {
    // Those before are closed only when nothing refers to them any more.
    auto next = reopen();
    if (next.empty()) break;
    history.follow(next);
    current = std::move(next);
    read = history.tell();
    out.flush();
  }
  if (!options.follow) history.finish();
  return static_cast<int>(ExitStatus::done);
}

int run_history(const EventStore& store, const HistoryOptions& options, std::ostream& out,
                const Reopen& reopen, const FleetStart& start) {
  const HistoryLedger ledger{"", &store, start};
  ReopenAll reopen_all;
  if (reopen)
    reopen_all = [&reopen] {
      std::vector<std::unique_ptr<EventStore>> stores;
      if (auto next = reopen()) stores.push_back(std::move(next));
      return stores;
    };
  return run_history(std::span(&ledger, 1), options, out, reopen_all);
}

namespace {

constexpr int kBetweenLooks = 500;  // milliseconds

// Waits so many milliseconds. False, at once: nobody reads the output any more. A pipe says so
// without being written to (poll(2), POLLERR).
bool wait_while_read(int milliseconds) {
  pollfd output{STDOUT_FILENO, 0, 0};
  return ::poll(&output, 1, milliseconds) <= 0 || (output.revents & (POLLERR | POLLHUP)) == 0;
}

}  // namespace

int read_history(const std::vector<std::string>& directories, const HistoryOptions& options,
                 std::ostream& out, std::ostream& err) {
  std::vector<std::unique_ptr<ledger::EventStore>> stores;
  std::vector<HistoryLedger> ledgers;
  for (const auto& directory : directories) {
    stores.push_back(open_to_read(directory, err));
    ledgers.push_back({directory, stores.back().get(), snapshots_of(directory, *stores.back())});
  }
  const ReopenAll reopen = [&] {
    std::vector<std::unique_ptr<ledger::EventStore>> again;
    if (!wait_while_read(kBetweenLooks)) return again;
    for (const auto& directory : directories) again.push_back(open_to_read(directory, err));
    return again;
  };
  return run_history(ledgers, options, out, reopen);
}

}  // namespace migledger::cli
