#include "adapters/oci_cli/program/program_version.h"

#include <charconv>

#include "adapters/oci_cli/login/environment.h"
#include "adapters/oci_cli/login/text.h"
#include "adapters/oci_cli/program/launcher.h"

namespace migledger::adapters {

ProgramVersion oci_program_version(const std::string& program) {
  ProgramVersion version;
  const Environment environment = current_environment();
  ChildSpec spec;
  spec.program = find_program(program, environment);
  if (spec.program.empty()) {
    version.problem = "there is no program \"" + program + "\" in PATH";
    return version;
  }
  spec.arguments = {"--version"};
  spec.environment = child_environment(environment, "migledger");
  spec.directory = "/";
  spec.limits.wall_clock = std::chrono::seconds(60);
  Launcher launcher;
  launcher.start(1, spec);
  const auto end = launcher.wait(std::chrono::steady_clock::now() + std::chrono::seconds(70));
  if (!end || !end->spawn_error.empty() || end->exit_code != 0) {
    version.problem = "\"" + program + " --version\" failed: " +
                      printable_line(end ? end->spawn_error + end->err : "no end in time");
    return version;
  }
  version.text = printable_line(end->out.substr(0, end->out.find('\n')), 40);
  int major = 0;
  std::from_chars(version.text.data(), version.text.data() + version.text.size(), major);
  if (major < 3) version.problem = "version " + version.text + " is too old; 3 or later is needed";
  return version;
}

}  // namespace migledger::adapters
