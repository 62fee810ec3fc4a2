// An invariant that cannot fail proves nothing: each is shown a ledger that breaks it.
#include "cli/simulation/promises/ledger_invariants.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/simulation/promises/ledger_watch.h"
#include "cli/simulation/promises/marks_invariant.h"
#include "cli/simulation/universe/disk.h"
#include "ledger/store/memory_event_store.h"
#include "tests/support/rehearsal.h"
#include "workflow/steps/oci_api.h"

using namespace migledger;
using namespace migledger::simulation;
using ledger::EventDraft;
using ledger::MemoryEventStore;
using ledger::Position;
using migledger::testing::plan_of;
using migledger::testing::Rehearsal;
using Intent = ledger::schema::Intent;
using Outcome = ledger::schema::Outcome;

namespace {

std::string broken(const std::function<void()>& check) {
  try {
    check();
  } catch (const Violation& violation) {
    return violation.invariant + ": " + violation.seen;
  }
  return "";
}

// A ledger in memory with one migration, which ends with the intent of a step; whatever is to be
// wrong is appended by hand.
class Crafted {
 public:
  explicit Crafted(std::string_view step) {
    const auto index = workflow::compute_workflow().index_of(step);
    // Where that is, a whole run tells.
    Rehearsal whole;
    REQUIRE(whole.run(plan_of(1)).done == 1);
    Position at = 0;
    const ledger::EventStore& store = whole.store();
    for (const auto cursor = store.scan(1); at == 0 && cursor->next();) {
      const auto body = cursor->event().getBody();
      if (body.isIntent() && body.getIntent().getStep() == index)
        at = cursor->event().getPosition();
    }
    struct Stop {};
    rehearsal_.store().after_append = [at](Position head) {
      if (head >= at) throw Stop{};
    };
    CHECK_THROWS_AS(rehearsal_.run(plan_of(1)), Stop);
    rehearsal_.store().after_append = nullptr;
    head_ = rehearsal_.store().head().position;
  }

  MemoryEventStore& store() { return rehearsal_.store(); }
  ledger::StreamId stream() { return *store().find_stream("web-1"); }
  Time now() { return store().head().time; }
  Position last() { return store().head().position; }

  Position append(const std::function<void(ledger::schema::Event::Body::Builder)>& fill,
                  Duration later = {}, Position session = 0) {
    EventDraft draft(stream(), now() + later, session == 0 ? 2 : session, last());
    fill(draft.body());
    return store().append_one(draft);
  }

  Position outcome(Outcome::Result result, Outcome::How how, ledger::schema::ErrorClass error,
                   Position intent) {
    return append([&](auto body) {
      auto outcome = body.initOutcome();
      outcome.setStep(step());
      outcome.setGeneration(1);
      outcome.setIntent(intent);
      outcome.setResult(result);
      outcome.setHow(how);
      outcome.initError().setClass(error);
    });
  }
  Position probe(ledger::schema::Probed::Result result, Duration later,
                 const char* scope = "list") {
    return append(
        [&](auto body) {
          auto probed = body.initProbed();
          probed.setStep(step());
          probed.setGeneration(1);
          probed.setResult(result);
          probed.setScope(scope);
        },
        later);
  }
  Position intent(std::uint16_t generation, Position resends = 0, Duration later = {},
                  const char* transport = "sim") {
    return append(
        [&](auto body) {
          auto intent = body.initIntent();
          intent.setStep(step());
          intent.setGeneration(generation);
          intent.setResends(resends);
          intent.setTransport(transport);
          intent.initRequest().setRequestId("x");
        },
        later);
  }
  std::uint16_t step() {
    const auto cursor = static_cast<ledger::EventStore&>(store()).scan(head_, head_);
    REQUIRE(cursor->next());
    return cursor->event().getBody().getIntent().getStep();
  }
  Position head() const { return head_; }
  std::string rules() {
    return broken([&] { check_recovery_rules(store(), workflow::compute_workflow()); });
  }

 private:
  Rehearsal rehearsal_;
  Position head_ = 0;
};

using namespace std::chrono_literals;
using Error = ledger::schema::ErrorClass;
using Seen = ledger::schema::Probed::Result;

}  // namespace

