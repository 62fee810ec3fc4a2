#include "workflow/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <queue>
#include <unordered_map>
#include <utility>

#include "ledger/errors.h"
#include "workflow/decide.h"
#include "workflow/json.h"
#include "workflow/pacing.h"
#include "workflow/plan_guard.h"
#include "workflow/reader.h"
#include "workflow/records.h"
#include "workflow/redact.h"
#include "workflow/retry_policy.h"

namespace migledger::workflow {

using ledger::EventDraft;
using ledger::Position;
using ledger::Status;
using ledger::StreamId;
namespace schema = ledger::schema;

namespace {

// From here on lists are read: one call serves all who ask about something in it.
constexpr std::size_t kBulk = 4;
// Up to here lists have few pages, and are read ahead.
constexpr std::size_t kAhead = 1000;
// Completions taken before they are recorded, so that one sync does not wait for a flood.
constexpr int kMostAtOnce = 4096;

// Reading for one migration: a check, a poll, a look, or what a failed work request left.
struct Job {
  enum class Purpose { read, look, look_by_tag, postmortem };
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
  StepIndex current = ledger::kNoStep;  // that next_poll is about
  bool over = false;
  bool queued = false;  // to be decided about
  Time next_poll{};
  std::unique_ptr<Job> job;
};

struct Sending {
  StreamId stream = 0;
  StepIndex step = ledger::kNoStep;
  std::uint16_t generation = 0;
  Position intent = 0;
};

}  // namespace

class Executor::Loop {
 public:
  Loop(ledger::EventStore& store, Cloud& cloud, Clock& clock, RunOptions options,
       Observer* observer, const Workflow& workflow)
      : store_(store),
        cloud_(cloud),
        clock_(clock),
        options_(std::move(options)),
        observer_(observer),
        workflow_(workflow),
        reader_(cloud, next_call_) {}

  RunResult run(const Plan& plan);

  void stop() {
    ++stops_;
    cloud_.interrupt();
  }

  void for_each(const std::function<void(const MigrationState&)>& visit) const {
    for (const auto& [stream, migration] : migrations_) visit(migration->state);
  }

 private:
  struct Pending {
    EventDraft draft;
    std::function<void(schema::Event::Reader)> then;  // once durable and applied; may be null
  };

  void open_session();
  void load(const Plan& plan);
  bool start_more();  // false: there was nothing to start, or no room
  void accept_change(Migration& migration, const PlannedMigration& planned);
  bool is_done(const std::string& name);
  bool dependencies_done(const PlannedMigration& planned);
  void flush();
  void advance(Migration& migration);
  void decide_about(Migration& migration);
  void set_current(Migration& migration, StepIndex step);

  void begin_job(Migration& migration, Job::Purpose purpose, const Decision& decision);
  void ask_on(Migration& migration);
  void take_answer(StreamId stream, const Answer& answer);
  void conclude(Migration& migration);
  void conclude_reading(Migration& migration, const View& view);
  void conclude_look(Migration& migration, const View& view);
  void begin_postmortem(Migration& migration, const View& view, Verdict verdict);
  void record_death(Migration& migration);

  void send(Migration& migration, const Decision& decision);
  void send_again(Migration& migration, const Decision& decision);
  void complete_sending(const Sending& sending, Reply reply);
  void launch(CallId call, Sending sending, Request request);

  void append(EventDraft draft, std::function<void(schema::Event::Reader)> then = nullptr) {
    pending_.push_back({std::move(draft), std::move(then)});
  }
  Origin origin(const Migration& migration, Position cause) const {
    return {migration.state.stream, now_, session_, cause};
  }
  void queue(Migration& migration) {
    if (migration.queued) return;
    migration.queued = true;
    ready_.push_back(migration.state.stream);
  }
  void wake_at(Migration& migration, Time at) { timers_.emplace(at, migration.state.stream); }
  Migration& at(StreamId stream) { return *migrations_.at(stream); }
  void take_completions();
  bool wake_starved();
  void take(Completion completion);
  void wait();
  bool draining() const { return stops_ > 0 || !result_.credentials_error.empty(); }
  Time read_clock() { return std::max(clock_.now(), store_.head().time); }
  std::string keep(std::string_view body) const {
    if (!options_.keep_evidence || body.empty()) return {};
    return options_.keep_evidence(redact_body(body));
  }
  void debug(const std::string& words) const {
    if (options_.debug) options_.debug(words);
  }

