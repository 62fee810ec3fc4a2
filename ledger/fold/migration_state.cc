#include "ledger/fold/migration_state.h"

#include <algorithm>

#include "ledger/base/errors.h"
#include "ledger/base/planted.h"

namespace migledger::ledger {

namespace {

using schema::Event;

StepIndex checked_step(std::uint16_t step, schema::Event::Reader event) {
  if (step < kMaxSteps) return step;
  throw LedgerError(LedgerErrorKind::corrupt, "event " + std::to_string(event.getPosition()) +
                                                  " names step " + std::to_string(step) +
                                                  "; a workflow has at most " +
                                                  std::to_string(kMaxSteps));
}

std::string words_of(schema::Steered::Reader steered) {
  std::string words = "by ";
  words.append(view(steered.getUser())).append("@").append(view(steered.getHost()));
  const auto reason = view(steered.getReason());
  if (!reason.empty()) words.append(": ").append(reason);
  return words;
}

// Streams of one workflow share one list of step names.
std::shared_ptr<const std::vector<std::string>> shared_steps(
    capnp::List<capnp::Text>::Reader recorded) {
  thread_local std::shared_ptr<const std::vector<std::string>> last;
  const auto same = [&] {
    if (!last || last->size() != recorded.size()) return false;
    for (unsigned i = 0; i < recorded.size(); ++i)
      if ((*last)[i] != view(recorded[i])) return false;
    return true;
  };
  if (!same()) {
    auto names = std::make_shared<std::vector<std::string>>();
    for (const auto name : recorded) names->emplace_back(view(name));
    last = std::move(names);
  }
  return last;
}

}  // namespace

std::string_view name_of(Status status) {
  switch (status) {
    case Status::running:
      return "running";
    case Status::parked:
      return "waiting";
    case Status::done:
      return "done";
    case Status::failed:
      return "failed";
    case Status::cancelled:
      return "cancelled";
    case Status::rolled_back:
      return "rolled-back";
  }
  return "?";
}

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::forward:
      return "moving";
    case Mode::cancel:
      return "cancelling";
    case Mode::rollback:
      return "rolling back";
    case Mode::cleanup:
      return "cleaning up";
    case Mode::decommission:
      return "decommissioning";
  }
  return "?";
}

std::string_view standing(Status status, Mode mode, bool paused) {
  const bool over = status != Status::running && status != Status::parked;
  if (paused && !over) return "paused";
  return status == Status::running && mode != Mode::forward ? name_of(mode) : name_of(status);
}

void clear_from(StepSet& steps, StepIndex step) {
  if (step < kMaxSteps) steps &= StepSet().set() >> (kMaxSteps - step);
}

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::none:
      return "none";
    case Phase::open:
      return "open";
    case Phase::unknown:
      return "unknown";
    case Phase::failed:
      return "failed";
    case Phase::dead:
      return "dead";
    case Phase::accepted:
      return "accepted";
  }
  return "?";
}

Fields fields_of(capnp::List<schema::Field>::Reader list) {
  Fields fields;
  merge(fields, list);
  return fields;
}

std::string_view MigrationState::step_name(StepIndex step) const {
  return steps && step < steps->size() ? std::string_view((*steps)[step]) : std::string_view("?");
}

void MigrationState::complete(StepIndex step, Time at) {
  done_.set(step);
  if (bulk.walks(step)) bulk = {};
  if (named_step == step) named_step = kNoStep;
  entered = at;
  if (!reading.state.empty() || reading.failed_position != 0) reading = {};
  reading.percent = 0;
}

void MigrationState::go_back_to(StepIndex step) {
  clear_from(done_, step);
  bulk = {};
  reading = {};
  entered = updated;
}

void MigrationState::set_generation(StepIndex step, std::uint16_t generation) {
  if (generations_.size() <= step) generations_.resize(step + std::size_t{1});
  generations_[step] = generation;
}

void MigrationState::start(schema::Event::Reader event) {
  const auto body = event.getBody().getMigrationStarted();
  stream = event.getPosition();
  started = entered = time_from_micros(event.getTime());
  name = view(body.getName());
  workflow = view(body.getWorkflow());
  workflow_version = body.getWorkflowVersion();
  forward = body.getForward();
  steps = shared_steps(body.getSteps());
  checked_step(static_cast<std::uint16_t>(steps->empty() ? 0 : steps->size() - 1), event);
  plan = fields_of(body.getPlan());
  for (const auto other : body.getDependsOn()) depends_on.emplace_back(view(other));
}

