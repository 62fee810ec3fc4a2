#include "cli/steer/steer.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/arguments/all_that_take.h"
#include "cli/base/exit_status.h"
#include "cli/base/names.h"
#include "cli/base/usage_error.h"
#include "cli/render/fleet.h"
#include "cli/session/cloud_login.h"
#include "cli/session/deliver_order.h"
#include "ledger/base/printable.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::cli {

namespace {

std::unique_ptr<ledger::RocksEventStore> open(const std::string& directory) {
  ledger::OpeningReport report;
  return ledger::RocksEventStore::open_reader(directory, report);
}

// The remark of a note is its last word, unless --reason has it.
void take_remark(SteerCommand& command) {
  if (!command.reason.empty()) return;
  if (command.migrations.empty())
    throw UsageError("the remark is missing: migledger note [MIGRATION…] \"TEXT\"");
  std::string last = std::move(command.migrations.back());
  command.migrations.pop_back();
  if (open(command.ledger)->find_stream(last))
    throw UsageError(
        fmt::format("\"{0}\" is a migration, and the remark is missing: migledger note "
                    "{0} \"TEXT\"",
                    printable(last, 63)));
  command.reason = std::move(last);
}

void print(const SteerCommand& command, const std::string& name,
           const workflow::OrderAnswer& answer, std::ostream& out, std::ostream& err) {
  if (command.json) {
    out << answer_json(command.verb, name, answer) << "\n";
  } else if (answer.taken) {
    out << fmt::format("#{} {}{}: {}\n", answer.position, name.empty() ? "all" : printable(name),
                       fmt::format(", {}", workflow::name_of(command.verb)),
                       printable(answer.words, 500));
  } else {
    err << "migledger: " << printable(answer.words, 500) << "\n";
  }
}

}  // namespace

int run_steer(const SteerCommand& typed, std::ostream& out, std::ostream& err) {
  SteerCommand command = typed;
  if (command.verb == workflow::Verb::NOTE) take_remark(command);
  const bool whole = command.verb == workflow::Verb::NOTE ||
                     command.verb == workflow::Verb::PAUSE ||
                     command.verb == workflow::Verb::RESUME;
  auto names = names_or_all(command.verb, command.migrations, command.all, whole, command.ledger);
  if (names.empty()) names.emplace_back();
  std::string login;
  if (command.verb == workflow::Verb::APPROVE)
    login = cloud_login(command.config, ledger_facts(*open(command.ledger)).simulated());
  bool refused = false;
  for (const auto& name : names) {
    workflow::Order order = new_order(command.verb);
    order.migration = name;
    order.cloud_login = login;
    order.step = command.step;
    order.resource = command.resource;
    order.reason = command.reason;
    auto answer = deliver_order(command.ledger, order, command.command_line, err);
    if (!answer.taken) answer.words += hint_of_name(*open(command.ledger), name);
    refused = refused || !answer.taken;
    print(command, name, answer, out, err);
  }
  return static_cast<int>(refused ? ExitStatus::usage : ExitStatus::done);
}

}  // namespace migledger::cli
