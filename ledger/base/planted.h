// Bugs that can be planted, one at a time, to prove that the simulation would find them
// (tests/simulation/planted_bugs.cc). Only that one test is compiled with them: everywhere else
// planted() is false at compile time, and nothing of them is left in the program.
#pragma once

#include <cstdint>

namespace migledger::ledger {

enum class PlantedBug : std::uint8_t {
  none,
  // The log.
  skip_sync,           // an append is acknowledged without a sync
  drop_last_of_batch,  // the last event of a batch is acknowledged and not stored
  unknown_as_success,  // an event of an unknown kind is folded as a success
  forget_hold,         // a saved summary leaves out that everything is paused
  // The order of things.
  send_before_intent,     // a request leaves before its intent is durable
  outcome_before_effect,  // a success is recorded when a request is sent, not when it is answered
  rebuild_request,        // what is sent again is built anew from today's plan, under the same key
  ignore_dependencies,    // a migration begins before those that it depends on are done
  ignore_pause,           // what is paused goes on
  approve_itself,         // what a person must approve is done without
  // Recovery.
  no_first_look,         // nothing is looked for before it is made for the first time
  forget_open_intent,    // what an earlier run sent and never heard of counts as never sent
  forget_doubt,          // an earlier sending of the same request is forgotten
  one_absent_is_proof,   // one look without it proves that nothing was made
  no_settle_window,      // however soon after the sending they were looked for
  retry_fatal,           // what will never succeed is sent again and again
  gone_work_is_failure,  // a work request that is not kept any more counts as failed
  forget_restoring,      // a ledger that was put back is acted on as if it were not
  // What is whose.
  adopt_foreign,    // whatever bears the right name is adopted
  ignore_claim,     // a source that another ledger has claimed is moved all the same
  leave_others,     // undoing removes what the ledger names, and leaves what else it made
  secret_in_facts,  // the URL of a pre-authenticated request is recorded as it is
};
inline constexpr std::uint8_t kPlantedBugs = 23;  // with none

#ifdef MIGLEDGER_PLANTED_BUGS
inline PlantedBug planted_bug = PlantedBug::none;
inline bool planted(PlantedBug bug) { return planted_bug == bug; }
#else
constexpr bool planted(PlantedBug) { return false; }
#endif

}  // namespace migledger::ledger
