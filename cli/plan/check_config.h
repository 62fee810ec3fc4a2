// migledger check-config: says whether a configuration is good, and what it would do.
#pragma once

#include <ostream>
#include <string>

namespace migledger::cli {

struct CheckConfigOptions {
  std::string file = "config.json";
  bool schema = false;  // print the JSON Schema of the configuration and do nothing else
  bool json = false;  // {"valid": true, "migrations": […]} or {"valid": false, "problems": […]}
};

// Touches nothing but the configuration and the files it names. Returns an exit code
// (exit_status.h): 0 when the configuration is good, otherwise 2.
int run_check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
