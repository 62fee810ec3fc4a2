// What the steps of the storage workflow make, for comparing the ledger with the cloud.
#include "workflow/steps/made.h"

#include "workflow/storage/steps.h"

namespace migledger::workflow::storage_replication {

namespace {

using boost::json::value;
using Words = std::vector<std::string>;

Request buckets_of(const View& view, Side side) {
  return side == Side::source ? list_buckets(view, "source_region", "source_compartment_id")
                              : list_buckets(view, "target_region", "target_compartment_id");
}
Request list_source_buckets(const View& view) { return buckets_of(view, Side::source); }
Request list_target_buckets(const View& view) { return buckets_of(view, Side::target); }

// ---- the target bucket and what it holds -------------------------------------------------------

std::string made_bucket(const View& view, std::string_view fact) {
  return std::string(fact == "ours" ? target_bucket(view) : std::string_view());
}

Time quiet_since(const View& view) { return parse_rfc3339(view.fact("fence")).value_or(Time{}); }

constexpr MadeContent objects() {
  MadeContent objects;
  objects.noun = "object";
  objects.bucket = bucket_of;
  objects.buckets = buckets_of;
  objects.list = list_side;
  objects.follows_from = "create-policy";
  objects.released_by = "make-writable";
  objects.quiet_at = "fence";
  objects.quiet_since = quiet_since;
  objects.compared_objects = "compared_objects";
  objects.compared_digest = "compared_digest";
  return objects;
}
constinit const MadeContent kObjects = objects();

// ---- the replication policy --------------------------------------------------------------------

std::vector<MadeAs> policies(const View& view) {
  return {{"policy_id", {stem_of(view, "create-policy")}}};
}

Request read_policy(const View& view, std::string_view id) {
  return storage(view.plan("source_region"), "GET",
                 bucket_path(view.fact("namespace"), source_bucket(view),
                             "/replicationPolicies/" + percent_encode(id)));
}

Words policy_differences(const View& view, const Resource&, std::string_view, const value& policy) {
  Differences differences;
  differences.compare("target region", text(&policy, "destinationRegionName"),
                      view.plan("target_region"));
  differences.compare("target bucket", text(&policy, "destinationBucketName"), target_bucket(view));
  if (text(&policy, "status") == "CLIENT_ERROR")
    differences.add("has stopped: " + std::string(text(&policy, "statusMessage")));
  return differences.take();
}

constexpr std::string_view kRemovePolicy[] = {"delete-policy", "undo-policy"};

std::vector<MadeKind> make_kinds() {
  MadeKind bucket = target_bucket_kind(made_bucket, list_target_buckets);
  bucket.holds = &kObjects;

  MadeKind policy;
  policy.noun = "replication policy";
  policy.step = "create-policy";
  policy.removed_by = kRemovePolicy;
  policy.marks = Marks::name;
  policy.made_as = policies;
  policy.may_be = has_namespace;
  policy.list = list_policies;
  policy.one = read_policy;
  policy.bucket = source_bucket;
  policy.buckets = list_source_buckets;
  policy.differences = policy_differences;
  return {bucket, policy};
}

}  // namespace

std::span<const MadeKind> made_kinds() {
  static const std::vector<MadeKind> kinds = make_kinds();
  return kinds;
}

}  // namespace migledger::workflow::storage_replication
