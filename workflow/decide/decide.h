// decide(): what to do next, from the state and nothing else. All branching is here and in
// recovery.h; "why did it do that?" is answered by calling it again with the events before.
#pragma once

#include <string>

#include "workflow/decide/recovery.h"
#include "workflow/model/step.h"

namespace migledger::workflow {

struct Context {
  Time now{};
  ledger::Position session = 0;  // the sessionOpened event of who asks
  std::string_view ledger_id;
  ledger::Position held = 0;  // the steered event that holds all migrations; 0: none does
};

struct Decision {
  enum class Kind {
    read,  // a check or an await: read, and judge
    look,  // for the resource of an act step
    look_by_tag,
    look_named,  // at the resource that a person says it is
    send,        // a new request: `generation`
    resend,      // the request recorded with the first intent of `generation`, unchanged
    adopt,       // what the look found
    give_up,     // record that nothing came of what was sent
    reopen,      // go back to `reopens`: a secret was lost with the session that held it
    walk,        // on with a walk through objects
    in_flight,   // a reply is being waited for
    wait,        // until `until`
    park,        // a person is needed
    approve,     // a person must approve
    fail,        // the migration has failed
    finish,      // every step is done
    stop_run,    // credentials
    over,        // ended or parked: nothing to do
  };
  Kind kind = Kind::over;
  Row row = Row::finished;
  StepIndex step = ledger::kNoStep;
  std::uint16_t generation = 0;
  StepIndex reopens = ledger::kNoStep;
  Time until{};                  // wait; for read, walk and look: not before
  std::string reason;            // for people
  std::string need;              // park, approve: what a person must do
  ledger::Position because = 0;  // the event it reacts to
};
std::string_view name_of(Decision::Kind kind);

Decision decide(const Workflow& workflow, const MigrationState& state, const Context& context);

// The step that is current: the first of the migration's mode that applies and is not done; before
// any of another mode than forward, the one whose fate is open. kNoStep when all are done.
StepIndex current_step(const Workflow& workflow, const MigrationState& state,
                       std::string_view ledger_id);

// What a step sees of a state. For an act step `generation` is the one a decision is about; for
// an await step it is that of its act step.
View view_of(const Workflow& workflow, const MigrationState& state, std::string_view ledger_id,
             StepIndex step, std::uint16_t generation = 0);

}  // namespace migledger::workflow
