#include "tests/bench/old_approach.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <functional>
#include <queue>
#include <stdexcept>

#include "tests/bench/ledgers.h"
#include "workflow/steps/oci_api.h"

namespace migledger::bench {

namespace json = boost::json;
using namespace workflow;

namespace {

constexpr Duration kPause = std::chrono::seconds(30);

// A step of the script: a request that begins an operation, and one that asks whether it is over.
struct Operation {
  std::string_view region;  // of its work request
  bool of_object_storage = false;
  Request begin;
  Request poll;
  std::string_view done;  // the state to wait for
};

class Script {
 public:
  Script(const PlannedMigration& migration, const std::string& name_space)
      : plan_(migration.fields), name_space_(name_space) {
    // Named as migledger would, so that the tenancy takes as long for the one as for the other.
    const auto source = plan_.get("source_instance_id");
    const auto name = [&](std::string_view step) {
      return fmt::format("migledger/{}.oci",
                         idempotency_key(kLedgerId, migration.name, source, step, 1));
    };
    exported_ = name("export-image");
    copied_ = name("copy-object");
  }

  bool over() const { return step_ == 5; }
  // Whether the answer taken last said that it is not over yet.
  bool pauses() const { return pauses_; }

  // The next request of the script.
  Request next() const { return begun_ ? operation().poll : operation().begin; }

  // Takes its answer.
  void take(const Reply& reply, Time now, Detections& seen) {
    if (!reply.ok()) throw std::runtime_error("calls: the old approach got: " + reply.body);
    const auto value = parse_json(reply.body);
    const Operation current = operation();
    pauses_ = false;
    if (!begun_) {
      begun_ = true;
      work_request_ = reply.work_request();
      const auto id = text(value ? &*value : nullptr, "id");
      if (!id.empty()) id_ = id;
      return;
    }
    const auto state = text(&*value, current.of_object_storage ? "status" : "lifecycleState");
    pauses_ = state != current.done;
    if (pauses_) return;
    seen.push_back({std::string(current.region), current.of_object_storage, work_request_, now});
    begun_ = false;
    ++step_;
  }

 private:
  Operation operation() const {
    const auto source = plan_.get("source_region"), target = plan_.get("target_region");
    const auto bucket = plan_.get("migration_bucket_name");
    const std::string image = "images/" + percent_encode(id_);
    switch (step_) {
      case 0:
        return {
            source, false,
            post(core_get(source, "images"), {{"compartmentId", plan_.get("source_compartment_id")},
                                              {"instanceId", plan_.get("source_instance_id")},
                                              {"displayName", plan_.get("new_image_name")}}),
            core_get(source, image), "AVAILABLE"};
      case 1:
        return {source, false,
                post(core_get(source, image + "/actions/export"),
                     {{"destinationType", "objectStorageTuple"},
                      {"namespaceName", name_space_},
                      {"bucketName", bucket},
                      {"objectName", exported_},
                      {"exportFormat", "OCI"}}),
                core_get(source, image), "AVAILABLE"};
      case 2:
        return {
            source, true,
            post(storage(source, "POST", bucket_path(name_space_, bucket, "/actions/copyObject")),
                 {{"sourceObjectName", exported_},
                  {"destinationRegion", target},
                  {"destinationNamespace", name_space_},
                  {"destinationBucket", plan_.get("target_bucket_name")},
                  {"destinationObjectName", copied_}}),
            storage(source, "GET", "/workRequests/" + percent_encode(work_request_)), "COMPLETED"};
      case 3:
        return {
            target, false,
            post(core_get(target, "images"), {{"compartmentId", plan_.get("target_compartment_id")},
                                              {"displayName", plan_.get("new_image_name")},
                                              {"imageSourceDetails",
                                               {{"sourceType", "objectStorageTuple"},
                                                {"namespaceName", name_space_},
                                                {"bucketName", plan_.get("target_bucket_name")},
                                                {"objectName", copied_}}}}),
            core_get(target, image), "AVAILABLE"};
      default:
        return {target, false,
                post(core_get(target, "instances"),
                     {{"availabilityDomain", plan_.get("target_ad")},
                      {"compartmentId", plan_.get("target_compartment_id")},
                      {"displayName", plan_.get("new_instance_name")},
                      {"shape", plan_.get("target_instance_shape")},
                      {"shapeConfig", {{"ocpus", 1}, {"memoryInGBs", 8}}},
                      {"createVnicDetails", {{"subnetId", plan_.get("target_subnet_id")}}},
                      {"sourceDetails", {{"sourceType", "image"}, {"imageId", id_}}}}),
                core_get(target, "instances/" + percent_encode(id_)), "RUNNING"};
    }
  }

  static Request post(Request request, json::object body) {
    request.method = "POST";
    request.body = json::serialize(body);
    return request;
  }

  const ledger::Fields& plan_;
  const std::string& name_space_;
  std::string exported_, copied_;  // names of objects
  std::string id_;                 // of the image or instance made last
  std::string work_request_;
  int step_ = 0;
  bool begun_ = false;
  bool pauses_ = false;
};

}  // namespace

void run_old_approach(const Plan& plan, const std::string& name_space, CountingCloud& cloud,
                      Detections& seen) {
  std::vector<Script> scripts;
  for (const auto& migration : plan.migrations) scripts.emplace_back(migration, name_space);
  using Due = std::pair<Time, std::size_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  for (std::size_t n = 0; n < scripts.size(); ++n) due.emplace(cloud.now(), n);
  std::size_t left = scripts.size();
  while (left > 0) {
    for (; !due.empty() && due.top().first <= cloud.now() && cloud.capacity() > 0; due.pop())
      cloud.start(due.top().second, scripts[due.top().second].next());
    const auto completion = cloud.next(due.empty() ? Time::max() : due.top().first);
    if (!completion) continue;
    Script& script = scripts[completion->call];
    script.take(completion->reply, cloud.now(), seen);
    if (script.over()) {
      --left;
    } else {
      due.emplace(cloud.now() + (script.pauses() ? kPause : Duration::zero()), completion->call);
    }
  }
}

}  // namespace migledger::bench
