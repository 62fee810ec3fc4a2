#include "cli/command_reconcile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <ostream>
#include <set>

#include "adapters/config/config.h"
#include "cli/deliver_order.h"
#include "cli/exit_status.h"
#include "cli/json_text.h"
#include "cli/open_ledger.h"
#include "cli/printable.h"
#include "cli/run_cloud.h"
#include "workflow/compute_workflow.h"
#include "workflow/reconcile.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using workflow::Finding;
using Verdict = Finding::Verdict;

constexpr std::array kVerdicts{Verdict::known, Verdict::orphaned, Verdict::missing,
                               Verdict::drifted, Verdict::unseen};

// A finding, and what came of the wish to record it.
struct Said {
  Finding finding;
  ledger::Position recorded = 0;  // the event; 0: none
  std::string not_recorded;       // why

  bool is_settled() const { return finding.verdict == Verdict::known || recorded != 0; }
};

Colour colour_of(const Said& said) {
  if (said.is_settled()) return Colour::green;
  return said.finding.verdict == Verdict::unseen ? Colour::yellow : Colour::red;
}

// Says once what the opening found.
std::unique_ptr<ledger::RocksEventStore> open_reader(const std::string& path,
                                                     std::set<std::string>& told,
                                                     std::ostream& err) {
  ledger::OpeningReport report;
  auto store = ledger::RocksEventStore::open_reader(path, report);
  for (const auto& sentence : report.sentences())
    if (told.insert(sentence).second) err << "migledger: " << printable(sentence, 1000) << "\n";
  return store;
}

ExitStatus exit_of(const std::vector<Said>& all, bool unreachable) {
  bool unseen = false;
  for (const auto& said : all) {
    if (said.is_settled()) continue;
    if (said.finding.verdict != Verdict::unseen) return ExitStatus::waits_for_person;
    unseen = true;
  }
  if (!unseen) return ExitStatus::done;
  return unreachable ? ExitStatus::cloud_unreachable : ExitStatus::waits_for_person;
}

std::string subject_of(const Finding& finding) {
  std::string words;
  if (!finding.migration.empty()) words = printable(finding.migration, 63) + " ";
  words += printable(finding.what, 200);
  if (!finding.id.empty()) words += " " + printable(finding.id, 300);
  if (!finding.region.empty()) words += fmt::format(" ({})", printable(finding.region, 60));
  return words;
}

void print(const std::vector<Said>& all, const Terminal& terminal, std::ostream& out) {
  std::map<Verdict, std::size_t> counts;
  unsigned to_do = 0;
  for (const auto& said : all) {
    const Finding& finding = said.finding;
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

json::object json_of(const Said& said) {
  const Finding& finding = said.finding;
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

void print_json(const std::vector<Said>& all, bool simulated, const std::string& ledger_id,
                std::ostream& out) {
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
  out << json::serialize(object) << "\n";
}

}  // namespace

int run_reconcile(const RunCommand& command, bool adopt, const Terminal& terminal,
                  std::ostream& out, std::ostream& err) {
  const adapters::Config config = adapters::load_config(command.config);
  const std::string path = command.ledger.empty() ? config.ledger_path : command.ledger;
  std::set<std::string> told;
  // Before anything is made beside a ledger that is not there.
  open_reader(path, told, err);
  const auto cloud = make_run_cloud(command, config, path);
  const auto identity = cloud->cloud().identity();
  workflow::Books books;
  // Opened anew each time: it may be written to meanwhile.
  const auto read = [&] {
    const auto store = open_reader(path, told, err);
    check_binding(*store, identity, path);
    const bool running = ledger::RocksEventStore::current_writer(path).has_value();
    return books = workflow::read_books(*store, config.plan, running, workflow::workflow_named);
  };
  const auto result = workflow::reconcile(read, cloud->cloud(), cloud->clock());
  std::vector<Said> all;
  for (const auto& finding : result.findings) {
    Said& said = all.emplace_back(Said{finding, 0, {}});
    if (!adopt || finding.verdict != Verdict::orphaned) continue;
    said.not_recorded = finding.not_adoptable;
    if (!finding.not_adoptable.empty()) continue;
    const auto order = workflow::adoption_of(finding, new_order(workflow::Verb::ADOPT));
    const auto answer = deliver_order(path, order, command.command_line, err);
    if (answer.taken)
      said.recorded = answer.position;
    else
      said.not_recorded = answer.words;
  }
  const bool simulated = identity.kind == "sim";
  if (command.json) {
    print_json(all, simulated, books.ledger_id, out);
  } else {
    if (simulated) out << "simulated: nothing here is in a real cloud\n";
    print(all, terminal, out);
  }
  return static_cast<int>(exit_of(all, result.unreachable));
}

}  // namespace migledger::cli
