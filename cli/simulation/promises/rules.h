// The rules that a universe is judged by, each by its name, and how often each has judged
// something. A rule that never does proves nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace migledger::simulation {

enum class Rule : std::uint8_t {
  // The log, read as a whole.
  log_in_order,
  outcome_after_intent,
  left_open_is_unknown,
  decisions_recomputed,
  dependencies_kept,
  orders_possible,
  look_first,
  proof,
  nothing_open,
  same_request,
  young_token,
  final,
  patience,
  guarded,
  guarded_removal,
  guarded_claim,
  ours_only,
  known_only,
  of_its_mode,
  same_transport,
  attempts,
  generations,
  time_limit,
  time_granted,
  every_place,
  paused,
  paused_at,
  paused_all,
  approved,
  asked,
  taken_once,
  orders_in_place,
  compared_before_acting,
  settled_with_consent,
  folds_agree,
  snapshot_is_fold,
  no_secret,
  verify_finds_nothing,
  // A ledger and its processes, while they go.
  acknowledged_is_kept,
  kept_whole,
  intent_before_sending,
  sent_again_as_recorded,
  outcome_after_reply,
  errors_classed,
  state_is_fold,
  orders_are_recorded,
  one_writer,
  runs_end_well,
  rest,
  // The tenancy.
  never_twice,
  own_claim,
  source_untouched,
  one_token_one_body,
  adopts_its_own,
  rollback_leaves_nothing,
  cleanup_leaves_nothing,
  delivered,
  never_lost,
  found_by_reconcile,
};
inline constexpr std::size_t kRules = static_cast<std::size_t>(Rule::found_by_reconcile) + 1;

// The promise that a rule is of: "recovery-rules".
std::string_view invariant_of(Rule rule);
// What it is called among the rules of that promise: "look-first"; empty: it is the only one.
std::string_view rule_of(Rule rule);
// "recovery-rules/look-first"; the promise alone where it has one rule.
std::string name_of(Rule rule);

using Judgements = std::array<std::uint64_t, kRules>;

// A rule was applied to something that could have broken it. In this process; read by simulate().
void judged(Rule rule);
// What was judged since the last call.
Judgements take_judgements();

// The names of those that judged nothing.
std::string names_of_idle(const Judgements& judgements);

}  // namespace migledger::simulation
