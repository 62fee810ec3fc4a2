// What a world does about replication as time passes.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/sim/world/pack.h"
#include "adapters/sim/world/world.h"

namespace migledger::adapters::sim {

namespace {

// How soon a policy that could not work is tried again.
constexpr Duration kTryAgain = std::chrono::minutes(1);

}  // namespace

ReplicationPolicy* World::policy_of(std::string_view region, std::string_view bucket) {
  const auto it = policies_.find(bucket_row(region, bucket));
  return it == policies_.end() ? nullptr : &it->second;
}

ReplicationPolicy& World::add(ReplicationPolicy policy) {
  const std::string row = bucket_row(policy.region, policy.bucket);
  ReplicationPolicy& added = policies_[row] = std::move(policy);
  changed(added);
  return added;
}

void World::changed(const ReplicationPolicy& policy) {
  save("P" + bucket_row(policy.region, policy.bucket), pack(policy));
}

void World::changed(const Bucket& bucket) {
  save("b" + bucket_row(bucket.region, bucket.name), pack(bucket));
}

void World::erase(const ReplicationPolicy& policy) {
  unsynced_.erase(policy.id);
  const std::string row = bucket_row(policy.region, policy.bucket);
  drop("P" + row);
  policies_.erase(row);
}

std::string World::trouble_of(const ReplicationPolicy& policy) const {
  const auto target = bucket_rows_.find(bucket_row(policy.target_region, policy.target_bucket));
  if (target == bucket_rows_.end())
    return fmt::format("The destination bucket '{}' does not exist.", policy.target_bucket);
  if (!target->second.read_only)
    return fmt::format("The destination bucket '{}' was made writable.", policy.target_bucket);
  if (no_service_policy_)
    return fmt::format(
        "The service objectstorage-{} is not allowed to manage the objects of both buckets.",
        policy.region);
  return {};
}

Time World::synced_to(ReplicationPolicy& policy) {
  if (!trouble_of(policy).empty()) return policy.synced;
  const auto ticks = (clock - policy.created) / std::max(durations_.policy_sync, Duration(1));
  Time synced = policy.created + durations_.policy_sync * ticks;
  const auto waiting = unsynced_.find(policy.id);
  if (waiting != unsynced_.end() && !waiting->second.empty())
    synced = std::min(synced, *waiting->second.begin() - Duration(1));
  policy.synced = std::max(policy.synced, synced);
  return policy.synced;
}

void World::restore(Bucket& bucket, const std::string& name, Time when) {
  Object& object = bucket.objects.find(name)->second;
  object.restored = when;
  save("o" + bucket_row(bucket.region, bucket.name) + "/" + name, pack(object));
}

void World::await_replica(const Arrival& arrival) {
  if (!arrival.policy.empty()) unsynced_[arrival.policy].insert(arrival.changed);
}

void World::replicate(const Bucket& bucket, const Object& object, Time changed_at, bool deletes) {
  ReplicationPolicy* policy = policy_of(bucket.region, bucket.name);
  if (!policy || !object.sse_c.empty()) return;
  Arrival arrival;
  arrival.due = policy->latest_due =
      std::max(policy->latest_due, changed_at + dice.between(durations_.replicate));
  arrival.policy = policy->id;
  arrival.region = policy->target_region;
  arrival.bucket = policy->target_bucket;
  arrival.source_region = bucket.region;
  arrival.source_bucket = bucket.name;
  arrival.changed = changed_at;
  arrival.deletes = deletes;
  arrival.object = object;
  changed(*policy);
  add(std::move(arrival));
}

void World::land_replica(Arrival arrival) {
  const ReplicationPolicy* policy = policy_of(arrival.source_region, arrival.source_bucket);
  // A policy that was deleted leaves undone what it had not done.
  if (!policy || policy->id != arrival.policy) return;
  auto& waiting = unsynced_[arrival.policy];
  const bool is_next = arrival.changed <= *waiting.begin();
  waiting.erase(waiting.find(arrival.changed));
  if (!is_next || !trouble_of(*policy).empty()) {
    arrival.due += kTryAgain;
    return add(std::move(arrival));
  }
  Bucket& to = bucket_rows_.find(bucket_row(arrival.region, arrival.bucket))->second;
  if (arrival.deletes) {
    if (to.objects.count(arrival.object.name) > 0) erase_object(to, arrival.object.name);
    return;
  }
  arrival.object.created = arrival.due;
  put(to, std::move(arrival.object));
}

// Every third time, something that is there is written anew.
void World::write_on_own(Arrival arrival) {
  Bucket* to = bucket(arrival.region, arrival.bucket);
  if (!to) return;
  const std::uint64_t number = count_up("writes/" + bucket_row(arrival.region, arrival.bucket));
  Object object = arrival.object;
  object.name = fmt::format("written/{:06}", number);
  if (number % 3 == 2 && !to->objects.empty()) object.name = to->objects.begin()->first;
  object.etag = hex(32);
  object.md5 = hex(22) + "==";
  object.size = static_cast<std::int64_t>(1 + dice.below(1 << 20));
  object.created = arrival.due;
  put(*to, std::move(object));
  arrival.still -= arrival.again;
  if (arrival.still <= Duration::zero()) return;
  arrival.due += arrival.again;
  add(std::move(arrival));
}

}  // namespace migledger::adapters::sim
