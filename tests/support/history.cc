#include "tests/support/history.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"

namespace migledger::testing {

using ledger::EventDraft;
using workflow::ErrorClass;
using workflow::StepIndex;
namespace schema = ledger::schema;

namespace {
constexpr Time kStart{std::chrono::seconds(1'800'000'000)};
}

History::History(workflow::PlannedMigration plan, const workflow::Workflow& workflow)
    : workflow_(workflow), plan_(std::move(plan)), now_(kStart) {
  new_session();
  state_.stream = ledger::kNewStream;
  add(workflow::migration_started(origin(), workflow_, plan_));
}

Time History::time(double seconds) const {
  return kStart + Duration(static_cast<std::int64_t>(seconds * 1e6));
}

History& History::at(double seconds) {
  now_ = time(seconds);
  return *this;
}

History& History::new_session() {
  session_ = ++position_;
  return *this;
}

StepIndex History::step(std::string_view name) const {
  const StepIndex index = workflow_.index_of(name);
  INFO(name);
  REQUIRE(index != ledger::kNoStep);
  return index;
}

History& History::add(EventDraft draft) {
  auto event = draft.header();
  event.setPosition(++position_);
  event.setStream(state_.stream == ledger::kNewStream ? position_ : state_.stream);
  event.setVersion(++version_);
  event.setTime(to_micros(now_));
  state_.apply(draft.reader());
  return *this;
}

History& History::done_before(std::string_view name) {
  for (StepIndex i = 0; i < step(name); ++i) {
    if (state_.is_done(i)) continue;
    const auto& definition = workflow_.steps[i];
    const auto view = workflow::view_of(workflow_, state_, kLedgerId, i);
    if (definition.applies && !definition.applies(view)) continue;
    switch (definition.kind) {
      case workflow::StepKind::check:
      case workflow::StepKind::await:
      case workflow::StepKind::bulk:
        ok(definition.name);
        break;
      case workflow::StepKind::approve:
        approved(definition.name);
        break;
      case workflow::StepKind::act:
        succeeded(definition.name, {}, schema::Outcome::How::ADOPTED);
        break;
    }
  }
  return *this;
}

History& History::ok(std::string_view name, ledger::Fields facts) {
  return add(
      workflow::checked(origin(), step(name), workflow::Verdict::ok(std::move(facts)), 0, {}));
}

History& History::refused(std::string_view name, const std::string& message) {
  return add(workflow::checked(origin(), step(name), workflow::Verdict::refused(message, "mend it"),
                               0, {}));
}

History& History::dead(std::string_view name, ErrorClass error, std::string_view reopens) {
  return add(workflow::checked(origin(), step(name), workflow::Verdict::dead(error, "Dead", "died"),
                               step(reopens), {}));
}

History& History::seen(std::string_view name, std::string_view state, int percent) {
  return add(workflow::observed(origin(), step(name), state, percent));
}

History& History::read_failed(std::string_view name, ErrorClass error, Duration retry_after) {
  workflow::Failure failure;
  failure.error_class = error;
  failure.retry_after = retry_after;
  return add(workflow::read_failed(origin(), step(name), failure));
}

History& History::look(std::string_view name, workflow::Sighting::Kind found,
                       double cloud_seconds) {
  const StepIndex index = step(name);
  return add(workflow::probed(origin(), index, decide().generation, workflow::Sighting::of(found),
                              "list", cloud_seconds < 0 ? Time{} : time(cloud_seconds)));
}

History& History::look_by_tag(std::string_view name, workflow::Sighting::Kind found) {
  return add(workflow::probed(origin(), step(name), decide().generation,
                              workflow::Sighting::of(found), "tag", {}));
}

History& History::sent(std::string_view name, std::uint16_t generation) {
  workflow::Decision decision;
  decision.step = step(name);
  decision.generation = generation;
  workflow::Request request;
  request.method = "POST";
  return add(workflow::intent(origin(), decision, workflow_.steps[decision.step].guard, "key",
                              "sim", 1, request));
}

History& History::sent_again(std::string_view name) {
  workflow::Decision decision;
  decision.step = step(name);
  decision.generation = state_.attempt.generation;
  return add(workflow::intent_again(origin(), decision, workflow_.steps[decision.step].guard, "key",
                                    "sim", state_.attempt.sends + 1, state_.attempt.first_intent,
                                    "again"));
}

History& History::answered(std::string_view name, schema::Outcome::Result result,
                           workflow::Failure failure, ledger::Fields facts,
                           schema::Outcome::How how) {
  workflow::OutcomeRecord record;
  record.step = step(name);
  record.generation = std::max<std::uint16_t>(state_.generation(record.step), 1);
  record.intent = state_.attempt.latest;
  record.result = result;
  record.how = how;
  record.failure = std::move(failure);
  record.facts = std::move(facts);
  return add(workflow::outcome(origin(), record));
}

History& History::succeeded(std::string_view name, ledger::Fields facts, schema::Outcome::How how) {
  return answered(name, schema::Outcome::Result::SUCCEEDED, {}, std::move(facts), how);
}

History& History::failed(std::string_view name, ErrorClass error, Duration retry_after) {
  workflow::Failure failure;
  failure.error_class = error;
  failure.retry_after = retry_after;
  return answered(name, schema::Outcome::Result::FAILED, failure, {},
                  schema::Outcome::How::REPLIED);
}

History& History::unknown(std::string_view name) {
  workflow::Failure failure;
  failure.error_class = ErrorClass::UNKNOWN;
  return answered(name, schema::Outcome::Result::UNKNOWN, failure, {},
                  schema::Outcome::How::REPLIED);
}

History& History::parked(schema::Parked::Kind kind) {
  return add(workflow::parked(origin(), decide().step, "stopped", "do something", kind));
}

History& History::ended(schema::Ended::Result result) {
  return add(workflow::ended(origin(), decide().step, result, "over"));
}

History& History::steered(schema::Steered::Verb verb) {
  ledger::EventDraft order(state_.stream, now_, session_, position_);
  auto body = order.body().initSteered();
  body.setVerb(verb);
  body.setStep(ledger::kNoStep);
  return add(std::move(order));
}

History& History::approved(std::string_view name) {
  workflow::ApprovalRecord record;
  record.step = step(name);
  record.how = ledger::schema::Approved::How::FLAG;
  record.what = "it";
  record.given = "--yes";
  return add(workflow::approved(origin(), state(), record));
}

History& History::plan(std::string_view field, std::string_view value) {
  plan_.fields.set(field, value);
  return add(workflow::plan_changed(origin(), plan_, "test", {}));
}

History& History::newer_event() {
  // Nobody appends an unset body: to this version it is a kind it does not know.
  return add(EventDraft(state_.stream, now_, session_));
}

workflow::Decision History::decide() const {
  return workflow::decide(workflow_, state_, {now_, session_, kLedgerId});
}

std::string History::next() const {
  const auto d = decide();
  std::string out(workflow::name_of(d.kind));
  if (d.step != ledger::kNoStep) out += fmt::format(" {}", workflow_.steps[d.step].name);
  if (d.generation != 0) out += fmt::format(" {}", d.generation);
  return out + fmt::format(" ({})", workflow::name_of(d.row));
}

}  // namespace migledger::testing
