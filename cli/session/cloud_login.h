// As whom this user would log in to the cloud.
#pragma once

#include <string>

namespace migledger::cli {

// The OCID of the user, or the name of the profile, that the login of `config` names, or of the
// environment when there is no configuration (empty); nothing is asked of the cloud. Empty: there
// is no login that can be read. `simulated`: the ledger's cloud is.
std::string cloud_login(const std::string& config, bool simulated);

}  // namespace migledger::cli
