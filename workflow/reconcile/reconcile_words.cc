#include "workflow/reconcile/reconcile_words.h"

#include <fmt/format.h>

#include "workflow/decide/decide.h"
#include "workflow/decide/transitions.h"

namespace migledger::workflow {

namespace {

using How = ledger::schema::Outcome::How;

// Whether the migration's own run comes to the step, or is at it.
bool comes_to(const Books& books, const Book& book, StepIndex step) {
  if (stage_of(book.state) != Stage::moving || book.state.is_done(step)) return false;
  const StepIndex current = current_step(*book.workflow, book.state, books.ledger_id);
  return current != ledger::kNoStep && current <= step;
}

// Whether cleaning up removes it.
bool only_on_the_way(const Book& book, const MadeKind& kind) {
  for (const auto name : kind.removed_by) {
    const StepIndex step = book.workflow->index_of(name);
    if (step != ledger::kNoStep && book.workflow->steps[step].modes & in(Mode::cleanup))
      return true;
  }
  return false;
}

}  // namespace

std::string words_of(const Resource& recorded) {
  std::string_view how = "made";
  if (recorded.how == How::ADOPTED) how = "adopted";
  if (recorded.how == How::CLAIMED) how = "taken over";
  if (recorded.how == How::BY_PERSON) how = "named by a person";
  return fmt::format("{} (#{})", how, recorded.position);
}

void advise_on_orphan(Finding& finding, const Books& books, const Book& book,
                      const MadeKind& kind) {
  const std::string& name = book.state.name;
  const Judged judged = judge(adoption_of(finding), book.workflow,
                              book.recorded ? &book.state : nullptr, 0, {}, books.ledger_id);
  if (!judged.event) finding.not_adoptable = judged.words;
  if (!book.recorded) {
    finding.advice = fmt::format(
        "run {} with this ledger: it looks for what bears its key before it sends anything, and "
        "adopts it",
        name);
    return;
  }
  if (comes_to(books, book, book.workflow->index_of(kind.step))) {
    finding.advice =
        fmt::format("run {} again: {} looks for it first, and adopts it", name, kind.step);
    if (finding.not_adoptable.empty())
      finding.advice += fmt::format("; or migledger adopt {} {} {}", name, kind.step, finding.id);
    return;
  }
  finding.advice = "look at it; if nobody needs it, remove it";
  const Stage stage = stage_of(book.state);
  if (kind.removed_by.empty() || !refusal_of(Verb::ROLLBACK, stage, stop_of(book.state)).empty())
    return;
  finding.advice +=
      fmt::format(", or migledger {}rollback {}, which removes all that bears its key",
                  stage == Stage::moved ? "cleanup or " : "", name);
}

std::string advice_on_forgotten(const Books& books, const Book& book, std::string_view step) {
  if (!book.recorded || comes_to(books, book, book.workflow->index_of(step)))
    return fmt::format("run {}{}: {} finds what is there already, and copies none twice",
                       book.state.name, book.recorded ? " again" : " with this ledger", step);
  return "look at it; if nobody needs it, remove it";
}

std::string advice_on_missing(const Book& book, const MadeKind& kind) {
  std::string advice = "find out who deleted it";
  if (stage_of(book.state) == Stage::moving)
    return advice + fmt::format(
                        "; if {} cannot go on without it, migledger rollback {}, then start "
                        "it again under another name",
                        book.state.name, book.state.name);
  if (book.state.done_at != Time{} && only_on_the_way(book, kind))
    advice += "; it was only needed on the way";
  return advice;
}

std::string advice_on_failure(const Failure& failure) {
  if (failure.error_class == ErrorClass::CREDENTIALS)
    return "set up the credentials, and see migledger doctor";
  if (is_unreachable(failure)) return "try again later, and see migledger doctor";
  return "find out whether it was removed, or let the user read it; migledger doctor helps";
}

bool is_unreachable(const Failure& failure) {
  return failure.status == 0 || failure.status >= 500 ||
         failure.error_class == ErrorClass::CREDENTIALS ||
         failure.error_class == ErrorClass::THROTTLED;
}

}  // namespace migledger::workflow
