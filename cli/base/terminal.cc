#include "cli/base/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "ledger/base/utf8.h"

namespace migledger::cli {

namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Combining marks and joiners: the blocks that names are likely to hold.
constexpr std::array kNoWidth = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x0900, 0x0902}, Range{0x0941, 0x0948}, Range{0x0E31, 0x0E31},
    Range{0x0E34, 0x0E3A}, Range{0x0E47, 0x0E4E}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF},
    Range{0x200C, 0x200D}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}};

// East Asian Width W and F, and emoji shown as pictures.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

bool within(std::uint32_t code, const auto& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](Range r) { return r.first <= code && code <= r.last; });
}

std::size_t width_of(char32_t code) {
  if (code < 0x0300) return 1;
  if (within(code, kNoWidth)) return 0;
  return within(code, kWide) ? 2 : 1;
}

struct Shown {
  std::size_t bytes;
  std::size_t width;
};

Shown first_shown(std::string_view text) {
  const Utf8Character c = first_character(text);
  return c.size == 0 ? Shown{1, 1} : Shown{c.size, width_of(c.code)};
}

bool in_ocid(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

}  // namespace

Terminal detect_terminal(int fd, const Environment& environment) {
  Terminal terminal;
  if (isatty(fd) == 0) return terminal;
  terminal.is_terminal = true;
  terminal.fd = fd;
  const auto value = [&](const char* name) {
    const char* text = environment(name);
    return text ? std::string_view(text) : std::string_view();
  };
  terminal.redraws = !value("TERM").empty() && value("TERM") != "dumb";
  terminal.colour = terminal.redraws && value("NO_COLOR").empty();
  return resized(terminal);
}

Terminal resized(const Terminal& terminal) {
  if (terminal.fd < 0) return terminal;
  constexpr std::size_t kUsualWidth = 80, kUsualHeight = 24;
  Terminal now = terminal;
  winsize size{};
  const bool known = ioctl(terminal.fd, TIOCGWINSZ, &size) == 0;
  now.width = known && size.ws_col > 0 ? size.ws_col : kUsualWidth;
  now.height = known && size.ws_row > 0 ? size.ws_row : kUsualHeight;
  return now;
}

std::string paint(const Terminal& terminal, Colour colour, std::string_view text) {
  if (!terminal.colour || colour == Colour::plain) return std::string(text);
  std::string_view code = "2";
  switch (colour) {
    case Colour::green:
      code = "32";
      break;
    case Colour::yellow:
      code = "33";
      break;
    case Colour::red:
      code = "31";
      break;
    case Colour::dim:
    case Colour::plain:
      break;
  }
  std::string out = "\x1b[";
  out.append(code).append("m").append(text).append("\x1b[0m");
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Shown shown = first_shown(text);
    width += shown.width;
    text.remove_prefix(shown.bytes);
  }
  return width;
}

std::string fit(std::string_view text, std::size_t width) {
  if (width == 0) return std::string(text);
  std::size_t used = 0;
  std::size_t kept = 0;  // bytes that leave room for the ellipsis
  for (std::size_t at = 0; at < text.size();) {
    const Shown shown = first_shown(text.substr(at));
    used += shown.width;
    at += shown.bytes;
    if (used > width) return std::string(text.substr(0, kept)) + "…";
    if (used < width) kept = at;
  }
  return std::string(text);
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  // So narrow that little would be left beside the indent.
  if (width < 2 * indent) indent = 0;
  std::string out;
  std::size_t begun = 0;  // columns of the line before `text`
  while (width != 0 && begun + display_width(text) > width) {
    std::size_t used = begun;
    std::size_t fits = 0;   // bytes
    std::size_t space = 0;  // the last one at which it can be broken
    while (fits < text.size()) {
      const Shown shown = first_shown(text.substr(fits));
      if (text[fits] == ' ') space = fits;
      if (used + shown.width > width) break;
      used += shown.width;
      fits += shown.bytes;
    }
    // Not at spaces that the line begins with.
    const bool at_space = text.substr(0, space).find_first_not_of(' ') != text.npos;
    const std::size_t end = at_space ? space : std::max(fits, first_shown(text).bytes);
    out.append(text.substr(0, end)).append("\n").append(indent, ' ');
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    begun = indent;
  }
  return out.append(text);
}

std::string pad(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t used = display_width(text);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::string shorten_ocids(std::string_view text) {
  constexpr std::string_view kStart = "ocid1.";
  constexpr std::size_t kTail = 6;
  std::string out;
  for (;;) {
    const std::size_t start = text.find(kStart);
    if (start == std::string_view::npos) return out.append(text);
    std::size_t end = start;
    while (end < text.size() && in_ocid(text[end])) ++end;
    // A full stop may end the sentence.
    while (end > start && text[end - 1] == '.') --end;
    const std::string_view ocid = text.substr(start, end - start);
    const std::size_t kind_end = std::min(ocid.find('.', kStart.size()), ocid.size());
    out.append(text.substr(0, start));
    if (kind_end + kTail + 1 < ocid.size()) {
      out.append(ocid.substr(0, kind_end)).append("…").append(ocid.substr(ocid.size() - kTail));
    } else {
      out.append(ocid);
    }
    if (end == start) end = start + kStart.size();
    text.remove_prefix(end);
  }
}

}  // namespace migledger::cli
