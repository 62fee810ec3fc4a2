// How what migledger makes is marked as its own: by tags, or, of objects, by names.
#pragma once

#include <string>
#include <string_view>

namespace migledger::workflow {

// Free-form tags: the id of the ledger, the idempotency key, and the OCID of the source.
inline constexpr std::string_view kTagLedger = "migledger-ledger";
inline constexpr std::string_view kTagKey = "migledger-key";
inline constexpr std::string_view kTagSource = "migledger-source";

// A claim on a source is an object; its name begins so and ends with the OCID of the source.
inline constexpr std::string_view kClaims = "migledger/claims/";

// "migledger/KEY.oci": the name of an object that bears its key, and back; empty when it is none.
inline constexpr std::string_view kOurObjects = "migledger/";
std::string object_name_of(std::string_view key);
std::string_view key_of_object(std::string_view name);

}  // namespace migledger::workflow
