// Promise 4, "each decision can be recomputed from the events before it": decide() is asked again,
// with the state folded from the events before, the time that the event was made at, its session
// and what held all migrations then. What it says must be what was recorded: the step, the
// generation, the row of the table, the cause.
//
// Exceptions, each with its reason:
//  - an event that tells what a reading found was decided on when the reading began, and is
//  recorded
//    when it ended: it is enough that something is still to be read then, has timed out, or was
//    stopped meanwhile by another answer, which said that the credentials are refused;
//  - that a request cannot be sent again by this run, because it goes another way to the cloud or
//  has
//    other secrets, follows from the run: it is enough that it was to be sent again;
//  - what a reply tells (an outcome that was replied) is no decision, nor is an order of a person
//  or
//    an accepted plan; of an order it is asked whether it could be taken.
#include <fmt/format.h>

#include "cli/simulation/ledger_invariants.h"
#include "ledger/fleet_summary.h"
#include "workflow/decide.h"
#include "workflow/sending_stops.h"
#include "workflow/transitions.h"

namespace migledger::simulation {

namespace {

using ledger::MigrationState;
using ledger::schema::Event;
using ledger::schema::Outcome;
using workflow::Decision;
using workflow::Row;

class Recomputed {
 public:
  Recomputed(const workflow::Workflow& workflow, const std::string& ledger_id,
             ledger::Position held, const MigrationState& state, Event::Reader event,
             bool follows_refusal)
      : event_(event),
        state_(state),
        follows_refusal_(follows_refusal),
        decision_(workflow::decide(
            workflow, state,
            {time_from_micros(event.getRawTime()), event.getSession(), ledger_id, held})) {}

  void check() const {
    const auto body = event_.getBody();
    switch (body.which()) {
      case Event::Body::INTENT: {
        const auto intent = body.getIntent();
        expect(intent.getResends() == 0 ? is(Decision::Kind::send) : is(Decision::Kind::resend));
        same(intent.getStep(), intent.getGeneration(), ledger::view(intent.getRow()));
        break;
      }
      case Event::Body::OUTCOME: {
        const auto outcome = body.getOutcome();
        const auto how = outcome.getHow();
        if (how == Outcome::How::REPLIED || how == Outcome::How::LOST) return;
        expect(how == Outcome::How::PROVEN ? is(Decision::Kind::give_up)
                                           : is(Decision::Kind::adopt));
        same(outcome.getStep(), outcome.getGeneration(), ledger::view(outcome.getRow()));
        break;
      }
      case Event::Body::PARKED:
        if (follows_refusal_) return;  // a check's refusal and its parking are one
        expect(is(Decision::Kind::park) || is(Decision::Kind::approve) ||
               (is(Decision::Kind::resend) && cannot_be_sent_again(body.getParked())));
        break;
      case Event::Body::APPROVED:
        if (body.getApproved().getHow() != ledger::schema::Approved::How::FLAG) return;
        expect(is(Decision::Kind::approve) ||
               (is(Decision::Kind::over) && decision_.row == Row::parked));
        break;
      case Event::Body::ENDED:
        expect(is(Decision::Kind::fail) || is(Decision::Kind::finish));
        break;
      case Event::Body::PROBED:
      case Event::Body::CHECKED:
      case Event::Body::OBSERVED:
      case Event::Body::READ_FAILED:
        expect(is(Decision::Kind::read) || is(Decision::Kind::look) ||
               is(Decision::Kind::look_by_tag) || is(Decision::Kind::look_named) ||
               is(Decision::Kind::walk) || is(Decision::Kind::reopen) || is(Decision::Kind::wait) ||
               is_stopped() ||
               (is(Decision::Kind::park) &&
                (decision_.row == Row::timed_out || decision_.row == Row::unanswered)));
        break;
      case Event::Body::BULK_BEGUN:
      case Event::Body::BULK_ENDED:
        expect(is(Decision::Kind::walk) || is(Decision::Kind::read) || is_stopped());
        break;
      default:
        break;
    }
  }

