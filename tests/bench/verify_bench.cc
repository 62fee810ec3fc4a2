// Verify: reading all of a long ledger and holding everything in it against everything else, over
// iterating RocksDB and doing nothing.
#include <algorithm>
#include <stdexcept>

#include "ledger/fold/fleet_keeper.h"
#include "ledger/store/rocks_event_store.h"
#include "ledger/verify/verify.h"
#include "tests/bench/bench.h"
#include "tests/bench/histories.h"
#include "tests/bench/iteration.h"
#include "tests/bench/measure.h"

namespace migledger::bench {

namespace {

// The snapshots that a run leaves: one at the end, one an interval before.
void make_snapshots(const std::filesystem::path& ledger) {
  ledger::OpeningReport report;
  const auto store = ledger::RocksEventStore::open_reader(ledger, report);
  const ledger::Position head = store->head().position;
  const ledger::Position before = head - std::min(head / 2, ledger::kSnapshotInterval);
  ledger::VerifyOptions options;
  options.sizes = {before, head};
  const auto trees = ledger::verify(ledger, options).trees;
  ledger::SnapshotStore snapshots(ledger);
  for (const auto position : options.sizes)
    ledger::save_fleet(*store, ledger::load_fleet(*store, snapshots, position).fleet,
                       trees.at(position).root(), snapshots);
}

double verify_all(const std::filesystem::path& ledger, unsigned threads) {
  ledger::VerifyOptions options;
  options.threads = threads;
  return seconds_of([&] {
    const auto found = ledger::verify(ledger, options);
    if (found.ending() != ledger::Verification::Ending::intact || found.snapshots != 2)
      throw std::runtime_error("the ledger of the benchmark is not intact: " +
                               (found.findings.kept().empty() ? std::string("snapshots")
                                                              : found.findings.kept()[0].what));
  });
}

}  // namespace

void bench_verify(Context& context) {
  context.report.section("verify");
  const std::size_t migrations =
      context.quick ? 40 : std::max<std::size_t>(1, context.events / kEventsAMigration);
  const auto ledger = long_ledger(context, migrations);
  make_snapshots(ledger);
  const auto events = static_cast<double>(migrations * kEventsAMigration);
  iterate(ledger);  // so that all of it is in the page cache
  const auto rates = compare(
      context.quick || migrations > 10000 ? 3 : 5, context.random,
      {[&] { return events / iterate(ledger); }, [&] { return events / verify_all(ledger, 0); },
       [&] { return events / verify_all(ledger, 1); }});
  const std::string of = std::to_string(migrations * kEventsAMigration) + " events, ";
  context.report.ratio(of + "verified", "events/s", rates[1], rates[0], Goal::least(0.25));
  context.report.ratio(of + "verified by one thread", "events/s", rates[2], rates[0], Goal::none());
}

}  // namespace migledger::bench
