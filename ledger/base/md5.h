// MD5 as Object Storage reports it of what was put.
#pragma once

#include <string>
#include <string_view>

namespace migledger::ledger {

// Base64 of the MD5 (RFC 1864, Content-MD5).
std::string content_md5(std::string_view content);

}  // namespace migledger::ledger
