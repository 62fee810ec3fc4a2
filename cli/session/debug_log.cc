#include "cli/session/debug_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/base/usage_error.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

DebugLog::DebugLog(const std::string& path, std::function<Time()> now) : now_(std::move(now)) {
  if (path.empty()) return;
  // Made by hand, because a stream cannot say 0600.
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    throw UsageError("the log file " + printable(path) + " cannot be opened: " +
                     std::generic_category().message(errno) + "; name another with --log-file");
  ::close(fd);
  file_.open(path, std::ios::app);
}

void DebugLog::write(std::string_view remark) {
  if (!file_.is_open()) return;
  file_ << format_utc(now_()) << " " << printable(remark, 4000) << "\n" << std::flush;
}

}  // namespace migledger::cli
