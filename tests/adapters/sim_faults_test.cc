// Faults: within the tenancy, and on the way to it.
#include <set>

#include "adapters/sim/wire.h"
#include "sim_fixture.h"

namespace migledger::adapters::sim::testing {

namespace {

Request get_instance() {
  Request r;
  r.region = kSource;
  r.path = "/20160918/instances/" + kInstance;
  return r;
}

Request create_request(Bench& b) {
  Request r;
  r.region = kSource;
  r.service = Service::object_storage;
  r.method = "PUT";
  r.path = b.bucket() + "/o/thing";
  r.body = "x";
  return r;
}

Faults scripted(Fault fault, std::uint64_t call = 1) {
  Faults f;
  ScriptedFault s;
  s.fault = fault;
  s.method = "PUT";
  s.path = "/n/";
  s.call = call;
  f.scripted.push_back(s);
  return f;
}

}  // namespace

TEST_CASE("a work request can fail", "[sim]") {
  Bench b;
  SECTION("of an image: it vanishes") {
    const Reply r = b.create_image("t", Fault::work_request_fails);
    b.now += 13min;
    CHECK(b.core(kSource, "GET", "images/" + Bench::id(r)).status == 404);
    CHECK(b.state(kSource, "instances/" + kInstance) == "RUNNING");
    const std::string work = "workRequests/" + std::string(r.work_request());
    CHECK(Bench::get(b.core(kSource, "GET", work), "status") == "FAILED");
    CHECK(Bench::body(b.core(kSource, "GET", work + "/errors")).as_array().size() == 1);
    CHECK(Bench::code(b.create_image("t")) == "InvalidatedRetryToken");
  }
  SECTION("of an export: the image is AVAILABLE, the object is not there") {
    const std::string image = Bench::id(b.create_image());
    b.now += 13min;
    const Reply r = b.export_image(image, {}, Fault::work_request_fails);
    CHECK(b.state(kSource, "images/" + image) == "EXPORTING");
    b.now += 16min;
    CHECK(b.state(kSource, "images/" + image) == "AVAILABLE");
    CHECK(b.objects(kSource, "HEAD", b.bucket() + "/o/copy.oci").status == 404);
    CHECK(Bench::get(b.core(kSource, "GET", "workRequests/" + std::string(r.work_request())),
                     "status") == "FAILED");
    CHECK(b.created("object") == 0);
  }
  SECTION("of a copy: nothing arrives") {
    b.create_bucket();
    b.objects(kSource, "PUT", b.bucket() + "/o/copy.oci", "x");
    const Reply r = b.copy(Fault::work_request_fails);
    b.now += 11min;
    CHECK(Bench::get(b.objects(kSource, "GET", "/workRequests/" + std::string(r.work_request())),
                     "status") == "FAILED");
    CHECK(b.objects(kTarget, "HEAD", b.bucket() + "/o/copy.oci").status == 404);
  }
  SECTION("of a launch: the instance ends") {
    const std::string image = b.imported();
    const Reply r = b.launch(image, {}, Fault::work_request_fails);
    b.now += 3min;
    CHECK(b.state(kTarget, "instances/" + Bench::id(r)) == "TERMINATED");
  }
}

TEST_CASE("there is no host where a rule says so", "[sim]") {
  Faults faults;
  faults.out_of_capacity = {{kDomain, "", 2}, {"Uocm:SA-BOGOTA-1-AD-2", "FAULT-DOMAIN-1", 0}};
  Bench b(faults);
  const std::string image = b.imported();
  for (int i = 0; i < 2; ++i) {
    const Reply r = b.launch(image, "t");
    CHECK(r.status == 500);
    CHECK(Bench::code(r) == "InternalError");
    CHECK(Bench::body(r).at("message").as_string() == "Out of host capacity.");
  }
  CHECK(b.launch(image, "t").ok());
  json::object body = b.launch_body(image);
  body["availabilityDomain"] = "Uocm:SA-BOGOTA-1-AD-2";
  body["faultDomain"] = "FAULT-DOMAIN-1";
  CHECK(b.core(kTarget, "POST", "instances", body).status == 500);
  body["faultDomain"] = "FAULT-DOMAIN-2";
  CHECK(b.core(kTarget, "POST", "instances", body).ok());
  CHECK(b.launch(image, {}, Fault::out_of_capacity).status == 500);
}

TEST_CASE("limits are enforced", "[sim]") {
  Faults faults;
  faults.limits = {{"custom-image-count", 1}};
  Bench b(faults);
  CHECK(Bench::code(b.create_image({}, Fault::limit_exceeded)) == "LimitExceeded");
  const std::string image = Bench::id(b.create_image());
  b.now += 21min;
  CHECK(Bench::code(b.create_image()) == "LimitExceeded");
  CHECK(b.core(kSource, "DELETE", "images/" + image).status == 204);
  CHECK(b.create_image().ok());
}

TEST_CASE("an invalidated token stays so", "[sim]") {
  Bench b;
  CHECK(b.create_image("t").ok());
  CHECK(Bench::code(b.create_image("t", Fault::token_invalidated)) == "InvalidatedRetryToken");
  CHECK(Bench::code(b.create_image("t")) == "InvalidatedRetryToken");
  CHECK(b.created("image") == 1);
}

TEST_CASE("what strikes on the way", "[sim]") {
  struct Row {
    Fault fault;
    Reply::Delivery delivery;
    int least, most;  // status
    int created;
  };
  const auto row = GENERATE(Row{Fault::not_sent, Reply::Delivery::not_sent, 0, 0, 0},
                            Row{Fault::throttled, Reply::Delivery::replied, 429, 429, 0},
                            Row{Fault::error_before, Reply::Delivery::replied, 500, 503, 0},
                            Row{Fault::error_after, Reply::Delivery::replied, 500, 503, 1},
                            Row{Fault::lost_before, Reply::Delivery::unknown, 0, 0, 0},
                            Row{Fault::lost_after, Reply::Delivery::unknown, 0, 0, 1},
                            Row{Fault::delayed, Reply::Delivery::replied, 200, 200, 1},
                            Row{Fault::unauthorized, Reply::Delivery::replied, 401, 401, 0});
  INFO(name_of(row.fault));
  Bench b(scripted(row.fault, 2));
  Wire wire(*b.tenancy);
  CHECK(wire.arrive(create_request(b), b.now).reply.status == 200);
  const auto struck = wire.arrive(create_request(b), b.now);
  CHECK(struck.reply.delivery == row.delivery);
  CHECK(struck.reply.status >= row.least);
  CHECK(struck.reply.status <= row.most);
  CHECK(b.created("object") == 1 + row.created);
  if (row.fault == Fault::throttled) {
    CHECK(struck.reply.retry_after().has_value());
  }
  if (row.fault == Fault::delayed) {
    CHECK(struck.takes >= 10s);
  }
  CHECK(wire.arrive(create_request(b), b.now).reply.status == 200);
}

TEST_CASE("401 from a call on", "[sim]") {
  Faults faults;
  faults.unauthorized_from_call = 3;
  Bench b(faults);
  Wire wire(*b.tenancy);
  CHECK(wire.arrive(get_instance(), b.now).reply.status == 200);
  CHECK(wire.arrive(get_instance(), b.now).reply.status == 200);
  CHECK(wire.arrive(get_instance(), b.now).reply.status == 401);
  CHECK(wire.arrive(get_instance(), b.now).reply.status == 401);
}

TEST_CASE("rates strike about as often as they say", "[sim]") {
  Faults faults;
  faults.rates[static_cast<std::size_t>(Fault::throttled)] = 0.2;
  faults.rates[static_cast<std::size_t>(Fault::lost_before)] = 0.1;
  Bench b(faults);
  Wire wire(*b.tenancy);
  int throttled = 0, lost = 0;
  for (int i = 0; i < 2000; ++i) {
    const Reply r = wire.arrive(get_instance(), b.now).reply;
    throttled += r.status == 429;
    lost += r.delivery == Reply::Delivery::unknown;
  }
  CHECK(throttled > 320);
  CHECK(throttled < 480);
  CHECK(lost > 100);
  CHECK(lost < 220);
}

TEST_CASE("faults files are read", "[sim]") {
  const Faults f = parse_faults(R"({
    "rates": {"throttled": 0.5, "lost_after": 1},
    "scripted": [{"fault": "error_after", "method": "POST", "path": "/20160918/images",
                  "region": "us-ashburn-1", "call": 3, "times": 2, "status": 503},
                 {"fault": "delayed", "seconds": 1.5}],
    "out_of_capacity": [{"availability_domain": "AD", "fault_domain": "FD", "refusals": 4}],
    "limits": {"custom-image-count": 25},
    "unauthorized_from_call": 9,
    "list_lag_seconds": [0, 60], "search_lag_seconds": [1, 2]})",
                                "f.json");
  CHECK(f.rate(Fault::throttled) == 0.5);
  REQUIRE(f.scripted.size() == 2);
  CHECK(f.scripted[0].fault == Fault::error_after);
  CHECK(f.scripted[0].call == 3);
  CHECK(f.scripted[0].status == 503);
  CHECK(f.scripted[1].wait == Duration(1500ms));
  CHECK(f.out_of_capacity.at(0).refusals == 4);
  CHECK(f.limits.at(0).second == 25);
  CHECK(f.unauthorized_from_call == 9);
  CHECK(f.list_lag->to == 60s);
}

