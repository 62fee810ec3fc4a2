// Reads the captured runs of the oci program in tests/adapters/captured/.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "tests/support/paths.h"

namespace migledger::adapters {

struct CapturedRun {
  std::string target;
  int exit_code = -1;
  std::string out;
  std::string err;
};

inline std::map<std::string, CapturedRun> captured_runs() {
  std::ifstream in(testing::source_path("tests/adapters/captured/raw_request.txt"));
  std::map<std::string, CapturedRun> runs;
  CapturedRun* run = nullptr;
  std::string* text = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("### ")) {
      run = &runs[line.substr(4)];
      text = nullptr;
    } else if (run == nullptr) {
      continue;
    } else if (line == "--- stdout") {
      text = &run->out;
    } else if (line == "--- stderr") {
      text = &run->err;
    } else if (text != nullptr) {
      text->append(line).append("\n");
    } else if (line.starts_with("target=")) {
      run->target = line.substr(7);
    } else if (line.starts_with("rc=")) {
      run->exit_code = std::stoi(line.substr(3));
    }
  }
  return runs;
}

}  // namespace migledger::adapters
