#include "workflow/run/records.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace migledger::workflow {

namespace {

using ledger::EventDraft;
namespace schema = ledger::schema;

capnp::Text::Reader cap(const std::string& text) { return {text.data(), text.size()}; }

// Cap'n Proto texts end in a zero byte, which a view does not promise.
struct Text {
  explicit Text(std::string_view text) : owned(text) {}
  operator capnp::Text::Reader() const { return cap(owned); }  // NOLINT: a Text is one
  std::string owned;
};

capnp::Data::Reader data(const std::string& bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

// Words for people. A cloud that answers with pages of them must not fill an event.
Text words(std::string_view text, std::size_t longest = 4000) {
  auto end = std::min(text.size(), longest);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return Text(text.substr(0, end));
}

EventDraft draft(const Origin& origin) {
  return EventDraft(origin.stream, origin.now, origin.session, origin.cause);
}

void fill_plan(const PlannedMigration& planned, auto body) {
  const auto fields = planned.fields.sorted();
  ledger::fill(body.initPlan(ledger::count(fields)), fields);
  auto names = body.initDependsOn(static_cast<unsigned>(planned.depends_on.size()));
  for (unsigned i = 0; i < names.size(); ++i) names.set(i, cap(planned.depends_on[i]));
  body.setPlanDigest(data(plan_digest(planned)));
}

}  // namespace

bool fits(const EventDraft& draft) {
  // The header is filled in later, and may take more words than now.
  constexpr std::size_t kHeader = 256;
  return draft.reader().totalSize().wordCount * sizeof(capnp::word) + kHeader <=
         ledger::kMaxEventBytes;
}

Failure does_not_fit() {
  Failure failure;
  failure.error_class = ErrorClass::RETRY;
  failure.code = "UnexpectedReply";
  failure.message = "what the reply says is too long to be recorded";
  return failure;
}

schema::Ended::Result end_of(Mode mode) {
  switch (mode) {
    case Mode::cancel:
      return schema::Ended::Result::CANCELLED;
    case Mode::rollback:
      return schema::Ended::Result::ROLLED_BACK;
    case Mode::forward:
    case Mode::cleanup:
    case Mode::decommission:
      break;
  }
  return schema::Ended::Result::DONE;
}

EventDraft session_opened(const Origin& origin, const Actor& actor, const CloudIdentity& identity) {
  EventDraft event = draft(origin);
  auto body = event.body().initSessionOpened();
  body.setUser(cap(actor.user));
  body.setHost(cap(actor.host));
  body.setPid(actor.pid);
  body.setVersion(cap(actor.version));
  body.setCommand(cap(actor.command));
  body.setTenancy(cap(identity.tenancy));
  body.setPrincipal(cap(identity.principal));
  body.setAuthKind(cap(identity.auth_kind));
  body.setKeyFingerprint(cap(identity.key_fingerprint));
  return event;
}

EventDraft session_closed(const Origin& origin, int exit_code, std::string_view reason) {
  EventDraft event = draft(origin);
  auto body = event.body().initSessionClosed();
  body.setExitCode(static_cast<std::uint16_t>(exit_code));
  body.setReason(Text(reason));
  return event;
}

EventDraft migration_started(const Origin& origin, const Workflow& workflow,
                             const PlannedMigration& planned) {
  EventDraft event = draft(origin);
  auto body = event.body().initMigrationStarted();
  body.setName(cap(planned.name));
  body.setWorkflow(Text(workflow.name));
  body.setWorkflowVersion(workflow.version);
  auto steps = body.initSteps(static_cast<unsigned>(workflow.steps.size()));
  for (unsigned i = 0; i < steps.size(); ++i) steps.set(i, Text(workflow.steps[i].name));
  body.setForward(workflow.forward_count());
  fill_plan(planned, body);
  return event;
}

EventDraft plan_changed(const Origin& origin, const PlannedMigration& planned,
                        std::string_view reason, const std::vector<StepIndex>& recheck) {
  EventDraft event = draft(origin);
  auto body = event.body().initPlanChanged();
  fill_plan(planned, body);
  body.setReason(Text(reason));
  auto steps = body.initRecheck(static_cast<unsigned>(recheck.size()));
  for (unsigned i = 0; i < steps.size(); ++i) steps.set(i, recheck[i]);
  return event;
}

EventDraft probed(const Origin& origin, StepIndex step, std::uint16_t generation,
                  const Sighting& sighting, std::string_view scope, Time cloud_time) {
  using Result = schema::Probed::Result;
  EventDraft event = draft(origin);
  auto body = event.body().initProbed();
  body.setStep(step);
  body.setGeneration(generation);
  switch (sighting.kind) {
    case Sighting::Kind::absent:
      body.setResult(Result::ABSENT);
      break;
    case Sighting::Kind::ours:
      body.setResult(Result::OURS);
      break;
    case Sighting::Kind::several:
      body.setResult(Result::SEVERAL);
      break;
    case Sighting::Kind::foreign:
      body.setResult(Result::FOREIGN);
      break;
    case Sighting::Kind::under_way:
      body.setResult(Result::UNDER_WAY);
      break;
    case Sighting::Kind::cannot_look:
      break;  // is a readFailed, never a probed
  }
  // What is shown must fit an event; a person who has more than this has other worries.
  constexpr std::size_t kMost = 50, kLongest = 255;
  const auto shown = std::min(sighting.candidates.size(), kMost);
  auto candidates = body.initCandidates(static_cast<unsigned>(shown));
  for (unsigned i = 0; i < shown; ++i) {
    candidates[i].setId(words(sighting.candidates[i].id, kLongest));
    candidates[i].setName(words(sighting.candidates[i].name, kLongest));
    candidates[i].setState(words(sighting.candidates[i].state, kLongest));
    candidates[i].setWhy(words(sighting.candidates[i].why, kLongest));
  }
  body.setScope(Text(scope));
  body.setCloudTime(to_micros(cloud_time));
  auto facts = sighting.facts;
  if (sighting.claimed) facts.set("claimed", "true");
  ledger::fill(body.initFacts(ledger::count(facts)), facts);
  return event;
}

namespace {

schema::Intent::Builder start_intent(EventDraft& event, const Decision& decision, Guard guard,
                                     std::string_view key, std::string_view transport,
                                     std::uint32_t send) {
  auto body = event.body().initIntent();
  body.setStep(decision.step);
  body.setGeneration(decision.generation);
  body.setSend(send);
  body.setKey(Text(key));
  body.setGuard(guard);
  body.setTransport(Text(transport));
  body.setRow(Text(name_of(decision.row)));
  return body;
}

}  // namespace

EventDraft intent(const Origin& origin, const Decision& decision, Guard guard, std::string_view key,
                  std::string_view transport, std::uint32_t send, const Request& request) {
  EventDraft event = draft(origin);
  auto to = start_intent(event, decision, guard, key, transport, send).initRequest();
  to.setRegion(cap(request.region));
  to.setService(Text(name_of(request.service)));
  to.setMethod(cap(request.method));
  to.setPath(cap(request.path));
  to.setQuery(cap(request.query));
  to.setBody(cap(request.body));
  to.setRetryToken(cap(request.retry_token));
  to.setIfMatch(cap(request.if_match));
  to.setIfNoneMatch(cap(request.if_none_match));
  to.setRequestId(cap(request.request_id));
  return event;
}

EventDraft intent_again(const Origin& origin, const Decision& decision, Guard guard,
                        std::string_view key, std::string_view transport, std::uint32_t send,
                        ledger::Position recorded, std::string_view request_id) {
  EventDraft event = draft(origin);
  auto body = start_intent(event, decision, guard, key, transport, send);
  body.setResends(recorded);
  body.initRequest().setRequestId(Text(request_id));
  return event;
}

EventDraft outcome(const Origin& origin, const OutcomeRecord& record) {
  EventDraft event = draft(origin);
  auto body = event.body().initOutcome();
  body.setStep(record.step);
  body.setGeneration(record.generation);
  body.setIntent(record.intent);
  body.setResult(record.result);
  body.setHow(record.how);
  if (record.failure) fill(body.initError(), record.failure);
  ledger::fill(body.initFacts(ledger::count(record.facts)), record.facts);
  if (record.reply) {
    body.setRequestId(Text(record.reply->request_id().substr(0, 200)));
    body.setWorkRequest(Text(record.reply->work_request()));
    body.setStatus(static_cast<std::uint16_t>(record.reply->status));
    body.setCloudTime(to_micros(record.reply->date().value_or(Time{})));
  }
  if (!record.evidence.empty()) body.setEvidence(data(record.evidence));
  body.setRow(Text(record.row));
  body.setMore(record.more);
  return event;
}

EventDraft observed(const Origin& origin, StepIndex step, std::string_view state, int percent) {
  EventDraft event = draft(origin);
  auto body = event.body().initObserved();
  body.setStep(step);
  body.setState(Text(state));
  body.setPercent(static_cast<std::uint8_t>(std::clamp(percent, 0, 100)));
  return event;
}

EventDraft checked(const Origin& origin, StepIndex step, const Verdict& verdict, StepIndex reopens,
                   const std::vector<std::string>& evidence) {
  using Result = schema::Checked::Result;
  EventDraft event = draft(origin);
  auto body = event.body().initChecked();
  body.setStep(step);
  switch (verdict.kind) {
    case Verdict::Kind::dead:
      body.setResult(Result::DEAD);
      break;
    case Verdict::Kind::refused:
      body.setResult(Result::REFUSED);
      break;
    default:
      body.setResult(Result::OK);
      break;
  }
  ledger::fill(body.initFacts(ledger::count(verdict.facts)), verdict.facts);
  constexpr std::size_t kMost = 50, kLongest = 600;
  auto findings =
      body.initFindings(static_cast<unsigned>(std::min(verdict.findings.size(), kMost)));
  for (unsigned i = 0; i < findings.size(); ++i)
    findings.set(i, words(verdict.findings[i], kLongest));
  if (verdict.kind != Verdict::Kind::ok) fill(body.initError(), verdict.failure);
  const bool goes_back = verdict.kind == Verdict::Kind::dead ||
                         (verdict.kind == Verdict::Kind::refused && reopens != ledger::kNoStep);
  if (goes_back) body.setReopens(reopens);
  auto digests = body.initEvidence(static_cast<unsigned>(evidence.size()));
  for (unsigned i = 0; i < digests.size(); ++i) digests.set(i, data(evidence[i]));
  return event;
}

EventDraft read_failed(const Origin& origin, StepIndex step, const Failure& failure) {
  EventDraft event = draft(origin);
  auto body = event.body().initReadFailed();
  body.setStep(step);
  fill(body.initError(), failure);
  return event;
}

EventDraft parked(const Origin& origin, StepIndex step, std::string_view reason,
                  std::string_view need, schema::Parked::Kind kind) {
  EventDraft event = draft(origin);
  auto body = event.body().initParked();
  body.setStep(step);
  body.setReason(words(reason));
  body.setNeed(words(need));
  body.setKind(kind);
  return event;
}

Person approver_of(schema::Approved::Reader approved) {
  Person person;
  person.user = ledger::view(approved.getUser());
  person.host = ledger::view(approved.getHost());
  person.pid = approved.getPid();
  if (approved.getLoginUid() != kNoLoginUid) person.login_uid = approved.getLoginUid();
  person.sudo_user = ledger::view(approved.getSudoUser());
  person.cloud_login = ledger::view(approved.getCloudLogin());
  return person;
}

std::string words_of(const Person& person) {
  std::vector<std::string> more;
  if (person.login_uid) more.push_back(fmt::format("login uid {}", *person.login_uid));
  if (!person.sudo_user.empty()) more.push_back("sudo by " + person.sudo_user);
  if (!person.cloud_login.empty()) more.push_back("cloud login " + person.cloud_login);
  return fmt::format("{}@{}{}", person.user, person.host,
                     more.empty() ? "" : fmt::format(" ({})", fmt::join(more, ", ")));
}

EventDraft approved(const Origin& origin, const MigrationState& state,
                    const ApprovalRecord& record) {
  EventDraft event = draft(origin);
  auto body = event.body().initApproved();
  body.setStep(record.step);
  body.setKind(record.kind);
  body.setHow(record.how);
  body.setWhat(words(record.what));
  body.setReason(words(record.reason));
  body.setGiven(words(record.given));
  body.setPlanDigest(data(plan_digest(PlannedMigration{state.name, state.depends_on, state.plan})));
  body.setRequest(words(record.request));
  body.setUser(cap(record.by.user));
  body.setHost(cap(record.by.host));
  body.setPid(record.by.pid);
  if (record.by.login_uid) body.setLoginUid(*record.by.login_uid);
  body.setSudoUser(cap(record.by.sudo_user));
  body.setCloudLogin(cap(record.by.cloud_login));
  return event;
}

EventDraft ended(const Origin& origin, StepIndex step, schema::Ended::Result result,
                 std::string_view reason) {
  EventDraft event = draft(origin);
  auto body = event.body().initEnded();
  body.setStep(step);
  body.setResult(result);
  body.setReason(words(reason));
  return event;
}

namespace {

std::string bytes_of(const ledger::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

EventDraft bulk_begun(const Origin& origin, StepIndex step, const BulkWork& page,
                      std::string_view row) {
  EventDraft event = draft(origin);
  auto body = event.body().initBulkBegun();
  body.setStep(step);
  body.setPage(page.range().number);
  body.setStart(cap(page.range().start));
  body.setEnd(cap(page.range().end));
  body.setObjects(page.listed());
  body.setDigest(data(bytes_of(page.listed_digest())));
  body.setRow(Text(row));
  return event;
}

EventDraft bulk_ended(const Origin& origin, StepIndex step, const BulkWork& page,
                      std::uint64_t objects_so_far, std::uint64_t expected) {
  EventDraft event = draft(origin);
  auto body = event.body().initBulkEnded();
  const auto& totals = page.totals();
  body.setStep(step);
  body.setPage(page.range().number);
  body.setObjects(totals.objects);
  body.setBytes(totals.bytes);
  body.setThere(totals.there);
  body.setCopied(totals.copied);
  body.setFailed(totals.failed);
  body.setBySize(totals.by_size);
  body.setDigest(data(bytes_of(totals.digest.value())));
  auto failures = body.initFailures(static_cast<unsigned>(page.failures().size()));
  for (unsigned i = 0; i < failures.size(); ++i) {
    failures[i].setName(cap(page.failures()[i].first));
    failures[i].setValue(cap(page.failures()[i].second));
  }
  body.setSoFar(objects_so_far);
  // What was counted before may have become more since.
  if (expected > 0)
    body.setPercent(
        static_cast<std::uint8_t>(std::min<std::uint64_t>(objects_so_far * 100 / expected, 99)));
  return event;
}

Request request_of(schema::Request::Reader recorded) {
  Request request;
  request.region = ledger::view(recorded.getRegion());
  request.service = service_named(ledger::view(recorded.getService())).value_or(Service::core);
  request.method = ledger::view(recorded.getMethod());
  request.path = ledger::view(recorded.getPath());
  request.query = ledger::view(recorded.getQuery());
  request.body = ledger::view(recorded.getBody());
  request.retry_token = ledger::view(recorded.getRetryToken());
  request.if_match = ledger::view(recorded.getIfMatch());
  request.if_none_match = ledger::view(recorded.getIfNoneMatch());
  request.request_id = ledger::view(recorded.getRequestId());
  return request;
}

}  // namespace migledger::workflow
