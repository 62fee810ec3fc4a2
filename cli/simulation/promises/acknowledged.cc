// Promise 3, "acknowledged means durable": after any end of a process the ledger holds every event
// that an append returned for, in order and byte by byte, and beyond them at most the one append
// that was under way, whole or not at all.
#include <fmt/format.h>

#include <algorithm>

#include "cli/simulation/promises/ledger_watch.h"
#include "ledger/event/codec.h"
#include "ledger/merkle/merkle.h"

namespace migledger::simulation {

void Acknowledged::add(std::span<ledger::EventDraft> drafts) {
  for (const auto& draft : drafts) events_.push_back(ledger::encode(draft.reader()));
}

void Acknowledged::maybe(std::span<ledger::EventDraft> drafts) {
  pending_.clear();
  // Their headers are complete only if the store got so far; else nothing was written.
  for (const auto& draft : drafts) pending_.push_back(ledger::encode(draft.reader()));
}

void Acknowledged::compare(const ledger::EventStore& store) {
  ledger::Position position = 0;
  std::size_t kept = 0;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto bytes = cursor->bytes();
    ++position;
    if (position <= events_.size()) {
      if (!std::ranges::equal(bytes, events_[position - 1]))
        throw Violation(Rule::acknowledged_is_kept,
                        fmt::format("position {} is not what was acknowledged", position));
      continue;
    }
    if (kept >= pending_.size() || !std::ranges::equal(bytes, pending_[kept]))
      throw Violation(Rule::acknowledged_is_kept,
                      fmt::format("position {} was never appended", position));
    ++kept;
  }
  judged(Rule::acknowledged_is_kept);
  if (pending_.size() > 1) judged(Rule::kept_whole);
  if (position < events_.size())
    throw Violation(
        Rule::acknowledged_is_kept,
        fmt::format("the ledger ends at {}, and {} was acknowledged", position, events_.size()));
  if (kept != 0 && kept != pending_.size())
    throw Violation(Rule::kept_whole,
                    fmt::format("of an append of {} events, {} are there", pending_.size(), kept));
  if (store.head().position != position)
    throw Violation(Rule::acknowledged_is_kept,
                    fmt::format("the head is said to be {}, and the last event is at {}",
                                store.head().position, position));
  if (kept != 0) std::move(pending_.begin(), pending_.end(), std::back_inserter(events_));
  pending_.clear();
}

void Acknowledged::put_back(ledger::Position head) {
  if (head < events_.size()) events_.resize(head);
  pending_.clear();
}

void Acknowledged::take(const ledger::EventStore& store) {
  for (const auto cursor = store.scan(events_.size() + 1); cursor->next();) {
    const auto bytes = cursor->bytes();
    events_.emplace_back(bytes.begin(), bytes.end());
  }
}

ledger::Digest Acknowledged::root() const {
  ledger::MerkleFrontier tree;
  for (const auto& bytes : events_) tree.append(ledger::leaf_hash(bytes));
  return tree.root();
}

}  // namespace migledger::simulation
