#include "workflow/audit/recheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "ledger/fold/fleet_summary.h"
#include "workflow/decide/decide.h"
#include "workflow/run/records.h"
#include "workflow/run/sending_stops.h"
#include "workflow/workflows.h"

namespace migledger::workflow {

namespace {

using namespace ledger::schema;
using ledger::Phase;
using ledger::Position;
using ledger::StreamId;
using ledger::view;
using Kind = Decision::Kind;
using Body = Event::Body;

struct Followed {
  MigrationState state;
  const Workflow* workflow = nullptr;  // null: this build has none with these steps
  std::string first_key;               // of the attempt's generation, as its first intent has it
  bool refused = false;                // the last event: a check that was refused
};

const Workflow* workflow_of(const MigrationState& state) {
  const auto* workflow = workflow_named(state.workflow);
  return workflow && workflow->matches(state) ? workflow : nullptr;
}

std::string_view name_of_result(Ended::Result result) {
  switch (result) {
    case Ended::Result::DONE:
      return "done";
    case Ended::Result::FAILED:
      return "failed";
    case Ended::Result::CANCELLED:
      return "cancelled";
    case Ended::Result::ROLLED_BACK:
      return "rolled back";
  }
  return "?";
}

std::string place(const MigrationState& state, StepIndex step, std::uint16_t generation = 0) {
  std::string words;
  if (step != ledger::kNoStep) words = fmt::format(" {}", state.step_name(step));
  if (generation != 0) words += fmt::format(", generation {}", generation);
  return words;
}

std::string words_of(const MigrationState& state, const Decision& decision) {
  std::string words =
      std::string(name_of(decision.kind)) + place(state, decision.step, decision.generation);
  if (decision.reopens != ledger::kNoStep)
    words += fmt::format(", to{}", place(state, decision.reopens));
  words += fmt::format(" (row {})", name_of(decision.row));
  if (!decision.reason.empty()) words += ": " + decision.reason;
  return words;
}

// Empty when what is sent again, or anew, is the same request.
std::string difference_of(const Request& recorded, const Request& built) {
  const std::pair<std::string_view, bool> parts[] = {
      {"region", recorded.region == built.region},
      {"service", recorded.service == built.service},
      {"method", recorded.method == built.method},
      {"path", recorded.path == built.path},
      {"query", recorded.query == built.query},
      {"body", recorded.body == built.body},
      {"opc-retry-token", recorded.retry_token == built.retry_token},
      {"if-match", recorded.if_match == built.if_match},
      {"if-none-match", recorded.if_none_match == built.if_none_match}};
  std::string words;
  for (const auto& [name, same] : parts)
    if (!same) words += fmt::format("{}{}", words.empty() ? "" : ", ", name);
  return words;
}

// What an event says was decided, and whether a decision is that one.
struct Claim {
  std::string words;
  std::function<bool(const Decision&)> is;
  // Decided when the event was appended, and not at a moment before it, when a reading began.
  bool at_once = true;
  // What else must hold once the decision agrees; empty: it does. For the request and the like.
  std::function<std::string()> further = nullptr;
  std::function<bool(const Decision&)> same_words = nullptr;
};

}  // namespace

struct Recheck::State {
  std::optional<Disagreement> judge(Event::Reader event, Followed& followed);
  std::optional<Disagreement> judge_start(Event::Reader event) const;
  std::optional<Claim> claim_of(Event::Reader event, const Followed& followed) const;
  std::optional<Claim> claim_of_outcome(Event::Reader event, const Followed& followed) const;
  std::optional<Claim> claim_of_intent(Event::Reader event, const Followed& followed) const;
  std::optional<Claim> claim_of_parked(Event::Reader event, const Followed& followed) const;
  static std::optional<Claim> claim_of_reading(Event::Reader event, const Followed& followed);
  std::optional<Disagreement> hold_against(Event::Reader event, const Followed& followed,
                                           const Claim& claim) const;
  Decision decide_at(const Followed& followed, Position session, Time now) const {
    return decide(*followed.workflow, followed.state, {now, session, ledger_id, held});
  }
  void follow(Event::Reader event, Followed& followed);

