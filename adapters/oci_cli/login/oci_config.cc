#include "adapters/oci_cli/login/oci_config.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "adapters/oci_cli/login/session_token.h"
#include "adapters/oci_cli/login/setup_error.h"
#include "adapters/oci_cli/login/text.h"
#include "ledger/base/letter_case.h"

namespace migledger::adapters {

namespace {

constexpr std::size_t kLargestFile = 4u << 20;

constexpr char kOtherFile[] = "; run \"oci setup config\", or name another file (oci.config_file)";
constexpr char kNewSession[] = "; run: oci session authenticate";

[[noreturn]] void refuse(const std::string& message) {
  throw SetupError(SetupErrorKind::credentials, message);
}

[[noreturn]] void bad_line(std::string_view file, std::size_t line, const std::string& what) {
  refuse(std::string(file) + ", line " + std::to_string(line) + ": " + what +
         "; mend the file, or run \"oci setup config\"");
}

// `advice` ends the message when it cannot be read.
std::string read_login_file(const std::string& path, const char* advice) {
  const auto unreadable = [&](const std::string& why) {
    refuse("cannot read " + path + ": " + why + advice);
  };
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);  // refuses what is no file
  if (error) unreadable(error.message());
  if (size > kLargestFile) unreadable("it is larger than 4 MiB");
  std::ifstream in(path, std::ios::binary);
  if (!in) unreadable(std::generic_category().message(errno));
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string first_of(std::initializer_list<std::string_view> values) {
  for (const std::string_view value : values)
    if (!value.empty()) return std::string(value);
  return {};
}

bool needs_config(std::string_view auth) { return auth == "api_key" || auth == "security_token"; }

// The program takes each of these from the environment first.
constexpr std::pair<const char*, std::string OciLogin::*> kFromEnvironment[] = {
    {"OCI_CLI_TENANCY", &OciLogin::tenancy},
    {"OCI_CLI_USER", &OciLogin::user},
    {"OCI_CLI_FINGERPRINT", &OciLogin::fingerprint},
    {"OCI_CLI_SECURITY_TOKEN_FILE", &OciLogin::security_token_file},
};

// The words that the program takes for a boolean (_as_bool of the SDK).
bool is_python_boolean(std::string_view text) {
  constexpr std::array<std::string_view, 8> kWords = {"1", "yes", "true",  "on",
                                                      "0", "no",  "false", "off"};
  return std::ranges::find(kWords, lower_case(text)) != kWords.end();
}

// Whether Python's interpolation, through which the program reads key_file once, refuses `text`.
bool has_lone_percent(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at)) {
    if (!text.substr(at).starts_with("%%")) return true;
    at += 2;
  }
  return false;
}

bool environment_suffices(const Environment& user) {
  for (const char* name : {"OCI_CLI_TENANCY", "OCI_CLI_USER", "OCI_CLI_FINGERPRINT"})
    if (variable(user, name).empty()) return false;
  return !variable(user, "OCI_CLI_KEY_FILE").empty() ||
         !variable(user, "OCI_CLI_KEY_CONTENT").empty();
}

std::string where(const OciLogin& login) {
  return (login.config_file.empty() ? "" : login.config_file + ", ") + "profile " + login.profile +
         ": ";
}

void require(const std::string& value, const char* key, const OciLogin& login) {
  if (!value.empty()) return;
  if (login.auth == "api_key" && !login.security_token_file.empty())
    refuse(where(login) + "no value for \"" + key +
           "\", but a security_token_file: it is the profile of a session. Set \"auth\": "
           "\"security_token\" under \"oci\" in the configuration, or choose another profile "
           "(oci.profile)");
  refuse(where(login) + "no value for \"" + key +
         "\"; run \"oci setup config\", or choose another profile (oci.profile)");
}

// Values on which the program ends without a word that helps.
void check_values(const IniSection& values, const std::string& file, std::string_view auth) {
  for (const auto& [key, value] : values) {
    if (key == "key_content")
      bad_line(file, value.line,
               "the oci program takes no key_content from a file: put the key into a file of its "
               "own and name it with key_file");
    if (key == "log_requests" && !is_python_boolean(value.text))
      bad_line(file, value.line, "log_requests takes true or false");
    if (key != "key_file") continue;
    if (auth == "api_key" && has_lone_percent(value.text))
      bad_line(
          file, value.line,
          "key_file has a \"%\", which the oci program does not read: name a file without one");
    if (!value.text.empty() && value.text.front() != '/' && value.text.front() != '~')
      bad_line(file, value.line,
               "key_file is a relative path, and the oci program is started in another directory: "
               "write the whole path");
  }
}

