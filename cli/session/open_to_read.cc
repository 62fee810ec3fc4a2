#include "cli/session/open_to_read.h"

#include <ostream>

#include "ledger/base/printable.h"
#include "ledger/fold/fleet_keeper.h"
#include "ledger/fold/snapshot_store.h"

namespace migledger::cli {

void tell(const ledger::OpeningReport& report, std::ostream& err) {
  for (const auto& sentence : report.sentences())
    err << "migledger: " << printable(sentence, 1000) << "\n";
}

std::unique_ptr<ledger::RocksEventStore> open_to_read(const std::string& directory,
                                                      std::ostream& err) {
  ledger::OpeningReport report;
  auto store = ledger::RocksEventStore::open_reader(directory, report);
  tell(report, err);
  return store;
}

FleetStart snapshots_of(const std::string& directory, const ledger::EventStore& store) {
  return [directory, &store](ledger::Position at_most) -> std::optional<ledger::FleetSummary> {
    return ledger::fleet_snapshot(store, ledger::SnapshotStore(directory), at_most);
  };
}

}  // namespace migledger::cli
