// The rules of recovery, told anew from the events, so that a mistake in the code that decides
// cannot hide behind its own recomputation:
//
//  look-first       before every request that creates or changes something, this session looked for
//                   it after the last event about it, a moment ago, and found nothing
//  proof            a new generation, or the word that nothing came of it or that the migration has
//                   failed, while it is not known what came of the one before, follows two looks
//                   that found nothing, both later than the settle window, half a minute apart, and
//                   a search by tag where there are tags
//  nothing-open     a migration ends only when it is known what came of all that was sent
//  same-request     what is sent again is the recorded request of the same generation; nothing else
//                   is sent under its key
//  young-token      … and, if the first may have had its effect, within 23 hours of it, by our
//                   clock and the cloud's, and never before it
//  final            after an error that will never go away, and after a limit or refused
//                   credentials in the same session, nothing is sent until a person says so
//  patience         nothing is sent before the cloud wants to hear it
//  guarded          updates and removals name the version that the look saw, if it saw one; a claim
//                   is made only where there is none
//  ours-only        what is adopted was just seen, and bears our key; nothing else is
//  known-only       after an event of a kind that is not known, nothing is sent or concluded
//  same-transport   what is sent again goes the way that it went first
//  of-its-mode      what is sent belongs to what the migration is about
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/simulation/promises/ledger_invariants.h"
#include "workflow/run/records.h"

namespace migledger::simulation {

namespace {

using namespace std::chrono_literals;
using ledger::Position;
using ledger::StepIndex;
using ledger::schema::ErrorClass;
using ledger::schema::Event;
using ledger::schema::Outcome;
using ledger::schema::Probed;
using workflow::Guard;

struct Probe {
  StepIndex step = ledger::kNoStep;
  std::uint16_t generation = 0;
  Probed::Result result = Probed::Result::ABSENT;
  bool by_tag = false;
  Position position = 0;
  Position session = 0;
  Time time{};
  Time cloud_time{};
  std::string etag;
};

struct Attempt {
  std::uint16_t generation = 0;
  enum class Fate { none, open, unknown, failed, done, dead } fate = Fate::none;
  bool doubt = false;
  ErrorClass error = ErrorClass::NONE;
  Position first_intent = 0;
  std::string transport;  // of the first
  Position latest = 0;
  Position session = 0;  // of the latest
  Time first_sent{}, last_sent{}, first_cloud_time{};
  Time not_before{};
};

class Rules {
 public:
  Rules(const workflow::Workflow& workflow) : workflow_(workflow) {}

  void take(Event::Reader event) {
    position_ = event.getPosition();
    session_ = event.getSession();
    time_ = time_from_micros(event.getTime());
    const auto body = event.getBody();
    if (state_.unknown_events > 0) judged(Rule::known_only);
    if (body.isIntent()) {
      take_intent(body.getIntent());
    } else if (body.isOutcome()) {
      take_outcome(body.getOutcome());
    } else if (body.isProbed()) {
      take_probe(body.getProbed());
    } else if (body.isChecked()) {
      take_checked(body.getChecked());
    } else if (body.isSteered() || body.isPlanChanged()) {
      asked_ = position_;
    } else if (body.isEnded()) {
      take_end(body.getEnded());
    }
    state_.apply(event);
  }

 private:
  [[noreturn]] void broken(Rule rule, const std::string& what) const {
    throw Violation(
        rule, fmt::format("{}: at {} of {}: {}", rule_of(rule), position_, state_.name, what));
  }

  // The newest look for the step, not by tag.
  const Probe* newest(StepIndex step) const {
    for (auto it = probes_.rbegin(); it != probes_.rend(); ++it)
      if (it->step == step && !(it->by_tag && it->result == Probed::Result::ABSENT)) return &*it;
    return nullptr;
  }

  Duration settle() const {
    const auto text = state_.plan.get("settle_seconds");
    double seconds = 600;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return Duration(static_cast<std::int64_t>(seconds * 1e6));
  }

