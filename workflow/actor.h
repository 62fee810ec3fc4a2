#pragma once

#include <cstdint>
#include <string>

namespace migledger::workflow {

// Who runs, for the record.
struct Actor {
  std::string user;
  std::string host;
  std::uint32_t pid = 0;
  std::string version;
  std::string command;
};

}  // namespace migledger::workflow
