#include "cli/session/this_process.h"

#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace migledger::cli {

namespace {

// Who logged in, whoever they have become since (/proc/self/loginuid); nothing where the
// system does not know.
std::optional<std::uint32_t> login_uid() {
  std::uint32_t uid = workflow::kNoLoginUid;
  std::ifstream("/proc/self/loginuid") >> uid;
  if (uid == workflow::kNoLoginUid) return std::nullopt;
  return uid;
}

}  // namespace

workflow::Actor this_process(const std::string& command_line) {
  workflow::Actor actor;
  const auto* entry = ::getpwuid(::getuid());
  actor.user = entry ? entry->pw_name : std::to_string(::getuid());
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) actor.host = host.data();
  actor.pid = static_cast<std::uint32_t>(::getpid());
  actor.login_uid = login_uid();
  if (const char* caller = std::getenv("SUDO_USER")) actor.sudo_user = caller;
  actor.version = MIGLEDGER_VERSION;
  actor.command = command_line;
  return actor;
}

std::string random_hex_digits() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::system_error(errno, std::generic_category(), "no random bytes");
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string digits;
  for (const auto byte : bytes) {
    digits.push_back(kHex[byte >> 4]);
    digits.push_back(kHex[byte & 15]);
  }
  return digits;
}

}  // namespace migledger::cli
