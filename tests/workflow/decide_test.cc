#include "workflow/decide/decide.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "tests/support/history.h"
#include "tests/support/rehearsal.h"
#include "workflow/cloud/retry_policy.h"

namespace migledger::testing {

namespace {

using namespace std::chrono_literals;
using ledger::schema::Ended;
using ledger::schema::Outcome;
using ledger::schema::Parked;
using workflow::Decision;
using workflow::ErrorClass;
using Found = workflow::Sighting::Kind;
using Kind = Decision::Kind;

constexpr double kHour = 3600;

History at_step(std::string_view step) {
  History history(sample_migration("web"));
  history.done_before(step);
  return history;
}

// At "create-image", looked at and found absent at second 0, the cloud's clock agreeing.
History looked() {
  History history = at_step("create-image");
  history.look("create-image", Found::absent, 0);
  return history;
}

}  // namespace

TEST_CASE("a migration that has just started reads its source") {
  History history(sample_migration("web"));
  CHECK(history.next() == "read check-source (read)");
  history.ok("check-source");
  CHECK(history.next() == "read check-buckets (read)");
}

TEST_CASE("a creating step is looked for, then sent") {
  History history = at_step("create-image");
  CHECK(history.decide().because == history.state().position);
  CHECK(history.next() == "look create-image 1 (look)");
  history.look("create-image", Found::absent);
  CHECK(history.next() == "send create-image 1 (first)");
  history.sent("create-image");
  CHECK(history.next() == "wait for the reply create-image 1 (in-flight)");
  history.succeeded("create-image");
  CHECK(history.next() == "read await-image (read)");
}

TEST_CASE("a look counts while it is fresh, and in its own session only") {
  History history = looked();
  CHECK(history.at(60).next() == "send create-image 1 (first)");
  CHECK(history.at(61).next() == "look create-image 1 (look)");
  CHECK(history.at(1).new_session().next() == "look create-image 1 (look)");
}

TEST_CASE("a look from before the latest event of the attempt does not count") {
  History history = looked();
  history.sent("create-image").at(1).failed("create-image", ErrorClass::RETRY);
  CHECK(history.at(59).next() == "look create-image 1 (look)");
}

TEST_CASE("a new session makes an open intent a lost one") {
  History history = looked();
  history.sent("create-image").at(5);
  CHECK(history.next() == "wait for the reply create-image 1 (in-flight)");
  history.new_session();
  CHECK(history.next() == "look create-image 1 (look)");
  CHECK(History(history).look("create-image", Found::ours).next() ==
        "adopt create-image 1 (adopt)");
  CHECK(History(history).look("create-image", Found::several).next() ==
        "ask a person create-image 1 (several)");
  CHECK(History(history).look("create-image", Found::foreign).next() ==
        "ask a person create-image 1 (foreign)");
  CHECK(History(history).look("create-image", Found::under_way).next() ==
        "wait create-image 1 (under-way)");
  CHECK(History(history).look("create-image", Found::absent).next() ==
        "send again create-image 1 (same-token)");
}

TEST_CASE("a token is sent again below 23 hours of age only") {
  History history = looked();
  history.sent("create-image").new_session();
  CHECK(History(history).at(23 * kHour - 1).look("create-image", Found::absent).next() ==
        "send again create-image 1 (same-token)");
  CHECK(History(history).at(23 * kHour).look("create-image", Found::absent).next() ==
        "look create-image 1 (look-twice)");
}

TEST_CASE("the age of a token is checked against the cloud's clock, too") {
  History history = looked();
  history.sent("create-image").new_session().at(2 * kHour);
  // Our clock stood still while the machine slept.
  CHECK(History(history).look("create-image", Found::absent, 23 * kHour).next() ==
        "look create-image 1 (look-twice)");
  CHECK(History(history).look("create-image", Found::absent, 22 * kHour).next() ==
        "send again create-image 1 (same-token)");
}

TEST_CASE("a clock that was ahead at the first sending does not make a token look young") {
  History history = at_step("create-image");
  // Ours was 10 hours ahead then, and is right now.
  history.at(10 * kHour).look("create-image", Found::absent, 0).sent("create-image");
  history.new_session().at(24.5 * kHour).look("create-image", Found::absent, 24.5 * kHour);
  CHECK(history.next() == "look create-image 1 (look-twice)");
}

TEST_CASE("a clock that went back makes the migration wait") {
  History history = at_step("create-image");
  history.at(100).look("create-image", Found::absent).sent("create-image").new_session().at(40);
  history.look("create-image", Found::absent);
  CHECK(history.next() == "wait create-image 1 (clock-back)");
  CHECK(history.decide().until == history.time(100));
}

TEST_CASE("without a usable token: settle, look twice, search by tag, and only then anew") {
  History history = looked();
  history.sent("create-image").at(10).failed("create-image", ErrorClass::TOKEN_INVALIDATED);
  history.at(100).look("create-image", Found::absent);
  CHECK(history.next() == "wait create-image 1 (settle)");
  CHECK(history.decide().until == history.time(600));
  history.at(600);
  CHECK(history.next() == "look create-image 1 (look)");
  history.look("create-image", Found::absent);
  CHECK(history.next() == "look create-image 1 (look-twice)");
  CHECK(history.decide().until == history.time(630));
  SECTION("a second look too soon after the first is none") {
    history.at(629).look("create-image", Found::absent);
    CHECK(history.next() == "look create-image 1 (look-twice)");
  }
  SECTION("a look that finds it ends the doubt") {
    history.at(630).look("create-image", Found::ours);
    CHECK(history.next() == "adopt create-image 1 (adopt)");
  }
  SECTION("twice absent") {
    history.at(630).look("create-image", Found::absent);
    CHECK(history.next() == "search by tag create-image 1 (search-tag)");
    SECTION("found by tag") {
      history.look_by_tag("create-image", Found::ours);
      CHECK(history.next() == "adopt create-image 1 (adopt)");
    }
    SECTION("not found by tag, either") {
      history.look_by_tag("create-image", Found::absent);
      CHECK(history.next() == "send create-image 2 (new-after-proof)");
      history.sent("create-image", 2);
      CHECK(history.state().attempt.doubt == false);
      CHECK(history.state().generation(history.step("create-image")) == 2);
    }
    SECTION("a search by tag that has become old is followed by a look, not by another search") {
      history.at(640).look_by_tag("create-image", Found::absent).at(700);
      CHECK(history.next() == "look create-image 1 (look)");
      history.look("create-image", Found::absent);
      CHECK(history.next() == "send create-image 2 (new-after-proof)");
    }
  }
}

TEST_CASE("the settle window is the plan's") {
  auto plan = sample_migration("web");
  plan.fields.set("settle_seconds", "60");
  History history(plan);
  history.done_before("create-image").look("create-image", Found::absent).sent("create-image");
  history.failed("create-image", ErrorClass::TOKEN_INVALIDATED).at(30);
  history.look("create-image", Found::absent);
  CHECK(history.decide().until == history.time(60));
}

TEST_CASE("every step without a token is settled before it is repeated") {
  auto plan = sample_migration("web");
  plan.fields.set("transfer", "par");
  History history(plan);
  history.done_before("create-export-par").look("create-export-par", Found::absent);
  CHECK(history.next() == "send create-export-par 1 (first)");
  history.sent("create-export-par").new_session().at(10).look("create-export-par", Found::absent);
  CHECK(history.next() == "wait create-export-par 1 (settle)");
  history.at(600).look("create-export-par", Found::absent);
  history.at(630).look("create-export-par", Found::absent);
  // It has no tags that could be searched for.
  CHECK(history.next() == "send create-export-par 2 (new-after-proof)");
}

TEST_CASE("a natural key is sent again at once") {
  History history = at_step("copy-object");
  history.look("copy-object", Found::absent).sent("copy-object").new_session().at(5);
  CHECK(History(history).look("copy-object", Found::under_way).next() ==
        "wait copy-object 1 (under-way)");
  CHECK(history.look("copy-object", Found::absent).next() ==
        "send again copy-object 1 (same-name)");
}

TEST_CASE("what is under way is looked at every half minute") {
  History history = at_step("copy-object");
  history.look("copy-object", Found::under_way);
  CHECK(history.decide().until == history.time(30));
  CHECK(history.at(30).next() == "look copy-object 1 (look)");
}

TEST_CASE("the pause after a failure is the policy's, the same every time it is asked") {
  History history = looked();
  history.sent("create-image").at(1).failed("create-image", ErrorClass::RETRY);
  const Decision first = history.decide();
  CHECK(first.row == workflow::Row::back_off);
  CHECK(first.until == History(history).decide().until);
  const auto key = workflow::idempotency_key(
      kLedgerId, "web", history.state().plan.get("source_instance_id"), "create-image", 1);
  CHECK(first.until ==
        history.time(1) + workflow::RetryPolicy::from(history.state().plan).pause(1, {}, key));
  CHECK(history.at(1 + 2.001).next() == "look create-image 1 (look)");
}

TEST_CASE("retry-after is honoured, also beyond the policy's cap") {
  History history = looked();
  history.sent("create-image").failed("create-image", ErrorClass::THROTTLED, 1000s);
  CHECK(history.decide().until == history.time(1000));
  CHECK(history.at(999).next() == "wait create-image 1 (back-off)");
  CHECK(history.at(1000).next() == "look create-image 1 (look)");
}

TEST_CASE("a look that could not be made is made again after a pause, and nothing is sent") {
  History history = at_step("create-image");
  history.read_failed("create-image", ErrorClass::NOT_FOUND, 20s);
  CHECK(history.next() == "wait create-image 1 (cannot-look)");
  CHECK(history.decide().until == history.time(20));
  CHECK(History(history).at(20).next() == "look create-image 1 (look)");
  // Another session is not bound to the pause.
  CHECK(History(history).new_session().next() == "look create-image 1 (look)");
}

TEST_CASE("bad credentials stop the run, whatever was being done") {
  SECTION("sending") {
    History history = looked();
    history.sent("create-image").failed("create-image", ErrorClass::CREDENTIALS);
    CHECK(history.next() == "stop the run create-image 1 (credentials)");
    CHECK(history.new_session().at(100).next() == "look create-image 1 (look)");
  }
  SECTION("looking") {
    History history = at_step("create-image");
    history.read_failed("create-image", ErrorClass::CREDENTIALS);
    CHECK(history.next() == "stop the run create-image (credentials)");
    CHECK(history.new_session().next() == "look create-image 1 (look)");
  }
  SECTION("waiting") {
    History history = at_step("await-image");
    history.read_failed("await-image", ErrorClass::CREDENTIALS);
    CHECK(history.next() == "stop the run await-image (credentials)");
    CHECK(history.new_session().next() == "read await-image (read)");
  }
}

TEST_CASE("a failed sending is retried up to the policy's limit, then a person is asked") {
  History history = looked();
  double t = 0;
  for (int i = 1; i <= 8; ++i) {
    i == 1 ? history.sent("create-image") : history.sent_again("create-image");
    history.failed("create-image", ErrorClass::RETRY);
    history.at(t += 100).look("create-image", Found::absent);
    INFO(i);
    CHECK(history.next() == (i < 8 ? "send again create-image 1 (nothing-happened)"
                                   : "ask a person create-image 1 (attempts-used-up)"));
  }
  history.parked().new_session();
  CHECK(history.look("create-image", Found::absent).next() ==
        "send again create-image 1 (nothing-happened)");
}

TEST_CASE("a limit parks, and the next session tries again") {
  History history = looked();
  history.sent("create-image").failed("create-image", ErrorClass::BLOCKED).at(100);
  CHECK(history.next() == "ask a person create-image 1 (blocked)");
  CHECK(history.decide().need.find("limit") != std::string::npos);
  history.parked();
  CHECK(history.next() == "nothing create-image (parked)");
  history.new_session();
  CHECK(history.next() == "look create-image 1 (look)");
  CHECK(history.look("create-image", Found::absent).next() ==
        "send again create-image 1 (nothing-happened)");
  CHECK(history.state().status == ledger::Status::running);
}

TEST_CASE("out of capacity: the configured places in order, then a person, then from the first") {
  auto plan = sample_migration("web");
  plan.fields.set("fault_domains", R"(["FAULT-DOMAIN-1","FAULT-DOMAIN-2"])");
  plan.fields.set("further_ads", R"(["AD-2"])");
  History history(plan);
  history.done_before("launch-instance");
  double t = 0;
  const auto try_one = [&](std::uint16_t generation) {
    history.sent("launch-instance", generation).failed("launch-instance", ErrorClass::CAPACITY);
    history.at(t += 100).look("launch-instance", Found::absent);
    return history.next();
  };
  history.look("launch-instance", Found::absent);
  CHECK(try_one(1) == "send launch-instance 2 (next-placement)");
  CHECK(try_one(2) == "send launch-instance 3 (next-placement)");
  CHECK(try_one(3) == "ask a person launch-instance 3 (no-capacity)");
  history.parked().new_session().look("launch-instance", Found::absent);
  CHECK(history.next() == "send launch-instance 4 (next-placement)");
  CHECK(try_one(4) == "send launch-instance 5 (next-placement)");
}

TEST_CASE("out of capacity in the only place asks a person, and the next session tries it again") {
  History history = at_step("launch-instance");
  history.look("launch-instance", Found::absent).sent("launch-instance");
  history.failed("launch-instance", ErrorClass::CAPACITY).at(100);
  history.look("launch-instance", Found::absent);
  CHECK(history.next() == "ask a person launch-instance 1 (no-capacity)");
  history.parked().new_session().look("launch-instance", Found::absent);
  CHECK(history.next() == "send again launch-instance 1 (nothing-happened)");
}

TEST_CASE("out of capacity after a lost reply: the next place once the first is proven empty") {
  auto plan = sample_migration("web");
  plan.fields.set("further_ads", R"(["AD-2"])");
  History history(plan);
  history.done_before("launch-instance").look("launch-instance", Found::absent);
  history.sent("launch-instance").unknown("launch-instance").at(100);
  history.look("launch-instance", Found::absent).sent_again("launch-instance");
  history.failed("launch-instance", ErrorClass::CAPACITY).at(300);
  history.look("launch-instance", Found::absent);
  CHECK(history.next() == "wait launch-instance 1 (settle)");
  history.at(700).look("launch-instance", Found::absent);
  history.at(730).look("launch-instance", Found::absent);
  CHECK(history.next() == "search by tag launch-instance 1 (search-tag)");
  history.look_by_tag("launch-instance", Found::absent);
  CHECK(history.next() == "send launch-instance 2 (next-placement)");
}

TEST_CASE("what died gets a successor, up to the policy's limit") {
  History history = looked();
  double t = 0;
  for (std::uint16_t generation = 1; generation <= 3; ++generation) {
    history.sent("create-image", generation).succeeded("create-image");
    history.dead("await-image", ErrorClass::RETRY, "create-image");
    CHECK(history.decide().kind == Kind::wait);
    history.at(t += 200).look("create-image", Found::absent);
    INFO(generation);
    CHECK(history.next() == (generation == 1 ? "send create-image 2 (dead)"
                             : generation == 2
                                 ? "send create-image 3 (dead)"
                                 : "end as failed create-image 4 (generations-used-up)"));
  }
  history.ended(Ended::Result::FAILED);
  CHECK(history.next() == "nothing (finished)");
  SECTION("a change of plan reopens it") {
    history.new_session().plan("new_image_name", "another");
    history.look("create-image", Found::absent);
    CHECK(history.next() == "send create-image 4 (dead)");
  }
}

TEST_CASE("a lack of capacity that killed an instance is not counted as a death") {
  auto plan = sample_migration("web");
  plan.fields.set("further_ads", R"(["AD-2"])");
  History history(plan);
  history.done_before("launch-instance").look("launch-instance", Found::absent);
  history.sent("launch-instance").succeeded("launch-instance");
  history.dead("await-running", ErrorClass::CAPACITY, "launch-instance");
  CHECK(history.state().attempt.deaths == 0);
  history.at(100).look("launch-instance", Found::absent);
  CHECK(history.next() == "send launch-instance 2 (next-placement)");
}

TEST_CASE("steps after one that is made anew are made anew, too") {
  History history = at_step("await-copy");
  history.dead("await-copy", ErrorClass::RETRY, "copy-object");
  CHECK(!history.state().is_done(history.step("copy-object")));
  CHECK(history.state().is_done(history.step("await-export")));
  history.at(100).look("copy-object", Found::absent);
  CHECK(history.next() == "send copy-object 2 (dead)");
}

TEST_CASE("a fatal refusal fails the migration, a changed plan makes a new request") {
  History history = looked();
  history.sent("create-image").failed("create-image", ErrorClass::FATAL).at(100);
  CHECK(history.next() == "end as failed create-image 1 (final)");
  history.ended(Ended::Result::FAILED);
  CHECK(history.new_session().next() == "nothing (finished)");
  history.plan("new_image_name", "another");
  CHECK(history.state().status == ledger::Status::running);
  CHECK(history.next() == "look create-image 1 (look)");
  history.look("create-image", Found::absent);
  CHECK(history.next() == "send create-image 2 (plan-changed)");
}

TEST_CASE("approval is asked for, waited for, and given") {
  auto plan = sample_migration("web");
  plan.fields.set("allow_source_downtime", "false");
  History history(plan);
  history.ok("check-source", {{"source_state", "RUNNING"}});
  history.done_before("approve-downtime");
  CHECK(history.next() == "ask for approval approve-downtime (approval)");
  CHECK(history.decide().need.find("--yes") != std::string::npos);
  history.parked(Parked::Kind::APPROVE);
  CHECK(history.next() == "nothing approve-downtime (parked)");
  CHECK(history.new_session().next() == "nothing approve-downtime (parked)");
  SECTION("approved") {
    history.approved("approve-downtime");
    CHECK(history.next() == "look create-image 1 (look)");
  }
  SECTION("the plan allows it from now on") {
    history.plan("allow_source_downtime", "true");
    CHECK(history.next() == "look create-image 1 (look)");
  }
}

TEST_CASE("a stopped source needs no approval") {
  auto plan = sample_migration("web");
  plan.fields.set("allow_source_downtime", "false");
  History history(plan);
  history.ok("check-source", {{"source_state", "STOPPED"}});
  history.done_before("approve-downtime");
  CHECK(history.next() == "look create-image 1 (look)");
}

TEST_CASE("a step that takes too long asks a person, who grants the same time again") {
  auto plan = sample_migration("web");
  plan.fields.set("timeouts", R"({"await-image": 600, "default": 60})");
  History history(plan);
  history.done_before("await-image").at(599);
  CHECK(history.next() == "read await-image (read)");
  history.at(600);
  CHECK(history.next() == "ask a person await-image (timed-out)");
  history.parked();
  CHECK(history.next() == "nothing await-image (parked)");
  history.new_session().at(5000);
  CHECK(history.next() == "read await-image (read)");
  history.seen("await-image", "IN_PROGRESS").at(5599);
  CHECK(history.next() == "read await-image (read)");
  CHECK(history.at(5600).next() == "ask a person await-image (timed-out)");
}

TEST_CASE("time also runs out while the cloud cannot be read") {
  auto plan = sample_migration("web");
  plan.fields.set("timeouts", R"({"default": 60})");
  History history(plan);
  history.done_before("await-image").at(59).read_failed("await-image", ErrorClass::NOT_FOUND);
  CHECK(history.decide().kind == Kind::read);
  CHECK(history.decide().until > history.now());
  CHECK(history.at(60).next() == "ask a person await-image (timed-out)");
}

TEST_CASE("a change of plan lets a step's time begin anew") {
  auto plan = sample_migration("web");
  plan.fields.set("timeouts", R"({"default": 60})");
  History history(plan);
  history.done_before("await-image").at(60).parked().new_session().at(500);
  history.plan("timeouts", R"({"default": 90})");
  CHECK(history.at(589).next() == "read await-image (read)");
  CHECK(history.at(590).next() == "ask a person await-image (timed-out)");
}

TEST_CASE("an event of a newer version blocks, once a session") {
  History history = looked();
  history.newer_event();
  CHECK(history.next() == "ask a person create-image (unknown-event)");
  history.parked();
  CHECK(history.next() == "nothing create-image (unknown-event)");
  CHECK(history.new_session().next() == "ask a person create-image (unknown-event)");
}

TEST_CASE("a refused check is made again by the next session") {
  History history(sample_migration("web"));
  history.refused("check-source", "it is gone").parked();
  CHECK(history.next() == "nothing check-source (parked)");
  CHECK(history.new_session().next() == "read check-source (read)");
}

TEST_CASE("a secret that was lost is made again before its use") {
  auto plan = sample_migration("web");
  plan.fields.set("transfer", "par");
  History history(plan);
  history.done_before("create-export-par");
  history.look("create-export-par", Found::absent).sent("create-export-par");
  SECTION("the session that made it uses it") {
    history.succeeded("create-export-par", {{"export_par_url", "${secret:par:sha256:00}"}});
    history.look("export-image", Found::absent);
    CHECK(history.next() == "send export-image 1 (first)");
    SECTION("a later one cannot") {
      history.new_session().look("export-image", Found::absent);
      CHECK(history.next() == "go back export-image 1 (secret-lost)");
      CHECK(history.decide().reopens == history.step("sweep-export-par"));
    }
    SECTION("nor can it send again what it was used for, before that is proven undone") {
      history.sent("export-image").new_session().at(1).look("export-image", Found::absent);
      CHECK(history.next() == "wait export-image 1 (settle)");
      history.at(600).look("export-image", Found::absent);
      history.at(630).look("export-image", Found::absent);
      CHECK(history.decide().kind == Kind::reopen);
      CHECK(history.decide().row == workflow::Row::secret_lost);
    }
    SECTION("nor does a request found, and not made, have one") {
      history.done_before("create-import-par");
      history.succeeded("create-import-par", {{"import_par_url", ""}}, Outcome::How::ADOPTED);
      history.look("import-image", Found::absent);
      CHECK(history.next() == "go back import-image 1 (secret-lost)");
    }
  }
}

TEST_CASE("without pre-authenticated requests there is no secret to lose") {
  History history = at_step("export-image");
  history.look("export-image", Found::absent);
  CHECK(history.next() == "send export-image 1 (first)");
}

TEST_CASE("when every step is done, so is the migration") {
  History history = at_step("final-check");
  history.ok("final-check");
  CHECK(history.next() == "end as done (finished)");
  history.ended(Ended::Result::DONE);
  CHECK(history.next() == "nothing (finished)");
}

TEST_CASE("deciding twice about the same state gives the same") {
  History history = looked();
  history.sent("create-image").unknown("create-image");
  const Decision a = history.decide(), b = history.decide();
  CHECK(a.kind == b.kind);
  CHECK(a.until == b.until);
  CHECK(a.reason == b.reason);
  CHECK(a.because == b.because);
}

}  // namespace migledger::testing