TEST_CASE("a whole run breaks none of them") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run_with_kills(plan_of(2), 7, 200).done == 2);
  const auto& workflow = workflow::compute_workflow();
  const auto& store = rehearsal.store();
  CHECK(broken([&] { check_order(store); }).empty());
  CHECK(broken([&] { check_outcomes(store); }).empty());
  CHECK(broken([&] { check_decisions(store); }).empty());
  CHECK(broken([&] { check_recovery_rules(store, workflow); }).empty());
  CHECK(broken([&] { check_people(store, workflow, {}); }).empty());
  CHECK(broken([&] { check_restoring(store); }).empty());
  CHECK(broken([&] { check_folds(store); }).empty());
}

TEST_CASE("one look that found nothing is no proof") {
  Crafted crafted("create-image");
  crafted.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, crafted.head());
  crafted.probe(Seen::ABSENT, 11min);
  crafted.probe(Seen::ABSENT, 1s, "tag");
  crafted.intent(2);
  CHECK(crafted.rules().find("proof: ") != std::string::npos);
}

TEST_CASE("two looks within the settle window are no proof") {
  Crafted crafted("create-image");
  crafted.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, crafted.head());
  crafted.probe(Seen::ABSENT, 2min);
  crafted.probe(Seen::ABSENT, 1min, "tag");
  crafted.probe(Seen::ABSENT, 1min);
  crafted.intent(2);
  CHECK(crafted.rules().find("proof: ") != std::string::npos);
}

TEST_CASE("nothing is sent without a look, after a look that found something, or an old one") {
  Crafted blind("create-image");
  blind.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, blind.head());
  blind.intent(1, blind.head());
  CHECK(blind.rules().find("look-first: ") != std::string::npos);
  Crafted seeing("create-image");
  seeing.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, seeing.head());
  seeing.probe(Seen::FOREIGN, 1s);
  seeing.intent(1, seeing.head());
  CHECK(seeing.rules().find("look-first: ") != std::string::npos);
  Crafted slow("create-image");
  slow.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, slow.head());
  slow.probe(Seen::ABSENT, 1s);
  slow.intent(1, slow.head(), 5min);
  CHECK(slow.rules().find("look-first: ") != std::string::npos);
}

TEST_CASE("a token is not sent a day later, and never with another request") {
  Crafted old("create-image");
  old.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, old.head());
  old.probe(Seen::ABSENT, 24h);
  old.intent(1, old.head());
  CHECK(old.rules().find("young-token: ") != std::string::npos);
  Crafted rebuilt("create-image");
  rebuilt.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, rebuilt.head());
  rebuilt.probe(Seen::ABSENT, 1s);
  rebuilt.intent(1);
  CHECK(rebuilt.rules().find("same-request: ") != std::string::npos);
}

TEST_CASE("what failed for good is not sent again") {
  Crafted crafted("create-image");
  crafted.outcome(Outcome::Result::FAILED, Outcome::How::REPLIED, Error::FATAL, crafted.head());
  crafted.probe(Seen::ABSENT, 1s);
  crafted.intent(1, crafted.head());
  CHECK(crafted.rules().find("final: ") != std::string::npos);
}

TEST_CASE("what is foreign is not adopted, and nothing follows an unknown event") {
  Crafted foreign("create-image");
  foreign.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, foreign.head());
  foreign.probe(Seen::FOREIGN, 1s);
  foreign.outcome(Outcome::Result::SUCCEEDED, Outcome::How::ADOPTED, Error::NONE, foreign.head());
  CHECK(foreign.rules().find("ours-only: ") != std::string::npos);
  Crafted newer("create-image");
  newer.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, newer.head());
  newer.append([](auto body) { body.setUnset(); });
  newer.probe(Seen::ABSENT, 1s);
  newer.intent(1, newer.head());
  CHECK(newer.rules().find("known-only: ") != std::string::npos);
}