std::string names_of_profiles(const Ini& ini) {
  std::string names = "DEFAULT";
  for (const auto& [name, values] : ini.sections) names.append(", ").append(name);
  return names;
}

Ini parse_config(std::string_view text, std::string_view file) {
  try {
    return parse_ini(text);
  } catch (const IniError& error) {
    bad_line(file, error.line, error.what());
  }
}

// `may_lack`: the program does without the profile.
void take_from_file(OciLogin& login, bool may_lack) {
  const Ini ini = parse_config(read_login_file(login.config_file, kOtherFile), login.config_file);
  const auto values = ini.section(login.profile);
  if (!values && may_lack) return;
  if (!values)
    refuse("no profile \"" + login.profile + "\" in " + login.config_file + ", which has " +
           printable_line(names_of_profiles(ini), 200) +
           "; add it, or choose another one (oci.profile)");
  if (!may_lack) check_values(*values, login.config_file, login.auth);
  const std::pair<std::string_view, std::string OciLogin::*> kKeys[] = {
      {"tenancy", &OciLogin::tenancy},
      {"user", &OciLogin::user},
      {"fingerprint", &OciLogin::fingerprint},
      {"region", &OciLogin::region},
      {"security_token_file", &OciLogin::security_token_file}};
  for (const auto& [key, member] : kKeys)
    if (const auto at = values->find(key); at != values->end()) login.*member = at->second.text;
}

}  // namespace

std::optional<IniSection> read_profile(std::string_view text, std::string_view profile,
                                       std::string_view file) {
  return parse_config(text, file).section(profile);
}

OciLogin read_login(const std::string& config_file, const std::string& profile,
                    const std::string& auth, const Environment& user) {
  OciLogin login;
  const std::string_view env_file = variable(user, "OCI_CLI_CONFIG_FILE");
  const bool chosen = !config_file.empty() || !env_file.empty();
  login.config_file = expand_home(first_of({config_file, env_file, "~/.oci/config"}), user);
  if (login.config_file.front() != '/')  // the child runs elsewhere
    login.config_file = std::filesystem::absolute(login.config_file).string();
  login.profile = first_of({profile, variable(user, "OCI_CLI_PROFILE"), "DEFAULT"});
  login.auth = first_of({auth, variable(user, "OCI_CLI_AUTH"), "api_key"});

  const bool may_lack = !needs_config(login.auth) || environment_suffices(user);
  std::error_code ignored;
  if (!chosen && may_lack && !std::filesystem::exists(login.config_file, ignored))
    login.config_file.clear();
  else
    take_from_file(login, may_lack);
  for (const auto& [name, member] : kFromEnvironment)
    if (const std::string_view value = variable(user, name); !value.empty()) login.*member = value;

  login.security_token_file = expand_home(login.security_token_file, user);

  if (needs_config(login.auth)) {
    require(login.tenancy, "tenancy", login);
    if (login.auth == "api_key") {
      require(login.user, "user", login);
      require(login.fingerprint, "fingerprint", login);
    }
  }
  return login;
}

void check_session(const OciLogin& login, Time now) {
  if (login.auth != "security_token") return;
  if (login.security_token_file.empty())
    refuse(where(login) + "no value for \"security_token_file\", which the login \"" + login.auth +
           "\" needs" + kNewSession);
  if (login.security_token_file.front() != '/')
    refuse(where(login) +
           "security_token_file is a relative path, and the oci program is started in another "
           "directory: write the whole path");
  const auto token = read_session_token(read_login_file(login.security_token_file, kNewSession));
  if (!token.problem.empty())
    refuse("the token in " + login.security_token_file + " cannot be used: " + token.problem +
           kNewSession);
  if (token.expires && *token.expires < now)
    refuse("the session of profile " + login.profile + " ended at " + format_local(*token.expires) +
           kNewSession);
}

}  // namespace migledger::adapters
