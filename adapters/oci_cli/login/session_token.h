// The token of a session that `oci session authenticate` began (a JSON Web Token, RFC 7519):
// whether the oci program can read it, and until when it counts. Its content is a secret and is
// never shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/time.h"

namespace migledger::adapters {

struct SessionToken {
  std::string problem;          // what keeps the oci program from reading it; empty: nothing
  std::optional<Time> expires;  // nothing: it does not say so in a form that is known here
};

SessionToken read_session_token(std::string_view text);

}  // namespace migledger::adapters
