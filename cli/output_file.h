// Files that commands write for people.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace migledger::cli {

// Writes `content` to `path`, whole or not at all; "-" is `out`. A file that is there
// already is left alone, unless `replace` is set; then it is replaced in one step. Throws
// UsageError, which names the file and what to do.
void write_output(const std::string& path, std::string_view content, bool replace,
                  std::ostream& out);

// Throws UsageError when write_output() would refuse `path` because it is there: before the work.
void check_output(const std::string& path, bool replace);

}  // namespace migledger::cli
