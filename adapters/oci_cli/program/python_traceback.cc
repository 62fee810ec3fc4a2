#include "adapters/oci_cli/program/python_traceback.h"

#include <algorithm>

namespace migledger::adapters {

namespace {

// Calls f with each line until it returns true.
template <typename F>
void for_each_line(std::string_view text, F&& f) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (f(text.substr(0, end))) return;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

// "module.Type: words" → "Type".
std::string_view type_of(std::string_view line) {
  const std::size_t end = std::min(line.find(':'), line.size());
  std::string_view name = line.substr(0, end);
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
}

}  // namespace

std::string_view exception_line(std::string_view text, std::span<const std::string_view> types) {
  std::string_view found;
  for_each_line(text, [&](std::string_view line) {
    if (std::ranges::find(types, type_of(line)) == types.end()) return false;
    found = line;
    return true;
  });
  return found;
}

std::vector<PythonFrame> traceback_frames(std::string_view text) {
  constexpr std::string_view kBegin = "Traceback (most recent call last):";
  constexpr std::string_view kFile = "  File \"";
  constexpr std::string_view kIn = ", in ";
  std::vector<PythonFrame> frames;
  for_each_line(text, [&](std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.ends_with(kBegin)) {
      frames.emplace_back();
    } else if (!frames.empty() && line.starts_with(kFile)) {
      const std::size_t in = line.rfind(kIn);
      if (in == std::string_view::npos) return false;  // the place of a fault of syntax
      line.remove_prefix(kFile.size());
      frames.push_back(
          {line.substr(0, line.find('"')), line.substr(in - kFile.size() + kIn.size())});
    }
    return false;
  });
  return frames;
}

}  // namespace migledger::adapters
