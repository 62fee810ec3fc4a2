// migledger init: writes a configuration to start from.
#pragma once

#include <ostream>
#include <string>

namespace migledger::cli {

struct InitOptions {
  std::string file = "config.json";
  bool many = false;  // a plan of three migrations
  std::string workflow = "compute";
};

// Creates the file with mode 0600, or writes to `out` for "-"; a file that is there already is
// never touched. Returns an exit code (exit_status.h): 0. Throws as OutputFile.
int run_init(const InitOptions& options, std::ostream& out);

}  // namespace migledger::cli
