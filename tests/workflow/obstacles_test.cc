// The executor before obstacles: what is in the way, refused, used up, late or lost.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/answering_cloud.h"
#include "tests/support/rehearsal.h"
#include "workflow/run/executor.h"
#include "workflow/steps/oci_api.h"

namespace migledger::testing {

using namespace std::chrono_literals;
using adapters::sim::Fault;
using ledger::Status;
using workflow::Plan;
using workflow::Request;
using workflow::RunResult;

namespace {

// Somebody else, or something else, uses the tenancy.
boost::json::value someone_asks(Rehearsal& rehearsal, const Request& request) {
  auto& tenancy = rehearsal.tenancy();
  const auto reply = tenancy.handle(request, tenancy.clock() + 1s);
  INFO(reply.body);
  REQUIRE(reply.ok());
  tenancy.keep_clock(tenancy.clock() + 1h);
  boost::json::error_code bad;
  auto value = boost::json::parse(reply.body, bad);
  return bad ? boost::json::value() : value;
}

std::string someone_makes_image(Rehearsal& rehearsal, const std::string& name,
                                boost::json::object tags = {}) {
  const auto plan = sample_migration("web-1", 1);
  Request request = workflow::core_get(plan.fields.get("source_region"), "images");
  request.method = "POST";
  request.body = boost::json::serialize(
      boost::json::object{{"compartmentId", plan.fields.get("source_compartment_id")},
                          {"instanceId", plan.fields.get("source_instance_id")},
                          {"displayName", name},
                          {"freeformTags", std::move(tags)}});
  return std::string(someone_asks(rehearsal, request).at("id").as_string());
}

std::uint16_t generation(const Rehearsal& rehearsal, std::string_view step) {
  return rehearsal.state("web-1").generation(workflow::compute_workflow().index_of(step));
}

}  // namespace

TEST_CASE("a migration starts when those it depends on are done") {
  Plan plan = plan_of(3);
  plan.migrations[0].depends_on = {"web-3"};
  plan.migrations[2].depends_on = {"web-2"};
  Rehearsal rehearsal;
  CHECK(rehearsal.run(plan).done == 3);
  const auto one = rehearsal.state("web-1"), two = rehearsal.state("web-2"),
             three = rehearsal.state("web-3");
  CHECK(three.stream > two.position);
  CHECK(one.stream > three.position);
}

TEST_CASE("what depends on a failed migration is not started, the others are not held up") {
  Plan plan = plan_of(3);
  plan.migrations[1].depends_on = {"web-1"};
  plan.migrations[0].fields.set("launch_options", R"({"nsgIds": "not a list"})");
  adapters::sim::TenancyOptions options;
  Rehearsal rehearsal(options);
  // Of the first migration the source is gone.
  rehearsal.tenancy().provision(plan.migrations[0]);
  Request terminate = workflow::core_get(
      "us-ashburn-1",
      "instances/" + std::string(plan.migrations[0].fields.get("source_instance_id")));
  terminate.method = "DELETE";
  someone_asks(rehearsal, terminate);
  const RunResult result = rehearsal.run(plan);
  CHECK(result.done == 1);
  CHECK(result.parked == 1);
  REQUIRE(result.not_started.size() == 1);
  CHECK(result.not_started[0].name == "web-2");
  CHECK(result.not_started[0].why == "it waits for web-1, which waits for a person");
  CHECK(words(result).ends_with("; web-2 was not started: " + result.not_started[0].why));
  CHECK(workflow::exit_code(result) == 3);
  CHECK(rehearsal.state("web-1").reason.find("TERMINAT") != std::string::npos);
  CHECK(!rehearsal.store().find_stream("web-2"));
}

TEST_CASE("a dependency that an earlier run got done counts, also when it is not in the plan") {
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan_of(1)).done == 1);
  Plan plan = plan_of(2);
  plan.migrations.erase(plan.migrations.begin());
  plan.migrations[0].depends_on = {"web-1"};
  CHECK(rehearsal.run(plan).done == 1);
}

TEST_CASE("something of our name that is not ours stops the migration and is shown") {
  Rehearsal rehearsal;
  rehearsal.tenancy().provision(plan_of(1).migrations[0]);
  const auto image = someone_makes_image(rehearsal, "web-1-image");
  const RunResult result = rehearsal.run(plan_of(1));
  CHECK(result.parked == 1);
  CHECK(rehearsal.state("web-1").reason.find(image) != std::string::npos);
  CHECK(rehearsal.created("image").size() == 1);  // theirs
  CHECK(rehearsal.created("instance").empty());
}

