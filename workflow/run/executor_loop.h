// The inside of the executor: its loop, and what it holds of each migration. Its parts are
// executor_loop.cc (the loop), executor_deciding.cc, executor_reading.cc, executor_sending.cc,
// executor_bulk.cc and executor_steering.cc.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "workflow/bulk/bulk_walk.h"
#include "workflow/cloud/redact.h"
#include "workflow/decide/decide.h"
#include "workflow/run/executor.h"
#include "workflow/run/reader.h"
#include "workflow/run/records.h"
#include "workflow/run/run_clock.h"
#include "workflow/run/silence.h"
#include "workflow/run/start_queue.h"
#include "workflow/run/steering.h"

namespace migledger::workflow {

using ledger::EventDraft;
using ledger::Position;
using ledger::Status;
using ledger::StreamId;
namespace schema = ledger::schema;

// Reading for one migration: a check, a poll, a look, or what a failed work request left.
struct Job {
  enum class Purpose { read, look, look_by_tag, look_named, postmortem };
  std::uint64_t number = 0;  // an answer to an earlier job is none to this one
  Purpose purpose = Purpose::read;
  StepIndex step = ledger::kNoStep;
  std::uint16_t generation = 0;
  Position because = 0;
  bool in_bulk = false;
  bool thorough = true;
  Time since{};  // what is read may be as old as that
  std::vector<Answer> answers;
  Verdict verdict;                 // postmortem: the death it explains
  std::vector<Request> remaining;  // postmortem
  std::vector<std::string> evidence;
};

struct Migration {
  MigrationState state;
  bool of_run = false;                  // of the plan that is run, or moved on by an order in it
  StepIndex current = ledger::kNoStep;  // that next_poll is about
  bool active = false;                  // one of those that run at once
  bool over = false;                    // nothing to do in this run, as far as is known
  bool queued = false;                  // to be decided about
  Time next_poll{};
  std::unique_ptr<Job> job;
  std::unique_ptr<BulkWalk> walk;
  std::uint64_t walk_number = 0;  // an answer to an earlier walk is none to this one
  std::size_t walk_calls = 0;     // of this walk, under way
  Time walk_due{};                // when it is woken
};

struct Sending {
  StreamId stream = 0;
  StepIndex step = ledger::kNoStep;
  std::uint16_t generation = 0;
  Position intent = 0;
  std::string secret_body;  // as recorded, with its placeholders; empty: it has none
};

// A call of a walk.
struct Walking {
  StreamId stream = 0;
  std::uint64_t walk = 0;
  BulkCall call;
};

inline std::vector<StepIndex> steps_that_plans_approve(const Workflow& workflow) {
  std::vector<StepIndex> steps;
  for (StepIndex i = 0; i < workflow.steps.size(); ++i)
    if (workflow.steps[i].approved_by_plan) steps.push_back(i);
  return steps;
}

class Executor::Loop {
 public:
  Loop(ledger::EventStore& store, Cloud& cloud, Clock& clock, RunOptions options,
       Observer* observer, const Workflow& workflow)
      : store_(store),
        cloud_(cloud),
        clock_(clock, store.head().time),
        options_(std::move(options)),
        observer_(observer),
        workflow_(workflow),
        plan_approves_(steps_that_plans_approve(workflow)),
        reader_(cloud, next_call_) {}

  RunResult run(const Plan& plan);

  void stop() {
    ++stops_;
    cloud_.interrupt();
  }

  void wake() { cloud_.interrupt(); }

  void for_each(const std::function<void(const MigrationState&)>& visit) const {
    for (const auto& [stream, migration] : migrations_) visit(migration->state);
  }

 private:
  struct Pending {
    EventDraft draft;
    std::function<void(schema::Event::Reader)> then;  // once durable and applied; may be null
    bool begins = false;    // something new, so it is dropped when the run is to end
    std::size_t calls = 0;  // that are promised to it
  };

