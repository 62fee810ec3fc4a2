// What a child sees of the user's environment: what authentication and certificates need, and
// nothing that could change what is sent or how the reply is printed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::adapters {

using Environment = std::map<std::string, std::string, std::less<>>;

// Of this process.
Environment current_environment();

// The value of `name`, or empty.
std::string_view variable(const Environment& environment, std::string_view name);

// "NAME=value" for the oci program. `user_agent` is appended to its User-Agent.
std::vector<std::string> child_environment(const Environment& user, std::string_view user_agent);

// The proxy for an https URL by the rules of curl and Python: HTTPS_PROXY or https_proxy, unless
// NO_PROXY or no_proxy names the host (exactly, by domain suffix, or "*"). Empty: none. For an http
// URL always empty, because `oci raw-request` uses a proxy for https only.
std::string proxy_for(std::string_view url, const Environment& user);

// "host[:port]" of a URL, without user and path.
std::string_view authority_of(std::string_view url);

// A program as the shell would find it: a name with "/" as it is, else by PATH. Empty: not found
// or not executable.
std::string find_program(std::string_view name, const Environment& user);

// "~" and "~/x" with HOME filled in; anything else unchanged.
std::string expand_home(std::string_view path, const Environment& user);

}  // namespace migledger::adapters
