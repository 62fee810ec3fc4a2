#include "cli/run/reconcile.h"

#include <memory>
#include <ostream>
#include <set>

#include "adapters/config/config.h"
#include "cli/base/exit_status.h"
#include "cli/render/findings.h"
#include "cli/session/deliver_order.h"
#include "cli/session/ledger_choice.h"
#include "cli/session/open_ledger.h"
#include "cli/session/run_cloud.h"
#include "ledger/base/printable.h"
#include "workflow/reconcile/reconcile.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

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

}  // namespace

int run_reconcile(const RunCommand& command, bool adopt, const Terminal& terminal,
                  std::ostream& out, std::ostream& err) {
  const adapters::Config config = adapters::load_config(command.config);
  const std::string path = one_name(command.ledger, config.ledger_path);
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
  std::vector<SaidFinding> all;
  for (const auto& finding : result.findings) {
    SaidFinding& said = all.emplace_back(SaidFinding{finding, 0, {}});
    if (!adopt || finding.verdict != workflow::Finding::Verdict::orphaned) continue;
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
    out << findings_json(all, simulated, books.ledger_id) << "\n";
  } else {
    if (simulated) out << "simulated: nothing here is in a real cloud\n";
    print_comparison(all, terminal, out);
  }
  return static_cast<int>(exit_of(all, result.unreachable));
}

}  // namespace migledger::cli
