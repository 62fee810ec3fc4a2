#include "cli/simulation/promises/rules.h"

#include <utility>

namespace migledger::simulation {

namespace {

struct Named {
  std::string_view invariant, rule;
};

constexpr std::array<Named, kRules> kNames = {{
    {"log-in-order", ""},
    {"outcome-after-intent", "intent"},
    {"outcome-after-intent", "left-open"},
    {"decisions-recomputed", "decided"},
    {"decisions-recomputed", "dependencies"},
    {"decisions-recomputed", "orders"},
    {"recovery-rules", "look-first"},
    {"recovery-rules", "proof"},
    {"recovery-rules", "nothing-open"},
    {"recovery-rules", "same-request"},
    {"recovery-rules", "young-token"},
    {"recovery-rules", "final"},
    {"recovery-rules", "patience"},
    {"recovery-rules", "guarded"},
    {"recovery-rules", "guarded-removal"},
    {"recovery-rules", "guarded-claim"},
    {"recovery-rules", "ours-only"},
    {"recovery-rules", "known-only"},
    {"recovery-rules", "of-its-mode"},
    {"recovery-rules", "same-transport"},
    {"limits-kept", "attempts"},
    {"limits-kept", "generations"},
    {"limits-kept", "time"},
    {"limits-kept", "time-granted"},
    {"limits-kept", "every-place"},
    {"people-obeyed", "paused"},
    {"people-obeyed", "paused-at"},
    {"people-obeyed", "paused-all"},
    {"people-obeyed", "approved"},
    {"people-obeyed", "asked"},
    {"people-obeyed", "taken-once"},
    {"people-obeyed", "orders-in-place"},
    {"compared-before-acting", "compared"},
    {"compared-before-acting", "consent"},
    {"folds-agree", ""},
    {"snapshot-is-fold", ""},
    {"no-secret", ""},
    {"verify-finds-nothing", ""},
    {"acknowledged-is-kept", "kept"},
    {"acknowledged-is-kept", "whole"},
    {"intent-before-sending", "intent"},
    {"intent-before-sending", "sent-again"},
    {"outcome-after-reply", "reply"},
    {"outcome-after-reply", "class"},
    {"state-is-fold", ""},
    {"orders-are-recorded", ""},
    {"one-writer", ""},
    {"runs-end-well", ""},
    {"rest", ""},
    {"never-twice", ""},
    {"own-claim", ""},
    {"source-untouched", ""},
    {"one-token-one-body", ""},
    {"adopts-its-own", ""},
    {"rollback-leaves-nothing", ""},
    {"cleanup-leaves-nothing", ""},
    {"delivered", ""},
    {"never-lost", "named"},
    {"never-lost", "reconcile"},
}};

Judgements all{};

}  // namespace

std::string_view invariant_of(Rule rule) {
  return kNames[static_cast<std::size_t>(rule)].invariant;
}

std::string_view rule_of(Rule rule) { return kNames[static_cast<std::size_t>(rule)].rule; }

std::string name_of(Rule rule) {
  const Named& named = kNames[static_cast<std::size_t>(rule)];
  std::string name(named.invariant);
  if (!named.rule.empty()) name.append("/").append(named.rule);
  return name;
}

void judged(Rule rule) { ++all[static_cast<std::size_t>(rule)]; }

Judgements take_judgements() { return std::exchange(all, {}); }

std::string names_of_idle(const Judgements& judgements) {
  std::string names;
  for (std::size_t i = 0; i < kRules; ++i)
    if (judgements[i] == 0)
      names.append(names.empty() ? "" : ", ").append(name_of(static_cast<Rule>(i)));
  return names;
}

}  // namespace migledger::simulation