void MigrationState::apply(schema::Event::Reader event) {
  const auto body = event.getBody();
  position = event.getPosition();
  version = event.getVersion();
  updated = time_from_micros(event.getTime());
  // Whatever happens after parking means that somebody went on.
  const auto go_on = [&] {
    if (status != Status::parked) return;
    status = Status::running;
    entered = updated;
  };
  switch (body.which()) {
    case Event::Body::MIGRATION_STARTED:
      start(event);
      break;
    case Event::Body::PLAN_CHANGED: {
      const auto changed = body.getPlanChanged();
      plan = fields_of(changed.getPlan());
      depends_on.clear();
      for (const auto other : changed.getDependsOn()) depends_on.emplace_back(view(other));
      for (const auto step : changed.getRecheck()) {
        done_.reset(checked_step(step, event));
        if (bulk.walks(step)) bulk = {};
      }
      if (status == Status::parked || status == Status::failed) {
        status = Status::running;
        entered = updated;
      }
      if (attempt.phase == Phase::failed || attempt.phase == Phase::dead) reopened = true;
      break;
    }
    case Event::Body::PROBED:
      go_on();
      apply_probed(event);
      break;
    case Event::Body::INTENT:
      go_on();
      apply_intent(event);
      break;
    case Event::Body::OUTCOME:
      go_on();
      apply_outcome(event);
      break;
    case Event::Body::CHECKED:
      go_on();
      apply_checked(event);
      break;
    case Event::Body::OBSERVED: {
      go_on();
      const auto observed = body.getObserved();
      reading.state = view(observed.getState());
      reading.percent = observed.getPercent();
      reading.failures = 0;
      break;
    }
    case Event::Body::READ_FAILED: {
      const auto error = body.getReadFailed().getError();
      if (++reading.failures == 1 || reading.session != event.getSession())
        reading.failing_since = updated;
      reading.session = event.getSession();
      reading.error = error.getClass();
      reading.code = view(error.getCode());
      reading.failed_at = updated;
      reading.failed_position = position;
      reading.retry_after = pause_from_millis(error.getRetryAfterMillis());
      break;
    }
    case Event::Body::PARKED: {
      const auto parked = body.getParked();
      status = Status::parked;
      parked_kind = parked.getKind();
      parked_session = event.getSession();
      stopped_at = parked.getStep();
      reason = view(parked.getReason());
      need = view(parked.getNeed());
      break;
    }
    case Event::Body::APPROVED: {
      go_on();
      complete(checked_step(body.getApproved().getStep(), event), updated);
      break;
    }
    case Event::Body::ENDED:
      apply_ended(event);
      break;
    case Event::Body::STEERED:
      apply_steered(event);
      break;
    case Event::Body::BULK_BEGUN:
      go_on();
      checked_step(body.getBulkBegun().getStep(), event);
      bulk.begin(body.getBulkBegun());
      moved = updated;
      reading.failures = 0;
      break;
    case Event::Body::BULK_ENDED: {
      go_on();
      const auto page = body.getBulkEnded();
      checked_step(page.getStep(), event);
      bulk.end(page);
      moved = updated;
      reading.state = bulk_words(page);
      reading.percent = page.getPercent();
      reading.failures = 0;
      break;
    }
    default:
      if (attempt.phase == Phase::open && planted(PlantedBug::unknown_as_success)) {
        attempt.phase = Phase::accepted;
        complete(attempt.step, updated);
        break;
      }
      ++unknown_events;
      break;
  }
}

void MigrationState::apply_probed(schema::Event::Reader event) {
  const auto probed = event.getBody().getProbed();
  const StepIndex step = checked_step(probed.getStep(), event);
  const bool same = look.step == step && look.generation == probed.getGeneration();
  if (!same) forget_look();
  const bool by_tag = view(probed.getScope()) == "tag";
  const bool absent = probed.getResult() == schema::Probed::Result::ABSENT;
  if (by_tag && absent) {
    look.tag_absent = updated;
  } else {
    const bool absent_again =
        absent && look.position != 0 && look.result == schema::Probed::Result::ABSENT;
    look.absent_before = absent_again ? look.time : Time{};
    look.result = probed.getResult();
    look.time = updated;
    if (!absent) look.tag_absent = {};
  }
  look.step = step;
  look.generation = probed.getGeneration();
  look.position = event.getPosition();
  look.session = event.getSession();
  look.cloud_time = time_from_micros(probed.getCloudTime());
  look.facts = fields_of(probed.getFacts());
  look.shown.clear();
  for (const auto candidate : probed.getCandidates()) {
    if (!look.shown.empty()) look.shown += "; ";
    look.shown.append(view(candidate.getId())).append(" (").append(view(candidate.getState()));
    look.shown.append(", ").append(view(candidate.getWhy())).append(")");
  }
  reading.failures = 0;
}

