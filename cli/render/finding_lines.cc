#include "cli/render/finding_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/base/json_text.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using ledger::Finding;

std::vector<Finding> ordered(const ledger::Findings& findings) {
  std::vector<Finding> all = findings.kept();
  std::stable_sort(all.begin(), all.end(),
                   [](const Finding& a, const Finding& b) { return a.position < b.position; });
  return all;
}

json::object json_of(const Finding& finding) {
  json::object object{{"check", ledger::name_of(finding.check)}};
  if (finding.position != 0) object["position"] = finding.position;
  if (!finding.file.empty()) object["file"] = json_text(finding.file);
  object["what"] = json_text(finding.what);
  if (!finding.advice.empty()) object["advice"] = json_text(finding.advice);
  return object;
}

}  // namespace

void print_findings(const ledger::Findings& findings, const Terminal& terminal, std::ostream& out) {
  if (findings.count() != 0) out << "\n";
  for (const Finding& finding : ordered(findings)) {
    out << paint(terminal, Colour::red, fmt::format("{}", ledger::name_of(finding.check)));
    if (finding.position != 0) out << fmt::format(" #{}", finding.position);
    if (!finding.file.empty()) out << " " << printable(finding.file, 300);
    out << ": " << printable(finding.what, 1000);
    if (!finding.advice.empty()) out << "; " << printable(finding.advice, 500);
    out << "\n";
  }
  for (const auto& [check, count] : findings.counts()) {
    const auto& kept = findings.kept();
    const auto shown = static_cast<std::uint64_t>(
        std::count_if(kept.begin(), kept.end(),
                      [&, name = check](const Finding& one) { return one.check == name; }));
    if (count > shown)
      out << fmt::format("{}: {} more like these\n", ledger::name_of(check), count - shown);
  }
  if (findings.count() != 0) out << "\n";
}

void add_findings(const ledger::Findings& all, json::object& object) {
  json::array findings;
  for (const Finding& finding : ordered(all)) findings.push_back(json_of(finding));
  object["findings"] = std::move(findings);
  json::object counts;
  for (const auto& [check, count] : all.counts()) counts[ledger::name_of(check)] = count;
  object["counts"] = std::move(counts);
}

}  // namespace migledger::cli
