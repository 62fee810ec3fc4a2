// What a ledger of a simulated universe is kept on: what survives a process, and what it can do
// wrong. One kind keeps events in memory, the other is the real store on RocksDB.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/event_store.h"

namespace migledger::simulation {

// What becomes of one append.
enum class AppendFate {
  kept,          // stored and acknowledged
  killed_early,  // the process is gone before anything was written
  killed_torn,   // … within: nobody was told, and it may or may not be there afterwards
  killed_late,   // … after the sync, before it could do anything with that
  fails,         // an error of the disk; it may or may not be there afterwards
  disk_full,     // an error of the disk; it is not there
};

// Thrown by whatever a process calls: it is gone.
struct Killed {};

class Disk {
 public:
  virtual ~Disk() = default;

  // Opens for writing, as a new process. Throws LedgerError: in_use while another one has it open.
  virtual std::unique_ptr<ledger::EventStore> open() = 0;
  // The process that had it open was killed: nothing is written any more. The store that open()
  // gave out must be destroyed afterwards.
  virtual void kill() = 0;
  // How the next append goes; `keep` is for those that may or may not be kept. Only with an open
  // store.
  virtual void set_fate(AppendFate fate, bool keep) = 0;
  // All that is stored, as somebody sees it who only reads. Only while nobody has it open.
  virtual std::unique_ptr<ledger::EventStore> read() = 0;
  // An older copy is put back, which ended at `head`. Only while nobody has it open.
  virtual void put_back(ledger::Position head) = 0;
  // Keeps bulk evidence beside the log; returns its SHA-256 digest, 32 bytes.
  virtual std::string keep(std::string_view evidence) = 0;
  // All that `migledger verify` looks at, as far as this disk has it; a sentence about the first
  // thing that it finds, or empty. Only while nobody has it open.
  virtual std::string verify() = 0;
  // Makes a fork that goes on from `position`, looks at it in the same way, and removes it. Nothing
  // where forks cannot be made of it. Only while nobody has it open.
  virtual std::string fork(ledger::Position position) = 0;
};

// `first` becomes position 1.
std::unique_ptr<Disk> make_memory_disk(ledger::EventDraft first);
// … in `directory`, which must not exist; it is removed with the disk.
std::unique_ptr<Disk> make_rocks_disk(const std::string& directory, ledger::EventDraft first);

}  // namespace migledger::simulation
