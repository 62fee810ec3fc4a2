#include "workflow/run/executor_loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/errors.h"
#include "ledger/base/planted.h"
#include "ledger/fold/recorded_state.h"
#include "ledger/fold/unreconciled.h"
#include "workflow/decide/plan_guard.h"

namespace migledger::workflow {

namespace {

// Completions taken before they are recorded, so that one sync does not wait for a flood.
constexpr int kMostAtOnce = 4096;

// Why a plan event was appended: what the person accepted, by key.
std::string words_of(const std::vector<FieldChange>& changes) {
  std::string words = "--accept-plan-change of ";
  for (std::size_t i = 0; i < changes.size(); ++i)
    words += (i == 0 ? "" : ", ") + redact_text(changes[i].field);
  return words;
}

}  // namespace

RunResult Executor::Loop::run(const Plan& plan) {
  if (!is_sealed(plan)) throw std::logic_error("the plan's secrets are not sealed");
  secrets_ = plan.secrets;
  now_ = clock_.read();
  open_session();
  const std::string still_running = cloud_.quiesce(options_.quiesce_patience);
  if (!still_running.empty())
    throw std::runtime_error("a process started by an earlier run may still send something: " +
                             still_running + "; end it, then run again");
  now_ = clock_.read();
  load(plan);
  if (options_.order)
    if (const OrderAnswer answer = carry_out(*options_.order); !answer.taken)
      result_.refused = answer.words;
  while (result_.refused.empty()) {
    now_ = clock_.read();
    if (stops_ > 1) {
      cloud_.abandon();
      break;
    }
    take_completions();
    if (draining()) {
      reader_.drop();
      drop_beginnings();
      flush();
      if (sending_.empty() && walking_.empty()) break;
      wait();
      continue;
    }
    flush();
    take_orders();
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
    // What is not under way waits for what did not get done, or is held.
    if (active_ == 0 && sending_.empty() && walking_.empty()) break;
    wait();
  }
  result_.interrupted = stops_ > 0;
  count_results();
  if (stops_ <= 1) {
    now_ = clock_.read();
    std::vector<EventDraft> last;
    last.push_back(session_closed({ledger::kLedgerStream, now_, session_, session_},
                                  exit_code(result_), words(result_)));
    store_.append(last);
  }
  return result_;
}

void Executor::Loop::count_results() {
  for (const auto* planned : unstarted_.left())
    result_.not_started.push_back({planned->name, why_not_started(*planned)});
  for (const auto& [stream, migration] : migrations_) {
    if (!migration->of_run) continue;
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
      case Status::cancelled:
      case Status::rolled_back:
        ++result_.undone;
        break;
      case Status::running:
        if (is_held(*migration)) ++result_.parked;
        break;
    }
  }
}

void Executor::Loop::open_session() {
  const auto first = store_.scan(1, 1);
  if (!first->next() || !first->event().getBody().isLedgerCreated())
    throw ledger::LedgerError(ledger::LedgerErrorKind::corrupt,
                              "the ledger does not begin with ledgerCreated");
  ledger_id_ = ledger::view(first->event().getBody().getLedgerCreated().getLedgerId());
  if (const Position put_back = ledger::unreconciled(store_))
    throw ledger::LedgerError(
        ledger::LedgerErrorKind::refused,
        fmt::format("the ledger was restored (#{}) and has not been compared with the cloud "
                    "since; migledger run does that first",
                    put_back));
  const CloudIdentity identity = cloud_.identity();
  transport_ = identity.transport;
  EventDraft opened = session_opened({ledger::kLedgerStream, now_, 0, 0}, options_.actor, identity);
  session_ = store_.append_one(opened);
}

void Executor::Loop::load(const Plan& plan) {
  std::vector<const PlannedMigration*> not_begun;
  for (const auto& planned : plan.migrations) planned_.insert(planned.name);
  for (const auto& planned : plan.migrations) {
    const auto stream = store_.find_stream(planned.name);
    if (!stream) {
      not_begun.push_back(&planned);
      continue;
    }
    auto migration = load_migration(*stream);
    accept_change(*migration, planned);
    Migration& loaded = take_in(std::move(migration));
    loaded.of_run = true;
    if (!loaded.over) unresumed_.push_back(*stream);
  }
  for (const auto* planned : not_begun)
    unstarted_.add(*planned, [this](const std::string& name) { return is_done(name); });
  held_ = held_by(store_);
  record_lost();
}

// What the ledger has of a migration. Throws LedgerError when this workflow cannot go on with it.
std::unique_ptr<Migration> Executor::Loop::load_migration(StreamId stream) {
  auto migration = std::make_unique<Migration>();
  migration->state = ledger::recorded_state(store_, stream);
  const auto& state = migration->state;
  if (!workflow_.matches(state))
    throw ledger::LedgerError(
        ledger::LedgerErrorKind::refused,
        fmt::format("migration \"{}\" was started by workflow {} version {} with other steps; go "
                    "on with the migledger that started it",
                    state.name, state.workflow, state.workflow_version));
  return migration;
}

Migration& Executor::Loop::take_in(std::unique_ptr<Migration> migration) {
  const StreamId stream = migration->state.stream;
  by_name_[migration->state.name] = stream;
  migration->over = migration->state.is_over();
  return *(migrations_[stream] = std::move(migration));
}

