// Recheck: every decision that a ledger records, made again by this build from the events before
// it. What `replay --check` reports, and what a simulation may ask after any run: linear in the
// number of events, one pass, one state a migration.
//
// Judged, with the state before the event and the clock, session and hold of then:
//   migrationStarted  that nothing held it back: what it depends on was done, nothing was paused
//   intent            step, generation, row, key, guard, number of the sending, and the request: a
//                     first one as this build would build it, one sent again by which it repeats
//   outcome           adopted, claimed, named by a person: that a look had found it, the facts, the
//                     row; proven: that it was proven; lost: that the run that sent it was gone;
//                     replied: that it answers the intent that was open, and whether more follows
//   probed            that a look was due: in a list, by tag, or at what was named; step, generation
//   checked, observed, readFailed
//                     that this step was to be read then (or looked for), and where a death leads
//                     back to
//   bulkBegun, bulkEnded
//                     that this step was walking
//   parked, approved, ended
//                     that it had come to that, the step, and the words
// Not judged: what the cloud answered and what a step read in it; when a poll was made, among the
// moments at which it could have been; what people asked for; sessions; events of migrations whose
// workflow this build does not have as it was then; events of kinds it does not know.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ledger/event/event.h"

namespace migledger::workflow {

// Texts are as recorded or as decided; not printable yet.
struct Disagreement {
  ledger::Position position = 0;  // of the event that records the decision
  ledger::StreamId stream = 0;
  std::string migration;
  std::string recorded;          // "send create-image, generation 1 (row first)"
  std::string decided;           // what this build decides instead
  std::string row;               // of decide() or of the recovery table, that decides it
  ledger::Position because = 0;  // the newest event that this decision rests on
  // The same is decided, and only said in other words.
  bool words_only = false;
};

struct RecheckCounts {
  std::uint64_t events = 0;
  std::uint64_t judged = 0;
  std::uint64_t by_people = 0;  // orders, changes of plan
  std::uint64_t of_ledger = 0;  // its own stream
  std::uint64_t not_known = 0;  // another workflow than this build has, or a newer kind of event
};

class Recheck {
 public:
  Recheck();
  ~Recheck();
  Recheck(const Recheck&) = delete;
  Recheck& operator=(const Recheck&) = delete;

  // Judges the event, and goes on to the state after it. Events come in order of their positions,
  // from the first one on. Throws LedgerError(corrupt) for an event that cannot be folded.
  std::optional<Disagreement> add(ledger::schema::Event::Reader event);

  const RecheckCounts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace migledger::workflow
