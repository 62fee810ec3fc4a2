#include "cli/render/findings.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <map>
#include <ostream>

#include "cli/base/json_text.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using Verdict = workflow::Finding::Verdict;

constexpr std::array kVerdicts{Verdict::known, Verdict::orphaned, Verdict::missing,
                               Verdict::drifted, Verdict::unseen};

Colour colour_of(const SaidFinding& said) {
  if (said.is_settled()) return Colour::green;
  return said.finding.verdict == Verdict::unseen ? Colour::yellow : Colour::red;
}

std::string subject_of(const workflow::Finding& finding) {
  std::string words;
  if (!finding.migration.empty()) words = printable(finding.migration, 63) + " ";
  words += printable(finding.what, 200);
  if (!finding.id.empty()) words += " " + printable(finding.id, 300);
  if (!finding.region.empty()) words += fmt::format(" ({})", printable(finding.region, 60));
  return words;
}

json::object json_of(const SaidFinding& said) {
  const workflow::Finding& finding = said.finding;
  json::object object{{"verdict", workflow::name_of(finding.verdict)},
                      {"what", json_text(finding.what)}};
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) object[name] = json_text(text);
  };
  add("region", finding.region);
  add("id", finding.id);
  add("migration", finding.migration);
  add("step", finding.step);
  if (finding.position != 0) object["position"] = finding.position;
  add("seen", finding.seen);
  add("advice", finding.advice);
  if (said.recorded != 0) object["recorded"] = said.recorded;
  add("not_recorded", said.not_recorded);
  return object;
}

}  // namespace

ExitStatus exit_of(const std::vector<SaidFinding>& all, bool unreachable) {
  bool unseen = false;
  for (const auto& said : all) {
    if (said.is_settled()) continue;
    if (said.finding.verdict != Verdict::unseen) return ExitStatus::waits_for_person;
    unseen = true;
  }
  if (!unseen) return ExitStatus::done;
  return unreachable ? ExitStatus::cloud_unreachable : ExitStatus::waits_for_person;
}

void print_comparison(const std::vector<SaidFinding>& all, const Terminal& terminal,
                      std::ostream& out) {
  std::map<Verdict, std::size_t> counts;
  unsigned to_do = 0;
  for (const auto& said : all) {
    const workflow::Finding& finding = said.finding;
    ++counts[finding.verdict];
    out << paint(terminal, colour_of(said), pad(workflow::name_of(finding.verdict), 8)) << "  "
        << subject_of(finding) << ": " << printable(finding.seen, 500);
    // The key of something orphaned stands for a step.
    if (finding.verdict == Verdict::orphaned && !finding.step.empty())
      out << "; its key is of " << printable(finding.step, 60);
    if (said.recorded != 0) out << fmt::format("; to be adopted (#{})", said.recorded);
    if (!said.not_recorded.empty()) out << "; not recorded: " << printable(said.not_recorded, 500);
    out << "\n";
    to_do += !said.is_settled() && !finding.advice.empty() ? 1 : 0;
  }
  if (to_do != 0) out << "\nWhat to do:\n";
  unsigned number = 0;
  for (const auto& said : all)
    if (!said.is_settled() && !said.finding.advice.empty())
      out << fmt::format("{:>3}. {}: {}\n", ++number, subject_of(said.finding),
                         printable(said.finding.advice, 500));
  out << (to_do != 0 ? "\n" : "");
  std::string summary;
  for (const auto verdict : kVerdicts)
    if (counts[verdict] != 0 || verdict == Verdict::known)
      summary += fmt::format("{}{} {}", summary.empty() ? "" : ", ", counts[verdict],
                             workflow::name_of(verdict));
  out << summary << "\n";
}

std::string findings_json(const std::vector<SaidFinding>& all, bool simulated,
                          const std::string& ledger_id) {
  json::array findings;
  json::object counts;
  for (const auto verdict : kVerdicts) counts[workflow::name_of(verdict)] = 0;
  for (const auto& said : all) {
    findings.push_back(json_of(said));
    auto& count = counts.at(workflow::name_of(said.finding.verdict));
    count = count.as_int64() + 1;
  }
  json::object object{{"simulated", simulated}, {"ledger", json_text(ledger_id)}};
  object["findings"] = std::move(findings);
  for (auto& [verdict, count] : counts) object[verdict] = std::move(count);
  return json::serialize(object);
}

}  // namespace migledger::cli
