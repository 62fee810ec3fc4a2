// RocksEventStore: the ledger on disk, in RocksDB. FORMAT.md says what it writes and what it
// promises.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "ledger/directory/anchor.h"
#include "ledger/directory/writer_lock.h"
#include "ledger/event/event_store.h"
#include "ledger/merkle/merkle_tree.h"
#include "ledger/rocks/opening.h"

namespace migledger::ledger {

struct OpenOptions {
  // Measures how long ago the anchor was advanced.
  std::function<std::chrono::steady_clock::time_point()> steady_now =
      std::chrono::steady_clock::now;
  // What RocksDB writes through; null for the real file system.
  std::shared_ptr<rocksdb::FileSystem> file_system;
  // Whether the writer keeps the tiles of the Merkle tree; without, readers compute them.
  bool keep_tiles = true;
};

class RocksEventStore : public EventStore {
 public:
  // Makes a ledger in `directory`, which must be absent, empty, or the leftovers of a creation that
  // was interrupted; its parent must exist. `first`, a ledgerCreated, becomes position 1. Throws
  // LedgerError(refused, in_use, disk).
  static std::unique_ptr<RocksEventStore> create(const std::filesystem::path& directory,
                                                 const Holder& holder, EventDraft first,
                                                 const OpenOptions& options = {});

  // Opens for reading and appending. Throws LedgerError: missing, refused, in_use (naming the
  // holder), corrupt, disk. `report` is filled, also with what was found before a throw.
  static std::unique_ptr<RocksEventStore> open_writer(const std::filesystem::path& directory,
                                                      const Holder& holder, OpeningReport& report,
                                                      const OpenOptions& options = {});

  // open_writer, or create with what `first` returns when there is no ledger yet.
  static std::unique_ptr<RocksEventStore> create_or_open(const std::filesystem::path& directory,
                                                         const Holder& holder,
                                                         const std::function<EventDraft()>& first,
                                                         OpeningReport& report,
                                                         const OpenOptions& options = {});

  // Opens for reading only, also while a writer runs, and changes nothing. Sees what was appended
  // before. Throws as open_writer, except in_use; append throws LedgerError(refused).
  static std::unique_ptr<RocksEventStore> open_reader(const std::filesystem::path& directory,
                                                      OpeningReport& report,
                                                      const OpenOptions& options = {});

  // Who is writing to the ledger at this moment.
  static std::optional<Holder> current_writer(const std::filesystem::path& directory);

  // Closes; errors are swallowed, and the next opening finds what close() would have reported.
  ~RocksEventStore() override;

  Position append(std::span<EventDraft> drafts) override;
  Head head() const override;
  std::unique_ptr<EventCursor> scan(Position from, Position to = ~Position{0}) const override;
  std::unique_ptr<EventCursor> scan_stream(StreamId stream,
                                           std::uint64_t from_version = 1) const override;
  std::unique_ptr<EventCursor> find(std::span<const Term> terms, Position from,
                                    Position to = ~Position{0}) const override;
  std::uint64_t stream_version(StreamId stream) const override;
  std::optional<StreamId> find_stream(std::string_view migration) const override;

  // The Merkle tree over all events up to the head. Must not run at once with append.
  MerkleFrontier frontier() const;

  // The tiles of the Merkle tree over the events up to the head. Valid as long as the store is
  // open.
  std::unique_ptr<TileSource> tiles(bool stored = true) const;

  // Advances the anchor to the head, if it is behind. append does so when two seconds have passed;
  // an executor that goes idle may call it. Must not run at once with append. Throws
  // LedgerError(disk).
  void advance_anchor();

  // Writes everything out, advances the anchor, releases the lock. Nothing may be called after it,
  // and no cursor may be left. Throws LedgerError(disk).
  void close();

  // Whether the indexes are what the events call for: reads everything. Nothing when they are;
  // otherwise what differs.
  std::optional<std::string> check_index() const;

  // Writes the indexes anew. Only for a writer, and not at once with append. Throws LedgerError.
  void rebuild_index();

 private:
  struct State;
  explicit RocksEventStore(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace migledger::ledger
