// Promise 1, "never twice": when the tenancy creates something, nothing that was made before for
// the same step of the same migration by the same ledger is alive, whatever generation made it. A
// later generation is allowed only where the earlier one's resource died or was removed.
//
// Exceptions, each with its reason:
//  - pre-authenticated requests take no token and hide their URL once it was shown; the workflow
//    sweeps those left over and makes another, so there may be two for a moment;
//  - buckets and replication policies are unique by nature: the tenancy refuses a second one;
//  - a copied object that differs from what was exported is told to have failed by the ledger, and
//    lies there until it is rolled back;
//  - objects that a bucket's replication copies belong to their writers, and are copied anew when
//    they change;
//  - a ledger that was put back as files has forgotten what it sent last. What of that arrived so
//    late that no list shows it yet, it cannot find, and it does not know that it must wait. So it
//    is allowed what was made under a key that it has forgotten, less than the longest settle
//    window ago. One that was put back by `migledger restore` knows, and waits.
#include <fmt/format.h>

#include "cli/simulation/promises/cloud_invariants.h"

namespace migledger::simulation {

using adapters::sim::Tenancy;

namespace {

constexpr Duration kLongestSettleWindow = std::chrono::seconds(900);  // of the plans (plans.cc)

}  // namespace

void NeverTwice::made(const Tenancy::Created& made, Time now) {
  if (made.kind == "par" || made.kind == "bucket" || made.kind == "replication-policy") return;
  const bool object = made.kind.starts_with("object");
  if (object && made.name.find("migledger/") != 0) return;
  const auto parts = parts_of_key(made.key);
  const std::string place = made.region + made.id;
  std::string stem = made.kind + " " + made.region + " ";
  stem += parts ? parts->ledger + "-" + parts->about + "-" + parts->step : made.key;
  auto& before = made_[stem];
  for (const auto& earlier : before) {
    judged(Rule::never_twice);
    const bool alive = object ? objects_.count(earlier.region + earlier.id) != 0
                              : is_alive(tenancy_, now, earlier);
    // An object has no state: only what was read of it can tell that it is not what it should be.
    if (alive && object && parts && said_dead_(*parts)) continue;
    if (alive && forgotten_.count(earlier.key) != 0 && made.at - earlier.at < kLongestSettleWindow)
      continue;
    if (alive)
      throw Violation(
          Rule::never_twice,
          fmt::format(
              "{} {} ({}) was created for {} at {}, although {} ({}), created for {} at {}, "
              "is there",
              made.kind, made.id, made.name, made.key, format_utc(made.at), earlier.id,
              earlier.name, earlier.key, format_utc(earlier.at)));
  }
  if (object) objects_.insert(place);
  before.push_back(made);
}

void NeverTwice::removed(const workflow::Request& request) {
  objects_.erase(request.region + decoded(request.path));
}

}  // namespace migledger::simulation
