#include "adapters/oci_cli/oci_config.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "adapters/oci_cli/setup_error.h"
#include "adapters/oci_cli/text.h"

namespace migledger::adapters {

namespace {

constexpr std::size_t kLargestFile = 4u << 20;

[[noreturn]] void bad_line(std::string_view file, std::size_t line, const std::string& what) {
  throw SetupError(SetupErrorKind::credentials, std::string(file) + ", line " +
                                                    std::to_string(line) + ": " + what +
                                                    "; run \"oci setup config\" or mend the file");
}

[[noreturn]] void unreadable(const std::string& path, const std::string& why) {
  throw SetupError(SetupErrorKind::credentials,
                   "cannot read " + path + ": " + why +
                       "; run \"oci setup config\", or name another file (oci.config_file)");
}

std::string read_file(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);  // refuses what is no file
  if (error) unreadable(path, error.message());
  if (size > kLargestFile) unreadable(path, "it is larger than 4 MiB");
  std::ifstream in(path, std::ios::binary);
  if (!in) unreadable(path, std::generic_category().message(errno));
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
};

bool environment_suffices(const Environment& user) {
  for (const auto& [name, member] : kFromEnvironment)
    if (variable(user, name).empty()) return false;
  return !variable(user, "OCI_CLI_KEY_FILE").empty() ||
         !variable(user, "OCI_CLI_KEY_CONTENT").empty();
}

void require(const std::string& value, const char* key, const OciLogin& login) {
  if (value.empty())
    throw SetupError(SetupErrorKind::credentials,
                     login.config_file + ", profile " + login.profile + ": no value for \"" + key +
                         "\"; run \"oci setup config\", or choose another profile (oci.profile)");
}

}  // namespace

std::optional<ConfigSection> read_profile(std::string_view text, std::string_view profile,
                                          std::string_view file) {
  ConfigSection defaults;
  ConfigSection own;
  ConfigSection other;
  ConfigSection* section = nullptr;
  bool found = false;
  std::string last_key;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if ((raw.front() == ' ' || raw.front() == '\t') && section != nullptr && !last_key.empty()) {
      (*section)[last_key].append("\n").append(line);  // a value goes on
      continue;
    }
    if (line.front() == '[') {
      const std::size_t close = line.find(']');
      if (close == std::string_view::npos) bad_line(file, number, "\"[\" without \"]\"");
      const std::string_view name = line.substr(1, close - 1);
      found = found || name == profile;
      section = name == "DEFAULT" ? &defaults : name == profile ? &own : &other;
      last_key.clear();
      continue;
    }
    const std::size_t separator = line.find_first_of("=:");
    if (separator == std::string_view::npos || separator == 0)
      bad_line(file, number, "expected \"key=value\"");
    if (section == nullptr) bad_line(file, number, "a value before the first \"[PROFILE]\"");
    last_key = lower(trimmed(line.substr(0, separator)));
    (*section)[last_key] = trimmed(line.substr(separator + 1));
  }
  // Python's DEFAULT section always exists.
  if (!found && profile != "DEFAULT") return std::nullopt;
  for (auto& [key, value] : defaults) own.emplace(key, value);
  return own;
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
  if (!chosen && may_lack && !std::filesystem::exists(login.config_file, ignored)) {
    login.config_file.clear();
  } else {
    const auto values =
        read_profile(read_file(login.config_file), login.profile, login.config_file);
    if (!values)
      throw SetupError(SetupErrorKind::credentials,
                       "no profile \"" + login.profile + "\" in " + login.config_file +
                           "; add it, or choose another one (oci.profile)");
    const auto value = [&](std::string_view key) {
      const auto at = values->find(key);
      return at == values->end() ? std::string() : at->second;
    };
    login.tenancy = value("tenancy");
    login.user = value("user");
    login.fingerprint = value("fingerprint");
    login.region = value("region");
  }
  for (const auto& [name, member] : kFromEnvironment)
    if (const std::string_view value = variable(user, name); !value.empty()) login.*member = value;

  if (needs_config(login.auth)) {
    require(login.tenancy, "tenancy", login);
    if (login.auth == "api_key") {
      require(login.user, "user", login);
      require(login.fingerprint, "fingerprint", login);
    }
  }
  return login;
}

}  // namespace migledger::adapters
