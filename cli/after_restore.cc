#include "cli/after_restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/deliver_order.h"
#include "cli/findings.h"
#include "cli/names.h"
#include "cli/printable.h"
#include "cli/this_process.h"
#include "workflow/compute_workflow.h"
#include "workflow/restored.h"

namespace migledger::cli {

namespace {

using ledger::Position;
using workflow::Finding;

// One session: what is to be adopted, then what was found.
class Recording {
 public:
  Recording(ledger::EventStore& store, workflow::Clock& clock, const RunCommand& command,
            const workflow::CloudIdentity& identity)
      : store_(store), clock_(clock) {
    auto opened = workflow::session_opened(origin(0), this_process(command.command_line), identity);
    session_ = store_.append_one(opened);
  }

  void adopt(SaidFinding& said) {
    const Finding& finding = said.finding;
    said.not_recorded = finding.not_adoptable;
    if (!said.not_recorded.empty()) return;
    const auto order = workflow::adoption_of(finding, new_order(workflow::Verb::ADOPT));
    const auto answer = workflow::carry_out(
        store_, order, now(), [&] { return session_; }, workflow::workflow_named);
    if (answer.taken)
      said.recorded = answer.position;
    else
      said.not_recorded = answer.words;
  }

  void found(Position restoring, const workflow::Comparison& comparison, bool settled) {
    auto reconciled = workflow::reconciled(origin(restoring), comparison, settled);
    store_.append_one(reconciled);
  }

  void close(ExitStatus exit) {
    auto closed = workflow::session_closed(origin(session_), static_cast<int>(exit),
                                           "compared with the cloud after restoring");
    store_.append_one(closed);
  }

 private:
  Time now() const { return std::max(clock_.now(), store_.head().time); }
  workflow::Origin origin(Position cause) const {
    return {ledger::kLedgerStream, now(), session_, cause};
  }

  ledger::EventStore& store_;
  workflow::Clock& clock_;
  Position session_ = 0;
};

}  // namespace

std::optional<int> compare_after_restore(ledger::EventStore& store, RunCloud& cloud,
                                         const workflow::Plan& plan, const RunCommand& command,
                                         const Terminal& terminal, std::ostream& out,
                                         std::ostream& err) {
  const Position restoring = workflow::unreconciled(store);
  if (restoring == 0) return std::nullopt;
  if (!command.json)
    out << fmt::format("restored from a copy (#{}): compared with the cloud before anything else\n",
                       restoring)
        << std::flush;
  const auto read = [&] {
    return workflow::read_books(store, plan, false, workflow::workflow_named);
  };
  const auto result = workflow::reconcile(read, cloud.cloud(), cloud.clock());
  const auto identity = cloud.cloud().identity();
  Recording recording(store, cloud.clock(), command, identity);
  workflow::Comparison comparison = workflow::compare(result.findings);
  std::vector<SaidFinding> all;
  for (const auto& finding : result.findings) {
    SaidFinding& said = all.emplace_back(SaidFinding{finding, 0, {}});
    if (finding.verdict == Finding::Verdict::orphaned) recording.adopt(said);
    comparison.adopted += said.recorded != 0;
  }
  const bool settled = comparison.settled(command.yes);
  const ExitStatus exit = settled                    ? ExitStatus::done
                          : comparison.doubtful != 0 ? ExitStatus::waits_for_person
                          : result.unreachable       ? ExitStatus::cloud_unreachable
                                                     : ExitStatus::waits_for_person;
  recording.found(restoring, comparison, settled);
  recording.close(exit);
  if (command.json) {
    out << findings_json(all, identity.kind == "sim", ledger_facts(store).id) << "\n";
  } else {
    print_comparison(all, terminal, out);
    out << std::flush;
  }
  if (settled) return std::nullopt;
  err << (comparison.unseen != comparison.not_comparable
              ? "migledger: nothing was done: not all of the cloud could be seen; run again when "
                "it can\n"
              : "migledger: nothing was done: look at what is missing, drifted, of no migration "
                "that "
                "is known, or cannot be compared; then go on with --yes\n");
  return static_cast<int>(exit);
}

}  // namespace migledger::cli