TEST_CASE(
    "nothing is given up and nothing ends as failed without proof or while something is open") {
  Crafted given_up("create-image");
  given_up.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN,
                   given_up.head());
  given_up.probe(Seen::ABSENT, 11min);
  given_up.outcome(Outcome::Result::FAILED, Outcome::How::PROVEN, Error::RETRY, given_up.head());
  CHECK(given_up.rules().find("proof: ") != std::string::npos);
  const auto end = [](Crafted& crafted) {
    crafted.append([&](auto body) {
      auto ended = body.initEnded();
      ended.setResult(ledger::schema::Ended::Result::FAILED);
      ended.setStep(crafted.step());
    });
  };
  Crafted failed("create-image");
  failed.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, failed.head());
  failed.probe(Seen::ABSENT, 1s);
  const auto again = failed.intent(1, failed.head());
  failed.outcome(Outcome::Result::FAILED, Outcome::How::REPLIED, Error::FATAL, again);
  end(failed);
  CHECK(failed.rules().find("proof: ") != std::string::npos);
  Crafted open("create-image");
  open.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, open.head());
  end(open);
  CHECK(open.rules().find("nothing-open: ") != std::string::npos);
}

TEST_CASE("what is paused does not go on, and what is paused at a step does not begin it") {
  using Verb = ledger::schema::Steered::Verb;
  const auto people = [](Crafted& crafted) {
    return broken([&] { check_people(crafted.store(), workflow::compute_workflow(), {}); });
  };
  const auto steer = [](Crafted& crafted, Verb verb, std::uint16_t step) {
    crafted.append([&](auto body) {
      auto steered = body.initSteered();
      steered.setVerb(verb);
      steered.setStep(step);
    });
  };
  for (const bool at_step : {false, true}) {
    Crafted crafted("create-image");
    crafted.outcome(Outcome::Result::FAILED, Outcome::How::REPLIED, Error::RETRY, crafted.head());
    steer(crafted, Verb::PAUSE, at_step ? crafted.step() : ledger::kNoStep);
    CHECK(people(crafted).empty());
    crafted.intent(1, crafted.head());
    CHECK(people(crafted).find(at_step ? "people-obeyed: paused-at: "
                                       : "people-obeyed: paused: ") == 0);
  }
  Crafted resumed("create-image");
  steer(resumed, Verb::PAUSE, ledger::kNoStep);
  steer(resumed, Verb::RESUME, ledger::kNoStep);
  resumed.intent(1, resumed.head());
  CHECK(people(resumed).empty());
  Crafted held("create-image");
  EventDraft all(ledger::kLedgerStream, held.now(), 2);
  all.body().initSteered().setVerb(Verb::PAUSE);
  held.store().append_one(all);
  held.intent(1, held.head());
  CHECK(people(held).find("people-obeyed: paused-all: ") == 0);
}

TEST_CASE("what a person must approve is not passed without, and nobody approves for them") {
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("allow_source_downtime", "false");
  Rehearsal rehearsal;
  workflow::RunOptions approving;
  approving.approvals = workflow::approve_all();
  REQUIRE(rehearsal.run(plan, approving).done == 1);
  const auto& workflow = workflow::compute_workflow();
  const ledger::EventStore& whole = rehearsal.store();
  CHECK(broken([&] { check_people(whole, workflow, workflow::approve_all()); }).empty());
  CHECK(broken([&] { check_people(whole, workflow, {}); }).find("people-obeyed: asked: ") == 0);
  Position approved = 0;
  for (const auto cursor = whole.scan(1); approved == 0 && cursor->next();)
    if (cursor->event().getBody().isApproved()) approved = cursor->event().getPosition();
  REQUIRE(approved != 0);
  rehearsal.store().truncate(approved - 1);
  EventDraft draft(*rehearsal.store().find_stream("web-1"), rehearsal.store().head().time, 2);
  auto intent = draft.body().initIntent();
  intent.setStep(workflow.index_of("create-image"));
  intent.setGeneration(1);
  rehearsal.store().append_one(draft);
  CHECK(broken([&] {
          check_people(whole, workflow, workflow::approve_all());
        }).find("people-obeyed: approved: ") == 0);
}

TEST_CASE("nothing begins between a restoring and the record of the comparison that settles it") {
  for (const bool settled : {false, true}) {
    Crafted crafted("create-image");
    EventDraft restored(ledger::kLedgerStream, crafted.now(), 2);
    restored.body().initRestored().setFrom("a copy");
    const auto at = crafted.store().append_one(restored);
    EventDraft compared(ledger::kLedgerStream, crafted.now(), 2, at);
    compared.body().initRestored().initReconciled().setSettled(settled);
    crafted.store().append_one(compared);
    crafted.intent(1, crafted.head());
    const auto seen = broken([&] { check_restoring(crafted.store()); });
    CHECK((settled ? seen.empty() : seen.find("compared-before-acting: ") == 0));
  }
}

