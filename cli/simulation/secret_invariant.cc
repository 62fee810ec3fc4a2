// Promise 6, "secrets are not evidence": no byte of a ledger, its evidence or the debug log holds a
// secret of the plan or a token of a URL that the cloud gave out.
#include <fmt/format.h>

#include "cli/simulation/ledger_invariants.h"

namespace migledger::simulation {

void check_no_secret(std::string_view text, const std::vector<std::string>& secrets,
                     std::string_view where) {
  for (const auto& secret : secrets) {
    const auto at = text.find(secret);
    if (at == std::string_view::npos) continue;
    const std::size_t from = at < 60 ? 0 : at - 60;
    throw Violation("no-secret", fmt::format("{} holds a secret after \"{}\"", where,
                                             text.substr(from, at - from)));
  }
}

}  // namespace migledger::simulation
