// The checks before anything is created: what can be known to fail, fails here.
#include <fmt/format.h>

#include "workflow/steps/carry_over.h"
#include "workflow/steps/check_answers.h"
#include "workflow/steps/check_places.h"
#include "workflow/steps/made.h"
#include "workflow/storage/steps.h"

namespace migledger::workflow::storage_replication {

namespace {

std::string_view namespace_in(const Answer* answer) {
  const auto* name = answer ? shown(*answer) : nullptr;
  return name && name->is_string() ? std::string_view(name->get_string()) : std::string_view();
}

std::string_view or_else(std::string_view text, std::string_view otherwise) {
  return text.empty() ? otherwise : text;
}

}  // namespace

std::string_view source_bucket(const View& view) { return view.plan("source_bucket_name"); }

std::string_view target_bucket(const View& view) {
  return or_else(view.plan("target_bucket_name"), source_bucket(view));
}

std::string_view bucket_of(const View& view, Side side) {
  return side == Side::source ? source_bucket(view) : target_bucket(view);
}

Request get_source_bucket(const View& view) {
  return storage(view.plan("source_region"), "GET",
                 bucket_path(view.fact("namespace"), source_bucket(view)));
}

Request get_target_bucket(const View& view) {
  return storage(view.plan("target_region"), "GET",
                 bucket_path(view.fact("namespace"), target_bucket(view)));
}

namespace {

Request list_policies_in(const View& view, std::string_view ns) {
  return storage(view.plan("source_region"), "GET",
                 bucket_path(ns, source_bucket(view), "/replicationPolicies"),
                 make_query({{"limit", "100"}}));
}

Request list_sources_in(const View& view, std::string_view ns) {
  return storage(view.plan("target_region"), "GET",
                 bucket_path(ns, target_bucket(view), "/replicationSources"),
                 make_query({{"limit", "100"}}));
}

}  // namespace

Request list_policies(const View& view) { return list_policies_in(view, view.fact("namespace")); }
Request list_sources(const View& view) { return list_sources_in(view, view.fact("namespace")); }

// ---- the buckets -------------------------------------------------------------------------------

namespace {

// What is read about both; null: not read yet, or not needed.
struct Buckets {
  const Answer* name_space = nullptr;
  const Answer* source = nullptr;
  const Answer* target = nullptr;
  const Answer* policies = nullptr;
  const Answer* sources = nullptr;
  const Answer* retention = nullptr;    // rules of the source; they are no members of the bucket
  const Answer* compartment = nullptr;  // where the target is to be made
  std::optional<Request> wanted;
};

Buckets see_buckets(const View& view, Answers answers) {
  const auto from = view.plan("source_region"), to = view.plan("target_region");
  Buckets buckets;
  Turn turn(answers);
  const auto read = [&] {
    buckets.name_space = turn.take(storage(from, "GET", "/n"));
    const auto ns = namespace_in(buckets.name_space);
    if (ns.empty()) return;
    buckets.source = turn.take(storage(from, "GET", bucket_path(ns, source_bucket(view))));
    buckets.target = turn.take(storage(to, "GET", bucket_path(ns, target_bucket(view))));
    if (!buckets.target || !shown(*buckets.source)) return;
    buckets.policies = turn.take(list_policies_in(view, ns));
    if (shown(*buckets.target))
      buckets.sources = turn.take(list_sources_in(view, ns));
    else
      buckets.compartment = turn.take(ask_compartment(view));
    buckets.retention =
        turn.take(storage(from, "GET", bucket_path(ns, source_bucket(view), "/retentionRules")));
  };
  read();
  buckets.wanted = turn.wanted();
  return buckets;
}

// What keeps the source from being replicated; the verdict's findings otherwise.
std::optional<Verdict> object_to_source(const View& view, const boost::json::value* source,
                                        const boost::json::array& policies, Verdict& verdict) {
  const auto name = source_bucket(view);
  if (is_true(source, "isReadOnly"))
    return Verdict::refused(
        fmt::format("bucket {} is itself the target of a replication, and OCI chains none", name),
        "replicate the bucket where its objects are written");
  const auto* ours = our_policy(view, policies);
  for (const auto& policy : policies) {
    if (&policy == ours) continue;
    return Verdict::refused(
        fmt::format("bucket {} is replicated to {} in {} already, by policy \"{}\"; a bucket has "
                    "one policy",
                    name, text(&policy, "destinationBucketName"),
                    text(&policy, "destinationRegionName"), text(&policy, "name")),
        "remove that policy, or let it do the work");
  }
  if (ours) verdict.facts.set("policy_id", text(ours, "id"));
  if (text(source, "versioning") == "Enabled")
    verdict.findings.push_back(fmt::format(
        "bucket {} keeps versions; only the newest of each object is carried over", name));
  if (text(source, "storageTier") == "Archive")
    verdict.findings.push_back(fmt::format(
        "bucket {} is of the Archive tier; what is not restored cannot be copied", name));
  const auto access = or_else(text(source, "publicAccessType"), "NoPublicAccess");
  if (access != "NoPublicAccess")
    verdict.findings.push_back(
        fmt::format("bucket {} is public ({}); a bucket made for it will not be", name, access));
  return std::nullopt;
}

std::optional<Verdict> object_to_target(const View& view, const boost::json::value* source,
                                        const boost::json::value* target,
                                        const boost::json::array& sources, Verdict& verdict) {
  const auto name = target_bucket(view);
  if (is_true(target, "isReadOnly") && !verdict.facts.has("policy_id")) {
    const auto* by = sources.empty() ? nullptr : &sources.front();
    return Verdict::refused(
        by ? fmt::format("bucket {} is the target of policy \"{}\" of bucket {} in {}", name,
                         text(by, "policyName"), text(by, "sourceBucketName"),
                         text(by, "sourceRegionName"))
           : fmt::format("bucket {} is read-only", name),
        "end that replication and make the bucket writable, or configure another "
        "\"target_bucket_name\"");
  }
  if (is_true(target, "replicationEnabled"))
    return Verdict::refused(
        fmt::format("bucket {} is itself replicated to another, and OCI chains none", name),
        "end that replication, or configure another \"target_bucket_name\"");
  const auto from = or_else(text(source, "versioning"), "Disabled");
  const auto to = or_else(text(target, "versioning"), "Disabled");
  if ((from == "Enabled") != (to == "Enabled"))
    return Verdict::refused(
        fmt::format("versioning is {} at the source bucket and {} at the target bucket", from, to),
        "give both buckets the same versioning, or configure a \"target_bucket_name\" that does "
        "not exist yet; then run again");
  return std::nullopt;
}

// A bucket under a key of the customer's has its copy under one, too, or a person says otherwise.
std::optional<Verdict> object_to_keys(const View& view, const boost::json::value* source,
                                      const boost::json::value* target, Verdict& verdict) {
  const auto key = text(source, "kmsKeyId");
  if (key.empty()) return std::nullopt;
  if (!target && view.plan("target_kms_key_id").empty())
    return Verdict::refused(
        fmt::format("bucket {} is encrypted with the customer's key {}; a new target bucket would "
                    "be encrypted with Oracle's",
                    source_bucket(view), key),
        "configure \"target_kms_key_id\", a key of the target region, or create the target bucket "
        "as it should be; then run again");
  verdict.findings.push_back(fmt::format(
      "bucket {} is encrypted with key {}: the services objectstorage-{} and objectstorage-{} must "
      "be allowed to use the keys of both buckets",
      source_bucket(view), key, view.plan("source_region"), view.plan("target_region")));
  return std::nullopt;
}

}  // namespace

std::optional<Request> ask_buckets(const View& view, Answers answers) {
  return see_buckets(view, answers).wanted;
}

Verdict read_buckets(const View& view, Answers answers) {
  const Buckets seen = see_buckets(view, answers);
  if (!seen.target) return Verdict::cannot_look(answers.back());
  const auto* source = shown(*seen.source);
  const auto* target = shown(*seen.target);
  if (!source)
    return Verdict::refused(
        fmt::format("source bucket {}: {}", source_bucket(view), error_words(*seen.source)),
        "correct \"source_bucket_name\" and \"source_region\", or let the user read the bucket");
  if (!target && seen.target->reply.status != 404) return Verdict::cannot_look(*seen.target);
  for (const auto* list : {seen.policies, seen.sources})
    if (list && !is_list(*list)) return Verdict::cannot_look(*list);
  if (!is_list(*seen.retention) && !is_hidden_or_gone(*seen.retention))
    return Verdict::cannot_look(*seen.retention);

  Verdict verdict = Verdict::ok();
  verdict.facts.set("namespace", namespace_in(seen.name_space));
  verdict.facts.set("target_bucket", standing_of_target_bucket(view, target));
  verdict.facts.set("source_tier", or_else(text(source, "storageTier"), "Standard"));
  verdict.facts.set("source_versioning", or_else(text(source, "versioning"), "Disabled"));
  if (auto no = object_to_source(view, source, *items_of(*seen.policies), verdict)) return *no;
  if (auto no = object_to_keys(view, source, target, verdict)) return *no;
  const auto* rules = items_of(*seen.retention);
  if (!rules)
    verdict.findings.push_back(
        fmt::format("whether bucket {} has retention rules could not be seen ({})",
                    source_bucket(view), error_words(*seen.retention)));
  for (auto& finding : carry_bucket(view, *source, rules && !rules->empty(), !target).findings)
    verdict.findings.push_back(std::move(finding));
  if (target) {
    if (auto no = object_to_target(view, source, target, *items_of(*seen.sources), verdict))
      return *no;
    return verdict;
  }
  if (auto no = object_to_compartment(view, *seen.compartment, verdict)) return *no;
  verdict.findings.push_back(fmt::format("bucket {} is not in the target region; {}",
                                         target_bucket(view), kWillBeCreated));
  return verdict;
}

// ---- the service policy ------------------------------------------------------------------------

std::optional<Request> ask_service_policy(const View& view, Answers answers) {
  if (!answers.empty()) return std::nullopt;
  Request request = core_get(view.plan("source_region"), "policies",
                             make_query({{"compartmentId", view.plan("source_compartment_id")}}));
  request.service = Service::identity;
  return request;
}

// The policy may lie in any compartment above, so not to find it is no proof that it is missing.
Verdict read_service_policy(const View& view, Answers answers) {
  const std::string service = fmt::format("objectstorage-{}", view.plan("source_region"));
  Verdict verdict = Verdict::ok();
  const auto* policies = items_of(answers[0]);
  if (policies) {
    for (const auto& policy : *policies) {
      const auto* statements = member(&policy, "statements");
      if (!statements || !statements->is_array()) continue;
      for (const auto& statement : statements->get_array())
        if (statement.is_string() &&
            std::string_view(statement.get_string()).find(service) != std::string_view::npos)
          return verdict;
    }
  }
  verdict.findings.push_back(fmt::format(
      "no policy was seen that lets the service {0} work ({1}); copies and replication need, in "
      "the "
      "compartments of both buckets or above: Allow service {0} to manage object-family in …",
      service,
      policies ? std::string("those of the source's compartment were looked at")
               : error_words(answers[0])));
  return verdict;
}

}  // namespace migledger::workflow::storage_replication
