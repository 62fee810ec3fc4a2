// A ledger as the product keeps it, on a machine that loses power. Slower by far than one in
// memory, so only some seeds have it.
#include <filesystem>
#include <utility>

#include "cli/simulation/disk.h"
#include "cli/simulation/forwarding_store.h"
#include "cli/simulation/lossy_file_system.h"
#include "ledger/rocks_event_store.h"

namespace migledger::simulation {

namespace {

using ledger::EventDraft;
using ledger::EventStore;
using ledger::LedgerError;
using ledger::OpeningReport;
using ledger::Position;
using ledger::RocksEventStore;

struct Machine {
  std::filesystem::path directory;
  LogFate log;
  AppendFate fate = AppendFate::kept;
  bool keep = false;

  ledger::OpenOptions options() {
    ledger::OpenOptions options;
    options.file_system = make_lossy_file_system(log);
    return options;
  }
};

class OpenRocks final : public ForwardingStore {
 public:
  OpenRocks(Machine& machine, std::unique_ptr<RocksEventStore> store)
      : ForwardingStore(std::move(store)), machine_(machine) {}
  ~OpenRocks() override {
    store_.reset();
    machine_.log = {};
  }

  Position append(std::span<EventDraft> drafts) override {
    const AppendFate fate = std::exchange(machine_.fate, AppendFate::kept);
    if (fate == AppendFate::killed_early) lose_power(0);
    machine_.log.fails = fate == AppendFate::fails;
    machine_.log.is_full = fate == AppendFate::disk_full;
    if (fate == AppendFate::killed_torn) {
      // Power goes between the write and the sync.
      machine_.log.fails = true;
      try {
        store_->append(drafts);
      } catch (const LedgerError&) {
      }
      lose_power(machine_.keep ? 0.5 : 0);
    }
    const Position position = store_->append(drafts);
    if (fate == AppendFate::killed_late) lose_power(0);
    return position;
  }

 private:
  [[noreturn]] void lose_power(double torn_part) {
    machine_.log.lost = true;
    machine_.log.torn_part = torn_part;
    throw Killed{};
  }

  Machine& machine_;
};

class RocksDisk final : public Disk {
 public:
  RocksDisk(std::filesystem::path directory, EventDraft first) {
    machine_.directory = std::move(directory);
    RocksEventStore::create(machine_.directory, {1, "sim", {}}, std::move(first),
                            machine_.options())
        ->close();
  }
  ~RocksDisk() override {
    std::error_code ignored;
    std::filesystem::remove_all(machine_.directory, ignored);
  }

  std::unique_ptr<EventStore> open() override {
    OpeningReport report;
    auto store = RocksEventStore::open_writer(machine_.directory, {1, "sim", {}}, report,
                                              machine_.options());
    return std::make_unique<OpenRocks>(machine_, std::move(store));
  }
  void kill() override {
    machine_.log.lost = true;
    machine_.fate = AppendFate::kept;
  }
  void set_fate(AppendFate fate, bool keep) override {
    machine_.fate = fate;
    machine_.keep = keep;
  }
  std::unique_ptr<EventStore> read() override {
    OpeningReport report;
    return RocksEventStore::open_reader(machine_.directory, report, machine_.options());
  }
  void put_back(Position) override {}  // such ledgers are not put back (Universe)

 private:
  Machine machine_;
};

}  // namespace

std::unique_ptr<Disk> make_rocks_disk(const std::string& directory, EventDraft first) {
  return std::make_unique<RocksDisk>(directory, std::move(first));
}

}  // namespace migledger::simulation
