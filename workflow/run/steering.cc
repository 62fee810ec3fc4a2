#include "workflow/run/steering.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/fold/fleet_summary.h"
#include "workflow/decide/decide.h"

namespace migledger::workflow {

namespace {

using ledger::EventDraft;
using ledger::kNoStep;

EventDraft steered(const Order& order, StepIndex step, const Origin& origin) {
  EventDraft event(origin.stream, origin.now, origin.session, origin.cause);
  auto body = event.body().initSteered();
  body.setVerb(order.verb);
  body.setStep(step);
  body.setResource(order.resource);
  body.setReason(order.reason);
  body.setRequest(order.id);
  body.setUser(order.user);
  body.setHost(order.host);
  body.setPid(order.pid);
  return event;
}

// What was asked about is what is approved.
EventDraft approval(const Order& order, const Step& asks, StepIndex step,
                    const MigrationState& state, const Origin& origin) {
  ApprovalRecord record;
  record.step = step;
  record.kind = asks.approval;
  record.how = ledger::schema::Approved::How::ORDER;
  record.what = state.reason;
  record.reason = order.reason;
  record.given = "migledger approve";
  record.request = order.id;
  record.by = order;
  return approved(origin, state, record);
}

Judged refuse(std::string why) { return {std::nullopt, std::move(why)}; }

Judged judge_all(const Order& order, ledger::Position held, const Origin& origin) {
  switch (order.verb) {
    case Verb::PAUSE:
      if (held != 0) return refuse("all migrations are paused already");
      return {steered(order, kNoStep, origin), "nothing new is begun until migledger resume"};
    case Verb::RESUME:
      if (held == 0) return refuse("the ledger as a whole is not paused");
      return {steered(order, kNoStep, origin), "goes on"};
    case Verb::NOTE:
      return {steered(order, kNoStep, origin), "noted"};
    default:
      return refuse(fmt::format("{} is for one migration: name it", name_of(order.verb)));
  }
}

// Why there is nothing to do of what an order asks for; empty: there is.
std::string refusal_of_mode(Verb verb, const Workflow& workflow) {
  const auto has = [&](Mode mode) {
    return std::any_of(workflow.steps.begin(), workflow.steps.end(),
                       [&](const Step& step) { return (step.modes & in(mode)) != 0; });
  };
  if (verb == Verb::CLEANUP && !has(Mode::cleanup))
    return fmt::format("workflow {} leaves nothing behind to be cleaned up", workflow.name);
  if (verb == Verb::DECOMMISSION && !has(Mode::decommission))
    return fmt::format("workflow {} leaves it to you what becomes of the source", workflow.name);
  return {};
}

// Why the step that an order names, or the current one, is not one for it; empty: it is.
std::string refusal_of_step(const Order& order, const Workflow& workflow,
                            const MigrationState& state, StepIndex step, StepIndex current) {
  const auto named = [&](StepIndex index) { return workflow.steps[index].name; };
  switch (order.verb) {
    case Verb::PAUSE:
      if (step != kNoStep && state.is_done(step)) return fmt::format("{} is done", named(step));
      return {};
    case Verb::APPROVE:
    case Verb::SKIP:
    case Verb::ADOPT:
      if (current == kNoStep) return "it has no step to do";
      if (step == kNoStep) return "name the step that made it";
      if (step != current)
        return fmt::format("it is at {}, not at {}", named(current), named(step));
      break;
    default:
      return order.step.empty()
                 ? std::string()
                 : fmt::format("{} is about the whole migration, not a step", name_of(order.verb));
  }
  const Step& definition = workflow.steps[step];
  if (order.verb == Verb::SKIP && !definition.may_skip)
    return fmt::format("{} cannot be skipped: later steps need what it finds or makes",
                       definition.name);
  if (order.verb == Verb::ADOPT) {
    if (!definition.sight_named)
      return fmt::format("{} makes nothing that could be named", definition.name);
    if (state.attempt.step == step && state.attempt.phase == ledger::Phase::open)
      return "its request is under way; wait for the reply";
  }
  return {};
}

std::string_view consequence(Verb verb) {
  switch (verb) {
    case Verb::PAUSE:
      return "nothing new is begun until migledger resume";
    case Verb::RESUME:
    case Verb::RETRY:
      return "goes on";
    case Verb::CANCEL:
      return "ends as soon as it is known what came of what was sent; what was made is kept";
    case Verb::SKIP:
      return "goes on without it";
    case Verb::APPROVE:
      return "approved";
    case Verb::NOTE:
      return "noted";
    case Verb::ADOPT:
      return "it is looked at, and taken if it can be what the step made";
    case Verb::ROLLBACK:
      return "what it made is removed, the last first";
    case Verb::CLEANUP:
      return "what was only needed on the way is removed";
    case Verb::DECOMMISSION:
      return "the source is terminated after its checks and approval";
  }
  return "";
}

}  // namespace

Judged judge(const Order& order, const Workflow* workflow, const MigrationState* state,
             ledger::Position held, const Origin& origin, std::string_view ledger_id) {
  if (order.migration.empty()) return judge_all(order, held, origin);
  if (!state) return refuse(fmt::format("the ledger has no migration \"{}\"", order.migration));
  std::string refusal = refusal_of(order.verb, stage_of(*state), stop_of(*state));
  if (!refusal.empty())
    return refuse(fmt::format("{}: cannot {}: {}", state->name, name_of(order.verb), refusal));
  if (!workflow)
    return refuse(
        fmt::format("{}: this migledger has no workflow {}", state->name, state->workflow));
  refusal = refusal_of_mode(order.verb, *workflow);
  if (!refusal.empty())
    return refuse(fmt::format("{}: cannot {}: {}", state->name, name_of(order.verb), refusal));
  const StepIndex current = current_step(*workflow, *state, ledger_id);
  StepIndex step = kNoStep;
  if (!order.step.empty()) {
    step = workflow->index_of(order.step);
    if (step == kNoStep)
      return refuse(fmt::format("workflow {} has no step \"{}\"", workflow->name, order.step));
  } else if (order.verb == Verb::APPROVE || order.verb == Verb::SKIP) {
    step = current;
  }
  refusal = refusal_of_step(order, *workflow, *state, step, current);
  if (!refusal.empty())
    return refuse(fmt::format("{}: cannot {}: {}", state->name, name_of(order.verb), refusal));
  if (order.verb != Verb::APPROVE)
    return {steered(order, step, origin), std::string(consequence(order.verb))};
  const Step& asks = workflow->steps[step];
  if (wants_reason(asks.approval) && order.reason.empty())
    return refuse(fmt::format("{}: {} is on the record: say why, with --reason", state->name,
                              asks.approval == ApprovalKind::CUTOVER
                                  ? "the approval of a cut-over"
                                  : "the approval of the end of a source"));
  return {approval(order, asks, step, *state, origin), std::string(consequence(order.verb))};
}

std::string_view order_in(ledger::schema::Event::Reader event) {
  const auto body = event.getBody();
  if (body.isApproved()) return ledger::view(body.getApproved().getRequest());
  return body.isSteered() ? ledger::view(body.getSteered().getRequest()) : std::string_view();
}

OrderAnswer carry_out(ledger::EventStore& store, const Order& order, Time now,
                      const std::function<ledger::Position()>& open_session,
                      const Workflow* (*workflow_named)(std::string_view)) {
  std::string ledger_id;
  ledger::Position held = 0;
  const auto taken_before = [&](ledger::schema::Event::Reader event) {
    return !order.id.empty() && order_in(event) == order.id;
  };
  for (const auto cursor = store.scan_stream(ledger::kLedgerStream); cursor->next();) {
    const auto event = cursor->event();
    if (taken_before(event)) return {true, event.getPosition(), "recorded"};
    if (event.getBody().isLedgerCreated())
      ledger_id = ledger::view(event.getBody().getLedgerCreated().getLedgerId());
    held = ledger::hold_after(held, event);
  }
  std::optional<MigrationState> state;
  if (!order.migration.empty()) {
    if (const auto stream = store.find_stream(order.migration)) {
      state.emplace();
      for (const auto cursor = store.scan_stream(*stream); cursor->next();) {
        if (taken_before(cursor->event())) return {true, cursor->event().getPosition(), "recorded"};
        state->apply(cursor->event());
      }
    }
  }
  const auto judge_in = [&](ledger::Position session) {
    const Origin from{state ? state->stream : ledger::kLedgerStream, now, session,
                      state ? state->position : session};
    return judge(order, state ? workflow_named(state->workflow) : nullptr,
                 state ? &*state : nullptr, held, from, ledger_id);
  };
  if (const Judged judged = judge_in(0); !judged.event) return {false, 0, judged.words};
  Judged judged = judge_in(open_session());
  return {true, store.append_one(*judged.event), judged.words};
}

ledger::Position held_by(const ledger::EventStore& store) {
  ledger::Position held = 0;
  for (const auto cursor = store.scan_stream(ledger::kLedgerStream); cursor->next();)
    held = ledger::hold_after(held, cursor->event());
  return held;
}

}  // namespace migledger::workflow
