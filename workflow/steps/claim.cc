#include "workflow/steps/claim.h"

#include <fmt/format.h>

#include "ledger/base/planted.h"
#include "workflow/steps/removal.h"

namespace migledger::workflow {

namespace {

constexpr std::string_view kClaimLate = "claim_late_until";  // record_late()
constexpr std::string_view kReleaseClaim[] = {"release-claim"};

std::string claim_name(const View& view) { return fmt::format("{}{}", kClaims, view.source()); }

std::string claim_path(const View& view, std::string_view name) {
  return bucket_path(view.fact("namespace"), view.plan("migration_bucket_name"),
                     "/o/" + percent_encode(name));
}

std::string_view claims_bucket(const View& view) { return view.plan("migration_bucket_name"); }

Request list_claims_buckets(const View& view) {
  return list_buckets(view, "source_region", "source_compartment_id");
}

Request list_claims(const View& view) {
  return list_objects(view, view.plan("source_region"), claims_bucket(view), kOurObjects);
}

std::vector<MadeAs> claims(const View&) { return {{"claim", {}}}; }

Request read_claim(const View& view, std::string_view name) {
  return storage(view.plan("source_region"), "GET", claim_path(view, name));
}

std::string claim_content(const View& view) { return put_claim(view).body; }

std::vector<std::string> claim_differences(const View& view, const Resource&, std::string_view,
                                           const boost::json::value& claim) {
  Differences differences;
  differences.compare("ledger", text(&claim, "ledger"), view.ledger_id);
  differences.compare("migration", text(&claim, "migration"), view.state.name);
  return differences.take();
}

}  // namespace

std::optional<Request> ask_claim(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  if (answers.empty())
    return list_objects(view, region, view.plan("migration_bucket_name"), claim_name(view));
  if (answers.size() == 1 && is_list(answers[0]) &&
      !answers[0].list->named(claim_name(view)).empty())
    return storage(region, "GET", claim_path(view, claim_name(view)));
  return std::nullopt;
}

Sighting sight_claim(const View& view, Answers answers) {
  if (!is_list(answers[0])) return Sighting::cannot_look(answers[0]);
  // The listing is by prefix: it may show the claim on a source whose name goes on after ours.
  if (answers[0].list->named(claim_name(view)).empty()) return Sighting::of(Sighting::Kind::absent);
  if (answers.size() < 2 || !answers[1].reply.ok()) return Sighting::cannot_look(answers.back());
  const auto ledger = text(answers[1].json.get(), "ledger");
  const auto migration = text(answers[1].json.get(), "migration");
  const bool ours = (ledger == view.ledger_id && migration == view.state.name) ||
                    ledger::planted(ledger::PlantedBug::ignore_claim);
  Sighting sighting = Sighting::of(ours ? Sighting::Kind::ours : Sighting::Kind::foreign);
  if (ours) {
    sighting.facts.set("claim", claim_name(view));
    record_late(view, Latest::lost, kClaimLate, sighting.facts);
  }
  sighting.candidates.push_back(
      {claim_name(view), claim_name(view), "present",
       ledger.empty() ? std::string("not a claim that migledger wrote")
                      : fmt::format("claimed by migration \"{}\" of {}", migration,
                                    ledger == view.ledger_id ? std::string("this ledger")
                                                             : fmt::format("ledger {}", ledger))});
  return sighting;
}

Request put_claim(const View& view) {
  Request request = storage(view.plan("source_region"), "PUT", claim_path(view, claim_name(view)));
  request.if_none_match = "*";
  request.body =
      boost::json::serialize(boost::json::object{{"ledger", view.ledger_id},
                                                 {"migration", view.state.name},
                                                 {"source", view.source()},
                                                 {"target_region", view.plan("target_region")}});
  return request;
}

Receipt receive_claim(const View& view, const Answer& answer) {
  Receipt receipt;
  receipt.understood = !answer.reply.etag().empty();
  receipt.facts.set("claim", claim_name(view));
  record_late(view, Latest::answered, kClaimLate, receipt.facts);
  return receipt;
}

Sighting sight_claim_gone(const View& view, Answers answers) {
  const Sighting claim = sight_claim(view, answers);
  const auto& last = answers.back();
  switch (claim.kind) {
    case Sighting::Kind::ours:
      if (may_be_made_again(view, kClaimLate, last))
        return not_removable_yet(claim.facts.get("claim"), "present", late_words(view, kClaimLate));
      return to_remove(claim.facts.get("claim"), last.reply.etag());
    case Sighting::Kind::absent:
    case Sighting::Kind::foreign:  // another's claim is no business of ours
      return nothing_left();
    default:
      return claim;
  }
}

Request remove_claim(const View& view) {
  return remove_object(view, view.plan("source_region"), view.plan("migration_bucket_name"));
}

MadeKind claim_kind() {
  MadeKind claim;
  claim.noun = "claim";
  claim.step = "claim-source";
  claim.removed_by = kReleaseClaim;
  claim.made_as = claims;
  claim.list = list_claims;
  claim.one = read_claim;
  claim.differences = claim_differences;
  claim.marks = Marks::content;
  claim.id_member = "name";
  claim.may_be = has_namespace;
  claim.bucket = claims_bucket;
  claim.buckets = list_claims_buckets;
  claim.content = claim_content;
  return claim;
}

}  // namespace migledger::workflow
