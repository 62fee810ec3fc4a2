// Replay: decoding and folding every event of a long ledger, over iterating RocksDB and doing
// nothing; and the state of one migration, which must not depend on how long the ledger is.
#include <unordered_map>

#include "ledger/fleet_summary.h"
#include "ledger/migration_state.h"
#include "ledger/rocks_event_store.h"
#include "tests/bench/bench.h"
#include "tests/bench/histories.h"
#include "tests/bench/iteration.h"
#include "tests/bench/measure.h"

namespace migledger::bench {

namespace {

using ledger::RocksEventStore;

template <typename Fold>
double fold_all(const std::filesystem::path& ledger, Fold&& fold) {
  ledger::OpeningReport report;
  const auto store = RocksEventStore::open_reader(ledger, report);
  return seconds_of([&] {
    for (const auto cursor = store->scan(1); cursor->next();) fold(cursor->event());
  });
}

double fold_fleet(const std::filesystem::path& ledger) {
  ledger::FleetSummary fleet;
  return fold_all(ledger, [&](auto event) { fleet.apply(event); });
}

double fold_states(const std::filesystem::path& ledger) {
  std::unordered_map<ledger::StreamId, ledger::MigrationState> states;
  return fold_all(ledger, [&](auto event) {
    if (event.getStream() != ledger::kLedgerStream) states[event.getStream()].apply(event);
  });
}

double decode_all(const std::filesystem::path& ledger) {
  return fold_all(ledger, [](auto) {});
}

void measure_folds(Context& context, const std::filesystem::path& ledger, std::size_t migrations) {
  const auto events = static_cast<double>(migrations * kEventsAMigration);
  const auto rate = [&](double seconds) { return events / seconds; };
  iterate(ledger);  // so that all of it is in the page cache
  const auto rates = compare(
      context.quick || migrations > 10000 ? 3 : 5, context.random,
      {[&] { return rate(iterate(ledger)); }, [&] { return rate(decode_all(ledger)); },
       [&] { return rate(fold_fleet(ledger)); }, [&] { return rate(fold_states(ledger)); }});
  Report& report = context.report;
  const std::string of = std::to_string(migrations * kEventsAMigration) + " events, ";
  report.ratio(of + "decoded", "events/s", rates[1], rates[0], Goal::none());
  report.ratio(of + "folded to the fleet", "events/s", rates[2], rates[0], Goal::least(0.45));
  report.ratio(of + "folded to all states", "events/s", rates[3], rates[0], Goal::least(0.45));
}

// Reads the states of migrations drawn at random, each for the first time; microseconds a state.
double read_states(Context& context, const std::filesystem::path& ledger, std::size_t migrations) {
  ledger::OpeningReport report;
  const auto store = RocksEventStore::open_reader(ledger, report);
  std::uniform_int_distribution<std::size_t> draw(0, migrations - 1);
  std::vector<double> times;
  for (int i = 0; i < 50; ++i) {
    const std::string name = "vm-" + std::to_string(draw(context.random));
    times.push_back(1e6 * seconds_of([&] {
                      ledger::MigrationState state;
                      const auto stream = store->find_stream(name);
                      for (const auto cursor = store->scan_stream(stream.value()); cursor->next();)
                        state.apply(cursor->event());
                    }));
  }
  return median(std::move(times));
}

}  // namespace

void bench_replay(Context& context) {
  context.report.section("replay");
  const std::size_t small = context.quick ? 10 : 1000;
  const std::size_t middle = context.quick ? 20 : 10'000;
  const std::size_t large = context.quick ? 40 : 100'000;
  const auto in_small = long_ledger(context, small);
  const auto in_middle = long_ledger(context, middle);
  const auto in_large = long_ledger(context, large);
  measure_folds(context, in_middle, middle);
  measure_folds(context, in_large, large);
  const auto times = compare(context.quick ? 1 : 5, context.random,
                             {[&] { return read_states(context, in_large, large); },
                              [&] { return read_states(context, in_small, small); }});
  context.report.ratio(
      "state of one of " + std::to_string(large) + ", over one of " + std::to_string(small), "us",
      times[0], times[1], Goal::most(2));
}

}  // namespace migledger::bench
