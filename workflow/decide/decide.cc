#include "workflow/decide/decide.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/planted.h"
#include "workflow/model/bulk.h"
#include "workflow/model/settings.h"

namespace migledger::workflow {

namespace {

using namespace std::chrono_literals;
using ledger::Phase;
using ledger::planted;
using ledger::PlantedBug;
using ledger::Status;
using ledger::schema::Probed;
using Kind = Decision::Kind;

// OCI keeps a retry token for 24 hours; an hour is left for clocks that differ.
constexpr Duration kTokenLife = 23h;
// The cloud tells its time in whole seconds (Date).
constexpr Duration kDateSteps = 1s;
// A look is evidence only while it is young.
constexpr Duration kFreshLook = 60s;
// Two looks closer together than this could be answered from one late list.
constexpr Duration kLookSpacing = 30s;
// A period that ends sooner is waited for.
constexpr Duration kShortPeriod = 600s;

// So many sendings are refused as "not found" before a person is asked: what was just made may not
// be known everywhere yet.
constexpr std::uint32_t kSettlingAttempts = 4;

struct Question {
  std::string reason;
  std::string need;
};

// A read that fails is made again; but not without end. A 404 says only that nothing can be seen,
// and a refusal will be the next answer, too.
std::optional<Question> hopeless(const ledger::Reading& reading, const RetryPolicy& policy,
                                 Time now) {
  if (reading.failures < policy.max_attempts) return std::nullopt;
  const std::string error =
      reading.code.empty() ? std::string(name_of(reading.error)) : reading.code;
  switch (reading.error) {
    case ErrorClass::NOT_FOUND:
      return Question{"what is to be read cannot be found: it is gone, or may not be seen",
                      "see whether it is there and may be read with these credentials; then run "
                      "again, or roll back"};
    case ErrorClass::RETRY:
    case ErrorClass::THROTTLED:
    case ErrorClass::UNKNOWN:
      if (now - reading.failing_since < kOutagePatience) return std::nullopt;
      return Question{fmt::format("what is to be read could not be read for {} ({})",
                                  format_duration(now - reading.failing_since), error),
                      "see whether the service and the network work; then run again"};
    default: {
      const auto repair = repair_of(reading.code);
      return Question{fmt::format("the cloud refuses to have it read ({})", error),
                      repair.empty()
                          ? "see the history for the error, mend what it names; then run "
                            "again"
                          : fmt::format("{}; then run again", repair)};
    }
  }
}

Circumstance::Sight sight_of(const ledger::Look& look) {
  using S = Circumstance::Sight;
  switch (look.result) {
    case Probed::Result::ABSENT:
      return S::absent;
    case Probed::Result::OURS:
      return S::ours;
    case Probed::Result::SEVERAL:
      return S::several;
    case Probed::Result::FOREIGN:
      return S::foreign;
    case Probed::Result::UNDER_WAY:
      return S::under_way;
  }
  return S::cannot_look;
}

std::string times(unsigned count) {
  return count == 1 ? std::string("once") : fmt::format("{} times", count);
}

// One decision about an act step, assembled from the state.
class ActDecision {
 public:
  ActDecision(const Workflow& workflow, const MigrationState& state, const Context& context,
              StepIndex step)
      : workflow_(workflow),
        state_(state),
        context_(context),
        step_(workflow.steps[step]),
        attempt_(state.attempt),
        policy_(settings_of(state.plan).retry) {
    decision_.step = step;
    mine_ = attempt_.step == step && attempt_.phase != Phase::accepted;
    const std::uint16_t newest = state.generation(step);
    // What was merely tried keeps its generation. What died, or was gone back beyond, needs a
    // successor.
    const bool keeps = mine_ && attempt_.phase != Phase::dead;
    generation_ = static_cast<std::uint16_t>(keeps ? newest : newest + 1);
    if (!step_.remake_secret_at.empty()) {
      remake_at_ = workflow.index_of(step_.remake_secret_at);
      const Step& remake = workflow.steps[remake_at_];
      const View view = view_of(workflow, state, context.ledger_id, remake_at_);
      secret_lost_ =
          (!remake.applies || remake.applies(view)) && state.secret_position < context.session;
    }
    key_ = view_of(workflow, state, context.ledger_id, step, generation_).key();
    since_ = std::max(context.session, state.retried);
    if (!planted(PlantedBug::no_settle_window)) settle_ = settings_of(state.plan).settle;
    if (step_.fallbacks)
      fallbacks_ = step_.fallbacks(view_of(workflow, state, context.ledger_id, step, generation_));
  }

