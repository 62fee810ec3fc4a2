// Volumes moved on the simulated tenancy: by replica and by backup, killed, under faults.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>

#include "tests/support/rehearsal.h"
#include "tests/support/sample_volume.h"
#include "workflow/volume/volume_workflow.h"

namespace migledger::testing {

using adapters::sim::Fault;
using ledger::Status;
using workflow::Plan;
using workflow::Verb;

namespace {

const std::vector<std::string> kTypes = {"volume", "bootvolume", "volumegroup"};

// What the tenancy calls a replica of that type of volume.
std::string replica_of(const std::string& type) {
  if (type == "volume") return "blockvolumereplica";
  return type + "replica";
}

Plan attached_plan(unsigned count) {
  Plan plan = volume_plan(count);
  for (auto& migration : plan.migrations)
    migration.fields.set(
        "attach",
        R"({"device":"/dev/oracleoci/oraclevdb","instance_id":"ocid1.instance.oc1.sa-bogota-1.)" +
            migration.name + R"(","type":"iscsi"})");
  return plan;
}

Plan by_backup(Plan plan) {
  for (auto& migration : plan.migrations) migration.fields.set("method", "backup");
  return plan;
}

// Somebody else asks the tenancy for something, at its time.
workflow::Reply someone_asks(Rehearsal& rehearsal, const char* region, const char* method,
                             const std::string& path, const boost::json::object& body = {},
                             const std::string& query = {}) {
  workflow::Request request;
  request.region = region;
  request.method = method;
  request.path = "/20160918/" + path;
  request.query = query;
  if (!body.empty()) request.body = boost::json::serialize(body);
  return rehearsal.tenancy().handle(request, rehearsal.tenancy().clock());
}

std::string source_path(const Plan& plan) {
  return "volumes/" + std::string(plan.migrations[0].fields.get("source_volume_id"));
}

// Where the source is replicated to, and under which names.
std::map<std::string, std::string> replicas_at(Rehearsal& rehearsal, const Plan& plan) {
  std::map<std::string, std::string> found;
  const auto volume =
      boost::json::parse(someone_asks(rehearsal, "us-ashburn-1", "GET", source_path(plan)).body);
  for (const auto& entry : volume.at("blockVolumeReplicas").as_array())
    found[std::string(entry.at("availabilityDomain").as_string())] =
        entry.at("displayName").as_string();
  return found;
}

// Makes this the volume's list of replicas, as somebody does who minds no one else.
void someone_replicates(Rehearsal& rehearsal, const Plan& plan,
                        const std::vector<std::string>& domains) {
  boost::json::array list;
  for (const auto& domain : domains)
    list.push_back({{"availabilityDomain", domain}, {"displayName", "theirs"}});
  const auto reply = someone_asks(rehearsal, "us-ashburn-1", "PUT", source_path(plan),
                                  {{"blockVolumeReplicas", list}});
  INFO(reply.body);
  REQUIRE(reply.ok());
}

// Checks that each volume has one successor, made from one replica or backup.
void check_each_moved_once(const Rehearsal& rehearsal, const Plan& plan, const std::string& type,
                           bool attached = false) {
  const auto expected = plan.migrations.size();
  const bool backup = plan.migrations[0].fields.get("method") == "backup";
  CHECK(rehearsal.created(type).size() == expected);
  CHECK(rehearsal.created(replica_of(type)).size() == (backup ? 0 : expected));
  CHECK(rehearsal.created(type + "backup").size() == (backup ? expected : 0));
  CHECK(rehearsal.created(type + "backup-copy").size() == (backup ? expected : 0));
  CHECK(rehearsal.created("volumeattachment").size() == (attached ? expected : 0));
  CHECK(rehearsal.held(replica_of(type)).empty());
}

const char* const kElsewhere = "Uocm:PHX-AD-1";

// A tenancy that is subscribed to a third region.
adapters::sim::TenancyOptions with_third_region() {
  adapters::sim::TenancyOptions options;
  options.regions = {"us-phoenix-1"};
  return options;
}