void MigrationState::apply_intent(schema::Event::Reader event) {
  const auto intent = event.getBody().getIntent();
  const StepIndex step = checked_step(intent.getStep(), event);
  const Time cloud_time = look.step == step ? look.cloud_time : Time{};
  if (attempt.step != step) {
    attempt = {};
    attempt.step = step;
  }
  if (attempt.generation != intent.getGeneration()) {
    attempt.generation = intent.getGeneration();
    // Guarded by a version, a new request may go out while it is open what came of the one before:
    // until one of them takes effect, each of them can.
    const bool may_still = attempt.phase == Phase::open || attempt.phase == Phase::unknown ||
                           (attempt.phase == Phase::failed && attempt.doubt);
    attempt.doubt = may_still && intent.getGuard() == schema::Intent::Guard::IF_MATCH &&
                    !planted(PlantedBug::forget_doubt);
    attempt.sends = 0;
    attempt.first_intent = event.getPosition();
    attempt.first_sent = updated;
    attempt.first_cloud_time = cloud_time;
  } else if (attempt.phase == Phase::open || attempt.phase == Phase::unknown) {
    attempt.doubt = !planted(PlantedBug::forget_doubt);
  }
  attempt.phase = Phase::open;
  attempt.error = schema::ErrorClass::NONE;
  attempt.code.clear();
  ++attempt.sends;
  attempt.latest = event.getPosition();
  attempt.session = event.getSession();
  attempt.last_sent = updated;
  attempt.last_cloud_time = cloud_time;
  attempt.retry_after = {};
  reopened = renewed = false;
  forget_look();
  set_generation(step, intent.getGeneration());
}

void MigrationState::apply_outcome(schema::Event::Reader event) {
  const auto outcome = event.getBody().getOutcome();
  const StepIndex step = checked_step(outcome.getStep(), event);
  if (attempt.step != step) {
    attempt = {};
    attempt.step = step;
  }
  attempt.latest = event.getPosition();
  attempt.ended = updated;
  attempt.error = outcome.getError().getClass();
  attempt.code = view(outcome.getError().getCode());
  attempt.retry_after = pause_from_millis(outcome.getError().getRetryAfterMillis());
  forget_look();
  switch (outcome.getResult()) {
    case schema::Outcome::Result::SUCCEEDED:
      // One of them has taken effect, so those before cannot any more. Of a request that was sent
      // again, or never answered, it stays on show that it was in doubt.
      if (attempt.sends <= 1 && attempt.phase != Phase::unknown) attempt.doubt = false;
      attempt.phase = Phase::accepted;
      attempt.generation = outcome.getGeneration();
      set_generation(step, outcome.getGeneration());
      attempt.failures = 0;
      // What was found, and not made, has lost its secret.
      if (outcome.getHow() == schema::Outcome::How::ADOPTED) secret_position = 0;
      for (const auto fact : outcome.getFacts())
        if (view(fact.getValue()).starts_with("${secret:")) secret_position = position;
      merge(facts, outcome.getFacts());
      if (outcome.getMore()) {
        attempt.deaths = 0;
        reading = {};
      } else {
        complete(step, updated);
      }
      break;
    case schema::Outcome::Result::FAILED:
      attempt.phase = Phase::failed;
      if (outcome.getHow() == schema::Outcome::How::PROVEN) {
        attempt.doubt = false;
        break;
      }
      ++attempt.failures;
      if (attempt.error == schema::ErrorClass::CAPACITY) ++capacity_failures;
      break;
    case schema::Outcome::Result::UNKNOWN:
      attempt.phase = Phase::unknown;
      attempt.doubt = true;
      // That a run ended says nothing about the request.
      if (outcome.getHow() != schema::Outcome::How::LOST) ++attempt.failures;
      break;
  }
}