  Decision make() {
    const Circumstance c = circumstance();
    const Row row = recover(c);
    decision_.row = row;
    decision_.generation = generation_;
    decision_.because = std::max(attempt_latest(), look_position());
    // The first look at a step reacts to what led there.
    if (decision_.because == 0) decision_.because = state_.position;
    spell_out(row);
    if (secret_lost_ && (decision_.kind == Kind::send || decision_.kind == Kind::resend)) {
      decision_.kind = Kind::reopen;
      decision_.row = Row::secret_lost;
      decision_.reopens = remake_at_;
      decision_.reason = "its URL was lost with the process that held it; a new one is made";
    }
    return decision_;
  }

 private:
  Time last_event() const { return attempt_.ended == Time{} ? attempt_.last_sent : attempt_.ended; }
  ledger::Position attempt_latest() const { return mine_ ? attempt_.latest : 0; }
  ledger::Position look_position() const { return has_look() ? state_.look.position : 0; }
  bool has_look() const {
    return state_.look.position != 0 && state_.look.step == decision_.step &&
           state_.look.generation == generation_;
  }
  Time retry_at() const {
    return last_event() + policy_.pause(attempt_.failures, attempt_.retry_after, key_);
  }

  // When a look is late enough to prove something: the settle window is over by our clock, and by
  // the cloud's, whatever ours was set to meanwhile.
  Time settled_at() const {
    const Time ours = attempt_.last_sent + settle_;
    const auto& look = state_.look;
    if (!has_look() || look.cloud_time == Time{} || attempt_.last_cloud_time == Time{}) return ours;
    const Duration passed = look.cloud_time - attempt_.last_cloud_time + kDateSteps;
    return std::max(ours, look.time + settle_ - passed);
  }

  Circumstance circumstance() const {
    using A = Circumstance::Attempt;
    Circumstance c;
    if (mine_) {
      switch (attempt_.phase) {
        case Phase::none:
        case Phase::accepted:
          break;
        case Phase::open:
          c.attempt = attempt_.session == context_.session      ? A::open
                      : planted(PlantedBug::forget_open_intent) ? A::none
                                                                : A::lost;
          break;
        case Phase::unknown:
          c.attempt = A::unknown;
          break;
        case Phase::failed:
          c.attempt = A::failed;
          break;
        case Phase::dead:
          c.attempt = A::dead;
          break;
      }
      c.error = attempt_.error;
      c.doubt = attempt_.doubt;
      c.this_session = attempt_.latest > since_;
      c.plan_changed = state_.reopened;
      c.renewed = state_.renewed;
      c.giving_up = (step_.modes & in(state_.mode)) == 0;
      c.clock_back = context_.now < attempt_.first_sent;
      const Time cloud_now = std::max(context_.now, has_look() ? state_.look.cloud_time : Time{});
      c.token_young = cloud_now - attempt_.first_sent < kTokenLife;
      // Whatever our clock did meanwhile, the cloud's own tells how long ago it was.
      const Time cloud_then = attempt_.first_cloud_time;
      if (has_look() && cloud_then != Time{} && state_.look.cloud_time - cloud_then >= kTokenLife)
        c.token_young = false;
      c.backed_off = context_.now >= retry_at();
      c.attempts_left = attempt_.failures < policy_.max_attempts;
      c.settling = attempt_.failures < std::min(kSettlingAttempts, policy_.max_attempts);
      c.generations_left = attempt_.deaths < policy_.max_generations;
      // Placements are tried in turn; a session that finds all of them tried begins again.
      const bool round_over = state_.capacity_failures % (fallbacks_ + 1) == 0;
      c.placements_left = fallbacks_ > 0 && !(round_over && c.this_session);
    }
    c.named = state_.named_step == decision_.step;
    // A request that cannot be sent again as it was, counts as one without a token.
    c.guard = secret_lost_ ? Guard::NONE : step_.guard;
    c.sight = sight();
    const Time settled = settled_at();
    if (has_look()) {
      const auto& look = state_.look;
      c.settled = mine_ && look.time >= settled;
      c.absent_twice = c.settled && look.absent_before >= settled &&
                       look.time - look.absent_before >= kLookSpacing;
      c.tag_absent = step_.ask_by_tag == nullptr || look.tag_absent >= settled;
    }
    return c;
  }

