#include "workflow/audit/doctor.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"
#include "tests/support/sample_volume.h"
#include "workflow/steps/oci_api.h"

namespace migledger::testing {

namespace {

using workflow::Diagnosis;
using Verdict = Diagnosis::Verdict;

std::vector<Diagnosis> examine(Rehearsal& rehearsal, const workflow::PlannedMigration& migration) {
  adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 8});
  workflow::Plan plan;
  plan.migrations.push_back(migration);
  return workflow::diagnose(plan, cloud, cloud);
}

const Diagnosis* find(const std::vector<Diagnosis>& found, std::string_view what) {
  const auto it = std::find_if(found.begin(), found.end(),
                               [&](const auto& d) { return d.what.starts_with(what); });
  return it == found.end() ? nullptr : &*it;
}

}  // namespace

TEST_CASE("doctor finds nothing to mend where everything is there, and changes nothing") {
  Rehearsal rehearsal;
  const auto migration = sample_migration("web-1");
  rehearsal.tenancy().provision(migration);
  const std::string before = rehearsal.tenancy().report();
  for (const auto& diagnosis : examine(rehearsal, migration)) {
    INFO(diagnosis.what << ": " << diagnosis.seen);
    CHECK(diagnosis.verdict != Verdict::bad);
  }
  CHECK(rehearsal.tenancy().report() == before);
}

TEST_CASE("doctor reads what the plan will need, in both regions") {
  Rehearsal rehearsal;
  auto migration = sample_migration("web-1");
  rehearsal.tenancy().provision(migration);
  const std::string bucket(migration.fields.get("migration_bucket_name"));
  migration.fields.set("target_bucket_name", bucket);
  const auto good = [&](std::string_view what) {
    const auto found = examine(rehearsal, migration);
    const auto* diagnosis = find(found, what);
    return diagnosis && diagnosis->verdict == Verdict::good;
  };
  for (const auto* what : {"volumeAttachments in us-ashburn-1", "vnicAttachments in sa-bogota-1",
                           "work requests of object storage in us-ashburn-1"})
    CHECK(good(what));
  const std::string objects = "objects of " + bucket + " in ";
  const std::string pars = "pre-authenticated requests of " + bucket + " in ";
  CHECK(good(objects + "us-ashburn-1"));
  CHECK_FALSE(good(pars + "us-ashburn-1"));
  migration.fields.set("transfer", "par");
  CHECK(good(pars + "us-ashburn-1"));
  // The target bucket once it is there.
  CHECK_FALSE(good(objects + "sa-bogota-1"));
  auto create = workflow::storage(
      "sa-bogota-1", "POST", workflow::bucket_path(rehearsal.tenancy().object_namespace(), {}), {},
      R"({"name":")" + bucket + R"(","compartmentId":")" +
          std::string(migration.fields.get("target_compartment_id")) + "\"}");
  REQUIRE(rehearsal.tenancy().handle(create, rehearsal.tenancy().clock()).ok());
  CHECK(good(objects + "sa-bogota-1"));
  CHECK(good(pars + "sa-bogota-1"));
}

TEST_CASE("doctor names what is missing, and what to do about it") {
  Rehearsal rehearsal;
  const auto provisioned = sample_migration("web-1");
  rehearsal.tenancy().provision(provisioned);
  auto migration = provisioned;
  SECTION("the source bucket") {
    migration.fields.set("migration_bucket_name", "elsewhere");
    const auto found = examine(rehearsal, migration);
    const auto* bucket = find(found, "bucket elsewhere in us-ashburn-1");
    REQUIRE(bucket);
    CHECK(bucket->verdict == Verdict::bad);
    CHECK_THAT(bucket->fix, Catch::Contains("create it"));
  }
  SECTION("the source instance") {
    migration.fields.set("source_instance_id", "ocid1.instance.oc1.iad.gone");
    const auto found = examine(rehearsal, migration);
    const auto* source = find(found, "source instance");
    REQUIRE(source);
    CHECK(source->verdict == Verdict::bad);
    CHECK_THAT(source->seen, Catch::Contains("404"));
  }
  SECTION("the availability domain") {
    migration.fields.set("target_ad", "Uocm:NOWHERE-AD-1");
    const auto found = examine(rehearsal, migration);
    const auto* domain = find(found, "availability domain");
    REQUIRE(domain);
    CHECK(domain->verdict == Verdict::bad);
  }
  SECTION("the region") {
    migration.fields.set("target_region", "xx-nowhere-1");
    const auto found = examine(rehearsal, migration);
    const auto* region = find(found, "region xx-nowhere-1");
    REQUIRE(region);
    CHECK(region->verdict == Verdict::bad);
  }
}

