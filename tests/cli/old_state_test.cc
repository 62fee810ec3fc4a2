// What the old migration script had begun is taken over, once, and gone on from.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "adapters/sim/tenancy.h"
#include "tests/support/sample_config.h"
#include "tests/support/simulated_plan.h"

using namespace migledger;
using namespace migledger::testing;
namespace json = boost::json;
namespace sim = adapters::sim;

namespace {

const std::vector<std::string> kRun = {"run",      "--cloud", "sim",         "--yes", "--json",
                                       "--ledger", "ledger",  "--sim-speed", "0"};

// What the old script did in the tenancy before it was given up: an image, and perhaps its export,
// under the names that it used.
class OldScript {
 public:
  OldScript(const std::string& directory, const json::object& config)
      : config_(config), store_(sim::open_disk_store(directory)) {
    sim::TenancyOptions options;
    options.start = Time(std::chrono::seconds(1'790'000'000));
    tenancy_ = std::make_unique<sim::Tenancy>(options, store_.get());
    workflow::PlannedMigration migration;
    migration.name = "source";
    for (const auto& [key, value] : config)
      migration.fields.set(std::string(key), std::string(value.as_string()));
    tenancy_->provision(migration);
    now_ = tenancy_->clock();
  }

  std::string create_image() {
    return text_of(post("images", {{"compartmentId", config_.at("source_compartment_id")},
                                   {"displayName", config_.at("new_image_name")},
                                   {"instanceId", config_.at("source_instance_id")}}),
                   "id");
  }

  void export_image(const std::string& image) {
    post("images/" + image + "/actions/export",
         {{"destinationType", "objectStorageTuple"},
          {"namespaceName", tenancy_->object_namespace()},
          {"bucketName", config_.at("migration_bucket_name")},
          {"objectName", config_.at("new_image_name")},
          {"exportFormat", "OCI"}});
  }

 private:
  // Sends, and lets the time pass that what it begins takes.
  json::object post(const std::string& path, const json::object& body) {
    workflow::Request request;
    request.region = std::string(config_.at("source_region").as_string());
    request.method = "POST";
    request.path = "/20160918/" + path;
    request.body = json::serialize(body);
    const auto reply = tenancy_->handle(request, now_);
    now_ += std::chrono::hours(1);
    tenancy_->keep_clock(now_);
    REQUIRE(reply.ok());
    return json::parse(reply.body).as_object();
  }

  const json::object config_;
  std::unique_ptr<sim::StateStore> store_;
  std::unique_ptr<sim::Tenancy> tenancy_;
  Time now_{};
};

json::object old_state(const std::string& image, bool exported) {
  return {{"source_image_id", image},
          {"source_image_available", true},
          {"source_image_details",
           {{"os", "Oracle Linux"}, {"os_ver", "8"}, {"launch_mode", "PARAVIRTUALIZED"}}},
          {"image_export_complete", exported},
          {"target_image_id", nullptr},
          {"target_instance_id", nullptr},
          {"target_instance_running", false}};
}

unsigned claimed(const std::vector<json::object>& events) {
  unsigned count = 0;
  for (const auto& event : events_of_kind(events, "outcome"))
    count += text_of(event.at("body").as_object(), "how") == "claimed";
  return count;
}

}  // namespace

TEST_CASE("The image and the export of the old script are taken over, and made no second time") {
  const bool exported = GENERATE(false, true);
  Workplace work;
  auto config = test::old_config();
  config["state_file_path"] = "migration_state.json";
  work.write("config.json", json::serialize(config));
  std::string image;
  {
    OldScript script(work / "ledger.sim", config);
    image = script.create_image();
    REQUIRE_FALSE(image.empty());
    if (exported) script.export_image(image);
  }
  work.write("migration_state.json", json::serialize(old_state(image, exported)));

  const auto result = work.run(kRun);
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
  auto expected = std::map<std::string, unsigned>{
      {"image", 1}, {"object-copy", 1}, {"export", 1}, {"imported-image", 1},
      {"claim", 1}, {"instance", 1},    {"bucket", 1}};
  CHECK(created_counts(work, "ledger.sim") == expected);
  const auto events = history_of(work, "ledger");
  CHECK(claimed(events) == (exported ? 2 : 1));

  // The file is not needed any more, and what it says later changes nothing.
  std::filesystem::remove(work / "migration_state.json");
  CHECK(work.run(kRun).exit_code == 0);
  CHECK(created_counts(work, "ledger.sim") == expected);
}

TEST_CASE("A claim that the cloud does not bear out is not believed") {
  Workplace work;
  auto config = test::old_config();
  config["state_file_path"] = "migration_state.json";
  work.write("config.json", json::serialize(config));
  work.write("migration_state.json",
             json::serialize(old_state("ocid1.image.oc1.iad.aaaaaaaagone", true)));
  const auto result = work.run(kRun);
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(claimed(history_of(work, "ledger")) == 0);
  CHECK(created_counts(work, "ledger.sim").at("image") == 1);
}
