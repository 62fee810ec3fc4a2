// Same key, same request: whatever is sent under one retry token, again and again, is one request.
//
// Exception: a ledger that was put back from an older copy has forgotten what it sent under the
// keys of the intents that the copy does not have. It builds that request from the plan of today,
// and the cloud refuses it where that has changed. What the copy has, is sent again as recorded.
#include <fmt/format.h>

#include <functional>

#include "cli/simulation/promises/cloud_invariants.h"

namespace migledger::simulation {

void OneTokenOneBody::sent(const workflow::Request& request) {
  const std::size_t body = std::hash<std::string>()(
      fmt::format("{}\n{}\n{}\n{}", request.method, request.path, request.query, request.body));
  const auto [known, is_new] = bodies_.emplace(request.region + " " + request.retry_token, body);
  if (!is_new) judged(Rule::one_token_one_body);
  if (!is_new && known->second != body)
    throw Violation(
        Rule::one_token_one_body,
        fmt::format("{} {} is sent with the retry token {}, which was sent with another "
                    "request before; now it is {}",
                    request.method, request.path, request.retry_token, request.body));
}

void OneTokenOneBody::forget(const std::set<std::string>& keys) {
  std::erase_if(bodies_, [&](const auto& known) {
    const auto& place = known.first;
    return keys.count(place.substr(place.find(' ') + 1)) != 0;
  });
}

}  // namespace migledger::simulation
