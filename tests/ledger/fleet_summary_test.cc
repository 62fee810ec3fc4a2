#include "ledger/fold/fleet_summary.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/paths.h"
#include "tests/support/rehearsal.h"
#include "tests/support/scratch.h"
#include "workflow/decide/transitions.h"
#include "workflow/run/records.h"

namespace migledger::testing {

using ledger::EventDraft;
using ledger::FleetRow;
using ledger::FleetSummary;
using ledger::Status;
using ledger::StreamId;
using workflow::Origin;
namespace schema = ledger::schema;

namespace {

// A ledger written event by event into a summary.
class Fleet {
 public:
  Fleet() {
    EventDraft created(ledger::kLedgerStream, now_, 0);
    created.body().initLedgerCreated();
    add(std::move(created));
    session_ = position_ + 1;
    add(workflow::session_opened({ledger::kLedgerStream, now_, 0, 0}, {}, {}));
  }
  StreamId start(const std::string& name) {
    const StreamId stream = position_ + 1;
    add(workflow::migration_started({ledger::kNewStream, now_, session_, 0},
                                    workflow::compute_workflow(), sample_migration(name)));
    return stream;
  }
  void add(EventDraft draft) {
    auto header = draft.header();
    header.setPosition(++position_);
    if (draft.stream() == ledger::kNewStream) {
      header.setStream(position_);
    } else {
      header.setStream(draft.stream());
    }
    header.setTime(to_micros(now_ += std::chrono::seconds(1)));
    summary.apply(draft.reader());
  }
  Origin of(StreamId stream) const { return {stream, now_, session_, 0}; }
  const FleetRow& row(StreamId stream) const { return *summary.find(stream); }
  Time now() const { return now_; }

  FleetSummary summary;

