// A RocksDB file system that can be told to fail, through RocksDB's own interface.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>

namespace migledger::testing {

class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "FaultFileSystem"; }

  std::atomic<bool> sync_fails = false;    // of write-ahead logs: an I/O error
  std::atomic<bool> disk_is_full = false;  // writes to write-ahead logs: no space
  std::atomic<int> log_syncs = 0;          // how many there were

  rocksdb::IOStatus NewWritableFile(const std::string& file, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
};

}  // namespace migledger::testing
