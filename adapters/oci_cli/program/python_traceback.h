// What a Python program printed when an exception ended it: the exception's line, and the functions
// it came through.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::adapters {

// The first line of `text` that begins with "TYPE:" or "module.TYPE:" (or is that without ":"),
// with a TYPE of `types`. Empty when there is none. The words of an exception may stand in the
// middle of a line, too, within a URL: there they say nothing.
std::string_view exception_line(std::string_view text, std::span<const std::string_view> types);

struct PythonFrame {
  std::string_view file;      // empty where the next traceback begins
  std::string_view function;  // "<module>" when a module is imported
};

// The frames of all tracebacks in `text`, outermost first, each traceback after an empty frame.
// Nothing when there is no traceback.
std::vector<PythonFrame> traceback_frames(std::string_view text);

}  // namespace migledger::adapters
