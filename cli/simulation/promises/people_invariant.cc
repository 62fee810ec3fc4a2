// What people asked for is kept to, as the log shows it:
//
//  paused      between an order to pause, of one migration or of all, and the order that ends that,
//              no request and no page of objects is begun; an order to pause at a step holds that
//              step. Another wish for the migration (cancel, roll back, clean up, decommission)
//              ends its own pause, not that of all
//  approved    what comes after a step that a person must approve, follows their word: an order, or
//              the event that says so where they gave it in advance; for what is asked for after
//              the move, a word given since it was asked for
//  taken once  no order is carried out twice, however often it is given
//  in place    an order is taken only where it can mean something: an approval where one is waited
//  for, a
//              resumption of what is paused, another try of what stopped
//  asked       nobody who did not say so in advance is recorded as having approved
#include <fmt/format.h>

#include <map>
#include <set>

#include "cli/simulation/promises/ledger_invariants.h"

namespace migledger::simulation {

namespace {

using ledger::Position;
using ledger::StepIndex;
using ledger::schema::Event;
using ledger::schema::Steered;
using workflow::StepKind;

class Wishes {
 public:
  Wishes(const workflow::Workflow& workflow, const workflow::Approvals& approvals)
      : workflow_(workflow), approvals_(approvals) {}

  // `held`: the order that pauses all migrations then; 0: none does.
  void take(Event::Reader event, Position held, std::string_view ledger_id) {
    const auto body = event.getBody();
    position_ = event.getPosition();
    switch (body.which()) {
      case Event::Body::INTENT:
        begins(body.getIntent().getStep(), held, ledger_id);
        break;
      case Event::Body::BULK_BEGUN:
        begins(body.getBulkBegun().getStep(), held, ledger_id);
        break;
      case Event::Body::ENDED:
        if (body.getEnded().getResult() == ledger::schema::Ended::Result::DONE)
          passes(static_cast<StepIndex>(workflow_.steps.size()), ledger_id);
        break;
      case Event::Body::APPROVED:
        judge_approval(body.getApproved(), event.getSession());
        approved_.insert(body.getApproved().getStep());
        break;
      case Event::Body::STEERED:
        take_order(body.getSteered());
        break;
      default:
        break;
    }
    state_.apply(event);
  }

 private:
  [[noreturn]] void broken(Rule rule, const std::string& what) const {
    throw Violation(
        rule, fmt::format("{}: at {} of {}: {}", rule_of(rule), position_, state_.name, what));
  }

  void judge_approval(ledger::schema::Approved::Reader approved, Position session) {
    using How = ledger::schema::Approved::How;
    judged(Rule::asked);
    switch (approved.getHow()) {
      case How::ORDER:
        once(ledger::view(approved.getRequest()));
        waited_for(approved.getStep());
        if (approved.getRequest().size() == 0) broken(Rule::asked, "an approval names no order");
        return;
      case How::CONFIGURATION:
        if (state_.plan.get(ledger::view(approved.getGiven())) != "true")
          broken(Rule::asked, "an approval is recorded that the plan does not give");
        return;
      default: {
        if (approved.getStep() >= workflow_.steps.size())
          broken(Rule::asked, "there is no such step");
        const bool waited =
            state_.status == ledger::Status::parked && state_.parked_session != session;
        if (!approvals_.cover(workflow_.steps[approved.getStep()].approval, waited))
          broken(Rule::asked, "an approval is recorded that nobody gave");
      }
    }
  }

  void begins(StepIndex step, Position held, std::string_view ledger_id) const {
    if (step >= workflow_.steps.size()) broken(Rule::paused, "there is no such step");
    const auto name = workflow_.steps[step].name;
    if (held != 0)
      broken(Rule::paused_all, fmt::format("{} is begun, and #{} pauses all", name, held));
    if (paused_ != 0)
      broken(Rule::paused, fmt::format("{} is begun, and #{} pauses it", name, paused_));
    if (pause_at_ == step)
      broken(Rule::paused_at, fmt::format("{} is begun, which is paused at", name));
    passes(step, ledger_id);
  }

