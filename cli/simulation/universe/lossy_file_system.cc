#include "cli/simulation/universe/lossy_file_system.h"

#include <rocksdb/file_system.h>

#include <string>
#include <utility>

namespace migledger::simulation {

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus power_is_gone() { return IOStatus::IOError("the machine has lost power"); }

// Holds back what was not synced.
class LossyLog final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LossyLog(std::unique_ptr<rocksdb::FSWritableFile> file, LogFate& fate)
      : FSWritableFileOwnerWrapper(std::move(file)), fate_(fate) {}

  ~LossyLog() override {
    // A part of what was under way when power went may be on the disk.
    if (!fate_.lost || held_.empty()) return;
    held_.resize(static_cast<std::size_t>(double(held_.size()) * fate_.torn_part));
    (void)write_out({}, nullptr);
    (void)target()->Sync({}, nullptr);
  }

  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    return hold(data);
  }
  IOStatus Append(const Slice& data, const IOOptions&, const rocksdb::DataVerificationInfo&,
                  IODebugContext*) override {
    return hold(data);
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (fate_.lost) return power_is_gone();
    if (std::exchange(fate_.fails, false)) return IOStatus::IOError("Input/output error");
    const auto written = write_out(options, debug);
    return written.ok() ? target()->Sync(options, debug) : written;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    if (!fate_.lost && !held_.empty()) {
      const auto written = write_out(options, debug);
      if (!written.ok()) return written;
    }
    return target()->Close(options, debug);
  }
  std::uint64_t GetFileSize(const IOOptions& options, IODebugContext* debug) override {
    return target()->GetFileSize(options, debug) + held_.size();
  }

 private:
  IOStatus hold(const Slice& data) {
    if (fate_.lost) return power_is_gone();
    if (std::exchange(fate_.is_full, false)) return IOStatus::NoSpace("No space left on device");
    held_.append(data.data(), data.size());
    return IOStatus::OK();
  }
  IOStatus write_out(const IOOptions& options, IODebugContext* debug) {
    const auto status = target()->Append(held_, options, debug);
    held_.clear();
    return status;
  }

  LogFate& fate_;
  std::string held_;
};

class LossyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit LossyFileSystem(LogFate& fate)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), fate_(fate) {}
  const char* Name() const override { return "LossyFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override {
    if (fate_.lost) return power_is_gone();
    const auto status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok() && name.ends_with(".log"))
      *result = std::make_unique<LossyLog>(std::move(*result), fate_);
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    return fate_.lost ? power_is_gone() : target()->RenameFile(from, to, options, debug);
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      IODebugContext* debug) override {
    return fate_.lost ? power_is_gone() : target()->DeleteFile(name, options, debug);
  }

 private:
  LogFate& fate_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_lossy_file_system(LogFate& fate) {
  return std::make_shared<LossyFileSystem>(fate);
}

}  // namespace migledger::simulation
