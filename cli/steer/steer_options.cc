// The command-line options of the commands that steer and undo.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "cli/arguments/command_line.h"
#include "cli/arguments/common_options.h"
#include "cli/arguments/value_checks.h"
#include "cli/run/consent.h"
#include "cli/steer/steer.h"
#include "cli/steer/undo.h"

namespace migledger::cli {

namespace {

using workflow::Verb;

struct Steering {
  Verb verb;
  const char* description;
  const char* example;
  bool whole;        // without a migration it is about the ledger as a whole
  const char* step;  // what --step is; null: takes none
};

constexpr Steering kSteering[] = {
    {Verb::PAUSE, "begin nothing new, of a migration or of all",
     "migledger pause\n  migledger pause web-1 --step launch-instance --reason \"change window\"",
     true, "pause when this step comes"},
    {Verb::RESUME, "go on with what was paused", "migledger resume web-1", true, nullptr},
    {Verb::APPROVE, "approve what a migration waits for",
     "migledger approve web-1\n  migledger approve db-1 --reason \"CHG-4711, writers are "
     "stopped\"\n"
     "  migledger approve --all",
     false, "the step; default: the current one"},
    {Verb::RETRY, "try again what failed, stopped or was cancelled", "migledger retry --all", false,
     nullptr},
    {Verb::SKIP, "go on without a step that may be left out",
     "migledger skip web-1 --step final-check --reason \"checked by hand\"", false,
     "the step; default: the current one"},
    {Verb::CANCEL, "end a migration; what it made is kept",
     "migledger cancel web-1 --reason \"wrong shape\"", false, nullptr},
    {Verb::NOTE, "write a remark into the ledger",
     "migledger note web-1 \"ticket 4711\"\n  migledger note \"change window begins\"", true,
     nullptr},
};

struct Steer {
  LedgerChoice ledger;
  SteerCommand command;
};

// What the steering commands have in common; the command runs with what was typed.
void add_common(CLI::App* sub, const std::shared_ptr<Steer>& steer, Verb verb, CommandLine& line) {
  sub->add_flag("--json", steer->command.json, "one JSON object a migration");
  add_ledger(sub, steer->ledger);
  sub->callback([steer, verb, &line] {
    steer->command.verb = verb;
    steer->command.command_line = line.typed;
    line.run([steer] {
      steer->command.ledger = steer->ledger.path();
      steer->command.config = steer->ledger.found_config();
      return run_steer(steer->command, std::cout, std::cerr);
    });
  });
}

void add_one(const Steering& steering, CommandLine& line) {
  const auto steer = std::make_shared<Steer>();
  SteerCommand& command = steer->command;
  auto* sub =
      line.app.add_subcommand(std::string(workflow::name_of(steering.verb)), steering.description);
  const bool note = steering.verb == Verb::NOTE;
  sub->add_option("migration", command.migrations,
                  note             ? "by name, perhaps several, and then the remark; without a "
                                     "name: about the ledger as a whole"
                  : steering.whole ? "by name; may be several; default: the ledger as a whole"
                                   : "by name; may be several")
      ->type_name("NAME");
  if (!note) sub->add_flag("--all", command.all, "every migration that can take it");
  if (steering.step) sub->add_option("--step", command.step, steering.step)->type_name("STEP");
  auto* reason =
      sub->add_option("--reason", command.reason,
                      note ? "the remark, in place of the last word" : "why, for the record");
  if (steering.verb == Verb::SKIP) reason->required();
  sub->footer(std::string("Example:\n  ") + steering.example);
  add_common(sub, steer, steering.verb, line);
}

void add_adopt(CommandLine& line) {
  const auto steer = std::make_shared<Steer>();
  SteerCommand& command = steer->command;
  auto* sub = line.app.add_subcommand("adopt", "say which resource a step has made");
  // As one text: a list of names would take the step and the OCID, too.
  sub->add_option_function<std::string>(
         "migration", [steer](const std::string& name) { steer->command.migrations = {name}; },
         "by name")
      ->type_name("NAME")
      ->required();
  sub->add_option("step", command.step, "the step that made it")->type_name("STEP")->required();
  sub->add_option("ocid", command.resource, "of the resource; it is looked at first")
      ->type_name("OCID")
      ->required();
  sub->add_option("--reason", command.reason, "why, for the record")->required();
  sub->footer(
      "Example:\n  migledger adopt web-1 create-image ocid1.image.oc1.iad.aaaa --reason \"made in "
      "the console\"");
  add_common(sub, steer, Verb::ADOPT, line);
}

struct Undoing {
  Verb verb;
  const char* description;
  const char* example;
  const char* yes;
};

constexpr Undoing kUndoing[] = {
    {Verb::ROLLBACK, "remove everything that a migration made, the last first; never the source",
     "migledger rollback web-1 --reason \"wrong subnet\"", "remove what is listed, without asking"},
    {Verb::CLEANUP, "after success: remove what was only needed on the way",
     "migledger cleanup web-1\n  migledger cleanup --all --yes",
     "remove what is listed, without asking"},
    {Verb::DECOMMISSION,
     "after success, a quiet period and approval: terminate the source instance",
     "migledger decommission web-1 --reason \"two weeks without complaints\"",
     "--yes=termination: approve the end of the source"}};

void add_undo(const Undoing& undoing, CommandLine& line) {
  const auto command = std::make_shared<UndoCommand>();
  command->verb = undoing.verb;
  auto* sub =
      line.app.add_subcommand(std::string(workflow::name_of(undoing.verb)), undoing.description);
  sub->add_option("migration", command->migrations, "by name; may be several")->type_name("NAME");
  sub->add_flag("--all", command->all, "every migration that can take it");
  auto* reason = sub->add_option("--reason", command->reason, "why, for the record");
  if (undoing.verb != Verb::CLEANUP) reason->required();
  add_cloud(sub, command->run);
  add_consent(sub, command->run.consent, undoing.yes);
  sub->add_flag("--json", command->run.json, "one JSON object a line");
  number(sub->add_option("--sim-speed", command->run.sim_speed,
                         "simulated seconds a second; 0: as fast as it goes"),
         0, 1e9)
      ->capture_default_str()
      ->group(kSimulated);
  sub->footer(std::string("Example:\n  ") + undoing.example);
  sub->callback([command, &line] {
    command->run.command_line = line.typed;
    line.run([command, &line] { return undo_each(*command, line.terminal, std::cout, std::cerr); });
  });
}

}  // namespace

void add_steering(CommandLine& line) {
  for (const auto& steering : kSteering) add_one(steering, line);
  add_adopt(line);
}

void add_undoing(CommandLine& line) {
  for (const auto& undoing : kUndoing) add_undo(undoing, line);
}

}  // namespace migledger::cli
