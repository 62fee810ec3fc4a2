#include "ledger/directory/lock_held.h"

#include <rocksdb/status.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace migledger::ledger {

bool is_locked(const rocksdb::Status& status) {
  if (!status.IsIOError()) return false;
  // Its words, and those of the system for a lock that somebody has (fcntl(2), F_SETLK). Opening
  // the file of the lock can fail, too, for want of descriptors for instance, and has other words.
  const std::string said = status.ToString();
  const auto says = [&](const char* words) { return said.find(words) != std::string::npos; };
  return says("lock hold by current process") ||
         (says("While lock file") && (says(std::strerror(EAGAIN)) || says(std::strerror(EACCES))));
}

}  // namespace migledger::ledger
