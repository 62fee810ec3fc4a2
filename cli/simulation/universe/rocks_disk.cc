// A ledger as the product keeps it, on a machine that loses power. Slower by far than one in
// memory, so only some seeds have it.
#include <filesystem>
#include <utility>

#include "cli/simulation/universe/disk.h"
#include "cli/simulation/universe/forwarding_store.h"
#include "cli/simulation/universe/lossy_file_system.h"
#include "ledger/copy/forking.h"
#include "ledger/copy/ledger_builder.h"
#include "ledger/directory/evidence_store.h"
#include "ledger/store/rocks_event_store.h"
#include "ledger/verify/verify.h"
#include "workflow/run/records.h"

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
  // Byte for byte, as a copy of then has it.
  void put_back(Position head) override {
    const auto older = beside(".older");
    std::filesystem::create_directory(older);
    {
      const auto store = read();
      ledger::LedgerBuilder builder(older);
      for (const auto cursor = store->scan(1, head); cursor->next();) builder.add(cursor->bytes());
      builder.finish();
    }
    for (const auto& digest : ledger::EvidenceStore(machine_.directory).all())
      ledger::EvidenceStore(older).put(*ledger::EvidenceStore(machine_.directory).get(digest));
    std::filesystem::remove_all(machine_.directory);
    std::filesystem::rename(older, machine_.directory);
  }

  std::string keep(std::string_view evidence) override {
    const auto digest = ledger::EvidenceStore(machine_.directory).put(ledger::bytes_of(evidence));
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
  }

  std::string verify() override { return finding_in(machine_.directory); }

  std::string fork(Position position) override {
    const auto directory = beside(".fork");
    {
      const auto origin = read();
      const Time now = origin->head().time;
      ledger::fork_ledger(*origin, position, directory, {1, "sim", {}},
                          workflow::session_opened({ledger::kLedgerStream, now, 0, 0}, {}, {}), now)
          ->close();
    }
    std::string found = finding_in(directory);
    std::filesystem::remove_all(directory);
    return found;
  }

 private:
  std::filesystem::path beside(const char* suffix) const {
    auto path = machine_.directory;
    return path += suffix;
  }
  std::string finding_in(const std::filesystem::path& directory) {
    ledger::VerifyOptions options;
    options.threads = 1;
    options.file_system = machine_.options().file_system;
    const auto found = ledger::verify(directory, options);
    if (!found.findings.kept().empty()) {
      const auto& first = found.findings.kept().front();
      return std::string(ledger::name_of(first.check)) + ": " + first.what;
    }
    if (found.ending() != ledger::Verification::Ending::intact) return "it is not intact";
    return found.tree ? std::string() : "it has no Merkle tree";
  }

  Machine machine_;
};

}  // namespace

std::unique_ptr<Disk> make_rocks_disk(const std::string& directory, EventDraft first) {
  return std::make_unique<RocksDisk>(directory, std::move(first));
}

}  // namespace migledger::simulation