  Circumstance::Sight sight() const {
    using S = Circumstance::Sight;
    if (!step_.ask) return S::absent;  // leaves nothing that could be looked for
    const auto& reading = state_.reading;
    const bool failing = reading.failures > 0 && reading.failed_position > since_ &&
                         context_.now < reading_retry_at();
    if (failing) return S::cannot_look;
    const auto& look = state_.look;
    const bool fresh = has_look() && look.session == context_.session &&
                       look.position > attempt_latest() && context_.now - look.time <= kFreshLook;
    if (!fresh) return S::not_fresh;
    const Time settled = settled_at();
    const bool too_early = mine_ && look.time < settled && context_.now >= settled;
    const bool waited =
        look.result == Probed::Result::UNDER_WAY && context_.now - look.time >= kLookSpacing;
    return too_early || waited ? S::not_fresh : sight_of(look);
  }

  Time reading_retry_at() const {
    const auto& reading = state_.reading;
    return reading.failed_at + policy_.pause(reading.failures, reading.retry_after, key_);
  }

  void wait(Time until, std::string reason) {
    decision_.kind = Kind::wait;
    decision_.until = until;
    decision_.reason = std::move(reason);
  }
  void park(std::string reason, std::string need) {
    decision_.kind = Kind::park;
    decision_.reason = std::move(reason);
    decision_.need = std::move(need);
  }
  void send(std::string reason) {
    decision_.kind = Kind::send;
    decision_.reason = std::move(reason);
  }
  void next_generation() {
    if (attempt_.phase != Phase::dead) ++decision_.generation;
  }
  std::string last_error() const {
    if (!attempt_.code.empty()) return attempt_.code;
    return attempt_.error == ErrorClass::NONE ? std::string("no reply")
                                              : std::string(name_of(attempt_.error));
  }

  // What a person can do about the last error: what the step is known to take, else what the error
  // says, else `otherwise`.
  std::string repair(std::string_view otherwise) const {
    const auto known = repair_of(attempt_.code);
    std::string words(known.empty() ? otherwise : known);
    if (attempt_.error == ErrorClass::NOT_FOUND && step_.permission)
      words +=
          "; it takes a policy: " + step_.permission(view_of(workflow_, state_, context_.ledger_id,
                                                             decision_.step, generation_));
    return words + "; then run again";
  }

