#include "ledger/copy/forking.h"

#include <capnp/dynamic.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/errors.h"
#include "ledger/event/terms.h"
#include "ledger/merkle/merkle.h"

namespace migledger::ledger {

namespace {

constexpr std::size_t kDraftsABatch = 1000;

[[noreturn]] void refuse_fork(const std::string& why) {
  throw LedgerError(LedgerErrorKind::refused, why + "; nothing was made");
}

// The event to be appended once more. What the store adds to it follows from the events before, so
// it is the same there.
EventDraft again(schema::Event::Reader event) {
  EventDraft draft(event.getBody().isMigrationStarted() ? kNewStream : event.getStream(),
                   time_from_micros(event.getRawTime()), event.getSession(), event.getCause());
  const capnp::DynamicStruct::Reader from = event.getBody();
  KJ_IF_MAYBE (field, from.which()) {
    capnp::DynamicStruct::Builder to = draft.body();
    to.set(*field, from.get(*field));
    return draft;
  }
  refuse_fork("event " + std::to_string(event.getPosition()) +
              " is of a kind that this version does not know: fork with the newer migledger");
}

EventDraft rebound(schema::Event::Reader first) {
  if (!first.getBody().isLedgerCreated())
    refuse_fork("the ledger does not begin with ledgerCreated");
  EventDraft draft = again(first);
  auto created = draft.body().getLedgerCreated();
  created.setCloud("sim");
  created.disownTenancy();
  created.disownEndpoints();
  return draft;
}

// Every event after the first must be, in `copy`, what it is in `origin`.
void compare(const EventStore& origin, const EventStore& copy, Position position) {
  const auto here = origin.scan(2, position);
  const auto there = copy.scan(2, position);
  for (Position at = 2; at <= position; ++at) {
    const bool same =
        here->next() && there->next() && std::ranges::equal(here->bytes(), there->bytes());
    if (!same)
      throw LedgerError(LedgerErrorKind::corrupt,
                        "event " + std::to_string(at) +
                            " did not come out of the fork as it went in; do not use it");
  }
}

}  // namespace

std::unique_ptr<RocksEventStore> fork_ledger(const EventStore& origin, Position position,
                                             const std::filesystem::path& directory,
                                             const Holder& holder, EventDraft opened, Time now) {
  if (position == 0 || position > origin.head().position)
    refuse_fork("a fork begins at one of the positions 1 to " +
                std::to_string(origin.head().position));
  // All of it is read once before anything is made.
  MerkleFrontier tree;
  for (const auto cursor = origin.scan(1, position); cursor->next();) {
    if (capnp::DynamicStruct::Reader(cursor->event().getBody()).which() == nullptr)
      again(cursor->event());
    tree.append(leaf_hash(cursor->bytes()));
  }
  const auto first = origin.scan(1, 1);
  first->next();
  auto store = RocksEventStore::create(directory, holder, rebound(first->event()));
  std::vector<EventDraft> drafts;
  for (const auto cursor = origin.scan(2, position); cursor->next();) {
    drafts.push_back(again(cursor->event()));
    if (drafts.size() < kDraftsABatch) continue;
    store->append(drafts);
    drafts.clear();
  }
  store->append(drafts);
  compare(origin, *store, position);

  const Position session = store->append_one(opened);
  EventDraft forked(kLedgerStream, now, session, position);
  const auto created = first->event().getBody().getLedgerCreated();
  auto body = forked.body().initForked();
  body.setLedgerId(created.getLedgerId());
  body.setPosition(position);
  const Digest root = tree.root();
  body.setRoot({reinterpret_cast<const kj::byte*>(root.data()), root.size()});
  body.setCloud(created.getCloud());
  body.setTenancy(created.getTenancy());
  store->append_one(forked);
  return store;
}

bool is_fork(const EventStore& store) {
  const Term forked = Term::type(static_cast<std::uint16_t>(schema::Event::Body::FORKED));
  return store.find(std::span(&forked, 1), 1)->next();
}

}  // namespace migledger::ledger
