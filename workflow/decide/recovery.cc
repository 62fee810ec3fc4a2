#include "workflow/decide/recovery.h"

#include "ledger/base/planted.h"

namespace migledger::workflow {

namespace {

using A = Circumstance::Attempt;
using S = Circumstance::Sight;
using ledger::planted;
using ledger::PlantedBug;

// Goes on with `then` once it is proven that nothing came of what was sent.
Row when_proven(const Circumstance& c, Row then) {
  if (!c.settled) return Row::settle;
  if (!c.absent_twice && !planted(PlantedBug::one_absent_is_proof)) return Row::look_twice;
  return c.tag_absent ? then : Row::search_tag;
}

// Nothing of ours was found, and whether an earlier sending had its effect is open.
Row resolve_doubt(const Circumstance& c) {
  if (!c.attempts_left && c.this_session) return Row::attempts_used_up;
  if (c.guard == Guard::NATURAL_KEY) return Row::same_name;
  if (c.guard == Guard::IF_MATCH) return Row::read_again;
  const bool token_usable = c.guard == Guard::TOKEN && c.error != ErrorClass::TOKEN_INVALIDATED;
  if (token_usable && c.clock_back) return Row::clock_back;
  if (token_usable && c.token_young) return Row::same_token;
  return when_proven(c, c.generations_left ? Row::new_after_proof : Row::generations_used_up);
}

// Nothing of ours was found, and nothing can come of what was sent.
Row after_failure(const Circumstance& c) {
  if (c.plan_changed) return Row::plan_changed;
  switch (c.error) {
    case ErrorClass::BLOCKED:
      return c.this_session ? Row::blocked : Row::nothing_happened;
    case ErrorClass::NOT_FOUND:
      if (c.guard == Guard::IF_MATCH) return resolve_doubt(c);
      return c.this_session && !c.settling ? Row::not_found : Row::nothing_happened;
    case ErrorClass::CAPACITY:
      if (c.placements_left) return Row::next_placement;
      return c.this_session ? Row::no_capacity : Row::nothing_happened;
    case ErrorClass::FATAL:
      if (planted(PlantedBug::retry_fatal)) return Row::nothing_happened;
      return c.renewed ? Row::renewed : Row::final;
    case ErrorClass::TOKEN_INVALIDATED:
      return resolve_doubt(c);
    default:
      if (!c.attempts_left && c.this_session) return Row::attempts_used_up;
      if (c.guard == Guard::IF_MATCH) return Row::read_again;
      // A token of a generation that is too old counts for nothing, but nothing happened either.
      return Row::nothing_happened;
  }
}

// The latest sending failed, but an earlier one may have had its effect.
Row after_failure_in_doubt(const Circumstance& c) {
  const Row row = after_failure(c);
  switch (row) {
    case Row::blocked:
    case Row::no_capacity:
    case Row::attempts_used_up:
      return row;  // nothing is sent, and whoever goes on looks first
    case Row::final:
    case Row::next_placement:
    case Row::plan_changed:
    case Row::renewed:
      return when_proven(c, row);
    default:
      return resolve_doubt(c);
  }
}

Row after_death(const Circumstance& c) {
  if (c.error == ErrorClass::CAPACITY) {
    if (c.placements_left) return Row::next_placement;
    if (c.this_session) return Row::no_capacity;
  }
  if (c.error == ErrorClass::BLOCKED && c.this_session) return Row::blocked;
  if (c.error == ErrorClass::NOT_FOUND && c.this_session) return Row::not_found;
  if (c.error == ErrorClass::FATAL && !c.plan_changed && !c.renewed) return Row::final;
  return c.generations_left || c.plan_changed ? Row::dead : Row::generations_used_up;
}

}  // namespace

Row recover(const Circumstance& c) {
  if (c.attempt == A::open) return Row::in_flight;
  if (c.attempt == A::failed && c.error == ErrorClass::CREDENTIALS && c.this_session)
    return Row::credentials;
  const bool answered = c.attempt == A::failed || c.attempt == A::dead || c.attempt == A::unknown;
  const bool waits = !c.giving_up && !c.named;
  if (answered && !c.backed_off && waits) return Row::back_off;

  // What fails for good, without doubt, needs no look to be said.
  const bool certain = c.attempt == A::failed && !c.doubt && !c.plan_changed && !c.named;
  if (certain && c.error == ErrorClass::FATAL && !c.renewed && !planted(PlantedBug::retry_fatal))
    return Row::final;
  if (certain && c.this_session && c.error == ErrorClass::BLOCKED) return Row::blocked;
  if (certain && c.this_session && c.error == ErrorClass::NOT_FOUND && !c.settling &&
      c.guard != Guard::IF_MATCH)
    return Row::not_found;

  const bool no_look = c.attempt == A::none && planted(PlantedBug::no_first_look);
  switch (no_look ? S::absent : c.sight) {
    case S::not_fresh:
      return Row::look;
    case S::cannot_look:
      return Row::cannot_look;
    case S::ours:
      return Row::adopt;
    case S::several:
      return Row::several;
    case S::foreign:
      return Row::foreign;
    case S::under_way:
      return Row::under_way;
    case S::absent:
      break;
  }

  if (c.giving_up) return when_proven(c, Row::given_up);
  switch (c.attempt) {
    case A::none:
      return Row::first;
    case A::lost:
    case A::unknown:
      return resolve_doubt(c);
    case A::failed:
      return c.doubt ? after_failure_in_doubt(c) : after_failure(c);
    case A::dead:
      return after_death(c);
    case A::open:
      break;
  }
  return Row::in_flight;
}

std::string_view name_of(Row row) {
  switch (row) {
    case Row::in_flight:
      return "in-flight";
    case Row::credentials:
      return "credentials";
    case Row::back_off:
      return "back-off";
    case Row::look:
      return "look";
    case Row::cannot_look:
      return "cannot-look";
    case Row::adopt:
      return "adopt";
    case Row::several:
      return "several";
    case Row::foreign:
      return "foreign";
    case Row::under_way:
      return "under-way";
    case Row::first:
      return "first";
    case Row::same_token:
      return "same-token";
    case Row::same_name:
      return "same-name";
    case Row::read_again:
      return "read-again";
    case Row::nothing_happened:
      return "nothing-happened";
    case Row::clock_back:
      return "clock-back";
    case Row::settle:
      return "settle";
    case Row::look_twice:
      return "look-twice";
    case Row::search_tag:
      return "search-tag";
    case Row::new_after_proof:
      return "new-after-proof";
    case Row::dead:
      return "dead";
    case Row::next_placement:
      return "next-placement";
    case Row::plan_changed:
      return "plan-changed";
    case Row::renewed:
      return "renewed";
    case Row::given_up:
      return "given-up";
    case Row::blocked:
      return "blocked";
    case Row::no_capacity:
      return "no-capacity";
    case Row::not_found:
      return "not-found";
    case Row::attempts_used_up:
      return "attempts-used-up";
    case Row::generations_used_up:
      return "generations-used-up";
    case Row::final:
      return "final";
    case Row::read:
      return "read";
    case Row::walk:
      return "walk";
    case Row::approval:
      return "approval";
    case Row::finished:
      return "finished";
    case Row::parked:
      return "parked";
    case Row::unknown_event:
      return "unknown-event";
    case Row::timed_out:
      return "timed-out";
    case Row::unanswered:
      return "unanswered";
    case Row::secret_lost:
      return "secret-lost";
    case Row::paused:
      return "paused";
    case Row::too_early:
      return "too-early";
  }
  return "?";
}

}  // namespace migledger::workflow