  RecheckCounts counts;
  std::string ledger_id;
  Position held = 0;
  Position session = 0;
  Time session_began{};
  std::unordered_map<StreamId, Followed> migrations;
  std::unordered_map<std::string, StreamId> by_name;
};

Recheck::Recheck() : state_(std::make_unique<State>()) {}
Recheck::~Recheck() = default;
const RecheckCounts& Recheck::counts() const { return state_->counts; }

std::optional<Disagreement> Recheck::add(Event::Reader event) {
  State& s = *state_;
  ++s.counts.events;
  const auto body = event.getBody();
  if (event.getStream() == ledger::kLedgerStream) {
    ++s.counts.of_ledger;
    if (body.isLedgerCreated()) s.ledger_id = view(body.getLedgerCreated().getLedgerId());
    if (body.isSessionOpened()) {
      s.session = event.getPosition();
      s.session_began = time_from_micros(event.getTime());
    }
    s.held = ledger::hold_after(s.held, event);
    return std::nullopt;
  }
  std::optional<Disagreement> found;
  Followed& followed = s.migrations[event.getStream()];
  if (body.isMigrationStarted()) {
    ++s.counts.judged;
    found = s.judge_start(event);
    s.by_name.emplace(view(body.getMigrationStarted().getName()), event.getStream());
  } else {
    found = s.judge(event, followed);
  }
  s.follow(event, followed);
  return found;
}

void Recheck::State::follow(Event::Reader event, Followed& followed) {
  const auto body = event.getBody();
  const Position first = followed.state.attempt.first_intent;
  followed.state.apply(event);
  if (body.isMigrationStarted()) followed.workflow = workflow_of(followed.state);
  if (body.isIntent() && followed.state.attempt.first_intent != first)
    followed.first_key = view(body.getIntent().getKey());
  followed.refused = body.isChecked() && body.getChecked().getResult() == Checked::Result::REFUSED;
}

std::optional<Disagreement> Recheck::State::judge_start(Event::Reader event) const {
  const auto started = event.getBody().getMigrationStarted();
  Disagreement disagreement;
  disagreement.position = disagreement.stream = event.getPosition();
  disagreement.migration = view(started.getName());
  disagreement.recorded = "begin";
  if (held != 0) {
    disagreement.decided = "begin nothing: all migrations are paused";
    disagreement.row = name_of(Row::paused);
    disagreement.because = held;
    return disagreement;
  }
  for (const auto name : started.getDependsOn()) {
    const auto other = by_name.find(std::string(view(name)));
    if (other != by_name.end()) {
      const auto& state = migrations.at(other->second).state;
      if (state.done_at != Time{}) continue;
      disagreement.because = state.position;
    }
    disagreement.decided = fmt::format("wait until {} is done", view(name));
    return disagreement;
  }
  return std::nullopt;
}

std::optional<Disagreement> Recheck::State::judge(Event::Reader event, Followed& followed) {
  const auto body = event.getBody();
  switch (body.which()) {
    case Body::STEERED:
    case Body::PLAN_CHANGED:
      ++counts.by_people;
      return std::nullopt;
    case Body::APPROVED:
      if (body.getApproved().getHow() != ledger::schema::Approved::How::ORDER) break;
      ++counts.by_people;
      return std::nullopt;
    case Body::PROBED:
    case Body::INTENT:
    case Body::OUTCOME:
    case Body::OBSERVED:
    case Body::CHECKED:
    case Body::READ_FAILED:
    case Body::PARKED:
    case Body::ENDED:
    case Body::BULK_BEGUN:
    case Body::BULK_ENDED:
      break;
    default:
      ++counts.not_known;
      return std::nullopt;
  }
  const auto claim = followed.workflow ? claim_of(event, followed) : std::nullopt;
  if (!claim) {
    ++counts.not_known;
    return std::nullopt;
  }
  ++counts.judged;
  return hold_against(event, followed, *claim);
}

// The moments at which the decision can have been made: when the event was appended; for what a
// reading brought, from the event before it on, as the executor would have woken.
std::optional<Disagreement> Recheck::State::hold_against(Event::Reader event,
                                                         const Followed& followed,
                                                         const Claim& claim) const {
  const Time end = time_from_micros(event.getTime());
  Decision decision = decide_at(followed, event.getSession(), end);
  bool agrees = claim.is(decision);
  // Of several answers that were on their way, one said that the credentials are refused.
  if (!claim.at_once && decision.kind == Kind::stop_run && decision.row == Row::credentials)
    agrees = true;
  if (!agrees && !claim.at_once) {
    constexpr int kMostMoments = 16;
    Time now = std::max(followed.state.updated, session_began);
    for (int i = 0; i < kMostMoments && !agrees && now < end; ++i) {
      const Decision before = decide_at(followed, event.getSession(), now);
      agrees = claim.is(before);
      now = before.until > now ? before.until : end;
    }
  }
  const bool same_words = !agrees || !claim.same_words || claim.same_words(decision);
  const std::string further = agrees && claim.further ? claim.further() : std::string();
  if (agrees && same_words && further.empty()) return std::nullopt;
  Disagreement disagreement;
  disagreement.position = event.getPosition();
  disagreement.stream = event.getStream();
  disagreement.migration = followed.state.name;
  disagreement.recorded = claim.words;
  disagreement.decided = further.empty() ? words_of(followed.state, decision) : further;
  disagreement.row = name_of(decision.row);
  disagreement.because = decision.because;
  disagreement.words_only = agrees && further.empty();
  return disagreement;
}

std::optional<Claim> Recheck::State::claim_of(Event::Reader event, const Followed& followed) const {
  const auto& state = followed.state;
  const auto body = event.getBody();
  switch (body.which()) {
    case Body::INTENT:
      return claim_of_intent(event, followed);
    case Body::OUTCOME:
      return claim_of_outcome(event, followed);
    case Body::PARKED:
      return claim_of_parked(event, followed);
    case Body::APPROVED: {
      const StepIndex step = body.getApproved().getStep();
      const auto how = body.getApproved().getHow();
      // What the plan approves was decided about a later step.
      if (how == ledger::schema::Approved::How::CONFIGURATION) {
        const auto& steps = followed.workflow->steps;
        const bool is_so =
            step < steps.size() && steps[step].approved_by_plan &&
            steps[step].approved_by_plan(view_of(*followed.workflow, state, ledger_id, step));
        return Claim{"take the configuration as approval of" + place(state, step),
                     [is_so, step](const auto& d) { return is_so && d.step > step; }};
      }
      return Claim{"take --yes as approval of" + place(state, step), [&state, step](const auto& d) {
                     if (d.step != step) return false;
                     if (d.kind == Kind::approve) return true;
                     return d.kind == Kind::over && d.row == Row::parked &&
                            state.parked_kind == Parked::Kind::APPROVE;
                   }};
    }
    case Body::ENDED: {
      const auto ended = body.getEnded();
      const auto result = ended.getResult();
      const StepIndex step = ended.getStep();
      const auto last = static_cast<StepIndex>(followed.workflow->forward_count() - 1);
      Claim claim{fmt::format("end as {}: {}", name_of_result(result), view(ended.getReason())),
                  [&state, result, step, last](const auto& d) {
                    if (d.kind == Kind::fail)
                      return result == Ended::Result::FAILED && step == d.step;
                    return d.kind == Kind::finish && result == end_of(state.mode) && step == last;
                  }};
      claim.same_words = [ended](const auto& d) { return d.reason == view(ended.getReason()); };
      return claim;
    }
    default:
      return claim_of_reading(event, followed);
  }
}

std::optional<Claim> Recheck::State::claim_of_intent(Event::Reader event,
                                                     const Followed& followed) const {
  const auto& state = followed.state;
  const auto intent = event.getBody().getIntent();
  const bool again = intent.getResends() != 0;
  const StepIndex step = intent.getStep();
  const auto generation = intent.getGeneration();
  Claim claim{fmt::format("{}{} (row {})", again ? "send again" : "send",
                          place(state, step, generation), view(intent.getRow())),
              [intent, again, step, generation](const auto& d) {
                return d.kind == (again ? Kind::resend : Kind::send) && d.step == step &&
                       d.generation == generation && name_of(d.row) == view(intent.getRow());
              }};
  claim.further = [this, &followed, &state, intent, again, step, generation]() -> std::string {
    const Step& definition = followed.workflow->steps[step];
    const View seen = view_of(*followed.workflow, state, ledger_id, step, generation);
    const std::string key = again ? followed.first_key : seen.key();
    if (view(intent.getKey()) != key) return fmt::format("send it with the key {}", key);
    if (intent.getGuard() != definition.guard) return "guard it otherwise";
    const std::uint32_t sending = again ? state.attempt.sends + 1 : 1;
    if (intent.getSend() != sending)
      return fmt::format("send it for time {} in this generation", sending);
    if (again)
      return intent.getResends() == state.attempt.first_intent
                 ? std::string()
                 : fmt::format("repeat the request of #{}", state.attempt.first_intent);
    const std::string differs =
        difference_of(request_of(intent.getRequest()), definition.act(seen));
    return differs.empty() ? std::string() : "send a request with another " + differs;
  };
  return claim;
}

std::optional<Claim> Recheck::State::claim_of_outcome(Event::Reader event,
                                                      const Followed& followed) const {
  const auto& state = followed.state;
  const auto outcome = event.getBody().getOutcome();
  const StepIndex step = outcome.getStep();
  const auto generation = outcome.getGeneration();
  const auto& attempt = state.attempt;
  const auto more = [this, &followed, &state, outcome, step, generation] {
    const auto has_more = followed.workflow->steps[step].more;
    const bool expected =
        has_more && has_more(view_of(*followed.workflow, state, ledger_id, step, generation),
                             ledger::fields_of(outcome.getFacts()));
    if (expected == outcome.getMore()) return std::string();
    return std::string(expected ? "go on with what is left of the step"
                                : "take the step as done: nothing is left of it");
  };
  if (step >= followed.workflow->steps.size()) return std::nullopt;
  switch (outcome.getHow()) {
    case Outcome::How::REPLIED: {
      // The cloud's answer; what can be told is which request it answers.
      Claim claim{"take it as the reply to #" + std::to_string(outcome.getIntent()),
                  [&attempt, outcome, step, generation](const auto&) {
                    return attempt.phase == Phase::open && attempt.step == step &&
                           attempt.generation == generation &&
                           attempt.latest == outcome.getIntent();
                  }};
      if (outcome.getResult() == Outcome::Result::SUCCEEDED) claim.further = more;
      return claim;
    }
    case Outcome::How::LOST:
      return Claim{"take the reply to #" + std::to_string(outcome.getIntent()) + " as lost",
                   [&attempt, event, outcome, step, generation](const auto&) {
                     return attempt.phase == Phase::open && attempt.step == step &&
                            attempt.generation == generation &&
                            attempt.latest == outcome.getIntent() &&
                            attempt.session != event.getSession();
                   }};
    case Outcome::How::PROVEN:
      return Claim{fmt::format("record that nothing came of{} (row {})",
                               place(state, step, generation), view(outcome.getRow())),
                   [&attempt, outcome, step, generation](const auto& d) {
                     return d.kind == Kind::give_up && d.step == step &&
                            d.generation == generation &&
                            outcome.getIntent() == attempt.first_intent &&
                            name_of(d.row) == view(outcome.getRow());
                   }};
    case Outcome::How::ADOPTED:
    case Outcome::How::CLAIMED:
    case Outcome::How::BY_PERSON:
      break;
    default:
      return std::nullopt;
  }
  Claim claim{
      fmt::format("adopt{} (row {})", place(state, step, generation), view(outcome.getRow())),
      [outcome, step, generation](const auto& d) {
        return d.kind == Kind::adopt && d.step == step && d.generation == generation &&
               name_of(d.row) == view(outcome.getRow());
      }};
  claim.further = [&state, &attempt, outcome, step, generation, more]() -> std::string {
    ledger::Fields facts = state.look.facts;
    const bool claimed = facts.has("claimed");
    facts.erase("claimed");
    const auto how = claimed                    ? Outcome::How::CLAIMED
                     : state.named_step == step ? Outcome::How::BY_PERSON
                                                : Outcome::How::ADOPTED;
    if (how != outcome.getHow()) return "adopt it for another reason";
    if (!(facts.sorted() == ledger::fields_of(outcome.getFacts()).sorted()))
      return "adopt what the look found, which is something else";
    const bool same = attempt.step == step && attempt.generation == generation;
    const Position intent = same ? attempt.first_intent : 0;
    if (outcome.getIntent() != intent) return fmt::format("adopt it as what came of #{}", intent);
    return more();
  };
  return claim;
}

std::optional<Claim> Recheck::State::claim_of_parked(Event::Reader event,
                                                     const Followed& followed) const {
  const auto& state = followed.state;
  const auto parked = event.getBody().getParked();
  const StepIndex step = parked.getStep();
  const std::string_view reason = view(parked.getReason());
  Claim claim{fmt::format("ask a person at{}: {}", place(state, step), reason), nullptr};
  // Why a check was refused is what the cloud answered; that it is a person's turn, is not.
  if (followed.refused) {
    claim.is = [](const auto&) { return true; };
    return claim;
  }
  const bool unsent = reason == kSecretChanged || reason == kOtherTransport;
  const auto kind = parked.getKind();
  claim.is = [step, unsent, kind](const auto& d) {
    if (d.step != step) return false;
    switch (d.kind) {
      case Kind::send:
      case Kind::resend:
        return unsent;
      case Kind::approve:
        return kind == Parked::Kind::APPROVE;
      case Kind::park:
        return kind == (d.row == Row::several ? Parked::Kind::RESOLVE : Parked::Kind::MEND);
      default:
        return false;
    }
  };
  if (!unsent)
    claim.same_words = [parked, kind](const auto& d) {
      // How to approve is a matter of the command line, and no decision.
      return d.reason == view(parked.getReason()) &&
             (kind == Parked::Kind::APPROVE || d.need == view(parked.getNeed()));
    };
  return claim;
}

// What began with a decision to read, and ended with what was read.
std::optional<Claim> Recheck::State::claim_of_reading(Event::Reader event,
                                                      const Followed& followed) {
  const auto& state = followed.state;
  const auto body = event.getBody();
  const auto reads = [&](std::string words, StepIndex step, auto... kinds) {
    Claim claim{std::move(words) + place(state, step),
                [=](const auto& d) { return d.step == step && ((d.kind == kinds) || ...); }};
    claim.at_once = false;
    return claim;
  };
  switch (body.which()) {
    case Body::PROBED: {
      const auto probed = body.getProbed();
      const std::string_view scope = view(probed.getScope());
      const StepIndex step = probed.getStep();
      const auto generation = probed.getGeneration();
      const Kind kind = scope == "tag"  ? Kind::look_by_tag
                        : scope == "id" ? Kind::look_named
                                        : Kind::look;
      Claim claim{std::string(name_of(kind)) + place(state, step, generation), [=](const auto& d) {
                    return d.kind == kind && d.step == step && d.generation == generation;
                  }};
      claim.at_once = false;
      return claim;
    }
    case Body::OBSERVED:
      return reads("read", body.getObserved().getStep(), Kind::read, Kind::walk);
    case Body::READ_FAILED:
      return reads("read or look for", body.getReadFailed().getStep(), Kind::read, Kind::look,
                   Kind::look_by_tag, Kind::look_named, Kind::walk);
    case Body::BULK_BEGUN:
      return reads("walk through the objects at", body.getBulkBegun().getStep(), Kind::walk);
    case Body::BULK_ENDED:
      return reads("walk through the objects at", body.getBulkEnded().getStep(), Kind::walk);
    case Body::CHECKED: {
      const auto checked = body.getChecked();
      const StepIndex step = checked.getStep();
      if (checked.getResult() != Checked::Result::DEAD) return reads("read", step, Kind::read);
      const StepIndex reopens = checked.getReopens();
      const Workflow* workflow = followed.workflow;
      if (view(checked.getError().getCode()) == "SecretLost")
        return Claim{"go back" + place(state, step) + ", to" + place(state, reopens),
                     [=](const auto& d) {
                       return d.kind == Kind::reopen && d.step == step && d.reopens == reopens;
                     }};
      Claim claim = reads("read", step, Kind::read);
      claim.further = [=, &state]() -> std::string {
        if (step >= workflow->steps.size()) return "read no such step";
        const StepIndex of = workflow->index_of(workflow->steps[step].of);
        return of == reopens ? std::string() : "go back to" + place(state, of);
      };
      return claim;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace migledger::workflow
