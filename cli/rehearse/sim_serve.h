// migledger sim serve: the simulated tenancy over HTTP, for the real oci program and the SDKs.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace migledger::cli {

struct SimServeOptions {
  std::string state;                     // directory; created when absent
  std::vector<std::string> regions;      // "us-ashburn-1=8001", or "us-ashburn-1" for any free port
  std::vector<std::string> provision;    // configurations whose things are to be there
  std::vector<std::string> public_keys;  // "FILE" or "KEYID=FILE" (public_keys.h)
  std::string address = "127.0.0.1";
  double speed = 600;
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> objects;  // in each bucket that is replicated
  double writes_for = 0;                 // seconds for which somebody goes on writing to them
  std::string faults;                    // a file; empty: none
  bool no_auth = false;
};

// Prints "tenancy OCID", "REGION URL" a region and "ready" once it listens, and serves until SIGINT
// or SIGTERM. Without regions it serves those that the tenancy knows. Keys given once are kept in
// the state's folder "keys". Returns an exit code; throws UsageError, ConfigError, FaultsError and
// StateError.
int run_sim_serve(const SimServeOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
