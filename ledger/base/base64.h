// Base64 (RFC 4648, section 4), in its one canonical form.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::ledger {

std::string to_base64(std::span<const std::byte> bytes);

// Nothing for any text that to_base64() does not write: no line breaks, no missing padding, and no
// bits that are left over. So no two texts stand for the same bytes.
std::optional<std::vector<std::byte>> from_base64(std::string_view text);

}  // namespace migledger::ledger