  static bool is_in_doubt(const Attempt& attempt) {
    return attempt.fate == Attempt::Fate::open || attempt.fate == Attempt::Fate::unknown ||
           (attempt.fate == Attempt::Fate::failed && attempt.doubt);
  }

  void look_first(StepIndex index, const workflow::Step& step, const Attempt& attempt) const {
    if (!step.ask) return;
    judged(Rule::look_first);
    const Probe* look = newest(index);
    if (!look) broken(Rule::look_first, fmt::format("{} is sent without a look", step.name));
    if (look->session != session_)
      broken(Rule::look_first, fmt::format("the look for {} is of another session", step.name));
    if (look->position < attempt.latest)
      broken(Rule::look_first,
             fmt::format("the look for {} was before the last attempt", step.name));
    if (look->result != Probed::Result::ABSENT)
      broken(Rule::look_first, fmt::format("{} is sent although something was found", step.name));
    if (time_ - look->time > 2min)
      broken(Rule::look_first, fmt::format("the look for {} is old", step.name));
  }

  void proof(StepIndex index, const workflow::Step& step, const Attempt& attempt) const {
    judged(Rule::proof);
    const Time settled = attempt.last_sent + settle();
    std::vector<Time> looks;
    bool by_tag = step.ask_by_tag == nullptr;
    for (const auto& probe : probes_) {
      if (probe.step != index || probe.result != Probed::Result::ABSENT || probe.time < settled ||
          probe.position < attempt.latest)
        continue;
      if (probe.by_tag) {
        by_tag = true;
      } else {
        looks.push_back(probe.time);
      }
    }
    const bool apart = !looks.empty() && *std::max_element(looks.begin(), looks.end()) -
                                                 *std::min_element(looks.begin(), looks.end()) >=
                                             30s;
    if (!apart)
      broken(Rule::proof,
             fmt::format("{} is given up without two looks after the settle window", step.name));
    if (!by_tag) broken(Rule::proof, fmt::format("{} is given up without a search", step.name));
  }

  void take_end(ledger::schema::Ended::Reader ended) const {
    if (state_.unknown_events > 0) broken(Rule::known_only, "it ends");
    for (const auto& [index, attempt] : attempts_) {
      // The checks were made again, and it is not needed any more: its bucket is there, say.
      const auto& step = workflow_.steps[index];
      if (step.applies && !step.applies({state_, {}, index, attempt.generation})) continue;
      judged(Rule::nothing_open);
      if (attempt.fate == Attempt::Fate::open || attempt.fate == Attempt::Fate::unknown)
        broken(Rule::nothing_open,
               fmt::format("it ends, and what came of {} is not known", state_.step_name(index)));
      const bool given_up = ended.getResult() == ledger::schema::Ended::Result::CANCELLED ||
                            ended.getResult() == ledger::schema::Ended::Result::ROLLED_BACK;
      if (is_in_doubt(attempt) && (given_up || index == ended.getStep()))
        proof(index, step, attempt);
    }
  }

  void young_token(const workflow::Step& step, const Attempt& attempt, const Probe* look) const {
    judged(Rule::young_token);
    if (time_ < attempt.first_sent)
      broken(Rule::young_token,
             fmt::format("{} is sent again before it was first sent", step.name));
    if (time_ - attempt.first_sent >= 23h)
      broken(Rule::young_token, fmt::format("the token of {} is too old", step.name));
    const bool told = look && attempt.first_cloud_time != Time{} && look->cloud_time != Time{};
    if (told && look->cloud_time - attempt.first_cloud_time >= 23h)
      broken(Rule::young_token,
             fmt::format("the token of {} is too old by the cloud's clock", step.name));
  }

