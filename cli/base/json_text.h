// Text for JSON output: boost::json writes bytes as they are, and what came from outside may not
// be UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace migledger::cli {

// `text` with every byte that is not UTF-8 replaced by U+FFFD.
std::string json_text(std::string_view text);

}  // namespace migledger::cli
