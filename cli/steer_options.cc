#include "cli/steer_options.h"

#include <CLI/CLI.hpp>
#include <string>

#include "cli/deliver_order.h"

namespace migledger::cli {

namespace {

using workflow::Verb;

struct Steering {
  Verb verb;
  const char* description;
  const char* example;
  bool takes_all;    // --all, and several migrations
  bool whole;        // without a migration it is about the ledger as a whole
  const char* step;  // what --step (or the second word) is; null: takes none
};

constexpr Steering kSteering[] = {
    {Verb::PAUSE, "begin nothing new, of a migration or of all",
     "migledger pause\n  migledger pause web-1 --step launch-instance --reason \"change window\"",
     false, true, "pause when this step comes"},
    {Verb::RESUME, "go on with what was paused", "migledger resume web-1", false, true, nullptr},
    {Verb::CANCEL, "end a migration; what it made is kept",
     "migledger cancel web-1 --reason \"wrong shape\"", true, false, nullptr},
    {Verb::RETRY, "try again what failed, stopped or was cancelled", "migledger retry --all", true,
     false, nullptr},
    {Verb::SKIP, "go on without a step that may be left out",
     "migledger skip web-1 --step final-check --reason \"checked by hand\"", false, false,
     "the step; default: the current one"},
    {Verb::APPROVE, "approve what a migration waits for",
     "migledger approve web-1\n  migledger approve --all", true, false,
     "the step; default: the current one"},
    {Verb::NOTE, "write a remark into the ledger", "migledger note web-1 --reason \"ticket 4711\"",
     false, true, nullptr},
};

}  // namespace

void add_steering(CLI::App& app, SteerCommand& command, const std::function<void()>& run) {
  const auto add_common = [&](CLI::App* sub, Verb verb) {
    sub->add_option("--ledger", command.ledger, "directory of the ledger")->capture_default_str();
    sub->callback([&command, run, verb] {
      command.verb = verb;
      run();
    });
  };
  for (const auto& steering : kSteering) {
    auto* sub =
        app.add_subcommand(std::string(workflow::name_of(steering.verb)), steering.description);
    auto* names = sub->add_option(
        "migration", command.migrations,
        steering.whole ? "default: the ledger as a whole" : "by name; may be several");
    if (steering.takes_all) {
      sub->add_flag("--all", command.all, "every migration that can take it");
    } else if (!steering.whole) {
      names->required();
    }
    if (steering.step) sub->add_option("--step", command.step, steering.step);
    auto* reason = sub->add_option("--reason", command.reason, "why, for the record");
    if (steering.verb == Verb::SKIP || steering.verb == Verb::NOTE) reason->required();
    sub->footer(std::string("Example:\n  ") + steering.example);
    add_common(sub, steering.verb);
  }
  auto* adopt = app.add_subcommand("adopt", "say which resource a step has made");
  // As one text: a list of names would take the step and the OCID, too.
  adopt
      ->add_option_function<std::string>(
          "migration", [&command](const std::string& name) { command.migrations = {name}; },
          "by name")
      ->required();
  adopt->add_option("step", command.step, "the step that made it")->required();
  adopt->add_option("ocid", command.resource, "of the resource; it is looked at first")->required();
  adopt->add_option("--reason", command.reason, "why, for the record")->required();
  adopt->footer(
      "Example:\n  migledger adopt web-1 create-image ocid1.image.oc1.iad.aaaa --reason \"made in "
      "the console\"");
  add_common(adopt, Verb::ADOPT);
}

void add_undoing(CLI::App& app, RunCommand& command, const std::function<void()>& run) {
  const struct {
    Verb verb;
    const char* description;
    const char* example;
  } kUndoing[] = {
      {Verb::ROLLBACK, "remove everything that a migration made, the last first; never the source",
       "migledger rollback web-1 --reason \"wrong subnet\""},
      {Verb::CLEANUP, "after success: remove what was only needed on the way",
       "migledger cleanup web-1\n  migledger cleanup web-1 --yes"},
      {Verb::DECOMMISSION,
       "after success, a quiet period and approval: terminate the source instance",
       "migledger decommission web-1 --reason \"two weeks without complaints\""}};
  for (const auto& undoing : kUndoing) {
    auto* sub =
        app.add_subcommand(std::string(workflow::name_of(undoing.verb)), undoing.description);
    sub->add_option_function<std::string>(
           "migration",
           [&command](const std::string& name) {
             if (!command.order) command.order = new_order(Verb::NOTE);
             command.order->migration = name;
           },
           "by name")
        ->required();
    auto* reason = sub->add_option_function<std::string>(
        "--reason",
        [&command](const std::string& words) {
          if (!command.order) command.order = new_order(Verb::NOTE);
          command.order->reason = words;
        },
        "why, for the record");
    if (undoing.verb != Verb::CLEANUP) reason->required();
    sub->add_option("-c,--config", command.config, "the configuration")->capture_default_str();
    sub->add_option("--ledger", command.ledger, "directory of the ledger (default: as configured)");
    sub->add_option("--cloud", command.cloud, "oci, or sim to rehearse")
        ->capture_default_str()
        ->check(CLI::IsMember({"oci", "sim"}));
    sub->add_flag("--yes", command.yes,
                  undoing.verb == Verb::CLEANUP ? "do it" : "approve what is asked for");
    sub->add_flag("--json", command.json, "one JSON object a line");
    sub->add_option("--sim-state", command.sim_state,
                    "directory of the simulated tenancy (default: <ledger>.sim)");
    sub->add_option("--sim-speed", command.sim_speed,
                    "simulated seconds a second; 0: as fast as it goes")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1e9));
    sub->footer(std::string("Example:\n  ") + undoing.example);
    sub->callback([&command, run, verb = undoing.verb] {
      command.order->verb = verb;
      run();
    });
  }
}

}  // namespace migledger::cli
