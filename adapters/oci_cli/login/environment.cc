#include "adapters/oci_cli/login/environment.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "adapters/oci_cli/login/text.h"
#include "ledger/base/letter_case.h"

namespace migledger::adapters {

namespace {

// Not here, on purpose: OCI_CLI_ENDPOINT (raw-request refuses to run), OCI_CLI_AUTO_PROMPT (waits
// for a person), OCI_CLI_RC_FILE (may change any parameter); OCI_CLI_CONFIG_FILE, OCI_CLI_PROFILE,
// OCI_CLI_AUTH and OCI_CLI_REGION (read by us and said in the arguments: the program prefers its
// environment to an argument that equals its default).
constexpr std::array kKept = std::to_array<std::string_view>({
    "HOME",
    "TMPDIR",
    "OCI_CLI_USER",
    "OCI_CLI_TENANCY",
    "OCI_CLI_FINGERPRINT",
    "OCI_CLI_KEY_FILE",
    "OCI_CLI_KEY_CONTENT",
    "OCI_CLI_PASSPHRASE",
    "OCI_CLI_SECURITY_TOKEN_FILE",
    "OCI_CLI_DELEGATION_TOKEN_FILE",
    "OCI_CLI_FEDERATION_ENDPOINT",
    "OCI_CLI_CERT_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "OCI_METADATA_BASE_URL",
    "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH",
    "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH",
    "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_STRING",
    "KUBERNETES_SERVICE_HOST",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
});
constexpr std::string_view kKeptPrefix = "OCI_RESOURCE_PRINCIPAL_";
constexpr std::string_view kUsualPath = "/usr/local/bin:/usr/bin:/bin";

std::string_view either(const Environment& user, std::string_view first, std::string_view second) {
  const std::string_view value = variable(user, first);
  return value.empty() ? variable(user, second) : value;
}

// Calls f with each part until it returns true; whether it did.
template <typename F>
bool any_part(std::string_view list, char separator, F&& f) {
  for (;;) {
    const std::size_t end = list.find(separator);
    if (f(list.substr(0, end))) return true;
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
}

bool executable(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Environment current_environment() {
  Environment out;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

std::string_view variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<std::string> child_environment(const Environment& user, std::string_view user_agent) {
  std::vector<std::string> out = {
      "LANG=C.UTF-8",
      "LC_ALL=C.UTF-8",
      "PYTHONIOENCODING=utf-8",  // with an ASCII stdout the reply is lost after the request
      "SUPPRESS_LABEL_WARNING=True",
      "OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING=True",
      "OCI_SDK_APPEND_USER_AGENT=" + std::string(user_agent),
  };
  const std::string_view path = variable(user, "PATH");
  out.push_back("PATH=" + std::string(path.empty() ? kUsualPath : path));
  for (const auto& [name, value] : user)
    if (name.starts_with(kKeptPrefix) || std::ranges::find(kKept, name) != kKept.end())
      out.push_back(std::string(name).append("=").append(value));
  return out;
}

std::string_view authority_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t at = url.rfind('@');
  if (at != std::string_view::npos) url.remove_prefix(at + 1);
  return url;
}

std::string proxy_for(std::string_view url, const Environment& user) {
  if (!url.starts_with("https://")) return {};
  const std::string_view proxy = either(user, "HTTPS_PROXY", "https_proxy");
  if (proxy.empty()) return {};
  const std::string with_port = lower_case(authority_of(url));
  const std::string host = with_port.substr(0, with_port.rfind(':'));
  const bool excepted =
      any_part(either(user, "NO_PROXY", "no_proxy"), ',', [&](std::string_view part) {
        std::string name = lower_case(trimmed(part, " \t"));
        if (name == "*") return true;
        if (name.starts_with('.')) name.erase(0, 1);
        if (name.empty()) return false;
        return host == name || with_port == name || host.ends_with("." + name);
      });
  return excepted ? std::string() : std::string(proxy);
}

std::string find_program(std::string_view name, const Environment& user) {
  if (name.empty()) return {};
  if (name.find('/') != std::string_view::npos) {
    std::string path = expand_home(name, user);
    if (!executable(path)) return {};
    if (path.front() == '/') return path;
    // The child runs elsewhere.
    char* const absolute = ::realpath(path.c_str(), nullptr);
    std::string out = absolute == nullptr ? std::string() : std::string(absolute);
    std::free(absolute);
    return out;
  }
  std::string_view path = variable(user, "PATH");
  if (path.empty()) path = kUsualPath;
  std::string found;
  any_part(path, ':', [&](std::string_view folder) {
    // A relative folder would mean another program once the child runs elsewhere.
    if (!folder.starts_with('/')) return false;
    std::string candidate = std::string(folder) + "/" + std::string(name);
    if (!executable(candidate)) return false;
    found = std::move(candidate);
    return true;
  });
  return found;
}

std::string expand_home(std::string_view path, const Environment& user) {
  const std::string_view home = variable(user, "HOME");
  if (home.empty() || !(path == "~" || path.starts_with("~/"))) return std::string(path);
  return std::string(home) + std::string(path.substr(1));
}

}  // namespace migledger::adapters