TEST_CASE("an intent does not follow another of which nothing is said") {
  Crafted crafted("create-image");
  crafted.intent(1, crafted.head());
  CHECK(broken([&] { check_outcomes(crafted.store()); }).find("outcome-after-intent: ") == 0);
}

TEST_CASE("what is adopted was made for that migration, and a rollback leaves nothing of it") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(2)).done == 2);
  const auto& workflow = workflow::compute_workflow();
  const ledger::EventStore& store = rehearsal.store();
  const auto made = rehearsal.tenancy().created_from(0);
  const auto image =
      std::find_if(made.begin(), made.end(), [](const auto& one) { return one.kind == "image"; });
  REQUIRE(image != made.end());
  const Others nobody, others{image->id};
  const std::set<std::string> no_doubles;
  const Marks marks(rehearsal.tenancy(), nobody, no_doubles);
  CHECK(broken([&] { marks.check_adopted(store); }).empty());
  CHECK(broken([&] { marks.check_undone(store, workflow, false); }).empty());
  const auto adopt = [&](const char* name) {
    const auto stream = *store.find_stream(name);
    EventDraft draft(stream, store.head().time, 2);
    auto outcome = draft.body().initOutcome();
    outcome.setStep(workflow.index_of("create-image"));
    outcome.setHow(Outcome::How::ADOPTED);
    outcome.initFacts(1)[0].setValue(image->id);
    rehearsal.store().append_one(draft);
  };
  const std::string owner =
      rehearsal.state("web-1").facts.get("image_id") == image->id ? "web-1" : "web-2";
  adopt(owner.c_str());
  CHECK(broken([&] { marks.check_adopted(store); }).empty());
  const Marks theirs(rehearsal.tenancy(), others, no_doubles);
  CHECK(broken([&] { theirs.check_adopted(store); }).find("adopts-its-own: ") == 0);
  adopt(owner == "web-1" ? "web-2" : "web-1");
  CHECK(broken([&] { marks.check_adopted(store); }).find("adopts-its-own: ") == 0);
  EventDraft ended(*store.find_stream("web-1"), store.head().time, 2);
  ended.body().initEnded().setResult(ledger::schema::Ended::Result::ROLLED_BACK);
  rehearsal.store().append_one(ended);
  CHECK(broken([&] {
          marks.check_undone(store, workflow, false);
        }).find("rollback-leaves-nothing: ") == 0);
}

TEST_CASE("a claim that a rollback leaves is told but for one that a doubled request wrote") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  EventDraft ended(*rehearsal.store().find_stream("web-1"), rehearsal.store().head().time, 2);
  ended.body().initEnded().setResult(ledger::schema::Ended::Result::ROLLED_BACK);
  rehearsal.store().append_one(ended);
  const auto seen = [&](const std::set<std::string>& doubles) {
    return broken([&] {
      Marks(rehearsal.tenancy(), {}, doubles)
          .check_undone(rehearsal.store(), workflow::compute_workflow(), false);
    });
  };
  const auto is_of_claim = [](const std::string& told) {
    return told.find("web-1 is rolled back, and its claim on the source") != std::string::npos;
  };
  CHECK(is_of_claim(seen({})));
  const auto made = rehearsal.tenancy().created_from(0);
  const auto claim = std::find_if(made.begin(), made.end(), [](const auto& one) {
    return one.name.find("migledger/claims/") == 0;
  });
  REQUIRE(claim != made.end());
  CHECK_FALSE(is_of_claim(seen({claim->region + claim->id})));
}

