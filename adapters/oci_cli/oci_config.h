// What the oci program's configuration says about whom we are. The private key is never opened.
// Format: the INI dialect of Python's configparser without interpolation, as the OCI SDKs use it:
// "[PROFILE]" sections, "key = value" or "key: value", comment lines with "#" or ";", and a
// [DEFAULT] section whose values every profile inherits.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/oci_cli/environment.h"

namespace migledger::adapters {

using ConfigSection = std::map<std::string, std::string, std::less<>>;

// The values of `profile`, those of [DEFAULT] included; nothing when there is no such section.
// Throws SetupError (credentials) for text that is no configuration; `file` is named in it.
std::optional<ConfigSection> read_profile(std::string_view text, std::string_view profile,
                                          std::string_view file);

// Where the program looks and as whom; `configured` values win over the user's environment.
struct OciLogin {
  std::string config_file;  // a path; empty: there is none, and the kind of login needs none
  std::string profile;      // "DEFAULT" when nobody chose
  std::string auth;         // "api_key" when nobody chose
  std::string tenancy;      // OCID; may be empty when `auth` is a principal of the cloud
  std::string user;
  std::string fingerprint;
  std::string region;
};

// Reads the configuration file (default ~/.oci/config) and the environment as the program does.
// Throws SetupError (credentials): no file, no such profile, a value missing for "api_key" or
// "security_token".
OciLogin read_login(const std::string& config_file, const std::string& profile,
                    const std::string& auth, const Environment& user);

}  // namespace migledger::adapters
