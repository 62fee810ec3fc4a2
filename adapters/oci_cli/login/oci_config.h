// What the oci program's configuration says about whom we are, and whether that program can read
// it: what it cannot read is refused here, with file and line, before anything is begun. The
// private key is never opened.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/oci_cli/login/environment.h"
#include "adapters/oci_cli/login/ini.h"
#include "ledger/base/time.h"

namespace migledger::adapters {

// The values of `profile`, those of [DEFAULT] included; nothing when there is no such section.
// Throws SetupError (credentials), with `file` and the line, for text that is no configuration.
std::optional<IniSection> read_profile(std::string_view text, std::string_view profile,
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
  std::string security_token_file;  // a path; empty: none is named
};

// Reads the configuration file (default ~/.oci/config) and the environment as the program does.
// Throws SetupError (credentials): no file, one that the program cannot read, no such profile, a
// value missing for "api_key" or "security_token".
OciLogin read_login(const std::string& config_file, const std::string& profile,
                    const std::string& auth, const Environment& user);

// Throws SetupError (credentials) when the login is by the token of a session, and the program
// cannot read its file, or the session is over at `now`.
void check_session(const OciLogin& login, Time now);

}  // namespace migledger::adapters
