#include "tests/support/fault_file_system.h"

#include <utility>

namespace migledger::testing {

namespace {

class FaultLog : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultLog(std::unique_ptr<rocksdb::FSWritableFile> file, FaultFileSystem& faults)
      : FSWritableFileOwnerWrapper(std::move(file)), faults_(faults) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (faults_.disk_is_full) return rocksdb::IOStatus::NoSpace("No space left on device");
    return target()->Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& info,
                           rocksdb::IODebugContext* debug) override {
    if (faults_.disk_is_full) return rocksdb::IOStatus::NoSpace("No space left on device");
    return target()->Append(data, options, info, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    ++faults_.log_syncs;
    if (faults_.sync_fails) return rocksdb::IOStatus::IOError("Input/output error");
    return target()->Sync(options, debug);
  }

 private:
  FaultFileSystem& faults_;
};

}  // namespace

rocksdb::IOStatus FaultFileSystem::NewWritableFile(const std::string& file,
                                                   const rocksdb::FileOptions& options,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                   rocksdb::IODebugContext* debug) {
  const auto status = target()->NewWritableFile(file, options, result, debug);
  if (status.ok() && file.ends_with(".log"))
    *result = std::make_unique<FaultLog>(std::move(*result), *this);
  return status;
}

}  // namespace migledger::testing
