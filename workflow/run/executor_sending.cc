#include <fmt/format.h>

#include "ledger/base/errors.h"
#include "ledger/base/planted.h"
#include "workflow/cloud/retry_policy.h"
#include "workflow/run/executor_loop.h"
#include "workflow/run/sending_stops.h"

namespace migledger::workflow {

using ledger::planted;
using ledger::PlantedBug;

namespace {

// An opc-request-id of ours: what a person gives to Oracle's support.
std::string request_id_of(std::string_view key, std::uint32_t send) {
  return fmt::format("{:016X}{:016X}", stable_hash(key, send),
                     stable_hash(key, ~std::uint64_t{send}));
}

std::string body_with_secrets(const Request& request) {
  return request.body.find(kSecretOpening) == std::string::npos ? std::string() : request.body;
}

}  // namespace

void Executor::Loop::send(Migration& migration, const Decision& decision) {
  if (cloud_.capacity() <= reserved_) {
    starved_.push_back(migration.state.stream);
    return;
  }
  const Step& step = workflow_.steps[decision.step];
  const View view =
      view_of(workflow_, migration.state, ledger_id_, decision.step, decision.generation);
  const std::string key = view.key();
  Request request = step.act(view);
  request.request_id = request_id_of(key, 1);
  const Origin from = origin(migration, decision.because);
  EventDraft intended = intent(from, decision, step.guard, key, transport_, 1, request);
  if (!fits(intended)) {
    append(parked(from, decision.step, "the request is too long to be recorded, so it is not sent",
                  "shorten what the configuration gives it", schema::Parked::Kind::MEND));
    return;
  }
  Request filled = request;
  const auto body = secrets_.fill(request.body);
  if (!body) {
    append(parked(from, decision.step, kSecretChanged,
                  "restore the former value, or accept the change of plan",
                  schema::Parked::Kind::MEND));
    return;
  }
  filled.body = *body;
  const CallId early = planted(PlantedBug::send_before_intent) ? ++next_call_ : 0;
  if (early != 0) cloud_.start(early, filled);
  append_beginning(
      std::move(intended), 1,
      [this, filled, early, secret_body = body_with_secrets(request)](schema::Event::Reader event) {
        const auto intent = event.getBody().getIntent();
        const Sending sending{event.getStream(), intent.getStep(), intent.getGeneration(),
                              event.getPosition(), secret_body};
        if (early != 0) {
          --reserved_;
          sending_[early] = sending;
        } else {
          launch(++next_call_, sending, filled);
        }
      });
}

void Executor::Loop::send_again(Migration& migration, const Decision& decision) {
  if (cloud_.capacity() <= reserved_) {
    starved_.push_back(migration.state.stream);
    return;
  }
  const auto& attempt = migration.state.attempt;
  const auto cursor = store_.scan(attempt.first_intent, attempt.first_intent);
  if (!cursor->next() || !cursor->event().getBody().isIntent())
    throw ledger::LedgerError(
        ledger::LedgerErrorKind::corrupt,
        fmt::format("position {} should hold the intent of {}", attempt.first_intent,
                    migration.state.step_name(decision.step)));
  const auto recorded = cursor->event().getBody().getIntent();
  const std::string key(ledger::view(recorded.getKey()));
  Request request = request_of(recorded.getRequest());
  if (planted(PlantedBug::rebuild_request))
    request = workflow_.steps[decision.step].act(
        view_of(workflow_, migration.state, ledger_id_, decision.step, decision.generation));
  const std::uint32_t send = attempt.sends + 1;
  request.request_id = request_id_of(key, send);
  const auto body = secrets_.fill(request.body);
  if (!body || ledger::view(recorded.getTransport()) != transport_) {
    append(parked(origin(migration, decision.because), decision.step,
                  body ? kOtherTransport : kSecretChanged,
                  body ? "go on with the transport it was sent by"
                       : "restore the former value; then run again",
                  schema::Parked::Kind::MEND));
    return;
  }
  const std::string secret_body = body_with_secrets(request);
  request.body = *body;
  append_beginning(intent_again(origin(migration, decision.because), decision,
                                workflow_.steps[decision.step].guard, key, transport_, send,
                                attempt.first_intent, request.request_id),
                   1, [this, request, secret_body](schema::Event::Reader event) {
                     const auto intent = event.getBody().getIntent();
                     launch(++next_call_,
                            {event.getStream(), intent.getStep(), intent.getGeneration(),
                             event.getPosition(), secret_body},
                            request);
                   });
}

void Executor::Loop::launch(CallId call, Sending sending, Request request) {
  --reserved_;
  debug(fmt::format("call {}: {} {} {} (position {})", call, request.region, request.method,
                    redact_text(request.path), sending.intent));
  sending_[call] = sending;
  if (planted(PlantedBug::outcome_before_effect)) {
    Reply hoped;
    hoped.delivery = Reply::Delivery::replied;
    hoped.status = 200;
    hoped.headers = {{"etag", "hoped-for"}};
    complete_sending(sending, hoped);
  }
  cloud_.start(call, std::move(request));
}

void Executor::Loop::complete_sending(const Sending& sending, Reply reply) {
  Migration& migration = at(sending.stream);
  if (planted(PlantedBug::outcome_before_effect) &&
      migration.state.attempt.latest != sending.intent)
    return;
  const Step& step = workflow_.steps[sending.step];
  const View view =
      view_of(workflow_, migration.state, ledger_id_, sending.step, sending.generation);
  OutcomeRecord record;
  record.step = sending.step;
  record.generation = sending.generation;
  record.intent = sending.intent;
  if (!reply.ok() && !sending.secret_body.empty()) {
    reply.body = secrets_.hide(reply.body, sending.secret_body);
    reply.error = secrets_.hide(reply.error, sending.secret_body);
  }
  record.failure = classify(reply, true);
  // Of a success the facts are recorded; of a failure everything that may explain it is kept, where
  // the event cannot hold it.
  if (record.failure && says_more(reply, record.failure)) record.evidence = keep(reply.body);
  Answer answer = Answer::of(std::move(reply));
  record.reply = &answer.reply;
  if (!record.failure) {
    Receipt receipt = step.receive(view, answer);
    if (receipt.understood) {
      record.result = schema::Outcome::Result::SUCCEEDED;
      record.facts = std::move(receipt.facts);
      record.more = has_more(migration, sending.step, sending.generation, record.facts);
      for (auto& [placeholder, value] : receipt.secrets)
        secrets_.keep(std::move(placeholder), std::move(value));
    } else {
      record.failure.error_class = ErrorClass::UNKNOWN;
      record.failure.status = answer.reply.status;
      record.failure.code = "UnexpectedReply";
      record.failure.message = "the reply does not show what was made";
      record.failure.request_id = answer.reply.request_id();
    }
  } else if (record.failure.error_class != ErrorClass::UNKNOWN) {
    record.result = schema::Outcome::Result::FAILED;
  }
  debug(fmt::format("position {}: {}", sending.intent,
                    record.failure ? describe(record.failure) : std::string("succeeded")));
  const Origin from = origin(migration, sending.intent);
  EventDraft ended = outcome(from, record);
  if (!fits(ended)) {
    // Then it is looked for, as after a reply that does not show what was made.
    record.result = schema::Outcome::Result::UNKNOWN;
    record.failure = does_not_fit();
    record.failure.error_class = ErrorClass::UNKNOWN;
    record.facts = {};
    record.reply = nullptr;
    record.more = false;
    ended = outcome(from, record);
  }
  append(std::move(ended));
}

}  // namespace migledger::workflow
