// Instances moved with their volumes, on the simulated tenancy.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"

namespace migledger::testing {

using adapters::sim::Fault;
using workflow::Plan;
using workflow::Verb;

namespace {

constexpr unsigned kVolumes = 3;

Plan with_volumes(unsigned count, const char* how = "replicate") {
  Plan plan = plan_of(count);
  for (auto& migration : plan.migrations) migration.fields.set("volumes", how);
  return plan;
}

adapters::sim::TenancyOptions three_volumes() {
  adapters::sim::TenancyOptions options;
  options.data_volumes = kVolumes;
  return options;
}

// What hangs on an instance, in order: type and device of each.
std::vector<std::string> attached_to(Rehearsal& rehearsal, std::string_view region,
                                     std::string_view compartment, std::string_view instance) {
  workflow::Request request;
  request.region = region;
  request.path = "/20160918/volumeAttachments";
  request.query = workflow::make_query({{"compartmentId", compartment}, {"instanceId", instance}});
  const auto reply = rehearsal.tenancy().handle(request, rehearsal.tenancy().clock());
  INFO(reply.body);
  REQUIRE(reply.ok());
  std::vector<std::string> found;
  const auto list = boost::json::parse(reply.body);
  for (const auto& item : list.as_array())
    if (item.at("lifecycleState").as_string() == "ATTACHED")
      found.push_back(std::string(item.at("attachmentType").as_string()) + " " +
                      std::string(item.at("device").as_string()));
  return found;
}

void check_moved_with_volumes(Rehearsal& rehearsal, const Plan& plan, const char* made_by) {
  const auto migrations = plan.migrations.size();
  check_each_made_once(rehearsal, migrations);
  for (const auto* kind : {made_by, "volume", "volumeattachment"}) {
    INFO(kind);
    CHECK(rehearsal.created(kind).size() == migrations * kVolumes);
  }
  CHECK(rehearsal.held("blockvolumereplica").empty());
  for (const auto& migration : plan.migrations) {
    const auto state = rehearsal.state(migration.name);
    const auto at_source =
        attached_to(rehearsal, "us-ashburn-1", state.plan.get("source_compartment_id"),
                    state.plan.get("source_instance_id"));
    CHECK(at_source.size() == kVolumes);
    CHECK(attached_to(rehearsal, "sa-bogota-1", state.plan.get("target_compartment_id"),
                      state.facts.get("target_instance_id")) == at_source);
  }
}

}  // namespace

TEST_CASE("an instance's volumes move along, and are attached in the same order and way") {
  Rehearsal rehearsal(three_volumes());
  const Plan plan = with_volumes(1);
  const auto first = rehearsal.run(plan);
  CHECK(first.parked == 1);  // at the cut-over: the instance is there, the data waits
  CHECK(rehearsal.created("instance").size() == 1);
  CHECK(rehearsal.created("volume").empty());
  CHECK(rehearsal.state("web-1").reason.find("3 volumes") != std::string::npos);
  REQUIRE(rehearsal.steer(Verb::APPROVE, "web-1").taken);
  const auto second = rehearsal.run(plan);
  INFO(rehearsal.state("web-1").reason);
  CHECK(second.done == 1);
  check_moved_with_volumes(rehearsal, plan, "blockvolumereplica");
}

TEST_CASE("without being told so, volumes stay, and the check says it") {
  Rehearsal rehearsal(three_volumes());
  CHECK(rehearsal.run(plan_of(1)).done == 1);
  CHECK(rehearsal.created("volume").empty());
  bool said = false;
  for (const auto cursor = rehearsal.store().scan(1, rehearsal.store().head().position);
       cursor->next();) {
    const auto body = cursor->event().getBody();
    if (!body.isChecked()) continue;
    for (const auto finding : body.getChecked().getFindings())
      said = said || std::string_view(finding.cStr()).find("\"volumes\": \"replicate\"") !=
                         std::string_view::npos;
  }
  CHECK(said);
}

TEST_CASE("an instance with volumes: killed after every append, nothing is made twice") {
  for (const char* how : {"replicate", "backup"}) {
    INFO(how);
    Rehearsal rehearsal(three_volumes());
    const Plan plan = with_volumes(1, how);
    const auto result = rehearsal.run_with_kills(plan, 1, 2000, approving());
    INFO(rehearsal.state("web-1").reason);
    CHECK(result.done == 1);
    check_moved_with_volumes(
        rehearsal, plan, how == std::string_view("backup") ? "volumebackup" : "blockvolumereplica");
  }
}

TEST_CASE("instances with volumes: lost replies, late lists and kills make nothing twice") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto options = three_volumes();
    options.seed = seed;
    for (const auto fault :
         {Fault::lost_before, Fault::lost_after, Fault::error_after, Fault::throttled})
      options.faults.rates[static_cast<std::size_t>(fault)] = 0.05;
    options.durations.list_lag = {std::chrono::seconds(0), std::chrono::minutes(4)};
    Rehearsal rehearsal(options);
    const Plan plan = with_volumes(5);
    const auto result = rehearsal.run_with_kills(plan, 17, 30, approving());
    INFO("seed " << seed << ": " << rehearsal.state("web-1").reason << " / "
                 << rehearsal.state("web-5").reason);
    CHECK(result.done == 5);
    check_moved_with_volumes(rehearsal, plan, "blockvolumereplica");
  }
}

