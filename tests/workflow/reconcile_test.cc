// What the ledger says was made against what is there, on the simulated tenancy.
#include "workflow/reconcile/reconcile.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/reconciling.h"
#include "tests/support/sample_volume.h"
#include "workflow/steps/oci_api.h"

namespace migledger::testing {

using workflow::Finding;
using workflow::Plan;
using workflow::Reconciled;
using workflow::Request;
using workflow::Verb;
using Verdict = Finding::Verdict;

namespace {

Plan by_url() {
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("transfer", "par");
  return plan;
}

// What requests made and is there still: by id, or name of an object or bucket.
std::set<std::string> made(Rehearsal& rehearsal) {
  std::set<std::string> made, held;
  for (const auto* kind : {"image", "imported-image", "instance", "object", "par"})
    for (const auto& name : rehearsal.held(kind)) held.insert(name);
  const auto report = boost::json::parse(rehearsal.tenancy().report());
  for (const auto& entry : report.at("created").as_array()) {
    const std::string kind(entry.at("kind").as_string());
    const bool by_name = kind.starts_with("object") || kind == "bucket";
    const std::string id(entry.at(by_name ? "name" : "id").as_string());
    if (kind == "bucket" || held.count(id) != 0) made.insert(id);
  }
  return made;
}

// The process is gone when the outcome of the step is on disk.
class KilledAtOutcome : public workflow::Observer {
 public:
  explicit KilledAtOutcome(ledger::StepIndex step) : step_(step) {}
  ledger::Position outcome = 0;
  void appended(const ledger::MigrationState&, ledger::schema::Event::Reader event) override {
    const auto body = event.getBody();
    if (!body.isOutcome() || body.getOutcome().getStep() != step_) return;
    outcome = event.getPosition();
    throw Killed{};
  }
  Time waiting(Time now) override { return now + std::chrono::hours(1); }

 private:
  ledger::StepIndex step_;
};

workflow::Reply send(Rehearsal& rehearsal, Request request) {
  return rehearsal.tenancy().handle(request, rehearsal.tenancy().clock());
}

std::string fact(const Rehearsal& rehearsal, std::string_view name) {
  return std::string(rehearsal.state("web-1").facts.get(name));
}

Request on_object(const Rehearsal& rehearsal, std::string_view region, std::string_view name,
                  std::string method, std::string body) {
  return workflow::storage(region, std::move(method),
                           workflow::bucket_path(fact(rehearsal, "namespace"), "migration-staging",
                                                 "/o/" + workflow::percent_encode(name)),
                           {}, std::move(body));
}

Request put_claim(const Rehearsal& rehearsal, std::string_view claim, std::string content) {
  return on_object(rehearsal, "us-ashburn-1", claim, "PUT", std::move(content));
}

Request on_copy(const Rehearsal& rehearsal, std::string method, std::string body = {}) {
  return on_object(rehearsal, "sa-bogota-1", fact(rehearsal, "copy_name"), std::move(method),
                   std::move(body));
}

Request on_instance(const Rehearsal& rehearsal, std::string method, std::string query) {
  Request request = workflow::core_get(
      "sa-bogota-1", "instances/" + fact(rehearsal, "target_instance_id"), std::move(query));
  request.method = std::move(method);
  return request;
}

void wait(Rehearsal& rehearsal, Duration duration) {
  rehearsal.tenancy().keep_clock(rehearsal.tenancy().clock() + duration);
}

}  // namespace

TEST_CASE("reconcile: after a whole run all that was made is known") {
  for (const bool urls : {false, true}) {
    Rehearsal rehearsal;
    const auto plan = urls ? by_url() : plan_of(3);
    REQUIRE(rehearsal.run(plan).done == plan.migrations.size());
    const auto result = reconcile(rehearsal, plan);
    check_all_known(result);
    CHECK(ids(result.findings) == made(rehearsal));
    // What is in the ledger needs no configuration.
    CHECK(words(reconcile(rehearsal)) == words(result));
  }
}

TEST_CASE("reconcile: what is as recorded is known by lists that all share") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(30)).done == 30);
  Half counting(rehearsal, "none such", {});
  check_all_known(workflow::reconcile([&] { return books_of(rehearsal, {}); }, counting, counting));
  // Images twice, instances, buckets, objects twice, and a search for each of what has OCIDs.
  CHECK(counting.calls == 9);
}

