#include "cli/base/table.h"

#include <algorithm>

namespace migledger::cli {

namespace {

constexpr std::size_t kGap = 2;

}  // namespace

std::vector<std::size_t> Table::widths(const Terminal& terminal) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i].text));
    widths.push_back(std::max<std::size_t>(width, 1));
  }
  if (terminal.width == 0) return widths;
  const auto needed = [&](auto&& width_of) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (widths[i] > 0) sum += width_of(i) + (sum > 0 ? kGap : 0);
    return sum;
  };
  const auto narrowest = [&](std::size_t i) { return std::min(widths[i], columns_[i].narrowest); };
  while (needed(narrowest) > terminal.width) {
    std::size_t leaving = columns_.size();
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (widths[i] > 0 && columns_[i].leaves > 0 &&
          (leaving == columns_.size() || columns_[i].leaves > columns_[leaving].leaves))
        leaving = i;
    if (leaving == columns_.size()) break;
    widths[leaving] = 0;
  }
  while (needed([&](std::size_t i) { return widths[i]; }) > terminal.width) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool can_give = widths[i] > std::max<std::size_t>(columns_[i].narrowest, 1);
      if (can_give && (widest == columns_.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  // Narrower than anybody can read: a line that wraps would be worse.
  while (needed([&](std::size_t i) { return widths[i]; }) > terminal.width) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= 1) break;
    --*widest;
  }
  return widths;
}

void Table::print(const Terminal& terminal, std::ostream& out) const {
  const auto widths = this->widths(terminal);
  const auto print_row = [&](const std::vector<Cell>& row) {
    std::string line;
    std::size_t owed = 0;  // spaces, written only before something that can be seen
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::string text = fit(row[i].text, widths[i]);
      const std::size_t used = display_width(text);
      const std::size_t rest = widths[i] > used ? widths[i] - used : 0;
      if (columns_[i].right) owed += rest;
      if (!text.empty()) {
        line.append(owed, ' ');
        line += paint(terminal, row[i].colour, text);
        owed = 0;
      }
      owed += (columns_[i].right ? 0 : rest) + kGap;
    }
    out << line << '\n';
  };
  std::vector<Cell> titles;
  for (const auto& column : columns_) titles.push_back({column.title, Colour::dim});
  print_row(titles);
  for (const auto& row : rows_) print_row(row);
}

}  // namespace migledger::cli
