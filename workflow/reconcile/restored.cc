#include "workflow/reconcile/restored.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/planted.h"
#include "ledger/base/printable.h"
#include "ledger/base/sha256.h"
#include "workflow/model/settings.h"

namespace migledger::workflow {

namespace {

// An event has at most 65,535 bytes, and a reader no more patience; reconcile shows them all.
constexpr std::size_t kMostFindings = 40;
constexpr std::size_t kLongestFinding = 300;

std::string line_of(const Finding& finding) {
  return printable(fmt::format("{} {} {} {} ({}): {}", name_of(finding.verdict), finding.migration,
                               finding.what, finding.id, finding.region, finding.seen),
                   kLongestFinding);
}

}  // namespace

ledger::EventDraft restored(const Origin& origin, const Restoring& restoring) {
  ledger::EventDraft draft(ledger::kLedgerStream, origin.now, origin.session, origin.cause);
  auto body = draft.body().initRestored();
  body.setFrom(restoring.from);
  body.setPosition(restoring.position);
  body.setRoot(capnp::Data::Reader(reinterpret_cast<const kj::byte*>(restoring.root.data()),
                                   restoring.root.size()));
  body.setReason(restoring.reason);
  return draft;
}

Time comparable_from(const ledger::EventStore& store, ledger::Position restoring, const Plan& plan,
                     Time now) {
  Duration settle = Settings().settle;
  for (const auto& migration : plan.migrations)
    settle = std::max(settle, settings_of(migration.fields).settle);
  const auto cursor = store.scan(restoring, restoring);
  if (!cursor->next()) return now + settle;
  return std::min(time_from_micros(cursor->event().getTime()), now) + settle;
}

Comparison compare(const std::vector<Finding>& findings) {
  Comparison comparison;
  for (const auto& finding : findings) {
    switch (finding.verdict) {
      case Finding::Verdict::known:
        ++comparison.known;
        continue;
      case Finding::Verdict::orphaned:
        ++comparison.orphaned;
        // That of a migration is found and adopted by the step that makes it.
        if (finding.migration.empty()) ++comparison.doubtful;
        break;
      case Finding::Verdict::missing:
        ++comparison.missing;
        ++comparison.doubtful;
        break;
      case Finding::Verdict::drifted:
        ++comparison.drifted;
        ++comparison.doubtful;
        break;
      case Finding::Verdict::unseen:
        ++comparison.unseen;
        // No list, and nothing in one, but a migration whose makings this version cannot compare:
        // looking again shows no more.
        if (finding.region.empty()) {
          ++comparison.doubtful;
          ++comparison.not_comparable;
        }
        break;
    }
    if (comparison.findings.size() < kMostFindings) comparison.findings.push_back(line_of(finding));
  }
  return comparison;
}

ledger::EventDraft reconciled(const Origin& origin, const Comparison& comparison, bool settled) {
  ledger::EventDraft draft(ledger::kLedgerStream, origin.now, origin.session, origin.cause);
  auto body = draft.body().initRestored().initReconciled();
  body.setKnown(comparison.known);
  body.setOrphaned(comparison.orphaned);
  body.setMissing(comparison.missing);
  body.setDrifted(comparison.drifted);
  body.setUnseen(comparison.unseen);
  body.setAdopted(comparison.adopted);
  body.setSettled(settled);
  auto findings = body.initFindings(static_cast<unsigned>(comparison.findings.size()));
  for (unsigned i = 0; i < findings.size(); ++i) findings.set(i, comparison.findings[i]);
  return draft;
}

AfterRestoring compare_restored(ledger::EventStore& store, ledger::Position restoring, Cloud& cloud,
                                Clock& clock, const Plan& plan, const Actor& actor, bool accepted,
                                const std::function<Order()>& adoption,
                                const Workflow* (*workflow_named)(std::string_view)) {
  const Time from = comparable_from(store, restoring, plan, clock.now());
  while (clock.now() < from) cloud.next(from);
  const auto result =
      reconcile([&] { return read_books(store, plan, false, workflow_named); }, cloud, clock);
  const auto now = [&] { return std::max(clock.now(), store.head().time); };
  auto opened = session_opened({ledger::kLedgerStream, now(), 0, 0}, actor, cloud.identity());
  const ledger::Position session = store.append_one(opened);
  AfterRestoring after;
  after.comparison = compare(result.findings);
  for (const auto& finding : result.findings) {
    auto& found = after.found.emplace_back(AfterRestoring::Found{finding, 0, {}});
    if (finding.verdict != Finding::Verdict::orphaned) continue;
    found.not_recorded = finding.not_adoptable;
    if (!found.not_recorded.empty()) continue;
    const auto answer = carry_out(
        store, adoption_of(finding, adoption()), now(), [&] { return session; }, workflow_named);
    if (answer.taken)
      found.recorded = answer.position;
    else
      found.not_recorded = answer.words;
    after.comparison.adopted += found.recorded != 0;
  }
  after.settled = after.comparison.settled(accepted);
  constexpr int kWaitsForPerson = 3, kCloudUnreachable = 6;
  if (!after.settled)
    after.exit_code =
        after.comparison.doubtful == 0 && result.unreachable ? kCloudUnreachable : kWaitsForPerson;
  auto compared = reconciled({ledger::kLedgerStream, now(), session, restoring}, after.comparison,
                             after.settled);
  store.append_one(compared);
  auto closed = session_closed({ledger::kLedgerStream, now(), session, session}, after.exit_code,
                               "compared with the cloud after restoring");
  store.append_one(closed);
  return after;
}

}  // namespace migledger::workflow
