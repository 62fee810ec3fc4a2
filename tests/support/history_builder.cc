#include "tests/support/history_builder.h"

#include <capnp/any.h>
#include <capnp/schema.h>

#include <cstring>

#include "ledger/fold/recorded_state.h"
#include "workflow/compute/compute_workflow.h"

namespace migledger::testing {

using ledger::EventDraft;
using workflow::StepIndex;
using namespace ledger::schema;

namespace {

StepIndex index_of(std::string_view step) {
  const StepIndex index = workflow::compute_workflow().index_of(step);
  if (index == ledger::kNoStep) throw std::invalid_argument("no step " + std::string(step));
  return index;
}

ledger::Fields whole_plan(const ledger::Fields& plan) {
  ledger::Fields fields{{"source_instance_id", "ocid1.instance.oc1.iad.source"},
                        {"source_region", "us-ashburn-1"},
                        {"target_region", "eu-frankfurt-1"}};
  plan.for_each([&](std::string_view name, std::string_view value) { fields.set(name, value); });
  return fields;
}

}  // namespace

workflow::Failure failure(workflow::ErrorClass error, int status, std::string code,
                          std::string message) {
  workflow::Failure failure;
  failure.error_class = error;
  failure.status = status;
  failure.code = std::move(code);
  failure.message = std::move(message);
  return failure;
}

HistoryBuilder::HistoryBuilder(std::string_view cloud)
    : now_(*parse_rfc3339("2026-11-23T09:00:00Z")) {
  EventDraft draft(ledger::kLedgerStream, now_, 0);
  auto created = draft.body().initLedgerCreated();
  created.setLedgerId(kLedgerId);
  created.setFormat(1);
  created.setCloud(std::string(cloud));
  created.setTenancy("ocid1.tenancy.oc1..tenant");
  append(std::move(draft));
}

HistoryBuilder& HistoryBuilder::at(std::string_view time) {
  now_ = parse_rfc3339(time).value();
  return *this;
}

HistoryBuilder& HistoryBuilder::after(Duration pause) {
  now_ += pause - std::chrono::seconds(1);
  return *this;
}

workflow::Origin HistoryBuilder::origin(ledger::StreamId stream) const {
  return {stream, now_, session_, stream == ledger::kLedgerStream ? 0 : last()};
}

HistoryBuilder& HistoryBuilder::append(EventDraft draft) {
  store_->append_one(draft);
  now_ += std::chrono::seconds(1);
  return *this;
}

HistoryBuilder& HistoryBuilder::session(std::string_view user, std::string_view host) {
  const workflow::Actor actor{{std::string(user), std::string(host), 7, std::nullopt, "", ""},
                              "0.1.0",
                              "migledger run -c config.json"};
  workflow::CloudIdentity identity;
  identity.principal = "ocid1.user.oc1..someone";
  identity.auth_kind = "api_key";
  session_ = 0;
  append(workflow::session_opened(origin(ledger::kLedgerStream), actor, identity));
  session_ = last();
  return *this;
}

HistoryBuilder& HistoryBuilder::close(int exit_code, std::string_view reason) {
  return append(workflow::session_closed(origin(ledger::kLedgerStream), exit_code, reason));
}

HistoryBuilder& HistoryBuilder::tail_dropped(std::string_view file, std::uint64_t bytes,
                                             std::string_view kept) {
  EventDraft draft(ledger::kLedgerStream, now_, session_);
  auto dropped = draft.body().initTailDropped();
  dropped.setFile(std::string(file));
  dropped.setBytes(bytes);
  dropped.setKept(std::string(kept));
  return append(std::move(draft));
}

HistoryBuilder& HistoryBuilder::start(std::string_view name, const ledger::Fields& plan,
                                      std::vector<std::string> depends_on) {
  workflow::PlannedMigration planned;
  planned.name = name;
  planned.depends_on = std::move(depends_on);
  planned.fields = whole_plan(plan);
  append(workflow::migration_started(origin(ledger::kNewStream), workflow::compute_workflow(),
                                     planned));
  stream_ = last();
  name_ = name;
  return *this;
}

HistoryBuilder& HistoryBuilder::on(std::string_view name) {
  stream_ = store_->find_stream(name).value();
  name_ = name;
  return *this;
}

HistoryBuilder& HistoryBuilder::plan_changed(const ledger::Fields& plan, std::string_view reason,
                                             const std::vector<std::string_view>& recheck) {
  workflow::PlannedMigration planned;
  planned.name = name_;
  planned.fields = whole_plan(plan);
  std::vector<StepIndex> steps;
  for (const auto step : recheck) steps.push_back(index_of(step));
  return append(workflow::plan_changed(origin(stream_), planned, reason, steps));
}

HistoryBuilder& HistoryBuilder::looked(std::string_view step, Sighting::Kind kind,
                                       std::vector<Sighting::Candidate> candidates, bool by_tag,
                                       std::uint16_t generation, ledger::Fields facts) {
  Sighting sighting = Sighting::of(kind);
  sighting.facts = std::move(facts);
  sighting.candidates = std::move(candidates);
  return append(workflow::probed(origin(stream_), index_of(step), generation, sighting,
                                 by_tag ? "tag" : "list", now_));
}

workflow::Decision HistoryBuilder::decision(std::string_view step, std::uint16_t generation,
                                            workflow::Row row) const {
  workflow::Decision decision;
  decision.step = index_of(step);
  decision.generation = generation;
  decision.row = row;
  return decision;
}

HistoryBuilder& HistoryBuilder::sending(std::string_view step, std::uint16_t generation) {
  workflow::Request request;
  request.region = "us-ashburn-1";
  request.method = "POST";
  request.path = "/20160918/images";
  request.body = "{}";
  const auto key = workflow::idempotency_key(kLedgerId, name_, "source", step, generation);
  request.retry_token = key;
  request.request_id = "request-" + std::to_string(last() + 1);
  append(workflow::intent(origin(stream_), decision(step, generation, workflow::Row::first),
                          workflow::Guard::TOKEN, key, "sim", 1, request));
  intent_ = last();
  return *this;
}

HistoryBuilder& HistoryBuilder::sending_again(std::string_view step, ledger::Position recorded,
                                              std::uint32_t send, std::uint16_t generation) {
  const auto key = workflow::idempotency_key(kLedgerId, name_, "source", step, generation);
  append(workflow::intent_again(origin(stream_),
                                decision(step, generation, workflow::Row::same_token),
                                workflow::Guard::TOKEN, key, "sim", send, recorded, "again"));
  intent_ = last();
  return *this;
}

HistoryBuilder& HistoryBuilder::outcome(const workflow::OutcomeRecord& record) {
  return append(workflow::outcome(origin(stream_), record));
}

HistoryBuilder& HistoryBuilder::succeeded(std::string_view step, const ledger::Fields& facts,
                                          std::string_view work_request, std::uint16_t generation) {
  workflow::Reply reply;
  reply.delivery = workflow::Reply::Delivery::replied;
  reply.status = 200;
  reply.headers = {{"opc-request-id", "reply-id"},
                   {"opc-work-request-id", std::string(work_request)}};
  workflow::OutcomeRecord record;
  record.step = index_of(step);
  record.generation = generation;
  record.intent = intent_;
  record.result = Outcome::Result::SUCCEEDED;
  record.facts = facts;
  record.reply = &reply;
  record.evidence = std::string(32, '\xab');
  record.row = "first";
  return outcome(record);
}

HistoryBuilder& HistoryBuilder::found(std::string_view step, How how, const ledger::Fields& facts) {
  workflow::OutcomeRecord record;
  record.step = index_of(step);
  record.generation = 1;
  record.result = Outcome::Result::SUCCEEDED;
  record.how = how;
  record.facts = facts;
  record.row = "adopt";
  return outcome(record);
}

HistoryBuilder& HistoryBuilder::failed(std::string_view step, const workflow::Failure& failure,
                                       std::uint16_t generation) {
  workflow::OutcomeRecord record;
  record.step = index_of(step);
  record.generation = generation;
  record.intent = intent_;
  record.result = Outcome::Result::FAILED;
  record.failure = failure;
  return outcome(record);
}

HistoryBuilder& HistoryBuilder::unknown(std::string_view step, const workflow::Failure& failure) {
  workflow::OutcomeRecord record;
  record.step = index_of(step);
  record.generation = 1;
  record.intent = intent_;
  record.result = Outcome::Result::UNKNOWN;
  record.failure = failure;
  return outcome(record);
}

HistoryBuilder& HistoryBuilder::observed(std::string_view step, std::string_view state,
                                         int percent) {
  return append(workflow::observed(origin(stream_), index_of(step), state, percent));
}

HistoryBuilder& HistoryBuilder::ok(std::string_view step, const ledger::Fields& facts,
                                   std::vector<std::string> findings) {
  workflow::Verdict verdict = workflow::Verdict::ok(facts);
  verdict.findings = std::move(findings);
  return append(workflow::checked(origin(stream_), index_of(step), verdict, ledger::kNoStep, {}));
}

HistoryBuilder& HistoryBuilder::dead(std::string_view step, std::string_view reopens,
                                     const workflow::Failure& failure) {
  workflow::Verdict verdict;
  verdict.kind = workflow::Verdict::Kind::dead;
  verdict.failure = failure;
  return append(workflow::checked(origin(stream_), index_of(step), verdict, index_of(reopens),
                                  {std::string(32, '\xcd')}));
}

HistoryBuilder& HistoryBuilder::refused(std::string_view step, std::string_view message) {
  return append(workflow::checked(origin(stream_), index_of(step),
                                  workflow::Verdict::refused(std::string(message), "mend it"),
                                  ledger::kNoStep, {}));
}

HistoryBuilder& HistoryBuilder::read_failed(std::string_view step,
                                            const workflow::Failure& failure) {
  return append(workflow::read_failed(origin(stream_), index_of(step), failure));
}

HistoryBuilder& HistoryBuilder::parked(std::string_view step, std::string_view reason,
                                       std::string_view need, ParkedKind kind) {
  return append(workflow::parked(origin(stream_), index_of(step), reason, need, kind));
}

HistoryBuilder& HistoryBuilder::approved(std::string_view step, std::string_view what,
                                         std::string_view reason) {
  workflow::ApprovalRecord record;
  record.step = index_of(step);
  record.kind = workflow::compute_workflow().steps[record.step].approval;
  record.how = ledger::schema::Approved::How::FLAG;
  record.what = what;
  record.given = reason;
  record.by = {"alice", "box", 7, std::nullopt, "", ""};
  const auto state = ledger::recorded_state(*store_, stream_);
  return append(workflow::approved(origin(stream_), state, record));
}

HistoryBuilder& HistoryBuilder::done() {
  return append(workflow::ended(origin(stream_), ledger::kNoStep, Ended::Result::DONE, ""));
}

HistoryBuilder& HistoryBuilder::gave_up(std::string_view step, std::string_view reason) {
  return append(workflow::ended(origin(stream_), index_of(step), Ended::Result::FAILED, reason));
}

HistoryBuilder& HistoryBuilder::newer_kind(std::uint16_t discriminant) {
  EventDraft draft(stream_, now_, session_, last());
  draft.body().initEnded().setReason("what only a newer version can read");
  const auto offset =
      capnp::Schema::from<Event::Body>().getProto().getStruct().getDiscriminantOffset();
  auto data = capnp::toAny(draft.header()).getDataSection();
  std::memcpy(data.begin() + 2 * offset, &discriminant, sizeof discriminant);
  return append(std::move(draft));
}

HistoryBuilder& HistoryBuilder::checks_done() {
  return ok("check-source")
      .ok("check-buckets")
      .ok("check-target")
      .ok("check-names")
      .succeeded("claim-source", {{"claim", "claims/source"}});
}

}  // namespace migledger::testing