  void final(const workflow::Step& step, const Attempt& attempt) const {
    if (attempt.fate != Attempt::Fate::failed || asked_ > attempt.latest) return;
    judged(Rule::final);
    const bool now = attempt.session == session_;
    const auto error = attempt.error;
    if (error == ErrorClass::FATAL)
      broken(Rule::final, fmt::format("{} failed for good and is sent again", step.name));
    if (now && (error == ErrorClass::CREDENTIALS || error == ErrorClass::BLOCKED))
      broken(Rule::final, fmt::format("{} was refused and is sent again", step.name));
  }

  void take_intent(ledger::schema::Intent::Reader intent) {
    const StepIndex index = intent.getStep();
    if (index >= workflow_.steps.size()) broken(Rule::same_request, "there is no such step");
    const auto& step = workflow_.steps[index];
    Attempt& attempt = attempts_[index];
    if (state_.unknown_events > 0) broken(Rule::known_only, fmt::format("{} is sent", step.name));
    judged(Rule::of_its_mode);
    if ((step.modes & workflow::in(state_.mode)) == 0)
      broken(Rule::of_its_mode, fmt::format("{} is sent while the migration is {}", step.name,
                                            ledger::name_of(state_.mode)));
    look_first(index, step, attempt);
    final(step, attempt);
    if (asked_ <= attempt.latest && attempt.not_before != Time{}) judged(Rule::patience);
    if (asked_ <= attempt.latest && time_ < attempt.not_before)
      broken(Rule::patience, fmt::format("{} is sent before its time", step.name));
    const bool in_doubt = is_in_doubt(attempt);
    if (intent.getResends() != 0) {
      judged(Rule::same_request);
      if (intent.getResends() != attempt.first_intent ||
          intent.getGeneration() != attempt.generation)
        broken(Rule::same_request,
               fmt::format("{} sends again what is not the recorded request of its "
                           "generation",
                           step.name));
      judged(Rule::same_transport);
      if (ledger::view(intent.getTransport()) != attempt.transport)
        broken(Rule::same_transport,
               fmt::format("{} was sent by {} and is sent again by {}", step.name,
                           attempt.transport, ledger::view(intent.getTransport())));
      if (step.guard == Guard::TOKEN && attempt.error == ErrorClass::TOKEN_INVALIDATED)
        broken(Rule::young_token, fmt::format("the token of {} was refused", step.name));
      if (in_doubt && step.guard == Guard::TOKEN) young_token(step, attempt, newest(index));
    } else {
      if (intent.getGeneration() <= attempt.generation && attempt.generation != 0)
        broken(Rule::same_request, fmt::format("{} builds another request for generation {}",
                                               step.name, intent.getGeneration()));
      const bool by_version = step.guard == Guard::IF_MATCH;
      if (in_doubt && !by_version) proof(index, step, attempt);
      const auto request = workflow::request_of(intent.getRequest());
      // Lists and URLs tell no versions; whatever told one must be named.
      const Probe* seen = newest(index);
      const bool told = by_version && seen && !seen->etag.empty();
      const Rule rule = request.method == "DELETE" ? Rule::guarded_removal : Rule::guarded;
      if (told) judged(rule);
      if (told && request.if_match != seen->etag)
        broken(rule, fmt::format("{} does not name the version that was seen", step.name));
      const bool claims = step.name == "claim-source";
      if (claims) judged(Rule::guarded_claim);
      if (claims && request.if_none_match != "*")
        broken(Rule::guarded_claim, "a claim is made whether there is one or not");
      attempt.generation = intent.getGeneration();
      attempt.doubt = in_doubt && by_version;  // until one takes effect, each of them can
      attempt.first_intent = position_;
      attempt.transport = ledger::view(intent.getTransport());
      attempt.first_sent = time_;
      const Probe* look = newest(index);
      attempt.first_cloud_time = look ? look->cloud_time : Time{};
    }
    if (in_doubt && intent.getResends() != 0) attempt.doubt = true;
    attempt.fate = Attempt::Fate::open;
    attempt.latest = position_;
    attempt.session = session_;
    attempt.last_sent = time_;
    attempt.not_before = {};
    probes_.clear();
  }

