// A table of columns that align by display width, and fit the terminal's width when there is one.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/base/terminal.h"

namespace migledger::cli {

struct Cell {
  std::string text;  // printable
  Colour colour = Colour::plain;
};

class Table {
 public:
  struct Column {
    std::string title;
    bool right = false;         // aligned
    std::size_t narrowest = 6;  // columns it may be shortened to on a narrow terminal
    int leaves = 0;  // where even that is too wide, the highest is left out first; 0: never
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }

  // Titles, then the rows. Where that is wider than the terminal, the widest columns give way
  // first, and some may be left out; in a pipe nothing is shortened.
  void print(const Terminal& terminal, std::ostream& out) const;

 private:
  // A width of 0: left out.
  std::vector<std::size_t> widths(const Terminal& terminal) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace migledger::cli
