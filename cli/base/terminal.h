// What output goes to, and what fits there. Widths are columns of a terminal, not bytes or
// characters. Text is expected to have been through printable().
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace migledger::cli {

// What is known of an output stream. As default-constructed: a pipe or a file, where nothing is
// coloured and nothing is shortened to a width.
struct Terminal {
  bool is_terminal = false;
  bool redraws = false;  // the cursor can be moved, so that a picture can be drawn over itself
  bool colour = false;
  std::size_t width = 0;   // columns; 0: as wide as it gets
  std::size_t height = 0;  // lines; 0: as high as it gets
  int fd = -1;             // to ask for its size again; below zero: the size stays
};

// An environment: the value of a variable, or null.
using Environment = std::function<const char*(const char* name)>;

// Asks the system about the open descriptor `fd`. A picture that is redrawn needs a terminal and a
// TERM other than "dumb"; colour needs that, and NO_COLOR unset or empty (https://no-color.org).
Terminal detect_terminal(int fd, const Environment& environment);

// The same with the size that it has now: people resize windows.
Terminal resized(const Terminal& terminal);

enum class Colour { plain, green, yellow, red, dim };

// `text` in that colour, where the terminal shows any.
std::string paint(const Terminal& terminal, Colour colour, std::string_view text);

// Columns that `text` takes: none for combining characters, two for East Asian wide ones and emoji
// (Unicode Standard Annex 11), one for the rest.
std::size_t display_width(std::string_view text);

// `text`, cut at its end to at most `width` columns, then with "…" as the last of them. A width of
// 0 leaves it whole.
std::string fit(std::string_view text, std::size_t width);

// `text` in lines of at most `width` columns, broken at spaces where there are any; those after the
// first begin with `indent` spaces. A width of 0 leaves it whole. No line end after the last.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 0);

// `text` and spaces up to `width` columns; longer text is left as it is.
std::string pad(std::string_view text, std::size_t width);

// `text` with every OCID in it shortened in its middle: "ocid1.image…k3x9pq".
std::string shorten_ocids(std::string_view text);

}  // namespace migledger::cli