TEST_CASE("what is made without a claim is told but for a release of it that was forgotten") {
  Rehearsal rehearsal;
  const auto plan = plan_of(1);
  REQUIRE(rehearsal.run(plan).done == 1);
  auto& tenancy = rehearsal.tenancy();
  const auto made = tenancy.created_from(0);
  const auto image =
      std::find_if(made.begin(), made.end(), [](const auto& one) { return one.kind == "image"; });
  REQUIRE(image != made.end());
  OwnClaim claim(tenancy, plan);
  const auto seen = [&] { return broken([&] { claim.made(*image, tenancy.clock()); }); };
  const auto place = claim_place(tenancy, plan.migrations[0].fields);
  const auto kept = claim_at(tenancy, place, tenancy.clock());
  auto request = workflow::storage(place.region, "GET", place.path);
  const auto release = [&] {
    request.method = "DELETE";
    REQUIRE(tenancy.handle(request, tenancy.clock()).ok());
  };
  CHECK(seen().empty());
  release();
  CHECK(seen().find("own-claim: ") == 0);
  claim.forget_release(*parts_of_key(image->key));
  CHECK(seen().empty());
  request.method = "PUT";
  request.body = kept;
  REQUIRE(tenancy.handle(request, tenancy.clock()).ok());
  CHECK(seen().empty());
  request.body = {};
  release();
  CHECK(seen().find("own-claim: ") == 0);
}

TEST_CASE("a token may carry another request only where the first one was forgotten") {
  OneTokenOneBody tokens;
  workflow::Request request;
  request.region = "us-ashburn-1";
  request.retry_token = "ml-0123456789ab-fecb8b60dfd5-create-image-1";
  request.body = "{}";
  const auto seen = [&] { return broken([&] { tokens.sent(request); }); };
  CHECK(seen().empty());
  request.body = "[]";
  CHECK(seen().find("one-token-one-body: ") == 0);
  tokens.forget({"ml-0123456789ab-fecb8b60dfd5-create-image-2"});
  CHECK(seen().find("one-token-one-body: ") == 0);
  tokens.forget({request.retry_token});
  CHECK(seen().empty());
}

TEST_CASE("decisions that do not follow are told") {
  Crafted crafted("create-image");
  crafted.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN, crafted.head());
  crafted.intent(2);
  CHECK(broken([&] { check_decisions(crafted.store()); }).find("decisions-recomputed: ") == 0);
}

TEST_CASE("an outcome must name its intent, and what a former run left open be said first") {
  Crafted nameless("create-image");
  nameless.outcome(Outcome::Result::FAILED, Outcome::How::REPLIED, Error::RETRY, 3);
  CHECK(broken([&] { check_outcomes(nameless.store()); }).find("outcome-after-intent: ") == 0);
  Crafted silent("create-image");
  silent.append(
      [&](auto body) {
        auto probed = body.initProbed();
        probed.setStep(silent.step());
        probed.setGeneration(1);
      },
      1s, 3);
  CHECK(broken([&] { check_outcomes(silent.store()); }).find("outcome-after-intent: ") == 0);
}

TEST_CASE("an event that was acknowledged and is gone, or is another, is told") {
  MemoryEventStore store;
  Acknowledged acknowledged;
  const auto append = [&](const char* state) {
    EventDraft draft(ledger::kLedgerStream, {}, 0);
    draft.body().initObserved().setState(state);
    store.append_one(draft);
    return draft;
  };
  const auto add = [&](EventDraft draft) { acknowledged.add(std::span(&draft, 1)); };
  add(append("one"));
  add(append("two"));
  CHECK(broken([&] { acknowledged.compare(store); }).empty());
  append("never acknowledged, never under way");
  CHECK(broken([&] { acknowledged.compare(store); }).find("acknowledged-is-kept: ") == 0);
  store.truncate(1);
  CHECK(broken([&] { acknowledged.compare(store); }).find("acknowledged-is-kept: ") == 0);
  append("another");
  CHECK(broken([&] { acknowledged.compare(store); }).find("acknowledged-is-kept: ") == 0);
}

