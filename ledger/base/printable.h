// Text from outside, made safe to show: a name must not be able to drive the terminal, nor to look
// like another name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace migledger {

// `text` on one line, at most `max` of its characters, then "…" when some were left out.
//   control characters (C0, DEL, C1), bytes that are not UTF-8   \x1b
//   bidirectional controls, line separators, invisible characters \u202e
// Everything else stays as it is, backslashes too.
std::string printable(std::string_view text, std::size_t max = 255);

}  // namespace migledger
