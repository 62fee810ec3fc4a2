#include "workflow/reconcile/reconcile_ledger.h"

#include <algorithm>

namespace migledger::workflow {

StepIndex step_of(const Book& book, std::string_view name) {
  for (StepIndex step = 0; step < book.state.step_count(); ++step)
    if (book.state.step_name(step) == name) return step;
  return ledger::kNoStep;
}

namespace {

void judge_fate(Entry& entry, const Book& book) {
  const ledger::Position made = entry.recorded->position;
  if (entry.recorded->dead) entry.fate = Fate::dead;
  if (const auto* removal = book.made.removal_of(entry.id); removal && removal->position > made) {
    entry.fate = removal->succeeded ? Fate::removed : Fate::being_removed;
    entry.removal = removal->position;
  }
  // What was taken over is no business of the removals.
  if (entry.recorded->how == ledger::schema::Outcome::How::CLAIMED) return;
  for (const auto step : entry.kind->removed_by) {
    const auto none_left = book.made.found_done(step_of(book, step));
    if (none_left < made) continue;
    entry.fate = Fate::removed;
    entry.removal = none_left;
  }
}

}  // namespace

std::vector<Entry> entries_of(const Book& book, const View& view, const MadeKind& kind) {
  std::vector<Entry> entries;
  for (const auto& made : kind.made_as(view)) {
    for (const auto& recorded : book.made.resources()) {
      if (book.state.step_name(recorded.step) != kind.step) continue;
      Entry entry{&kind, &recorded, std::string(recorded.facts.get(made.fact)), Fate::there, 0};
      if (kind.id_of) entry.id = kind.id_of(view, entry.id);
      if (entry.id.empty()) continue;
      judge_fate(entry, book);
      // What was found again is the same.
      const auto known = std::find_if(entries.begin(), entries.end(),
                                      [&](const Entry& other) { return other.id == entry.id; });
      if (known == entries.end())
        entries.push_back(std::move(entry));
      else
        *known = std::move(entry);
    }
  }
  return entries;
}

bool is_awaited(const Book& book, const Entry& entry) {
  const auto step = step_of(book, entry.kind->there_after);
  return step != ledger::kNoStep && !book.state.is_done(step);
}

}  // namespace migledger::workflow
