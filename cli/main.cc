// Raw arguments become one validated command; everything that can go wrong becomes an exit code.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "cli/arguments/command_line.h"
#include "cli/arguments/wrong_arguments.h"
#include "cli/base/failure.h"
#include "cli/run/consent.h"
#include "cli/session/signals.h"
#include "ledger/base/printable.h"

namespace {

using namespace migledger;
using cli::CommandLine;
using cli::ExitStatus;
using cli::FailureReport;

// Descriptors that this process was started without would go to the next files that are opened, and
// what is said would be written into those.
void hold_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) [[maybe_unused]]
      const int lowest = ::open("/dev/null", O_RDONLY);
}

// `exit`, or usage when all went well but what was said could not be written. That nobody wanted to
// read it any more is no error.
int finished(int exit, const FailureReport& report) {
  errno = 0;
  std::cout.flush();
  if (std::cout) return exit;
  // It failed earlier: once more, for the reason.
  if (errno == 0) [[maybe_unused]]
    const auto written = ::write(STDOUT_FILENO, "\n", 1);
  if (errno == EPIPE) return exit;
  const std::string reason = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
  report.fail(ExitStatus::usage,
              "the output could not be written" + reason +
                  "; make room where it goes, or send it elsewhere, and ask again. What a command "
                  "did is in the ledger all the same");
  return exit == static_cast<int>(ExitStatus::done) ? static_cast<int>(ExitStatus::usage) : exit;
}

std::string joined(int argc, char** argv) {
  std::string line;
  for (int i = 0; i < argc; ++i) line.append(i == 0 ? "" : " ").append(argv[i]);
  return printable(line, 2000);
}

const char* environment(const char* name) { return std::getenv(name); }

// Commands by what a person wants to do, in the order in which --help lists them.
struct Group {
  const char* name;
  std::vector<void (*)(CommandLine&)> add;
};

const std::vector<Group> kGroups = {
    {"Begin", {cli::add_init, cli::add_check_config, cli::add_doctor}},
    {"Move", {cli::add_run}},
    {"Look", {cli::add_status, cli::add_history, cli::add_why, cli::add_replay, cli::add_report}},
    {"Steer", {cli::add_steering}},
    {"After the move", {cli::add_undoing, cli::add_reconcile}},
    {"Prove", {cli::add_verify, cli::add_signing}},
    {"Keep", {cli::add_keeping, cli::add_export}},
    {"Rehearse", {cli::add_sim, cli::add_simulate}},
};

void add_commands(CommandLine& line) {
  for (const Group& group : kGroups) {
    const auto before = line.app.get_subcommands({}).size();
    for (const auto add : group.add) add(line);
    const auto all = line.app.get_subcommands({});
    for (std::size_t i = before; i < all.size(); ++i) all[i]->group(group.name);
  }
}

// "migledger help run" is "migledger run --help", for commands that there are.
std::vector<std::string> with_help(const CLI::App& app, std::vector<std::string> arguments) {
  if (arguments.empty() || arguments.front() != "help") return arguments;
  arguments.erase(arguments.begin());
  const auto known = [&](const CLI::App* command) { return command->check_name(arguments[0]); };
  if (arguments.empty() || !app.get_subcommands(known).empty()) arguments.emplace_back("--help");
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_descriptors();
  cli::end_on_terminate();
  cli::outlive_refused_writes();
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool json = std::ranges::find(arguments, "--json") != arguments.end();
  const FailureReport report(json, std::cerr);

  CLI::App app{
      "Moves OCI instances, volumes and buckets between regions, and keeps a ledger of "
      "everything."};
  app.name("migledger");
  app.set_version_flag("-V,--version", std::string("migledger ") + MIGLEDGER_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Each command has --help with examples; \"migledger help COMMAND\" is the same. Exit codes: "
      "0 "
      "done,\n1 a migration failed, 2 usage or configuration, or there is no such ledger, 3 waits "
      "for a person,\n4 ledger refused or corrupt, 5 ledger in use, 6 credentials or cloud "
      "unreachable, 7 interrupted and\nresumable, 8 the plan changed, 70 internal error.");
  std::function<int()> command;
  CommandLine line{app, cli::detect_terminal(STDOUT_FILENO, environment), joined(argc, argv),
                   [&](std::function<int()> chosen) { command = std::move(chosen); },
                   [&](std::function<int()> chosen) {
                     cli::end_when_unread();
                     command = std::move(chosen);
                   }};
  add_commands(line);
  arguments = with_help(app, std::move(arguments));
  if (const auto wrong = cli::words_of_empty_consent(arguments); !wrong.empty())
    return report.fail(ExitStatus::usage, wrong);
  try {
    // The last first, as CLI11 takes them.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& e) {
    return finished(app.exit(e), report);  // --help, --version
  } catch (const CLI::ParseError& e) {
    return report.fail(ExitStatus::usage, cli::words_of(e, app, arguments));
  }
  return finished(report.guard(command), report);
}