void set_rates(adapters::sim::TenancyOptions& options, double rate) {
  for (const auto fault : {Fault::lost_before, Fault::lost_after, Fault::error_after,
                           Fault::throttled, Fault::delayed, Fault::work_request_fails})
    options.faults.rates[static_cast<std::size_t>(fault)] = rate;
}

}  // namespace

TEST_CASE("a volume, a boot volume and a group are moved by replica, after approval") {
  for (const auto& type : kTypes) {
    INFO(type);
    Rehearsal rehearsal;
    const Plan plan = volume_plan(1, type);
    const auto first = rehearsal.run(plan);
    INFO(rehearsal.state("data-1").reason);
    CHECK(workflow::exit_code(first) == 3);
    CHECK(rehearsal.state("data-1").parked_kind == ledger::schema::Parked::Kind::APPROVE);
    CHECK(rehearsal.state("data-1").reason.find("replicated until") != std::string::npos);
    CHECK(rehearsal.created(type).empty());
    REQUIRE(rehearsal.steer(Verb::APPROVE, "data-1").taken);
    CHECK(rehearsal.run(plan).done == 1);
    check_each_moved_once(rehearsal, plan, type);
    const auto state = rehearsal.state("data-1");
    // What was made holds all that was written before the approval.
    CHECK(*parse_rfc3339(state.facts.get("volume.1.synced")) >=
          *parse_rfc3339(state.facts.get("fence")));
  }
}

TEST_CASE("where replicas are not wanted, a backup is copied, and cleaned up afterwards") {
  for (const auto& type : kTypes) {
    INFO(type);
    Rehearsal rehearsal;
    const Plan plan = by_backup(volume_plan(1, type));
    CHECK(rehearsal.run(plan).parked == 1);
    CHECK(rehearsal.state("data-1").reason.find("backup") != std::string::npos);
    CHECK(rehearsal.created(type + "backup").empty());
    CHECK(rehearsal.run(plan, approving()).done == 1);
    check_each_moved_once(rehearsal, plan, type);
    CHECK(rehearsal.held(type + "backup").size() == 2);
    REQUIRE(rehearsal.steer(Verb::CLEANUP, "data-1").taken);
    CHECK(rehearsal.run_with_kills(plan, 2, 100).done == 1);
    CHECK(rehearsal.held(type + "backup").empty());
    CHECK(rehearsal.held("object").empty());  // the claim
    CHECK(rehearsal.held(type).size() == 2);
  }
}

TEST_CASE("the new volume is attached as configured") {
  Rehearsal rehearsal;
  const Plan plan = attached_plan(1);
  CHECK(rehearsal.run(plan, approving()).done == 1);
  check_each_moved_once(rehearsal, plan, "volume", true);
  const auto state = rehearsal.state("data-1");
  const auto attachment = boost::json::parse(
      someone_asks(rehearsal, "sa-bogota-1", "GET",
                   "volumeAttachments/" + std::string(state.facts.get("volume.1.attachment")))
          .body);
  CHECK(attachment.at("lifecycleState") == "ATTACHED");
  CHECK(attachment.at("attachmentType") == "iscsi");
  CHECK(attachment.at("device") == "/dev/oracleoci/oraclevdb");
  CHECK(attachment.at("instanceId") == "ocid1.instance.oc1.sa-bogota-1.data-1");
  CHECK(attachment.at("volumeId") == boost::json::string(state.facts.get("volume.1.new")));
}

TEST_CASE("volumes: killed after every append, nothing is made twice") {
  for (const auto& type : kTypes) {
    for (const bool backup : {false, true}) {
      INFO(type << (backup ? " by backup" : " by replica"));
      Rehearsal rehearsal;
      const bool attached = type == "volume";
      Plan plan = attached ? attached_plan(1) : volume_plan(1, type);
      if (backup) plan = by_backup(plan);
      const auto result = rehearsal.run_with_kills(plan, 1, 1000, approving());
      INFO(rehearsal.state("data-1").reason);
      CHECK(result.done == 1);
      check_each_moved_once(rehearsal, plan, type, attached);
    }
  }
}