 private:
  // What a run holds, its way to the cloud and its secrets, is no part of the state.
  static bool cannot_be_sent_again(ledger::schema::Parked::Reader parked) {
    const auto reason = ledger::view(parked.getReason());
    return reason == workflow::kOtherTransport || reason == workflow::kSecretChanged;
  }
  bool is(Decision::Kind kind) const { return decision_.kind == kind; }
  // Of several answers on their way, one said that the credentials are refused.
  bool is_stopped() const {
    return is(Decision::Kind::stop_run) && decision_.row == Row::credentials;
  }
  std::string said() const {
    return fmt::format(
        "decide() says: {} at step {} ({}), generation {}, row {}, because of {} ({})",
        workflow::name_of(decision_.kind), decision_.step, state_.step_name(decision_.step),
        decision_.generation, workflow::name_of(decision_.row), decision_.because,
        decision_.reason);
  }
  void expect(bool holds) const {
    judged(Rule::decisions_recomputed);
    if (holds) return;
    throw Violation(
        Rule::decisions_recomputed,
        fmt::format("the event at {} (kind {}) of {} does not follow; {}", event_.getPosition(),
                    static_cast<int>(event_.getBody().which()), state_.name, said()));
  }
  void same(ledger::StepIndex step, std::uint16_t generation, std::string_view row) const {
    if (step == decision_.step && generation == decision_.generation &&
        row == workflow::name_of(decision_.row) && event_.getCause() == decision_.because)
      return;
    throw Violation(
        Rule::decisions_recomputed,
        fmt::format("the event at {} of {} is of step {}, generation {}, row {}, because of "
                    "{}; {}",
                    event_.getPosition(), state_.name, step, generation, row, event_.getCause(),
                    said()));
  }

  Event::Reader event_;
  const MigrationState& state_;
  const bool follows_refusal_;
  const Decision decision_;
};

}  // namespace

void check_decisions(const ledger::EventStore& store, const workflow::Workflow& workflow) {
  struct Folded {
    MigrationState state;
    bool refused = false;  // its last event is a check that refused
  };
  std::map<ledger::StreamId, Folded> streams;
  std::map<std::string, ledger::StreamId, std::less<>> names;
  std::string ledger_id;
  ledger::Position held = 0;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (body.isLedgerCreated()) ledger_id = ledger::view(body.getLedgerCreated().getLedgerId());
    if (event.getStream() == ledger::kLedgerStream) {
      held = ledger::hold_after(held, event);
      continue;
    }
    const auto stream = body.isMigrationStarted() ? event.getPosition() : event.getStream();
    Folded& folded = streams[stream];
    if (body.isMigrationStarted()) {
      const auto started = body.getMigrationStarted();
      names[std::string(ledger::view(started.getName()))] = stream;
      for (const auto other : started.getDependsOn()) {
        judged(Rule::dependencies_kept);
        const auto known = names.find(ledger::view(other));
        if (known == names.end() || streams[known->second].state.done_at == Time{})
          throw Violation(Rule::dependencies_kept,
                          fmt::format("position {} begins {}, which waits for {}, and that "
                                      "is not done",
                                      event.getPosition(), ledger::view(started.getName()),
                                      ledger::view(other)));
      }
      if (held != 0)
        throw Violation(Rule::decisions_recomputed,
                        fmt::format("position {} begins a migration while all are paused",
                                    event.getPosition()));
    } else if (body.isSteered()) {
      judged(Rule::orders_possible);
      const auto verb = body.getSteered().getVerb();
      const auto refusal = workflow::refusal_of(verb, workflow::stage_of(folded.state),
                                                workflow::stop_of(folded.state));
      if (!refusal.empty())
        throw Violation(Rule::orders_possible, fmt::format("the order at {} could not be taken: {}",
                                                           event.getPosition(), refusal));
    } else if (!body.isPlanChanged()) {
      Recomputed(workflow, ledger_id, held, folded.state, event, folded.refused).check();
    }
    folded.state.apply(event);
    folded.refused = body.isChecked() &&
                     body.getChecked().getResult() == ledger::schema::Checked::Result::REFUSED;
  }
}

}  // namespace migledger::simulation