TEST_CASE("faults files that are wrong are refused by key", "[sim]") {
  using Row = std::pair<const char*, const char*>;
  const auto [text, said] =
      GENERATE(Row{"[1", "not JSON"}, Row{"[]", "must be an object"},
               Row{R"({"rate":{}})", "rate:"}, Row{R"({"rates":{"throttle":1}})", "rates.throttle"},
               Row{R"({"rates":{"throttled":1.5}})", "rates.throttled"},
               Row{R"({"scripted":[{"call":1}]})", "scripted[0].fault"},
               Row{R"({"scripted":[{"fault":"throttled","call":0}]})", "scripted[0].call"},
               Row{R"({"scripted":[{"fault":"throttled","when":0}]})", "scripted[0].when"},
               Row{R"({"out_of_capacity":[{"ad":"x"}]})", "out_of_capacity[0].ad"},
               Row{R"({"list_lag_seconds":[2,1]})", "list_lag_seconds"},
               Row{R"({"unauthorized_from_call":1.5})", "unauthorized_from_call"});
  try {
    parse_faults(text, "f.json");
    FAIL("accepted: " << text);
  } catch (const FaultsError& error) {
    CHECK(std::string(error.what()).starts_with("f.json: "));
    CHECK_THAT(error.what(), Catch::Contains(said));
  }
}

}  // namespace migledger::adapters::sim::testing
