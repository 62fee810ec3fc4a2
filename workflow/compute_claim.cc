// A claim keeps two ledgers from moving one source: an object in the staging bucket, named by the
// source, written only where there is none.
#include <fmt/format.h>

#include "ledger/planted.h"
#include "workflow/compute_steps.h"
#include "workflow/removal.h"

namespace migledger::workflow::compute {

namespace {

std::string claim_name(const View& view) { return fmt::format("{}{}", kClaims, view.source()); }

std::string claim_path(const View& view) {
  return bucket_path(view.fact("namespace"), view.plan("migration_bucket_name"),
                     "/o/" + percent_encode(claim_name(view)));
}

}  // namespace

std::optional<Request> ask_claim(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  if (answers.empty())
    return list_objects(view, region, view.plan("migration_bucket_name"), claim_name(view));
  if (answers.size() == 1 && is_list(answers[0]) &&
      !answers[0].list->named(claim_name(view)).empty())
    return storage(region, "GET", claim_path(view));
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
  Request request = storage(view.plan("source_region"), "PUT", claim_path(view));
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

}  // namespace migledger::workflow::compute
