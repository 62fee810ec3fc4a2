// Replication and archived objects in the simulated tenancy.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/adapters/sim_fixture.h"

namespace migledger::adapters::sim::testing {

namespace {

// Two buckets of one name, and a policy between them.
struct Replicated : Bench {
  explicit Replicated(StateStore* store = nullptr) : Bench({}, 7, store) {
    REQUIRE(create_bucket().ok());
  }

  Reply make(std::string region = kSource, std::string target_region = kTarget,
             std::string from = "staging", std::string to = "staging") {
    return objects(region, "POST", bucket(from) + "/replicationPolicies",
                   json::serialize(json::object{{"name", "p"},
                                                {"destinationRegionName", target_region},
                                                {"destinationBucketName", to}}));
  }
  Reply put(std::string name, std::string content, std::string region = kSource) {
    return objects(region, "PUT", bucket() + "/o/" + name, std::move(content));
  }
  Reply head(std::string name, std::string region = kTarget) {
    return objects(region, "HEAD", bucket() + "/o/" + name);
  }
  json::object policy() {
    return body(objects(kSource, "GET", bucket() + "/replicationPolicies")).at(0).as_object();
  }
  bool flag(const std::string& region, std::string_view name) {
    return body(objects(region, "GET", bucket())).at(name).as_bool();
  }
  Time synced() { return *parse_rfc3339(std::string(policy().at("timeLastSync").as_string())); }
};

}  // namespace

TEST_CASE("Replication carries what is written after the policy, with ETag and MD5") {
  Replicated sim;
  REQUIRE(sim.put("before", "1").ok());
  REQUIRE(sim.make().ok());
  const Reply written = sim.put("after", "2");
  sim.now += 5min;
  CHECK(sim.head("before").status == 404);
  const Reply replica = sim.head("after");
  REQUIRE(replica.ok());
  CHECK(replica.etag() == written.etag());
  CHECK(replica.header("content-md5") == written.header("opc-content-md5"));
  // Overwritten and deleted, too.
  const Reply again = sim.put("after", "3");
  sim.now += 5min;
  CHECK(sim.head("after").etag() == again.etag());
  CHECK(sim.objects(kSource, "DELETE", sim.bucket() + "/o/after").status == 204);
  sim.now += 5min;
  CHECK(sim.head("after").status == 404);
}

TEST_CASE("The last write wins, however many are on their way") {
  Replicated sim;
  REQUIRE(sim.make().ok());
  Reply last;
  for (int i = 0; i < 20; ++i) {
    last = sim.put("x", std::to_string(i));
    sim.now += 1s;
  }
  sim.now += 10min;
  CHECK(sim.head("x").etag() == last.etag());
}

TEST_CASE("The time of the last sync passes a change only when it has arrived") {
  Replicated sim;
  REQUIRE(sim.make().ok());
  sim.now += 10min;
  const Time quiet = sim.synced();
  CHECK(quiet > sim.now - 2min);
  sim.now += 1s;
  const Time written = sim.now;
  REQUIRE(sim.put("x", "1").ok());
  bool arrived = false;
  for (int i = 0; i < 300 && !arrived; ++i) {
    sim.now += 1s;
    arrived = sim.head("x").ok();
    if (!arrived) REQUIRE(sim.synced() < written);
  }
  REQUIRE(arrived);
  sim.now += 2min;
  CHECK(sim.synced() > written);
}

TEST_CASE("The target of a policy is read-only until it is made writable") {
  Replicated sim;
  REQUIRE(sim.make().ok());
  CHECK(sim.flag(kTarget, "isReadOnly"));
  CHECK(sim.flag(kSource, "replicationEnabled"));
  CHECK(sim.put("x", "1", kTarget).status == 409);
  REQUIRE(sim.put("x", "1").ok());
  CHECK(sim.objects(kSource, "POST", sim.bucket() + "/actions/copyObject",
                    json::serialize(
                        json::object{{"sourceObjectName", "x"},
                                     {"destinationRegion", kTarget},
                                     {"destinationNamespace", sim.tenancy->object_namespace()},
                                     {"destinationBucket", "staging"},
                                     {"destinationObjectName", "y"}}))
            .status == 409);
  CHECK(sim.objects(kTarget, "DELETE", sim.bucket()).status == 409);
  const json::value sources =
      sim.body(sim.objects(kTarget, "GET", sim.bucket() + "/replicationSources"));
  CHECK(sources.at(0).at("sourceRegionName").as_string() == kSource);
  const std::string id(sim.policy().at("id").as_string());
  CHECK(sim.objects(kSource, "DELETE", sim.bucket() + "/replicationPolicies/" + id).status == 204);
  CHECK(sim.put("z", "1", kTarget).status == 409);
  CHECK(sim.objects(kTarget, "POST", sim.bucket() + "/actions/makeBucketWritable").status == 204);
  CHECK(sim.put("z", "1", kTarget).ok());
}

TEST_CASE("A copy that lands in a bucket that became read-only fails") {
  Replicated sim;
  REQUIRE(sim.put("x", "1").ok());
  const Reply copy = sim.objects(
      kSource, "POST", sim.bucket() + "/actions/copyObject",
      json::serialize(json::object{{"sourceObjectName", "x"},
                                   {"destinationRegion", kTarget},
                                   {"destinationNamespace", sim.tenancy->object_namespace()},
                                   {"destinationBucket", "staging"},
                                   {"destinationObjectName", "x"}}));
  REQUIRE(copy.status == 202);
  REQUIRE(sim.make().ok());
  sim.now += 1min;
  CHECK(sim.head("x").status == 404);
  CHECK(sim.get(sim.objects(kSource, "GET", "/workRequests/" + std::string(copy.work_request())),
                "status") == "FAILED");
}

TEST_CASE("A bucket has one policy, and replication is not chained") {
  Replicated sim;
  CHECK(sim.make(kSource, kTarget, "staging", "none").status == 404);
  CHECK(sim.make(kSource, "eu-nowhere-1").status == 400);
  CHECK(sim.make(kSource, kSource).status == 400);
  REQUIRE(sim.make().ok());
  CHECK(sim.make().status == 409);
  REQUIRE(sim.create_bucket(kTarget, "further").ok());
  CHECK(sim.make(kTarget, kTarget, "staging", "further").status == 409);
  REQUIRE(sim.create_bucket(kSource, "other").ok());
  CHECK(sim.make(kSource, kTarget, "other", "staging").status == 409);
  CHECK(sim.created("replication-policy") == 1);
}

TEST_CASE("A policy whose target was made writable is a client error, and syncs no more") {
  Replicated sim;
  REQUIRE(sim.make().ok());
  sim.now += 5min;
  const Time before = sim.synced();
  REQUIRE(sim.objects(kTarget, "POST", sim.bucket() + "/actions/makeBucketWritable").status == 204);
  REQUIRE(sim.put("x", "1").ok());
  sim.now += 20min;
  CHECK(sim.policy().at("status").as_string() == "CLIENT_ERROR");
  CHECK(sim.synced() == before);
  CHECK(sim.head("x").status == 404);
}

TEST_CASE("Policies and what is on its way outlive the process") {
  MemoryStore store;
  Time now;
  std::string etag;
  {
    Replicated sim(&store);
    REQUIRE(sim.make().ok());
    etag = sim.put("x", "1").etag();
    now = sim.now;
  }
  Tenancy again({}, &store);
  Request head;
  head.region = kTarget;
  head.service = Service::object_storage;
  head.method = "HEAD";
  head.path = "/n/" + again.object_namespace() + "/b/staging/o/x";
  CHECK(again.handle(head, now).status == 404);
  CHECK(again.handle(head, now + 10min).etag() == etag);
}

TEST_CASE("A listing has a beginning, an end and pages") {
  Replicated sim;
  for (const char* name : {"a", "b", "c", "d"}) REQUIRE(sim.put(name, "1").ok());
  const auto list = [&](const std::string& query) {
    return sim.body(sim.objects(kSource, "GET", sim.bucket() + "/o?" + query));
  };
  CHECK(list("start=b&end=d").at("objects").as_array().size() == 2);
  const json::value page = list("limit=2&fields=name,size,storageTier");
  CHECK(page.at("objects").at(1).at("name").as_string() == "b");
  CHECK(page.at("objects").at(1).at("storageTier").as_string() == "Standard");
  CHECK(page.at("nextStartWith").as_string() == "c");
  CHECK(list("start=c&limit=2").as_object().if_contains("nextStartWith") == nullptr);
  const json::value bucket = sim.body(
      sim.objects(kSource, "GET", sim.bucket() + "?fields=approximateCount,approximateSize"));
  CHECK(bucket.at("approximateCount").to_number<int>() == 4);
  CHECK(bucket.at("approximateSize").to_number<int>() == 4);
}

TEST_CASE("An archived object is copied only once it is restored, one under a foreign key never") {
  TenancyOptions options;
  options.start = *parse_rfc3339("2026-11-23T05:00:00Z");
  options.bucket_objects = 3;
  options.faults.archived_objects = 1;
  options.faults.customer_key_objects = 1;
  Tenancy tenancy(options, nullptr);
  workflow::PlannedMigration plan = planned();
  plan.fields.set("source_bucket_name", "pictures");
  tenancy.provision(plan);
  Time now = options.start;
  const auto ask = [&](std::string method, std::string path, json::object body) {
    Request r;
    r.region = kSource;
    r.service = Service::object_storage;
    r.method = std::move(method);
    r.path = "/n/" + tenancy.object_namespace() + "/b/pictures" + path;
    r.body = json::serialize(body);
    return tenancy.handle(r, now);
  };
  const auto copy = [&](const std::string& name) {
    return ask("POST", "/actions/copyObject",
               {{"sourceObjectName", name},
                {"destinationRegion", kSource},
                {"destinationNamespace", tenancy.object_namespace()},
                {"destinationBucket", "pictures"},
                {"destinationObjectName", name + ".copy"}});
  };
  CHECK(copy("data/0000001").status == 409);
  CHECK(copy("data/0000002").status == 202);
  CHECK(copy("data/0000003").status == 400);
  const auto restore = [&](const std::string& name) {
    return ask("POST", "/actions/restoreObjects", {{"objectName", name}}).status;
  };
  CHECK(restore("data/0000002") == 409);
  CHECK(restore("none") == 404);
  CHECK(restore("data/0000001") == 202);
  CHECK(copy("data/0000001").status == 409);
  now += 2h;
  CHECK(copy("data/0000001").status == 202);
}

TEST_CASE("Somebody writes on his own for as long as he was told to") {
  TenancyOptions options;
  options.start = *parse_rfc3339("2026-11-23T05:00:00Z");
  options.bucket_objects = 2;
  options.writes_for = 5min;
  options.writes_every = 30s;
  Tenancy tenancy(options, nullptr);
  workflow::PlannedMigration plan = planned();
  plan.fields.set("source_bucket_name", "pictures");
  tenancy.provision(plan);
  const auto count = [&](Time now) {
    Request r;
    r.region = kSource;
    r.service = Service::object_storage;
    r.path = "/n/" + tenancy.object_namespace() + "/b/pictures/o";
    return json::parse(tenancy.handle(r, now).body).at("objects").as_array().size();
  };
  CHECK(count(options.start) == 2);
  const auto during = count(options.start + 2min);
  CHECK(during > 2);
  const auto after = count(options.start + 6min);
  CHECK(after > during);
  CHECK(count(options.start + 60min) == after);
}

}  // namespace migledger::adapters::sim::testing
