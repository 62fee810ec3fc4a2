#include "cli/replay/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/moment.h"
#include "cli/base/names.h"
#include "cli/base/usage_error.h"
#include "cli/render/event_json.h"
#include "cli/render/event_text.h"
#include "cli/render/fleet_text.h"
#include "cli/replay/next_action.h"
#include "cli/replay/replay_json.h"
#include "cli/replay/replay_text.h"
#include "cli/replay/replayed.h"
#include "cli/session/open_to_read.h"
#include "ledger/base/printable.h"
#include "workflow/audit/why.h"
#include "workflow/decide/row_words.h"
#include "workflow/decide/transitions.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using ledger::Position;
using ledger::StreamId;

// The row that an event names; empty: none.
std::string_view row_of(ledger::schema::Event::Reader event) {
  const auto body = event.getBody();
  if (body.isIntent()) return ledger::view(body.getIntent().getRow());
  if (body.isOutcome()) return ledger::view(body.getOutcome().getRow());
  if (body.isBulkBegun()) return ledger::view(body.getBulkBegun().getRow());
  return {};
}

std::optional<workflow::Row> row_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(workflow::Row::too_early); ++i)
    if (const auto row = static_cast<workflow::Row>(i); workflow::name_of(row) == name) return row;
  return std::nullopt;
}

class Why {
 public:
  Why(const ledger::EventStore& store, const WhyOptions& options, const FleetStart& start,
      std::ostream& out)
      : store_(store),
        options_(options),
        out_(out),
        names_(store),
        facts_(ledger_facts(store)),
        until_(options.until ? last_until(store, "--until", parse_moment("--until", *options.until))
                             : store.head().position) {
    ask(start);
  }

  void tell() {
    if (options_.json) {
      tell_json();
    } else {
      tell_text();
    }
    out_.flush();
  }

 private:
  enum class Kind { migration, resource, event };

  // What was asked about.
  void ask(const FleetStart& start) {
    std::string what = options_.what;
    if (what.starts_with("#")) what.erase(0, 1);
    const bool digits = !what.empty() && std::all_of(what.begin(), what.end(),
                                                     [](char c) { return c >= '0' && c <= '9'; });
    if (const auto stream = store_.find_stream(options_.what); stream && *stream <= until_) {
      kind_ = Kind::migration;
      target_ = last_of(*stream);
      stream_ = *stream;
    } else if (digits) {
      kind_ = Kind::event;
      target_ = last_until(store_, "why", parse_moment("why", what));
      if (target_ == 0 || target_ > until_)
        throw UsageError(fmt::format("there is no event #{} up to #{}", target_, until_));
    } else if (auto traced = workflow::trace_resource(store_, options_.what, until_)) {
      kind_ = Kind::resource;
      traced_ = std::move(*traced);
      target_ = traced_.made;
    } else {
      try {
        find_migration(store_, options_.what, start);
      } catch (const UsageError& e) {
        const std::string last = last_words(store_, until_);
        std::string words = e.what();
        words += words.ends_with('?') ? " No" : ". No";
        words += " event recorded a resource or key of that name, either";
        if (last.find(options_.what) != std::string::npos)
          words += ". The last run ended with: " + printable(last, 1000);
        throw UsageError(words);
      }
      throw UsageError(
          fmt::format("\"{}\" had not started yet at #{}", printable(options_.what, 60), until_));
    }
    chain_ = workflow::events_behind(store_, target_);
  }

  Position last_of(StreamId stream) const {
    Position last = stream;
    for (const auto cursor = store_.scan_stream(stream); cursor->next();) {
      if (cursor->event().getPosition() > until_) break;
      last = cursor->event().getPosition();
    }
    return last;
  }

  // Calls visit(event, bytes) for each of the positions.
  template <typename Visit>
  void for_each(const std::vector<Position>& positions, Visit&& visit) const {
    for (const Position position : positions) {
      const auto cursor = store_.scan(position, position);
      if (cursor->next()) visit(cursor->event(), cursor->bytes());
    }
  }

  void tell_events(const std::vector<Position>& positions) {
    EventLines::Options lines;
    lines.last = until_;
    lines.terminal = options_.terminal;
    EventLines printer(names_, lines);
    const std::size_t width = options_.terminal.width;
    for_each(positions, [&](auto event, auto bytes) {
      printer.print(event, bytes, out_);
      const auto row = row_of(event);
      if (const auto known = row.empty() ? std::nullopt : row_named(row))
        out_ << fit("      by the " + row_words(*known), width) << '\n';
      if (event.getCause() != 0)
        out_ << fit(fmt::format("      because of #{}", event.getCause()), width) << '\n';
    });
  }