TEST_CASE("reconcile: a claim that another ledger wrote has drifted") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  const auto claim = fact(rehearsal, "claim");
  REQUIRE(
      send(rehearsal, put_claim(rehearsal, claim, R"({"ledger":"another","migration":"web-1"})"))
          .ok());
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  REQUIRE(with(result, Verdict::drifted).size() == 1);
  CHECK(with(result, Verdict::drifted).front().id == claim);
  CHECK(with(result, Verdict::orphaned).empty());
}

TEST_CASE("reconcile: whatever a run that is going on has made is known or under way") {
  const auto plan = by_url();
  for (unsigned appends = 2;; ++appends) {
    Rehearsal rehearsal;
    if (!rehearsal.run_killed_after(appends, plan)) break;
    INFO("after append " << appends);
    check_all_known(reconcile(rehearsal, plan, true));
  }
}

TEST_CASE("reconcile: what was asked for is under way in the session that asked, and no other") {
  for (const char* step : {"create-image", "launch-instance"}) {
    // The request has arrived, and no reply to it is recorded.
    Rehearsal rehearsal;
    KilledAtOutcome observer(workflow::compute_workflow().index_of(step));
    for (const auto& migration : plan_of(1).migrations) rehearsal.tenancy().provision(migration);
    {
      adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 256});
      workflow::Executor executor(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {},
                                  &observer);
      REQUIRE_THROWS_AS(executor.run(plan_of(1)), Killed);
    }
    rehearsal.store().truncate(observer.outcome - 1);
    rehearsal.let_lists_catch_up();
    const auto session = rehearsal.state("web-1").attempt.session;
    REQUIRE(session != 0);
    const auto verdict_while = [&](ledger::Position running) {
      adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 256});
      const auto result = workflow::reconcile(
          [&] {
            auto books = books_of(rehearsal);
            books.running = running;
            return books;
          },
          cloud, cloud);
      INFO(step << " while " << running << " runs\n" << words(result));
      for (const auto& finding : result.findings)
        if (finding.step == step) return finding.verdict;
      FAIL("nothing is found");
      return Verdict::missing;
    };
    CHECK(verdict_while(session) == Verdict::known);
    CHECK(verdict_while(session + 1) == Verdict::orphaned);
    CHECK(verdict_while(0) == Verdict::orphaned);
  }
}

TEST_CASE("reconcile: what a ledger has forgotten is orphaned, and nothing is lost") {
  for (const bool urls : {false, true}) {
    Rehearsal rehearsal;
    const auto plan = urls ? by_url() : plan_of(2);
    REQUIRE(rehearsal.run(plan).done == plan.migrations.size());
    const auto whole = rehearsal.store().copy();
    const auto there = made(rehearsal);
    for (ledger::Position kept = 1; kept < whole->head().position; ++kept) {
      auto cut = whole->copy();
      cut->truncate(kept);
      rehearsal.replace_store(std::move(cut));
      const auto result = reconcile(rehearsal, plan);
      INFO("kept " << kept << "\n" << words(result));
      for (const auto& id : there) CHECK(ids(result.findings).count(id) == 1);
      // That a URL was removed may be forgotten, too.
      for (const auto& finding : result.findings)
        if (there.count(finding.id) == 0) {
          const bool asked = finding.seen.find("its removal was asked for") != std::string::npos;
          CHECK((finding.verdict == Verdict::missing || asked));
          CHECK(finding.what.ends_with("URL"));
        }
      CHECK(with(result, Verdict::unseen).empty());
      for (const auto& finding : with(result, Verdict::orphaned)) {
        CHECK_FALSE(finding.migration.empty());
        CHECK_FALSE(finding.step.empty());
        CHECK_FALSE(finding.advice.empty());
      }
      if (kept == 1) CHECK(with(result, Verdict::orphaned).size() == there.size());
    }
  }
}

