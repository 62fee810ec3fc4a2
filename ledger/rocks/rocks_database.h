// RocksDB as a ledger needs it: the options that are safe and bounded (FORMAT.md, "Database"), and
// its errors in our words.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "ledger/base/errors.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class FileSystem;
class Slice;
class Status;
struct WriteOptions;
}  // namespace rocksdb

namespace migledger::ledger {

enum class DatabaseMode {
  create,          // there must be none yet
  write,           // the log must be whole to its last byte
  write_tolerant,  // a torn end of the log is cut off
  read,            // as write; changes nothing on the disk
  read_tolerant,   // as write_tolerant, in memory only; changes nothing on the disk
};

struct Database {
  Database();
  ~Database();  // without flushing: as a crash would leave it, but for the lock
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::filesystem::path directory;
  std::unique_ptr<rocksdb::Env> env;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* events = nullptr;
  rocksdb::ColumnFamilyHandle* index = nullptr;
};

// Opens the database in `directory`, which must exist. `file_system`: null for the real one.
// Throws LedgerError as error_of() says.
std::unique_ptr<Database> open_database(const std::filesystem::path& directory, DatabaseMode mode,
                                        std::shared_ptr<rocksdb::FileSystem> file_system);

// How what is derived from the events is written: not to the write-ahead log. After an unclean end
// some of the newest is missing, and is derived again; never anything before something that is
// there.
rocksdb::WriteOptions unlogged();

// Writes the memtables out and leaves the log empty, so that the next opening has nothing to
// replay. Throws LedgerError(disk).
void flush(Database& database);

// A RocksDB error as one of ours: damaged or missing files are corrupt, everything the system
// refused is disk. `doing` says what was being done: "reading the event at position 7".
LedgerError error_of(const rocksdb::Status& status, const std::string& doing);

// Throws that error unless the status is ok.
void check(const rocksdb::Status& status, const char* doing);

std::span<const std::byte> as_bytes(const rocksdb::Slice& slice);

}  // namespace migledger::ledger
