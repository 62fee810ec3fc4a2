// Two ledgers, one source: whatever is created for a source is created by the ledger whose claim on
// the source lies in the staging bucket at that moment. Asked of the tenancy, by reading the claim.
//
// Exceptions, each with its reason:
//  - pre-authenticated requests and buckets are shared, or of no source;
//  - a ledger that was put back to before it meant to release the claim on that very source has
//    forgotten that, and its log says that the source is claimed. Design.md has it claim before the
//    first creating call, not look before each; so nothing tells it, but for the comparison after
//    `migledger restore`, where a person is asked. It counts again from when the claim is seen to
//    be that ledger's.
#include <fmt/format.h>

#include "cli/simulation/promises/cloud_invariants.h"
#include "workflow/model/step.h"
#include "workflow/steps/oci_api.h"

namespace migledger::simulation {

using adapters::sim::Tenancy;

ClaimPlace claim_place(const Tenancy& tenancy, const ledger::Fields& plan) {
  const auto name = std::string(workflow::kClaims) + std::string(workflow::source_of(plan));
  return {std::string(plan.get("source_region")),
          workflow::bucket_path(tenancy.object_namespace(), plan.get("migration_bucket_name"),
                                "/o/" + workflow::percent_encode(name))};
}

std::string claim_at(Tenancy& tenancy, const ClaimPlace& place, Time now) {
  const auto reply = tenancy.handle(workflow::storage(place.region, "GET", place.path), now);
  return reply.ok() ? reply.body : std::string();
}

OwnClaim::OwnClaim(Tenancy& tenancy, const workflow::Plan& plan) : tenancy_(tenancy) {
  if (plan.workflow == "storage-replication") return;  // claims nothing: its policy is unique
  for (const auto& planned : plan.migrations) {
    const auto source = workflow::source_of(planned.fields);
    const auto key = workflow::idempotency_key("000000000000", planned.name, source, "step", 1);
    const auto parts = parts_of_key(key);
    if (!parts) continue;
    claims_[parts->about] = {claim_place(tenancy, planned.fields), std::string(source)};
  }
}

void OwnClaim::made(const Tenancy::Created& made, Time now) {
  if (made.kind == "par" || made.kind == "bucket") return;
  const auto parts = parts_of_key(made.key);
  if (!parts) return;
  const auto found = claims_.find(parts->about);
  if (found == claims_.end()) return;
  judged(Rule::own_claim);
  const Claimed& claimed = found->second;
  const auto claim = claim_at(tenancy_, claimed.place, now);
  if (claim.find("\"ledger\":\"" + parts->ledger) != std::string::npos) {
    forgotten_.erase({parts->ledger, parts->about});
    return;
  }
  if (forgotten_.count({parts->ledger, parts->about}) != 0) return;
  throw Violation(
      Rule::own_claim,
      fmt::format("{} {} was created for {} while the claim on {} is {}", made.kind, made.id,
                  made.key, claimed.source, claim.empty() ? "not there" : claim));
}

}  // namespace migledger::simulation