  // All that must be approved before `end`.
  void passes(StepIndex end, std::string_view ledger_id) const {
    for (StepIndex i = 0; i < end; ++i) {
      const auto& step = workflow_.steps[i];
      if (step.kind != StepKind::approve) continue;
      judged(Rule::approved);
      if (approved_.count(i) != 0) continue;
      if ((step.modes & workflow::in(state_.mode)) == 0) continue;
      if (step.applies && !step.applies({state_, ledger_id, i, 1})) continue;
      broken(Rule::approved, fmt::format("it goes on beyond {}, and nobody approved", step.name));
    }
  }

  void take_order(Steered::Reader steered) {
    once(ledger::view(steered.getRequest()));
    in_place(steered);
    switch (steered.getVerb()) {
      case Steered::Verb::PAUSE:
        if (steered.getStep() == ledger::kNoStep) {
          paused_ = position_;
        } else {
          pause_at_ = steered.getStep();
        }
        break;
      case Steered::Verb::APPROVE:
        approved_.insert(steered.getStep());
        break;
      case Steered::Verb::CANCEL:
      case Steered::Verb::ROLLBACK:
      case Steered::Verb::CLEANUP:
      case Steered::Verb::DECOMMISSION:
        approved_.erase(approved_.lower_bound(workflow_.forward_count()), approved_.end());
        [[fallthrough]];
      case Steered::Verb::RESUME:
        if (paused_ != 0) judged(Rule::paused);
        if (pause_at_ != ledger::kNoStep) judged(Rule::paused_at);
        paused_ = 0;
        pause_at_ = ledger::kNoStep;
        break;
      default:
        break;
    }
  }

  void once(std::string_view order) {
    judged(Rule::taken_once);
    if (!order.empty() && !orders_.emplace(order).second)
      broken(Rule::taken_once, fmt::format("order {} is carried out again", order));
  }

  // A person's approval is taken.
  void waited_for(StepIndex step) const {
    judged(Rule::orders_in_place);
    const bool waits = state_.status == ledger::Status::parked &&
                       state_.parked_kind == ledger::schema::Parked::Kind::APPROVE;
    if (!waits || paused_ != 0 || pause_at_ != ledger::kNoStep || step != state_.stopped_at)
      broken(Rule::orders_in_place, "an approval is taken that nothing waits for");
  }

  void in_place(Steered::Reader steered) const {
    using ledger::Status;
    judged(Rule::orders_in_place);
    const bool stopped = state_.status == Status::parked;
    const bool paused = paused_ != 0 || pause_at_ != ledger::kNoStep;
    switch (steered.getVerb()) {
      case Steered::Verb::APPROVE:
        waited_for(steered.getStep());
        break;
      case Steered::Verb::RESUME:
        if (!paused) broken(Rule::orders_in_place, "what is not paused is resumed");
        break;
      case Steered::Verb::RETRY:
        if (!stopped && state_.status != Status::failed && state_.status != Status::cancelled)
          broken(Rule::orders_in_place, "what goes on is tried again");
        break;
      default:
        break;
    }
  }

  const workflow::Workflow& workflow_;
  const workflow::Approvals& approvals_;
  ledger::MigrationState state_;
  Position position_ = 0;
  Position paused_ = 0;
  StepIndex pause_at_ = ledger::kNoStep;
  std::set<StepIndex> approved_;
  std::set<std::string> orders_;
};

}  // namespace

void check_people(const ledger::EventStore& store, const workflow::Workflow& workflow,
                  const workflow::Approvals& approvals) {
  std::map<ledger::StreamId, Wishes> streams;
  std::string ledger_id;
  Position held = 0;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (body.isLedgerCreated()) ledger_id = ledger::view(body.getLedgerCreated().getLedgerId());
    const auto stream = body.isMigrationStarted() ? event.getPosition() : event.getStream();
    if (stream != ledger::kLedgerStream) {
      streams.try_emplace(stream, workflow, approvals).first->second.take(event, held, ledger_id);
    } else if (body.isSteered()) {
      const auto verb = body.getSteered().getVerb();
      if (verb == Steered::Verb::PAUSE) held = event.getPosition();
      if (verb == Steered::Verb::RESUME && held != 0) judged(Rule::paused_all);
      if (verb == Steered::Verb::RESUME) held = 0;
    }
  }
}

}  // namespace migledger::simulation
