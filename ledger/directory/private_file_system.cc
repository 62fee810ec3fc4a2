#include "ledger/directory/private_file_system.h"

#include <fcntl.h>
#include <rocksdb/file_system.h>
#include <unistd.h>

namespace migledger::ledger {

namespace {

// Opening a file that exists keeps its mode, so it is enough to be the one who creates it. Errors
// are left for the opening that follows to meet and report.
void create_private(const std::string& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) ::close(fd);
}

class PrivateFileSystem : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "PrivateFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& file, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    create_private(file);
    return target()->NewWritableFile(file, options, result, debug);
  }

  rocksdb::IOStatus ReopenWritableFile(const std::string& file, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override {
    create_private(file);
    return target()->ReopenWritableFile(file, options, result, debug);
  }

  rocksdb::IOStatus LockFile(const std::string& file, const rocksdb::IOOptions& options,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext* debug) override {
    create_private(file);
    return target()->LockFile(file, options, lock, debug);
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_private(std::shared_ptr<rocksdb::FileSystem> target) {
  return std::make_shared<PrivateFileSystem>(std::move(target));
}

}  // namespace migledger::ledger