TEST_CASE("where OCI does not replicate, an instance's volumes can go by backup") {
  auto options = three_volumes();
  options.faults.no_replication = {{"us-ashburn-1", "sa-bogota-1", ""}};
  Rehearsal rehearsal(options);
  CHECK(rehearsal.run(with_volumes(1), approving()).parked == 1);
  CHECK(rehearsal.state("web-1").need.find("\"volumes\": \"backup\"") != std::string::npos);
  auto accepting = approving();
  accepting.accept_plan_change = true;
  const Plan plan = with_volumes(1, "backup");
  const auto result = rehearsal.run(plan, accepting);
  INFO(rehearsal.state("web-1").reason);
  CHECK(result.done == 1);
  check_moved_with_volumes(rehearsal, plan, "volumebackup");
}

TEST_CASE("a replica that ends late is renewed without going back beyond the image") {
  Rehearsal rehearsal(three_volumes());
  const Plan plan = with_volumes(1);
  CHECK(rehearsal.run(plan).parked == 1);
  workflow::Request disable;
  disable.region = "us-ashburn-1";
  disable.method = "PUT";
  disable.path =
      "/20160918/volumes/" + std::string(rehearsal.state("web-1").facts.get("volume.2.id"));
  disable.body = R"({"blockVolumeReplicas":[]})";
  REQUIRE(rehearsal.tenancy().handle(disable, rehearsal.tenancy().clock()).ok());
  const auto result = rehearsal.run(plan, approving());
  INFO(rehearsal.state("web-1").reason);
  CHECK(result.done == 1);
  CHECK(rehearsal.created("blockvolumereplica").size() == kVolumes + 1);
  CHECK(rehearsal.created("volume").size() == kVolumes);
  check_each_made_once(rehearsal, 1);
  CHECK(rehearsal.state("web-1").generation(
            workflow::compute_workflow().index_of("create-image")) == 1);
}

TEST_CASE("an instance with volumes is rolled back from any moment") {
  const Plan plan = with_volumes(1);
  for (unsigned appends = 3;; appends += 4) {
    Rehearsal rehearsal(three_volumes());
    if (!rehearsal.run_killed_after(appends, plan, approving())) break;
    INFO("rolled back after append " << appends);
    REQUIRE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
    const auto result = rehearsal.run_with_kills(plan, 5, 200, approving());
    INFO(rehearsal.state("web-1").reason);
    CHECK(result.undone == 1);
    CHECK(rehearsal.held("instance").size() == 1);
    CHECK(rehearsal.held("volume").size() == kVolumes);
    CHECK(rehearsal.held("volumeattachment").size() == kVolumes);
    CHECK(rehearsal.held("blockvolumereplica").empty());
    CHECK(rehearsal.held("image").empty());
    CHECK(rehearsal.held("object").empty());
  }
}

}  // namespace migledger::testing
