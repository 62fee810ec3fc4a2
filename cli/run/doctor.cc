#include "cli/run/doctor.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "adapters/config/config.h"
#include "adapters/oci_cli/program/program_version.h"
#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/names.h"
#include "cli/session/ledger_choice.h"
#include "cli/session/run_cloud.h"
#include "ledger/base/printable.h"
#include "ledger/fold/recorded_state.h"
#include "ledger/store/rocks_event_store.h"
#include "workflow/audit/doctor.h"
#include "workflow/audit/exposed_secrets.h"

namespace migledger::cli {

namespace {

using Verdict = workflow::Diagnosis::Verdict;

Colour colour_of_verdict(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return Colour::green;
    case Verdict::warning:
      return Colour::yellow;
    case Verdict::bad:
      return Colour::red;
  }
  return Colour::plain;
}

ExitStatus exit_of(const std::vector<workflow::Diagnosis>& found) {
  ExitStatus exit = ExitStatus::done;
  for (const auto& diagnosis : found) {
    if (diagnosis.verdict != Verdict::bad) continue;
    if (diagnosis.what == "credentials" || diagnosis.what == "clock" ||
        diagnosis.what.starts_with("region "))
      return ExitStatus::cloud_unreachable;
    exit = ExitStatus::usage;
  }
  return exit;
}

// Null: there is no ledger yet.
std::shared_ptr<ledger::EventStore> ledger_at(const std::string& path) {
  if (!std::filesystem::exists(path)) return nullptr;
  ledger::OpeningReport report;
  return ledger::RocksEventStore::open_reader(path, report);
}

// What the ledger, which may not be there, says of each migration.
workflow::ProgressOf progress_in(std::shared_ptr<ledger::EventStore> store) {
  using workflow::Progress;
  if (!store) return {};
  return [store](std::string_view name) {
    const auto state = ledger::recorded_state(*store, name);
    if (!state) return Progress::not_begun;
    return state->is_over() ? Progress::over : Progress::under_way;
  };
}

}  // namespace

int run_doctor(const RunCommand& command, const Terminal& terminal, std::ostream& out) {
  const adapters::Config config =
      adapters::load_config(command.config, adapters::read_text_file, command.workflow);
  const std::string path = one_name(command.ledger, config.ledger_path);
  const auto cloud = make_run_cloud(command, config, path, Keeps::nothing);
  std::vector<workflow::Diagnosis> found;
  const bool simulated = cloud->cloud().identity().kind == "sim";
  if (!simulated) {
    const auto version = adapters::oci_program_version(config.oci.program);
    found.push_back({version.problem.empty() ? Verdict::good : Verdict::warning, "the oci program",
                     version.problem.empty() ? version.text : version.problem,
                     version.problem.empty()
                         ? ""
                         : "install or update it: https://docs.oracle.com/iaas/tools/oci-cli"});
  }
  const auto store = ledger_at(path);
  for (auto& diagnosis :
       workflow::diagnose(config.plan, cloud->cloud(), cloud->clock(), progress_in(store),
                          store ? ledger_facts(*store).id : std::string()))
    found.push_back(std::move(diagnosis));
  if (store) {
    const auto exposed = workflow::exposed_secrets(*store);
    if (!exposed.empty())
      found.push_back({Verdict::warning, "secrets in the ledger", workflow::words_of(exposed),
                       std::string(workflow::kExposedAdvice)});
  }
  if (command.json) {
    boost::json::array checks;
    for (const auto& diagnosis : found)
      checks.push_back({{"verdict", workflow::name_of(diagnosis.verdict)},
                        {"what", json_text(diagnosis.what)},
                        {"seen", json_text(diagnosis.seen)},
                        {"fix", json_text(diagnosis.fix)}});
    out << boost::json::serialize(
               boost::json::object{{"simulated", simulated}, {"checks", std::move(checks)}})
        << "\n";
    return static_cast<int>(exit_of(found));
  }
  if (simulated) out << "simulated: nothing here is in a real cloud\n";
  std::size_t bad = 0, warnings = 0;
  for (const auto& diagnosis : found) {
    out << paint(terminal, colour_of_verdict(diagnosis.verdict),
                 pad(workflow::name_of(diagnosis.verdict), 4))
        << "  " << printable(diagnosis.what, 200) << ": " << printable(diagnosis.seen, 500) << "\n";
    bad += diagnosis.verdict == Verdict::bad ? 1 : 0;
    warnings += diagnosis.verdict == Verdict::warning ? 1 : 0;
  }
  if (bad + warnings == 0) {
    out << "\nNothing stands in the way.\n";
  } else {
    out << "\nWhat to do, in this order:\n";
    unsigned number = 0;
    for (const auto verdict : {Verdict::bad, Verdict::warning})
      for (const auto& diagnosis : found)
        if (diagnosis.verdict == verdict)
          out << fmt::format("{:>3}. {}: {}\n", ++number, printable(diagnosis.what, 200),
                             printable(diagnosis.fix, 500));
  }
  return static_cast<int>(exit_of(found));
}

}  // namespace migledger::cli
