// A ledger whose events are any bytes: every fold, every sentence, every reading command.
// The input: the bytes of one event after the other, between lines "~~".
#include <kj/exception.h>

#include <boost/json.hpp>
#include <sstream>

#include "cli/base/usage_error.h"
#include "cli/history/history.h"
#include "cli/render/event_csv.h"
#include "cli/render/event_json.h"
#include "cli/render/event_kind.h"
#include "cli/render/event_text.h"
#include "cli/replay/replay.h"
#include "cli/replay/status.h"
#include "ledger/event/codec.h"
#include "ledger/fold/fleet_summary.h"
#include "ledger/fold/migration_state.h"
#include "tests/fuzz/hostile_store.h"
#include "tests/fuzz/target.h"
#include "workflow/steps/made_log.h"

namespace migledger::fuzz {

namespace {

using ledger::schema::Event;

constexpr std::size_t kMostEvents = 24;

// Runs `read`, which may say that the ledger is corrupt, or find a pointer in it that leads
// nowhere.
template <typename Read>
void reading(Read&& read) {
  try {
    read();
  } catch (const ledger::LedgerError& error) {
    promise(error.kind == ledger::LedgerErrorKind::corrupt, error.what());
  } catch (const cli::UsageError& error) {
    promise_printable(error.what(), "an error of usage is printable");
  } catch (const kj::Exception&) {
  }
}

void promise_json(const std::string& text) {
  boost::json::error_code bad;
  boost::json::parse(text, bad);
  promise(!bad, "what is printed as JSON can be read as JSON");
}

void say(Event::Reader event, std::span<const std::byte> bytes, cli::Names& names) {
  promise_printable(cli::describe(event, names), "a sentence is printable");
  promise_printable(cli::describe(event, names, {4000, true}), "a long sentence is printable");
  promise_printable(cli::kind_of(event), "a kind is printable");
  promise_printable(cli::result_of(event), "a result is printable");
  (void)cli::colour_of(event);
  (void)cli::step_of(event);
  (void)cli::csv_record(event, names, false);
  promise_json(boost::json::serialize(cli::event_json(event, bytes, names, true)));
}

// What was decoded is encoded anew, and says the same.
void code(Event::Reader event) {
  const std::string said = boost::json::serialize(cli::body_json(event));
  std::vector<std::byte> again;
  try {
    again = ledger::encode(event);
  } catch (const ledger::LedgerError& error) {
    promise(error.kind == ledger::LedgerErrorKind::too_large, error.what());
    return;
  }
  ledger::Decoder decoder;
  const auto same = decoder.decode(again);
  promise(boost::json::serialize(cli::body_json(same)) == said, "encoding changes nothing");
  promise(same.getPosition() == event.getPosition() && same.getTime() == event.getTime(),
          "encoding keeps the header");
  promise(ledger::encode(same) == again, "encoding is canonical");
}

void fold(const HostileStore& store) {
  ledger::FleetSummary fleet;
  reading([&] {
    for (const auto cursor = store.scan(1, store.head().position); cursor->next();)
      fleet.apply(cursor->event());
  });
  const auto saved = fleet.save();
  const auto loaded = ledger::FleetSummary::load(saved);
  promise(loaded.has_value() && *loaded == fleet, "a snapshot equals the fold");

  for (const auto& row : fleet.rows()) {
    (void)fleet.step_name(row);
    (void)row.steps_done();
    ledger::MigrationState state;
    workflow::MadeLog made;
    reading([&] {
      for (const auto cursor = store.scan_stream(row.stream, 1); cursor->next();) {
        state.apply(cursor->event());
        made.apply(cursor->event());
      }
    });
    for (std::size_t i = 0; i <= ledger::kMaxSteps; ++i) {
      (void)state.is_done(static_cast<ledger::StepIndex>(i));
      (void)state.step_name(static_cast<ledger::StepIndex>(i));
    }
  }
}

void history(const HostileStore& store, cli::HistoryOptions options) {
  std::ostringstream out;
  reading([&] { cli::run_history(store, options, out); });
  if (options.format == "table") promise_printable(out.str(), "history is printable");
}

void replay(const HostileStore& store, cli::ReplayOptions options) {
  std::ostringstream out;
  bool whole = false;
  reading([&] { whole = cli::run_replay(store, options, out) == 0; });
  if (!options.json) promise_printable(out.str(), "replay is printable");
  if (options.json && whole) promise_json(out.str());
}

void print(const HostileStore& store) {
  for (const char* format : {"table", "jsonl", "csv"}) {
    cli::HistoryOptions options;
    options.format = format;
    history(store, options);
  }
  cli::HistoryOptions verbose;
  verbose.verbose = true;
  verbose.terminal.width = 60;
  history(store, verbose);

  for (const bool json : {false, true}) {
    cli::StatusOptions status;
    status.json = json;
    std::ostringstream out;
    reading([&] { cli::run_status(store, status, out); });
    if (!json) promise_printable(out.str(), "status is printable");

    cli::ReplayOptions all;
    all.json = json;
    replay(store, all);
    ledger::FleetSummary fleet;
    reading([&] { fleet = cli::load_fleet(store, store.head().position); });
    for (const auto& row : fleet.rows()) {
      cli::ReplayOptions one = all;
      one.migration = row.name;
      replay(store, one);
      one.next = true;
      replay(store, one);
      one.next = false;
      one.diff.emplace("1", std::to_string(store.head().position));
      replay(store, one);
    }
  }
}

}  // namespace

void fuzz_events(std::string_view bytes) {
  auto parts = parts_of(bytes);
  if (parts.size() > kMostEvents) parts.resize(kMostEvents);
  const HostileStore store(parts);
  cli::Names names(store);
  reading([&] {
    for (const auto cursor = store.scan(1, store.head().position); cursor->next();) {
      const auto event = cursor->event();
      reading([&] { say(event, cursor->bytes(), names); });
      reading([&] { code(event); });
    }
  });
  fold(store);
  print(store);
}

}  // namespace migledger::fuzz
