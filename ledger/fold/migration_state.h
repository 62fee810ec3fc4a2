// MigrationState: the fold of one stream. Everything the executor decides from, and nothing that
// the log does not say.
#pragma once

#include <bitset>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/event.h"
#include "ledger/fold/bulk_progress.h"

namespace migledger::ledger {

using StepIndex = std::uint16_t;
inline constexpr StepIndex kNoStep = 0xffff;
inline constexpr std::size_t kMaxSteps = 128;
using StepSet = std::bitset<kMaxSteps>;

// Takes `step` and all after it out of `steps`.
void clear_from(StepSet& steps, StepIndex step);

enum class Status : std::uint8_t { running, parked, done, failed, cancelled, rolled_back };
std::string_view name_of(Status status);

// What a migration is about at the moment. Its steps are those of the workflow for that mode.
enum class Mode : std::uint8_t { forward, cancel, rollback, cleanup, decommission };
std::string_view name_of(Mode mode);
inline constexpr std::uint8_t kModes = 5;

// Where a migration stands, in words for people: "running", "paused", "rolling back", "done", …
std::string_view standing(Status status, Mode mode, bool paused);

// Where the current act step stands.
enum class Phase : std::uint8_t {
  none,      // no intent yet
  open,      // intent recorded, outcome not
  unknown,   // the outcome says: cannot be told
  failed,    // the outcome says: failed
  dead,      // accepted, and then what it made failed
  accepted,  // succeeded
};
std::string_view name_of(Phase phase);

struct Attempt {
  StepIndex step = kNoStep;
  std::uint16_t generation = 0;
  Phase phase = Phase::none;
  schema::ErrorClass error = schema::ErrorClass::NONE;
  std::string code;            // of the error, as the service calls it
  bool doubt = false;          // an earlier sending may have had its effect, or have it yet
  std::uint32_t sends = 0;     // in this generation
  std::uint32_t failures = 0;  // since the last success, over all generations of the step
  // Of what the step made, but for lack of capacity, of a permission, or a lost secret.
  std::uint32_t deaths = 0;
  Position first_intent = 0;  // of this generation: holds the recorded request
  Position latest = 0;        // the last event about this attempt
  Position session = 0;       // that sent it
  Time first_sent{};          // the token's age counts from here
  Time first_cloud_time{};    // the cloud's clock at the look before it; epoch: not known
  Time last_cloud_time{};     // the same of the last sending
  Time last_sent{};
  Time ended{};
  Duration retry_after{};
};

// What the latest looks for the current act step's resource found.
struct Look {
  StepIndex step = kNoStep;
  std::uint16_t generation = 0;
  schema::Probed::Result result = schema::Probed::Result::ABSENT;
  Position position = 0;  // 0: not looked yet
  Position session = 0;
  Time time{};
  Time cloud_time{};     // epoch: the replies had no date
  Time absent_before{};  // the look before this one, when both found nothing; else epoch
  Time tag_absent{};     // the latest search by tag that found nothing; else epoch
  Fields facts;          // what adopting would record
  std::string shown;     // the candidates, for people
};

// Reading for the current step.
struct Reading {
  std::string state;  // as last observed
  std::uint8_t percent = 0;
  std::uint32_t failures = 0;  // in a row
  schema::ErrorClass error = schema::ErrorClass::NONE;
  std::string code;      // of the error, as the service calls it
  Position session = 0;  // of the last failure
  Time failing_since{};  // in that session
  Time failed_at{};
  Position failed_position = 0;
  Duration retry_after{};
};

class MigrationState {
 public:
  // Adds one event of the stream, in order.
  void apply(schema::Event::Reader event);

  bool is_done(StepIndex step) const { return step < kMaxSteps && done_[step]; }
  // The newest generation of an act step; 0 before its first intent.
  std::uint16_t generation(StepIndex step) const {
    return step < generations_.size() ? generations_[step] : std::uint16_t{0};
  }
  std::size_t step_count() const { return steps ? steps->size() : 0; }
  // How many of them, from the first, move the workload.
  std::size_t forward_count() const { return forward ? forward : step_count(); }
  // Nothing is left to do, unless a person wants something.
  bool is_over() const { return status != Status::running && status != Status::parked; }
  std::string_view step_name(StepIndex step) const;

  // What every event touches comes first: a fold goes through many states at once.
  StreamId stream = 0;
  std::uint64_t version = 0;
  Position position = 0;  // of the last event
  Time started{};
  Time updated{};  // time of the last event
  Time entered{};  // when the current step became current, or was gone on with
  Time moved{};    // when the latest page of a walk through objects began or ended
  Status status = Status::running;
  Mode mode = Mode::forward;
  bool reopened = false;  // the plan was changed after the attempt failed
  bool renewed = false;   // a person asked to try again after the attempt failed
  bool cleaned = false;   // what was only needed on the way is gone
  bool decommissioned = false;
  std::uint16_t forward = 0;
  std::uint16_t capacity_failures = 0;  // picks the next configured placement
  Reading reading;
  Attempt attempt;
  Look look;
  BulkProgress bulk;
  Fields facts;
  Fields plan;
  std::string name;
  std::string workflow;
  std::uint32_t workflow_version = 0;
  StepIndex stopped_at = kNoStep;  // the step parked or ended at
  schema::Parked::Kind parked_kind = schema::Parked::Kind::MEND;
  Position parked_session = 0;
  std::shared_ptr<const std::vector<std::string>> steps;
  std::vector<std::string> depends_on;
  std::string reason;                // why it is parked or failed
  std::string need;                  // what a person must do
  Position secret_position = 0;      // of the outcome whose secret is held in memory only
  std::uint64_t unknown_events = 0;  // of kinds this version does not know
  Time done_at{};                    // when the workload was moved; epoch: not, or undone
  Position paused = 0;               // of the steered event that pauses it; 0: none
  std::string pause_words;           // who paused it and why
  StepIndex pause_at = kNoStep;
  Position retried = 0;  // what failed before is no reason to stop any more
  // What a person says the current step made; looked at before it is believed.
  StepIndex named_step = kNoStep;
  std::string named;

 private:
  void start(schema::Event::Reader event);
  void apply_probed(schema::Event::Reader event);
  void apply_intent(schema::Event::Reader event);
  void apply_outcome(schema::Event::Reader event);
  void apply_checked(schema::Event::Reader event);
  void apply_ended(schema::Event::Reader event);
  void apply_steered(schema::Event::Reader event);
  void enter(Mode mode);
  void complete(StepIndex step, Time at);
  void go_back_to(StepIndex step);
  void set_generation(StepIndex step, std::uint16_t generation);
  void forget_look() {
    if (look.position != 0) look = {};
  }

  StepSet done_;
  std::vector<std::uint16_t> generations_;
};

// Replaces `fields` by the recorded list.
Fields fields_of(capnp::List<schema::Field>::Reader list);

}  // namespace migledger::ledger
