// Records the golden ledgers of this version: what is interesting that can happen to a migration,
// for every workflow. See README.md. Each TEST_CASE writes one; what is there already is left.
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>

#include "tests/support/golden.h"
#include "tests/support/rehearsal.h"
#include "tests/support/sample_bucket.h"
#include "tests/support/sample_volume.h"

namespace migledger::testing {

using namespace std::chrono_literals;
using adapters::sim::Fault;
using adapters::sim::ScriptedFault;
using adapters::sim::TenancyOptions;
using workflow::Plan;
using workflow::Verb;

namespace {

void record(const std::string& name, const Rehearsal& rehearsal) {
  const auto directory = golden_directory();
  if (std::filesystem::exists(directory / (name + ".events"))) return;
  write_golden(directory, name, const_cast<Rehearsal&>(rehearsal).store());
}

ScriptedFault fault(Fault what, const std::string& method, const std::string& path,
                    std::uint64_t times = 1) {
  ScriptedFault scripted;
  scripted.fault = what;
  scripted.method = method;
  scripted.path = path;
  scripted.times = times;
  return scripted;
}

Plan with(Plan plan, const std::string& field, const std::string& value) {
  for (auto& migration : plan.migrations) migration.fields.set(field, value);
  return plan;
}

TenancyOptions rates(double throttled, double lost) {
  TenancyOptions options;
  options.faults.rates[static_cast<std::size_t>(Fault::throttled)] = throttled;
  options.faults.rates[static_cast<std::size_t>(Fault::lost_after)] = lost;
  options.faults.rates[static_cast<std::size_t>(Fault::lost_before)] = lost;
  return options;
}

// Runs until nobody is waited for any more, approving everything.
void finish(Rehearsal& rehearsal, const Plan& plan) {
  for (int i = 0; i < 8; ++i) {
    const auto result = rehearsal.run(plan, approving());
    if (result.parked == 0 && !result.interrupted) return;
  }
}

}  // namespace

TEST_CASE("compute-plain") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  record("compute-plain", rehearsal);
}

TEST_CASE("compute-killed") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run_with_kills(plan_of(1), 5, 12).done == 1);
  record("compute-killed", rehearsal);
}

TEST_CASE("compute-adopted") {
  TenancyOptions options;
  options.faults.scripted = {fault(Fault::lost_after, "POST", "/20160918/images"),
                             fault(Fault::lost_before, "POST", "/20160918/instances")};
  Rehearsal rehearsal(options);
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  record("compute-adopted", rehearsal);
}

TEST_CASE("compute-capacity") {
  TenancyOptions options;
  options.faults.out_of_capacity.push_back({"Uocm:SA-BOGOTA-1-AD-1", "", 0});
  Rehearsal rehearsal(options);
  const Plan plan = with(plan_of(1), "further_ads", R"(["Uocm:SA-BOGOTA-1-AD-2"])");
  finish(rehearsal, plan);
  record("compute-capacity", rehearsal);
}

TEST_CASE("compute-par") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run_with_kills(with(plan_of(1), "transfer", "par"), 6, 12).done == 1);
  record("compute-par", rehearsal);
}

TEST_CASE("compute-faults") {
  Rehearsal rehearsal(rates(0.1, 0.08));
  finish(rehearsal, plan_of(1));
  record("compute-faults", rehearsal);
}

TEST_CASE("compute-dead") {
  TenancyOptions options;
  options.faults.scripted = {fault(Fault::work_request_fails, "POST", "/20160918/images")};
  Rehearsal rehearsal(options);
  finish(rehearsal, plan_of(1));
  record("compute-dead", rehearsal);
}

TEST_CASE("compute-volumes") {
  TenancyOptions options;
  options.data_volumes = 2;
  Rehearsal rehearsal(options);
  finish(rehearsal, with(plan_of(1), "volumes", "replicate"));
  record("compute-volumes", rehearsal);
}

TEST_CASE("compute-rolled-back") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  REQUIRE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
  REQUIRE(rehearsal.run(plan_of(1), approving()).undone == 1);
  record("compute-rolled-back", rehearsal);
}

TEST_CASE("compute-given-up") {
  // It ends when a request is on disk and not sent, and is cancelled: the image is looked for until
  // it is certain that there is none.
  for (unsigned appends = 2;; ++appends) {
    Rehearsal rehearsal;
    REQUIRE(rehearsal.run_killed_after(appends, plan_of(1)));
    const ledger::EventStore& store = rehearsal.store();
    const auto last = store.scan(store.head().position);
    REQUIRE(last->next());
    const auto body = last->event().getBody();
    if (!body.isIntent() ||
        !ledger::view(body.getIntent().getRequest().getPath()).ends_with("/images"))
      continue;
    REQUIRE(rehearsal.steer(Verb::CANCEL, "web-1").taken);
    finish(rehearsal, plan_of(1));
    record("compute-given-up", rehearsal);
    return;
  }
}

TEST_CASE("compute-steered") {
  Rehearsal rehearsal;
  Plan plan = plan_of(2);
  plan.migrations[1].depends_on = {"web-1"};
  plan.migrations[0].fields.set("allow_source_downtime", "false");
  rehearsal.run(plan);
  REQUIRE(rehearsal.steer(Verb::PAUSE, "web-1").taken);
  rehearsal.run(plan);
  REQUIRE(rehearsal.steer(Verb::NOTE, "web-1").taken);
  REQUIRE(rehearsal.steer(Verb::RESUME, "web-1").taken);
  REQUIRE(rehearsal.steer(Verb::PAUSE, "").taken);
  rehearsal.run(plan);
  REQUIRE(rehearsal.steer(Verb::RESUME, "").taken);
  finish(rehearsal, plan);
  record("compute-steered", rehearsal);
}

TEST_CASE("compute-cleaned-up") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  REQUIRE(rehearsal.steer(Verb::CLEANUP, "web-1").taken);
  rehearsal.run(plan_of(1), approving());
  rehearsal.tenancy().keep_clock(rehearsal.tenancy().clock() + std::chrono::days(8));
  REQUIRE(rehearsal.steer(Verb::DECOMMISSION, "web-1").taken);
  finish(rehearsal, plan_of(1));
  record("compute-cleaned-up", rehearsal);
}

TEST_CASE("volume-replicated") {
  Rehearsal rehearsal;
  finish(rehearsal, volume_plan(1));
  record("volume-replicated", rehearsal);
}

TEST_CASE("volume-group-killed") {
  Rehearsal rehearsal;
  rehearsal.run_with_kills(volume_plan(1, "volumegroup"), 4, 12, approving());
  record("volume-group-killed", rehearsal);
}

TEST_CASE("volume-backup") {
  Rehearsal rehearsal(rates(0.05, 0.05));
  finish(rehearsal, with(volume_plan(1, "bootvolume"), "method", "backup"));
  record("volume-backup", rehearsal);
}

TEST_CASE("storage-replicated") {
  TenancyOptions options;
  options.bucket_objects = 30;
  options.writes_for = 10min;
  Rehearsal rehearsal(options);
  finish(rehearsal, bucket_plan());
  record("storage-replicated", rehearsal);
}

TEST_CASE("storage-killed") {
  TenancyOptions options;
  options.bucket_objects = 2500;
  Rehearsal rehearsal(options);
  rehearsal.run_with_kills(bucket_plan(), 4, 12, approving());
  finish(rehearsal, bucket_plan());
  record("storage-killed", rehearsal);
}

}  // namespace migledger::testing
