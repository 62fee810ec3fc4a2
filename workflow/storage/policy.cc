// The replication policy, and the fence: the moment after which nothing may be written any more.
#include <fmt/format.h>

#include <chrono>

#include "workflow/steps/removal.h"
#include "workflow/storage/steps.h"

namespace migledger::workflow::storage_replication {

namespace {

constexpr std::string_view kCreate = "create-policy";
constexpr std::string_view kLate = "policy_late_until";  // record_late()

// What all policies are named that this step may have made.
std::string our_stem(const View& view) {
  return std::string(
      key_stem(idempotency_key(view.ledger_id, view.state.name, view.source(), kCreate, 1)));
}

std::optional<Time> last_sync(const boost::json::value* policy) {
  return parse_rfc3339(text(policy, "timeLastSync"));
}

// "2m 10s", in steps that keep a long wait from filling the ledger.
std::string about(Duration lag) {
  using namespace std::chrono_literals;
  constexpr Duration kSteps[] = {1min, 2min, 5min, 10min, 20min, 60min, 360min};
  for (const auto step : kSteps)
    if (lag <= step) return "under " + format_duration(step);
  return "over 6h";
}

Sighting::Candidate candidate(const boost::json::value& policy, std::string why) {
  return {std::string(text(&policy, "id")), std::string(text(&policy, "name")),
          std::string(text(&policy, "status")), std::move(why)};
}

// What to say of a policy that does not work; nothing when it does.
std::optional<Verdict> trouble(const View& view, const Answer& answer,
                               const boost::json::value*& policy) {
  const auto* policies = items_of(answer);
  if (!policies) return Verdict::cannot_look(answer);
  policy = our_policy(view, *policies);
  if (!policy)
    return Verdict::refused(
        fmt::format("the replication policy of bucket {} is gone, and not by this migration",
                    source_bucket(view)),
        fmt::format("create it again, named {}-1, to bucket {} in {}, and run again; or roll this "
                    "migration back",
                    our_stem(view), target_bucket(view), view.plan("target_region")));
  if (text(policy, "status") == "CLIENT_ERROR")
    return Verdict::refused(
        fmt::format("replication of bucket {} has stopped: {}", source_bucket(view),
                    text(policy, "statusMessage")),
        fmt::format("mend that (often the policy: Allow service objectstorage-{} to manage "
                    "object-family in …); OCI then goes on, and so does the next run",
                    view.plan("source_region")));
  return std::nullopt;
}

}  // namespace

const boost::json::value* our_policy(const View& view, const boost::json::array& policies) {
  const std::string stem = our_stem(view);
  for (const auto& policy : policies)
    if (key_stem(text(&policy, "name")) == stem) return &policy;
  return nullptr;
}

bool not_replicating(const View& view) { return view.fact("policy_id").empty(); }

// ---- making it ---------------------------------------------------------------------------------

std::optional<Request> ask_policy(const View& view, Answers answers) {
  if (answers.empty()) return list_policies(view);
  return std::nullopt;
}

Sighting sight_policy(const View& view, Answers answers) {
  const auto* policies = items_of(answers[0]);
  if (!policies) return Sighting::cannot_look(answers[0]);
  if (policies->empty()) return Sighting::of(Sighting::Kind::absent);
  const auto* ours = our_policy(view, *policies);
  Sighting sighting = Sighting::of(ours ? Sighting::Kind::ours : Sighting::Kind::foreign);
  if (ours) {
    sighting.facts.set("policy_id", text(ours, "id"));
    record_late(view, Latest::lost, kLate, sighting.facts);
  }
  sighting.candidates.push_back(candidate(ours ? *ours : policies->front(),
                                          ours ? "bears our key" : "a bucket has one policy"));
  return sighting;
}

Request create_policy(const View& view) {
  return storage(view.plan("source_region"), "POST",
                 bucket_path(view.fact("namespace"), source_bucket(view), "/replicationPolicies"),
                 {},
                 boost::json::serialize(
                     boost::json::object{{"name", view.key()},
                                         {"destinationRegionName", view.plan("target_region")},
                                         {"destinationBucketName", target_bucket(view)}}));
}

Receipt receive_policy(const View& view, const Answer& answer) {
  Receipt receipt;
  const auto id = text(answer.json.get(), "id");
  receipt.understood = !id.empty();
  receipt.facts.set("policy_id", id);
  record_late(view, Latest::answered, kLate, receipt.facts);
  return receipt;
}

Verdict read_first_sync(const View& view, Answers answers) {
  const boost::json::value* policy = nullptr;
  if (auto no = trouble(view, answers[0], policy)) return *no;
  const auto synced = last_sync(policy);
  const auto created = parse_rfc3339(text(policy, "timeCreated"));
  if (!synced || !created || *synced <= *created)
    return Verdict::pending(fmt::format("{}, not synced yet", text(policy, "status")));
  // Here nobody waits with their writers stopped, as they would before it is removed.
  if (may_be_made_again(view, kLate, answers[0]))
    return Verdict::pending("synced; " + late_words(view, kLate));
  Verdict verdict = Verdict::ok();
  verdict.facts.set("synced_to", format_utc(*synced));
  const Time now = answers[0].reply.date().value_or(*synced);
  verdict.findings.push_back(
      fmt::format("replicates, and lags by {}", about(std::max(now - *synced, Duration::zero()))));
  return verdict;
}

// ---- the fence ---------------------------------------------------------------------------------

std::string cutover_question(const View& view) {
  return fmt::format(
      "bucket {} in {} replicates to {} in {}, in step to {}. Stop everything that writes to it, "
      "then approve: replication ends with what was written until then",
      source_bucket(view), view.plan("source_region"), target_bucket(view),
      view.plan("target_region"), view.fact("synced_to"));
}

std::optional<Request> ask_fence(const View& view, Answers answers) {
  if (answers.empty()) return get_source_bucket(view);
  return std::nullopt;
}

// By the cloud's clock, which is the one that dates what is written and synced. Its date is of the
// second that has begun.
Verdict read_fence(const View&, Answers answers) {
  const auto date = answers[0].reply.date();
  if (!answers[0].reply.ok() || !date) return Verdict::cannot_look(answers[0]);
  Verdict verdict = Verdict::ok();
  verdict.facts.set("fence", format_utc(*date + std::chrono::seconds(1)));
  return verdict;
}

Verdict read_fence_passed(const View& view, Answers answers) {
  const boost::json::value* policy = nullptr;
  if (auto no = trouble(view, answers[0], policy)) return *no;
  const auto fence = parse_rfc3339(view.fact("fence"));
  const auto synced = last_sync(policy);
  if (!fence || !synced || *synced <= *fence)
    return Verdict::pending(synced && fence
                                ? fmt::format("{}, {} before the fence", text(policy, "status"),
                                              about(*fence - *synced))
                                : std::string(text(policy, "status")));
  Verdict verdict = Verdict::ok();
  verdict.facts.set("synced_to", format_utc(*synced));
  return verdict;
}

// ---- removing it -------------------------------------------------------------------------------

Sighting sight_no_policy(const View& view, Answers answers) {
  const auto* policies = items_of(answers[0]);
  if (!policies) return Sighting::cannot_look(answers[0]);
  const auto* ours = our_policy(view, *policies);
  if (!ours) return Sighting::of(Sighting::Kind::ours);
  if (may_be_made_again(view, kLate, answers[0]))
    return not_removable_yet(text(ours, "id"), text(ours, "status"), late_words(view, kLate));
  Sighting sighting = Sighting::of(Sighting::Kind::absent);
  sighting.facts.set("policy_id", text(ours, "id"));
  return sighting;
}

Request delete_policy(const View& view) {
  // The one that was seen: a person may have made it again.
  const auto seen = view.state.look.facts.get("policy_id");
  const auto id = seen.empty() ? view.fact("policy_id") : seen;
  return storage(view.plan("source_region"), "DELETE",
                 bucket_path(view.fact("namespace"), source_bucket(view),
                             "/replicationPolicies/" + percent_encode(id)));
}

}  // namespace migledger::workflow::storage_replication
