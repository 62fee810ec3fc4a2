// Why a request that was decided on is not sent after all. The ledger does not say whether the
// configuration still had the secret: only that it was found wanting.
#pragma once

#include <string_view>

namespace migledger::workflow {

inline constexpr std::string_view kSecretChanged =
    "a secret of the configuration is not what was recorded";
inline constexpr std::string_view kOtherTransport =
    "the request was first sent by another transport, and is not sent by two";

}  // namespace migledger::workflow
