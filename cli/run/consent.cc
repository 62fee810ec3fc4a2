#include "cli/run/consent.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/algorithm/string/split.hpp>

namespace migledger::cli {

namespace {

constexpr std::string_view kRemoval = "removal";
constexpr std::string_view kBare = "true";  // a flag without a value, as the parser has it

// Returns what is wrong; empty: nothing.
std::string take_kind(const std::string& kind, Consent& consent) {
  if (kind == kRemoval) {
    consent.removal = true;
  } else if (const auto known = workflow::approval_kind_named(kind)) {
    consent.approvals.kinds.insert(*known);
  } else {
    return fmt::format("there are downtime, cutover, removal and termination, not \"{}\"", kind);
  }
  return {};
}

std::string take(const std::string& value, Consent& consent) {
  auto& given = consent.approvals.given;
  if (!given.empty()) given += ' ';
  if (value == kBare) {
    given += "--yes";
    consent.removal = true;
    consent.approvals.waiting = true;
    consent.approvals.kinds.insert(workflow::ApprovalKind::DOWNTIME);
    return {};
  }
  given += "--yes=" + value;
  std::vector<std::string> kinds;
  boost::split(kinds, value, [](char c) { return c == ','; });
  for (const auto& kind : kinds)
    if (auto wrong = take_kind(kind, consent); !wrong.empty()) return wrong;
  return {};
}

}  // namespace

void add_consent(CLI::App* command, Consent& consent, const std::string& description) {
  command->add_flag("--yes", consent.words, description)
      ->check([&consent](const std::string& value) { return take(value, consent); });
}

std::string words_of_empty_consent(const std::vector<std::string>& arguments) {
  if (std::ranges::find(arguments, "--yes=") == arguments.end()) return {};
  return "--yes=: name what is approved: downtime, cutover, removal or termination";
}

}  // namespace migledger::cli
