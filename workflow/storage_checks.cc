// The checks before anything is created: what can be known to fail, fails here.
#include <fmt/format.h>

#include "workflow/made.h"
#include "workflow/storage_steps.h"

namespace migledger::workflow::storage_replication {

namespace {

const boost::json::value* value_of(const Answer& answer) {
  return answer.reply.ok() ? answer.json.get() : nullptr;
}

std::string words(const Answer& answer) { return describe(classify(answer.reply, false)); }

std::string_view namespace_in(Answers answers) {
  const auto* name = answers.empty() ? nullptr : value_of(answers[0]);
  return name && name->is_string() ? std::string_view(name->get_string()) : std::string_view();
}

bool is_true(const boost::json::value* value, std::string_view key) {
  const auto* flag = member(value, key);
  return flag && flag->is_bool() && flag->get_bool();
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

std::optional<Request> ask_buckets(const View& view, Answers answers) {
  const auto from = view.plan("source_region"), to = view.plan("target_region");
  if (answers.empty()) return storage(from, "GET", "/n");
  const auto ns = namespace_in(answers);
  if (ns.empty()) return std::nullopt;
  switch (answers.size()) {
    case 1:
      return storage(from, "GET", bucket_path(ns, source_bucket(view)));
    case 2:
      return storage(to, "GET", bucket_path(ns, target_bucket(view)));
    case 3:
      if (!value_of(answers[1])) return std::nullopt;
      return list_policies_in(view, ns);
    case 4:
      if (!value_of(answers[2])) return std::nullopt;
      return list_sources_in(view, ns);
    default:
      return std::nullopt;
  }
}

namespace {

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

Verdict read_buckets(const View& view, Answers answers) {
  if (answers.size() < 3) return Verdict::cannot_look(answers.back());
  const auto* source = value_of(answers[1]);
  const auto* target = value_of(answers[2]);
  if (!source)
    return Verdict::refused(
        fmt::format("source bucket {}: {}", source_bucket(view), words(answers[1])),
        "correct \"source_bucket_name\" and \"source_region\", or let the user read the bucket");
  if (!target && answers[2].reply.status != 404) return Verdict::cannot_look(answers[2]);
  if (answers.size() < 4 || !is_list(answers[3])) return Verdict::cannot_look(answers.back());
  if (target && (answers.size() < 5 || !is_list(answers[4])))
    return Verdict::cannot_look(answers.back());

  Verdict verdict = Verdict::ok();
  verdict.facts.set("namespace", namespace_in(answers));
  verdict.facts.set("target_bucket", standing_of_target_bucket(view, target));
  verdict.facts.set("source_tier", or_else(text(source, "storageTier"), "Standard"));
  verdict.facts.set("source_versioning", or_else(text(source, "versioning"), "Disabled"));
  if (auto no = object_to_source(view, source, *items_of(answers[3]), verdict)) return *no;
  if (auto no = object_to_keys(view, source, target, verdict)) return *no;
  if (!target) {
    verdict.findings.push_back(fmt::format(
        "bucket {} is not in the target region; it will be created there", target_bucket(view)));
    return verdict;
  }
  if (auto no = object_to_target(view, source, target, *items_of(answers[4]), verdict)) return *no;
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
               : words(answers[0])));
  return verdict;
}

}  // namespace migledger::workflow::storage_replication
