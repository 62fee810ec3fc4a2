// Whole compute migrations, by hand, against the simulated tenancy.
#include <algorithm>

#include "sim_fixture.h"

namespace migledger::adapters::sim::testing {

TEST_CASE("a compute migration goes through", "[sim]") {
  Bench b;
  CHECK(b.state(kSource, "instances/" + kInstance) == "RUNNING");
  const Reply ns = b.objects(kSource, "GET", "/n");
  CHECK(Bench::body(ns).as_string() == b.tenancy->object_namespace());

  const Reply image = b.create_image("t1");
  const std::string image_id = Bench::id(image);
  CHECK(image_id.starts_with("ocid1.image.oc1.iad."));
  CHECK(Bench::get(image, "lifecycleState") == "PROVISIONING");
  CHECK(b.state(kSource, "instances/" + kInstance) == "CREATING_IMAGE");
  const std::string work = "workRequests/" + std::string(image.work_request());
  CHECK(Bench::get(b.core(kSource, "GET", work), "status") == "ACCEPTED");
  b.now += 3min;
  const Reply half = b.core(kSource, "GET", work);
  CHECK(Bench::get(half, "status") == "IN_PROGRESS");
  const auto percent = Bench::body(half).at("percentComplete").as_int64();
  CHECK(percent > 10);
  CHECK(percent < 60);
  b.now += 10min;
  CHECK(Bench::get(b.core(kSource, "GET", work), "status") == "SUCCEEDED");
  CHECK(b.state(kSource, "images/" + image_id) == "AVAILABLE");
  CHECK(b.state(kSource, "instances/" + kInstance) == "RUNNING");

  const Reply exported = b.export_image(image_id, "t2");
  CHECK(Bench::get(exported, "lifecycleState") == "EXPORTING");
  CHECK(Bench::code(b.export_image(image_id, "t3")) == "IncorrectState");
  const std::string object = b.bucket() + "/o/copy.oci";
  CHECK(b.objects(kSource, "HEAD", object).status == 404);
  b.now += 16min;
  CHECK(b.state(kSource, "images/" + image_id) == "AVAILABLE");
  const Reply head = b.objects(kSource, "HEAD", object);
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK_FALSE(head.header("opc-multipart-md5").empty());

  CHECK(b.create_bucket().status == 200);
  const Reply copy = b.copy(Fault::none, std::string(head.etag()));
  CHECK(copy.status == 202);
  CHECK(copy.body.empty());
  const std::string copying = "/workRequests/" + std::string(copy.work_request());
  b.now += 1min;
  CHECK(Bench::get(b.objects(kSource, "GET", copying), "status") == "IN_PROGRESS");
  CHECK(b.objects(kTarget, "HEAD", object).status == 404);
  b.now += 10min;
  CHECK(Bench::get(b.objects(kSource, "GET", copying), "status") == "COMPLETED");
  const Reply copied = b.objects(kTarget, "HEAD", object);
  CHECK(copied.header("opc-multipart-md5") == head.header("opc-multipart-md5"));
  CHECK(copied.header("content-length") == head.header("content-length"));
  CHECK(copied.etag() != head.etag());

  const std::string imported = Bench::id(b.import("t4"));
  CHECK(b.state(kTarget, "images/" + imported) == "IMPORTING");
  CHECK(Bench::code(b.launch(imported)) == "IncorrectState");
  b.now += 16min;
  CHECK(b.state(kTarget, "images/" + imported) == "AVAILABLE");

  const Reply launched = b.launch(imported, "t5");
  const std::string instance = "instances/" + Bench::id(launched);
  CHECK(Bench::get(launched, "lifecycleState") == "PROVISIONING");
  b.now += 2min;
  const json::value running = Bench::body(b.core(kTarget, "GET", instance));
  CHECK(running.at("lifecycleState").as_string() == "RUNNING");
  CHECK(running.at("imageId").as_string() == imported);
  CHECK(running.at("shapeConfig").at("ocpus").to_number<double>() == 1);

  b.now += 1min;
  const Reply vnics = b.core(
      kTarget, "GET",
      "vnicAttachments?compartmentId=" + kCompartment + "&instanceId=" + instance.substr(10));
  const json::value attachment = Bench::body(vnics).as_array().at(0);
  CHECK(attachment.at("subnetId").as_string() == kSubnet);
  const std::string vnic(attachment.at("vnicId").as_string());
  CHECK(b.core(kTarget, "GET", "vnics/" + vnic).status == 200);
  for (const auto* kind :
       {"image", "object", "bucket", "object-copy", "imported-image", "instance"})
    CHECK(b.created(kind) == 1);
}

TEST_CASE("what is asked before a migration", "[sim]") {
  Bench b;
  const std::string in = "compartmentId=" + kCompartment;
  const json::value boot =
      Bench::body(b.core(kSource, "GET",
                         "bootVolumeAttachments?availabilityDomain=Uocm%3AUS-ASHBURN-AD-1&" + in +
                             "&instanceId=" + kInstance))
          .as_array()
          .at(0);
  const std::string volume(boot.at("bootVolumeId").as_string());
  const json::value size = Bench::body(b.core(kSource, "GET", "bootVolumes/" + volume));
  CHECK(size.at("sizeInGBs").as_int64() >= 47);
  CHECK(size.at("sizeInGBs").as_int64() <= 100);
  CHECK(Bench::body(b.core(kSource, "GET", "volumeAttachments?" + in)).as_array().empty());
  CHECK(b.core(kTarget, "GET", "subnets/" + kSubnet).status == 200);
  CHECK(b.core(kSource, "GET", "subnets/" + kSubnet).status == 404);
  CHECK(Bench::body(b.core(kTarget, "GET", "shapes?" + in)).as_array().size() > 5);

  Request r;
  r.region = kTarget;
  r.service = Service::identity;
  r.path = "/20160918/availabilityDomains";
  r.query = in;
  const auto domains = Bench::body(b.send(r)).as_array();
  REQUIRE(domains.size() == 2);
  CHECK(domains[0].at("name").as_string() == kDomain);
  CHECK(domains[1].at("name").as_string() == "Uocm:SA-BOGOTA-1-AD-2");
  r.path = "/20160918/tenancies/" + b.tenancy->tenancy_id() + "/regionSubscriptions";
  CHECK(Bench::body(b.send(r)).as_array().size() == 2);
  r.path = "/20160918/compartments/" + kCompartment;
  CHECK(Bench::get(b.send(r), "lifecycleState") == "ACTIVE");
  r.path = "/20160918/compartments/ocid1.compartment.oc1..unknown";
  CHECK(b.send(r).status == 404);

  r.service = Service::limits;
  r.path = "/20190729/services/compute/limits/custom-image-count/resourceAvailability";
  CHECK(Bench::body(b.send(r)).at("available").as_int64() > 0);
  r.path = "/20190729/limitValues";
  r.query = in + "&serviceName=compute";
  CHECK_FALSE(Bench::body(b.send(r)).as_array().empty());

  const Reply report =
      b.core(kTarget, "POST", "computeCapacityReports",
             {{"availabilityDomain", kDomain},
              {"compartmentId", kCompartment},
              {"shapeAvailabilities",
               {{{"instanceShape", "VM.Standard.E4.Flex"}}, {{"instanceShape", "VM.Nonsense"}}}}});
  const auto shapes = Bench::body(report).at("shapeAvailabilities").as_array();
  CHECK(shapes[0].at("availabilityStatus").as_string() == "AVAILABLE");
  CHECK(shapes[1].at("availabilityStatus").as_string() == "HARDWARE_NOT_SUPPORTED");
}

TEST_CASE("attached volumes are listed", "[sim]") {
  Bench b({}, 7, nullptr, 2);
  const json::value attached = Bench::body(
      b.core(kSource, "GET",
             "volumeAttachments?compartmentId=" + kCompartment + "&instanceId=" + kInstance));
  REQUIRE(attached.as_array().size() == 2);
  CHECK(attached.at(1).at("lifecycleState").as_string() == "ATTACHED");
  const std::string volume(attached.at(1).at("volumeId").as_string());
  CHECK(Bench::body(b.core(kSource, "GET", "volumes/" + volume)).at("sizeInGBs").as_int64() >= 50);
  CHECK(b.core(kTarget, "GET", "volumes/" + volume).status == 404);
}

TEST_CASE("replies have OCI's headers", "[sim]") {
  Bench b;
  Request r;
  r.region = kSource;
  r.path = "/20160918/instances/" + kInstance;
  r.request_id = "mine";
  const Reply reply = b.send(r);
  CHECK(reply.request_id().starts_with("mine/"));
  CHECK(reply.request_id().size() == 4 + 1 + 32 + 1 + 32);
  CHECK_FALSE(reply.etag().empty());
  CHECK(reply.header("content-type") == "application/json");
  REQUIRE(reply.date());
  CHECK(*reply.date() == std::chrono::floor<std::chrono::seconds>(b.now));
  const std::string created = Bench::get(reply, "timeCreated");
  CHECK(created == "2026-10-24T05:00:00.000Z");
}

TEST_CASE("an image of one instance is made once in 20 minutes", "[sim]") {
  Bench b;
  const std::string first = Bench::id(b.create_image("a"));
  CHECK(Bench::code(b.create_image("b")) == "IncorrectState");
  b.now += 15min;
  const Reply locked = b.create_image("c");
  CHECK(locked.status == 409);
  CHECK(Bench::code(locked) == "IncorrectState");
  b.now += 6min;
  CHECK(b.create_image("d").status == 200);
}

TEST_CASE("lists are late, reading by OCID is not", "[sim]") {
  Faults faults;
  faults.list_lag = Range{30s, 30s};
  faults.search_lag = Range{90s, 90s};
  Bench b(faults);
  const std::string image = Bench::id(b.create_image());
  const std::string list = "images?displayName=copy&compartmentId=" + kCompartment;
  CHECK(b.state(kSource, "images/" + image) == "PROVISIONING");
  CHECK(Bench::body(b.core(kSource, "GET", list)).as_array().empty());
  b.now += 31s;
  CHECK(Bench::body(b.core(kSource, "GET", list)).as_array().size() == 1);

  Request search;
  search.region = kSource;
  search.service = Service::search;
  search.method = "POST";
  search.path = "/20180409/resources";
  search.body = json::serialize(
      json::object{{"type", "Structured"},
                   {"query",
                    "query image, instance resources where (freeformTags.key = 'migledger-key' && "
                    "freeformTags.value = 'key-1')"}});
  CHECK(Bench::body(b.send(search)).at("items").as_array().empty());
  b.now += 60s;
  const auto found = Bench::body(b.send(search)).at("items").as_array();
  REQUIRE(found.size() == 1);
  CHECK(found[0].at("identifier").as_string() == image);
  search.body = R"({"type":"Structured","query":"query image resources whose x = 'y'"})";
  CHECK(Bench::code(b.send(search)) == "InvalidParameter");
}

TEST_CASE("lists come in pages", "[sim]") {
  Bench b;
  for (int i = 0; i < 25; ++i)
    b.tenancy->provision(
        planned("m" + std::to_string(i), "ocid1.instance.oc1.iad.x" + std::to_string(i)));
  std::string page;
  std::vector<std::string> seen;
  int pages = 0;
  do {
    const Reply r = b.core(
        kSource, "GET",
        "instances?limit=10&compartmentId=" + kCompartment + (page.empty() ? "" : "&page=" + page));
    const json::value items = Bench::body(r);
    for (const auto& item : items.as_array()) seen.emplace_back(item.at("id").as_string());
    page = r.next_page();
    ++pages;
  } while (!page.empty());
  CHECK(pages == 3);
  CHECK(seen.size() == 26);
  std::sort(seen.begin(), seen.end());
  CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
  CHECK(b.core(kSource, "GET", "instances?limit=0&compartmentId=" + kCompartment).status == 400);
  CHECK(b.core(kSource, "GET", "instances?page=x&compartmentId=" + kCompartment).status == 400);
}

TEST_CASE("work requests are kept for 12 hours", "[sim]") {
  Bench b;
  const Reply image = b.create_image();
  const std::string work = "workRequests/" + std::string(image.work_request());
  b.now += 12h;
  CHECK(b.core(kSource, "GET", work).status == 200);
  CHECK(Bench::body(b.core(kSource, "GET", work + "/logs")).as_array().size() == 3);
  CHECK(Bench::body(b.core(kSource, "GET", work + "/errors")).as_array().empty());
  const std::string list =
      "workRequests?compartmentId=" + kCompartment + "&resourceId=" + Bench::id(image);
  CHECK(Bench::body(b.core(kSource, "GET", list)).as_array().size() == 1);
  b.now += 15min;
  CHECK(b.core(kSource, "GET", work).status == 404);
  CHECK(Bench::body(b.core(kSource, "GET", list)).as_array().empty());
}

TEST_CASE("instances stop, start and end", "[sim]") {
  Bench b;
  const std::string path = "instances/" + kInstance;
  CHECK(b.core(kSource, "POST", path + "?action=STOP").status == 200);
  CHECK(b.state(kSource, path) == "STOPPING");
  b.now += 1min;
  CHECK(b.state(kSource, path) == "STOPPED");
  CHECK(Bench::code(b.core(kSource, "POST", path + "?action=STOP")) == "IncorrectState");
  CHECK(b.core(kSource, "POST", path + "?action=DANCE").status == 400);
  const std::string image = Bench::id(b.create_image());
  CHECK(b.state(kSource, path) == "STOPPED");
  CHECK(b.core(kSource, "POST", path + "?action=START").status == 200);
  b.now += 1min;
  CHECK(b.state(kSource, path) == "RUNNING");
  const Reply gone = b.core(kSource, "DELETE", path + "?preserveBootVolume=true");
  CHECK(gone.status == 204);
  CHECK_FALSE(gone.work_request().empty());
  b.now += 2min;
  CHECK(b.state(kSource, path) == "TERMINATED");
  b.now += 13h;
  CHECK(b.core(kSource, "GET", path).status == 404);
  b.tenancy->provision(planned());
  CHECK(b.core(kSource, "GET", path).status == 404);
}

}  // namespace migledger::adapters::sim::testing