TEST_CASE("what leaves must be recorded, and what is recorded as replied must have been") {
  SentAsRecorded sent;
  workflow::Request request;
  request.method = "POST";
  request.path = "/20160918/images";
  request.body = "{}";
  request.request_id = "ID";
  CHECK(broken([&] { sent.leaves(request); }).find("intent-before-sending: ") == 0);
  Crafted crafted("create-image");
  const auto cursor =
      static_cast<ledger::EventStore&>(crafted.store()).scan(crafted.head(), crafted.head());
  REQUIRE(cursor->next());
  sent.recorded(cursor->event());
  auto recorded = workflow::request_of(cursor->event().getBody().getIntent().getRequest());
  CHECK(broken([&] { sent.leaves(recorded); }).empty());
  auto changed = recorded;
  changed.body += " ";
  CHECK(broken([&] { sent.leaves(changed); }).find("intent-before-sending: ") == 0);
  EventDraft outcome(crafted.stream(), {}, 2);
  auto body = outcome.body().initOutcome();
  body.setIntent(crafted.head());
  body.setResult(Outcome::Result::SUCCEEDED);
  CHECK(broken([&] { sent.before_append(outcome.reader()); }).find("outcome-after-reply: ") == 0);
  workflow::Reply reply;
  reply.delivery = workflow::Reply::Delivery::replied;
  reply.status = 500;
  sent.replied(recorded, reply);
  CHECK(broken([&] { sent.before_append(outcome.reader()); }).find("outcome-after-reply: ") == 0);
  reply.status = 200;
  sent.replied(recorded, reply);
  CHECK(broken([&] { sent.before_append(outcome.reader()); }).empty());
}

TEST_CASE("a secret is found wherever it is") {
  CHECK(broken([] { check_no_secret("a b c", {"x"}, "it"); }).empty());
  CHECK(broken([] {
          check_no_secret("abc hunter2 def", {"x", "hunter2"}, "it");
        }) == "no-secret: it holds a secret after \"abc \"");
}

TEST_CASE("a removal names the version that the look before it saw") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  REQUIRE(rehearsal.steer(workflow::Verb::ROLLBACK, "web-1").taken);
  rehearsal.run(plan_of(1));
  const auto& workflow = workflow::compute_workflow();
  const ledger::EventStore& whole = rehearsal.store();
  std::vector<Position> guarded;  // intents of removals
  for (const auto cursor = whole.scan(1); cursor->next();) {
    const auto body = cursor->event().getBody();
    if (!body.isIntent()) continue;
    const auto request = workflow::request_of(body.getIntent().getRequest());
    if (request.method == "DELETE" && !request.if_match.empty())
      guarded.push_back(cursor->event().getPosition());
  }
  REQUIRE_FALSE(guarded.empty());
  for (const Position at : guarded) {
    const auto cut = rehearsal.store().copy();
    cut->truncate(at);
    const ledger::EventStore& store = *cut;
    const auto cursor = store.scan(at, at);
    REQUIRE(cursor->next());
    const auto event = cursor->event();
    const auto recorded = event.getBody().getIntent();
    EventDraft unguarded(event.getStream(), time_from_micros(event.getTime()), event.getSession(),
                         event.getCause());
    auto intent = unguarded.body().initIntent();
    intent.setStep(recorded.getStep());
    intent.setGeneration(recorded.getGeneration());
    intent.initRequest().setMethod("DELETE");
    CHECK(broken([&] { check_recovery_rules(store, workflow); }).empty());
    cut->truncate(at - 1);
    cut->append_one(unguarded);
    CHECK(broken([&] {
            check_recovery_rules(store, workflow);
          }).find("recovery-rules: guarded-removal: ") == 0);
  }
}

TEST_CASE("rules are named apart, and those that judged nothing are named") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kRules; ++i) {
    const std::string name = name_of(static_cast<Rule>(i));
    CHECK(name.find(invariant_of(static_cast<Rule>(i))) == 0);
    CHECK(names.insert(name).second);
  }
  take_judgements();
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  check_order(rehearsal.store());
  const auto judgements = take_judgements();
  CHECK(judgements[static_cast<std::size_t>(Rule::log_in_order)] ==
        rehearsal.store().head().position);
  const auto idle = names_of_idle(judgements);
  CHECK(idle.find("log-in-order") == std::string::npos);
  CHECK(idle.find("recovery-rules/guarded-removal, ") != std::string::npos);
  CHECK(names_of_idle(take_judgements()).find("log-in-order, ") == 0);
}

