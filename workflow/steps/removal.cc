#include "workflow/steps/removal.h"

#include <fmt/format.h>

#include "ledger/base/planted.h"
#include "workflow/model/settings.h"

namespace migledger::workflow {

namespace {

// What a look before a removal found, to be removed next.
constexpr std::string_view kNext = "remove";
constexpr std::string_view kNextEtag = "remove_etag";
// What the removal removed.
constexpr std::string_view kRemoved = "removed";

std::string path_of(const Made& made, std::string_view id) {
  return std::string(made.collection) + "/" + percent_encode(id);
}

}  // namespace

Sighting nothing_left() { return Sighting::of(Sighting::Kind::ours); }

Sighting to_remove(std::string_view id, std::string_view etag) {
  Sighting sighting = Sighting::of(Sighting::Kind::absent);
  sighting.facts.set(kNext, id);
  sighting.facts.set(kNextEtag, etag);
  return sighting;
}

Sighting not_removable_yet(std::string_view id, std::string_view state, std::string_view why) {
  Sighting sighting = Sighting::of(Sighting::Kind::under_way);
  sighting.candidates.push_back({std::string(id), {}, std::string(state), std::string(why)});
  return sighting;
}

std::string_view next_to_remove(const View& view) { return view.state.look.facts.get(kNext); }

Request guarded_removal(const View& view, Request request) {
  request.if_match = view.state.look.facts.get(kNextEtag);
  return request;
}

bool more_to_remove(const View&, const ledger::Fields& facts) { return facts.has(kRemoved); }

Receipt receive_removed(const View& view, const Answer&) {
  Receipt receipt;
  receipt.understood = true;
  receipt.facts.set(kRemoved, next_to_remove(view));
  return receipt;
}

void record_late(const View& view, Latest latest, std::string_view fact, ledger::Fields& facts) {
  const auto& attempt = view.state.attempt;
  if (attempt.step != view.step || attempt.sends < 2 || !attempt.doubt) return;
  const bool first = latest == Latest::answered && attempt.sends == 2;
  const Time sent = first ? attempt.first_sent : attempt.last_sent;
  facts.set(fact, format_utc(sent + settings_of(view.state.plan).settle));
}

bool may_be_made_again(const View& view, std::string_view fact, const Answer& answer) {
  const auto until = parse_rfc3339(view.fact(fact));
  const auto now = answer.reply.date();
  return until && now && *now < *until;
}

std::string late_words(const View& view, std::string_view fact) {
  return fmt::format("until {} a late request could make it again", view.fact(fact));
}

std::optional<Request> ask_made(const Made& made, Answers answers) {
  if (!made.known.empty()) {
    if (answers.empty()) return core_get(made.region, path_of(made, made.known));
    answers = answers.subspan(1);
  }
  if (!answers.empty()) return std::nullopt;
  return core_get(made.region, std::string(made.collection),
                  make_query({{"compartmentId", made.compartment}, {"limit", "1000"}}));
}

Sighting sight_made(const View& view, const Made& made, Life (*life)(std::string_view),
                    Answers answers) {
  std::optional<Sighting> waits;
  bool known_gone = made.known.empty();
  if (!made.known.empty()) {
    const auto item = item_of(answers[0], made.known);
    // That it is not found may be for want of permission: then the list shows it.
    if (!item && answers[0].reply.status != 404) return Sighting::cannot_look(answers[0]);
    if (item) {
      const auto state = text(item.get(), "lifecycleState");
      if (life(state) == Life::removable) return to_remove(made.known, answers[0].reply.etag());
      if (life(state) == Life::busy) waits = not_removable_yet(made.known, state);
      known_gone = life(state) == Life::gone;
    }
    answers = answers.subspan(1);
  }
  if (answers.empty() || !is_list(answers[0]))
    return Sighting::cannot_look(answers.empty() ? Answer{} : answers[0]);
  const auto& list = *answers[0].list;
  if (!known_gone && !waits) {
    const auto item = list.by_id(made.known);
    const auto state = text(item.get(), "lifecycleState");
    if (item && life(state) != Life::gone) return Sighting::cannot_look(answers[0]);
  }
  const bool leaves_others = ledger::planted(ledger::PlantedBug::leave_others);
  const auto others = made.stem.empty() || leaves_others ? ListIndex::Found{}
                      : made.named                       ? list.named_by_stem(made.stem)
                                                         : list.with_stem(made.stem);
  for (const auto& item : others) {
    // What bears our mark and cannot be read must not pass for gone.
    if (!item.is_object()) return Sighting::cannot_look(answers[0]);
    const auto id = text(&item, "id");
    const auto state = text(&item, "lifecycleState");
    const bool marked =
        made.named || text(member(&item, "freeformTags"), kTagLedger) == view.ledger_id;
    const bool ours = marked && text(&item, "compartmentId") == made.compartment;
    if (!ours || id == made.known || life(state) == Life::gone) continue;
    if (life(state) == Life::removable) return to_remove(id, {});
    waits = not_removable_yet(id, state);
  }
  return waits ? *waits : nothing_left();
}

Request remove_made(const View& view, const Made& made, std::string query) {
  Request request = core_get(made.region, path_of(made, next_to_remove(view)), std::move(query));
  request.method = "DELETE";
  return guarded_removal(view, std::move(request));
}

Request remove_object(const View& view, std::string_view region, std::string_view bucket) {
  return guarded_removal(view, storage(region, "DELETE",
                                       bucket_path(view.fact("namespace"), bucket,
                                                   "/o/" + percent_encode(next_to_remove(view)))));
}

Time quiet_period_end(const View& view) {
  const double seconds = number_field(view, "quiet_period_seconds").value_or(7 * 86400);
  return view.state.done_at + pause_from_seconds(seconds);
}

}  // namespace migledger::workflow
