// Raw arguments become one validated command; everything that can go wrong becomes an exit code.
#include <fcntl.h>
#include <kj/exception.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "adapters/config/problem.h"
#include "adapters/oci_cli/setup_error.h"
#include "adapters/sim/faults.h"
#include "adapters/sim/state_store.h"
#include "cli/command_check_config.h"
#include "cli/command_doctor.h"
#include "cli/command_init.h"
#include "cli/command_reconcile.h"
#include "cli/command_run.h"
#include "cli/command_sim_report.h"
#include "cli/command_sim_serve.h"
#include "cli/command_verify.h"
#include "cli/disk_advice.h"
#include "cli/exit_status.h"
#include "cli/export_options.h"
#include "cli/history_options.h"
#include "cli/keep_options.h"
#include "cli/printable.h"
#include "cli/read_ledger.h"
#include "cli/replay_options.h"
#include "cli/report_options.h"
#include "cli/simulate_options.h"
#include "cli/steer_options.h"
#include "cli/tlog_options.h"
#include "cli/usage_error.h"
#include "cli/whole_number.h"
#include "ledger/errors.h"
#include "ledger/made_whole.h"

namespace {

using namespace migledger;
using cli::ExitStatus;

int exit_with(ExitStatus status) { return static_cast<int>(status); }

int fail(ExitStatus status, const char* what) {
  std::cerr << "migledger: " << printable(what, 4000) << "\n";
  return exit_with(status);
}

int exit_of(ledger::LedgerErrorKind kind) {
  return exit_with(kind == ledger::LedgerErrorKind::in_use ? ExitStatus::ledger_in_use
                                                           : ExitStatus::ledger_refused);
}

int exit_of(adapters::SetupErrorKind kind) {
  switch (kind) {
    case adapters::SetupErrorKind::usage:
      return exit_with(ExitStatus::usage);
    case adapters::SetupErrorKind::program:
    case adapters::SetupErrorKind::credentials:
      return exit_with(ExitStatus::cloud_unreachable);
    case adapters::SetupErrorKind::system:
      break;
  }
  return exit_with(ExitStatus::internal_error);
}

int exit_of(adapters::sim::StateErrorKind kind) {
  return exit_with(kind == adapters::sim::StateErrorKind::in_use ? ExitStatus::ledger_in_use
                                                                 : ExitStatus::ledger_refused);
}

// Runs a command; what it throws is told to the person and becomes an exit code.
template <typename Command>
int guarded(const Command& command) {
  try {
    return command();
  } catch (const cli::UsageError& e) {
    return fail(ExitStatus::usage, e.what());
  } catch (const ledger::AlreadyThere& e) {
    return fail(ExitStatus::usage, e.what());
  } catch (const adapters::ConfigError& e) {
    std::cerr << e.what() << "\n";  // printable already, a line a problem
    return exit_with(ExitStatus::usage);
  } catch (const adapters::sim::FaultsError& e) {
    return fail(ExitStatus::usage, e.what());
  } catch (const ledger::LedgerError& e) {
    fail(ExitStatus::ledger_refused, e.what());
    if (e.kind == ledger::LedgerErrorKind::disk)
      fail(ExitStatus::ledger_refused, cli::disk_advice(e.what()).c_str());
    return exit_of(e.kind);
  } catch (const adapters::SetupError& e) {
    fail(ExitStatus::cloud_unreachable, e.what());
    return exit_of(e.kind);
  } catch (const adapters::sim::StateError& e) {
    fail(ExitStatus::ledger_refused, e.what());
    if (e.kind == adapters::sim::StateErrorKind::disk)
      fail(ExitStatus::ledger_refused, cli::disk_advice(e.what()).c_str());
    return exit_of(e.kind);
  } catch (const kj::Exception& e) {
    return fail(ExitStatus::ledger_refused,
                (std::string("an event of the ledger cannot be read: ") + e.getDescription().cStr())
                    .c_str());
  } catch (const std::exception& e) {
    return fail(ExitStatus::internal_error, e.what());
  }
}

// Descriptors that this process was started without would go to the next files that are opened, and
// what is said would be written into those.
void hold_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) [[maybe_unused]]
      const int lowest = ::open("/dev/null", O_RDONLY);
}

