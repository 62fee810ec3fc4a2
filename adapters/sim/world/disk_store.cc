#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/table.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "adapters/sim/world/state_store.h"
#include "ledger/directory/lock_held.h"

namespace migledger::adapters::sim {

namespace {

namespace fs = std::filesystem;

// RocksDB creates its files readable by all; these are made private before anything is in them.
class PrivateFiles : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  static const char* kClassName() { return "PrivateFiles"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    return made(name, target()->NewWritableFile(name, options, result, debug));
  }
  rocksdb::IOStatus LockFile(const std::string& name, const rocksdb::IOOptions& options,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext* debug) override {
    return made(name, target()->LockFile(name, options, lock, debug));
  }

 private:
  static rocksdb::IOStatus made(const std::string& name, rocksdb::IOStatus status) {
    if (status.ok() && ::chmod(name.c_str(), 0600) != 0)
      return rocksdb::IOStatus::IOError("chmod " + name, std::strerror(errno));
    return status;
  }
};

// RocksDB's own log would be a file that nobody reads.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Options options_for(rocksdb::Env* env) {
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;  // read once, at opening
  rocksdb::Options options;
  options.env = env;
  options.create_if_missing = true;
  options.write_buffer_size = 4 << 20;
  options.max_background_jobs = 1;
  options.max_open_files = 64;
  options.max_file_opening_threads = 1;
  options.info_log = std::make_shared<NoLog>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // What a killed process had written is whole in the page cache: only its last record can be torn,
  // and no reply was given for that one.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::string holder_file(const std::string& directory) { return directory + "/holder"; }

std::string read_holder(const std::string& directory) {
  std::ifstream in(holder_file(directory));
  std::string line;
  return std::getline(in, line) ? line : "another process";
}

void write_holder(const std::string& directory) {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  const std::string name = holder_file(directory);
  std::ofstream out(name, std::ios::trunc);
  ::chmod(name.c_str(), 0600);
  out << "process " << ::getpid() << " on " << host << "\n";
}

// Created when absent. Anything in it that is not ours is left alone, and refused.
void prepare(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) {
    fs::create_directories(fs::path(directory).parent_path(), error);
    if (::mkdir(directory.c_str(), 0700) != 0)
      throw StateError(StateErrorKind::disk,
                       fmt::format("cannot create the directory of the simulated tenancy, {}: {}",
                                   directory, std::strerror(errno)));
    return;
  }
  if (!fs::is_directory(directory, error))
    throw StateError(StateErrorKind::refused,
                     directory + " is not a directory: name another one for the simulated tenancy");
  if (fs::exists(directory + "/state", error)) return;
  const bool empty = fs::is_empty(directory, error);
  if (error)
    throw StateError(StateErrorKind::disk,
                     fmt::format("cannot read {}: {}", directory, error.message()));
  if (!empty)
    throw StateError(
        StateErrorKind::refused,
        directory + " holds something else than a simulated tenancy: name another directory");
}

[[noreturn]] void fail(const std::string& what, const std::string& directory,
                       const rocksdb::Status& status) {
  throw StateError(
      status.IsCorruption() ? StateErrorKind::corrupt : StateErrorKind::disk,
      fmt::format("cannot {} the simulated tenancy in {}: {}", what, directory, status.ToString()));
}

class DiskStore : public StateStore {
 public:
  DiskStore(std::string directory, bool read_only)
      : directory_(std::move(directory)),
        read_only_(read_only),
        files_(std::make_shared<PrivateFiles>(rocksdb::FileSystem::Default())),
        env_(rocksdb::NewCompositeEnv(files_)) {
    const std::string path = directory_ + "/state";
    rocksdb::DB* db = nullptr;
    if (read_only_) {
      const auto status = rocksdb::DB::OpenForReadOnly(options_for(env_.get()), path, &db);
      if (!status.ok()) fail("read", directory_, status);
    } else {
      ::mkdir(path.c_str(), 0700);
      const auto status = rocksdb::DB::Open(options_for(env_.get()), path, &db);
      if (ledger::is_locked(status))
        throw StateError(StateErrorKind::in_use,
                         fmt::format("the simulated tenancy in {} is in use by {}: wait for it to "
                                     "end, or give this run another one",
                                     directory_, read_holder(directory_)));
      if (!status.ok()) fail("open", directory_, status);
      write_holder(directory_);
    }
    db_.reset(db);
  }

  void load(const std::function<void(std::string_view, std::string_view)>& row) override {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->SeekToFirst(); it->Valid(); it->Next())
      row(it->key().ToStringView(), it->value().ToStringView());
    if (!it->status().ok()) fail("read", directory_, it->status());
  }

  void write(const std::vector<Change>& changes) override {
    rocksdb::WriteBatch batch;
    for (const auto& [key, value] : changes) {
      if (value) {
        batch.Put(key, *value);
      } else {
        batch.Delete(key);
      }
    }
    const auto status = db_->Write(rocksdb::WriteOptions(), &batch);
    if (!status.ok()) fail("write to", directory_, status);
  }

 private:
  const std::string directory_;
  const bool read_only_;
  const std::shared_ptr<PrivateFiles> files_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

std::unique_ptr<StateStore> open_disk_store(const std::string& directory) {
  prepare(directory);
  return std::make_unique<DiskStore>(directory, false);
}

std::unique_ptr<MemoryStore> copy_of_disk_store(const std::string& directory) {
  auto copy = std::make_unique<MemoryStore>();
  if (!fs::exists(directory)) return copy;
  std::vector<StateStore::Change> rows;
  open_disk_store_read_only(directory)->load(
      [&](std::string_view key, std::string_view value) { rows.emplace_back(key, value); });
  copy->write(rows);
  return copy;
}

std::unique_ptr<StateStore> open_disk_store_read_only(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(directory + "/state/CURRENT", error))
    throw StateError(StateErrorKind::missing,
                     "there is no simulated tenancy in " + directory +
                         ": it is created by the first run with --cloud sim");
  return std::make_unique<DiskStore>(directory, true);
}

}  // namespace migledger::adapters::sim
