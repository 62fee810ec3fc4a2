#include "adapters/config/text/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "ledger/base/printable.h"
#include "ledger/base/utf8.h"

namespace migledger::adapters {

namespace {

std::string lines(const std::vector<Problem>& problems, std::size_t left_out) {
  std::string out;
  for (const Problem& problem : problems) {
    if (!out.empty()) out += '\n';
    out += problem.text();
  }
  if (left_out > 0) out += fmt::format("\n… and {} more", left_out);
  return out;
}

}  // namespace

std::string Problem::text() const {
  std::string out = file;
  if (line > 0) out += fmt::format(":{}:{}", line, column);
  out += ": ";
  if (!key.empty()) out += key + ": ";
  return out + message;
}

ConfigError::ConfigError(std::vector<Problem> problems, std::size_t left_out)
    : std::runtime_error(lines(problems, left_out)),
      problems(std::move(problems)),
      left_out(left_out) {}

void Problems::add(std::size_t offset, std::string key, std::string message) {
  for (std::size_t i = 0; i < found_.size(); ++i)
    if (offsets_[i] == offset && found_[i].key == key && found_[i].message == message) return;
  // Placing is linear in the size of the file, so it is done only for what is shown.
  if (full()) {
    ++left_out_;
    return;
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const std::string_view before = content_.substr(0, offset);
  const std::size_t line_end = before.rfind('\n');
  std::string_view line = line_end == std::string_view::npos ? before : before.substr(line_end + 1);
  if (line_end == std::string_view::npos && line.starts_with(kByteOrderMark))
    line.remove_prefix(kByteOrderMark.size());
  const auto line_number =
      static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  found_.push_back({printable(file_), line_number, count_characters(line) + 1, std::move(key),
                    std::move(message)});
  offsets_.push_back(offset);
}

void Problems::throw_if_any() const {
  if (found_.empty()) return;
  std::vector<Problem> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  throw ConfigError(std::move(sorted), left_out_);
}

}  // namespace migledger::adapters
