// Replication of a bucket: policies of the source, the read-only target.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "adapters/sim/services/handlers.h"
#include "adapters/sim/storage/object_storage.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

json::object show(Call& call, ReplicationPolicy& policy) {
  const std::string trouble = call.world.trouble_of(policy);
  const Time synced = call.world.synced_to(policy);
  call.world.changed(policy);
  return {{"id", policy.id},
          {"name", policy.name},
          {"destinationRegionName", policy.target_region},
          {"destinationBucketName", policy.target_bucket},
          {"timeCreated", format_millis(policy.created)},
          {"timeLastSync", format_millis(synced)},
          {"status", trouble.empty() ? "ACTIVE" : "CLIENT_ERROR"},
          {"statusMessage", trouble.empty() ? "The policy is active." : trouble}};
}

[[noreturn]] void conflict(std::string message) { refuse(409, "Conflict", std::move(message)); }

Answer create(Call& call, Bucket& bucket) {
  const json::object body = body_of(call, {{"name", Type::text, true, {}},
                                           {"destinationRegionName", Type::text, true, {}},
                                           {"destinationBucketName", Type::text, true, {}}});
  World& world = call.world;
  ReplicationPolicy policy;
  policy.name = text(body, "name");
  policy.target_region = text(body, "destinationRegionName");
  policy.target_bucket = text(body, "destinationBucketName");
  if (!world.region(policy.target_region))
    invalid(fmt::format("destinationRegionName {} is not a region this tenancy is subscribed to",
                        policy.target_region));
  Bucket* target = world.bucket(policy.target_region, policy.target_bucket);
  if (!target)
    refuse(404, "BucketNotFound",
           fmt::format("The bucket '{}' does not exist in {}", policy.target_bucket,
                       policy.target_region));
  if (target == &bucket) invalid("A bucket cannot be replicated to itself.");
  if (world.policy_of(bucket.region, bucket.name))
    conflict(fmt::format("The bucket '{}' has a replication policy already.", bucket.name));
  if (bucket.read_only || world.policy_of(target->region, target->name))
    conflict("Replication cannot be chained: a bucket is a source or a target.");
  if (target->read_only)
    conflict(fmt::format("The bucket '{}' is the target of another policy.", target->name));
  policy.id = world.hex(32);
  policy.region = bucket.region;
  policy.bucket = bucket.name;
  policy.created = policy.synced = policy.latest_due = call.now();
  target->read_only = true;
  world.changed(*target);
  ReplicationPolicy& made = world.add(std::move(policy));
  world.note({"replication-policy", made.region, made.id, made.name,
              creation_key(call, {}, made.name), call.now()});
  return answer(200, show(call, made));
}

}  // namespace

Answer handle_replication_policies(Call& call, Bucket& bucket) {
  const std::string& method = call.request.method;
  ReplicationPolicy* policy = call.world.policy_of(bucket.region, bucket.name);
  if (call.path.size() == 5) {
    if (method == "POST") return create(call, bucket);
    if (method != "GET") no_such_operation(call);
    json::array policies;
    if (policy) policies.push_back(show(call, *policy));
    return answer(200, policies);
  }
  if (call.path.size() != 6 || (method != "GET" && method != "DELETE")) no_such_operation(call);
  if (!policy || policy->id != call.path[5])
    refuse(404, "NotFound", "The replication policy was not found.");
  if (method == "GET") return answer(200, show(call, *policy));
  call.world.erase(*policy);
  Answer a;
  a.status = 204;
  return a;
}

Answer list_replication_sources(Call& call, const Bucket& bucket) {
  if (call.path.size() != 5 || call.request.method != "GET") no_such_operation(call);
  json::array sources;
  if (bucket.read_only)
    for (const auto& [row, policy] : call.world.policies())
      if (policy.target_region == bucket.region && policy.target_bucket == bucket.name)
        sources.push_back({{"policyName", policy.name},
                           {"sourceRegionName", policy.region},
                           {"sourceBucketName", policy.bucket}});
  return answer(200, sources);
}

// What is writable already stays so.
Answer make_bucket_writable(Call& call, Bucket& bucket) {
  if (bucket.read_only) {
    bucket.read_only = false;
    call.world.changed(bucket);
  }
  Answer a;
  a.status = 204;
  return a;
}

void check_writable(const Bucket& bucket) {
  if (bucket.read_only)
    conflict(fmt::format("The bucket '{}' is the target of a replication policy, and read-only.",
                         bucket.name));
}

}  // namespace migledger::adapters::sim