TEST_CASE("reconcile: what was orphaned is known when a run has gone on") {
  for (ledger::Position kept : {1u, 3u, 5u, 9u, 14u, 20u}) {
    Rehearsal rehearsal;
    REQUIRE(rehearsal.run(plan_of(2)).done == 2);
    rehearsal.store().truncate(kept);
    INFO("kept " << kept << "\n" << words(reconcile(rehearsal, plan_of(2))));
    REQUIRE_FALSE(with(reconcile(rehearsal, plan_of(2)), Verdict::orphaned).empty());
    REQUIRE(rehearsal.run(plan_of(2)).done == 2);
    check_all_known(reconcile(rehearsal));
    check_each_made_once(rehearsal, 2);
  }
}

TEST_CASE("reconcile: what neither ledger nor configuration name is still seen to be ours") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(2)).done == 2);
  rehearsal.store().truncate(1);
  // The places are known by the first of them.
  const auto result = reconcile(rehearsal, plan_of(1));
  INFO(words(result));
  CHECK(ids(with(result, Verdict::orphaned)) == made(rehearsal));
  std::size_t unowned = 0;
  for (const auto& finding : result.findings) unowned += finding.migration.empty() ? 1 : 0;
  // Either of them may have made the bucket that both use.
  CHECK((unowned == 6 || unowned == 7));
}

TEST_CASE("reconcile: what lies in another compartment is found by its tags") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  wait(rehearsal, std::chrono::hours(1));
  rehearsal.store().truncate(1);
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("source_compartment_id", "ocid1.compartment.oc1..elsewhere");
  plan.migrations[0].fields.set("target_compartment_id", "ocid1.compartment.oc1..elsewhere");
  rehearsal.tenancy().provision(plan.migrations[0]);
  const auto result = reconcile(rehearsal, plan);
  INFO(words(result));
  std::multiset<std::string> steps;
  for (const auto& finding : with(result, Verdict::orphaned)) steps.insert(finding.step);
  CHECK(steps == std::multiset<std::string>{"claim-source", "copy-object", "create-image",
                                            "export-image", "import-image", "launch-instance"});
}

TEST_CASE("reconcile: what was deleted behind the back is missing") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(2)).done == 2);
  REQUIRE(send(rehearsal, on_copy(rehearsal, "DELETE")).ok());
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  REQUIRE(with(result, Verdict::missing).size() == 1);
  const auto missing = with(result, Verdict::missing).front();
  CHECK(missing.id == fact(rehearsal, "copy_name"));
  CHECK(missing.migration == "web-1");
  CHECK(missing.step == "copy-object");
  CHECK(missing.position != 0);
  CHECK(missing.advice.find("only needed on the way") != std::string::npos);
  CHECK(with(result, Verdict::known).size() == result.findings.size() - 1);
}

TEST_CASE("reconcile: an instance that was stopped or terminated has drifted, then is missing") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  const auto check = [&](Verdict verdict, std::string_view says) {
    const auto result = reconcile(rehearsal);
    INFO(words(result));
    REQUIRE(with(result, verdict).size() == 1);
    CHECK(with(result, verdict).front().id == fact(rehearsal, "target_instance_id"));
    CHECK(with(result, verdict).front().seen.find(says) != std::string::npos);
  };
  REQUIRE(send(rehearsal, on_instance(rehearsal, "POST", "action=STOP")).ok());
  wait(rehearsal, std::chrono::minutes(5));
  check(Verdict::drifted, "is STOPPED");
  REQUIRE(send(rehearsal, on_instance(rehearsal, "DELETE", {})).ok());
  wait(rehearsal, std::chrono::minutes(5));
  check(Verdict::drifted, "is TERMINATED");
  wait(rehearsal, std::chrono::hours(48));
  check(Verdict::missing, "gone");
}