  void spell_out(Row row) {
    const std::string title(step_.title);
    switch (row) {
      case Row::in_flight:
        decision_.kind = Kind::in_flight;
        decision_.reason = "waiting for the reply";
        break;
      case Row::credentials:
        decision_.kind = Kind::stop_run;
        decision_.reason = "the cloud does not accept the credentials";
        break;
      case Row::back_off:
        wait(retry_at(), fmt::format("trying again after a pause ({})", last_error()));
        break;
      case Row::look:
        decision_.kind = Kind::look;
        decision_.until = context_.now;
        decision_.reason = "looking for it before sending anything";
        if (state_.named_step == decision_.step) {
          decision_.kind = Kind::look_named;
          decision_.reason = fmt::format("looking at {}, which a person named", state_.named);
        }
        break;
      case Row::cannot_look:
        if (auto question = hopeless(state_.reading, policy_, context_.now)) {
          park(std::move(question->reason), std::move(question->need));
          break;
        }
        wait(reading_retry_at(), "could not look; looking again after a pause");
        break;
      case Row::adopt:
        decision_.kind = Kind::adopt;
        decision_.reason = state_.named_step == decision_.step ? "a person named it"
                                                               : "it is there and bears our key";
        break;
      case Row::several:
        park(fmt::format("several resources could be what this ledger made: {}", state_.look.shown),
             "look at them; then say which with migledger adopt, or remove or rename all but the "
             "right one and run again");
        break;
      case Row::foreign:
        park(fmt::format("in the way, and not made by this migration: {}", state_.look.shown),
             "rename or remove it, or configure another name; then run again");
        break;
      case Row::under_way:
        wait(state_.look.time + kLookSpacing, "the cloud is at work on it; looking again");
        break;
      case Row::first:
        send("not there yet");
        break;
      case Row::same_token:
        decision_.kind = Kind::resend;
        decision_.reason =
            "outcome unknown, not there; the same request again, with its retry token";
        break;
      case Row::same_name:
        decision_.kind = Kind::resend;
        decision_.reason =
            "outcome unknown, not there; the same request again, its precondition "
            "keeps it from happening twice";
        break;
      case Row::read_again:
        send("read again, and not as wanted; a new request");
        next_generation();
        break;
      case Row::nothing_happened:
        decision_.kind = Kind::resend;
        decision_.reason = "nothing had happened; the same request again";
        break;
      case Row::clock_back:
        wait(attempt_.first_sent, "the clock ran backwards; waiting until it has caught up");
        break;
      case Row::settle:
        wait(settled_at(), "outcome unknown, not there; waiting until it must show");
        break;
      case Row::look_twice:
        decision_.kind = Kind::look;
        decision_.until = state_.look.time + kLookSpacing;
        decision_.reason = "not there; looking a second time";
        break;
      case Row::search_tag:
        decision_.kind = Kind::look_by_tag;
        decision_.reason = "not there; searching everywhere by tag";
        break;
      case Row::new_after_proof:
        send("proven not to have happened; a new request");
        next_generation();
        break;
      case Row::dead:
        send("what was made has failed; a new one");
        break;
      case Row::next_placement:
        send("out of capacity there; the next configured placement");
        next_generation();
        break;
      case Row::plan_changed:
        send("the plan was changed; a new request");
        next_generation();
        break;
      case Row::renewed:
        send("a person asked to try again; a new request");
        next_generation();
        break;
      case Row::given_up:
        decision_.kind = Kind::give_up;
        decision_.reason = "proven not to have happened";
        break;
      case Row::blocked:
        park(attempt_.code == "ResourceLocked"
                 ? fmt::format("{}: what it is about is locked", title)
                 : fmt::format("{}: a limit or quota is used up", title),
             repair("have the limit raised or free some of it"));
        break;
      case Row::no_capacity:
        park(fmt::format("{}: out of host capacity in every configured place", title),
             "run again later, or add \"further_ads\", \"fault_domains\" or another shape");
        break;
      case Row::not_found:
        park(fmt::format("{}: what it needs was not found, or this user may not see it", title),
             repair("check the resource and the policies"));
        break;
      case Row::attempts_used_up:
        park(fmt::format("{}: failed {} ({})", title, times(attempt_.failures), last_error()),
             repair("see the history for the errors, mend what they name"));
        break;
      case Row::generations_used_up:
        decision_.kind = Kind::fail;
        decision_.reason = fmt::format("{}: what was made failed {} ({})", title,
                                       times(attempt_.deaths), last_error());
        break;
      case Row::final:
        decision_.kind = Kind::fail;
        decision_.reason =
            fmt::format("{}: the cloud refused the request for good ({})", title, last_error());
        if (!step_.otherwise.empty()) park(decision_.reason, std::string(step_.otherwise));
        break;
      default:
        break;
    }
  }

