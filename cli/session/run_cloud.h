// The cloud of a run, put together from its configuration.
#pragma once

#include <memory>
#include <string>

#include "adapters/config/config.h"
#include "cli/session/cloud_choice.h"
#include "workflow/cloud/cloud.h"

namespace migledger::cli {

class RunCloud {
 public:
  virtual ~RunCloud() = default;
  virtual workflow::Cloud& cloud() = 0;
  virtual workflow::Clock& clock() = 0;
};

// Whether a simulated tenancy keeps what is done to it, or is a copy that goes away.
enum class Keeps { everything, nothing };

// `ledger` is the path of the ledger; what the cloud keeps lies beside it. Throws
// LedgerError(refused) when there is a ledger that belongs to the other kind of cloud: before that
// one's credentials are asked for, or anything is made.
std::unique_ptr<RunCloud> make_run_cloud(const CloudChoice& command, const adapters::Config& config,
                                         const std::string& ledger,
                                         Keeps keeps = Keeps::everything);

// The simulated tenancy's directory for a ledger.
std::string sim_state_of(const std::string& configured, const std::string& ledger);

}  // namespace migledger::cli