// `exit`, or usage when all went well but what was said could not be written.
int finished(int exit) {
  errno = 0;
  std::cout.flush();
  if (std::cout) return exit;
  // It failed earlier: once more, for the reason.
  if (errno == 0) [[maybe_unused]]
    const auto written = ::write(STDOUT_FILENO, "\n", 1);
  const std::string reason = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
  fail(ExitStatus::usage, ("the output could not be written" + reason +
                           "; make room where it goes, or send it elsewhere, and ask again. What a "
                           "command did is in the ledger all the same")
                              .c_str());
  return exit == exit_with(ExitStatus::done) ? exit_with(ExitStatus::usage) : exit;
}

// What CLI11 says is wrong with the arguments, in our words where its own are not plain.
std::string plain(const std::string& said) {
  constexpr std::string_view kRequired = " is required";
  const auto missing = said.find(": 1 required ");
  if (missing != std::string::npos && said.ends_with(" missing"))
    return said.substr(0, missing) + " wants a value";
  if (said.ends_with(kRequired) && !said.starts_with("-") &&
      said.find(' ') == said.size() - kRequired.size()) {
    std::string name = said.substr(0, said.size() - kRequired.size());
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name + " is missing";
  }
  return said;
}

std::string joined(int argc, char** argv) {
  std::string line;
  for (int i = 0; i < argc; ++i) line.append(i == 0 ? "" : " ").append(argv[i]);
  return printable(line, 2000);
}

const char* environment(const char* name) { return std::getenv(name); }

}  // namespace