TEST_CASE("volumes: lost replies, throttling, failing work and kills make nothing twice") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const bool backup = seed % 3 == 0;
    adapters::sim::TenancyOptions options;
    options.seed = seed;
    set_rates(options, 0.05);
    // What fails is made anew, and then there are more of it.
    options.faults.rates[static_cast<std::size_t>(Fault::work_request_fails)] = 0;
    options.durations.list_lag = {std::chrono::seconds(0), std::chrono::minutes(4)};
    Plan plan = attached_plan(6);
    if (backup) plan = by_backup(plan);
    Rehearsal rehearsal(options);
    const auto result = rehearsal.run_with_kills(plan, 11, 30, approving());
    INFO("seed " << seed << ": " << rehearsal.state("data-1").reason << " / "
                 << rehearsal.state("data-6").reason);
    CHECK(result.done == 6);
    check_each_moved_once(rehearsal, plan, "volume", true);
  }
}

TEST_CASE("replicas elsewhere are never touched, whenever they come to be") {
  Rehearsal rehearsal(with_third_region());
  const Plan plan = volume_plan(1);
  rehearsal.tenancy().provision(plan.migrations[0]);
  someone_replicates(rehearsal, plan, {kElsewhere});
  CHECK(rehearsal.run(plan).parked == 1);  // waits for approval
  CHECK(replicas_at(rehearsal, plan).size() == 2);
  CHECK(replicas_at(rehearsal, plan).at(kElsewhere) == "theirs");
  // Meanwhile somebody adds another one.
  someone_replicates(rehearsal, plan, {kElsewhere, "Uocm:PHX-AD-2", "Uocm:SA-BOGOTA-1-AD-1"});
  CHECK(rehearsal.run(plan, approving()).done == 1);
  const auto left = replicas_at(rehearsal, plan);
  CHECK(left.size() == 2);
  CHECK(left.count("Uocm:PHX-AD-1") == 1);
  CHECK(left.count("Uocm:PHX-AD-2") == 1);
}

TEST_CASE("a replica that somebody else enabled there is used, and left in place") {
  Rehearsal rehearsal;
  const Plan plan = volume_plan(1);
  rehearsal.tenancy().provision(plan.migrations[0]);
  someone_replicates(rehearsal, plan, {"Uocm:SA-BOGOTA-1-AD-1"});
  CHECK(rehearsal.run(plan, approving()).done == 1);
  CHECK(rehearsal.state("data-1").facts.get("volume.1.replica_owner") == "theirs");
  CHECK(rehearsal.created("blockvolumereplica").size() == 1);
  CHECK(replicas_at(rehearsal, plan).at("Uocm:SA-BOGOTA-1-AD-1") == "theirs");
  CHECK(rehearsal.created("volume").size() == 1);
  // Nor is it in the way of going back.
  REQUIRE(rehearsal.steer(Verb::ROLLBACK, "data-1").taken);
  CHECK(rehearsal.run(plan).undone == 1);
  CHECK(replicas_at(rehearsal, plan).size() == 1);
  CHECK(rehearsal.held("volume").size() == 1);
}

TEST_CASE("where OCI does not replicate, it waits for the plan to say backup") {
  adapters::sim::TenancyOptions options;
  options.faults.no_replication = {{"us-ashburn-1", "sa-bogota-1", ""}};
  Rehearsal rehearsal(options);
  Plan plan = volume_plan(1);
  const auto first = rehearsal.run(plan);
  CHECK(first.parked == 1);
  CHECK(first.failed == 0);
  CHECK(rehearsal.state("data-1").need.find("\"method\": \"backup\"") != std::string::npos);
  CHECK(rehearsal.run(plan).parked == 1);  // nothing has changed
  plan = by_backup(plan);
  auto accepting = approving();
  accepting.accept_plan_change = true;
  CHECK(rehearsal.run(plan, accepting).done == 1);
  check_each_moved_once(rehearsal, plan, "volume");
}

TEST_CASE("a replica that is disabled meanwhile is enabled again") {
  Rehearsal rehearsal;
  const Plan plan = volume_plan(1);
  CHECK(rehearsal.run(plan).parked == 1);
  someone_replicates(rehearsal, plan, {});
  CHECK(rehearsal.run(plan, approving()).done == 1);
  CHECK(rehearsal.created("blockvolumereplica").size() == 2);
  CHECK(rehearsal.created("volume").size() == 1);
  CHECK(replicas_at(rehearsal, plan).empty());
}

