#include "cli/report/escape.h"

#include <fmt/format.h>

#include <iterator>

#include "cli/base/json_text.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

constexpr std::string_view kLineSeparator = "\xE2\x80\xA8";       // U+2028
constexpr std::string_view kParagraphSeparator = "\xE2\x80\xA9";  // U+2029

// "<", ">" and "&" as HTML and Markdown have them; empty for all others.
std::string_view entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    default:
      return {};
  }
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : json_text(text)) {
    out += entity_of(c);
    switch (c) {
      case '&':
      case '<':
      case '>':
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\t':
      case '\n':
        out += c;
        break;
      default:
        if ((c >= 0 && c < 0x20) || c == 0x7F)
          out += "\uFFFD";
        else
          out += c;
    }
  }
  return out;
}

std::string script_string(std::string_view text) {
  const std::string whole = json_text(text);
  std::string out = "\"";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const char c = whole[i];
    const std::string_view rest = std::string_view(whole).substr(i, 3);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '<' || c == '>' || c == '&' || c == 0x7F || (c >= 0 && c < 0x20)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else if (rest == kLineSeparator || rest == kParagraphSeparator) {
      out += rest == kLineSeparator ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string markdown_cell(std::string_view text, std::size_t longest) {
  // Backslash escapes of CommonMark, section 2.4; "<", ">" and "&" as entities, since not every
  // reader of Markdown takes the backslash before them. "@" and "#" would call people and issues.
  std::string out;
  for (const char c : printable(text, longest)) {
    out += entity_of(c);
    switch (c) {
      case '&':
      case '<':
      case '>':
        break;
      case '@':
        out += "&#64;";
        break;
      case '#':
        out += "&#35;";
        break;
      case ':':  // "http://…" would become a link by itself
        out += "&#58;";
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '{':
      case '}':
      case '[':
      case ']':
      case '(':
      case ')':
      case '!':
      case '|':
      case '~':
      case '$':
        out += '\\';
        out += c;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view text, std::size_t longest) {
  std::string shown;
  std::size_t run = 0;
  std::size_t most = 0;
  for (const char c : printable(text, longest)) {
    run = c == '`' ? run + 1 : 0;
    most = std::max(most, run);
    if (c == '|') shown += '\\';  // cells are split before code spans are found
    shown += c;
  }
  if (shown.empty()) return {};
  // CommonMark, section 6.1: more backticks around than within, and a space beside those at an end.
  const std::string fence(most + 1, '`');
  const bool spaced = shown.front() == '`' || shown.back() == '`' || shown.front() == ' ';
  return fence + (spaced ? " " : "") + shown + (spaced ? " " : "") + fence;
}

}  // namespace migledger::cli
