// The debug log: appended to, a line a remark, with UTC times. Never secrets: what is logged has
// been redacted by who logs it.
#pragma once

#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include "ledger/base/time.h"

namespace migledger::cli {

class DebugLog {
 public:
  // Opens `path` for appending (0600 when new); empty: logs nothing. Throws UsageError when it
  // cannot be opened.
  DebugLog(const std::string& path, std::function<Time()> now);
  void write(std::string_view remark);

 private:
  std::ofstream file_;
  std::function<Time()> now_;
};

}  // namespace migledger::cli
