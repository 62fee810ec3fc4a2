#include "workflow/reconcile_words.h"

#include <fmt/format.h>

#include "workflow/decide.h"
#include "workflow/transitions.h"

namespace migledger::workflow {

namespace {

using How = ledger::schema::Outcome::How;

bool may_be_named(const Book& book, const MadeKind& kind) {
  const StepIndex step = book.workflow->index_of(kind.step);
  return step != ledger::kNoStep && book.workflow->steps[step].sight_named;
}

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

std::string advice_on_orphan(const Books& books, const Book& book, const MadeKind& kind,
                             std::string_view id) {
  const std::string& name = book.state.name;
  if (!book.recorded)
    return fmt::format(
        "run {} with this ledger: it looks for what bears its key before it sends anything, and "
        "adopts it",
        name);
  const StepIndex step = book.workflow->index_of(kind.step);
  if (comes_to(books, book, step)) {
    const bool now = current_step(*book.workflow, book.state, books.ledger_id) == step;
    std::string advice =
        fmt::format("run {} again: {} looks for it first, and adopts it", name, kind.step);
    if (now && may_be_named(book, kind))
      advice += fmt::format("; or migledger adopt {} {} {}", name, kind.step, id);
    return advice;
  }
  const Stage stage = stage_of(book.state);
  if (refusal_of(Verb::ROLLBACK, stage, stop_of(book.state)).empty() && !kind.removed_by.empty()) {
    const bool cleans = stage == Stage::moved;
    return fmt::format(
        "look at it; if nobody needs it, remove it, or migledger {}rollback {}, which removes all "
        "that bears its key",
        cleans ? "cleanup or " : "", name);
  }
  return "look at it; if nobody needs it, remove it: the migration will not";
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
  return failure.status == 0 || failure.error_class == ErrorClass::CREDENTIALS ||
         failure.error_class == ErrorClass::THROTTLED || failure.error_class == ErrorClass::RETRY;
}

}  // namespace migledger::workflow
