// Every decision that a ledger records is the one that this build makes from the events before it;
// and one that is not, is found.
#include "workflow/audit/recheck.h"

#include <catch2/catch.hpp>
#include <functional>

#include "ledger/event/codec.h"
#include "tests/support/rehearsal.h"

namespace migledger::testing {

using adapters::sim::Fault;
using ledger::Position;
using ledger::schema::Event;
using workflow::Disagreement;
using workflow::Recheck;

namespace {

using Edit = std::function<void(Event::Builder)>;

// What is found when the event at `position` had said something else.
std::vector<Disagreement> found_with(const ledger::EventStore& store, Position position,
                                     const Edit& edit) {
  std::vector<Disagreement> all;
  Recheck recheck;
  for (const auto cursor = store.scan(1); cursor->next();) {
    std::optional<Disagreement> found;
    if (cursor->event().getPosition() == position) {
      capnp::MallocMessageBuilder message;
      message.setRoot(cursor->event());
      edit(message.getRoot<Event>());
      found = recheck.add(message.getRoot<Event>().asReader());
    } else {
      found = recheck.add(cursor->event());
    }
    if (found) all.push_back(*found);
  }
  return all;
}

// Changes the first event that `matches`, and returns what is found at it.
Disagreement changed(const Rehearsal& rehearsal, const std::function<bool(Event::Reader)>& matches,
                     const Edit& edit) {
  const ledger::EventStore& store = const_cast<Rehearsal&>(rehearsal).store();
  for (const auto cursor = store.scan(1); cursor->next();) {
    if (!matches(cursor->event())) continue;
    const Position position = cursor->event().getPosition();
    for (const auto& found : found_with(store, position, edit))
      if (found.position == position) return found;
    return {};
  }
  FAIL("there is no such event");
  return {};
}

// A migration with what makes a history interesting: replies are lost, capacity runs out.
const Rehearsal& eventful() {
  static const Rehearsal rehearsal = [] {
    adapters::sim::TenancyOptions options;
    options.faults.out_of_capacity.push_back({"Uocm:SA-BOGOTA-1-AD-1", "", 1});
    adapters::sim::ScriptedFault lost;
    lost.fault = Fault::lost_after;
    lost.method = "POST";
    lost.path = "/20160918/images";
    options.faults.scripted.push_back(lost);
    Rehearsal made(options);
    made.run_with_kills(plan_of(1), 13, 6);
    REQUIRE(made.run(plan_of(1)).done == 1);  // it had waited for capacity
    return made;
  }();
  return rehearsal;
}

}  // namespace

TEST_CASE("the decisions of a run that was killed and had faults are all made again") {
  const ledger::EventStore& store = const_cast<Rehearsal&>(eventful()).store();
  Recheck recheck;
  for (const auto cursor = store.scan(1); cursor->next();) CHECK(!recheck.add(cursor->event()));
  const auto& counts = recheck.counts();
  CHECK(counts.events == store.head().position);
  CHECK(counts.judged > 50);
  CHECK(counts.not_known == 0);
  CHECK(counts.judged + counts.of_ledger + counts.by_people == counts.events);
}

TEST_CASE("an intent that this build would not have sent is found") {
  const auto first = [](Event::Reader event) {
    return event.getBody().isIntent() && event.getBody().getIntent().getResends() == 0;
  };
  const auto edited = [&](const std::function<void(ledger::schema::Intent::Builder)>& edit) {
    return changed(eventful(), first,
                   [&](Event::Builder event) { edit(event.getBody().getIntent()); });
  };
  auto found = edited([](auto intent) { intent.setRow("same-token"); });
  CHECK(found.recorded == "send claim-source, generation 1 (row same-token)");
  CHECK(found.decided == "send claim-source, generation 1 (row first): not there yet");
  CHECK(found.row == "first");
  CHECK(found.because != 0);
  CHECK(found.because < found.position);
  CHECK_FALSE(found.words_only);
  CHECK(edited([](auto intent) { intent.setGeneration(2); }).position != 0);
  CHECK(edited([](auto intent) { intent.setStep(intent.getStep() + 1); }).position != 0);
  CHECK(edited([](auto intent) {
          intent.setKey("ml-other");
        }).decided.starts_with("send it with the key ml-"));
  CHECK(edited([](auto intent) { intent.setSend(2); }).position != 0);
  CHECK(edited([](auto intent) { intent.getRequest().setBody("{}"); }).decided ==
        "send a request with another body");
  CHECK(edited([](auto intent) { intent.getRequest().setIfNoneMatch(""); }).decided ==
        "send a request with another if-none-match");
}

TEST_CASE("a request that was sent again is held against the one it repeats") {
  const auto found = changed(
      eventful(),
      [](auto event) {
        return event.getBody().isIntent() && event.getBody().getIntent().getResends() != 0;
      },
      [](auto event) { event.getBody().getIntent().setResends(1); });
  CHECK(found.decided.starts_with("repeat the request of #"));
}

TEST_CASE("an adoption, a stop and an end that this build would not make are found") {
  using How = ledger::schema::Outcome::How;
  const auto adopted = [](Event::Reader event) {
    return event.getBody().isOutcome() && event.getBody().getOutcome().getHow() == How::ADOPTED;
  };
  CHECK(changed(eventful(), adopted, [](auto event) {
          event.getBody().getOutcome().getFacts()[0].setValue("ocid1.other");
        }).decided == "adopt what the look found, which is something else");
  CHECK(changed(eventful(), adopted, [](auto event) {
          event.getBody().getOutcome().setHow(How::CLAIMED);
        }).decided == "adopt it for another reason");
  CHECK(changed(eventful(), adopted, [](auto event) {
          event.getBody().getOutcome().setHow(How::PROVEN);
        }).decided.starts_with("adopt "));
  const auto ended = [](Event::Reader event) { return event.getBody().isEnded(); };
  CHECK(changed(eventful(), ended, [](auto event) {
          event.getBody().getEnded().setResult(ledger::schema::Ended::Result::FAILED);
        }).decided.starts_with("end as done"));
  const auto words = changed(eventful(), ended,
                             [](auto event) { event.getBody().getEnded().setReason("because"); });
  CHECK(words.words_only);
}

TEST_CASE("what was read or looked for when something else was due is found") {
  const auto probed = [](Event::Reader event) { return event.getBody().isProbed(); };
  CHECK(changed(eventful(), probed, [](auto event) {
          event.getBody().getProbed().setScope("tag");
        }).decided.starts_with("look "));
  const auto checked = [](Event::Reader event) { return event.getBody().isChecked(); };
  CHECK(changed(eventful(), checked, [](auto event) {
          event.getBody().getChecked().setStep(3);
        }).decided.starts_with("read check-source"));
  const auto observed = [](Event::Reader event) { return event.getBody().isObserved(); };
  CHECK(changed(eventful(), observed, [](auto event) {
          event.getBody().getObserved().setStep(1);
        }).position != 0);
  const auto replied = [](Event::Reader event) {
    return event.getBody().isOutcome() && event.getBody().getOutcome().getIntent() != 0;
  };
  CHECK(changed(eventful(), replied, [](auto event) {
          event.getBody().getOutcome().setIntent(3);
        }).recorded == "take it as the reply to #3");
}

TEST_CASE("an answer that was on its way when credentials were refused is no wrong decision") {
  adapters::sim::TenancyOptions options;
  options.faults.scripted.push_back(fault_at(Fault::unauthorized, "GET", ""));
  Rehearsal refused(options);
  CHECK_FALSE(refused.run(plan_of(1)).credentials_error.empty());
  Recheck recheck;
  bool seen = false;
  const ledger::EventStore& store = refused.store();
  for (const auto cursor = store.scan(1); cursor->next() && !seen;) {
    CHECK_FALSE(recheck.add(cursor->event()));
    seen = cursor->event().getBody().isReadFailed();
    if (!seen) continue;
    capnp::MallocMessageBuilder message;
    message.setRoot(cursor->event());
    auto another = message.getRoot<Event>();
    another.setPosition(another.getPosition() + 1);
    another.setVersion(another.getVersion() + 1);
    CHECK_FALSE(recheck.add(another.asReader()));
  }
  CHECK(seen);
}

TEST_CASE("a migration that began while all were paused, or before what it waits for, is found") {
  Rehearsal rehearsal;
  auto plan = plan_of(2);
  plan.migrations[1].depends_on = {"web-1"};
  rehearsal.run(plan);
  const auto second = [](Event::Reader event) {
    return event.getBody().isMigrationStarted() &&
           event.getBody().getMigrationStarted().getDependsOn().size() == 1;
  };
  const auto found = changed(rehearsal, second, [](auto event) {
    event.getBody().getMigrationStarted().getDependsOn().set(0, "web-9");
  });
  CHECK(found.decided == "wait until web-9 is done");
  CHECK(found.migration == "web-2");
}

TEST_CASE("a workflow that this build has with other steps is not judged") {
  const ledger::EventStore& store = const_cast<Rehearsal&>(eventful()).store();
  Recheck recheck;
  for (const auto cursor = store.scan(1); cursor->next();) {
    capnp::MallocMessageBuilder message;
    message.setRoot(cursor->event());
    auto event = message.getRoot<Event>();
    if (event.getBody().isMigrationStarted())
      event.getBody().getMigrationStarted().getSteps().set(0, "look-around");
    CHECK(!recheck.add(event.asReader()));
  }
  CHECK(recheck.counts().judged == 1);
  CHECK(recheck.counts().not_known > 50);
}

}  // namespace migledger::testing
