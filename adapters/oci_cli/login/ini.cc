#include "adapters/oci_cli/login/ini.h"

#include <algorithm>
#include <array>
#include <vector>

#include "adapters/oci_cli/login/text.h"
#include "ledger/base/letter_case.h"
#include "ledger/base/utf8.h"

namespace migledger::adapters {

namespace {

// What Python calls white space (str.isspace).
bool is_python_space(char32_t code) {
  constexpr std::array<char32_t, 10> kSingles = {0x20,   0x85,   0xA0,   0x1680, 0x2028,
                                                 0x2029, 0x202F, 0x205F, 0x3000, 0x1F};
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x1E) ||
         (code >= 0x2000 && code <= 0x200A) || std::ranges::find(kSingles, code) != kSingles.end();
}

// `line` without white space at its ends, and how many characters of it were at the front.
struct Stripped {
  std::string_view text;
  std::size_t indent = 0;
};

Stripped strip(std::string_view line) {
  Stripped out;
  std::size_t end = 0;
  bool begun = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size();) {
    const Utf8Character c = first_character(line.substr(at));
    const std::size_t size = std::max<std::size_t>(c.size, 1);
    if (!is_python_space(c.code)) {
      if (!begun) begin = at;
      begun = true;
      end = at + size;
    } else if (!begun) {
      ++out.indent;
    }
    at += size;
  }
  if (begun) out.text = line.substr(begin, end - begin);
  return out;
}

// The next line, cut off `text`; it ends with LF, CR LF or CR, as Python's text files do.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  if (end == std::string_view::npos) {
    text = {};
  } else {
    const bool two = text[end] == '\r' && text.substr(end + 1).starts_with('\n');
    text.remove_prefix(end + (two ? 2 : 1));
  }
  return line;
}

// The number of the line that the byte at `offset` is in.
std::size_t line_of(std::string_view text, std::size_t offset) {
  std::size_t lines = 1;
  for (std::size_t i = 0; i < offset; ++i)
    if (text[i] == '\n' || (text[i] == '\r' && !text.substr(i + 1).starts_with('\n'))) ++lines;
  return lines;
}

void check_encoding(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"))
    throw IniError(1,
                   "the file starts with a byte order mark, which the oci program does not read: "
                   "save it as UTF-8 without one (sed -i '1s/^\\xEF\\xBB\\xBF//' FILE)");
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    throw IniError(1, "the file is UTF-16: save it as UTF-8 without a byte order mark");
  if (const std::size_t bad = invalid_utf8_at(text); bad != std::string_view::npos)
    throw IniError(line_of(text, bad), "the line is not UTF-8: save the file as UTF-8");
}

class Reader {
 public:
  Ini read(std::string_view text) {
    for (std::size_t number = 1; !text.empty(); ++number) take(number, take_line(text));
    // Python goes on after such a line, and refuses the file in the end.
    if (bad_line_ != 0) throw IniError(bad_line_, "expected \"key = value\" or \"[SECTION]\"");
    for (IniSection* section : all_)
      for (auto& [key, value] : *section) value.text = trimmed_end(value.text);
    return std::move(ini_);
  }

 private:
  static std::string trimmed_end(std::string_view text) {
    const std::string_view body = strip(text).text;
    if (body.empty()) return {};
    return std::string(
        text.substr(0, static_cast<std::size_t>(body.data() - text.data()) + body.size()));
  }

  void take(std::size_t number, std::string_view line) {
    const auto [text, indent] = strip(line);
    if (text.starts_with('#') || text.starts_with(';')) return;
    if (text.empty()) {
      if (value_) value_->append("\n");  // an empty line is part of a value that goes on
      return;
    }
    if (value_ && indent > indent_) {
      value_->append("\n").append(text);
      return;
    }
    indent_ = indent;
    const std::size_t close = text.rfind(']');
    if (text.starts_with('[') && close != std::string_view::npos && close > 1)
      return begin_section(number, std::string(text.substr(1, close - 1)));
    if (section_ == nullptr)
      throw IniError(number, "a line before the first section: begin with \"[DEFAULT]\"");
    take_key(number, text);
  }

  void begin_section(std::size_t number, const std::string& name) {
    value_ = nullptr;
    name_ = name;
    if (name == "DEFAULT") {
      section_ = &ini_.defaults;
    } else {
      const auto [at, added] = ini_.sections.try_emplace(name);
      if (!added) throw IniError(number, "the section [" + name + "] is given twice");
      section_ = &at->second;
    }
    all_.push_back(section_);
  }

  void take_key(std::size_t number, std::string_view text) {
    const std::size_t separator = text.find_first_of("=:");
    if (separator == std::string_view::npos) {
      if (bad_line_ == 0) bad_line_ = number;
      return;
    }
    if (separator == 0 && bad_line_ == 0) bad_line_ = number;
    const std::string key = lower_case(strip(text.substr(0, separator)).text);
    const auto [at, added] = section_->try_emplace(
        key, IniValue{std::string(strip(text.substr(separator + 1)).text), number});
    if (!added)
      throw IniError(number, "\"" + key + "\" is given twice in [" + name_ +
                                 "]; it stands in line " + std::to_string(at->second.line) +
                                 ", too");
    value_ = key.empty() ? nullptr : &at->second.text;
  }

  Ini ini_;
  std::vector<IniSection*> all_;
  IniSection* section_ = nullptr;  // null before the first header
  std::string name_;
  std::string* value_ = nullptr;  // of the last key; null after a header
  std::size_t indent_ = 0;        // of the last header or key
  std::size_t bad_line_ = 0;      // the first; 0: none
};

}  // namespace

std::optional<IniSection> Ini::section(std::string_view name) const {
  if (name == "DEFAULT") return defaults;
  const auto at = sections.find(name);
  if (at == sections.end()) return std::nullopt;
  IniSection out = at->second;
  for (const auto& [key, value] : defaults) out.emplace(key, value);
  return out;
}

Ini parse_ini(std::string_view text) {
  check_encoding(text);
  return Reader().read(text);
}

}  // namespace migledger::adapters
