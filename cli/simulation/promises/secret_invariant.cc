// Promise 6, "secrets are not evidence": no byte of a ledger, its evidence or the debug log holds a
// secret of the plan or a token of a URL that the cloud gave out, nor what gives one away.
#include <fmt/format.h>

#include <algorithm>

#include "cli/simulation/promises/ledger_invariants.h"
#include "ledger/base/base64.h"
#include "ledger/base/sha256.h"

namespace migledger::simulation {

void add_traces(std::string_view secret, std::vector<std::string>& traces) {
  const auto bytes = ledger::bytes_of(secret);
  const auto digest = ledger::sha256(bytes);
  std::string hex;
  for (const char c : secret) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  for (auto& trace : {std::string(secret), hex, ledger::to_base64(bytes), ledger::to_hex(digest),
                      ledger::to_base64(digest)})
    if (std::find(traces.begin(), traces.end(), trace) == traces.end()) traces.push_back(trace);
}

void check_no_secret(std::string_view text, const std::vector<std::string>& secrets,
                     std::string_view where) {
  judged(Rule::no_secret);
  for (const auto& secret : secrets) {
    const auto at = text.find(secret);
    if (at == std::string_view::npos) continue;
    const std::size_t from = at < 60 ? 0 : at - 60;
    throw Violation(Rule::no_secret, fmt::format("{} holds a secret after \"{}\"", where,
                                                 text.substr(from, at - from)));
  }
}

}  // namespace migledger::simulation
