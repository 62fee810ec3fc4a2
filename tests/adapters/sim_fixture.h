// A tenancy to send requests to, and a migration's requests. Shared by the tests of the simulated
// tenancy.
#pragma once

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "adapters/sim/tenancy.h"

namespace migledger::adapters::sim::testing {

namespace json = boost::json;
using namespace std::chrono_literals;
using workflow::Reply;
using workflow::Request;
using workflow::Service;

inline const std::string kSource = "us-ashburn-1";
inline const std::string kTarget = "sa-bogota-1";
inline const std::string kInstance = "ocid1.instance.oc1.iad.source";
inline const std::string kCompartment = "ocid1.compartment.oc1..c";
inline const std::string kSubnet = "ocid1.subnet.oc1.sa-bogota-1.s";
inline const std::string kDomain = "Uocm:SA-BOGOTA-1-AD-1";

inline workflow::PlannedMigration planned(std::string name = "web",
                                          std::string instance = kInstance) {
  workflow::PlannedMigration m;
  m.name = std::move(name);
  m.fields = {{"source_region", kSource},
              {"target_region", kTarget},
              {"source_instance_id", instance},
              {"source_compartment_id", kCompartment},
              {"target_compartment_id", kCompartment},
              {"migration_bucket_name", "staging"},
              {"target_subnet_id", kSubnet},
              {"target_ad", kDomain},
              {"further_ads", R"(["Uocm:SA-BOGOTA-1-AD-2"])"}};
  return m;
}

class Bench {
 public:
  explicit Bench(Faults faults = {}, std::uint64_t seed = 7, StateStore* store = nullptr,
                 int data_volumes = 0) {
    TenancyOptions options;
    options.seed = seed;
    options.data_volumes = data_volumes;
    options.start = *parse_rfc3339("2026-11-23T05:00:00Z");
    options.faults = std::move(faults);
    now = options.start;
    tenancy = std::make_unique<Tenancy>(options, store);
    tenancy->provision(planned());
    now = std::max(now, tenancy->clock());
  }

  Reply send(Request r, Fault fault = Fault::none) { return tenancy->handle(r, now, fault); }

  Reply core(std::string region, std::string method, std::string path, json::object body = {},
             std::string token = {}, Fault fault = Fault::none) {
    Request r;
    r.region = std::move(region);
    r.method = std::move(method);
    const auto question = path.find('?');
    if (question != std::string::npos) r.query = path.substr(question + 1);
    r.path = "/20160918/" + path.substr(0, question);
    if (!body.empty()) r.body = json::serialize(body);
    r.retry_token = std::move(token);
    return send(std::move(r), fault);
  }

  Reply objects(std::string region, std::string method, std::string path, std::string body = {},
                std::string if_none_match = {}, Fault fault = Fault::none) {
    Request r;
    r.region = std::move(region);
    r.service = Service::object_storage;
    r.method = std::move(method);
    const auto question = path.find('?');
    if (question != std::string::npos) r.query = path.substr(question + 1);
    r.path = path.substr(0, question);
    r.body = std::move(body);
    r.if_none_match = std::move(if_none_match);
    return send(std::move(r), fault);
  }

  std::string bucket(std::string name = "staging") {
    return "/n/" + tenancy->object_namespace() + "/b/" + name;
  }

  // ---- the steps of a migration ----
  Reply create_image(std::string token = {}, Fault fault = Fault::none,
                     std::string instance = kInstance) {
    return core(kSource, "POST", "images",
                {{"compartmentId", kCompartment},
                 {"displayName", "copy"},
                 {"instanceId", instance},
                 {"freeformTags", {{"migledger-key", "key-1"}}}},
                std::move(token), fault);
  }
  Reply export_image(const std::string& image, std::string token = {}, Fault fault = Fault::none) {
    return core(kSource, "POST", "images/" + image + "/actions/export",
                {{"destinationType", "objectStorageTuple"},
                 {"namespaceName", tenancy->object_namespace()},
                 {"bucketName", "staging"},
                 {"objectName", "copy.oci"},
                 {"exportFormat", "OCI"}},
                std::move(token), fault);
  }
  Reply create_bucket(std::string region = kTarget, std::string name = "staging") {
    return objects(region, "POST", "/n/" + tenancy->object_namespace() + "/b",
                   json::serialize(json::object{{"name", name}, {"compartmentId", kCompartment}}));
  }
  Reply copy(Fault fault = Fault::none, std::string etag = {}) {
    json::object body{{"sourceObjectName", "copy.oci"},
                      {"destinationRegion", kTarget},
                      {"destinationNamespace", tenancy->object_namespace()},
                      {"destinationBucket", "staging"},
                      {"destinationObjectName", "copy.oci"},
                      {"destinationObjectIfNoneMatchETag", "*"}};
    if (!etag.empty()) body["sourceObjectIfMatchETag"] = etag;
    return objects(kSource, "POST", bucket() + "/actions/copyObject", json::serialize(body), {},
                   fault);
  }
  Reply import(std::string token = {}, Fault fault = Fault::none) {
    return core(kTarget, "POST", "images",
                {{"compartmentId", kCompartment},
                 {"displayName", "copy"},
                 {"imageSourceDetails",
                  {{"sourceType", "objectStorageTuple"},
                   {"namespaceName", tenancy->object_namespace()},
                   {"bucketName", "staging"},
                   {"objectName", "copy.oci"}}}},
                std::move(token), fault);
  }
  json::object launch_body(const std::string& image) {
    return {{"availabilityDomain", kDomain},
            {"compartmentId", kCompartment},
            {"displayName", "web"},
            {"shape", "VM.Standard.E4.Flex"},
            {"shapeConfig", {{"ocpus", 1}, {"memoryInGBs", 16}}},
            {"sourceDetails", {{"sourceType", "image"}, {"imageId", image}}},
            {"createVnicDetails", {{"subnetId", kSubnet}}}};
  }
  Reply launch(const std::string& image, std::string token = {}, Fault fault = Fault::none) {
    return core(kTarget, "POST", "instances", launch_body(image), std::move(token), fault);
  }

  // An image in the target region, AVAILABLE; returns its OCID.
  std::string imported() {
    const std::string image = id(create_image());
    now += 13min;
    REQUIRE(export_image(image).status == 200);
    now += 16min;
    create_bucket();
    REQUIRE(copy().status == 202);
    now += 11min;
    const std::string made = id(import());
    now += 16min;
    return made;
  }

  static json::value body(const Reply& r) { return json::parse(r.body); }
  static std::string id(const Reply& r) { return get(r, "id"); }
  static std::string get(const Reply& r, std::string_view name) {
    REQUIRE(r.ok());
    return std::string(body(r).at(name).as_string());
  }
  static std::string code(const Reply& r) { return std::string(body(r).at("code").as_string()); }
  std::string state(const std::string& region, const std::string& path) {
    return get(core(region, "GET", path), "lifecycleState");
  }
  // How often each kind was created.
  int created(std::string_view kind) {
    int n = 0;
    const json::value report = json::parse(tenancy->report());
    for (const auto& c : report.at("created").as_array()) n += c.at("kind").as_string() == kind;
    return n;
  }

  Time now;
  std::unique_ptr<Tenancy> tenancy;
};

}  // namespace migledger::adapters::sim::testing