  void open_session();
  void load(const Plan& plan);
  std::unique_ptr<Migration> load_migration(StreamId stream);
  Migration& take_in(std::unique_ptr<Migration> migration);
  void record_lost();
  bool start_more();  // false: there was nothing to start, or no room
  // Applies an event of a migration that is durable.
  void apply(Migration& migration, schema::Event::Reader event);
  void accept_change(Migration& migration, const PlannedMigration& planned);
  // Of a migration that this run or an earlier one began; null: none did.
  const MigrationState* state_named(const std::string& name);
  bool is_done(const std::string& name);
  std::string why_not_started(const PlannedMigration& planned);
  void count_results();
  void take_orders();
  OrderAnswer carry_out(const Order& order);
  void go_on_with(Migration& migration);
  bool is_held(const Migration& migration) const {
    return held_ != 0 || migration.state.paused != 0 || migration.state.pause_at != ledger::kNoStep;
  }
  void flush();
  void drop_beginnings();
  void advance(Migration& migration);
  void decide_about(Migration& migration);
  // Whether a step has further items once `facts` are known.
  bool has_more(const Migration& migration, StepIndex step, std::uint16_t generation,
                const ledger::Fields& facts) const;
  void set_current(Migration& migration, StepIndex step);
  bool record_approval_by_plan(const Migration& migration, const Decision& decision);
  void append_approval(const Migration& migration, Position because, StepIndex step,
                       std::string_view what, schema::Approved::How how, std::string_view given);
  bool in_bulk() const;
  Time oldest_answer(const Migration& migration, Job::Purpose purpose, const Step& step) const;

  void begin_job(Migration& migration, Job::Purpose purpose, const Decision& decision);
  void ask_on(Migration& migration);
  void take_answer(StreamId stream, std::uint64_t job, const Answer& answer);
  void conclude(Migration& migration);
  void conclude_reading(Migration& migration, const View& view);
  void conclude_look(Migration& migration, const View& view);
  void begin_postmortem(Migration& migration, const View& view, Verdict verdict);
  void record_death(Migration& migration);

  void send(Migration& migration, const Decision& decision);
  void send_again(Migration& migration, const Decision& decision);
  void complete_sending(const Sending& sending, Reply reply);
  void launch(CallId call, Sending sending, Request request);

  class WalkPort;
  void walk_on(Migration& migration, const Decision& decision);
  void complete_walking(const Walking& walking, const Reply& reply);

  void append(EventDraft draft) { pending_.push_back({std::move(draft), nullptr}); }
  // Appends what begins something new, which `then` does: for an intent one call is promised.
  void append_beginning(EventDraft draft, std::size_t calls,
                        std::function<void(schema::Event::Reader)> then) {
    reserved_ += calls;
    pending_.push_back({std::move(draft), std::move(then), true, calls});
  }
  Origin origin(const Migration& migration, Position cause) const {
    return {migration.state.stream, now_, session_, cause};
  }
  void queue(Migration& migration) {
    if (migration.queued) return;
    migration.queued = true;
    ready_.push_back(migration.state.stream);
  }
  void activate(Migration& migration) {
    migration.active = true;
    migration.over = false;
    ++active_;
    queue(migration);
  }
  void wake_at(Migration& migration, Time at) { timers_.emplace(at, migration.state.stream); }
  Migration& at(StreamId stream) { return *migrations_.at(stream); }
  void take_completions();
  bool wake_starved();
  void take(Completion completion);
  void wait();
  bool draining() const {
    return stops_ > 0 || !result_.credentials_error.empty() || !result_.unreachable.empty();
  }
  std::string keep(std::string_view body) {
    if (!options_.keep_evidence || body.empty()) return {};
    evidence_kept_ = true;
    return options_.keep_evidence(redact_body(body));
  }
  void debug(const std::string& words) const {
    if (options_.debug) options_.debug(words);
  }

  ledger::EventStore& store_;
  Cloud& cloud_;
  RunClock clock_;
  RunOptions options_;
  Observer* observer_;
  const Workflow& workflow_;
  const std::vector<StepIndex> plan_approves_;  // steps that a plan can approve

  std::atomic<int> stops_{0};
  RunResult result_;
  std::string ledger_id_;
  Position session_ = 0;
  Position held_ = 0;  // the steered event that holds all migrations
  std::uint64_t jobs_ = 0;
  Time now_{};
  Secrets secrets_;
  CallId next_call_ = 0;
  Reader reader_;
  std::string transport_;
  std::unordered_map<StreamId, std::unique_ptr<Migration>> migrations_;
  std::unordered_map<std::string, StreamId> by_name_;
  std::deque<StreamId> unresumed_;              // of the ledger, not yet under way in this run
  std::set<std::string, std::less<>> planned_;  // names of those of the run
  StartQueue unstarted_;
  std::unordered_map<std::string, std::optional<MigrationState>> others_;  // of the ledger only
  std::size_t active_ = 0;
  std::deque<StreamId> ready_;
  std::deque<StreamId> starved_;  // would send, but the cloud takes no more calls now
  std::vector<Pending> pending_;
  std::size_t reserved_ = 0;  // calls promised to pending intents
  Silence silence_;
  bool evidence_kept_ = false;  // and not synced yet
  std::unordered_map<CallId, Sending> sending_;
  std::unordered_map<CallId, Walking> walking_;
  using Timer = std::pair<Time, StreamId>;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

}  // namespace migledger::workflow
