// A ledger that was put back from a copy has forgotten what happened after that copy was made. So
// nothing acts on it until it has been compared with the cloud and that is recorded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/event_store.h"
#include "ledger/fold/unreconciled.h"
#include "workflow/reconcile/reconcile.h"
#include "workflow/run/records.h"

namespace migledger::workflow {

// What a ledger was put back from.
struct Restoring {
  std::string from;  // the directory
  ledger::Position position = 0;
  ledger::Digest root{};
  std::string reason;
};
ledger::EventDraft restored(const Origin& origin, const Restoring& restoring);

// From when on the cloud shows all that the ledger restored at `restoring` has forgotten, as far as
// it ever will: the longest settle window of the plan, and no shorter one than the default, after
// it was restored, or, whatever the clock then read, after `now`.
Time comparable_from(const ledger::EventStore& store, ledger::Position restoring, const Plan& plan,
                     Time now);

// What a comparison that follows a restoring found, and what it means.
struct Comparison {
  std::uint32_t known = 0;
  std::uint32_t orphaned = 0;
  std::uint32_t missing = 0;
  std::uint32_t drifted = 0;
  std::uint32_t unseen = 0;
  std::uint32_t adopted = 0;  // of the orphaned: to be recorded by their steps
  // Of these a person must look at so many: missing, drifted, orphaned by no migration that is
  // known, or of a workflow that cannot be compared. The rest of the unseen can be looked at later.
  std::uint32_t doubtful = 0;
  std::uint32_t not_comparable = 0;   // of the unseen: what is among the doubtful
  std::vector<std::string> findings;  // for people: those that are not known, a line each

  // Whether runs may act. `accepted`: a person says that what is doubtful may be so.
  bool settled(bool accepted) const {
    return unseen == not_comparable && (doubtful == 0 || accepted);
  }
};
Comparison compare(const std::vector<Finding>& findings);

// Keeps what was found; `origin.cause` is the restoring it is about.
ledger::EventDraft reconciled(const Origin& origin, const Comparison& comparison, bool settled);

// What was done about a restoring before anything else.
struct AfterRestoring {
  struct Found {
    Finding finding;
    ledger::Position recorded = 0;  // the order that adopts it; 0: none was recorded
    std::string not_recorded;       // orphaned: why not
  };
  std::vector<Found> found;
  Comparison comparison;
  bool settled = false;  // runs may act
  int exit_code = 0;     // that a run which may not act ends with (README.md, "Exit codes")
};

// Waits until comparable_from(), then compares `store` with the cloud after the restoring at
// `restoring` (ledger::unreconciled()), in a session of its own: has adopted what is orphaned and
// can be, as `reconcile --adopt` does, and records what was found. `adoption` makes an order to
// adopt, with its id and who asks; `accepted`: a person says that what is doubtful may be so.
// Throws LedgerError.
AfterRestoring compare_restored(ledger::EventStore& store, ledger::Position restoring, Cloud& cloud,
                                Clock& clock, const Plan& plan, const Actor& actor, bool accepted,
                                const std::function<Order()>& adoption,
                                const Workflow* (*workflow_named)(std::string_view));

}  // namespace migledger::workflow