 private:
  Time now_{std::chrono::seconds(1'800'000'000)};
  ledger::Position position_ = 0;
  ledger::Position session_ = 0;
};

workflow::Decision about(ledger::StepIndex step) {
  workflow::Decision decision;
  decision.step = step;
  decision.generation = 1;
  return decision;
}

workflow::OutcomeRecord record(ledger::StepIndex step, schema::Outcome::Result result,
                               std::string code = "") {
  workflow::OutcomeRecord outcome;
  outcome.step = step;
  outcome.generation = 1;
  outcome.result = result;
  if (!code.empty()) {
    outcome.failure.error_class = workflow::ErrorClass::FATAL;
    outcome.failure.code = std::move(code);
  }
  return outcome;
}

// Two migrations with an event of every kind.
Fleet every_kind() {
  using namespace workflow;
  Fleet fleet;
  const auto one = fleet.start("one"), two = fleet.start("two");
  fleet.add(checked(fleet.of(one), 0, Verdict::ok(), 0, {}));
  fleet.add(
      read_failed(fleet.of(one), 1, {ErrorClass::RETRY, 503, "ServiceUnavailable", "", "", {}}));
  fleet.add(probed(fleet.of(one), 4, 1, Sighting::of(Sighting::Kind::absent), "list", {}));
  fleet.add(intent(fleet.of(one), about(4), Guard::TOKEN, "k", "sim", 1, {}));
  fleet.add(outcome(fleet.of(one), record(4, schema::Outcome::Result::SUCCEEDED)));
  fleet.add(observed(fleet.of(one), 7, "IN_PROGRESS", 42));
  fleet.add(parked(fleet.of(two), 5, "downtime", "approve it", schema::Parked::Kind::APPROVE));
  ApprovalRecord approval;
  approval.step = 5;
  approval.what = "downtime";
  fleet.add(approved(fleet.of(two), {}, approval));
  fleet.add(plan_changed(fleet.of(two), sample_migration("two"), "test", {0}));
  fleet.add(ended(fleet.of(two), 9, schema::Ended::Result::FAILED, "refused for good"));
  EventDraft dropped(ledger::kLedgerStream, fleet.now(), 0);
  dropped.body().initTailDropped();
  fleet.add(std::move(dropped));
  fleet.add(session_closed({ledger::kLedgerStream, fleet.now(), 2, 2}, 1, "one failed"));
  return fleet;
}

}  // namespace

TEST_CASE("a row follows its migration from the first event to the last") {
  using namespace workflow;
  Fleet fleet;
  const auto stream = fleet.start("web");
  const auto row = [&]() -> const FleetRow& { return fleet.row(stream); };
  CHECK(row().name == "web");
  CHECK(row().workflow == "compute");
  CHECK(row().step_count == compute_workflow().forward_count());
  CHECK(row().status == Status::running);
  CHECK(row().step == ledger::kNoStep);
  CHECK(row().events == 1);

  fleet.add(checked(fleet.of(stream), 0, Verdict::ok(), 0, {}));
  CHECK(row().steps_done() == 1);
  CHECK(row().entered == fleet.now());

  fleet.add(probed(fleet.of(stream), 6, 1, Sighting::of(Sighting::Kind::absent), "list", {}));
  CHECK(row().step == 6);
  fleet.add(intent(fleet.of(stream), about(6), Guard::TOKEN, "k", "sim", 1, {}));
  CHECK(row().state == "request sent");
  fleet.add(outcome(fleet.of(stream), record(6, schema::Outcome::Result::UNKNOWN)));
  CHECK(row().state == "outcome unknown");
  fleet.add(outcome(fleet.of(stream), record(6, schema::Outcome::Result::FAILED, "TooMany")));
  CHECK(row().state == "failed: TooMany");
  CHECK(row().steps_done() == 1);
  fleet.add(outcome(fleet.of(stream), record(6, schema::Outcome::Result::SUCCEEDED)));
  CHECK(row().steps_done() == 2);
  CHECK(row().state.empty());

  fleet.add(observed(fleet.of(stream), 7, "IN_PROGRESS", 60));
  CHECK(row().state == "IN_PROGRESS");
  CHECK(row().percent == 60);
  fleet.add(read_failed(fleet.of(stream), 7, {ErrorClass::RETRY, 503, "Busy", "", "", {}}));
  CHECK(row().state == "cannot look: Busy");

  fleet.add(parked(fleet.of(stream), 7, "too long", "look at it", schema::Parked::Kind::MEND));
  CHECK(row().status == Status::parked);
  CHECK(row().need == "look at it");
  fleet.add(observed(fleet.of(stream), 7, "IN_PROGRESS", 70));
  CHECK(row().status == Status::running);
  CHECK(row().need.empty());

  fleet.add(
      checked(fleet.of(stream), 7, Verdict::dead(ErrorClass::RETRY, "F", "it failed"), 6, {}));
  CHECK(row().step == 6);
  CHECK(row().state == "it failed");
  CHECK(row().percent == 0);
  CHECK(row().steps_done() == 1);

  fleet.add(ended(fleet.of(stream), 6, schema::Ended::Result::FAILED, "for good"));
  CHECK(row().status == Status::failed);
  CHECK(row().state == "for good");
  fleet.add(plan_changed(fleet.of(stream), sample_migration("web"), "test", {0}));
  CHECK(row().status == Status::running);
  CHECK(row().steps_done() == 0);
  fleet.add(ended(fleet.of(stream), 6, schema::Ended::Result::DONE, "every step is done"));
  CHECK(row().status == Status::done);
  CHECK(row().state.empty());
}

TEST_CASE("sessions are seen to open and to close") {
  Fleet fleet;
  CHECK(fleet.summary.session() == 2);
  CHECK(!fleet.summary.session_closed());
  fleet.add(workflow::session_closed({ledger::kLedgerStream, fleet.now(), 2, 2}, 0, "done"));
  CHECK(fleet.summary.session_closed());
}

TEST_CASE("rows are in order of their start, an unknown stream has none") {
  Fleet fleet;
  const auto one = fleet.start("b"), two = fleet.start("a");
  REQUIRE(fleet.summary.rows().size() == 2);
  CHECK(fleet.summary.rows()[0].stream == one);
  CHECK(fleet.summary.rows()[1].stream == two);
  CHECK(fleet.summary.find(one + 100) == nullptr);
}

TEST_CASE("what this version does not know is counted") {
  Fleet fleet;
  const auto stream = fleet.start("web");
  fleet.add(EventDraft(stream, fleet.now(), 2));                 // of a newer kind
  fleet.add(EventDraft(ledger::kLedgerStream, fleet.now(), 2));  // the same, of the ledger's own
  fleet.add(workflow::observed(fleet.of(stream + 50), 0, "of a stream that never began", 0));
  CHECK(fleet.summary.unknown_events() == 3);
}

TEST_CASE("a summary saved and loaded is the same, and goes on the same") {
  Fleet fleet = every_kind();
  auto loaded = FleetSummary::load(fleet.summary.save());
  REQUIRE(loaded);
  CHECK(*loaded == fleet.summary);
  auto more = workflow::observed(fleet.of(3), 7, "MORE", 50);
  more.header().setPosition(1000);
  more.header().setStream(3);
  loaded->apply(more.reader());
  fleet.summary.apply(more.reader());
  CHECK(*loaded == fleet.summary);
  CHECK(loaded->find(3)->state == "MORE");
  CHECK(FleetSummary::load(FleetSummary().save()) == FleetSummary());
}

TEST_CASE("bytes cut anywhere, or followed by others, are no summary") {
  const auto bytes = every_kind().summary.save();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    CHECK(!FleetSummary::load(std::span(bytes).first(size)));
  }
  auto longer = bytes;
  longer.push_back(std::byte{0});
  CHECK(!FleetSummary::load(longer));
}

TEST_CASE("lengths and values that cannot be are refused, without taking memory for them") {
  const auto bytes = every_kind().summary.save();
  // Every 8-byte number in turn becomes the largest one; a text's bytes may be anything.
  unsigned refused = 0;
  for (std::size_t at = 0; at + 8 <= bytes.size(); ++at) {
    auto damaged = bytes;
    for (std::size_t i = 0; i < 8; ++i) damaged[at + i] = std::byte{0xff};
    if (!FleetSummary::load(damaged)) ++refused;
  }
  CHECK(refused > 0);
  // Whatever a byte becomes, what is taken is written back as it was read: nothing is passed over.
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const unsigned value : {0U, 9U, 0x7fU, 0x80U, 0xffU}) {
      auto damaged = bytes;
      damaged[at] = static_cast<std::byte>(value);
      const auto loaded = FleetSummary::load(damaged);
      if (loaded) CHECK(loaded->save() == damaged);
    }
}

TEST_CASE("the summary of a run agrees with the states of its migrations") {
  Rehearsal rehearsal;
  workflow::Plan plan;
  for (unsigned i = 1; i <= 3; ++i)
    plan.migrations.push_back(sample_migration("web-" + std::to_string(i), i));
  plan.migrations[2].fields.set("target_ad", "Nowhere");
  plan.migrations[2].fields.set("allow_source_downtime", "false");
  rehearsal.run(plan);
  FleetSummary fleet;
  const ledger::EventStore& store = rehearsal.store();
  for (const auto cursor = store.scan(1); cursor->next();) {
    fleet.apply(cursor->event());
    // At every position it can be saved and taken up again.
    if (cursor->event().getPosition() % 16 == 0) CHECK(FleetSummary::load(fleet.save()) == fleet);
  }
  CHECK(fleet.position() == store.head().position);
  CHECK(fleet.session_closed());
  for (const auto& row : fleet.rows()) {
    const auto state = rehearsal.state(row.name);
    INFO(row.name);
    CHECK(row.status == state.status);
    CHECK(row.position == state.position);
    CHECK(row.events == state.version);
    CHECK(row.started == state.started);
    CHECK(row.updated == state.updated);
    CHECK(row.step_count == state.forward_count());
    CHECK(row.mode == state.mode);
    CHECK(row.paused == (state.paused != 0));
    for (ledger::StepIndex i = 0; i < state.step_count(); ++i)
      CHECK(row.done[i] == state.is_done(i));
  }
}

TEST_CASE("fleet: FORMAT.md names the version of the fold") {
  const std::string format = read_all(source_path("ledger/FORMAT.md"));
  CHECK(format.find("`fleet`, fold " + std::to_string(FleetSummary::kFoldVersion) + ":") !=
        std::string::npos);
}

namespace {

// An event of any kind that a migration's stream can have, with any values.
EventDraft any_event(StreamId stream, Time now, std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<std::uint16_t>(random() % n); };
  EventDraft draft(stream, now, 2);
  auto body = draft.body();
  switch (below(13)) {
    case 0:
      body.initPlanChanged().initRecheck(1).set(0, below(8));
      break;
    case 1:
      body.initProbed().setStep(below(40));
      break;
    case 2: {
      auto intent = body.initIntent();
      intent.setStep(below(40));
      intent.setGeneration(1);
      break;
    }
    case 3: {
      auto outcome = body.initOutcome();
      outcome.setStep(below(40));
      outcome.setResult(static_cast<schema::Outcome::Result>(below(3)));
      outcome.setHow(static_cast<schema::Outcome::How>(below(6)));
      outcome.setMore(below(4) == 0);
      break;
    }
    case 4:
      body.initObserved().setStep(below(40));
      break;
    case 5: {
      auto checked = body.initChecked();
      checked.setStep(below(40));
      checked.setResult(static_cast<schema::Checked::Result>(below(3)));
      checked.setReopens(below(30));
      break;
    }
    case 6:
      body.initReadFailed().setStep(below(40));
      break;
    case 7:
      body.initParked().setStep(below(40));
      break;
    case 8:
      body.initApproved().setStep(below(40));
      break;
    case 9:
    case 10:
      body.initEnded().setResult(static_cast<schema::Ended::Result>(below(4)));
      break;
    default: {
      auto steered = body.initSteered();
      steered.setVerb(static_cast<schema::Steered::Verb>(below(11)));
      steered.setStep(below(3) == 0 ? ledger::kNoStep : below(40));
      const auto verb = steered.getVerb();
      using Verb = schema::Steered::Verb;
      // These are always about a step.
      if (verb == Verb::SKIP || verb == Verb::APPROVE || verb == Verb::ADOPT)
        steered.setStep(below(40));
    }
  }
  return draft;
}

}  // namespace

