// A RocksDB file system whose files nobody but their owner may read.
#pragma once

#include <memory>

namespace rocksdb {
class FileSystem;
}

namespace migledger::ledger {

// `target`, except that every file it creates has mode 0600. RocksDB offers no such option, and
// the umask belongs to the whole process. The paths given to it must be paths of the real disk.
std::shared_ptr<rocksdb::FileSystem> make_private(std::shared_ptr<rocksdb::FileSystem> target);

}  // namespace migledger::ledger