TEST_CASE("reconcile: an object that was written over has drifted") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  REQUIRE(send(rehearsal, on_copy(rehearsal, "PUT", "something else")).ok());
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  REQUIRE(with(result, Verdict::drifted).size() == 1);
  const auto drifted = with(result, Verdict::drifted).front();
  CHECK(drifted.id == fact(rehearsal, "copy_name"));
  for (const auto* what : {"size", "MD5", "etag"})
    CHECK(drifted.seen.find(what) != std::string::npos);
}

TEST_CASE("reconcile: what was removed is not asked for again, and what came back has drifted") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(by_url()).done == 1);
  const std::string copy = fact(rehearsal, "copy_name"), claim = fact(rehearsal, "claim");
  REQUIRE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
  REQUIRE(rehearsal.run(by_url()).undone == 1);
  const auto after = reconcile(rehearsal);
  check_all_known(after);
  CHECK(ids(after.findings) == std::set<std::string>{"migration-staging"});
  REQUIRE(send(rehearsal, on_copy(rehearsal, "PUT", "back")).ok());
  const auto content = fmt::format(R"({{"ledger":"{}","migration":"web-1"}})", kLedgerId);
  REQUIRE(send(rehearsal, put_claim(rehearsal, claim, content)).ok());
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  CHECK(ids(with(result, Verdict::drifted)) == std::set<std::string>{claim, copy});
}

TEST_CASE("reconcile: what another ledger made is not ours") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  // The same tenancy, seen by a ledger that made something else.
  auto other = std::make_unique<MemoryEventStore>();
  ledger::EventDraft first(ledger::kLedgerStream, rehearsal.tenancy().clock(), 0);
  first.body().initLedgerCreated().setLedgerId("fedcba9876543210fedcba9876543210");
  other->append_one(first);
  rehearsal.replace_store(std::move(other));
  const auto result = reconcile(rehearsal, plan_of(1));
  INFO(words(result));
  CHECK(result.findings.empty());
}

TEST_CASE("reconcile: nothing is called missing or fine by a list that cannot be read") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  const auto whole = reconcile(rehearsal).findings.size();
  for (const auto& [path, things, unreachable] :
       {std::tuple("/20160918/images", 2u, false), std::tuple("/b/migration-staging/o", 3u, false),
        std::tuple("/20160918/instances", 1u, true)}) {
    const auto result = reconcile_with(
        rehearsal, path,
        unreachable ? refusal(503, "ServiceUnavailable") : refusal(404, "NotAuthorizedOrNotFound"));
    INFO(path << "\n" << words(result));
    const auto unseen = with(result, Verdict::unseen);
    const auto lists = std::count_if(unseen.begin(), unseen.end(),
                                     [](const Finding& finding) { return finding.id.empty(); });
    CHECK(lists > 0);
    CHECK(unseen.size() - static_cast<std::size_t>(lists) == things);
    CHECK(with(result, Verdict::known).size() == whole - things);
    CHECK(result.unreachable == unreachable);
  }
}

TEST_CASE("reconcile: refused credentials are said once a place, and nothing is judged") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  const auto result = reconcile_with(rehearsal, "/", refusal(401, "NotAuthenticated"));
  INFO(words(result));
  CHECK(result.unreachable);
  CHECK(with(result, Verdict::unseen).size() == result.findings.size());
}

