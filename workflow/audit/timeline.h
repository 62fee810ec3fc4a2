// Timeline: the fold of a ledger into what happened when: sessions, and of every migration its
// stays at steps, with attempts and what was seen, its waits, and what it made. Reports and traces
// are made from it, and from nothing else.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "workflow/reconcile/reconcile_ledger.h"

namespace migledger::workflow {

struct Period {
  Time from{};
  Time to{};  // of what is not over: the time of the last event

  Duration length() const { return to - from; }
};

// How an attempt or a stay at a step ended.
enum class Ending {
  open,       // not yet
  succeeded,  // of a stay: the step is done
  failed,
  unknown,  // of an attempt: whether it happened cannot be told
  left,     // of a stay: something else came before the step was done
};
std::string_view name_of(Ending ending);  // "open", "succeeded", …

// One sending of a request, from its intent to its outcome; or one page of a bulk step.
struct TimelineAttempt {
  ledger::Position intent = 0;   // intent or bulkBegun; 0: adopted without sending
  ledger::Position outcome = 0;  // outcome or bulkEnded; 0: none yet
  Period period;
  std::uint16_t generation = 0;
  std::uint32_t send = 0;  // from 1 in its generation
  std::uint32_t page = 0;  // of a bulk step, from 1; 0: a request
  ledger::Position resends = 0;
  Ending ending = Ending::open;
  ledger::schema::Outcome::How how = ledger::schema::Outcome::How::REPLIED;
  ledger::schema::ErrorClass error = ledger::schema::ErrorClass::NONE;
  std::uint16_t status = 0;  // HTTP status; 0: none was seen
  std::string code;          // of the error
  std::string message;
  std::string method;
  std::string path;
  std::string region;
  std::string key;
  std::string request_id;
  std::string row;  // of the recovery table
};

// Something that was seen at a step, at one moment.
struct Mark {
  enum class Kind {
    observed,     // a state, perhaps a percentage
    looked,       // for what an attempt may have made
    read_failed,  // it could not be looked
    refused,      // a check says that it cannot go on
    dead,         // what an earlier step made has failed
    steered,      // a person asked for something
  };
  Kind kind = Kind::observed;
  ledger::Position position = 0;
  Time time{};
  std::string words;  // "EXPORTING 30 %", "absent", an error, what was asked for
};
std::string_view name_of(Mark::Kind kind);

// One stay at a step: from when it became the migration's current one until it was done or left. A
// step that is gone back to has several.
struct Stay {
  StepIndex step = ledger::kNoStep;
  ledger::Position first = 0;  // its first event
  ledger::Position last = 0;
  Period period;
  Ending ending = Ending::open;
  std::string reason;  // failed: why
  std::vector<TimelineAttempt> attempts;
  std::vector<Mark> marks;
};

// When a migration waited for somebody.
struct Wait {
  enum class Kind { mend, approve, resolve, paused };
  Kind kind = Kind::mend;
  StepIndex step = ledger::kNoStep;  // kNoStep: of the migration as a whole
  ledger::Position first = 0;        // the event that began it
  ledger::Position last = 0;         // that ended it; 0: it goes on
  Period period;
  std::string reason;
  std::string need;
};
std::string_view name_of(Wait::Kind kind);

// Some session's, from when it was opened until it was closed or, cut off, its last event.
struct Session {
  ledger::Position position = 0;
  ledger::Position last = 0;  // its newest event
  Period period;
  bool closed = false;
  std::uint16_t exit_code = 0;
  std::string reason;
  std::string user;
  std::string host;
  std::string version;
  std::string command;
  std::string principal;
  std::string auth_kind;
  std::uint64_t events = 0;
};

struct MigrationTimeline {
  Book book;  // its state, and what it made
  Period period;
  // When there was something to do: not between its end and an order to undo it or to try again.
  std::vector<Period> active;
  std::uint64_t events = 0;
  std::uint64_t attempts = 0;  // requests sent that create, change or remove
  std::uint64_t failures = 0;  // of them that failed, or whose fate is or was not known
  std::vector<Stay> stays;     // in order of time
  std::vector<Wait> waits;
};

// How the time of a migration, or of its stays at a step, was spent. The parts add up to `all`.
struct TimeSpent {
  Duration all{};
  Duration working{};  // by a run, or by the cloud while a run looked on
  Duration waiting{};  // for a person, or paused
  Duration idle{};     // nobody ran migledger

  void add(const TimeSpent& other);
};

class Timeline {
 public:
  // Keeps only migrations of the streams in `only`; empty: all.
  explicit Timeline(std::set<ledger::StreamId> only = {}) : only_(std::move(only)) {}

  // Adds one event, in order of positions.
  void apply(ledger::schema::Event::Reader event);

  // Call once after the last event: what is open lasts until then.
  void finish();

  ledger::Position position() const { return position_; }
  Time time() const { return time_; }    // of the last event
  Time begun() const { return begun_; }  // of the first
  const std::string& ledger_id() const { return ledger_id_; }
  const std::string& cloud() const { return cloud_; }
  const std::string& tenancy() const { return tenancy_; }  // empty: not known
  bool simulated() const { return cloud_ == "sim"; }
  std::uint64_t tails_dropped() const { return tails_dropped_; }
  const std::vector<Session>& sessions() const { return sessions_; }
  // When all migrations were paused together.
  const std::vector<Wait>& holds() const { return holds_; }
  // In the order in which they started.
  const std::vector<std::unique_ptr<MigrationTimeline>>& migrations() const { return migrations_; }

  // What a migration made, in the order of its making, kind by kind; empty when this version does
  // not know its workflow.
  std::vector<Entry> resources(const MigrationTimeline& migration) const;

  // How the migration spent that time. After finish().
  TimeSpent spent(const MigrationTimeline& migration, Period period) const;

 private:
  Duration run_within(Period period) const;
  void apply_to_ledger(ledger::schema::Event::Reader event);
  void note_session(ledger::schema::Event::Reader event);

  std::set<ledger::StreamId> only_;
  ledger::Position position_ = 0;
  Time time_{};
  Time begun_{};
  std::string ledger_id_;
  std::string cloud_;
  std::string tenancy_;
  std::uint64_t tails_dropped_ = 0;
  ledger::Position held_ = 0;
  std::vector<Session> sessions_;
  std::vector<Wait> holds_;
  std::vector<Period> run_;  // when anybody ran migledger: disjoint, in order
  std::vector<std::unique_ptr<MigrationTimeline>> migrations_;
  std::unordered_map<ledger::StreamId, MigrationTimeline*> by_stream_;
};

// Of all the time in which it was active; after finish().
TimeSpent time_spent(const Timeline& timeline, const MigrationTimeline& migration);

// All stays of the migrations at one step.
struct StepCost {
  std::string workflow;
  std::string step;
  std::string title;             // for people; empty: this version does not know the step
  std::uint64_t migrations = 0;  // that were at it
  std::uint64_t stays = 0;
  std::uint64_t attempts = 0;
  std::uint64_t failures = 0;  // of them and of pages, fates unknown included
  std::uint64_t failed_stays = 0;
  TimeSpent spent;    // of all stays together
  Duration median{};  // of the stays
  Duration longest{};
  const MigrationTimeline* slowest = nullptr;  // whose stay was the longest
};

// By workflow, in the order of its steps.
std::vector<StepCost> step_costs(const Timeline& timeline);

// The step's words for people, as this version's workflow has them, or its name.
std::string_view title_of(const Book& book, StepIndex step);

}  // namespace migledger::workflow
