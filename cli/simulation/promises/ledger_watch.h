// What is asked of a ledger while it grows: that what it acknowledged stays, that nothing is sent
// before it is recorded, and that no reply is recorded that was not given.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/simulation/promises/violation.h"
#include "ledger/base/sha256.h"
#include "ledger/event/event_store.h"
#include "ledger/fold/fleet_summary.h"
#include "workflow/cloud/request.h"

namespace migledger::simulation {

using Bytes = std::vector<std::byte>;

// acknowledged.cc. Keeps a copy of its own of every event, encoded from what was appended.
class Acknowledged {
 public:
  // The append of these returned: they are durable.
  void add(std::span<ledger::EventDraft> drafts);
  // It did not return: they may be there, all or none.
  void maybe(std::span<ledger::EventDraft> drafts);
  // The ledger was opened again. Throws Violation. What may have been kept and was, is from here
  // on.
  void compare(const ledger::EventStore& store);
  void put_back(ledger::Position head);
  // Not an append of ours: takes over whatever is there beyond.
  void take(const ledger::EventStore& store);

  ledger::Position head() const { return events_.size(); }
  ledger::Digest root() const;  // of the Merkle tree over all of them
  const std::vector<Bytes>& events() const { return events_; }

 private:
  std::vector<Bytes> events_;
  std::vector<Bytes> pending_;
};

// sent_as_recorded.cc
class SentAsRecorded {
 public:
  // An event was acknowledged.
  void recorded(ledger::schema::Event::Reader event);
  // A run begins, or goes on, with what is durable; forgets what is not.
  void put_back(ledger::Position head);
  // A request is about to leave.
  void leaves(const workflow::Request& request) const;
  // A reply was handed to a run.
  void replied(const workflow::Request& request, const workflow::Reply& reply);
  // An outcome is about to be recorded.
  void before_append(ledger::schema::Event::Reader event) const;

 private:
  struct Intent {
    ledger::Position position = 0;
    workflow::Request request;
  };
  struct Told {
    workflow::Reply::Delivery delivery = workflow::Reply::Delivery::unknown;
    int status = 0;
  };
  std::unordered_map<std::string, Intent> intents_;    // by request id
  std::map<ledger::Position, std::string> positions_;  // of intents, to request ids
  std::unordered_map<std::string, Told> told_;         // by request id
  std::map<ledger::StreamId, std::uint64_t> pages_;    // bulk pages begun, by stream
};

// saved_summaries.cc: a saved summary is the fold, also when it is loaded and gone on with.
class SavedSummaries {
 public:
  // Saves one at the head of `store`.
  void save(const ledger::EventStore& store);
  // Goes on from the saved ones; each must come to what a fold from the start comes to.
  void compare(const ledger::EventStore& store) const;
  void put_back(ledger::Position head);

 private:
  std::map<ledger::Position, Bytes> saved_;
};

}  // namespace migledger::simulation