  const Workflow& workflow_;
  const MigrationState& state_;
  const Context& context_;
  const Step& step_;
  const ledger::Attempt& attempt_;
  const RetryPolicy& policy_;
  Duration settle_{};
  ledger::Position since_ = 0;  // what failed after it, is a reason to stop
  Decision decision_;
  bool mine_ = false;
  std::uint16_t generation_ = 1;
  std::string key_;
  unsigned fallbacks_ = 0;
  bool secret_lost_ = false;
  StepIndex remake_at_ = ledger::kNoStep;
};

Decision decide_reading(const Workflow& workflow, const MigrationState& state,
                        const Context& context, StepIndex index) {
  const Step& step = workflow.steps[index];
  Decision d;
  d.step = index;
  d.row = Row::read;
  d.because = state.position;
  d.kind = Kind::read;
  d.until = context.now;
  const auto& reading = state.reading;
  const bool failing =
      reading.failures > 0 && reading.failed_position > std::max(context.session, state.retried);
  if (step.kind == StepKind::await || step.kind == StepKind::bulk) {
    const auto timeout = settings_of(state.plan).timeout(step.name);
    // A walk takes as long as it moves. A person who runs again grants the same time again.
    const Time since = std::max(state.entered, step.kind == StepKind::bulk ? state.moved : Time{});
    if (timeout && state.status != Status::parked && context.now - since >= *timeout) {
      d.kind = Kind::park;
      d.row = Row::timed_out;
      d.reason =
          fmt::format("{} has taken longer than {} ({})", step.title, format_duration(*timeout),
                      reading.state.empty() ? "nothing seen" : reading.state);
      d.need = "look at it in the console; run again to go on waiting, or raise \"timeouts\"";
      return d;
    }
  }
  if (failing) {
    const RetryPolicy& policy = settings_of(state.plan).retry;
    if (auto question = hopeless(reading, policy, context.now)) {
      d.kind = Kind::park;
      d.row = reading.error == ErrorClass::NOT_FOUND ? Row::not_found : Row::unanswered;
      d.because = reading.failed_position;
      d.reason = std::move(question->reason);
      d.need = std::move(question->need);
      return d;
    }
    d.until = reading.failed_at + policy.pause(reading.failures, reading.retry_after, state.name);
    d.reason = "could not look; looking again";
    d.because = reading.failed_position;
    return d;
  }
  if (step.kind == StepKind::await) {
    d.reason = reading.state.empty() ? std::string(step.title)
                                     : fmt::format("{} ({})", step.title, reading.state);
  } else {
    d.reason = std::string(step.title);
  }
  return d;
}

// A walk goes on until all of its pages have ended, or until too much of it has failed; then it is
// judged, as a check is.
Decision decide_bulk(const Workflow& workflow, const MigrationState& state, const Context& context,
                     StepIndex index) {
  Decision d = decide_reading(workflow, state, context, index);
  const auto& bulk = state.bulk;
  const bool begun = bulk.walks(index);
  const bool stuck = begun && bulk.open.empty() && bulk.totals().failed >= kMostFailures;
  if ((begun && bulk.ended()) || stuck) return d;
  if (d.kind != Kind::read) return d;
  d.kind = Kind::walk;
  d.row = Row::walk;
  if (begun) d.reason += fmt::format(" ({} pages begun)", bulk.pages);
  return d;
}

}  // namespace

std::string_view name_of(Decision::Kind kind) {
  switch (kind) {
    case Kind::read:
      return "read";
    case Kind::look:
      return "look";
    case Kind::look_by_tag:
      return "search by tag";
    case Kind::look_named:
      return "look at what was named";
    case Kind::give_up:
      return "record that nothing came of it";
    case Kind::send:
      return "send";
    case Kind::resend:
      return "send again";
    case Kind::adopt:
      return "adopt";
    case Kind::reopen:
      return "go back";
    case Kind::walk:
      return "walk through the objects";
    case Kind::in_flight:
      return "wait for the reply";
    case Kind::wait:
      return "wait";
    case Kind::park:
      return "ask a person";
    case Kind::approve:
      return "ask for approval";
    case Kind::fail:
      return "end as failed";
    case Kind::finish:
      return "end as done";
    case Kind::stop_run:
      return "stop the run";
    case Kind::over:
      return "nothing";
  }
  return "?";
}

View view_of(const Workflow& workflow, const MigrationState& state, std::string_view ledger_id,
             StepIndex step, std::uint16_t generation) {
  if (generation == 0) {
    const Step& definition = workflow.steps[step];
    const StepIndex of = definition.of.empty() ? step : workflow.index_of(definition.of);
    generation = std::max<std::uint16_t>(state.generation(of), 1);
  }
  return {state, ledger_id, step, generation};
}

namespace {

// An act step of another mode, of which it is not known what came.
bool is_open(const Workflow& workflow, const MigrationState& state) {
  const auto& attempt = state.attempt;
  if (attempt.step >= workflow.steps.size() || state.is_done(attempt.step)) return false;
  if ((workflow.steps[attempt.step].modes & in(state.mode)) != 0) return false;
  return attempt.phase == Phase::open || attempt.phase == Phase::unknown ||
         (attempt.phase == Phase::failed && attempt.doubt);
}

// How a person approves it.
std::string approval_words(ApprovalKind kind, std::string_view migration) {
  if (!wants_reason(kind))
    return fmt::format("migledger approve {}, or run again with --yes", migration);
  return fmt::format("migledger approve {} --reason WHY, or run again with --yes={}", migration,
                     name_of(kind));
}

// Whether nothing new is to be begun at `step` now.
bool is_paused(const MigrationState& state, const Context& context, StepIndex step) {
  const bool at_step = step != ledger::kNoStep && state.pause_at == step;
  if (state.paused == 0 && context.held == 0 && !at_step) return false;
  if (planted(PlantedBug::ignore_pause)) return false;
  const auto& attempt = state.attempt;
  return attempt.phase != Phase::open || attempt.session != context.session;
}

std::string rolled_back_words(const Workflow& workflow, const MigrationState& state,
                              const Context& context) {
  std::string words = "what it made is removed";
  if (!workflow.left_by_rollback) return words;
  const std::string left =
      workflow.left_by_rollback(view_of(workflow, state, context.ledger_id, 0));
  return left.empty() ? words : words + ", but for " + left;
}

}  // namespace

StepIndex current_step(const Workflow& workflow, const MigrationState& state,
                       std::string_view ledger_id) {
  if (is_open(workflow, state)) return state.attempt.step;
  for (StepIndex i = 0; i < workflow.steps.size(); ++i) {
    if (state.is_done(i)) continue;
    const Step& step = workflow.steps[i];
    if ((step.modes & in(state.mode)) == 0) continue;
    if (step.kind == StepKind::approve && planted(PlantedBug::approve_itself)) continue;
    if (step.applies && !step.applies(view_of(workflow, state, ledger_id, i))) continue;
    return i;
  }
  return ledger::kNoStep;
}

Decision decide(const Workflow& workflow, const MigrationState& state, const Context& context) {
  Decision d;
  d.because = state.position;
  if (state.is_over()) {
    d.reason = state.reason;
    return d;
  }
  const StepIndex step = current_step(workflow, state, context.ledger_id);
  d.step = step;
  if (state.unknown_events > 0) {
    d.kind = state.status == Status::parked && state.parked_session == context.session ? Kind::over
                                                                                       : Kind::park;
    d.row = Row::unknown_event;
    d.reason = fmt::format("{} event(s) of this migration were written by a newer version",
                           state.unknown_events);
    d.need = "go on with the newer migledger";
    return d;
  }
  if (is_paused(state, context, step)) {
    d.row = Row::paused;
    d.because = std::max(state.paused, context.held);
    d.reason = "paused " + state.pause_words;
    d.need = "migledger resume";
    return d;
  }
  const bool approval_open =
      step != ledger::kNoStep && workflow.steps[step].kind == StepKind::approve;
  if (state.status == Status::parked &&
      (state.parked_session == context.session || approval_open)) {
    d.row = Row::parked;
    d.reason = state.reason;
    d.need = state.need;
    return d;
  }
  if (step == ledger::kNoStep) {
    d.kind = Kind::finish;
    d.reason = state.mode == Mode::cancel     ? "cancelled; what was made is kept"
               : state.mode == Mode::rollback ? rolled_back_words(workflow, state, context)
                                              : "every step is done";
    return d;
  }
  const auto& reading = state.reading;
  const ledger::Position since = std::max(context.session, state.retried);
  if (reading.failures > 0 && reading.failed_position > since &&
      reading.error == ErrorClass::CREDENTIALS) {
    d.kind = Kind::stop_run;
    d.row = Row::credentials;
    d.because = reading.failed_position;
    d.reason = "the cloud does not accept the credentials";
    return d;
  }
  if (const auto& definition = workflow.steps[step]; definition.not_before) {
    const Time moment = definition.not_before(view_of(workflow, state, context.ledger_id, step));
    if (context.now < moment) {
      d.row = Row::too_early;
      d.kind = moment - context.now <= kShortPeriod ? Kind::wait : Kind::park;
      d.until = moment;
      d.reason = fmt::format("{}: not before {}", definition.title, format_utc(moment));
      d.need = "run again then";
      return d;
    }
  }
  switch (workflow.steps[step].kind) {
    case StepKind::check:
    case StepKind::await:
      return decide_reading(workflow, state, context, step);
    case StepKind::bulk:
      return decide_bulk(workflow, state, context, step);
    case StepKind::approve:
      d.kind = Kind::approve;
      d.row = Row::approval;
      d.reason = workflow.steps[step].question(view_of(workflow, state, context.ledger_id, step));
      d.need = approval_words(workflow.steps[step].approval, state.name);
      return d;
    case StepKind::act:
      return ActDecision(workflow, state, context, step).make();
  }
  return d;
}

}  // namespace migledger::workflow
