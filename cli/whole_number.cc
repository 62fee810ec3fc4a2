#include "cli/whole_number.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>

#include "cli/printable.h"

namespace migledger::cli {

CLI::Option* whole_number(CLI::Option* option, std::uint64_t least) {
  return option->check(CLI::Validator(
      [least](const std::string& text) -> std::string {
        std::uint64_t number = 0;
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        if (read.ec == std::errc() && read.ptr == end && number >= least) return {};
        return fmt::format("\"{}\" is not a whole number from {} to {}", printable(text, 60), least,
                           std::numeric_limits<std::uint64_t>::max());
      },
      ""));
}

}  // namespace migledger::cli