// Every intent has an outcome: of what an earlier run sent and never heard of, it is unknown.
void Executor::Loop::record_lost() {
  if (ledger::planted(ledger::PlantedBug::forget_open_intent)) return;
  std::vector<EventDraft> drafts;
  for (const StreamId stream : unresumed_) {
    const Migration& migration = at(stream);
    const auto& attempt = migration.state.attempt;
    if (attempt.phase != ledger::Phase::open) continue;
    OutcomeRecord record;
    record.step = attempt.step;
    record.generation = attempt.generation;
    record.intent = attempt.latest;
    record.result = schema::Outcome::Result::UNKNOWN;
    record.how = schema::Outcome::How::LOST;
    record.failure.error_class = ErrorClass::UNKNOWN;
    record.failure.code = "RunEnded";
    record.failure.message = "the run that sent it ended before the reply was recorded";
    drafts.push_back(outcome(origin(migration, attempt.latest), record));
  }
  if (drafts.empty()) return;
  store_.append(drafts);
  for (const auto& draft : drafts) {
    apply(at(draft.reader().getStream()), draft.reader());
  }
}

void Executor::Loop::apply(Migration& migration, schema::Event::Reader event) {
  const bool was_done = migration.state.done_at != Time{};
  migration.state.apply(event);
  if (observer_) observer_->appended(migration.state, event);
  const bool is_done = migration.state.done_at != Time{};
  if (is_done && !was_done) unstarted_.done(migration.state.name);
  if (was_done && !is_done) unstarted_.undone(migration.state.name);
}

void Executor::Loop::accept_change(Migration& migration, const PlannedMigration& planned) {
  const PlanChange change = judge_change(workflow_, migration.state, planned, secrets_);
  const bool open = !migration.state.is_over() || migration.state.status == Status::failed;
  if (change.fields.empty() || !open) return;
  if (!options_.accept_plan_change || !change.refused.empty())
    throw std::logic_error("the plan of \"" + planned.name + "\" differs from the ledger's");
  EventDraft draft = plan_changed({migration.state.stream, now_, session_, session_}, planned,
                                  words_of(change.fields), change.recheck);
  store_.append_one(draft);
  apply(migration, draft.reader());
}

const MigrationState* Executor::Loop::state_named(const std::string& name) {
  const auto it = by_name_.find(name);
  if (it != by_name_.end()) return &migrations_.at(it->second)->state;
  // One of the ledger that is not of this run changes only once an order has taken it in.
  const auto [other, is_new] = others_.try_emplace(name);
  if (is_new) other->second = ledger::recorded_state(store_, name);
  return other->second ? &*other->second : nullptr;
}

bool Executor::Loop::is_done(const std::string& name) {
  const auto* state = state_named(name);
  return state && state->done_at != Time{};
}

std::string Executor::Loop::why_not_started(const PlannedMigration& planned) {
  for (const auto& name : planned.depends_on) {
    if (is_done(name)) continue;
    const auto* state = state_named(name);
    const auto how = [&]() -> std::string_view {
      if (!planned_.contains(name)) return "is not among those of this run and is not done";
      if (!state) return "was not started itself";
      switch (state->status) {
        case Status::failed:
          return "failed";
        case Status::cancelled:
          return "was cancelled";
        case Status::rolled_back:
          return "was rolled back";
        case Status::parked:
          return "waits for a person";
        case Status::running:
        case Status::done:
          break;
      }
      return state->paused != 0 || held_ != 0 ? "is paused" : "is not done yet";
    };
    return fmt::format("it waits for {}, which {}", name, how());
  }
  return held_ != 0 ? "all migrations are paused" : "the run ended before";
}

bool Executor::Loop::start_more() {
  bool more = false;
  for (; !unresumed_.empty() && active_ < options_.parallel; unresumed_.pop_front()) {
    activate(at(unresumed_.front()));
    more = true;
  }
  std::vector<EventDraft> drafts;
  while (held_ == 0 && active_ + drafts.size() < options_.parallel) {
    const auto* planned = unstarted_.take();
    if (!planned) break;
    drafts.push_back(
        migration_started({ledger::kNewStream, now_, session_, session_}, workflow_, *planned));
  }
  if (drafts.empty()) return more;
  store_.append(drafts);
  for (const auto& draft : drafts) {
    const auto event = draft.reader();
    auto migration = std::make_unique<Migration>();
    migration->state.apply(event);
    Migration& started = take_in(std::move(migration));
    started.of_run = true;
    if (observer_) observer_->appended(started.state, event);
    activate(started);
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
  if (std::exchange(evidence_kept_, false) && options_.sync_evidence) options_.sync_evidence();
  store_.append(drafts);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto event = drafts[i].reader();
    Migration& migration = at(event.getStream());
    apply(migration, event);
    if (batch[i].then) batch[i].then(event);
    queue(migration);
  }
}

// The run is to end: what has been decided, and is not durable yet, is not begun any more.
void Executor::Loop::drop_beginnings() {
  std::erase_if(pending_, [this](const Pending& pending) {
    if (pending.begins) reserved_ -= pending.calls;
    return pending.begins;
  });
}

void Executor::Loop::take_completions() {
  for (int i = 0; i < kMostAtOnce; ++i) {
    auto completion = cloud_.next(Time::min());
    if (!completion) break;
    take(std::move(*completion));
  }
}

void Executor::Loop::take(Completion completion) {
  silence_.heard(completion.reply, now_);
  if (!draining()) result_.unreachable = silence_.verdict();
  const auto it = sending_.find(completion.call);
  if (it != sending_.end()) {
    const Sending sending = it->second;
    sending_.erase(it);
    complete_sending(sending, std::move(completion.reply));
  } else if (const auto at = walking_.find(completion.call); at != walking_.end()) {
    const Walking walking = at->second;
    walking_.erase(at);
    complete_walking(walking, completion.reply);
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
  deadline = std::min(deadline, reader_.next_due());
  auto completion = cloud_.next(clock_.on_machine(deadline));
  if (!completion) return;
  now_ = clock_.read();
  take(std::move(*completion));
}

}  // namespace migledger::workflow