  void take_outcome(ledger::schema::Outcome::Reader outcome) {
    const StepIndex index = outcome.getStep();
    Attempt& attempt = attempts_[index];
    const auto how = outcome.getHow();
    if (how != Outcome::How::REPLIED && how != Outcome::How::LOST && state_.unknown_events > 0)
      broken(Rule::known_only, "something is concluded");
    if (how == Outcome::How::ADOPTED || how == Outcome::How::BY_PERSON) {
      judged(Rule::ours_only);
      const Probe* look = newest(index);
      if (!look || look->session != session_ || look->position < attempt.latest ||
          look->result != Probed::Result::OURS)
        broken(Rule::ours_only, fmt::format("{} is adopted, and was not just seen to be ours",
                                            state_.step_name(index)));
    }
    if (how == Outcome::How::PROVEN && is_in_doubt(attempt) && index < workflow_.steps.size())
      proof(index, workflow_.steps[index], attempt);
    switch (outcome.getResult()) {
      case Outcome::Result::SUCCEEDED:
        attempt.fate = Attempt::Fate::done;
        attempt.generation = std::max(attempt.generation, outcome.getGeneration());
        break;
      case Outcome::Result::FAILED:
        attempt.fate = Attempt::Fate::failed;
        if (how == Outcome::How::PROVEN) {
          attempt.doubt = false;
        }
        break;
      case Outcome::Result::UNKNOWN:
        attempt.fate = Attempt::Fate::unknown;
        attempt.doubt = true;
        break;
    }
    attempt.error = outcome.getError().getClass();
    attempt.latest = position_;
    attempt.session = session_;
    attempt.not_before =
        time_ + std::chrono::milliseconds(outcome.getError().getRetryAfterMillis());
    probes_.clear();
  }

  void take_probe(ledger::schema::Probed::Reader probed) {
    std::string etag;
    for (const auto fact : probed.getFacts())
      if (const auto name = ledger::view(fact.getName()); name == "etag" || name == "remove_etag")
        etag = ledger::view(fact.getValue());
    probes_.push_back({probed.getStep(), probed.getGeneration(), probed.getResult(),
                       ledger::view(probed.getScope()) == "tag", position_, session_, time_,
                       time_from_micros(probed.getCloudTime()), std::move(etag)});
  }

  void take_checked(ledger::schema::Checked::Reader checked) {
    if (state_.unknown_events > 0) broken(Rule::known_only, "something is concluded");
    if (checked.getResult() != ledger::schema::Checked::Result::DEAD) return;
    // A secret was lost with the process that held it: before the workflow goes back to make
    // another, it is proven that nothing came of what was sent with the old one.
    if (ledger::view(checked.getError().getCode()) == "SecretLost") {
      const StepIndex index = checked.getStep();
      Attempt& attempt = attempts_[index];
      if (is_in_doubt(attempt)) proof(index, workflow_.steps[index], attempt);
      attempt.fate = Attempt::Fate::none;
      attempt.doubt = false;
    }
    Attempt& attempt = attempts_[checked.getReopens()];
    attempt.fate = Attempt::Fate::dead;
    attempt.latest = position_;
    attempt.session = session_;
    probes_.clear();
  }

  const workflow::Workflow& workflow_;
  ledger::MigrationState state_;
  std::map<StepIndex, Attempt> attempts_;
  std::vector<Probe> probes_;
  Position position_ = 0;
  Position session_ = 0;
  Position asked_ = 0;  // when a person last said anything
  Time time_{};
};

}  // namespace

void check_recovery_rules(const ledger::EventStore& store, const workflow::Workflow& workflow) {
  std::map<ledger::StreamId, Rules> streams;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto stream =
        event.getBody().isMigrationStarted() ? event.getPosition() : event.getStream();
    if (stream == ledger::kLedgerStream) continue;
    streams.try_emplace(stream, workflow).first->second.take(event);
  }
}

}  // namespace migledger::simulation