TEST_CASE("what another ledger made from the same source stops the migration, whatever its name") {
  Rehearsal rehearsal;
  const auto plan = plan_of(1);
  rehearsal.tenancy().provision(plan.migrations[0]);
  const auto image = someone_makes_image(
      rehearsal, "quite another name",
      {{workflow::kTagLedger, "feedfeedfeedfeedfeedfeedfeedfeed"},
       {workflow::kTagSource, plan.migrations[0].fields.get("source_instance_id")}});
  CHECK(rehearsal.run(plan).parked == 1);
  CHECK(rehearsal.state("web-1").reason.find(image) != std::string::npos);
}

TEST_CASE("of two ledgers that move one source, the second stops at the claim of the first") {
  Rehearsal rehearsal;
  Plan mine = plan_of(1);
  Plan theirs = mine;
  theirs.migrations[0].fields.set("new_image_name", "their-image");
  theirs.migrations[0].fields.set("new_instance_name", "their-instance");
  // The other ledger got as far as its claim.
  const auto& fields = mine.migrations[0].fields;
  rehearsal.tenancy().provision(mine.migrations[0]);
  Request claim = workflow::storage(
      "us-ashburn-1", "PUT",
      workflow::bucket_path(
          rehearsal.tenancy().object_namespace(), fields.get("migration_bucket_name"),
          "/o/" + workflow::percent_encode("migledger/claims/" +
                                           std::string(fields.get("source_instance_id")))),
      "", R"({"ledger":"feedfeedfeedfeedfeedfeedfeedfeed","migration":"theirs"})");
  someone_asks(rehearsal, claim);
  const RunResult result = rehearsal.run(mine);
  CHECK(result.parked == 1);
  CHECK(workflow::exit_code(result) == 3);
  const auto state = rehearsal.state("web-1");
  CHECK(state.reason.find("feedfeed") != std::string::npos);
  CHECK(rehearsal.created("image").empty());
  // When it is taken away, the next run goes on.
  Request remove = claim;
  remove.method = "DELETE";
  remove.body.clear();
  someone_asks(rehearsal, remove);
  CHECK(rehearsal.run(mine).done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("several candidates are never chosen from: a person is asked, nothing is touched") {
  Rehearsal rehearsal;
  const auto plan = plan_of(1);
  rehearsal.tenancy().provision(plan.migrations[0]);
  const auto source = plan.migrations[0].fields.get("source_instance_id");
  const auto tags = [&](std::uint16_t generation) {
    return boost::json::object{
        {workflow::kTagLedger, kLedgerId},
        {workflow::kTagKey,
         workflow::idempotency_key(kLedgerId, "web-1", source, "create-image", generation)},
        {workflow::kTagSource, source}};
  };
  const auto one = someone_makes_image(rehearsal, "web-1-image", tags(1));
  const auto two = someone_makes_image(rehearsal, "web-1-image", tags(2));
  CHECK(rehearsal.run(plan).parked == 1);
  const auto state = rehearsal.state("web-1");
  CHECK(state.parked_kind == ledger::schema::Parked::Kind::RESOLVE);
  CHECK(state.reason.find(one) != std::string::npos);
  CHECK(state.reason.find(two) != std::string::npos);
  CHECK(rehearsal.created("image").size() == 2);
  // A person removes one of them.
  Request remove = workflow::core_get("us-ashburn-1", "images/" + one);
  remove.method = "DELETE";
  someone_asks(rehearsal, remove);
  CHECK(rehearsal.run(plan).done == 1);
  CHECK(rehearsal.state("web-1").facts.get("image_id") == two);
  CHECK(rehearsal.created("image").size() == 2);
}

TEST_CASE("a token that was invalidated leads to a new request, once nothing is proven there") {
  adapters::sim::TenancyOptions options;
  options.faults.scripted.push_back(
      fault_at(Fault::lost_before, "POST", "/20160918/images", "us-ashburn-1"));
  auto invalid = fault_at(Fault::token_invalidated, "POST", "/20160918/images", "us-ashburn-1");
  invalid.call = 2;
  options.faults.scripted.push_back(invalid);
  Rehearsal rehearsal(options);
  const RunResult result = rehearsal.run(plan_of(1));
  INFO(rehearsal.state("web-1").reason);
  CHECK(result.done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("out of capacity in every place parks, when there is room again, it goes on") {
  adapters::sim::TenancyOptions options;
  options.faults.out_of_capacity = {{"Uocm:SA-BOGOTA-1-AD-1", "FAULT-DOMAIN-1", 2},
                                    {"Uocm:SA-BOGOTA-1-AD-1", "FAULT-DOMAIN-2", 2}};
  Plan plan = plan_of(1);
  plan.migrations[0].fields.set("fault_domains", R"(["FAULT-DOMAIN-1","FAULT-DOMAIN-2"])");
  Rehearsal rehearsal(options);
  const RunResult first = rehearsal.run(plan);
  CHECK(first.parked == 1);
  CHECK(rehearsal.state("web-1").reason.find("capacity") != std::string::npos);
  CHECK(generation(rehearsal, "launch-instance") == 2);
  CHECK(rehearsal.run(plan).parked == 1);
  CHECK(generation(rehearsal, "launch-instance") == 4);
  CHECK(rehearsal.run(plan).done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("out of capacity in the first place takes the next, within one run") {
  adapters::sim::TenancyOptions options;
  options.faults.out_of_capacity = {{"Uocm:SA-BOGOTA-1-AD-1", "", 0}};
  Plan plan = plan_of(1);
  plan.migrations[0].fields.set("further_ads", R"(["Uocm:SA-BOGOTA-1-AD-2"])");
  Rehearsal rehearsal(options);
  CHECK(rehearsal.run(plan).done == 1);
  CHECK(generation(rehearsal, "launch-instance") == 2);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE(
    "a place without the shape is left out, and where the launch alone knows, the next is taken") {
  using adapters::sim::ShapeRule;
  const std::string one = "Uocm:SA-BOGOTA-1-AD-1", two = "Uocm:SA-BOGOTA-1-AD-2";
  for (const bool hidden : {false, true}) {
    adapters::sim::TenancyOptions options;
    options.faults.no_shape = {ShapeRule{two, "VM.Standard.E4.Flex", hidden}};
    options.faults.out_of_capacity = {{one, "", 0}};
    Plan plan = plan_of(1);
    plan.migrations[0].fields.set("further_ads",
                                  R"(["Uocm:SA-BOGOTA-1-AD-2","Uocm:SA-BOGOTA-1-AD-3"])");
    Rehearsal rehearsal(options);
    CHECK(rehearsal.run(plan).done == 1);
    CHECK(generation(rehearsal, "launch-instance") == (hidden ? 3 : 2));
    check_each_made_once(rehearsal, 1);
  }
  // There is no other place.
  adapters::sim::TenancyOptions options;
  options.faults.no_shape = {ShapeRule{one, "VM.Standard.E4.Flex", true}};
  Rehearsal rehearsal(options);
  CHECK(rehearsal.run(plan_of(1)).parked == 1);
}

TEST_CASE("an address or cores that another has are lacking, those of our own instance are not") {
  Plan plan = plan_of(1);
  plan.migrations[0].fields.set("launch_options",
                                R"({"privateIp": "10.0.0.9", "hostnameLabel": "Web"})");
  plan.migrations[0].fields.set("shape_config", R"({"ocpus": 2, "memoryInGBs": 16})");
  adapters::sim::TenancyOptions options;
  options.faults.limits = {{"standard-e4-core-count", 2}};
  Rehearsal whole(options);
  REQUIRE(whole.run(plan, approving()).done == 1);
  // The ledger forgets all but the start; what was made is found again.
  whole.store().truncate(3);
  whole.let_lists_catch_up();
  CHECK(whole.run(plan, approving()).done == 1);
  check_each_made_once(whole, 1);
  // The other's is in the way.
  for (const char* wanted : {R"({"privateIp": "10.0.0.9"})", R"({"hostnameLabel": "web"})", "{}"}) {
    INFO(wanted);
    Plan other = plan_of(2);
    other.migrations.erase(other.migrations.begin());
    other.migrations[0].fields.set("launch_options", wanted);
    const auto result = whole.run(other, approving());
    CHECK(result.parked == 1);
    whole.store().truncate(1);
  }
}

TEST_CASE("a lost launch followed by a lack of capacity still gets to the next place") {
  adapters::sim::TenancyOptions options;
  options.faults.scripted.push_back(fault_at(Fault::lost_before, "POST", "/20160918/instances"));
  options.faults.out_of_capacity = {{"Uocm:SA-BOGOTA-1-AD-1", "", 0}};
  Plan plan = plan_of(1);
  plan.migrations[0].fields.set("further_ads", R"(["Uocm:SA-BOGOTA-1-AD-2"])");
  Rehearsal rehearsal(options);
  const RunResult result = rehearsal.run(plan);
  INFO(rehearsal.state("web-1").reason);
  CHECK(result.done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("a limit that is used up parks, when it was raised, the next run goes on") {
  for (const char* path : {"/20160918/images", "/20160918/instances"}) {
    INFO(path);
    adapters::sim::TenancyOptions options;
    options.faults.scripted.push_back(fault_at(Fault::limit_exceeded, "POST", path));
    Rehearsal rehearsal(options);
    const RunResult first = rehearsal.run(plan_of(1));
    CHECK(first.parked == 1);
    CHECK(workflow::exit_code(first) == 3);
    CHECK(rehearsal.state("web-1").need.find("limit") != std::string::npos);
    CHECK(rehearsal.run(plan_of(1)).done == 1);
    check_each_made_once(rehearsal, 1);
  }
}

TEST_CASE("a refusal for good fails the migration, an accepted change of plan goes on") {
  Plan plan = plan_of(1);
  // What no check can see: OCI measures the metadata at the launch.
  plan.migrations[0].fields.set("metadata", R"({"text": ")" + std::string(40'000, 'x') + "\"}");
  Rehearsal rehearsal;
  const RunResult first = rehearsal.run(plan);
  INFO(rehearsal.state("web-1").reason);
  CHECK(first.failed == 1);
  CHECK(workflow::exit_code(first) == 1);
  CHECK(rehearsal.run(plan).failed == 1);  // nothing has changed
  plan.migrations[0].fields.set("metadata", R"({"text": "short"})");
  workflow::RunOptions options;
  options.accept_plan_change = true;
  CHECK(rehearsal.run(plan, options).done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("what a check refuses waits before anything is made, an accepted change goes on") {
  Plan plan = plan_of(1);
  plan.migrations[0].fields.set("shape_config", R"({"ocpus": 100000, "memoryInGBs": 16})");
  Rehearsal rehearsal;
  const RunResult first = rehearsal.run(plan);
  CHECK(first.parked == 1);
  CHECK(workflow::exit_code(first) == 3);
  CHECK_THAT(rehearsal.state("web-1").reason, Catch::Contains("must be from 1 to 114"));
  CHECK(rehearsal.created("image").empty());
  plan.migrations[0].fields.set("shape_config", R"({"ocpus": 2, "memoryInGBs": 16})");
  workflow::RunOptions options;
  options.accept_plan_change = true;
  CHECK(rehearsal.run(plan, options).done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("lists that are very late make nothing twice") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    adapters::sim::TenancyOptions options;
    options.seed = seed;
    options.durations.list_lag = {60s, 8min};
    options.durations.search_lag = {5min, 9min};
    for (const auto fault : {Fault::lost_before, Fault::lost_after, Fault::error_after})
      options.faults.rates[static_cast<std::size_t>(fault)] = 0.1;
    Rehearsal rehearsal(options);
    const RunResult result = rehearsal.run_with_kills(plan_of(3), 9, 30);
    INFO("seed " << seed << ": " << rehearsal.state("web-1").reason);
    CHECK(result.done == 3);
    check_each_made_once(rehearsal, 3);
  }
}

TEST_CASE("a pre-authenticated request whose URL was lost with the reply is made again") {
  for (const char* region : {"us-ashburn-1", "sa-bogota-1"}) {
    INFO(region);
    Plan plan = plan_of(1);
    plan.migrations[0].fields.set("transfer", "par");
    adapters::sim::TenancyOptions options;
    Rehearsal probe(options);
    const std::string path = "/n/" + probe.tenancy().object_namespace() + "/b/migration-staging/p";
    options.faults.scripted.push_back(fault_at(Fault::lost_after, "POST", path, region));
    Rehearsal rehearsal(options);
    const RunResult result = rehearsal.run(plan);
    INFO(rehearsal.state("web-1").reason);
    CHECK(result.done == 1);
    check_each_made_once(rehearsal, 1);
    // No URL is left behind.
    const auto report = boost::json::parse(rehearsal.tenancy().report());
    for (const auto& held : report.at("held").as_array())
      CHECK(held.at("kind").as_string() != "par");
  }
}

TEST_CASE("lost replies and kills, by pre-authenticated requests, make nothing twice") {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    adapters::sim::TenancyOptions options;
    options.seed = seed;
    for (const auto fault :
         {Fault::lost_before, Fault::lost_after, Fault::error_after, Fault::delayed})
      options.faults.rates[static_cast<std::size_t>(fault)] = 0.06;
    Plan plan = plan_of(2);
    for (auto& migration : plan.migrations) migration.fields.set("transfer", "par");
    Rehearsal rehearsal(options);
    RunResult result = rehearsal.run_with_kills(plan, 13, 10);
    INFO("seed " << seed << ": " << rehearsal.state("web-1").reason << " / "
                 << rehearsal.state("web-2").reason);
    CHECK(result.done == 2);
    check_each_made_once(rehearsal, 2);
  }
}

TEST_CASE("what an imported state file names is taken over, and not taken to be in the way") {
  Rehearsal rehearsal;
  Plan plan = plan_of(1);
  rehearsal.tenancy().provision(plan.migrations[0]);
  const auto image = someone_makes_image(rehearsal, "web-1-image");
  plan.migrations[0].fields.set("claimed_source_image_id", image);
  const RunResult result = rehearsal.run(plan);
  INFO(rehearsal.state("web-1").reason);
  CHECK(result.done == 1);
  CHECK(rehearsal.state("web-1").facts.get("image_id") == image);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("what an imported state file names wrongly is made") {
  Rehearsal rehearsal;
  Plan plan = plan_of(1);
  plan.migrations[0].fields.set("claimed_source_image_id", "ocid1.image.oc1.iad.gone");
  CHECK(rehearsal.run(plan).done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("downtime of a running source is asked about once, and approved by a later run") {
  Plan plan = plan_of(1);
  plan.migrations[0].fields.set("allow_source_downtime", "false");
  Rehearsal rehearsal;
  const RunResult first = rehearsal.run(plan);
  CHECK(first.parked == 1);
  CHECK(rehearsal.created("image").empty());
  CHECK(rehearsal.run(plan).parked == 1);
  workflow::RunOptions options;
  options.approvals = workflow::approve_all();
  CHECK(rehearsal.run(plan, options).done == 1);
  check_each_made_once(rehearsal, 1);
}

namespace {

RunResult run_behind(Rehearsal& rehearsal, const Plan& plan, std::vector<AnswerRule> rules,
                     workflow::RunOptions options = approving()) {
  for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
  AnsweringCloud cloud(rehearsal.tenancy(), std::move(rules));
  workflow::Executor executor(rehearsal.store(), cloud, cloud,
                              *workflow::workflow_named(plan.workflow), std::move(options));
  const RunResult result = executor.run(plan);
  CHECK(cloud.answered > 0);
  return result;
}

}  // namespace

TEST_CASE("an error that passes by itself does not end a move, wherever it comes") {
  struct Error {
    int status;
    const char* code;
  };
  const Error errors[] = {{409, "Conflict"},
                          {409, "IncorrectState"},
                          {400, "RelatedResourceNotAuthorizedOrNotFound"},
                          {400, "InsufficientServicePermissions"},
                          {400, "ResourceDisabled"},
                          {404, "NotAuthorizedOrNotFound"},
                          {429, "TooManyRequests"},
                          {500, "InternalServerError"},
                          {503, "ServiceUnavailable"}};
  for (const char* path : {"/images", "/actions/export", "/actions/copyObject", "/instances"}) {
    for (const auto& error : errors) {
      INFO(path << ": " << error.status << " " << error.code);
      Rehearsal rehearsal;
      const auto result = run_behind(rehearsal, plan_of(1),
                                     {{"POST", path, error_reply(error.status, error.code), 1, 2}});
      INFO(rehearsal.state("web-1").reason);
      CHECK(result.done == 1);
      check_each_made_once(rehearsal, 1);
    }
  }
}

TEST_CASE("what stays not found asks a person soon, and says what to check") {
  for (const int status : {400, 404}) {
    Rehearsal rehearsal;
    const Time begun = rehearsal.tenancy().clock();
    const char* code =
        status == 400 ? "RelatedResourceNotAuthorizedOrNotFound" : "NotAuthorizedOrNotFound";
    const auto result = run_behind(rehearsal, plan_of(1),
                                   {{"POST", "/images", error_reply(status, code), 1, 1000}});
    CHECK(result.parked == 1);
    CHECK(exit_code(result) == 3);
    CHECK(rehearsal.state("web-1").attempt.sends == 4);
    CHECK(rehearsal.tenancy().clock() - begun < 10min);
    CHECK_THAT(rehearsal.state("web-1").need, Catch::Contains("policies"));
    // Mended, it goes on.
    CHECK(rehearsal.run(plan_of(1)).done == 1);
    check_each_made_once(rehearsal, 1);
  }
}

TEST_CASE("a conflict that stays asks a person after the attempts of the plan") {
  Rehearsal rehearsal;
  const auto result = run_behind(rehearsal, plan_of(1),
                                 {{"POST", "/images", error_reply(409, "Conflict"), 1, 1000}});
  CHECK(result.parked == 1);
  CHECK(rehearsal.state("web-1").attempt.sends == 8);
  CHECK_THAT(rehearsal.state("web-1").reason, Catch::Contains("Conflict"));
  CHECK(rehearsal.run(plan_of(1)).done == 1);
}

TEST_CASE("a locked resource asks a person at once") {
  Rehearsal rehearsal;
  const auto result = run_behind(
      rehearsal, plan_of(1), {{"POST", "/images", error_reply(409, "ResourceLocked"), 1, 1000}});
  CHECK(result.parked == 1);
  CHECK(rehearsal.state("web-1").attempt.sends == 1);
  CHECK_THAT(rehearsal.state("web-1").need, Catch::Contains("lock removed"));
}

TEST_CASE("a copy that a missing policy forbids asks for the policy at once") {
  adapters::sim::TenancyOptions options;
  options.faults.no_service_policy = true;
  Rehearsal rehearsal(options);
  const auto result = rehearsal.run(plan_of(1));
  CHECK(result.parked == 1);
  CHECK(exit_code(result) == 3);
  const auto state = rehearsal.state("web-1");
  CHECK_THAT(state.need,
             Catch::Contains("Allow service objectstorage-us-ashburn-1 to manage object-family"));
  CHECK(rehearsal.created("object-copy").size() <= 1);
  // As often as it is asked, it is not taken to have failed for good.
  for (int again = 0; again < 4; ++again) CHECK(rehearsal.run(plan_of(1)).parked == 1);
  options.faults.no_service_policy = false;
  rehearsal.reopen(options);
  CHECK(rehearsal.run(plan_of(1)).done == 1);
}

TEST_CASE("a read that is refused for good asks a person, and not for ever again") {
  for (const auto& [status, code] : {std::pair{400, "InvalidParameter"}, {403, "NotAuthorized"}}) {
    Rehearsal rehearsal;
    const auto result = run_behind(rehearsal, plan_of(1),
                                   {{"GET", "/images", error_reply(status, code), 1, 100000}});
    INFO(code);
    CHECK(result.parked == 1);
    CHECK_THAT(rehearsal.state("web-1").reason, Catch::Contains(code));
    CHECK(rehearsal.state("web-1").reading.failures == 8);
  }
}

TEST_CASE("a service that is away for an hour is waited for, and no longer") {
  Rehearsal rehearsal;
  const Time begun = rehearsal.tenancy().clock();
  const auto result =
      run_behind(rehearsal, plan_of(1),
                 {{"GET", "/images", error_reply(503, "ServiceUnavailable"), 1, 100000}});
  CHECK(result.parked == 1);
  const Duration waited = rehearsal.tenancy().clock() - begun;
  CHECK(waited >= 1h);
  CHECK(waited < 2h);
  CHECK_THAT(rehearsal.state("web-1").reason, Catch::Contains("ServiceUnavailable"));
  // Whoever runs again grants the same hour again.
  const Time again = rehearsal.tenancy().clock();
  CHECK(run_behind(rehearsal, plan_of(1),
                   {{"GET", "/images", error_reply(503, "ServiceUnavailable"), 1, 100000}})
            .parked == 1);
  CHECK(rehearsal.tenancy().clock() - again >= 1h);
  CHECK(rehearsal.run(plan_of(1)).done == 1);
  check_each_made_once(rehearsal, 1);
}

}  // namespace migledger::testing
