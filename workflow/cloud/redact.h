// Keeps secrets out of the ledger and of logs: URLs of pre-authenticated requests are bearer
// secrets, and so are passwords, keys and user-data.
#pragma once

#include <string>
#include <string_view>

namespace migledger::workflow {

// Whether a JSON member of this name holds a secret: a URL, user data, a password, token, key or
// the like.
bool is_secret(std::string_view key);

// `text` with every "/p/<token>/n/" turned into "/p/(secret)/n/".
std::string redact_text(std::string_view text);

// The same, and the values of secret members, and of an instance's metadata, replaced; also of what
// only looks like JSON, such as JSON that was cut off.
std::string redact_body(std::string_view body);

}  // namespace migledger::workflow