void MigrationState::apply_checked(schema::Event::Reader event) {
  const auto checked = event.getBody().getChecked();
  const StepIndex step = checked_step(checked.getStep(), event);
  switch (checked.getResult()) {
    case schema::Checked::Result::OK:
      merge(facts, checked.getFacts());
      complete(step, updated);
      break;
    case schema::Checked::Result::DEAD: {
      const StepIndex reopened_step = checked_step(checked.getReopens(), event);
      go_back_to(reopened_step);
      merge(facts, checked.getFacts());
      const Attempt before = attempt.step == reopened_step ? attempt : Attempt{};
      attempt = {};
      attempt.step = reopened_step;
      attempt.generation = generation(reopened_step);
      attempt.phase = Phase::dead;
      attempt.error = checked.getError().getClass();
      attempt.code = view(checked.getError().getCode());
      attempt.failures = before.failures + 1;
      const bool counts = attempt.error != schema::ErrorClass::CAPACITY &&
                          attempt.error != schema::ErrorClass::NOT_FOUND &&
                          attempt.error != schema::ErrorClass::NONE;
      attempt.deaths = before.deaths + (counts ? 1 : 0);
      attempt.latest = event.getPosition();
      attempt.ended = updated;
      if (attempt.error == schema::ErrorClass::CAPACITY) ++capacity_failures;
      forget_look();
      break;
    }
    case schema::Checked::Result::REFUSED:
      if (checked.getReopens() != 0) {
        go_back_to(checked_step(checked.getReopens(), event));
      } else if (bulk.walks(step)) {
        bulk.take_up_failed();
      }
      break;
  }
}

void MigrationState::apply_ended(Event::Reader event) {
  using Result = schema::Ended::Result;
  const auto ended = event.getBody().getEnded();
  stopped_at = ended.getStep();
  reason = view(ended.getReason());
  switch (ended.getResult()) {
    case Result::DONE:
      status = Status::done;
      if (mode == Mode::forward) done_at = updated;
      if (mode == Mode::cleanup) cleaned = true;
      if (mode == Mode::decommission) decommissioned = true;
      mode = Mode::forward;
      break;
    case Result::FAILED:
      status = Status::failed;
      break;
    case Result::CANCELLED:
      // What was asked for after the move is cancelled without undoing the move.
      status = done_at == Time{} ? Status::cancelled : Status::done;
      mode = Mode::forward;
      break;
    case Result::ROLLED_BACK:
      status = Status::rolled_back;
      done_at = {};
      break;
  }
}

void MigrationState::enter(Mode next) {
  mode = next;
  status = Status::running;
  paused = 0;
  pause_at = named_step = kNoStep;
  entered = updated;
  reading = {};
  attempt.failures = 0;
  // Undoing and cleaning up begin anew each time: what was approved or checked then may not hold.
  clear_from(done_, static_cast<StepIndex>(forward_count()));
  // What was seen belongs to another question.
  forget_look();
}

void MigrationState::apply_steered(Event::Reader event) {
  using Verb = schema::Steered::Verb;
  const auto steered = event.getBody().getSteered();
  const auto go_on = [&] {
    status = Status::running;
    entered = updated;
    retried = position;
    attempt.failures = 0;
    attempt.deaths = 0;
    reading = {};
  };
  switch (steered.getVerb()) {
    case Verb::PAUSE:
      if (steered.getStep() != kNoStep) {
        pause_at = steered.getStep();
      } else {
        paused = position;
      }
      pause_words = words_of(steered);
      break;
    case Verb::RESUME:
      paused = 0;
      pause_at = kNoStep;
      entered = updated;
      break;
    case Verb::CANCEL:
      enter(Mode::cancel);
      break;
    case Verb::RETRY:
      go_on();
      if (attempt.phase == Phase::failed || attempt.phase == Phase::dead) renewed = true;
      break;
    case Verb::SKIP:
    case Verb::APPROVE:
      go_on();
      complete(checked_step(steered.getStep(), event), updated);
      break;
    case Verb::NOTE:
      break;
    case Verb::ADOPT:
      go_on();
      forget_look();
      named_step = checked_step(steered.getStep(), event);
      named = view(steered.getResource());
      break;
    case Verb::ROLLBACK:
      enter(Mode::rollback);
      break;
    case Verb::CLEANUP:
      enter(Mode::cleanup);
      break;
    case Verb::DECOMMISSION:
      enter(Mode::decommission);
      break;
    default:
      ++unknown_events;
      break;
  }
}

}  // namespace migledger::ledger
