#include "cli/base/nearest_word.h"

#include <fmt/format.h>

#include "adapters/config/text/nearest.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const auto near = adapters::nearest(word, views);
  return near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", printable(near, 60));
}

}  // namespace migledger::cli
