// INI files exactly as Python's configparser reads them, as the OCI SDKs use it: no interpolation,
// keys in lower case, "=" or ":" between key and value, whole-line comments with "#" or ";", and a
// [DEFAULT] section whose values every section inherits. A file that Python refuses is refused.
//
// A line continues the value before it when it is indented more than the line of that value's key,
// so keys may be indented, too. A section header is "[", as much as possible, "]"; what follows it
// is ignored.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace migledger::adapters {

struct IniValue {
  std::string text;
  std::size_t line = 0;  // of its key, from 1
};

using IniSection = std::map<std::string, IniValue, std::less<>>;

struct Ini {
  IniSection defaults;
  std::map<std::string, IniSection, std::less<>> sections;  // without [DEFAULT]

  // The section with what it inherits; [DEFAULT] is always there. Nothing: no such section.
  std::optional<IniSection> section(std::string_view name) const;
};

class IniError : public std::runtime_error {
 public:
  IniError(std::size_t line, const std::string& message)
      : std::runtime_error(message), line(line) {}
  const std::size_t line;
};

// Throws IniError: a byte order mark, bytes that are not UTF-8, a key before the first section, a
// line that is neither header nor "key = value", a section or a key that is given twice.
Ini parse_ini(std::string_view text);

}  // namespace migledger::adapters