  ledger::EventStore& store_;
  Cloud& cloud_;
  Clock& clock_;
  RunOptions options_;
  Observer* observer_;
  const Workflow& workflow_;

  std::atomic<int> stops_{0};
  RunResult result_;
  std::string ledger_id_;
  Position session_ = 0;
  Time now_{};
  Secrets secrets_;
  CallId next_call_ = 0;
  Reader reader_;
  std::string transport_;
  std::unordered_map<StreamId, std::unique_ptr<Migration>> migrations_;
  std::unordered_map<std::string, StreamId> by_name_;
  std::deque<const PlannedMigration*> unstarted_;
  std::size_t active_ = 0;
  std::deque<StreamId> ready_;
  std::deque<StreamId> starved_;  // would send, but the cloud takes no more calls now
  std::vector<Pending> pending_;
  std::size_t reserved_ = 0;  // calls promised to pending intents
  std::unordered_map<CallId, Sending> sending_;
  using Timer = std::pair<Time, StreamId>;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

// ---- the loop ----------------------------------------------------------------------------------

RunResult Executor::Loop::run(const Plan& plan) {
  secrets_ = plan.secrets;
  now_ = read_clock();
  open_session();
  const std::string still_running = cloud_.quiesce(options_.quiesce_patience);
  if (!still_running.empty())
    throw std::runtime_error("a process started by an earlier run may still send something: " +
                             still_running + "; end it, then run again");
  now_ = read_clock();
  load(plan);
  while (true) {
    now_ = read_clock();
    if (stops_ > 1) {
      cloud_.abandon();
      break;
    }
    take_completions();
    if (draining()) {
      reader_.drop();
      flush();
      if (sending_.empty()) break;
      wait();
      continue;
    }
    flush();
    start_more();
    while (!timers_.empty() && timers_.top().first <= now_) {
      const StreamId stream = timers_.top().second;
      timers_.pop();
      queue(at(stream));
    }
    wake_starved();
    // Decisions see only what is durable: those that follow from an append wait for its sync.
    while (!ready_.empty()) {
      Migration& migration = at(ready_.front());
      ready_.pop_front();
      migration.queued = false;
      advance(migration);
      if (draining()) break;
    }
    // What has just ended made room, and may be what others depend on. And a decision may have
    // ended the run: then there may be nothing left to wait for.
    if (draining() || !pending_.empty() || start_more()) continue;
    if (wake_starved()) continue;
    reader_.pump(now_);
    if (active_ == 0 && unstarted_.empty()) break;
    if (active_ == 0 && sending_.empty()) break;  // the rest waits for what did not get done
    wait();
  }
  result_.interrupted = stops_ > 0;
  result_.not_started = unstarted_.size();
  for (const auto& [stream, migration] : migrations_) {
    switch (migration->state.status) {
      case Status::done:
        ++result_.done;
        break;
      case Status::failed:
        ++result_.failed;
        break;
      case Status::parked:
        ++result_.parked;
        break;
      case Status::running:
        break;
    }
  }
  if (stops_ <= 1) {
    now_ = read_clock();
    std::vector<EventDraft> last;
    last.push_back(session_closed({ledger::kLedgerStream, now_, session_, session_},
                                  exit_code(result_), words(result_)));
    store_.append(last);
  }
  return result_;
}

void Executor::Loop::open_session() {
  const auto first = store_.scan(1, 1);
  if (!first->next() || !first->event().getBody().isLedgerCreated())
    throw ledger::LedgerError(ledger::LedgerErrorKind::corrupt,
                              "the ledger does not begin with ledgerCreated");
  ledger_id_ = ledger::view(first->event().getBody().getLedgerCreated().getLedgerId());
  const CloudIdentity identity = cloud_.identity();
  transport_ = identity.transport;
  EventDraft opened = session_opened({ledger::kLedgerStream, now_, 0, 0}, options_.actor, identity);
  session_ = store_.append_one(opened);
}

void Executor::Loop::load(const Plan& plan) {
  for (const auto& planned : plan.migrations) {
    const auto stream = store_.find_stream(planned.name);
    if (!stream) {
      unstarted_.push_back(&planned);
      continue;
    }
    auto migration = std::make_unique<Migration>();
    for (const auto cursor = store_.scan_stream(*stream); cursor->next();)
      migration->state.apply(cursor->event());
    const auto& state = migration->state;
    bool same = state.workflow == workflow_.name && state.step_count() == workflow_.steps.size();
    for (StepIndex i = 0; same && i < workflow_.steps.size(); ++i)
      same = state.step_name(i) == workflow_.steps[i].name;
    if (!same)
      throw ledger::LedgerError(
          ledger::LedgerErrorKind::refused,
          fmt::format("migration \"{}\" was started by workflow {} version {} with other steps; go "
                      "on with the migledger that started it",
                      state.name, state.workflow, state.workflow_version));
    accept_change(*migration, planned);
    by_name_[planned.name] = *stream;
    Migration& loaded = *(migrations_[*stream] = std::move(migration));
    ++active_;
    queue(loaded);
  }
}

void Executor::Loop::accept_change(Migration& migration, const PlannedMigration& planned) {
  const PlanChange change = judge_change(workflow_, migration.state, planned);
  if (change.fields.empty() || migration.state.status == Status::done) return;
  if (!options_.accept_plan_change || !change.refused.empty())
    throw std::logic_error("the plan of \"" + planned.name + "\" differs from the ledger's");
  EventDraft draft = plan_changed({migration.state.stream, now_, session_, session_}, planned,
                                  "--accept-plan-change", change.recheck);
  store_.append_one(draft);
  migration.state.apply(draft.reader());
  if (observer_) observer_->appended(migration.state, draft.reader());
}

bool Executor::Loop::is_done(const std::string& name) {
  const auto it = by_name_.find(name);
  if (it != by_name_.end()) return migrations_.at(it->second)->state.status == Status::done;
  // Of the ledger, but not of this run.
  const auto stream = store_.find_stream(name);
  if (!stream) return false;
  MigrationState state;
  for (const auto cursor = store_.scan_stream(*stream); cursor->next();)
    state.apply(cursor->event());
  return state.status == Status::done;
}

bool Executor::Loop::dependencies_done(const PlannedMigration& planned) {
  return std::all_of(planned.depends_on.begin(), planned.depends_on.end(),
                     [&](const auto& name) { return is_done(name); });
}

bool Executor::Loop::start_more() {
  std::vector<EventDraft> drafts;
  for (auto it = unstarted_.begin();
       it != unstarted_.end() && active_ + drafts.size() < options_.parallel;) {
    if (!dependencies_done(**it)) {
      ++it;
      continue;
    }
    drafts.push_back(
        migration_started({ledger::kNewStream, now_, session_, session_}, workflow_, **it));
    it = unstarted_.erase(it);
  }
  if (drafts.empty()) return false;
  store_.append(drafts);
  for (const auto& draft : drafts) {
    const auto event = draft.reader();
    auto migration = std::make_unique<Migration>();
    migration->state.apply(event);
    Migration& started = *(migrations_[event.getStream()] = std::move(migration));
    by_name_[started.state.name] = event.getStream();
    ++active_;
    if (observer_) observer_->appended(started.state, event);
    queue(started);
  }
  return true;
}

void Executor::Loop::flush() {
  if (pending_.empty()) return;
  std::vector<Pending> batch;
  batch.swap(pending_);
  std::vector<EventDraft> drafts;
  drafts.reserve(batch.size());
  // Two appends to one stream in a batch follow each other; the store counts the versions.
  for (auto& pending : batch) drafts.push_back(std::move(pending.draft));
  store_.append(drafts);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto event = drafts[i].reader();
    Migration& migration = at(event.getStream());
    migration.state.apply(event);
    if (observer_) observer_->appended(migration.state, event);
    if (batch[i].then) batch[i].then(event);
    queue(migration);
  }
}

void Executor::Loop::take_completions() {
  for (int i = 0; i < kMostAtOnce; ++i) {
    auto completion = cloud_.next(Time::min());
    if (!completion) break;
    take(std::move(*completion));
  }
}

void Executor::Loop::take(Completion completion) {
  const auto it = sending_.find(completion.call);
  if (it != sending_.end()) {
    const Sending sending = it->second;
    sending_.erase(it);
    complete_sending(sending, std::move(completion.reply));
  } else {
    reader_.complete(completion.call, std::move(completion.reply));
  }
}

// As many as there is room for: asking all of them each time would cost the square of them.
bool Executor::Loop::wake_starved() {
  const std::size_t capacity = cloud_.capacity();
  std::size_t room = capacity > reserved_ ? capacity - reserved_ : 0;
  const bool woke = room > 0 && !starved_.empty();
  for (; room > 0 && !starved_.empty(); --room) {
    queue(at(starved_.front()));
    starved_.pop_front();
  }
  return woke;
}

void Executor::Loop::wait() {
  Time deadline = now_ + std::chrono::hours(1);
  if (observer_) deadline = std::min(deadline, observer_->waiting(now_));
  if (!draining() && !timers_.empty()) deadline = std::min(deadline, timers_.top().first);
  auto completion = cloud_.next(deadline);
  if (!completion) return;
  now_ = read_clock();
  take(std::move(*completion));
}

// ---- deciding ----------------------------------------------------------------------------------

void Executor::Loop::set_current(Migration& migration, StepIndex step) {
  if (migration.current == step) return;
  migration.current = step;
  migration.next_poll = {};
  if (step == ledger::kNoStep) return;
  const Step& current = workflow_.steps[step];
  if (active_ >= kBulk) migration.next_poll = gathering(current, now_);
  // What has just been begun is not over yet. What a former run began may be.
  if (current.usual > Duration::zero())
    migration.next_poll = next_poll(current, migration.state, migration.state.entered);
}

void Executor::Loop::advance(Migration& migration) {
  if (migration.over || migration.job) return;
  decide_about(migration);
}

void Executor::Loop::decide_about(Migration& migration) {
  const Decision decision = decide(workflow_, migration.state, {now_, session_, ledger_id_});
  set_current(migration, decision.step);
  using Kind = Decision::Kind;
  const auto mend = schema::Parked::Kind::MEND;
  switch (decision.kind) {
    case Kind::read: {
      const Time due = std::max(decision.until, migration.next_poll);
      if (due > now_) {
        wake_at(migration, due);
      } else {
        begin_job(migration, Job::Purpose::read, decision);
      }
      break;
    }
    case Kind::look:
      if (decision.until > now_) {
        wake_at(migration, decision.until);
      } else {
        begin_job(migration, Job::Purpose::look, decision);
      }
      break;
    case Kind::look_by_tag:
      begin_job(migration, Job::Purpose::look_by_tag, decision);
      break;
    case Kind::send:
      send(migration, decision);
      break;
    case Kind::resend:
      send_again(migration, decision);
      break;
    case Kind::adopt: {
      OutcomeRecord record;
      record.step = decision.step;
      record.generation = decision.generation;
      record.result = schema::Outcome::Result::SUCCEEDED;
      record.facts = migration.state.look.facts;
      const bool claimed = record.facts.has("claimed");
      record.facts.erase("claimed");
      record.how = claimed ? schema::Outcome::How::CLAIMED : schema::Outcome::How::ADOPTED;
      if (migration.state.attempt.step == decision.step)
        record.intent = migration.state.attempt.first_intent;
      record.row = name_of(decision.row);
      append(outcome(origin(migration, decision.because), record));
      break;
    }
    case Kind::reopen: {
      Verdict lost = Verdict::dead(ErrorClass::NONE, "SecretLost", decision.reason);
      append(
          checked(origin(migration, decision.because), decision.step, lost, decision.reopens, {}));
      break;
    }
    case Kind::in_flight:
      break;
    case Kind::wait:
      wake_at(migration, std::max(decision.until, now_ + std::chrono::milliseconds(1)));
      break;
    case Kind::park:
      append(parked(origin(migration, decision.because), decision.step, decision.reason,
                    decision.need,
                    decision.row == Row::several ? schema::Parked::Kind::RESOLVE : mend));
      break;
    case Kind::approve:
      if (options_.approve) {
        append(
            approved(origin(migration, decision.because), decision.step, decision.reason, "--yes"));
      } else {
        append(parked(origin(migration, decision.because), decision.step, decision.reason,
                      decision.need, schema::Parked::Kind::APPROVE));
      }
      break;
    case Kind::fail:
      append(ended(origin(migration, decision.because), decision.step,
                   schema::Ended::Result::FAILED, decision.reason));
      break;
    case Kind::finish:
      append(ended(origin(migration, decision.because),
                   static_cast<StepIndex>(workflow_.steps.size() - 1), schema::Ended::Result::DONE,
                   decision.reason));
      break;
    case Kind::stop_run:
      result_.credentials_error = decision.reason;
      break;
    case Kind::over: {
      // Approval given with this run ends a stop that an earlier run made.
      const bool asks = migration.state.status == Status::parked &&
                        migration.state.parked_kind == schema::Parked::Kind::APPROVE;
      if (asks && options_.approve) {
        append(approved(origin(migration, decision.because), decision.step, migration.state.reason,
                        "--yes"));
        break;
      }
      migration.over = true;
      set_current(migration, ledger::kNoStep);
      --active_;
      break;
    }
  }
}

// ---- reading -----------------------------------------------------------------------------------

void Executor::Loop::begin_job(Migration& migration, Job::Purpose purpose,
                               const Decision& decision) {
  migration.job = std::make_unique<Job>();
  Job& job = *migration.job;
  job.purpose = purpose;
  job.step = decision.step;
  job.generation = decision.generation;
  job.because = decision.because;
  job.in_bulk = active_ >= kBulk;
  job.thorough = !job.in_bulk || thorough(migration.state, now_);
  // Where something may have been sent, and where an end is waited for, it matters what there is
  // now. Else a list that others read a moment ago will do: what it is about is older than that.
  const bool first_look =
      purpose == Job::Purpose::look && migration.state.generation(decision.step) == 0;
  const Step& step = workflow_.steps[decision.step];
  const bool check = step.kind == StepKind::check && step.gather == Duration::zero();
  job.since = first_look || check ? now_ - Reader::kKept : now_;
  if (job.in_bulk && step.ahead && active_ <= kAhead)
    reader_.read(
        step.ahead(view_of(workflow_, migration.state, ledger_id_, job.step, job.generation)),
        [](const Answer&) {}, job.since);
  ask_on(migration);
}

void Executor::Loop::ask_on(Migration& migration) {
  Job& job = *migration.job;
  const Step& step = workflow_.steps[job.step];
  View view = view_of(workflow_, migration.state, ledger_id_, job.step, job.generation);
  view.in_bulk = job.in_bulk;
  view.thorough = job.thorough;
  std::optional<Request> request;
  if (job.purpose == Job::Purpose::postmortem) {
    if (job.answers.size() < job.remaining.size()) request = job.remaining[job.answers.size()];
  } else if (job.purpose == Job::Purpose::look_by_tag) {
    if (job.answers.empty()) request = step.ask_by_tag(view);
  } else {
    request = step.ask(view, job.answers);
  }
  if (!request) {
    conclude(migration);
    return;
  }
  const StreamId stream = migration.state.stream;
  reader_.read(
      std::move(*request), [this, stream](const Answer& answer) { take_answer(stream, answer); },
      job.since);
}

void Executor::Loop::take_answer(StreamId stream, const Answer& answer) {
  Migration& migration = at(stream);
  if (!migration.job) return;
  Job& job = *migration.job;
  const Failure failure = classify(answer.reply, false);
  const bool no_answer = failure && (failure.error_class == ErrorClass::RETRY ||
                                     failure.error_class == ErrorClass::THROTTLED ||
                                     failure.error_class == ErrorClass::CREDENTIALS);
  if (no_answer && job.purpose != Job::Purpose::postmortem) {
    append(read_failed(origin(migration, job.because), job.step, failure));
    migration.job.reset();
    return;
  }
  job.answers.push_back(answer);
  ask_on(migration);
}

void Executor::Loop::conclude(Migration& migration) {
  Job& job = *migration.job;
  View view = view_of(workflow_, migration.state, ledger_id_, job.step, job.generation);
  view.in_bulk = job.in_bulk;
  view.thorough = job.thorough;
  switch (job.purpose) {
    case Job::Purpose::read:
      conclude_reading(migration, view);
      break;
    case Job::Purpose::look:
    case Job::Purpose::look_by_tag:
      conclude_look(migration, view);
      break;
    case Job::Purpose::postmortem:
      record_death(migration);
      break;
  }
}

void Executor::Loop::conclude_reading(Migration& migration, const View& view) {
  Job& job = *migration.job;
  const Step& step = workflow_.steps[job.step];
  Verdict verdict = step.read(view, job.answers);
  const Origin from = origin(migration, job.because);
  switch (verdict.kind) {
    case Verdict::Kind::pending: {
      migration.next_poll = next_poll(step, migration.state, now_);
      const auto& seen = migration.state.reading;
      // Going on after a stop is recorded, too: the time limit counts anew from there.
      const bool changed = seen.state != verdict.state || seen.failures > 0 ||
                           seen.percent / 10 != verdict.percent / 10 ||
                           migration.state.status == Status::parked;
      if (changed) append(observed(from, job.step, verdict.state, verdict.percent));
      migration.job.reset();
      queue(migration);
      return;
    }
    case Verdict::Kind::ok:
      append(checked(from, job.step, verdict, 0, {}));
      break;
    case Verdict::Kind::dead:
      begin_postmortem(migration, view, std::move(verdict));
      return;
    case Verdict::Kind::refused:
      append(checked(from, job.step, verdict, 0, {}));
      append(parked(from, job.step, verdict.failure.message, verdict.need,
                    schema::Parked::Kind::MEND));
      break;
    case Verdict::Kind::cannot_look:
      append(read_failed(from, job.step, verdict.failure));
      break;
  }
  migration.job.reset();
}

void Executor::Loop::conclude_look(Migration& migration, const View& view) {
  Job& job = *migration.job;
  const Step& step = workflow_.steps[job.step];
  const bool by_tag = job.purpose == Job::Purpose::look_by_tag;
  const Sighting sighting =
      by_tag ? step.sight_by_tag(view, job.answers.back()) : step.sight(view, job.answers);
  const Origin from = origin(migration, job.because);
  if (sighting.kind == Sighting::Kind::cannot_look) {
    append(read_failed(from, job.step, sighting.failure));
  } else {
    Time cloud_time{};
    for (const auto& answer : job.answers)
      cloud_time = std::max(cloud_time, answer.reply.date().value_or(Time{}));
    append(probed(from, job.step, job.generation, sighting, by_tag, cloud_time));
  }
  migration.job.reset();
}

// Work requests are gone after some hours; what they say about a failure is read while it can be.
void Executor::Loop::begin_postmortem(Migration& migration, const View& view, Verdict verdict) {
  Job& job = *migration.job;
  const Step& step = workflow_.steps[job.step];
  job.purpose = Job::Purpose::postmortem;
  job.verdict = std::move(verdict);
  job.answers.clear();
  if (step.postmortem && job.verdict.failure.error_class != ErrorClass::NONE)
    job.remaining = step.postmortem(view);
  ask_on(migration);
}

void Executor::Loop::record_death(Migration& migration) {
  Job& job = *migration.job;
  Failure& failure = job.verdict.failure;
  for (const auto& answer : job.answers) {
    if (const auto digest = keep(answer.reply.body); !digest.empty())
      job.evidence.push_back(digest);
    if (!answer.json || !answer.json->is_array()) continue;
    for (const auto& entry : answer.json->get_array()) {
      const auto code = text(&entry, "code");
      const auto message = text(&entry, "message");
      if (code.empty()) continue;  // a log entry, not an error
      failure.code = code;
      failure.message += fmt::format("; {}: {}", code, redact_text(message));
      failure.error_class = classify_work_error(code, message);
    }
  }
  const StepIndex reopens = workflow_.index_of(workflow_.steps[job.step].of);
  append(checked(origin(migration, job.because), job.step, job.verdict, reopens, job.evidence));
  migration.job.reset();
}

// ---- sending -----------------------------------------------------------------------------------

namespace {

// An opc-request-id of ours: what a person gives to Oracle's support.
std::string request_id_of(std::string_view key, std::uint32_t send) {
  return fmt::format("{:016X}{:016X}", stable_hash(key, send),
                     stable_hash(key, ~std::uint64_t{send}));
}

}  // namespace

void Executor::Loop::send(Migration& migration, const Decision& decision) {
  if (cloud_.capacity() <= reserved_) {
    starved_.push_back(migration.state.stream);
    return;
  }
  const Step& step = workflow_.steps[decision.step];
  const View view =
      view_of(workflow_, migration.state, ledger_id_, decision.step, decision.generation);
  const std::string key = view.key();
  Request request = step.act(view);
  request.request_id = request_id_of(key, 1);
  Request filled = request;
  const auto body = fill_placeholders(request.body, secrets_);
  if (!body) {
    append(parked(origin(migration, decision.because), decision.step,
                  "a secret of the configuration is not what was recorded",
                  "restore the former value, or accept the change of plan",
                  schema::Parked::Kind::MEND));
    return;
  }
  filled.body = *body;
  ++reserved_;
  append(intent(origin(migration, decision.because), decision, step.guard, key, transport_, 1,
                request),
         [this, filled](schema::Event::Reader event) {
           const auto intent = event.getBody().getIntent();
           launch(
               ++next_call_,
               {event.getStream(), intent.getStep(), intent.getGeneration(), event.getPosition()},
               filled);
         });
}

void Executor::Loop::send_again(Migration& migration, const Decision& decision) {
  if (cloud_.capacity() <= reserved_) {
    starved_.push_back(migration.state.stream);
    return;
  }
  const auto& attempt = migration.state.attempt;
  const auto cursor = store_.scan(attempt.first_intent, attempt.first_intent);
  if (!cursor->next() || !cursor->event().getBody().isIntent())
    throw ledger::LedgerError(
        ledger::LedgerErrorKind::corrupt,
        fmt::format("position {} should hold the intent of {}", attempt.first_intent,
                    migration.state.step_name(decision.step)));
  const auto recorded = cursor->event().getBody().getIntent();
  const std::string key(ledger::view(recorded.getKey()));
  Request request = request_of(recorded.getRequest());
  const std::uint32_t send = attempt.sends + 1;
  request.request_id = request_id_of(key, send);
  const auto body = fill_placeholders(request.body, secrets_);
  if (!body || ledger::view(recorded.getTransport()) != transport_) {
    append(parked(origin(migration, decision.because), decision.step,
                  body ? "the request was first sent by another transport, and is not sent by two"
                       : "a secret of the configuration is not what was recorded",
                  body ? "go on with the transport it was sent by"
                       : "restore the former value; then run again",
                  schema::Parked::Kind::MEND));
    return;
  }
  request.body = *body;
  ++reserved_;
  append(intent_again(origin(migration, decision.because), decision,
                      workflow_.steps[decision.step].guard, key, transport_, send,
                      attempt.first_intent, request.request_id),
         [this, request](schema::Event::Reader event) {
           const auto intent = event.getBody().getIntent();
           launch(
               ++next_call_,
               {event.getStream(), intent.getStep(), intent.getGeneration(), event.getPosition()},
               request);
         });
}

void Executor::Loop::launch(CallId call, Sending sending, Request request) {
  --reserved_;
  debug(fmt::format("call {}: {} {} {} (position {})", call, request.region, request.method,
                    redact_text(request.path), sending.intent));
  sending_[call] = sending;
  cloud_.start(call, std::move(request));
}

void Executor::Loop::complete_sending(const Sending& sending, Reply reply) {
  Migration& migration = at(sending.stream);
  const Step& step = workflow_.steps[sending.step];
  const View view =
      view_of(workflow_, migration.state, ledger_id_, sending.step, sending.generation);
  OutcomeRecord record;
  record.step = sending.step;
  record.generation = sending.generation;
  record.intent = sending.intent;
  record.failure = classify(reply, true);
  // Of a success the facts are recorded; of a failure everything that may explain it is kept.
  if (record.failure) record.evidence = keep(reply.body);
  Answer answer = Answer::of(std::move(reply));
  record.reply = &answer.reply;
  if (!record.failure) {
    Receipt receipt = step.receive(view, answer);
    if (receipt.understood) {
      record.result = schema::Outcome::Result::SUCCEEDED;
      record.facts = std::move(receipt.facts);
      for (auto& [placeholder, value] : receipt.secrets) secrets_[placeholder] = std::move(value);
    } else {
      record.failure.error_class = ErrorClass::UNKNOWN;
      record.failure.status = answer.reply.status;
      record.failure.code = "UnexpectedReply";
      record.failure.message = "the reply does not show what was made";
      record.failure.request_id = answer.reply.request_id();
    }
  } else if (record.failure.error_class != ErrorClass::UNKNOWN) {
    record.result = schema::Outcome::Result::FAILED;
  }
  debug(fmt::format("position {}: {}", sending.intent,
                    record.failure ? describe(record.failure) : std::string("succeeded")));
  append(outcome(origin(migration, sending.intent), record));
}

// ---- the public face ---------------------------------------------------------------------------

Executor::Executor(ledger::EventStore& store, Cloud& cloud, Clock& clock, const Workflow& workflow,
                   RunOptions options, Observer* observer)
    : loop_(std::make_unique<Loop>(store, cloud, clock, std::move(options), observer, workflow)) {}
Executor::~Executor() = default;

RunResult Executor::run(const Plan& plan) { return loop_->run(plan); }
void Executor::stop() { loop_->stop(); }
void Executor::for_each(const std::function<void(const MigrationState&)>& visit) const {
  loop_->for_each(visit);
}

int exit_code(const RunResult& result) {
  if (!result.credentials_error.empty()) return 6;
  if (result.interrupted) return 7;
  if (result.failed > 0) return 1;
  if (result.parked > 0 || result.not_started > 0) return 3;
  return 0;
}

std::string words(const RunResult& result) {
  if (!result.credentials_error.empty()) return result.credentials_error;
  if (result.interrupted) return "interrupted";
  return fmt::format("{} done, {} failed, {} waiting for a person, {} not started", result.done,
                     result.failed, result.parked, result.not_started);
}

}  // namespace migledger::workflow