TEST_CASE("what the cloud failed to make is made anew, one at a time") {
  for (const char* path : {"/20160918/volumes", "/20160918/volumeBackups"}) {
    INFO(path);
    adapters::sim::TenancyOptions options;
    adapters::sim::ScriptedFault fails;
    fails.fault = Fault::work_request_fails;
    fails.method = "POST";
    fails.path = path;
    options.faults.scripted.push_back(fails);
    Rehearsal rehearsal(options);
    const Plan plan = by_backup(volume_plan(1));
    CHECK(rehearsal.run(plan, approving()).done == 1);
    const bool of_volume = std::string_view(path).ends_with("volumes");
    CHECK(rehearsal.created("volume").size() == (of_volume ? 2 : 1));
    CHECK(rehearsal.created("volumebackup").size() == (of_volume ? 1 : 2));
  }
}

TEST_CASE("a limit on volumes parks, when it was raised, the next run goes on") {
  adapters::sim::TenancyOptions options;
  adapters::sim::ScriptedFault limit;
  limit.fault = Fault::limit_exceeded;
  limit.method = "POST";
  limit.path = "/20160918/volumes";
  options.faults.scripted.push_back(limit);
  Rehearsal rehearsal(options);
  const Plan plan = volume_plan(1);
  CHECK(rehearsal.run(plan, approving()).parked == 1);
  CHECK(rehearsal.state("data-1").need.find("limit") != std::string::npos);
  CHECK(rehearsal.run(plan, approving()).done == 1);
  check_each_moved_once(rehearsal, plan, "volume");
}

TEST_CASE("volumes: rolling back from any moment leaves the source as it was") {
  for (const bool backup : {false, true}) {
    Plan plan = attached_plan(1);
    if (backup) plan = by_backup(plan);
    for (unsigned appends = 3;; ++appends) {
      Rehearsal rehearsal;
      if (!rehearsal.run_killed_after(appends, plan, approving())) break;
      INFO("rolled back after append " << appends);
      REQUIRE(rehearsal.steer(Verb::ROLLBACK, "data-1").taken);
      const auto result = rehearsal.run_with_kills(plan, 3, 200, approving());
      INFO(rehearsal.state("data-1").reason);
      CHECK(result.undone == 1);
      CHECK(rehearsal.held("volume").size() == 1);
      CHECK(rehearsal.held("volumeattachment").empty());
      CHECK(rehearsal.held("volumebackup").empty());
      CHECK(rehearsal.held("blockvolumereplica").empty());
      CHECK(rehearsal.held("object").empty());
      CHECK(replicas_at(rehearsal, plan).empty());
    }
  }
}

TEST_CASE("a new group is rolled back with its volumes") {
  Rehearsal rehearsal;
  const Plan plan = volume_plan(1, "volumegroup");
  REQUIRE(rehearsal.run(plan, approving()).done == 1);
  CHECK(rehearsal.held("volume").size() == 4);
  REQUIRE(rehearsal.steer(Verb::ROLLBACK, "data-1").taken);
  CHECK(rehearsal.run(plan).undone == 1);
  CHECK(rehearsal.held("volume").size() == 2);
  CHECK(rehearsal.held("volumegroup").size() == 1);
}

TEST_CASE("a cancelled migration ends when an update that was lost cannot arrive any more") {
  adapters::sim::TenancyOptions options;
  adapters::sim::ScriptedFault lost, refused;
  lost.fault = Fault::lost_before;
  refused.fault = Fault::not_sent;
  lost.method = refused.method = "PUT";
  lost.path = refused.path = "/20160918/volumes/";
  refused.call = 2;
  options.faults.scripted = {lost, refused};
  Rehearsal rehearsal(options);
  Plan plan = volume_plan(1);
  plan.migrations[0].fields.set("retry", R"({"base_seconds":2,"cap_seconds":60,"max_attempts":2})");
  REQUIRE(rehearsal.run(plan, approving()).parked == 1);
  const auto attempt = rehearsal.state("data-1").attempt;
  REQUIRE(attempt.generation == 2);
  REQUIRE(attempt.phase == ledger::Phase::failed);
  REQUIRE(rehearsal.steer(Verb::CANCEL, "data-1").taken);
  CHECK(rehearsal.run(plan).undone == 1);
  CHECK(rehearsal.state("data-1").updated - attempt.last_sent >= std::chrono::seconds(600));
}