TEST_CASE("reconcile: what is too new to be listed is not missing") {
  adapters::sim::TenancyOptions options;
  options.durations.list_lag = {std::chrono::hours(5), std::chrono::hours(5)};
  Rehearsal rehearsal(options);
  // Stopped right after the reply to the launch.
  while (!rehearsal.store().find_stream("web-1") || fact(rehearsal, "target_instance_id").empty()) {
    unsigned appends = 0;
    rehearsal.store().after_append = [&](ledger::Position) {
      if (++appends == 5) throw Killed{};
    };
    CHECK_THROWS_AS(rehearsal.run(plan_of(1)), Killed);
  }
  rehearsal.store().after_append = nullptr;
  const auto result = reconcile(rehearsal);
  check_all_known(result);
  CHECK(ids(result.findings).count(fact(rehearsal, "target_instance_id")) == 1);
}

TEST_CASE("reconcile: an orphan is adopted by an order where its migration is at its step") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  const auto image = fact(rehearsal, "image_id");
  const auto whole = rehearsal.store().copy();
  std::size_t taken = 0;
  for (ledger::Position kept = 3; kept < whole->head().position; ++kept) {
    auto cut = whole->copy();
    cut->truncate(kept);
    rehearsal.replace_store(std::move(cut));
    if (!rehearsal.store().find_stream("web-1")) continue;
    for (const auto& finding : with(reconcile(rehearsal), Verdict::orphaned)) {
      if (finding.id != image) continue;
      const auto answer = rehearsal.steer(Verb::ADOPT, finding.migration, finding.step, finding.id);
      INFO("kept " << kept << ": " << answer.words << "\n" << words(finding));
      CHECK(finding.not_adoptable == (answer.taken ? std::string() : answer.words));
      if (!answer.taken) continue;
      ++taken;
      CHECK(rehearsal.run(plan_of(1)).done == 1);
      check_all_known(reconcile(rehearsal));
      check_each_made_once(rehearsal, 1);
      CHECK(fact(rehearsal, "image_id") == image);
    }
  }
  CHECK(taken > 0);
}

TEST_CASE("reconcile: volumes and their backups are known, and orphaned when forgotten") {
  for (const auto* type : {"volume", "bootvolume", "volumegroup"}) {
    for (const bool backup : {false, true}) {
      INFO(type << (backup ? " by backup" : " by replica"));
      Rehearsal rehearsal;
      auto plan = volume_plan(2, type);
      for (auto& migration : plan.migrations)
        if (backup) migration.fields.set("method", "backup");
      REQUIRE(rehearsal.run(plan, approving()).done == 2);
      const auto value = [&](std::string_view name) {
        return std::string(rehearsal.state("data-1").facts.get(name));
      };
      const std::string made = value("volume.1.new");
      const auto result = reconcile(rehearsal);
      check_all_known(result);
      for (const auto* what : {"volume.1.new", "volume.1.backup", "volume.1.copy"})
        if (!value(what).empty()) CHECK(ids(result.findings).count(value(what)) == 1);

      while (!value("volume.1.new").empty())
        rehearsal.store().truncate(rehearsal.store().head().position - 1);
      bool found = false;
      for (const auto& finding : with(reconcile(rehearsal), Verdict::orphaned))
        found = found || (finding.id == made && finding.migration == "data-1" &&
                          finding.step == "create-volume");
      CHECK(found);
    }
  }
}

TEST_CASE("reconcile: moments of trouble do not keep it from looking") {
  adapters::sim::TenancyOptions troubled;
  troubled.faults.rates[static_cast<std::size_t>(adapters::sim::Fault::throttled)] = 0.1;
  troubled.faults.rates[static_cast<std::size_t>(adapters::sim::Fault::error_before)] = 0.1;
  Rehearsal rehearsal(troubled);
  REQUIRE(rehearsal.run(plan_of(2)).done == 2);
  const auto result = reconcile(rehearsal);
  check_all_known(result);
  CHECK(ids(result.findings) == made(rehearsal));
}

}  // namespace migledger::testing