int main(int argc, char** argv) {
  hold_standard_descriptors();
  const cli::Terminal terminal = cli::detect_terminal(STDOUT_FILENO, environment);
  CLI::App app{
      "Moves OCI instances, volumes and buckets between regions, and keeps a ledger of "
      "everything."};
  app.name("migledger");
  app.set_version_flag("--version", std::string("migledger ") + MIGLEDGER_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Each command has --help with examples. Exit codes: 0 done, 1 a migration failed, "
      "2 usage or configuration,\n3 waits for a person, 4 ledger refused or corrupt, 5 ledger "
      "in use, 6 credentials or cloud\nunreachable, 7 interrupted and resumable, 8 the plan "
      "changed, 70 internal error.");
  int exit = 0;
  std::string ledger_path = "migration.ledger";
  const auto add_ledger = [&](CLI::App* command) {
    command->add_option("--ledger", ledger_path, "directory of the ledger")->capture_default_str();
  };

  cli::RunCommand run;
  auto* run_app = app.add_subcommand("run", "do what the configuration names, or go on with it");
  run_app->add_option("-c,--config", run.config, "the configuration")->capture_default_str();
  run_app->add_option(
      "-w,--workflow", run.workflow,
      "compute, volume-replication or storage-replication (default: as configured)");
  run_app->add_option("--ledger", run.ledger, "directory of the ledger (default: as configured)");
  run_app->add_option("--cloud", run.cloud, "oci, or sim to rehearse")
      ->capture_default_str()
      ->check(CLI::IsMember({"oci", "sim"}));
  run_app->add_option("--only", run.only, "only the migration of that name; may be repeated");
  run_app->add_option("--parallel", run.parallel, "migrations at once (default: as configured)")
      ->check(CLI::Range(1, 100000));
  run_app->add_flag("--dry-run", run.dry_run,
                    "send nothing and keep nothing; print every request, with likely replies");
  run_app->add_flag("--yes", run.yes, "approve what is asked for, such as the source's downtime");
  run_app->add_flag("--accept-plan-change", run.accept_plan_change,
                    "record a changed plan, where it cannot affect what was already done");
  run_app->add_flag("--json", run.json, "one JSON object a line");
  run_app->add_option("--log-file", run.log_file, "the debug log (default: as configured)");
  run_app->add_option("--sim-state", run.sim_state,
                      "directory of the simulated tenancy (default: <ledger>.sim)");
  run_app
      ->add_option("--sim-speed", run.sim_speed,
                   "simulated seconds a second; 0: as fast as it goes")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e9));
  cli::whole_number(run_app->add_option("--sim-seed", run.sim_seed, "of a new simulated tenancy"),
                    0)
      ->capture_default_str();
  run_app->add_option("--sim-faults", run.sim_faults, "a file of faults to rehearse");
  run_app
      ->add_option("--sim-objects", run.sim_objects,
                   "objects in each bucket that is replicated, at first (default: 25)")
      ->check(CLI::Range(0, 10'000'000));
  run_app
      ->add_option("--sim-writes-for", run.sim_writes_for,
                   "simulated seconds for which somebody goes on writing to them")
      ->check(CLI::Range(0.0, 1e7));
  run_app->footer(
      "Examples:\n  migledger run --cloud sim --ledger rehearsal.ledger\n"
      "  migledger run --config plan.json --only web-1 --yes\n"
      "  migledger run --dry-run");
  run_app->callback([&] {
    run.command_line = joined(argc, argv);
    exit = guarded([&] { return cli::run_run(run, terminal, std::cout, std::cerr); });
  });

  cli::HistoryCommand history;
  history.options.terminal = terminal;
  cli::add_history(app, history, [&] {
    exit = guarded(
        [&] { return cli::read_history(history.ledgers, history.options, std::cout, std::cerr); });
  });

  cli::StatusOptions status;
  auto* status_app = app.add_subcommand("status", "where every migration stands");
  status_app->add_flag("--json", status.json, "as one JSON object");
  add_ledger(status_app);
  status_app->footer("Example:\n  migledger status --ledger rehearsal.ledger");
  status_app->callback([&] {
    status.terminal = terminal;
    exit = guarded([&] { return cli::read_status(ledger_path, status, std::cout, std::cerr); });
  });

  cli::ReplayOptions replay;
  cli::ForkOptions forking;
  cli::add_replay(
      app, replay, forking, ledger_path,
      [&] {
        replay.terminal = terminal;
        exit = guarded([&] { return cli::read_replay(ledger_path, replay, std::cout, std::cerr); });
      },
      [&] {
        forking.command_line = joined(argc, argv);
        exit = guarded([&] { return cli::run_fork(forking, std::cout, std::cerr); });
      });

  cli::WhyOptions why;
  cli::add_why(app, why, ledger_path, [&] {
    why.terminal = terminal;
    exit = guarded([&] { return cli::read_why(ledger_path, why, std::cout, std::cerr); });
  });

  cli::VerifyCommand verify;
  cli::add_verify(app, verify, [&] {
    verify.terminal = terminal;
    exit = guarded([&] { return cli::run_verify(verify, std::cout); });
  });

  cli::TlogCommands tlog;
  cli::add_tlog(
      app, tlog,
      [&] { exit = guarded([&] { return run_keygen(tlog.keygen, std::cout, std::cerr); }); },
      [&] {
        tlog.checkpoint.command_line = joined(argc, argv);
        exit = guarded([&] { return run_checkpoint(tlog.checkpoint, std::cout, std::cerr); });
      },
      [&] { exit = guarded([&] { return run_prove(tlog.prove, std::cout, std::cerr); }); });

  cli::ReportOptions report_options;
  cli::add_report(app, ledger_path, report_options, [&] {
    exit = guarded(
        [&] { return cli::read_report(ledger_path, report_options, std::cout, std::cerr); });
  });

  cli::ExportOptions export_options;
  cli::add_export(app, export_options, [&] {
    export_options.tlog.command_line = joined(argc, argv);
    exit = guarded([&] { return cli::run_export(export_options, std::cout, std::cerr); });
  });

  cli::InitOptions init;
  auto* init_app = app.add_subcommand("init", "write a configuration to start from");
  init_app->add_option("file", init.file, "the file; never one that is there")
      ->capture_default_str();
  init_app->add_flag("--many", init.many, "a plan of three migrations");
  init_app->add_option("-w,--workflow", init.workflow, "what it is to move")
      ->capture_default_str()
      ->check(CLI::IsMember({"compute", "volume-replication", "storage-replication"}));
  init_app->footer(
      "Example:\n  migledger init && migledger run --cloud sim --ledger rehearsal.ledger");
  init_app->callback([&] { exit = guarded([&] { return cli::run_init(init, std::cout); }); });

  cli::CheckConfigOptions check;
  auto* check_app = app.add_subcommand("check-config", "say whether a configuration is good");
  check_app->add_option("file", check.file, "the configuration")->capture_default_str();
  check_app->add_flag("--schema", check.schema, "print the JSON Schema of the configuration");
  check_app->add_flag("--json", check.json, "as one JSON object");
  check_app->footer("Example:\n  migledger check-config plan.json");
  check_app->callback(
      [&] { exit = guarded([&] { return cli::run_check_config(check, std::cout, std::cerr); }); });

  cli::RunCommand doctor;
  auto* doctor_app =
      app.add_subcommand("doctor", "what would keep a migration from working; changes nothing");
  doctor_app->add_option("-c,--config", doctor.config, "the configuration")->capture_default_str();
  doctor_app->add_option("-w,--workflow", doctor.workflow,
                         "compute, volume-replication or storage-replication");
  doctor_app->add_option("--cloud", doctor.cloud, "oci, or sim")
      ->capture_default_str()
      ->check(CLI::IsMember({"oci", "sim"}));
  doctor_app->add_option("--ledger", doctor.ledger, "directory of the ledger");
  doctor_app->add_option("--sim-state", doctor.sim_state, "directory of the simulated tenancy");
  doctor_app->add_flag("--json", doctor.json, "as one JSON object");
  doctor_app->footer("Example:\n  migledger doctor --config plan.json");
  doctor_app->callback(
      [&] { exit = guarded([&] { return cli::run_doctor(doctor, terminal, std::cout); }); });

  cli::SteerCommand steer;
  cli::add_steering(app, steer, [&] {
    steer.command_line = joined(argc, argv);
    exit = guarded([&] { return cli::run_steer(steer, std::cout, std::cerr); });
  });
  cli::RunCommand undo;
  cli::add_undoing(app, undo, [&] {
    undo.command_line = joined(argc, argv);
    exit = guarded([&] { return cli::run_undo(undo, terminal, std::cout, std::cerr); });
  });

  cli::SimulateCommand simulate;
  cli::add_simulate(app, simulate, [&] {
    exit = guarded([&] { return cli::run_simulate(simulate, std::cout, std::cerr); });
  });

  cli::RunCommand reconcile;
  auto* reconcile_app = app.add_subcommand(
      "reconcile", "compare the ledger with what is in the cloud; removes nothing");
  reconcile_app->add_option("-c,--config", reconcile.config, "the configuration")
      ->capture_default_str();
  reconcile_app->add_option("--cloud", reconcile.cloud, "oci, or sim")
      ->capture_default_str()
      ->check(CLI::IsMember({"oci", "sim"}));
  reconcile_app->add_option("--ledger", reconcile.ledger, "directory of the ledger");
  reconcile_app->add_option("--sim-state", reconcile.sim_state,
                            "directory of the simulated tenancy");
  bool adopt = false;
  reconcile_app->add_flag("--adopt", adopt,
                          "record what the ledger does not have, where its migration can take it");
  reconcile_app->add_flag("--json", reconcile.json, "as one JSON object");
  reconcile_app->footer("Example:\n  migledger reconcile --cloud sim --ledger rehearsal.ledger");
  reconcile_app->callback([&] {
    reconcile.command_line = joined(argc, argv);
    exit = guarded(
        [&] { return cli::run_reconcile(reconcile, adopt, terminal, std::cout, std::cerr); });
  });

  cli::KeepCommands keep;
  keep.restore.command_line = joined(argc, argv);
  cli::add_keeping(app, keep, [&](const auto& command) { exit = guarded(command); });

  auto* sim_app = app.add_subcommand("sim", "the simulated tenancy");
  sim_app->require_subcommand(1);
  cli::SimReportOptions report;
  auto* report_app =
      sim_app->add_subcommand("report", "what it holds, and everything it ever created");
  report_app->add_option("--sim-state", report.directory, "its directory")->capture_default_str();
  report_app->add_flag("--json", report.json, "as one JSON object");
  report_app->footer("Example:\n  migledger sim report --sim-state rehearsal.ledger.sim");
  report_app->callback([&] {
    report.terminal = terminal;
    exit = guarded([&] { return cli::run_sim_report(report, std::cout); });
  });

  cli::SimServeOptions serve;
  auto* serve_app = sim_app->add_subcommand("serve", "it over HTTP, for oci and the SDKs of OCI");
  serve_app->add_option("--state", serve.state, "its directory; created when absent")->required();
  serve_app->add_option("--region", serve.regions,
                        "NAME=PORT, or NAME for any free port; may be repeated");
  serve_app->add_option("--provision", serve.provision,
                        "a configuration whose instances, buckets and subnets are to be there");
  serve_app->add_option("--public-key", serve.public_keys,
                        "a PEM file, or KEYID=FILE; requests must be signed with its private half");
  serve_app->add_flag("--no-auth", serve.no_auth, "take requests whether they are signed or not");
  serve_app->add_option("--speed", serve.speed, "how many times faster operations are")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1e9));
  cli::whole_number(serve_app->add_option("--seed", serve.seed, "of a new tenancy"), 0)
      ->capture_default_str();
  serve_app->add_option("--faults", serve.faults, "a file of faults");
  serve_app
      ->add_option("--objects", serve.objects,
                   "objects in each bucket that is replicated, at first (default: 25)")
      ->check(CLI::Range(0, 10'000'000));
  serve_app
      ->add_option("--writes-for", serve.writes_for,
                   "seconds, shortened by --speed, for which somebody goes on writing to them")
      ->check(CLI::Range(0.0, 1e7));
  serve_app->add_option("--bind", serve.address, "the address to listen on")->capture_default_str();
  serve_app->footer(
      "Example:\n  migledger sim serve --state tenancy --provision config.json "
      "--public-key ~/.oci/key_public.pem \\\n    --region us-ashburn-1=8001 --region "
      "sa-bogota-1=8002\n  oci --endpoint http://127.0.0.1:8001 os ns get");
  serve_app->callback(
      [&] { exit = guarded([&] { return cli::run_sim_serve(serve, std::cout, std::cerr); }); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return finished(app.exit(e));  // --help, --version
  } catch (const CLI::ParseError& e) {
    // Without a command that it knows, CLI11 says only that one is required.
    const std::string first = argc > 1 ? argv[1] : "";
    const bool unknown = !first.empty() && first[0] != '-' && app.get_subcommands().empty();
    const std::string what = unknown ? "there is no command \"" + printable(first, 60) + "\""
                                     : printable(plain(e.what()), 400);
    std::string command = "migledger";
    for (const auto* at = &app; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      command += " " + at->get_name();
    }
    return fail(ExitStatus::usage,
                (what + "; \"" + command + " --help\" shows what there is").c_str());
  }
  return finished(exit);
}
