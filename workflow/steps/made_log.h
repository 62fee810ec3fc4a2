// MadeLog: the fold of one stream into what the migration made in the cloud, and what it removed.
// MigrationState keeps of that only what decisions need.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/fold/bulk_progress.h"
#include "ledger/fold/migration_state.h"

namespace migledger::workflow {

// Something that an act step made or found in the cloud, as its outcome says.
struct Resource {
  ledger::StepIndex step = ledger::kNoStep;
  std::uint16_t generation = 0;
  ledger::Position position = 0;  // of the outcome
  ledger::schema::Outcome::How how = ledger::schema::Outcome::How::REPLIED;
  ledger::Fields facts;
  std::string work_request;
  bool dead = false;  // it failed later
};

// A request to remove something.
struct Removal {
  ledger::Position position = 0;  // of the newest event about it
  bool succeeded = false;
};

// A walk through a bucket (bulk.h), which may be made several times.
struct Walked {
  Time begun{};                   // the last time
  ledger::BulkProgress progress;  // of that
  ledger::Position latest = 0;    // the newest event of it
  // When the newest one was begun that came through all pages, and failed with none; Time{}: none.
  Time through{};
};

class MadeLog {
 public:
  // Adds one event of the stream, in order.
  void apply(ledger::schema::Event::Reader event);

  // In the order of their outcomes.
  const std::vector<Resource>& resources() const { return resources_; }

  // The newest request to remove the one whose path ends with `id`; null: none was sent.
  const Removal* removal_of(std::string_view id) const;

  // The newest outcome of `step` that says that it found nothing, or nothing more, to do; 0: none.
  ledger::Position found_done(ledger::StepIndex step) const;

  // The walk of a step; null: it has not been begun.
  const Walked* walked(ledger::StepIndex step) const;

 private:
  void apply_intent(ledger::schema::Event::Reader event);
  void apply_outcome(ledger::schema::Event::Reader event);
  void apply_death(ledger::schema::Checked::Reader checked);
  void apply_bulk(ledger::schema::Event::Reader event);

  std::vector<Resource> resources_;
  std::map<std::string, Removal, std::less<>> removals_;     // by the last part of the path
  std::map<ledger::Position, std::string> removing_;         // by the intent that holds it
  std::map<ledger::Position, ledger::Position> sent_again_;  // from an intent to the first
  std::map<ledger::StepIndex, ledger::Position> found_done_;
  std::map<ledger::StepIndex, Walked> walks_;
};

}  // namespace migledger::workflow