TEST_CASE("what one transport sent is not sent again by another") {
  for (const std::string transport : {"sim", "other"}) {
    Crafted crafted("create-image");
    crafted.outcome(Outcome::Result::UNKNOWN, Outcome::How::REPLIED, Error::UNKNOWN,
                    crafted.head());
    crafted.probe(Seen::ABSENT, 1s);
    crafted.intent(1, crafted.head(), {}, transport.c_str());
    CHECK(crafted.rules().empty() == (transport == "sim"));
    CHECK((transport == "sim" || crafted.rules().find("same-transport: ") != std::string::npos));
  }
}

TEST_CASE("an order is carried out once, and only where it can mean something") {
  using Verb = ledger::schema::Steered::Verb;
  const auto people = [](Crafted& crafted) {
    return broken([&] { check_people(crafted.store(), workflow::compute_workflow(), {}); });
  };
  const auto steer = [](Crafted& crafted, Verb verb, const char* id) {
    crafted.append([&](auto body) {
      auto steered = body.initSteered();
      steered.setVerb(verb);
      steered.setStep(verb == Verb::APPROVE ? crafted.step() : ledger::kNoStep);
      steered.setRequest(id);
    });
  };
  Crafted noted("create-image");
  steer(noted, Verb::NOTE, "1");
  steer(noted, Verb::NOTE, "2");
  CHECK(people(noted).empty());
  steer(noted, Verb::NOTE, "1");
  CHECK(people(noted).find("people-obeyed: taken-once: ") == 0);
  for (const Verb verb : {Verb::APPROVE, Verb::RESUME, Verb::RETRY}) {
    Crafted going_on("create-image");
    steer(going_on, verb, "1");
    CHECK(people(going_on).find("people-obeyed: orders-in-place: ") == 0);
  }
}

TEST_CASE("nothing is tried more often, or made more often, than the plan allows") {
  const auto limits = [](Crafted& crafted) {
    return broken([&] { check_limits(crafted.store(), workflow::compute_workflow(), {}); });
  };
  Crafted tried("create-image");
  for (int failures = 1; failures <= 8; ++failures) {
    CHECK(limits(tried).empty());
    tried.outcome(Outcome::Result::FAILED, Outcome::How::REPLIED, Error::RETRY, tried.last());
    tried.intent(1, tried.head());
  }
  CHECK(limits(tried).find("limits-kept: attempts: ") == 0);
  Crafted made("create-image");
  for (int deaths = 1; deaths <= 3; ++deaths) {
    CHECK(limits(made).empty());
    made.append([&](auto body) {
      auto checked = body.initChecked();
      checked.setStep(static_cast<std::uint16_t>(made.step() + 1));
      checked.setResult(ledger::schema::Checked::Result::DEAD);
      checked.setReopens(made.step());
      checked.initError().setClass(Error::RETRY);
    });
    made.intent(static_cast<std::uint16_t>(1 + deaths));
  }
  CHECK(limits(made).find("limits-kept: generations: ") == 0);
}

TEST_CASE("a step that is waited for keeps to its time limit, and has all of it") {
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("timeouts", R"({"await-image":300})");
  plan.migrations[0].fields = plan.migrations[0].fields.sorted();
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan).parked == 1);
  const auto& workflow = workflow::compute_workflow();
  const auto limits = [&](MemoryEventStore& store) {
    return broken([&] { check_limits(store, workflow, {true, 15min, true}); });
  };
  CHECK(limits(rehearsal.store()).empty());
  const auto with = [&](Duration later, bool parks) {
    auto store = rehearsal.store().copy();
    store->truncate(store->head().position - 2);  // without the stop, and the end of the session
    EventDraft draft(*store->find_stream("web-1"), store->head().time + later, 2);
    if (parks) {
      auto parked = draft.body().initParked();
      parked.setStep(workflow.index_of("await-image"));
      parked.setReason("wait for the image has taken longer than 5 minutes");
    } else {
      auto observed = draft.body().initObserved();
      observed.setStep(workflow.index_of("await-image"));
      observed.setState("PROVISIONING");
    }
    store->append_one(draft);
    return limits(*store);
  };
  CHECK(with(10min, false).empty());
  CHECK(with(30min, false).find("limits-kept: time: ") == 0);
  CHECK(with(10min, true).empty());
  CHECK(with({}, true).find("limits-kept: time-granted: ") == 0);
}
