#include "cli/report/data.h"

#include <algorithm>

#include "cli/base/names.h"
#include "cli/render/event_kind.h"
#include "cli/render/event_text.h"
#include "workflow/decide/transitions.h"

namespace migledger::cli {

using workflow::Fate;
using workflow::MigrationTimeline;

namespace {

bool is_note(ledger::schema::Event::Reader event) {
  const auto body = event.getBody();
  return body.isTailDropped() || body.isRestored() || body.isForked() || body.isCheckpointed();
}

}  // namespace

ReportData gather_report(const ledger::EventStore& store, ReportScope scope,
                         const EventVisitor& visit) {
  ReportData data(std::move(scope));
  const auto& streams = data.scope.streams;
  Names names(store);
  if (data.scope.until == 0) return data;
  for (const auto cursor = store.scan(1, data.scope.until); cursor->next();) {
    const auto event = cursor->event();
    data.frontier.append(ledger::leaf_hash(cursor->bytes()));
    data.timeline.apply(event);
    const bool own = event.getStream() == ledger::kLedgerStream;
    if (!own && !streams.empty() && streams.count(event.getStream()) == 0) continue;
    ++data.events;
    ++data.kinds[kind_of(event)];
    if (!is_known(event)) ++data.unknown_events;
    if (is_note(event))
      data.notes.push_back({event.getPosition(), time_from_micros(event.getTime()), kind_of(event),
                            describe(event, names, Wording{200, true})});
    if (auto approval = approval_line(event, names)) data.approvals.push_back(std::move(*approval));
    if (visit) visit(event);
  }
  data.timeline.finish();
  return data;
}

std::string_view standing_of(const MigrationTimeline& migration) {
  const auto& state = migration.book.state;
  return ledger::standing(state.status, state.mode, state.paused != 0);
}

std::vector<std::pair<std::string, std::uint64_t>> standings(const workflow::Timeline& timeline) {
  std::map<std::string_view, std::uint64_t> counts;
  for (const auto& migration : timeline.migrations()) ++counts[standing_of(*migration)];
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

bool needs_attention(const MigrationTimeline& migration) {
  const auto& state = migration.book.state;
  return state.status == ledger::Status::parked || state.status == ledger::Status::failed ||
         (!state.is_over() && state.paused != 0);
}

std::string what_to_do(const MigrationTimeline& migration) {
  const auto& state = migration.book.state;
  if (state.status == ledger::Status::failed)
    return words_of(workflow::ways_on(workflow::stage_of(state), state.name));
  if (!state.is_over() && state.paused != 0) return "resume it";
  return state.status == ledger::Status::parked ? state.need : std::string();
}

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::there:
      return "there";
    case Fate::dead:
      return "failed later";
    case Fate::being_removed:
      return "being removed";
    case Fate::removed:
      return "removed";
  }
  return "?";
}

std::string_view origin_of(const workflow::Entry& entry) {
  using How = ledger::schema::Outcome::How;
  switch (entry.recorded->how) {
    case How::REPLIED:
      return "made";
    case How::ADOPTED:
      return "found and adopted";
    case How::CLAIMED:
      return "taken over";
    case How::BY_PERSON:
      return "named by a person";
    case How::LOST:
    case How::PROVEN:
      break;
  }
  return "made";
}

}  // namespace migledger::cli
