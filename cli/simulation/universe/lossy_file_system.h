// The file system of a simulated machine that loses power: of write-ahead logs it keeps what was
// synced, and of the rest perhaps a beginning. RocksDB writes through it; it may be included where
// RocksDB may.
#pragma once

#include <memory>

namespace rocksdb {
class FileSystem;
}

namespace migledger::simulation {

// How the syncs of logs go from here on.
struct LogFate {
  bool fails = false;    // the next sync fails, once
  bool is_full = false;  // the next write finds no space, once
  bool lost = false;     // power is gone: nothing is written or synced any more
  double torn_part = 0;  // of what was not synced, this much reaches the disk when power goes
};

// `fate` must outlive what is returned and is read at every call.
std::shared_ptr<rocksdb::FileSystem> make_lossy_file_system(LogFate& fate);

}  // namespace migledger::simulation
