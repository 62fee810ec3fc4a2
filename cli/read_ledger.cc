#include "cli/read_ledger.h"

#include <poll.h>
#include <unistd.h>

#include <iostream>

#include "cli/open_to_read.h"
#include "cli/printable.h"
#include "ledger/checkpoint.h"
#include "ledger/fleet_keeper.h"
#include "ledger/publish.h"
#include "ledger/rocks_event_store.h"

namespace migledger::cli {

namespace {

// The newest snapshot at or before a position, for as long as `store` lives; one that cannot be
// used is passed over.
FleetStart snapshots_of(const std::string& directory, const ledger::EventStore& store) {
  return [directory, &store](ledger::Position at_most) -> std::optional<ledger::FleetSummary> {
    return ledger::fleet_snapshot(store, ledger::SnapshotStore(directory), at_most);
  };
}

constexpr int kBetweenLooks = 500;  // milliseconds

// Waits so many milliseconds. False, at once: nobody reads the output any more. A pipe says so
// without being written to (poll(2), POLLERR).
bool wait_while_read(int milliseconds) {
  pollfd output{STDOUT_FILENO, 0, 0};
  return ::poll(&output, 1, milliseconds) <= 0 || (output.revents & (POLLERR | POLLHUP)) == 0;
}

}  // namespace

int read_status(const std::string& directory, StatusOptions options, std::ostream& out,
                std::ostream& err) {
  const auto store = open_to_read(directory, err);
  options.ledger = directory;
  options.run = ledger::RocksEventStore::current_writer(directory);
  return run_status(*store, options, out, snapshots_of(directory, *store));
}

int read_replay(const std::string& directory, ReplayOptions options, std::ostream& out,
                std::ostream& err) {
  const auto store = open_to_read(directory, err);
  std::unique_ptr<Keys> keys;
  if (options.step) {
    const bool typed = options.terminal.is_terminal && isatty(STDIN_FILENO) == 1;
    keys = typed ? keys_of_terminal(STDIN_FILENO, out) : keys_of_lines(std::cin);
    options.keys = keys.get();
  }
  return run_replay(*store, options, out, snapshots_of(directory, *store));
}

int read_why(const std::string& directory, const WhyOptions& options, std::ostream& out,
             std::ostream& err) {
  const auto store = open_to_read(directory, err);
  return run_why(*store, options, out, snapshots_of(directory, *store));
}

int read_otlp(const std::string& directory, const ExportOtlp& options, std::ostream& out,
              std::ostream& err) {
  const auto store = open_to_read(directory, err);
  return export_otlp(*store, options, out, snapshots_of(directory, *store));
}

int read_report(const std::string& directory, ReportOptions options, std::ostream& out,
                std::ostream& err) {
  const auto store = open_to_read(directory, err);
  options.directory = directory;
  options.checkpoint = [&](ledger::Position at_most) -> std::string {
    const ledger::CheckpointStore published(directory);
    const auto sizes = published.sizes();
    for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
      if (*size > at_most) continue;
      std::string why;
      try {
        const auto read = published.read(*size);
        if (!read) continue;
        why = ledger::why_inconsistent(*store, read->checkpoint, published.file_of(*size).string());
        if (why.empty()) return read->bytes;
      } catch (const ledger::LedgerError& e) {
        if (e.kind != ledger::LedgerErrorKind::refused) throw;
        why = e.what();
      }
      err << "migledger: " << printable(why, 1000) << "; that checkpoint is left out\n";
    }
    return {};
  };
  return run_report(*store, options, out, snapshots_of(directory, *store));
}

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
