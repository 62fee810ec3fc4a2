// How soon a command on a long ledger says its first word, as a whole process, over a process that
// only opens the same database; and how long the write-ahead log of an unclean end can be, which
// bounds the next opening.
#include <system_error>

#include "ledger/fold/fleet_keeper.h"
#include "tests/bench/bare_open.h"
#include "tests/bench/bench.h"
#include "tests/bench/first_output.h"
#include "tests/bench/histories.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"

namespace migledger::bench {

namespace {

// Events after the newest snapshot: about half of what a run lets pass between two.
constexpr int kAfterSnapshot = 8000;
constexpr int kBatch = 100;

// A snapshot, and events after it, as a run leaves them.
void add_snapshot(const std::filesystem::path& path) {
  ledger::SnapshotStore snapshots(path);
  ledger::OpeningReport report;
  const auto store = ledger::RocksEventStore::open_writer(path, {1, "bench", kBegin}, report);
  if (ledger::fleet_snapshot(*store, snapshots, ~ledger::Position{0})) return;
  ledger::save_fleet(*store, ledger::load_fleet(*store, snapshots).fleet, store->frontier().root(),
                     snapshots);
  const auto stream = store->find_stream("vm-0").value();
  for (int i = 0; i < kAfterSnapshot; i += kBatch) {
    std::vector<ledger::EventDraft> drafts;
    for (int j = 0; j < kBatch; ++j) drafts.push_back(ordinary_event(stream));
    store->append(drafts);
  }
}

// The most bytes that the write-ahead logs of a ledger hold at any time while it is appended to.
double longest_log(Context& context) {
  const auto path = context.directory / "log.ledger";
  const auto store = new_ledger(path);
  ledger::EventDraft started(ledger::kNewStream, kBegin, 1);
  started.body().initMigrationStarted().setName("vm");
  const auto stream = store->append_one(started);
  std::uintmax_t most = 0;
  for (int i = 0; i < (context.quick ? 10 : 600); ++i) {
    std::vector<ledger::EventDraft> drafts;
    for (int j = 0; j < kBatch; ++j) drafts.push_back(ordinary_event(stream));
    store->append(drafts);
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path / "events")) {
      std::error_code gone;
      const auto size = entry.path().extension() == ".log" ? entry.file_size(gone) : 0;
      if (!gone) bytes += size;
    }
    most = std::max(most, bytes);
  }
  return static_cast<double>(most) / (1 << 20);
}

}  // namespace

void bench_open(Context& context) {
  Report& report = context.report;
  report.section("open");
  const std::size_t migrations = context.quick ? 40 : 100'000;
  const auto path = long_ledger(context, migrations);
  add_snapshot(path);
  const std::string half = std::to_string(migrations * kEventsAMigration / 2);
  const auto command = [&](std::vector<std::string> words) {
    words.insert(words.begin(), context.migledger.string());
    words.insert(words.end(), {"--ledger", path.string()});
    return words;
  };
  const std::vector<std::string> bare = {context.self.string(), kBareOpen, path.string()};
  const auto status = command({"status"});
  const auto history = command({"history", "--until", half});
  const auto times =
      compare(context.quick ? 3 : 21, context.random,
              {[&] { return first_output(bare); }, [&] { return first_output(status); },
               [&] { return first_output(history); }});
  const std::string of = " of " + std::to_string(migrations * kEventsAMigration) + " events";
  report.ratio("status" + of, "ms", times[1], times[0], Goal::most(3));
  report.ratio("history --until" + of, "ms", times[2], times[0], Goal::most(3));
  report.value("longest log of an unclean end", "MiB", longest_log(context), Goal::most(4));
}

}  // namespace migledger::bench
