#include "cli/arguments/value_checks.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "cli/base/nearest_word.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

// Reads all of `text`.
template <typename Number>
bool reads(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end;
}

// Without a description, --help shows nothing of it.
CLI::Validator silent(std::function<std::string(std::string&)> check) {
  return CLI::Validator(std::move(check), "");
}

}  // namespace

CLI::Option* whole_number(CLI::Option* option, std::uint64_t least, std::uint64_t most) {
  return option->type_name("N")->check(
      silent([least, most](const std::string& text) -> std::string {
        std::uint64_t number = 0;
        if (reads(text, number) && number >= least && number <= most) return {};
        return fmt::format("\"{}\" is not a whole number from {} to {}", printable(text, 60), least,
                           most);
      }));
}

CLI::Option* number(CLI::Option* option, double least, double most) {
  return option->type_name("N")->check(
      silent([least, most](const std::string& text) -> std::string {
        double number = 0;
        if (reads(text, number) && number >= least && number <= most) return {};
        return fmt::format("\"{}\" is not a number from {} to {}", printable(text, 60), least,
                           fmt::format("{:.0f}", most));
      }));
}

CLI::Option* one_of(CLI::Option* option, std::vector<std::string> names) {
  return option->check(silent([names = std::move(names)](const std::string& text) -> std::string {
    if (std::ranges::find(names, text) != names.end()) return {};
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
    return fmt::format("\"{}\" is none of {}{}", printable(text, 60), all,
                       did_you_mean(text, names));
  }));
}

CLI::Option* cloud(CLI::Option* option) {
  return one_of(option->type_name("KIND"), {"oci", "sim"});
}

CLI::Option* workflow(CLI::Option* option) {
  return one_of(option->type_name("NAME"),
                {"compute", "volume-replication", "storage-replication"});
}

}  // namespace migledger::cli