  std::string subject() {
    const auto at = store_.scan(target_, target_);
    at->next();
    const StreamId stream = at->event().getStream();
    const std::string of = printable(names_.migration(stream), 63);
    switch (kind_) {
      case Kind::migration:
        return of;
      case Kind::event:
        return of.empty() ? fmt::format("event #{}", target_)
                          : fmt::format("event #{} of {}", target_, of);
      case Kind::resource:
        break;
    }
    if (traced_.only_named)
      return fmt::format("{}, which nothing here made: the first request about it, of {}",
                         printable(traced_.name, 200), of);
    return fmt::format("{}, {}of {}", printable(traced_.name, 200),
                       traced_.intent == 0 ? "found, " : "", of);
  }

  void tell_text() {
    if (facts_.simulated()) out_ << kSimulatedLine << '\n';
    if (kind_ == Kind::migration) {
      const Replayed replayed = replay_stream(store_, stream_, until_);
      out_ << standing_words(replayed.state, vantage_at(store_, until_)) << '\n';
    } else {
      out_ << "why " << subject() << '\n';
    }
    tell_events(chain_);
    if (kind_ == Kind::resource) {
      out_ << (traced_.became.empty() ? "nothing else was recorded about it\n"
                                      : "what became of it:\n");
      tell_events(traced_.became);
    }
    if (kind_ == Kind::migration) {
      const Replayed replayed = replay_stream(store_, stream_, until_);
      const NextAction next = next_action(replayed.state, vantage_at(store_, until_));
      out_ << fit("next: " + next_words(next), options_.terminal.width) << '\n';
      if (next.cannot_tell.empty())
        out_ << fit("      by the " + row_words(next.decision.row), options_.terminal.width)
             << '\n';
      const auto ways =
          workflow::ways_on(workflow::stage_of(replayed.state), printable(replayed.state.name, 63));
      if (!ways.empty()) out_ << "what can be done:\n";
      print_ways(ways, 2, options_.terminal, out_);
    }
  }

  json::array events_json(const std::vector<Position>& positions) {
    json::array array;
    for_each(positions, [&](auto event, auto bytes) {
      json::object object = event_json(event, bytes, names_, facts_.simulated());
      const auto name = row_of(event);
      if (const auto row = name.empty() ? std::nullopt : row_named(name)) {
        const auto words = workflow::words_of(*row);
        object["why"] = json::object{{"table", words.table},
                                     {"circumstance", words.attempt},
                                     {"look", words.look},
                                     {"then", words.then}};
      }
      array.push_back(std::move(object));
    });
    return array;
  }

  void tell_json() {
    const Vantage vantage = vantage_at(store_, until_);
    json::object object = vantage_json(vantage, facts_);
    json::object asked;
    switch (kind_) {
      case Kind::migration: {
        asked = {{"kind", "migration"}, {"name", json_text(options_.what)}};
        const Replayed replayed = replay_stream(store_, stream_, until_);
        object["next"] = next_json(next_action(replayed.state, vantage), replayed.state);
        const auto ways =
            workflow::ways_on(workflow::stage_of(replayed.state), replayed.state.name);
        if (!ways.empty()) object["need"] = json_text(words_of(ways));
        break;
      }
      case Kind::event:
        asked = {{"kind", "event"}, {"position", target_}};
        break;
      case Kind::resource:
        asked = {{"kind", "resource"},
                 {"name", json_text(traced_.name)},
                 {"made", traced_.made},
                 {"intent", traced_.intent}};
        if (traced_.only_named) asked["only_named"] = true;
        object["became"] = events_json(traced_.became);
        break;
    }
    object["asked"] = std::move(asked);
    object["chain"] = events_json(chain_);
    out_ << json::serialize(object) << '\n';
  }

  const ledger::EventStore& store_;
  const WhyOptions& options_;
  std::ostream& out_;
  Names names_;
  const LedgerFacts facts_;
  const Position until_;
  Kind kind_ = Kind::event;
  Position target_ = 0;
  StreamId stream_ = 0;
  workflow::Traced traced_;
  std::vector<Position> chain_;
};

}  // namespace

int run_why(const ledger::EventStore& store, const WhyOptions& options, std::ostream& out,
            const FleetStart& start) {
  Why(store, options, start, out).tell();
  return static_cast<int>(ExitStatus::done);
}

int read_why(const std::string& directory, const WhyOptions& options, std::ostream& out,
             std::ostream& err) {
  const auto store = open_to_read(directory, err);
  return run_why(*store, options, out, snapshots_of(directory, *store));
}

}  // namespace migledger::cli
