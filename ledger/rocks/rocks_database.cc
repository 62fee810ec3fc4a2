#include "ledger/rocks/rocks_database.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include "ledger/directory/lock_held.h"
#include "ledger/directory/private_file_system.h"
#include "ledger/rocks/keys.h"

namespace migledger::ledger {

namespace {

// A log of RocksDB's own doings would hold paths and grow for ever; errors reach us as Status.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// Two memtables a family can be alive at once, the one being filled and the one being flushed,
// and the write-ahead log holds what both hold. Twice this, with the arena's slack and one batch,
// stays below the 4 MiB that FORMAT.md promises for the log of an unclean end.
constexpr std::size_t kWriteBuffer = 3 << 19;

rocksdb::WALRecoveryMode recovery_of(DatabaseMode mode) {
  const bool tolerant = mode == DatabaseMode::write_tolerant || mode == DatabaseMode::read_tolerant;
  return tolerant ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                  : rocksdb::WALRecoveryMode::kAbsoluteConsistency;
}

rocksdb::DBOptions database_options(DatabaseMode mode, rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = mode == DatabaseMode::create;
  options.create_missing_column_families = mode == DatabaseMode::create;
  options.error_if_exists = mode == DatabaseMode::create;
  options.paranoid_checks = true;
  options.wal_recovery_mode = recovery_of(mode);
  options.track_and_verify_wals_in_manifest = true;
  options.atomic_flush = true;  // both families at once, so that the log can be dropped
  options.avoid_flush_during_shutdown = true;  // what is not logged is not worth it
  options.max_total_wal_size = 2 * kWriteBuffer;
  options.max_open_files = -1;  // a reader must keep files that the writer has since replaced
  options.max_file_opening_threads = 1;
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = std::make_shared<NoLog>();
  return options;
}

rocksdb::ColumnFamilyOptions family_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = kWriteBuffer;
  options.max_write_buffer_number = 2;
  options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kLZ4Compression};
  options.level0_file_num_compaction_trigger = 16;
  options.level0_slowdown_writes_trigger = 40;
  options.level0_stop_writes_trigger = 64;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 16 << 10;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// Tables of events never overlap, and levelled compaction would move them down one by one, so that
// a ledger of ten million events would have thousands of small files. This merges runs of similar
// size, which writes each event about once for every eightfold growth of the ledger. There is
// nothing to be reclaimed, so space alone is no reason to merge.
rocksdb::ColumnFamilyOptions event_options() {
  rocksdb::ColumnFamilyOptions options = family_options();
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.stop_style = rocksdb::kCompactionStopStyleSimilarSize;
  options.compaction_options_universal.size_ratio = 100;
  options.compaction_options_universal.min_merge_width = 8;
  options.compaction_options_universal.max_size_amplification_percent = 1'000'000;
  return options;
}

bool is_missing_file(const rocksdb::Status& status) {
  return status.IsNotFound() || status.IsPathNotFound() ||
         (status.IsIOError() &&
          status.ToString().find("No such file or directory") != std::string::npos);
}

}  // namespace

Database::Database() = default;

Database::~Database() {
  if (!db) return;
  for (rocksdb::ColumnFamilyHandle* family : {events, index})
    if (family != nullptr) db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  db->Close().PermitUncheckedError();
}

LedgerError error_of(const rocksdb::Status& status, const std::string& doing) {
  const std::string what = doing + ": " + status.ToString();
  if (status.IsCorruption() || is_missing_file(status))
    return {LedgerErrorKind::corrupt,
            what + "; the ledger is damaged: restore its directory from a copy"};
  if (status.IsNotSupported())
    return {LedgerErrorKind::refused, what + "; a newer migledger may have written it"};
  if (is_locked(status))
    return {LedgerErrorKind::in_use,
            what + "; a program that is not migledger has the database open"};
  if (status.IsIOError()) return {LedgerErrorKind::disk, what};
  if (status.IsNoSpace() || status.IsAborted() || status.IsIncomplete() || status.IsBusy() ||
      status.IsTimedOut() || status.IsShutdownInProgress())
    return {LedgerErrorKind::disk, what};
  return {LedgerErrorKind::corrupt,
          what + "; the ledger is damaged: restore its directory from a copy"};
}

void check(const rocksdb::Status& status, const char* doing) {
  if (!status.ok()) throw error_of(status, doing);
}

std::span<const std::byte> as_bytes(const rocksdb::Slice& slice) {
  return std::as_bytes(std::span(slice.data(), slice.size()));
}

std::unique_ptr<Database> open_database(const std::filesystem::path& directory, DatabaseMode mode,
                                        std::shared_ptr<rocksdb::FileSystem> file_system) {
  if (!file_system) file_system = rocksdb::FileSystem::Default();
  auto database = std::make_unique<Database>();
  database->directory = directory;
  database->env = rocksdb::NewCompositeEnv(make_private(std::move(file_system)));
  const auto options = database_options(mode, database->env.get());
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, event_options()}, {keys::kIndexFamily, family_options()}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const bool reads = mode == DatabaseMode::read || mode == DatabaseMode::read_tolerant;
  const rocksdb::Status status =
      reads ? rocksdb::DB::OpenForReadOnly(options, directory.string(), families, &handles, &db)
            : rocksdb::DB::Open(options, directory.string(), families, &handles, &db);
  if (!status.ok()) throw error_of(status, "opening " + directory.string());
  database->db.reset(db);
  database->events = handles.at(0);
  database->index = handles.at(1);
  return database;
}

rocksdb::WriteOptions unlogged() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

void flush(Database& database) {
  const auto status =
      database.db->Flush(rocksdb::FlushOptions(), {database.events, database.index});
  if (!status.ok()) throw error_of(status, "flushing " + database.directory.string());
}

}  // namespace migledger::ledger