TEST_CASE("a ledger that has forgotten what it made removes it all the same") {
  const Plan plan = by_backup(volume_plan(1));
  Rehearsal whole;
  REQUIRE(whole.run(plan, approving()).done == 1);
  const auto step = workflow::volume_workflow().index_of("copy-backup");
  ledger::Position copying = 0;
  const ledger::EventStore& events = whole.store();
  for (const auto cursor = events.scan(1); copying == 0 && cursor->next();) {
    const auto body = cursor->event().getBody();
    if (body.isIntent() && body.getIntent().getStep() == step)
      copying = cursor->event().getPosition();
  }
  REQUIRE(copying != 0);
  whole.store().truncate(copying - 1);
  REQUIRE(whole.held("volumebackup").size() == 2);
  REQUIRE(whole.steer(Verb::ROLLBACK, "data-1").taken);
  CHECK(whole.run(plan).undone == 1);
  CHECK(whole.held("volumebackup").empty());
  CHECK(whole.held("volume").size() == 1);
}

TEST_CASE("volumes: what is forgotten and under way is waited for, and rolled back") {
  for (const bool backup : {false, true}) {
    const Plan plan = backup ? by_backup(volume_plan(1)) : volume_plan(1);
    INFO((backup ? "by backup" : "by replica"));
    Rehearsal::for_each_forgetting(plan, approving(), "namespace", [&](Rehearsal& rehearsal) {
      rehearsal.let_lists_catch_up();
      REQUIRE(rehearsal.steer(Verb::ROLLBACK, "data-1").taken);
      CHECK(rehearsal.run(plan).undone == 1);
      INFO(rehearsal.state("data-1").reason);
      for (const char* kind : {"blockvolumereplica", "volumebackup", "volumebackup-copy"})
        CHECK(rehearsal.held(kind).empty());
      CHECK(rehearsal.held("volume").size() == 1);
    });
  }
}

TEST_CASE("the source volume is deleted after a quiet period and approval, and never before") {
  Rehearsal rehearsal;
  Plan plan = volume_plan(1);
  plan.migrations[0].fields.set("quiet_period_seconds", "60");
  REQUIRE(rehearsal.run(plan, approving()).done == 1);
  REQUIRE(rehearsal.steer(Verb::DECOMMISSION, "data-1").taken);
  CHECK(rehearsal.run(plan).parked == 1);
  CHECK(rehearsal.held("volume").size() == 2);
  REQUIRE(rehearsal.steer(Verb::APPROVE, "data-1").taken);
  CHECK(rehearsal.run(plan).done == 1);
  CHECK(rehearsal.state("data-1").decommissioned);
  CHECK(rehearsal.held("volume") ==
        std::vector<std::string>{std::string(rehearsal.state("data-1").facts.get("volume.1.new"))});
}

TEST_CASE("a ledger that has forgotten what it did makes no second volume") {
  for (const bool backup : {false, true}) {
    Plan plan = attached_plan(1);
    if (backup) plan = by_backup(plan);
    Rehearsal whole;
    REQUIRE(whole.run(plan, approving()).done == 1);
    const auto head = whole.store().head().position;
    for (ledger::Position kept = 4; kept < head; kept += 2) {
      Rehearsal rehearsal;
      REQUIRE(rehearsal.run(plan, approving()).done == 1);
      rehearsal.store().truncate(kept);
      INFO("kept " << kept << " of " << head);
      CHECK(rehearsal.run(plan, approving()).done == 1);
      INFO(rehearsal.state("data-1").reason);
      CHECK(rehearsal.created("volume").size() == 1);
      CHECK(rehearsal.created("volumebackup").size() == (backup ? 1 : 0));
      CHECK(rehearsal.created("volumebackup-copy").size() == (backup ? 1 : 0));
      CHECK(rehearsal.created("volumeattachment").size() == 1);
      CHECK(replicas_at(rehearsal, plan).empty());
    }
  }
}

}  // namespace migledger::testing
