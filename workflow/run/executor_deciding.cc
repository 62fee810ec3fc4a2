#include <algorithm>

#include "workflow/run/executor_loop.h"
#include "workflow/run/pacing.h"

namespace migledger::workflow {

bool Executor::Loop::has_more(const Migration& migration, StepIndex step, std::uint16_t generation,
                              const ledger::Fields& facts) const {
  const auto more = workflow_.steps[step].more;
  return more && more(view_of(workflow_, migration.state, ledger_id_, step, generation), facts);
}

void Executor::Loop::set_current(Migration& migration, StepIndex step) {
  if (migration.current == step) return;
  migration.current = step;
  migration.next_poll = {};
  if (step == ledger::kNoStep) return;
  const Step& current = workflow_.steps[step];
  if (in_bulk()) migration.next_poll = gathering(current, now_);
  // What this run has just sent is not over yet. What was found, or a former run sent, may be.
  const auto& attempt = migration.state.attempt;
  const bool sent_now =
      attempt.session == session_ && attempt.step == workflow_.index_of(current.of);
  if (current.usual > Duration::zero() && sent_now)
    migration.next_poll = next_poll(current, migration.state, migration.state.entered);
}

void Executor::Loop::advance(Migration& migration) {
  if (!migration.active || migration.job) return;
  decide_about(migration);
}

void Executor::Loop::append_approval(const Migration& migration, Position because, StepIndex step,
                                     std::string_view what, schema::Approved::How how,
                                     std::string_view given) {
  ApprovalRecord record;
  record.step = step;
  record.kind = workflow_.steps[step].approval;
  record.how = how;
  record.what = what;
  record.given = given;
  record.by = options_.actor;
  record.by.cloud_login = cloud_.identity().principal;
  append(approved(origin(migration, because), migration.state, record));
}

// What the plan approves is recorded when it would have been asked for, before the next step.
bool Executor::Loop::record_approval_by_plan(const Migration& migration, const Decision& decision) {
  if (decision.step == ledger::kNoStep || decision.kind == Decision::Kind::over) return false;
  for (const StepIndex i : plan_approves_) {
    const Step& step = workflow_.steps[i];
    if (i >= decision.step || migration.state.is_done(i)) continue;
    if ((step.modes & in(migration.state.mode)) == 0) continue;
    const View view = view_of(workflow_, migration.state, ledger_id_, i);
    if (!step.approved_by_plan(view)) continue;
    append_approval(migration, decision.because, i, step.question(view),
                    schema::Approved::How::CONFIGURATION, step.plan_key);
    return true;
  }
  return false;
}

void Executor::Loop::decide_about(Migration& migration) {
  const Decision decision = decide(workflow_, migration.state, {now_, session_, ledger_id_, held_});
  if (record_approval_by_plan(migration, decision)) return;
  set_current(migration, decision.step);
  using Kind = Decision::Kind;
  if (decision.kind != Kind::walk) migration.walk.reset();
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
    case Kind::look_named:
      begin_job(migration, Job::Purpose::look_named, decision);
      break;
    case Kind::walk:
      walk_on(migration, decision);
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
      record.how = claimed                                       ? schema::Outcome::How::CLAIMED
                   : migration.state.named_step == decision.step ? schema::Outcome::How::BY_PERSON
                                                                 : schema::Outcome::How::ADOPTED;
      record.more = has_more(migration, decision.step, decision.generation, record.facts);
      if (migration.state.attempt.step == decision.step &&
          migration.state.attempt.generation == decision.generation)
        record.intent = migration.state.attempt.first_intent;
      record.row = name_of(decision.row);
      append(outcome(origin(migration, decision.because), record));
      break;
    }
    case Kind::give_up: {
      OutcomeRecord record;
      record.step = decision.step;
      record.generation = decision.generation;
      record.intent = migration.state.attempt.first_intent;  // the latest event may be an outcome
      record.result = schema::Outcome::Result::FAILED;
      record.how = schema::Outcome::How::PROVEN;
      record.failure.error_class = ErrorClass::RETRY;
      record.failure.code = "NothingMade";
      record.failure.message = decision.reason;
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
      if (options_.approvals.cover(workflow_.steps[decision.step].approval, false)) {
        append_approval(migration, decision.because, decision.step, decision.reason,
                        schema::Approved::How::FLAG, options_.approvals.given);
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
                   static_cast<StepIndex>(workflow_.forward_count() - 1),
                   end_of(migration.state.mode), decision.reason));
      break;
    case Kind::stop_run:
      result_.credentials_error = decision.reason;
      break;
    case Kind::over: {
      // Approval given with this run ends a stop that an earlier run made.
      const bool asks = decision.row == Row::parked && migration.state.status == Status::parked &&
                        migration.state.parked_kind == schema::Parked::Kind::APPROVE;
      const bool waited = migration.state.parked_session != session_;
      if (asks && options_.approvals.cover(workflow_.steps[decision.step].approval, waited)) {
        append_approval(migration, decision.because, decision.step, migration.state.reason,
                        schema::Approved::How::FLAG, options_.approvals.given);
        break;
      }
      migration.over = true;
      migration.active = false;
      set_current(migration, ledger::kNoStep);
      --active_;
      break;
    }
  }
}

}  // namespace migledger::workflow