TEST_CASE("the summary agrees with the state after every event, whatever came before it") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    Fleet fleet;
    const StreamId stream = fleet.start("web-1");
    ledger::MigrationState state;
    EventDraft started =
        workflow::migration_started({ledger::kNewStream, fleet.now(), 2, 0},
                                    workflow::compute_workflow(), sample_migration("web-1"));
    started.header().setPosition(stream);
    started.header().setStream(stream);
    state.apply(started.reader());
    for (unsigned i = 0; i < 60; ++i) {
      EventDraft draft = any_event(stream, fleet.now(), random);
      const auto kind = draft.reader().getBody().which();
      draft.header().setStream(stream);
      draft.header().setPosition(stream + i + 1);
      draft.header().setTime(to_micros(fleet.now()));
      state.apply(draft.reader());
      fleet.add(std::move(draft));
      const FleetRow& row = fleet.row(stream);
      INFO("seed " << seed << ", event " << i << " of kind " << static_cast<unsigned>(kind));
      REQUIRE(row.status == state.status);
      REQUIRE(row.mode == state.mode);
      REQUIRE(row.moved == (state.done_at != Time{}));
      REQUIRE(row.paused == (state.paused != 0));
      for (ledger::StepIndex step = 0; step < state.step_count(); ++step)
        REQUIRE(row.done[step] == state.is_done(step));
      // What can be asked of it is never ruled out by its row.
      for (std::uint16_t v = 0; v < 11; ++v) {
        const auto verb = static_cast<workflow::Verb>(v);
        const auto refusal =
            workflow::refusal_of(verb, workflow::stage_of(state), workflow::stop_of(state));
        REQUIRE((!refusal.empty() || workflow::could_take(verb, row)));
      }
    }
  }
}

}  // namespace migledger::testing
