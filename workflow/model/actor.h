#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace migledger::workflow {

// What Linux says of a process that belongs to no login (audit(7)).
inline constexpr std::uint32_t kNoLoginUid = ~std::uint32_t{0};

// Who does something, as the system and the login to the cloud say it; none of it is proven.
struct Person {
  std::string user;  // of the process
  std::string host;
  std::uint32_t pid = 0;
  std::optional<std::uint32_t> login_uid;  // the user who logged in, whoever they became since
  std::string sudo_user;                   // who called sudo; empty: nobody, or unknown
  std::string cloud_login;                 // user OCID or profile; empty: unknown
};

// Who runs, for the record.
struct Actor : Person {
  std::string version;
  std::string command;
};

}  // namespace migledger::workflow
