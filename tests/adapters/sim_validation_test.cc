// What the simulated tenancy refuses, and how.
#include "sim_fixture.h"

namespace migledger::adapters::sim::testing {

namespace {
void check_error(const Reply& r, int status, std::string_view code) {
  INFO(r.body);
  CHECK(r.status == status);
  CHECK(Bench::code(r) == code);
}
}  // namespace

TEST_CASE("image requests are checked", "[sim]") {
  Bench b;
  const auto create = [&](json::object body) { return b.core(kSource, "POST", "images", body); };
  check_error(create({{"instanceId", kInstance}}), 400, "MissingParameter");
  check_error(create({{"compartmentId", kCompartment}}), 400, "InvalidParameter");
  check_error(create({{"compartmentId", kCompartment}, {"instanceID", kInstance}}), 400,
              "CannotParseRequest");
  check_error(create({{"compartmentId", kCompartment}, {"instanceId", 5}}), 400,
              "CannotParseRequest");
  check_error(
      create({{"compartmentId", "ocid1.compartment.oc1..other"}, {"instanceId", kInstance}}), 404,
      "NotAuthorizedOrNotFound");
  check_error(create({{"compartmentId", kCompartment}, {"instanceId", "ocid1.instance.none"}}), 404,
              "NotAuthorizedOrNotFound");
  check_error(
      create(
          {{"compartmentId", kCompartment}, {"instanceId", kInstance}, {"launchMode", "SIDEWAYS"}}),
      400, "InvalidParameter");
  json::object tags;
  for (int i = 0; i < 11; ++i) tags["k" + std::to_string(i)] = "v";
  check_error(
      create({{"compartmentId", kCompartment}, {"instanceId", kInstance}, {"freeformTags", tags}}),
      400, "InvalidParameter");
  check_error(create({{"compartmentId", kCompartment},
                      {"instanceId", kInstance},
                      {"displayName", std::string(256, 'x')}}),
              400, "InvalidParameter");
  Request garbage;
  garbage.region = kSource;
  garbage.method = "POST";
  garbage.path = "/20160918/images";
  garbage.body = "{";
  check_error(b.send(garbage), 400, "CannotParseRequest");
  // The instance is looked for in the region that is called.
  check_error(b.core(kTarget, "POST", "images",
                     {{"compartmentId", kCompartment}, {"instanceId", kInstance}}),
              404, "NotAuthorizedOrNotFound");
  CHECK(b.created("image") == 0);
}

TEST_CASE("exports and imports are checked", "[sim]") {
  Bench b;
  const std::string image = Bench::id(b.create_image());
  check_error(b.export_image(image), 409, "IncorrectState");
  b.now += 13min;
  const std::string path = "images/" + image + "/actions/export";
  json::object to{{"destinationType", "objectStorageTuple"},
                  {"namespaceName", b.tenancy->object_namespace()},
                  {"bucketName", "elsewhere"},
                  {"objectName", "o"}};
  check_error(b.core(kSource, "POST", path, to), 400, "InvalidParameter");
  to["bucketName"] = "staging";
  to["exportFormat"] = "ISO";
  check_error(b.core(kSource, "POST", path, to), 400, "InvalidParameter");
  to.erase("exportFormat");
  to.erase("objectName");
  check_error(b.core(kSource, "POST", path, to), 400, "MissingParameter");
  check_error(b.core(kTarget, "POST", path, to), 404, "NotAuthorizedOrNotFound");
  // The staging bucket is in the source region only.
  check_error(b.import(), 400, "InvalidParameter");
  b.create_bucket();
  check_error(b.import(), 404, "NotAuthorizedOrNotFound");
  // What is not an image is accepted, and then fails.
  CHECK(b.objects(kTarget, "PUT", b.bucket() + "/o/copy.oci", "text").status == 200);
  const Reply accepted = b.import();
  const std::string imported = "images/" + Bench::id(accepted);
  b.now += 16min;
  check_error(b.core(kTarget, "GET", imported), 404, "NotAuthorizedOrNotFound");
  const Reply errors =
      b.core(kTarget, "GET", "workRequests/" + std::string(accepted.work_request()) + "/errors");
  CHECK(Bench::body(errors).as_array().at(0).at("code").as_string() == "InvalidImage");
}

TEST_CASE("launches are checked", "[sim]") {
  Bench b;
  const std::string image = b.imported();
  const auto launch = [&](auto change) {
    json::object body = b.launch_body(image);
    change(body);
    return b.core(kTarget, "POST", "instances", body);
  };
  check_error(launch([](auto& o) { o.erase("shapeConfig"); }), 400, "MissingParameter");
  check_error(launch([](auto& o) {
                o["shapeConfig"] = {{"memoryInGBs", 16}};
              }),
              400, "MissingParameter");
  check_error(launch([](auto& o) {
                o["shapeConfig"] = {{"ocpus", 1}, {"memoryInGBs", 900}};
              }),
              400, "InvalidParameter");
  check_error(launch([](auto& o) { o["shape"] = "VM.Nonsense"; }), 400, "InvalidParameter");
  check_error(launch([](auto& o) { o["availabilityDomain"] = "Uocm:US-ASHBURN-AD-1"; }), 400,
              "InvalidParameter");
  check_error(launch([](auto& o) { o["faultDomain"] = "FAULT-DOMAIN-9"; }), 400,
              "InvalidParameter");
  check_error(launch([](auto& o) { o.erase("createVnicDetails"); }), 400, "MissingParameter");
  check_error(launch([](auto& o) {
                o["createVnicDetails"] = {{"subnetId", "ocid1.subnet.none"}};
              }),
              404, "NotAuthorizedOrNotFound");
  check_error(launch([](auto& o) {
                o["createVnicDetails"] = {{"subnet", kSubnet}};
              }),
              400, "CannotParseRequest");
  check_error(launch([](auto& o) { o.erase("sourceDetails"); }), 400, "MissingParameter");
  check_error(launch([](auto& o) {
                o["sourceDetails"] = {{"sourceType", "image"}};
              }),
              400, "MissingParameter");
  check_error(launch([](auto& o) { o["metadata"] = {{"k", 1}}; }), 400, "InvalidParameter");
  CHECK(b.created("instance") == 0);
  // A shape that is not flexible needs no configuration; another configured domain works.
  CHECK(launch([](auto& o) {
          o["shape"] = "VM.Standard2.1";
          o.erase("shapeConfig");
          o["availabilityDomain"] = "Uocm:SA-BOGOTA-1-AD-2";
        }).status == 200);
  CHECK(b.created("instance") == 1);
}

TEST_CASE("images are updated and deleted under if-match", "[sim]") {
  Bench b;
  const Reply made = b.create_image();
  const std::string path = "/20160918/images/" + Bench::id(made);
  b.now += 13min;
  Request update;
  update.region = kSource;
  update.method = "PUT";
  update.path = path;
  update.body = R"({"displayName":"renamed","freeformTags":{"a":"b"}})";
  update.if_match = made.etag();
  const Reply updated = b.send(update);
  CHECK(updated.ok());
  CHECK(updated.etag() != made.etag());
  check_error(b.send(update), 412, "NoEtagMatch");
  const std::string in = "&compartmentId=" + kCompartment;
  CHECK(Bench::body(b.core(kSource, "GET", "images?displayName=renamed" + in)).as_array().size() ==
        1);
  CHECK(Bench::body(b.core(kSource, "GET", "images?displayName=copy" + in)).as_array().empty());
  update.method = "DELETE";
  update.body.clear();
  check_error(b.send(update), 412, "NoEtagMatch");
  update.if_match = updated.etag();
  CHECK(b.send(update).status == 204);
  CHECK(b.state(kSource, path.substr(10)) == "DELETED");
  CHECK(Bench::body(b.core(kSource, "GET", "images?displayName=renamed" + in)).as_array().empty());
}

TEST_CASE("a retry token makes one resource", "[sim]") {
  Bench b;
  const Reply first = b.create_image("token");
  b.now += 23h;
  const Reply again = b.create_image("token");
  CHECK(again.status == first.status);
  CHECK(Bench::id(again) == Bench::id(first));
  CHECK(again.work_request() == first.work_request());
  CHECK(b.created("image") == 1);

  SECTION("another body is refused") {
    check_error(b.core(kSource, "POST", "images",
                       {{"compartmentId", kCompartment}, {"instanceId", kInstance}}, "token"),
                400, "InvalidParameter");
  }
  SECTION("the other region has tokens of its own") {
    check_error(b.import("token"), 400, "InvalidParameter");  // no such bucket, not: token used
    CHECK(Bench::body(b.import("token")).at("message").as_string() == "Invalid bucketName");
  }
  SECTION("after 24 hours it is forgotten") {
    b.now += 61min;
    CHECK(Bench::id(b.create_image("token")) != Bench::id(first));
  }
  SECTION("its resource was deleted") {
    CHECK(b.core(kSource, "DELETE", "images/" + Bench::id(first)).status == 204);
    check_error(b.create_image("token"), 409, "InvalidatedRetryToken");
  }
  SECTION("it is too long") {
    check_error(b.create_image(std::string(65, 't')), 400, "InvalidParameter");
  }
}

TEST_CASE("a launch and an export are repeated by token", "[sim]") {
  Bench b;
  const std::string image = Bench::id(b.create_image());
  b.now += 13min;
  const Reply e1 = b.export_image(image, "e");
  const Reply e2 = b.export_image(image, "e");
  CHECK(e2.status == 200);
  CHECK(e2.work_request() == e1.work_request());
  b.now += 16min;
  b.create_bucket();
  b.copy();
  b.now += 11min;
  const std::string imported = Bench::id(b.import("i"));
  CHECK(Bench::id(b.import("i")) == imported);
  b.now += 16min;
  const Reply l1 = b.launch(imported, "l");
  CHECK(Bench::id(b.launch(imported, "l")) == Bench::id(l1));
  CHECK(b.created("object") == 1);
  CHECK(b.created("imported-image") == 1);
  CHECK(b.created("instance") == 1);
  const json::value report = json::parse(b.tenancy->report());
  for (const auto& c : report.at("created").as_array()) {
    if (c.at("kind").as_string() == "instance") CHECK(c.at("key").as_string() == "l");
    if (c.at("kind").as_string() == "image") CHECK(c.at("key").as_string() == "key-1");
    if (c.at("kind").as_string() == "object-copy") CHECK(c.at("key").as_string() == "copy.oci");
  }
}

TEST_CASE("buckets", "[sim]") {
  Bench b;
  check_error(b.objects(kTarget, "GET", b.bucket()), 404, "BucketNotFound");
  CHECK(b.create_bucket().ok());
  check_error(b.create_bucket(), 409, "BucketAlreadyExists");
  check_error(b.create_bucket(kTarget, "no/slash"), 400, "InvalidBucketName");
  CHECK(Bench::get(b.objects(kTarget, "GET", b.bucket()), "compartmentId") == kCompartment);
  CHECK(b.objects(kTarget, "HEAD", b.bucket()).body.empty());
  const std::string list =
      "/n/" + b.tenancy->object_namespace() + "/b?compartmentId=" + kCompartment;
  CHECK(Bench::body(b.objects(kTarget, "GET", list)).as_array().size() == 1);
  check_error(b.objects(kTarget, "GET", "/n/nobody/b/staging"), 404, "NamespaceNotFound");
  b.objects(kTarget, "PUT", b.bucket() + "/o/x", "y");
  check_error(b.objects(kTarget, "DELETE", b.bucket()), 409, "BucketNotEmpty");
  CHECK(b.objects(kTarget, "DELETE", b.bucket() + "/o/x").status == 204);
  CHECK(b.objects(kTarget, "DELETE", b.bucket()).status == 204);
  CHECK(b.objects(kTarget, "GET", b.bucket()).status == 404);
  // A deleted staging bucket is not provisioned again.
  CHECK(b.objects(kSource, "DELETE", b.bucket()).status == 204);
  b.tenancy->provision(planned("again"));
  CHECK(b.objects(kSource, "GET", b.bucket()).status == 404);
}

TEST_CASE("objects", "[sim]") {
  Bench b;
  const std::string path = b.bucket() + "/o/claims%2Fa/b";
  const Reply put = b.objects(kSource, "PUT", path, "hello", "*");
  CHECK(put.status == 200);
  CHECK(put.header("opc-content-md5") == "XUFAKrxLKna5cZ2REBfFkg==");
  check_error(b.objects(kSource, "PUT", path, "other", "*"), 412, "IfNoneMatchFailed");
  const Reply got = b.objects(kSource, "GET", path);
  CHECK(got.body == "hello");
  CHECK(got.header("content-md5") == put.header("opc-content-md5"));
  CHECK(got.etag() == put.etag());
  CHECK(b.objects(kSource, "HEAD", path).header("content-length") == "5");
  const Reply missing = b.objects(kSource, "HEAD", b.bucket() + "/o/none");
  CHECK(missing.status == 404);
  CHECK(missing.body.empty());
  check_error(b.objects(kSource, "GET", b.bucket() + "/o/none"), 404, "ObjectNotFound");
  for (const auto* name : {"p/1", "p/2", "p/3"})
    b.objects(kSource, "PUT", b.bucket() + "/o/" + name, "x");
  const json::value list = Bench::body(
      b.objects(kSource, "GET", b.bucket() + "/o?prefix=p%2F&limit=2&fields=name,size,md5"));
  CHECK(list.at("objects").as_array().size() == 2);
  CHECK(list.at("objects").at(0).at("size").as_int64() == 1);
  CHECK(list.at("nextStartWith").as_string() == "p/3");
}

TEST_CASE("what is no text names nothing", "[sim]") {
  Bench b;
  const std::string before = b.tenancy->report();
  check_error(b.objects(kSource, "PUT", b.bucket() + "/o/%FF", "x"), 400, "InvalidParameter");
  check_error(b.objects(kSource, "PUT", b.bucket() + "/o/\xFF", "x"), 400, "InvalidParameter");
  check_error(b.objects(kSource, "GET", b.bucket() + "/o?prefix=%C3"), 400, "InvalidParameter");
  check_error(b.create_image("token\xFF"), 400, "InvalidParameter");
  CHECK(b.tenancy->report() == before);
}

TEST_CASE("copies are guarded", "[sim]") {
  Bench b;
  check_error(b.copy(), 404, "ObjectNotFound");
  const Reply put = b.objects(kSource, "PUT", b.bucket() + "/o/copy.oci", "data");
  check_error(b.copy(), 404, "BucketNotFound");
  b.create_bucket();
  check_error(b.copy(Fault::none, "another"), 412, "NoEtagMatch");
  const Reply first = b.copy(Fault::none, std::string(put.etag()));
  const Reply second = b.copy();
  CHECK(first.status == 202);
  CHECK(second.status == 202);
  const std::string list = "/workRequests?compartmentId=" + kCompartment;
  CHECK(Bench::body(b.objects(kSource, "GET", list)).as_array().size() == 2);
  b.now += 11min;
  // Both were accepted; the condition holds for the one that ends first only.
  const auto status = [&](const Reply& r) {
    return Bench::get(b.objects(kSource, "GET", "/workRequests/" + std::string(r.work_request())),
                      "status");
  };
  CHECK((status(first) == "COMPLETED") != (status(second) == "COMPLETED"));
  CHECK((status(first) == "FAILED") != (status(second) == "FAILED"));
  CHECK(b.created("object-copy") == 1);
  check_error(b.copy(), 412, "IfNoneMatchFailed");
}

TEST_CASE("a copy fails when its source changes", "[sim]") {
  Bench b;
  b.create_bucket();
  b.objects(kSource, "PUT", b.bucket() + "/o/copy.oci", "one");
  const Reply copy = b.copy();
  b.objects(kSource, "PUT", b.bucket() + "/o/copy.oci", "two");
  b.now += 11min;
  const std::string work = "/workRequests/" + std::string(copy.work_request());
  CHECK(Bench::get(b.objects(kSource, "GET", work), "status") == "FAILED");
  CHECK(Bench::body(b.objects(kSource, "GET", work + "/errors")).as_array().size() == 1);
  CHECK(b.created("object-copy") == 0);
}

TEST_CASE("pre-authenticated requests", "[sim]") {
  Bench b;
  const auto make = [&](std::string access, std::string expires) {
    return b.objects(kSource, "POST", b.bucket() + "/p",
                     json::serialize(json::object{{"name", "par"},
                                                  {"accessType", access},
                                                  {"objectName", "copy.oci"},
                                                  {"timeExpires", expires}}));
  };
  check_error(make("ObjectRead", "2026-11-22T00:00:00Z"), 400, "InvalidParameter");
  check_error(make("Everything", "2026-12-01T00:00:00Z"), 400, "InvalidParameter");
  const Reply write = make("ObjectWrite", "2026-11-23T08:00:00Z");
  const std::string url = Bench::get(write, "fullPath");
  const std::string id = Bench::id(write);
  const Reply listed = b.objects(kSource, "GET", b.bucket() + "/p?objectNamePrefix=copy");
  CHECK(Bench::body(listed).as_array().size() == 1);
  CHECK(listed.body.find("/p/") == std::string::npos);
  CHECK(b.objects(kSource, "GET", b.bucket() + "/p/" + id).body.find("accessUri") ==
        std::string::npos);

  const std::string image = Bench::id(b.create_image());
  b.now += 13min;
  const auto export_to = [&](const std::string& uri) {
    return b.core(kSource, "POST", "images/" + image + "/actions/export",
                  {{"destinationType", "objectStorageUri"}, {"destinationUri", uri}});
  };
  const auto import_from = [&](const std::string& uri) {
    return b.core(
        kTarget, "POST", "images",
        {{"compartmentId", kCompartment},
         {"imageSourceDetails", {{"sourceType", "objectStorageUri"}, {"sourceUri", uri}}}});
  };
  check_error(export_to("https://example.com/x"), 400, "InvalidParameter");
  CHECK(export_to(url).ok());
  b.now += 16min;
  CHECK(b.objects(kSource, "HEAD", b.bucket() + "/o/copy.oci").ok());
  check_error(import_from(url), 404, "NotAuthorizedOrNotFound");  // it only allows writing
  const Reply read = make("ObjectRead", "2026-11-23T08:00:00Z");
  const std::string read_url = Bench::get(read, "fullPath");
  CHECK(import_from(read_url).ok());

  SECTION("deleted") {
    const std::string par = b.bucket() + "/p/" + Bench::id(read);
    CHECK(b.objects(kSource, "DELETE", par).status == 204);
    CHECK(b.objects(kSource, "GET", par).status == 404);
    check_error(import_from(read_url), 404, "NotAuthorizedOrNotFound");
  }
  SECTION("expired") {
    b.now += 3h;
    check_error(import_from(read_url), 404, "NotAuthorizedOrNotFound");
  }
  CHECK(b.created("par") == 2);
}

TEST_CASE("unknown operations and regions", "[sim]") {
  Bench b;
  check_error(b.core(kSource, "GET", "nonsense"), 404, "NotFound");
  check_error(b.core(kSource, "BREW", "images"), 405, "MethodNotAllowed");
  const Reply nowhere = b.core("xx-nowhere-1", "GET", "images");
  CHECK(nowhere.delivery == Reply::Delivery::not_sent);
  CHECK(nowhere.error.find("xx-nowhere-1") != std::string::npos);
}

}  // namespace migledger::adapters::sim::testing
