// History: the events of one migration, written one after the other as the executor would, and the
// state and decision that follow. Steps go by their names in the workflow, times by seconds.
#pragma once

#include <string>
#include <string_view>

#include "workflow/compute/compute_workflow.h"
#include "workflow/decide/decide.h"
#include "workflow/run/records.h"

namespace migledger::testing {

class History {
 public:
  // Begins with a session and the start of a migration with `plan`, at second 0.
  explicit History(workflow::PlannedMigration plan,
                   const workflow::Workflow& workflow = workflow::compute_workflow());

  History& at(double seconds);  // of what follows, from the start
  History& new_session();       // what was open is lost

  // Marks checks ok and approvals given, and acts as adopted, up to (not including) `step`.
  History& done_before(std::string_view step);
  History& ok(std::string_view step, ledger::Fields facts = {});
  History& refused(std::string_view step, const std::string& message);
  History& dead(std::string_view step, workflow::ErrorClass error, std::string_view reopens);
  History& seen(std::string_view step, std::string_view state, int percent = 0);
  History& read_failed(std::string_view step, workflow::ErrorClass error,
                       Duration retry_after = {});

  // `cloud_seconds`: the Date of the reply, from the start; below zero: it had none.
  History& look(std::string_view step, workflow::Sighting::Kind found, double cloud_seconds = -1);
  History& look_by_tag(std::string_view step, workflow::Sighting::Kind found);
  History& sent(std::string_view step, std::uint16_t generation = 1);
  History& sent_again(std::string_view step);
  History& succeeded(std::string_view step, ledger::Fields facts = {},
                     ledger::schema::Outcome::How how = ledger::schema::Outcome::How::REPLIED);
  History& failed(std::string_view step, workflow::ErrorClass error, Duration retry_after = {});
  History& unknown(std::string_view step);

  History& parked(ledger::schema::Parked::Kind kind = ledger::schema::Parked::Kind::MEND);
  History& ended(ledger::schema::Ended::Result result);
  History& approved(std::string_view step);
  History& steered(ledger::schema::Steered::Verb verb);
  History& plan(std::string_view field, std::string_view value);
  History& newer_event();  // of a kind that this version does not know

  const ledger::MigrationState& state() const { return state_; }
  workflow::Decision decide() const;
  // "send launch-instance 2 (next-placement)": what is decided, for whom, generation and row.
  std::string next() const;
  workflow::StepIndex step(std::string_view name) const;
  Time now() const { return now_; }
  Time time(double seconds) const;

 private:
  workflow::Origin origin() const { return {state_.stream, now_, session_, position_}; }
  History& add(ledger::EventDraft draft);
  History& answered(std::string_view step, ledger::schema::Outcome::Result result,
                    workflow::Failure failure, ledger::Fields facts,
                    ledger::schema::Outcome::How how);

  const workflow::Workflow& workflow_;
  workflow::PlannedMigration plan_;
  ledger::MigrationState state_;
  Time now_;
  ledger::Position position_ = 0;
  ledger::Position session_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace migledger::testing
