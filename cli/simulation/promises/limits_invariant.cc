// The limits of the plan, as the log shows them:
//
// attempts: a session in which a step has failed so often ("max_attempts") does not send it again.
//
// generations: what was made and died so often ("max_generations") is not made again.
//
// time: nothing is read of a step that has been waited for longer than its limit ("timeouts"), but
// for what was under way when that was over.
//
// time-granted: a step waits for a person because of its limit only when that much time has passed
// since the step began, or since somebody went on.
//
// every-place: a lack of capacity stops a migration only when every availability domain that is
// configured was tried.
//
// A person who asks for another try, or changes the plan, grants all of it again. Failures that say
// nothing about the request count for nothing: a lack of capacity, and that a run ended.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <set>

#include "cli/simulation/promises/ledger_invariants.h"
#include "workflow/cloud/json.h"
#include "workflow/model/settings.h"

namespace migledger::simulation {

namespace {

using namespace std::chrono_literals;
using ledger::StepIndex;
using ledger::schema::ErrorClass;
using ledger::schema::Event;
using ledger::schema::Outcome;
using ledger::schema::Steered;

class Limits {
 public:
  Limits(const workflow::Workflow& workflow, const Timing& timing)
      : workflow_(workflow), timing_(timing) {}

  // `opened`: when the session of the event began.
  void take(Event::Reader event, Time opened) {
    const auto body = event.getBody();
    position_ = event.getPosition();
    session_ = event.getSession();
    time_ = time_from_micros(event.getTime());
    switch (body.which()) {
      case Event::Body::INTENT:
        take_intent(body.getIntent());
        break;
      case Event::Body::OUTCOME:
        take_outcome(body.getOutcome());
        break;
      case Event::Body::CHECKED:
        waited(body.getChecked().getStep(), opened);
        take_checked(body.getChecked());
        break;
      case Event::Body::OBSERVED:
        waited(body.getObserved().getStep(), opened);
        break;
      case Event::Body::READ_FAILED:
        read_failed_ = true;
        break;
      case Event::Body::PARKED:
        take_parked(body.getParked());
        break;
      case Event::Body::STEERED:
        take_order(body.getSteered());
        break;
      case Event::Body::PLAN_CHANGED:
        tries_.clear();
        deaths_.clear();
        if (parked_ || state_.status == ledger::Status::failed) begin();
        break;
      case Event::Body::APPROVED:
      case Event::Body::MIGRATION_STARTED:
        begin();
        break;
      default:
        break;
    }
    const bool reads = body.isProbed() || body.isIntent() || body.isOutcome() || body.isChecked() ||
                       body.isObserved() || body.isApproved();
    if (parked_ && reads) begin();
    if (body.isParked()) parked_ = true;
    state_.apply(event);
  }

 private:
  struct Tries {
    ledger::Position session = 0;
    std::uint32_t failures = 0;
  };

  [[noreturn]] void broken(Rule rule, const std::string& what) const {
    throw Violation(
        rule, fmt::format("{}: at {} of {}: {}", rule_of(rule), position_, state_.name, what));
  }
  const workflow::Settings& settings() const { return workflow::settings_of(state_.plan); }

  // A step begins, or is gone on with.
  void begin() {
    since_ = time_;
    parked_ = read_failed_ = false;
  }

  void take_intent(ledger::schema::Intent::Reader intent) {
    const StepIndex step = intent.getStep();
    const auto body = workflow::parse_json(ledger::view(intent.getRequest().getBody()));
    if (body && body->is_object() && body->get_object().contains("availabilityDomain"))
      places_.insert(boost::json::serialize(body->at("availabilityDomain")));
    const auto& policy = settings().retry;
    std::erase_if(deaths_, [&](const auto& dead) { return dead.first != step; });
    std::erase_if(tries_, [&](const auto& tried) { return tried.first != step; });
    const auto tries = tries_.find(step);
    if (tries != tries_.end() && tries->second.session == session_) {
      judged(Rule::attempts);
      if (tries->second.failures >= policy.max_attempts)
        broken(Rule::attempts, fmt::format("{} failed {} times in this session and is sent again",
                                           state_.step_name(step), tries->second.failures));
    }
    const auto deaths = deaths_.find(step);
    if (deaths == deaths_.end()) return;
    judged(Rule::generations);
    if (deaths->second >= policy.max_generations)
      broken(Rule::generations, fmt::format("{} died {} times and is made again",
                                            state_.step_name(step), deaths->second));
  }

