// Keeps secrets out of the ledger and of logs: URLs of pre-authenticated requests are bearer
// secrets, and so are passwords, keys and user-data.
#pragma once

#include <string>
#include <string_view>

namespace migledger::workflow {

// `text` with every "/p/<token>/n/" turned into "/p/(secret)/n/".
std::string redact_text(std::string_view text);

// The same, and the values of JSON members known to be secret (accessUri, fullPath, user_data,
// passwords, private keys) replaced, when `body` is JSON; any other body by redact_text.
std::string redact_body(std::string_view body);

}  // namespace migledger::workflow
