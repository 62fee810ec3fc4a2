#include "cli/session/cloud_login.h"

#include "adapters/config/config.h"
#include "adapters/oci_cli/login/oci_config.h"
#include "adapters/oci_cli/login/setup_error.h"
#include "adapters/sim/tenancy.h"

namespace migledger::cli {

std::string cloud_login(const std::string& config, bool simulated) {
  if (simulated) return std::string(adapters::sim::kSimulatedUser);
  try {
    adapters::OciSettings oci;
    if (!config.empty()) oci = adapters::load_config(config, adapters::read_text_file, {}).oci;
    const auto login = adapters::read_login(oci.config_file, oci.profile, oci.auth,
                                            adapters::current_environment());
    return login.user.empty() ? login.profile : login.user;
  } catch (const adapters::SetupError&) {
    return {};
  } catch (const adapters::ConfigError&) {
    return {};
  }
}

}  // namespace migledger::cli
