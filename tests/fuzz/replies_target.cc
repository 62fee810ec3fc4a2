// What the cloud may say, given to each step as the executor would: to read and to sight, to
// receive, to record, and to fold what was recorded.
// The input: a line of choices, a byte each; facts, "name=value" a line; then the answers, each a
// status, headers "name: value", an empty line and a body.
#include <kj/exception.h>

#include <boost/json.hpp>
#include <charconv>

#include "ledger/base/errors.h"
#include "ledger/event/codec.h"
#include "ledger/fold/migration_state.h"
#include "tests/fuzz/target.h"
#include "tests/support/sample_bucket.h"
#include "tests/support/sample_migration.h"
#include "tests/support/sample_volume.h"
#include "tests/support/step_names.h"
#include "workflow/bulk/bulk_page.h"
#include "workflow/decide/decide.h"
#include "workflow/model/list_index.h"
#include "workflow/run/records.h"
#include "workflow/steps/made.h"
#include "workflow/workflows.h"

namespace migledger::fuzz {

namespace {

using namespace workflow;

constexpr std::string_view kLedger = "0123456789abcdef0123456789abcdef";
constexpr std::size_t kMostAnswers = 12;
const Time kNow(std::chrono::seconds(1'800'000'000));

Reply reply_of(std::string_view text) {
  Reply reply;
  reply.delivery = Reply::Delivery::replied;
  const auto status = take_line(text);
  std::from_chars(status.data(), status.data() + status.size(), reply.status);
  // As transports have it: they refuse what is no status.
  if (reply.status < 100 || reply.status > 599) reply.status = 200;
  while (!text.empty()) {
    const auto line = take_line(text);
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) break;
    reply.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  reply.body = text;
  return reply;
}

struct Case {
  Case(const Workflow& workflow, PlannedMigration planned, std::string_view facts)
      : workflow(workflow) {
    state.stream = 2;
    state.version = 1;
    state.name = planned.name;
    state.workflow = workflow.name;
    state.plan = std::move(planned.fields);
    while (!facts.empty()) {
      const auto line = take_line(facts);
      const auto equals = std::min(line.find('='), line.size());
      if (equals == 0 || equals > 255) continue;
      state.facts.set(line.substr(0, equals), line.substr(std::min(equals + 1, line.size())));
    }
    state.steps = testing::step_names(workflow);
    state.forward = workflow.forward_count();
  }

  View view(StepIndex step, Draws& draws) const {
    View view = view_of(workflow, state, kLedger, step, 1);
    view.in_bulk = draws.flag();
    view.thorough = !draws.flag();
    return view;
  }

  const Workflow& workflow;
  ledger::MigrationState state;
};

// What is recorded can be read back, and the fold takes it.
void record(const Case& given, ledger::EventDraft draft) {
  auto header = draft.header();
  header.setPosition(3);
  header.setStream(given.state.stream);
  header.setVersion(2);
  try {
    const auto bytes = ledger::encode(draft.reader());
    ledger::Decoder decoder;
    ledger::MigrationState state = given.state;
    state.apply(decoder.decode(bytes));
    (void)decide(given.workflow, state, {kNow, 1, kLedger, 0});
  } catch (const ledger::LedgerError& error) {
    promise(error.kind == ledger::LedgerErrorKind::too_large, error.what());
  }
}

// The answers that `step` asks for, of those there are; the last of them again when they run out.
std::vector<Answer> asked(const Step& step, const View& view, const std::vector<Answer>& answers) {
  std::vector<Answer> given;
  if (step.ask == nullptr || answers.empty()) return given;
  while (const auto request = step.ask(view, given)) {
    promise(!request->region.empty() && request->path.starts_with('/'), "a request has a place");
    promise(request->reads() || request->method == "POST", "a reading changes nothing");
    if (given.size() == kMostAnswers) break;
    given.push_back(answers[std::min(given.size(), answers.size() - 1)]);
  }
  return given;
}

void read(const Case& given, StepIndex index, Draws& draws, const std::vector<Answer>& answers) {
  const Step& step = given.workflow.steps[index];
  const View view = given.view(index, draws);
  const Origin origin{given.state.stream, kNow, 1, 2};
  const auto all = asked(step, view, answers);
  if (step.ask != nullptr && step.ask(view, all)) return;  // it wants more than there is
  if (step.read != nullptr) {
    const Verdict verdict = step.read(view, all);
    promise(verdict.kind != Verdict::Kind::refused || !verdict.need.empty(),
            "who refuses says what to do");
    promise(verdict.kind != Verdict::Kind::cannot_look || verdict.failure,
            "who cannot look says why");
    record(given, checked(origin, index, verdict, 0, {}));
    if (verdict.kind == Verdict::Kind::pending)
      record(given, observed(origin, index, verdict.state, verdict.percent));
    if (verdict.failure) record(given, read_failed(origin, index, verdict.failure));
  }
  if (step.sight != nullptr) {
    const Sighting sighting = step.sight(view, all);
    promise(sighting.kind != Sighting::Kind::cannot_look || sighting.failure,
            "who cannot look says why");
    if (sighting.kind == Sighting::Kind::cannot_look) return;
    record(given, probed(origin, index, 1, sighting, "list", kNow));
    Case looked = given;
    looked.state.look.step = index;
    looked.state.look.generation = 1;
    looked.state.look.facts = sighting.facts;
    (void)step.act(looked.view(index, draws));
  }
}

void send(const Case& given, StepIndex index, Draws& draws, const Answer& answer) {
  const Step& step = given.workflow.steps[index];
  const View view = given.view(index, draws);
  const Origin origin{given.state.stream, kNow, 1, 2};
  if (step.receive != nullptr && answer.reply.ok()) {
    Receipt receipt = step.receive(view, answer);
    if (receipt.understood) {
      OutcomeRecord outcome;
      outcome.step = index;
      outcome.generation = 1;
      outcome.intent = 2;
      outcome.result = ledger::schema::Outcome::Result::SUCCEEDED;
      if (step.more != nullptr) outcome.more = step.more(view, receipt.facts);
      outcome.facts = std::move(receipt.facts);
      outcome.reply = &answer.reply;
      record(given, workflow::outcome(origin, outcome));
    }
  }
  if (step.sight_by_tag != nullptr) {
    (void)step.ask_by_tag(view);
    const auto sighting = step.sight_by_tag(view, answer);
    if (sighting.kind != Sighting::Kind::cannot_look)
      record(given, probed(origin, index, 1, sighting, "tag", kNow));
  }
  if (step.sight_named != nullptr) {
    constexpr std::string_view kNamed = "ocid1.image.oc1..named";
    (void)step.ask_named(view, kNamed);
    (void)step.sight_named(view, answer, kNamed);
  }
  if (step.fallbacks != nullptr) (void)step.fallbacks(view);
  if (step.postmortem != nullptr) (void)step.postmortem(view);
}

// A walk through two listings, as long as there are answers.
void walk(const Case& given, StepIndex index, Draws& draws, const std::vector<Answer>& answers) {
  const Walk& how = *given.workflow.steps[index].walk;
  const View view = given.view(index, draws);
  BulkWork work({}, true, {});
  Time now = kNow;
  for (const auto& answer : answers) {
    while (const auto next = work.next(view, how, now, true))
      (void)work.take(how, next->second, answer.reply, now);
    if (work.found()) work.recorded();
    if (work.ended()) break;
    now = std::max(now, std::min(work.due(), now + std::chrono::hours(1)));
  }
  const Origin origin{given.state.stream, kNow, 1, 2};
  record(given, bulk_begun(origin, index, work, "walk"));
  record(given, bulk_ended(origin, index, work, 1, 2));
}

void list(const Answer& answer) {
  (void)listing_of(answer.reply);
  if (!answer.list) return;
  (void)answer.list->by_id("x");
  (void)answer.list->named("x");
  (void)answer.list->with_stem("x");
  (void)answer.list->from_source("x");
  (void)answer.list->about_object("x");
  (void)answer.list->of_instance("x");
  promise(answer.list->items().size() == answer.list->size(), "a list has all its items");
}

}  // namespace

void fuzz_replies(std::string_view bytes) {
  auto parts = parts_of(bytes);
  if (parts.size() < 3) return;
  Draws draws(parts[0]);
  const std::size_t which = draws.below(4);
  PlannedMigration planned = testing::sample_migration("web");
  if (which == 1) planned.fields.set("transfer", "par");
  if (which == 1) planned.fields.set("volumes", "replicate");
  if (which == 2) planned = testing::sample_volume("data", draws.flag() ? "volumegroup" : "volume");
  if (which == 2 && draws.flag()) planned.fields.set("method", "backup");
  if (which == 3) planned = testing::sample_bucket("data");
  const Workflow& workflow = *workflow_named(which == 2   ? "volume-replication"
                                             : which == 3 ? "storage-replication"
                                                          : "compute");
  const Case given(workflow, std::move(planned), parts[1]);

  std::vector<Answer> answers;
  for (std::size_t i = 2; i < std::min(parts.size(), 2 + kMostAnswers); ++i) {
    answers.push_back(Answer::of(reply_of(parts[i])));
    list(answers.back());
    for (const bool mutates : {false, true}) {
      const Failure failure = classify(answers.back().reply, mutates);
      (void)describe(failure);
      record(given, read_failed({2, kNow, 1, 2}, 0, failure));
    }
  }
  std::vector<std::string> pages;
  for (const auto& answer : answers) pages.push_back(answer.reply.body);
  list(Answer::of(answers.back().reply, pages));

  const std::size_t first = draws.below(128);
  const auto index = static_cast<StepIndex>(first % workflow.steps.size());
  const Step& step = workflow.steps[index];
  read(given, index, draws, answers);
  send(given, index, draws, answers.front());
  if (step.walk != nullptr && step.kind == StepKind::bulk) walk(given, index, draws, answers);
  if (workflow.makes != nullptr) {
    const View view = given.view(index, draws);
    for (const auto& kind : workflow.makes()) {
      (void)kind.made_as(view);
      if (kind.may_be != nullptr) (void)kind.may_be(view);
    }
  }
}

}  // namespace migledger::fuzz
