// Orders, given between runs and while one is going.
#include "workflow/run/steering.h"

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "tests/support/orders.h"
#include "tests/support/rehearsal.h"

namespace migledger::testing {

using ledger::Status;
using workflow::Order;
using workflow::OrderAnswer;
using workflow::Verb;

namespace {

std::size_t count(const Rehearsal& rehearsal, std::string_view kind) {
  return rehearsal.held(kind).size();
}

}  // namespace

TEST_CASE("a migration cancelled at any moment of a run ends, and leaves nothing unowned") {
  Rehearsal whole;
  REQUIRE(whole.run(plan_of(1)).done == 1);
  const auto head = whole.store().head().position;
  unsigned cancelled = 0;
  for (ledger::Position at = 3; at < head; ++at) {
    Rehearsal rehearsal;
    AtPosition orders(rehearsal.store(), at, order_of(Verb::CANCEL, "web-1"));
    workflow::RunOptions options;
    options.orders = &orders;
    const auto result = rehearsal.run(plan_of(1), options);
    const auto state = rehearsal.state("web-1");
    INFO("cancelled at " << at << ": " << name_of(state.status) << ", " << state.reason);
    REQUIRE(orders.answers.size() == 1);
    if (!orders.answers[0].taken) {
      CHECK(result.done == 1);  // too late
      continue;
    }
    ++cancelled;
    CHECK(result.undone == 1);
    CHECK(state.status == Status::cancelled);
    CHECK(count(rehearsal, "image") == (state.facts.get("image_id").empty() ? 0u : 1u));
    CHECK(count(rehearsal, "imported-image") ==
          (state.facts.get("target_image_id").empty() ? 0u : 1u));
    CHECK(count(rehearsal, "instance") ==
          (state.facts.get("target_instance_id").empty() ? 1u : 2u));
    // And it can be gone on with.
    REQUIRE(rehearsal.steer(Verb::RETRY, "web-1").taken);
    CHECK(rehearsal.run(plan_of(1)).done == 1);
    check_each_made_once(rehearsal, 1);
  }
  CHECK(cancelled > 20);
}

TEST_CASE("cancelled while a reply was lost, it is first found out what came of it") {
  for (const auto fault : {adapters::sim::Fault::lost_after, adapters::sim::Fault::lost_before}) {
    adapters::sim::TenancyOptions options;
    adapters::sim::ScriptedFault lost;
    lost.fault = fault;
    lost.method = "POST";
    lost.path = "/20160918/images";
    lost.call = 1;
    options.faults.scripted.push_back(lost);
    // Where the ledger first says that the outcome is unknown.
    Rehearsal whole(options);
    REQUIRE(whole.run(plan_of(1)).done == 1);
    ledger::Position unknown = 0;
    for (const auto cursor = whole.store().scan(1, ~ledger::Position{0});
         unknown == 0 && cursor->next();) {
      const auto body = cursor->event().getBody();
      if (body.isOutcome() &&
          body.getOutcome().getResult() == ledger::schema::Outcome::Result::UNKNOWN)
        unknown = cursor->event().getPosition();
    }
    REQUIRE(unknown != 0);
    Rehearsal rehearsal(options);
    rehearsal.store().after_append = [&](ledger::Position position) {
      if (position >= unknown) throw Killed{};
    };
    CHECK_THROWS_AS(rehearsal.run(plan_of(1)), Killed);
    rehearsal.store().after_append = nullptr;
    REQUIRE(rehearsal.steer(Verb::CANCEL, "web-1").taken);
    CHECK(rehearsal.run(plan_of(1)).undone == 1);
    const auto state = rehearsal.state("web-1");
    const bool made = fault == adapters::sim::Fault::lost_after;
    CHECK(count(rehearsal, "image") == (made ? 1u : 0u));
    CHECK(state.facts.get("image_id").empty() != made);
    // What is said of a sending names the intent that sent it.
    std::set<ledger::Position> intents;
    for (const auto cursor = rehearsal.store().scan(1, ~ledger::Position{0}); cursor->next();) {
      const auto event = cursor->event();
      if (event.getBody().isIntent()) intents.insert(event.getPosition());
      if (event.getBody().isOutcome())
        CHECK(intents.count(event.getBody().getOutcome().getIntent()) == 1);
    }
    REQUIRE(rehearsal.steer(Verb::RETRY, "web-1").taken);
    CHECK(rehearsal.run(plan_of(1)).done == 1);
    check_each_made_once(rehearsal, 1);
  }
}

TEST_CASE("nothing new is begun while a migration is paused, and all goes on after") {
  Rehearsal whole;
  REQUIRE(whole.run(plan_of(2)).done == 2);
  const auto head = whole.store().head().position;
  for (ledger::Position at = 4; at < head - 8; at += 5) {
    Rehearsal rehearsal;
    AtPosition orders(rehearsal.store(), at, order_of(Verb::PAUSE, "web-1"));
    workflow::RunOptions options;
    options.orders = &orders;
    auto result = rehearsal.run(plan_of(2), options);
    INFO("paused at " << at);
    if (!orders.answers[0].taken) continue;
    CHECK(result.done == 1);
    CHECK(result.parked == 1);
    CHECK(exit_code(result) == 3);
    const auto paused = rehearsal.state("web-1");
    const auto events = paused.version;
    // Again, without a word: it stays paused.
    CHECK(rehearsal.run(plan_of(2)).parked == 1);
    CHECK(rehearsal.state("web-1").version <= events + 1);  // a lost reply may be recorded
    REQUIRE(rehearsal.steer(Verb::RESUME, "web-1").taken);
    CHECK(rehearsal.run(plan_of(2)).done == 2);
    check_each_made_once(rehearsal, 2);
  }
}

TEST_CASE("a migration stops before the step that it is to be paused at") {
  Rehearsal rehearsal;
  AtPosition orders(rehearsal.store(), 3, order_of(Verb::PAUSE, "web-1", "launch-instance"));
  workflow::RunOptions options;
  options.orders = &orders;
  CHECK(rehearsal.run(plan_of(1), options).parked == 1);
  CHECK(count(rehearsal, "imported-image") == 1);
  CHECK(rehearsal.created("instance").empty());
  REQUIRE(rehearsal.steer(Verb::RESUME, "web-1").taken);
  CHECK(rehearsal.run(plan_of(1)).done == 1);
}

TEST_CASE("the whole ledger can be paused and resumed in a run") {
  Rehearsal rehearsal;
  AtPosition orders(rehearsal.store(), 23, order_of(Verb::PAUSE, ""));
  orders.then(order_of(Verb::RESUME, ""));
  workflow::RunOptions options;
  options.orders = &orders;
  CHECK(rehearsal.run(plan_of(3), options).done == 3);
  REQUIRE(orders.answers.size() == 2);
  CHECK(orders.answers[0].taken);
  CHECK(orders.answers[1].taken);
  check_each_made_once(rehearsal, 3);

  Rehearsal held;
  REQUIRE(held.steer(Verb::PAUSE, "").taken);
  CHECK_FALSE(held.steer(Verb::PAUSE, "").taken);
  CHECK(held.run(plan_of(3)).not_started.size() == 3);
  REQUIRE(held.steer(Verb::RESUME, "").taken);
  CHECK(held.run(plan_of(3)).done == 3);
}

TEST_CASE("approval given while a run is going lets the migration go on in it") {
  Rehearsal rehearsal;
  auto plan = plan_of(2);
  plan.migrations[0].fields.set("allow_source_downtime", "false");
  // By then the first waits for approval, and the second is under way.
  AtPosition orders(rehearsal.store(), 40, order_of(Verb::APPROVE, "web-1"));
  workflow::RunOptions options;
  options.orders = &orders;
  CHECK(rehearsal.run(plan, options).done == 2);
  REQUIRE(orders.answers.size() == 1);
  CHECK(orders.answers[0].taken);
}

TEST_CASE("what failed for good is tried again when a person says so") {
  adapters::sim::TenancyOptions options;
  adapters::sim::ScriptedFault fault;
  fault.fault = adapters::sim::Fault::work_request_fails;
  fault.method = "POST";
  fault.path = "/20160918/images";
  fault.region = "us-ashburn-1";
  fault.call = 2;  // its export, and the two after it
  fault.times = 3;
  options.faults.scripted.push_back(fault);
  Rehearsal rehearsal(options);
  REQUIRE(rehearsal.run(plan_of(1)).failed == 1);
  CHECK(rehearsal.run(plan_of(1)).failed == 1);
  REQUIRE(rehearsal.steer(Verb::RETRY, "web-1").taken);
  CHECK(rehearsal.run(plan_of(1)).done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("a named resource is looked at, and taken only if the step can have made it") {
  Rehearsal rehearsal;
  AtPosition orders(rehearsal.store(), 3, order_of(Verb::PAUSE, "web-1", "create-image"));
  workflow::RunOptions options;
  options.orders = &orders;
  const auto plan = plan_of(1);
  REQUIRE(rehearsal.run(plan, options).parked == 1);
  // Somebody makes the image by hand.
  const auto& fields = plan.migrations[0].fields;
  workflow::Request by_hand;
  by_hand.region = fields.get("source_region");
  by_hand.method = "POST";
  by_hand.path = "/20160918/images";
  by_hand.body = "{\"compartmentId\":\"" + std::string(fields.get("source_compartment_id")) +
                 "\",\"instanceId\":\"" + std::string(fields.get("source_instance_id")) +
                 "\",\"displayName\":\"by hand\"}";
  const auto reply = rehearsal.tenancy().handle(by_hand, rehearsal.tenancy().clock());
  REQUIRE(reply.ok());
  const auto image = rehearsal.held("image").at(0);

  REQUIRE(rehearsal.steer(Verb::ADOPT, "web-1", "create-image", "ocid1.image.oc1..none").taken);
  REQUIRE(rehearsal.steer(Verb::RESUME, "web-1").taken);
  CHECK(rehearsal.run(plan).parked == 1);
  CHECK(rehearsal.state("web-1").reason.find("ocid1.image.oc1..none") != std::string::npos);
  CHECK(rehearsal.created("image").size() == 1);

  REQUIRE(rehearsal.steer(Verb::ADOPT, "web-1", "create-image", image).taken);
  CHECK(rehearsal.run(plan).done == 1);
  CHECK(rehearsal.state("web-1").facts.get("image_id") == image);
  CHECK(rehearsal.created("image").size() == 1);
}

TEST_CASE("orders that make no sense are refused, and nothing is recorded") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  const auto head = rehearsal.store().head().position;
  const auto refused = [&](Verb verb, std::string migration, std::string step = {},
                           std::string resource = {}) {
    const auto answer =
        rehearsal.steer(verb, std::move(migration), std::move(step), std::move(resource));
    CHECK_FALSE(answer.taken);
    return answer.words;
  };
  CHECK(refused(Verb::PAUSE, "web-9") == "the ledger has no migration \"web-9\"");
  CHECK(refused(Verb::APPROVE, "web-1") == "web-1: cannot approve: it is done");
  CHECK(refused(Verb::CANCEL, "") == "cancel is for one migration: name it");
  CHECK(refused(Verb::RESUME, "") == "the ledger as a whole is not paused");
  CHECK(rehearsal.store().head().position == head);

  Rehearsal waiting;
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("allow_source_downtime", "false");
  REQUIRE(waiting.run(plan).parked == 1);
  CHECK(waiting.steer(Verb::APPROVE, "web-1", "launch-instance").words ==
        "web-1: cannot approve: it is at approve-downtime, not at launch-instance");
  CHECK(waiting.steer(Verb::PAUSE, "web-1", "make-coffee").words ==
        "workflow compute has no step \"make-coffee\"");
  CHECK(waiting.steer(Verb::PAUSE, "web-1", "check-source").words ==
        "web-1: cannot pause: check-source is done");

  // The command line asks for the step; an order left in the inbox may be without it.
  Rehearsal stopped;
  plan.migrations[0].fields.set("source_instance_id", "ocid1.instance.oc1.iad.gone");
  stopped.store().after_append = [](ledger::Position head) {
    if (head == 4) throw Killed{};
  };
  CHECK_THROWS_AS(stopped.run(plan), Killed);
  stopped.store().after_append = nullptr;
  CHECK(stopped.steer(Verb::ADOPT, "web-1", "", "ocid1.image.oc1.iad.a").words ==
        "web-1: cannot adopt: name the step that made it");
}

TEST_CASE("an order that was taken before is answered, and not carried out again") {
  Rehearsal rehearsal;
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("allow_source_downtime", "false");
  REQUIRE(rehearsal.run(plan).parked == 1);
  Order order = order_of(Verb::APPROVE, "web-1");
  order.id = "0123";
  const auto carry_out = [&] {
    return workflow::carry_out(
        rehearsal.store(), order, rehearsal.tenancy().clock(), [] { return ledger::Position{1}; },
        workflow::workflow_named);
  };
  const auto first = carry_out();
  CHECK(first.taken);
  const auto again = carry_out();
  CHECK(again.taken);
  CHECK(again.position == first.position);
  CHECK(rehearsal.store().head().position == first.position);
}

TEST_CASE("an order that was taken before is answered, and not carried out again by a run") {
  for (const char* migration : {"web-1", ""}) {
    INFO(migration);
    Rehearsal rehearsal;
    Order order = order_of(Verb::NOTE, migration);
    order.id = "0123";
    const auto recorded = [&] {
      unsigned count = 0;
      const ledger::EventStore& store = rehearsal.store();
      for (const auto cursor = store.scan(1); cursor->next();)
        count += cursor->event().getBody().isSteered();
      return count;
    };
    // The first run is killed before whoever gave the order has the answer, so it is given again.
    ledger::Position first = 0;
    {
      AtPosition orders(rehearsal.store(), 6, order);
      workflow::RunOptions options;
      options.orders = &orders;
      REQUIRE(rehearsal.run_killed_after(14, plan_of(1), options));
      REQUIRE(orders.answers.size() == 1);
      first = orders.answers[0].position;
    }
    REQUIRE(recorded() == 1);
    AtPosition again(rehearsal.store(), 5, order);
    workflow::RunOptions options;
    options.orders = &again;
    CHECK(rehearsal.run(plan_of(1), options).done == 1);
    REQUIRE(again.answers.size() == 1);
    CHECK(again.answers[0].taken);
    CHECK(again.answers[0].position == first);
    CHECK(recorded() == 1);
  }
}

TEST_CASE("an order about a migration outside the run leaves the run's result as it is") {
  for (const Verb verb : {Verb::NOTE, Verb::PAUSE, Verb::CLEANUP, Verb::ROLLBACK}) {
    adapters::sim::TenancyOptions options;
    options.faults.scripted.push_back(
        fault_at(adapters::sim::Fault::limit_exceeded, "POST", "/20160918/images", "us-ashburn-1"));
    Rehearsal rehearsal(options);
    // web-1 waits for a person; then web-2 is run alone.
    REQUIRE(rehearsal.run(plan_of(1)).parked == 1);
    workflow::Plan second = plan_of(2);
    second.migrations.erase(second.migrations.begin());
    AtPosition orders(rehearsal.store(), 5, order_of(verb, "web-1"));
    workflow::RunOptions run;
    run.orders = &orders;
    const auto result = rehearsal.run(second, run);
    INFO(workflow::name_of(verb));
    REQUIRE(orders.answers.size() == 1);
    const bool moves_it = verb == Verb::ROLLBACK;
    CHECK(orders.answers[0].taken == (verb != Verb::CLEANUP));
    CHECK(result.done == 1);
    CHECK(result.failed == 0);
    CHECK(result.parked == 0);
    CHECK(result.undone == (moves_it ? 1u : 0u));
    CHECK(exit_code(result) == 0);
  }
}

TEST_CASE("a run that is begun for an order does nothing when the order is refused") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  REQUIRE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
  REQUIRE(rehearsal.run(plan_of(1)).undone == 1);
  const auto before = rehearsal.state("web-1").version;
  const auto calls = rehearsal.tenancy().report();
  // By now there is nothing to clean up: what was judged before the ledger was locked holds no
  // more.
  workflow::RunOptions options;
  options.order = order_of(Verb::CLEANUP, "web-1");
  const auto result = rehearsal.run(plan_of(1), options);
  CHECK(result.refused.find("cannot cleanup") != std::string::npos);
  CHECK(exit_code(result) == 2);
  CHECK(rehearsal.state("web-1").version == before);
  CHECK(rehearsal.tenancy().report() == calls);
}

TEST_CASE(
    "a run that is begun for an order of a migration under way does not move it on if refused") {
  Rehearsal rehearsal;
  // Killed in mid-move: its next step would be to send something.
  REQUIRE(rehearsal.run_killed_after(12, plan_of(1)));
  const auto before = rehearsal.state("web-1").version;
  workflow::RunOptions options;
  options.order = order_of(Verb::CLEANUP, "web-1");
  const auto result = rehearsal.run(plan_of(1), options);
  CHECK(!result.refused.empty());
  // What an earlier run sent and never heard of may be recorded; nothing else.
  CHECK(rehearsal.state("web-1").version <= before + 1);
}

TEST_CASE("an answer that cannot be written does not end the run") {
  class Mute final : public workflow::OrderSource {
   public:
    std::vector<workflow::Order> take() override {
      if (given) return {};
      given = true;
      return {order_of(Verb::NOTE, "")};
    }
    void answer(const workflow::Order&, const workflow::OrderAnswer&) override {
      throw std::system_error(EACCES, std::generic_category(), "inbox");
    }
    bool given = false;
  };
  Rehearsal rehearsal;
  Mute orders;
  workflow::RunOptions options;
  options.orders = &orders;
  CHECK(rehearsal.run(plan_of(1), options).done == 1);
  CHECK(orders.given);
}

}  // namespace migledger::testing
