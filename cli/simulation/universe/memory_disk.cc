#include "cli/simulation/universe/disk.h"
#include "ledger/base/sha256.h"
#include "ledger/store/memory_event_store.h"
#include "ledger/verify/verify.h"

namespace migledger::simulation {

namespace {

using ledger::EventCursor;
using ledger::EventDraft;
using ledger::EventStore;
using ledger::Head;
using ledger::LedgerError;
using ledger::LedgerErrorKind;
using ledger::MemoryEventStore;
using ledger::Position;
using ledger::StreamId;

struct Kept {
  MemoryEventStore events;
  bool open = false;
  AppendFate fate = AppendFate::kept;
  bool keep = false;
};

// The store of one process.
class OpenStore final : public EventStore {
 public:
  OpenStore(Kept& kept, bool writes) : kept_(kept), writes_(writes) { kept_.open |= writes; }
  ~OpenStore() override {
    if (writes_) kept_.open = false;
  }

  Position append(std::span<EventDraft> drafts) override {
    if (!writes_) throw LedgerError(LedgerErrorKind::refused, "opened for reading");
    if (broken_)
      throw LedgerError(LedgerErrorKind::disk, "an append failed; the ledger must be opened again");
    const AppendFate fate = std::exchange(kept_.fate, AppendFate::kept);
    switch (fate) {
      case AppendFate::killed_early:
        throw Killed{};
      case AppendFate::disk_full:
        broken_ = true;
        throw LedgerError(LedgerErrorKind::disk, "No space left on device");
      case AppendFate::killed_torn:
      case AppendFate::fails:
        broken_ = true;
        if (kept_.keep) kept_.events.append(drafts);
        if (fate == AppendFate::killed_torn) throw Killed{};
        throw LedgerError(LedgerErrorKind::disk, "Input/output error");
      case AppendFate::kept:
      case AppendFate::killed_late:
        break;
    }
    const Position position = kept_.events.append(drafts);
    if (fate == AppendFate::killed_late) throw Killed{};
    return position;
  }
  Head head() const override { return kept_.events.head(); }
  std::unique_ptr<EventCursor> scan(Position from, Position to) const override {
    return kept_.events.scan(from, to);
  }
  std::unique_ptr<EventCursor> scan_stream(StreamId stream,
                                           std::uint64_t from_version) const override {
    return kept_.events.scan_stream(stream, from_version);
  }
  std::uint64_t stream_version(StreamId stream) const override {
    return kept_.events.stream_version(stream);
  }
  std::optional<StreamId> find_stream(std::string_view migration) const override {
    return kept_.events.find_stream(migration);
  }

 private:
  Kept& kept_;
  const bool writes_;
  bool broken_ = false;
};

class MemoryDisk final : public Disk {
 public:
  explicit MemoryDisk(EventDraft first) { kept_.events.append_one(first); }

  std::unique_ptr<EventStore> open() override {
    if (kept_.open) throw LedgerError(LedgerErrorKind::in_use, "another process writes to it");
    return std::make_unique<OpenStore>(kept_, true);
  }
  void kill() override { kept_.fate = AppendFate::kept; }
  void set_fate(AppendFate fate, bool keep) override {
    kept_.fate = fate;
    kept_.keep = keep;
  }
  std::unique_ptr<EventStore> read() override { return std::make_unique<OpenStore>(kept_, false); }
  void put_back(Position head) override { kept_.events.truncate(head); }
  std::string keep(std::string_view evidence) override {
    const auto digest = ledger::sha256(ledger::bytes_of(evidence));
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
  }
  std::string verify() override {
    const auto findings = ledger::verify_events(kept_.events).kept();
    return findings.empty() ? std::string() : findings.front().what;
  }
  std::string fork(Position) override { return {}; }  // forks are made on disks

 private:
  Kept kept_;
};

}  // namespace

std::unique_ptr<Disk> make_memory_disk(EventDraft first) {
  return std::make_unique<MemoryDisk>(std::move(first));
}

}  // namespace migledger::simulation
