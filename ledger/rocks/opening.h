// Opening a ledger that may have been left in any state: strictly first, saying everything that had
// to be done, and changing nothing before it is known that nothing acknowledged is lost
// (FORMAT.md, "Opening").
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledger/directory/anchor.h"
#include "ledger/directory/ledger_directory.h"
#include "ledger/event/event_store.h"
#include "ledger/rocks/rocks_database.h"

namespace migledger::ledger {

// What an opening found and did. To be shown, and a dropped tail to be recorded (tailDropped).
struct OpeningReport {
  struct Tail {
    std::string file;         // of the write-ahead log, within the ledger's directory
    std::uint64_t bytes = 0;  // after its last complete record
    std::string kept;         // directory of the copies; empty when nothing was changed (a reader)
  };
  std::optional<Tail> dropped_tail;
  Position anchored = 0;  // where the anchor stood
  Position head = 0;
  bool index_rebuilt = false;   // it did not match the events
  Position search_filled = 0;   // events that were added to the search index: another version's
  Position search_missing = 0;  // events that it still does not hold

  // The same for people, a sentence each; empty after an ordinary opening. That the anchor was
  // behind is ordinary: it means that the ledger was not closed.
  std::vector<std::string> sentences() const;
};

struct Opened {
  std::unique_ptr<Database> database;
  Head head;
  Anchor anchor;  // as it was found, not rolled forward
};

// For the writer, who must hold the lock. Throws LedgerError(corrupt) with the file or the
// position, and then has changed nothing; LedgerError(disk).
Opened open_for_writing(const LedgerDirectory& directory,
                        const std::shared_ptr<rocksdb::FileSystem>& file_system,
                        OpeningReport& report);

// For a reader; works while a writer runs. Changes nothing. Throws the same.
Opened open_for_reading(const LedgerDirectory& directory,
                        const std::shared_ptr<rocksdb::FileSystem>& file_system,
                        OpeningReport& report);

}  // namespace migledger::ledger
