#include "cli/read_ledger.h"

#include <chrono>
#include <ostream>
#include <thread>

#include "cli/printable.h"
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

}  // namespace

int read_history(const std::string& directory, const HistoryOptions& options, std::ostream& out,
                 std::ostream& err) {
  const auto store = open(directory, err);
  const Reopen reopen = [&]() -> std::unique_ptr<ledger::EventStore> {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return open(directory, err);
  };
  return run_history(*store, options, out, err, reopen);
}

}  // namespace migledger::cli
