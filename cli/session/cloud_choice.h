// Which configuration, ledger and cloud a command is about, as typed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace migledger::cli {

struct CloudChoice {
  std::string config = "config.json";
  std::string ledger;         // empty: as configured
  std::string cloud = "oci";  // or "sim"
  // Of the simulated tenancy.
  std::string sim_state;                     // its directory; empty: <ledger>.sim
  double sim_speed = 600;                    // simulated seconds a second; 0: as fast as it goes
  std::uint64_t sim_seed = 1;                // of a new one
  std::string sim_faults;                    // a file; empty: no faults
  std::optional<std::uint64_t> sim_objects;  // in each bucket of a new one
  double sim_writes_for = 0;                 // seconds for which somebody goes on writing to them
};

}  // namespace migledger::cli