  void take_outcome(Outcome::Reader outcome) {
    const StepIndex step = outcome.getStep();
    if (outcome.getResult() == Outcome::Result::SUCCEEDED) {
      tries_.erase(step);
      if (outcome.getMore()) deaths_.erase(step);
      begin();
      return;
    }
    const auto error = outcome.getError().getClass();
    if (outcome.getHow() != Outcome::How::REPLIED || error == ErrorClass::CAPACITY) return;
    Tries& tries = tries_[step];
    if (tries.session != session_) tries = {session_, 0};
    ++tries.failures;
  }

  void take_checked(ledger::schema::Checked::Reader checked) {
    using Result = ledger::schema::Checked::Result;
    if (checked.getResult() == Result::DEAD) {
      const auto error = checked.getError().getClass();
      if (error != ErrorClass::CAPACITY && error != ErrorClass::NOT_FOUND &&
          error != ErrorClass::NONE)
        ++deaths_[checked.getReopens()];
      else if (error == ErrorClass::NONE)
        deaths_.erase(checked.getReopens());
    }
    begin();
  }

  void take_order(Steered::Reader steered) {
    const auto verb = steered.getVerb();
    if (verb == Steered::Verb::NOTE || verb == Steered::Verb::PAUSE) return;
    tries_.clear();
    deaths_.clear();
    const bool stays_parked = parked_ && verb == Steered::Verb::RESUME;
    begin();
    parked_ = stays_parked;  // what stops for a person still does
  }

  // Something was seen of a step that is waited for.
  void waited(StepIndex step, Time opened) const {
    const auto limit = limit_of(step);
    if (!limit || !timing_.clocks_are_right || read_failed_) return;
    if (parked_ && !timing_.at_once) return;
    const Time since = parked_ ? std::max(since_, opened) : since_;
    judged(Rule::time_limit);
    if (time_ - since > *limit + timing_.late)
      broken(Rule::time_limit,
             fmt::format("{} is waited for although its limit is over", state_.step_name(step)));
  }

  void take_parked(ledger::schema::Parked::Reader parked) const {
    const auto limit = limit_of(parked.getStep());
    const auto reason = ledger::view(parked.getReason());
    if (reason.find("in every configured place") != std::string_view::npos) {
      judged(Rule::every_place);
      const auto further = workflow::parse_json(state_.plan.get("further_ads"));
      const std::size_t places =
          1 + (further && further->is_array() ? further->as_array().size() : 0);
      if (places_.size() < places)
        broken(Rule::every_place,
               fmt::format("{} of {} availability domains were tried", places_.size(), places));
    }
    if (!limit || reason.find(" has taken longer than ") == std::string_view::npos) return;
    judged(Rule::time_granted);
    if (time_ - since_ < *limit)
      broken(Rule::time_granted,
             fmt::format("{} has not had its time", state_.step_name(parked.getStep())));
  }

  std::optional<Duration> limit_of(StepIndex step) const {
    if (step >= workflow_.steps.size()) return std::nullopt;
    const auto& definition = workflow_.steps[step];
    if (definition.kind != workflow::StepKind::await) return std::nullopt;
    return settings().timeout(definition.name);
  }

  const workflow::Workflow& workflow_;
  const Timing timing_;
  ledger::MigrationState state_;
  std::map<StepIndex, Tries> tries_;
  std::map<StepIndex, std::uint32_t> deaths_;
  std::set<std::string> places_;
  Time since_{};
  bool parked_ = false;
  bool read_failed_ = false;  // since then
  ledger::Position position_ = 0;
  ledger::Position session_ = 0;
  Time time_{};
};

}  // namespace

void check_limits(const ledger::EventStore& store, const workflow::Workflow& workflow,
                  const Timing& timing) {
  std::map<ledger::StreamId, Limits> streams;
  std::map<ledger::Position, Time> sessions;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (body.isSessionOpened()) sessions[event.getPosition()] = time_from_micros(event.getTime());
    const auto stream = body.isMigrationStarted() ? event.getPosition() : event.getStream();
    if (stream == ledger::kLedgerStream) continue;
    streams.try_emplace(stream, workflow, timing)
        .first->second.take(event, sessions[event.getSession()]);
  }
}

}  // namespace migledger::simulation
