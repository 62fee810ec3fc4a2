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

#include "cli/simulation/cloud_invariants.h"
#include "workflow/step.h"

namespace migledger::simulation {

using adapters::sim::Tenancy;

OwnClaim::OwnClaim(Tenancy& tenancy, const workflow::Plan& plan) : tenancy_(tenancy) {
  if (plan.workflow == "storage-replication") return;  // claims nothing: its policy is unique
  for (const auto& planned : plan.migrations) {
    const auto source = workflow::source_of(planned.fields);
    const auto key = workflow::idempotency_key("000000000000", planned.name, source, "step", 1);
    const auto parts = parts_of_key(key);
    if (!parts) continue;
    claims_[parts->about] = {
        std::string(planned.fields.get("source_region")),
        fmt::format("/n/{}/b/{}/o/{}", tenancy.object_namespace(),
                    planned.fields.get("migration_bucket_name"),
                    workflow::percent_encode(fmt::format("migledger/claims/{}", source))),
        std::string(source)};
  }
}

void OwnClaim::made(const Tenancy::Created& made, Time now) {
  if (made.kind == "par" || made.kind == "bucket") return;
  const auto parts = parts_of_key(made.key);
  if (!parts) return;
  const auto found = claims_.find(parts->about);
  if (found == claims_.end()) return;
  const Claimed& claimed = found->second;
  workflow::Request request;
  request.region = claimed.region;
  request.service = workflow::Service::object_storage;
  request.path = claimed.path;
  const auto reply = tenancy_.handle(request, now);
  if (reply.ok() && reply.body.find("\"ledger\":\"" + parts->ledger) != std::string::npos) {
    forgotten_.erase({parts->ledger, parts->about});
    return;
  }
  if (forgotten_.count({parts->ledger, parts->about}) != 0) return;
  throw Violation("own-claim", fmt::format("{} {} was created for {} while the claim on {} is {}",
                                           made.kind, made.id, made.key, claimed.source,
                                           reply.ok() ? reply.body : "not there"));
}

}  // namespace migledger::simulation
