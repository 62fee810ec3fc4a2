// The target bucket: made when it is missing, and made writable again when replication has ended.
#include "workflow/steps/made.h"
#include "workflow/storage/steps.h"

namespace migledger::workflow::storage_replication {

bool bucket_is_missing(const View& view) { return view.fact("target_bucket") == "absent"; }

std::optional<Request> ask_bucket(const View& view, Answers answers) {
  if (answers.empty()) return get_target_bucket(view);
  return std::nullopt;
}

Sighting sight_bucket(const View& view, Answers answers) {
  const auto* bucket = answers[0].reply.ok() ? answers[0].json.get() : nullptr;
  if (!bucket)
    return answers[0].reply.status == 404 ? Sighting::of(Sighting::Kind::absent)
                                          : Sighting::cannot_look(answers[0]);
  const bool ours = bears_key_of(view, "create-bucket", bucket);
  Sighting sighting = Sighting::of(ours ? Sighting::Kind::ours : Sighting::Kind::foreign);
  if (ours) sighting.facts.set("target_bucket", "ours");
  sighting.candidates.push_back({std::string(target_bucket(view)), std::string(target_bucket(view)),
                                 "present",
                                 ours ? "made by this migration" : "was not there when checked"});
  return sighting;
}

Request create_bucket(const View& view) {
  boost::json::object body{{"name", target_bucket(view)},
                           {"compartmentId", view.plan("target_compartment_id")},
                           {"storageTier", view.fact("source_tier")},
                           {"publicAccessType", "NoPublicAccess"},
                           {"freeformTags", our_tags(view)}};
  // Suspended versioning is a state that no bucket begins with.
  if (view.fact("source_versioning") == "Enabled") body["versioning"] = "Enabled";
  if (const auto key = view.plan("target_kms_key_id"); !key.empty()) body["kmsKeyId"] = key;
  add_defined_tags(body, view);
  return storage(view.plan("target_region"), "POST", bucket_path(view.fact("namespace"), {}), {},
                 boost::json::serialize(body));
}

Receipt receive_bucket(const View& view, const Answer& answer) {
  Receipt receipt;
  receipt.understood = text(answer.json.get(), "name") == target_bucket(view);
  receipt.facts.set("target_bucket", "ours");
  return receipt;
}

Sighting sight_writable(const View&, Answers answers) {
  const auto* bucket = answers[0].reply.ok() ? answers[0].json.get() : nullptr;
  const auto* read_only = member(bucket, "isReadOnly");
  if (!read_only || !read_only->is_bool()) return Sighting::cannot_look(answers[0]);
  return Sighting::of(read_only->get_bool() ? Sighting::Kind::absent : Sighting::Kind::ours);
}

std::optional<Request> ask_to_unlock(const View& view, Answers answers) {
  if (answers.empty()) return get_target_bucket(view);
  const bool locked = sight_writable(view, answers).kind == Sighting::Kind::absent;
  return answers.size() == 1 && locked && not_replicating(view) ? std::optional(list_sources(view))
                                                                : std::nullopt;
}

// When it was checked, nothing replicated to the bucket. If it is read-only and nothing does now, a
// forgotten policy of ours did. Another's is left alone.
Sighting sight_unlocked(const View& view, Answers answers) {
  if (bucket_is_to_be_made(view) && answers[0].reply.status == 404)
    return Sighting::of(Sighting::Kind::ours);
  Sighting sighting = sight_writable(view, answers);
  if (sighting.kind != Sighting::Kind::absent || !not_replicating(view)) return sighting;
  const auto* sources = items_of(answers.back());
  if (!sources) return Sighting::cannot_look(answers.back());
  for (const auto& source : *sources) {
    const auto policy = text(&source, "policyName");
    const bool ours = key_stem(policy) == stem_of(view, "create-policy");
    sighting = Sighting::of(ours ? Sighting::Kind::under_way : Sighting::Kind::ours);
    sighting.candidates.push_back({std::string(policy), std::string(policy), "present",
                                   ours ? "still ends" : "is another's, and stays"});
  }
  return sighting;
}

Request make_writable(const View& view) {
  return storage(
      view.plan("target_region"), "POST",
      bucket_path(view.fact("namespace"), target_bucket(view), "/actions/makeBucketWritable"));
}

Receipt receive_done(const View&, const Answer& answer) {
  Receipt receipt;
  receipt.understood = answer.reply.ok();
  return receipt;
}

}  // namespace migledger::workflow::storage_replication
