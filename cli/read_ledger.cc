#include "cli/read_ledger.h"

#include <chrono>
#include <ostream>
#include <thread>

#include "cli/printable.h"
#include "ledger/fleet_keeper.h"
#include "ledger/rocks_event_store.h"

namespace migledger::cli {

namespace {

std::unique_ptr<ledger::RocksEventStore> open(const std::string& directory, std::ostream& err) {
  ledger::OpeningReport report;
  auto store = ledger::RocksEventStore::open_reader(directory, report);
  for (const auto& sentence : report.sentences())
    err << "migledger: " << printable(sentence, 1000) << "\n";
  return store;
}

// The newest snapshot at or before a position, for as long as `store` lives; one that cannot be
// used is passed over.
FleetStart snapshots_of(const std::string& directory, const ledger::EventStore& store) {
  return [directory, &store](ledger::Position at_most) -> std::optional<ledger::FleetSummary> {
    return ledger::fleet_snapshot(store, ledger::SnapshotStore(directory), at_most);
  };
}

}  // namespace

int read_status(const std::string& directory, StatusOptions options, std::ostream& out,
                std::ostream& err) {
  const auto store = open(directory, err);
  options.run = ledger::RocksEventStore::current_writer(directory);
  return run_status(*store, options, out, snapshots_of(directory, *store));
}

int read_replay(const std::string& directory, const ReplayOptions& options, std::ostream& out,
                std::ostream& err) {
  const auto store = open(directory, err);
  return run_replay(*store, options, out, err, snapshots_of(directory, *store));
}

int read_history(const std::string& directory, const HistoryOptions& options, std::ostream& out,
                 std::ostream& err) {
  const auto store = open(directory, err);
  const Reopen reopen = [&]() -> std::unique_ptr<ledger::EventStore> {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return open(directory, err);
  };
  return run_history(*store, options, out, err, reopen, snapshots_of(directory, *store));
}

}  // namespace migledger::cli
