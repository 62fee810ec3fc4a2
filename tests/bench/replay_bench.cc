// Replay: decoding and folding every event of a long ledger, over iterating RocksDB and doing
// nothing; and the state of one migration, which must not depend on how long the ledger is.
#include <rocksdb/db.h>

#include <algorithm>
#include <unordered_map>

#include "ledger/fold/fleet_keeper.h"
#include "ledger/fold/fleet_summary.h"
#include "ledger/fold/migration_state.h"
#include "ledger/store/rocks_event_store.h"
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

// The fleet at moments drawn at random, each in a fresh opening's caches but not a cold disk; and
// whether each is what the full fold says.
void measure_moments(Context& context, const std::filesystem::path& ledger,
                     std::size_t migrations) {
  ledger::OpeningReport report;
  const auto store = RocksEventStore::open_reader(ledger, report);
  ledger::SnapshotStore snapshots(ledger);
  const ledger::Position head = store->head().position;
  const double laid = seconds_of([&] { ledger::lay_fleet_snapshots(*store, snapshots); });
  std::uintmax_t bytes = 0;
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(ledger / "snapshots")) {
    bytes += file.file_size();
    ++count;
  }
  std::uniform_int_distribution<ledger::Position> draw(1, head);
  std::vector<double> times;
  for (int i = 0; i < (context.quick ? 5 : 201); ++i) {
    const auto at = draw(context.random);
    times.push_back(1e3 * seconds_of([&] {
                      if (ledger::load_fleet(*store, snapshots, at).fleet.position() != at)
                        throw std::runtime_error("the fleet is not of its moment");
                    }));
  }
  std::vector<ledger::Position> moments(context.quick ? 10 : 1000);
  for (auto& moment : moments) moment = draw(context.random);
  std::sort(moments.begin(), moments.end());
  std::size_t differ = 0;
  ledger::FleetSummary fleet;
  auto moment = moments.begin();
  for (const auto cursor = store->scan(1); moment != moments.end() && cursor->next();) {
    fleet.apply(cursor->event());
    for (; moment != moments.end() && *moment == fleet.position(); ++moment)
      if (!(ledger::load_fleet(*store, snapshots, *moment).fleet == fleet)) ++differ;
  }
  if (differ > 0) throw std::runtime_error(std::to_string(differ) + " fleets differ from the fold");
  std::sort(times.begin(), times.end());
  const std::string of = std::to_string(migrations * kEventsAMigration) + " events, ";
  context.report.value(of + "laying the snapshots in one pass", "s", laid, Goal::none());
  context.report.value(of + "bytes of " + std::to_string(count) + " snapshots", "MiB",
                       static_cast<double>(bytes) / (1 << 20), Goal::none());
  context.report.value(of + "fleet at a random moment, median", "ms", times[times.size() / 2],
                       Goal::most(50));
  context.report.value(of + "fleet at a random moment, 95th percentile", "ms",
                       times[times.size() * 95 / 100], Goal::none());
  context.report.remark("at " + std::to_string(moments.size()) +
                        " random moments the fleet is the same as the full fold's");
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
  measure_moments(context, in_large, large);
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