TEST_CASE("doctor takes nothing amiss that a migration itself has changed") {
  using workflow::Progress;
  Rehearsal rehearsal;
  const auto migration = sample_migration("web-1");
  rehearsal.tenancy().provision(migration);
  auto make = workflow::core_get("us-ashburn-1", "images");
  make.method = "POST";
  make.body = R"({"compartmentId":")" + std::string(migration.fields.get("source_compartment_id")) +
              R"(","instanceId":")" + std::string(migration.fields.get("source_instance_id")) +
              R"(","displayName":"an image"})";
  REQUIRE(rehearsal.tenancy().handle(make, rehearsal.tenancy().clock()).ok());
  workflow::Plan plan;
  plan.migrations.push_back(migration);
  const auto source = [&](Progress progress) {
    adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 8});
    const auto found = workflow::diagnose(plan, cloud, cloud, [&](auto) { return progress; });
    const auto* diagnosis = find(found, "source instance");
    REQUIRE(diagnosis);
    return *diagnosis;
  };
  CHECK(source(Progress::under_way).verdict == Verdict::good);
  CHECK(source(Progress::under_way).seen == "CREATING_IMAGE; it is being moved");
  CHECK(source(Progress::over).verdict == Verdict::good);
  // Somebody else's image: that passes.
  CHECK(source(Progress::not_begun).verdict == Verdict::warning);
}

TEST_CASE("doctor stops at credentials that are refused: nothing behind them can be seen") {
  adapters::sim::TenancyOptions options;
  options.faults.unauthorized_from_call = 1;
  Rehearsal rehearsal(options);
  const auto found = examine(rehearsal, sample_migration("web-1"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == "credentials");
  CHECK(found[0].verdict == Verdict::bad);
}

TEST_CASE("doctor sees what a migration of a volume needs") {
  for (const char* method : {"replicate", "backup"}) {
    Rehearsal rehearsal;
    auto plan = volume_plan(1);
    plan.migrations[0].fields.set("method", method);
    rehearsal.tenancy().provision(plan.migrations[0]);
    const std::string before = rehearsal.tenancy().report();
    adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 8});
    const auto good = workflow::diagnose(plan, cloud, cloud);
    for (const auto& diagnosis : good) {
      INFO(diagnosis.what << ": " << diagnosis.seen);
      CHECK(diagnosis.verdict == Verdict::good);
    }
    const bool by_backup = std::string_view(method) == "backup";
    CHECK(find(good,
               by_backup ? "volumeBackups in sa-bogota-1" : "blockVolumeReplicas in sa-bogota-1"));
    CHECK(rehearsal.tenancy().report() == before);
    plan.migrations[0].fields.set("source_volume_id", "ocid1.volume.oc1.iad.gone");
    plan.migrations[0].fields.set("target_ad", "Uocm:SA-BOGOTA-1-AD-9");
    const auto bad = workflow::diagnose(plan, cloud, cloud);
    CHECK(find(bad, "source block volume of data-1")->verdict == Verdict::bad);
    CHECK(find(bad, "availability domain")->verdict == Verdict::bad);
  }
}

}  // namespace migledger::testing
