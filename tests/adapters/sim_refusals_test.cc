// What the simulated tenancy refuses because OCI would, a row each, and beside it what OCI takes
// though it is unusual. A row changes a good request by a JSON merge patch (RFC 7396).
#include "sim_fixture.h"
#include "tests/support/merge_patch.h"

namespace migledger::adapters::sim::testing {

namespace {

struct Row {
  const char* patch;
  int status = 200;
  const char* code = "";
};

// Sends the good request with each row's change; `fresh` makes what it is to be sent to.
template <typename Rows, typename Send>
void check_rows(const Rows& rows, const json::object& good, Send&& send) {
  for (const Row& row : rows) {
    json::value body = good;
    migledger::testing::merge_patch(body, json::parse(row.patch));
    const Reply reply = send(body.as_object());
    CAPTURE(row.patch, reply.body);
    CHECK(reply.status == row.status);
    if (row.status >= 400) CHECK(Bench::code(reply) == row.code);
  }
}

workflow::PlannedMigration with_options(const char* options) {
  auto migration = planned();
  migration.fields.set("launch_options", options);
  return migration;
}

constexpr const char* kBad = "InvalidParameter";
constexpr const char* kGone = "NotAuthorizedOrNotFound";
constexpr const char* kUnreadable = "CannotParseRequest";
constexpr const char* kMissing = "MissingParameter";

}  // namespace

TEST_CASE("tenancy: launches that OCI refuses are refused, others are not", "[sim]") {
  Bench b;
  b.tenancy->provision(with_options(R"({
      "nsgIds": ["ocid1.networksecuritygroup.oc1.sa-bogota-1.g"],
      "kmsKeyId": "ocid1.key.oc1.sa-bogota-1.v.k",
      "capacityReservationId": "ocid1.capacityreservation.oc1.sa-bogota-1.r",
      "dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.sa-bogota-1.h",
      "ipv6AddressIpv6SubnetCidrPairDetails": [{"ipv6Id": "ocid1.ipv6.oc1.sa-bogota-1.i"}]})"));
  const Row rows[] = {
      {"{}"},
      // required texts that are empty
      {R"({"shape": ""})", 400, kMissing},
      {R"({"availabilityDomain": ""})", 400, kMissing},
      {R"({"compartmentId": ""})", 400, kMissing},
      // shape and configuration
      {R"({"shape": "VM.Standard.E44.Flex"})", 400, kBad},
      {R"({"shape": "VM.Standard.A1.Flex"})", 400, kBad},
      {R"({"shape": "VM.Standard.E5.Flex"})"},
      {R"({"shape": "VM.Standard.AMD.Generic"})"},
      {R"({"shape": "VM.Standard2.4"})", 400, kBad},
      {R"({"shape": "VM.Standard2.4", "shapeConfig": null})"},
      {R"({"shape": "BM.Standard.E4.128", "shapeConfig": null})"},
      {R"({"shapeConfig": {"ocpus": 0.1}})", 400, kBad},
      {R"({"shapeConfig": {"ocpus": 115, "memoryInGBs": 200}})", 400, kBad},
      {R"({"shapeConfig": {"ocpus": 114, "memoryInGBs": 1760}})"},
      {R"({"shapeConfig": {"ocpus": 4, "memoryInGBs": 3}})", 400, kBad},
      {R"({"shapeConfig": {"ocpus": 1, "memoryInGBs": 65}})", 400, kBad},
      {R"({"shapeConfig": {"ocpus": null}})", 400, kMissing},
      {R"({"shapeConfig": {"ocpus": null, "vcpus": 3}})", 400, kBad},
      {R"({"shapeConfig": {"ocpus": null, "vcpus": 4}})"},
      {R"({"shapeConfig": {"nvmes": 1}})", 400, kBad},
      {R"({"shapeConfig": {"localVolumeSizeInGBs": 1}})", 400, kBad},
      {R"({"shapeConfig": {"baselineOcpuUtilization": "BASELINE_1_8"}})"},
      {R"({"shape": "VM.Standard.E6.Flex",
           "shapeConfig": {"baselineOcpuUtilization": "BASELINE_1_8"}})",
       400, kBad},
      // place
      {R"({"availabilityDomain": "Uocm:US-ASHBURN-AD-1"})", 400, kBad},
      {R"({"faultDomain": "FAULT-DOMAIN-4"})", 400, kBad},
      {R"({"faultDomain": "FAULT-DOMAIN-3"})"},
      {R"({"capacityReservationId": "ocid1.capacityreservation.oc1.sa-bogota-1.r"})"},
      {R"({"capacityReservationId": "ocid1.capacityreservation.oc1.sa-bogota-1.r",
           "availabilityDomain": "Uocm:SA-BOGOTA-1-AD-2"})",
       400, kBad},
      {R"({"capacityReservationId": "ocid1.capacityreservation.oc1.iad.r"})", 404, kGone},
      {R"({"capacityReservationId": "ocid1.capacityreservation.oc1.sa-bogota-1.none"})", 404,
       kGone},
      {R"({"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.sa-bogota-1.h"})"},
      {R"({"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.sa-bogota-1.h",
           "capacityReservationId": "ocid1.capacityreservation.oc1.sa-bogota-1.r"})",
       400, kBad},
      {R"({"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.sa-bogota-1.h",
           "shape": "BM.Standard.E4.128", "shapeConfig": null})",
       400, kBad},
      {R"({"computeClusterId": "ocid1.computecluster.oc1.sa-bogota-1.c"})", 400, kBad},
      // the boot volume
      {R"({"sourceDetails": {"bootVolumeSizeInGBs": 49}})", 400, kBad},
      {R"({"sourceDetails": {"bootVolumeSizeInGBs": 100.5}})", 400, kBad},
      {R"({"sourceDetails": {"bootVolumeSizeInGBs": 32769}})", 400, kBad},
      {R"({"sourceDetails": {"bootVolumeSizeInGBs": 32768}})"},
      {R"({"sourceDetails": {"bootVolumeVpusPerGB": 15}})", 400, kBad},
      {R"({"sourceDetails": {"bootVolumeVpusPerGB": 0}})", 400, kBad},
      {R"({"sourceDetails": {"bootVolumeVpusPerGB": 120}})"},
      {R"({"sourceDetails": {"kmsKeyId": "ocid1.key.oc1.iad.v.k"}})", 404, kGone},
      {R"({"sourceDetails": {"kmsKeyId": "ocid1.vault.oc1.sa-bogota-1.v"}})", 404, kGone},
      {R"({"sourceDetails": {"kmsKeyId": "ocid1.key.oc1.sa-bogota-1.v.k"}})"},
      // the interface
      {R"({"createVnicDetails": {"privateIp": "192.168.77.5"}})", 400, kBad},
      {R"({"createVnicDetails": {"privateIp": "10.0.0.0"}})", 400, kBad},
      {R"({"createVnicDetails": {"privateIp": "10.0.0.1"}})", 400, kBad},
      {R"({"createVnicDetails": {"privateIp": "10.0.255.255"}})", 400, kBad},
      {R"({"createVnicDetails": {"privateIp": "10.0.0.2"}})"},
      {R"({"createVnicDetails": {"privateIp": "10.0.0.2"}})", 409, "Conflict"},
      {R"({"createVnicDetails": {"privateIp": "10.0.255.254"}})"},
      {R"({"createVnicDetails": {"privateIp": "10.0.0.9", "subnetCidr": "10.0.0.0/16"}})", 400,
       kBad},
      {R"({"createVnicDetails": {"subnetCidr": "10.0.0.0/16"}})"},
      {R"({"createVnicDetails": {"subnetCidr": "10.1.0.0/16"}})", 400, kBad},
      {R"({"createVnicDetails": {"privateIpId": "ocid1.privateip.oc1.sa-bogota-1.none"}})", 404,
       kGone},
      {R"({"createVnicDetails": {"hostnameLabel": "web_1"}})", 400, kBad},
      {R"({"createVnicDetails": {"hostnameLabel": "web-1"}})"},
      {R"({"createVnicDetails": {"hostnameLabel": "WEB-1"}})", 400, kBad},
      {R"({"createVnicDetails": {"hostnameLabel": "db", "assignPrivateDnsRecord": false}})", 400,
       kBad},
      {R"({"createVnicDetails": {"assignPrivateDnsRecord": false}})"},
      {R"({"createVnicDetails": {"assignIpv6Ip": true, "skipSourceDestCheck": true}})"},
      {R"({"createVnicDetails": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6SubnetCidr": "2001:DB8:0:1::/64", "ipv6Address": "2001:db8:0:1::5"}]}})"},
      {R"({"createVnicDetails": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6Address": "2001:db8:0:1:0::5"}]}})",
       409, "Conflict"},
      {R"({"createVnicDetails": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6SubnetCidr": "2001:db8:0:2::/64"}]}})",
       400, kBad},
      {R"({"createVnicDetails": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6Address": "2001:db8:0:2::5"}]}})",
       400, kBad},
      {R"({"createVnicDetails": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6Address": "10.0.0.7"}]}})",
       400, kBad},
      {R"({"createVnicDetails": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6Id": "ocid1.ipv6.oc1.sa-bogota-1.i"}]}})"},
      {R"({"createVnicDetails": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6Id": "ocid1.ipv6.oc1.iad.i"}]}})",
       404, kGone},
      {R"({"createVnicDetails": {"ipv6AddressIpv6SubnetCidrPairDetails": [{"ipv6": "a"}]}})", 400,
       kUnreadable},
      {R"({"createVnicDetails": {"nsgIds": ["ocid1.networksecuritygroup.oc1.sa-bogota-1.g"]}})"},
      {R"({"createVnicDetails": {"nsgIds": ["ocid1.networksecuritygroup.oc1.iad.g"]}})", 404,
       kGone},
      {R"({"createVnicDetails": {"nsgIds": ["1", "2", "3", "4", "5", "6"]}})", 400, kBad},
      {R"({"createVnicDetails": {"subnetId": "ocid1.subnet.oc1.iad.s"}})", 404, kGone},
      {R"({"createVnicDetails": {"definedTags": {"a.b": {"c": "d"}}}})", 400, kBad},
      // settings of the instance
      {R"({"launchOptions": {"networkType": "VIRTIO"}})", 400, kBad},
      {R"({"launchOptions": {"netType": "VFIO"}})", 400, kUnreadable},
      {R"({"launchOptions": {"networkType": "VFIO", "firmware": "BIOS"}})"},
      {R"({"isPvEncryptionInTransitEnabled": true,
           "launchOptions": {"isPvEncryptionInTransitEnabled": false}})",
       400, kBad},
      {R"({"instanceOptions": {"areLegacyImdsEndpointsDisabled": "yes"}})", 400, kUnreadable},
      {R"({"instanceOptions": {"areLegacyImdsEndpointsDisabled": true}})"},
      {R"({"availabilityConfig": {"recoveryAction": "RESTART"}})", 400, kBad},
      {R"({"agentConfig": {"pluginsConfig": [{"name": "Bastion"}]}})", 400, kMissing},
      {R"({"agentConfig": {"pluginsConfig": [{"name": "Bastion", "desiredState": "ENABLED"}]}})"},
      {R"({"platformConfig": {"isSecureBootEnabled": true}})", 400, kMissing},
      {R"({"platformConfig": {"type": "INTEL_VM"}})", 400, kBad},
      {R"({"platformConfig": {"type": "AMD_VM", "numaNodesPerSocket": "NPS1"}})", 400, kUnreadable},
      {R"({"platformConfig": {"type": "AMD_VM", "isSecureBootEnabled": true}})"},
      {R"({"licensingConfigs": [{"type": "LINUX"}]})", 400, kBad},
      {R"({"licensingConfigs": [{"type": "WINDOWS", "licenseType": "OCI_PROVIDED"}]})"},
      {R"({"preemptibleInstanceConfig": {}})", 400, kMissing},
      {R"({"preemptibleInstanceConfig": {"preemptionAction": {"type": "TERMINATE"}}})"},
      // tags and metadata
      {R"({"freeformTags": {"a b": "c"}})", 400, kBad},
      {R"({"freeformTags": {"a.b": "c"}})", 400, kBad},
      {R"({"freeformTags": {"größe": "c"}})", 400, kBad},
      {R"({"freeformTags": {"a/b": "größe → 東京"}})"},
      {R"({"definedTags": {"Ops": "x"}})", 400, kBad},
      {R"({"definedTags": {"Ops": {"Cost.Center": "x"}}})", 400, kBad},
      {R"({"definedTags": {"Ops": {"Cost": "42"}}})"},
  };
  const std::string image = b.imported();
  check_rows(rows, b.launch_body(image),
             [&](const json::object& body) { return b.core(kTarget, "POST", "instances", body); });
}

TEST_CASE("tenancy: metadata may have 32,000 bytes", "[sim]") {
  Bench b;
  const std::string image = b.imported();
  json::object body = b.launch_body(image);
  body["metadata"] = {{"k", std::string(31'999, 'x')}};
  CHECK(b.core(kTarget, "POST", "instances", body).status == 200);
  body["metadata"] = {{"k", std::string(32'000, 'x')}};
  CHECK(b.core(kTarget, "POST", "instances", body).status == 400);
}

TEST_CASE("tenancy: a subnet is as the faults file says", "[sim]") {
  const auto launch = [](const char* subnet, const char* vnic) {
    Faults faults;
    faults.provisioned = {{"subnet", subnet}};
    Bench b(faults);
    json::value body = b.launch_body(b.imported());
    migledger::testing::merge_patch(body, json::object{{"createVnicDetails", json::parse(vnic)}});
    return b.core(kTarget, "POST", "instances", body.as_object()).status;
  };
  CHECK(launch(R"({"dnsLabel": null})", R"({"hostnameLabel": "web"})") == 400);
  CHECK(launch(R"({"dnsLabel": null})", "{}") == 200);
  CHECK(launch(R"({"prohibitPublicIpOnVnic": true})", R"({"assignPublicIp": true})") == 400);
  CHECK(launch(R"({"prohibitPublicIpOnVnic": true})", R"({"assignPublicIp": false})") == 200);
  CHECK(launch(R"({"ipv6CidrBlock": null})", R"({"assignIpv6Ip": true})") == 400);
  const char* const blocks = R"({"ipv4CidrBlocks": ["10.0.0.0/24", "10.9.0.0/24"]})";
  CHECK(launch(blocks, R"({"privateIp": "10.9.0.7"})") == 200);
  CHECK(launch(blocks, R"({"privateIp": "10.9.1.7"})") == 400);
  CHECK(launch(blocks, R"({"subnetCidr": "10.9.0.0/24"})") == 200);
  CHECK(launch(blocks, R"({"subnetCidr": "10.0.0.0/16"})") == 400);
  CHECK(
      launch(R"({"ipv6CidrBlocks": ["2001:db8:0:1::/64", "2001:db8:0:2::/64"]})",
             R"({"ipv6AddressIpv6SubnetCidrPairDetails": [{"ipv6Address": "2001:db8:0:2::5"}]})") ==
      200);
  CHECK(launch(R"({"availabilityDomain": "Uocm:SA-BOGOTA-1-AD-2"})", "{}") == 400);
  CHECK(launch(R"({"cidrBlock": "192.168.77.0/29"})", R"({"privateIp": "192.168.77.5"})") == 200);
  CHECK(launch(R"({"cidrBlock": "192.168.77.0/29"})", R"({"privateIp": "192.168.77.7"})") == 400);
}

TEST_CASE("tenancy: a network security group is of the subnet's network", "[sim]") {
  Faults faults;
  faults.provisioned = {{"nsg", R"({"vcnId": "ocid1.vcn.oc1.sa-bogota-1.other"})"}};
  Bench b(faults);
  b.tenancy->provision(with_options(R"({"nsgIds": ["ocid1.networksecuritygroup.oc1.bog.g"]})"));
  json::object body = b.launch_body(b.imported());
  body["createVnicDetails"].as_object()["nsgIds"] =
      json::array{"ocid1.networksecuritygroup.oc1.bog.g"};
  CHECK(b.core(kTarget, "POST", "instances", body).status == 400);
  CHECK(Bench::get(
            b.core(kTarget, "GET", "networkSecurityGroups/ocid1.networksecuritygroup.oc1.bog.g"),
            "vcnId") == "ocid1.vcn.oc1.sa-bogota-1.other");
}

TEST_CASE("tenancy: a shape that a place lacks is not found there", "[sim]") {
  Faults faults;
  faults.no_shape = {{"Uocm:SA-BOGOTA-1-AD-2", "VM.Standard.E4.Flex", false},
                     {kDomain, "VM.Standard.E5.Flex", true}};
  Bench b(faults);
  json::object body = b.launch_body(b.imported());
  const auto listed = [&](const std::string& domain, std::string_view shape) {
    const auto list = Bench::body(b.core(
        kTarget, "GET", "shapes?compartmentId=" + kCompartment + "&availabilityDomain=" + domain));
    for (const auto& one : list.as_array())
      if (one.at("shape").as_string() == shape) return true;
    return false;
  };
  CHECK(listed(kDomain, "VM.Standard.E4.Flex"));
  CHECK_FALSE(listed("Uocm:SA-BOGOTA-1-AD-2", "VM.Standard.E4.Flex"));
  CHECK(listed(kDomain, "VM.Standard.E5.Flex"));
  body["availabilityDomain"] = "Uocm:SA-BOGOTA-1-AD-2";
  CHECK(b.core(kTarget, "POST", "instances", body).status == 404);
  body["shape"] = "VM.Standard.E5.Flex";
  CHECK(b.core(kTarget, "POST", "instances", body).status == 200);
  body["availabilityDomain"] = kDomain;
  CHECK(b.core(kTarget, "POST", "instances", body).status == 404);
}

TEST_CASE("tenancy: an image runs on the processors that it was made for", "[sim]") {
  Faults faults;
  faults.provisioned = {{"instance", R"({"shape": "VM.Standard.A1.Flex"})"}};
  Bench b(faults);
  const Reply source = b.core(kSource, "GET", "instances/" + kInstance);
  CHECK_THAT(source.body, Catch::Contains("Ampere"));
  const std::string image = b.imported();
  json::object body = b.launch_body(image);
  CHECK(b.core(kTarget, "POST", "instances", body).status == 400);
  body["shape"] = "VM.Standard.A2.Flex";
  CHECK(b.core(kTarget, "POST", "instances", body).status == 200);
  const Reply shapes = b.core(kTarget, "GET", "images/" + image + "/shapes");
  CHECK_THAT(shapes.body, Catch::Contains("VM.Standard.A1.Flex"));
  CHECK_THAT(shapes.body, !Catch::Contains("E4.Flex"));
}

TEST_CASE("tenancy: cores are limited where a limit is set", "[sim]") {
  Faults faults;
  faults.limits = {{"standard-e4-core-count", 3}};
  Bench b(faults);
  json::object body = b.launch_body(b.imported());
  body["shapeConfig"] = {{"ocpus", 2}};
  CHECK(b.core(kTarget, "POST", "instances", body).status == 200);
  CHECK(Bench::code(b.core(kTarget, "POST", "instances", body)) == "LimitExceeded");
  body["shapeConfig"] = {{"ocpus", 1}};
  CHECK(b.core(kTarget, "POST", "instances", body).status == 200);
}

TEST_CASE("tenancy: nothing is provisioned that could not be", "[sim]") {
  Bench b;
  auto m = planned("astray", "ocid1.instance.oc1.phx.i");
  m.fields.set("target_subnet_id", "ocid1.subnet.oc1.iad.astray");
  m.fields.set("target_ad", "Uocm:US-ASHBURN-AD-1");
  m.fields.set("target_instance_shape", "VM.Standard.E44.Flex");
  m.fields.set("source_volume_id", "ocid1.volume.oc1.phx.v");
  m.fields.set("source_compartment_id", "ocid1.instance.oc1..no-compartment");
  m.fields.set("launch_options", R"({"nsgIds": ["ocid1.networksecuritygroup.oc2.sa-bogota-1.g"]})");
  b.tenancy->provision(m);
  for (const char* path : {"subnets/ocid1.subnet.oc1.iad.astray",
                           "networkSecurityGroups/ocid1.networksecuritygroup.oc2.sa-bogota-1.g",
                           "images?compartmentId=ocid1.instance.oc1..no-compartment"})
    CHECK(b.core(kTarget, "GET", path).status == 404);
  CHECK(b.core(kSource, "GET", "instances/ocid1.instance.oc1.phx.i").status == 404);
  CHECK(b.core(kSource, "GET", "volumes/ocid1.volume.oc1.phx.v").status == 404);
  const Reply shapes = b.core(kTarget, "GET", "shapes?compartmentId=" + kCompartment);
  CHECK_THAT(shapes.body, !Catch::Contains("E44"));
  CHECK_THAT(b.tenancy->report(), !Catch::Contains("astray"));
}

TEST_CASE("tenancy: volumes that OCI refuses are refused, others are not", "[sim]") {
  Bench b;
  const Row rows[] = {
      {"{}"},
      {R"({"sizeInGBs": 49})", 400, kBad},
      {R"({"sizeInGBs": 32769})", 400, kBad},
      {R"({"sizeInGBs": 50.5})", 400, kBad},
      {R"({"sizeInGBs": 32768, "vpusPerGB": 0})"},
      {R"({"vpusPerGB": 15})", 400, kBad},
      {R"({"vpusPerGB": 130})", 400, kBad},
      {R"({"vpusPerGB": 120})"},
      {R"({"availabilityDomain": "Uocm:US-ASHBURN-AD-1"})", 400, kBad},
      {R"({"availabilityDomain": null})", 400, kMissing},
      {R"({"kmsKeyId": "ocid1.key.oc1.iad.k"})", 404, kGone},
      {R"({"kmsKeyId": "ocid1.key.oc1.sa-bogota-1.k"})"},
      {R"({"autotunePolicies": [{"autotuneType": "ALWAYS"}]})", 400, kBad},
      {R"({"autotunePolicies": [{"autotuneType": "PERFORMANCE_BASED", "maxVpusPerGB": 55}]})", 400,
       kBad},
      {R"({"autotunePolicies": [{"autotuneType": "PERFORMANCE_BASED", "maxVpusPerGB": 50},
                                {"autotuneType": "DETACHED_VOLUME"}]})"},
      {R"({"definedTags": {"a b": {}}})", 400, kBad},
      {R"({"definedTags": {"Ops": {"Cost": "42"}}})"},
      {R"({"freeformTags": {"a.b": "c"}})", 400, kBad},
      {R"({"compartmentId": "ocid1.compartment.oc1..none"})", 404, kGone},
  };
  check_rows(rows,
             {{"compartmentId", kCompartment}, {"availabilityDomain", kDomain}, {"sizeInGBs", 50}},
             [&](const json::object& body) { return b.core(kTarget, "POST", "volumes", body); });
}

TEST_CASE("tenancy: gigabytes of volumes and backups are limited where a limit is set", "[sim]") {
  Faults faults;
  faults.limits = {{"total-storage-gb", 150}, {"backup-count", 1}};
  Bench b(faults);
  const auto available = [&](const std::string& name) {
    Request request;
    request.region = kTarget;
    request.service = workflow::Service::limits;
    request.path = "/20190729/services/block-storage/limits/" + name + "/resourceAvailability";
    request.query = "compartmentId=" + kCompartment + "&availabilityDomain=" + kDomain;
    return Bench::body(b.tenancy->handle(request, b.now)).at("available").as_int64();
  };
  const auto volume = [&](int gigabytes) {
    const Reply made = b.core(kTarget, "POST", "volumes",
                              {{"compartmentId", kCompartment},
                               {"availabilityDomain", kDomain},
                               {"sizeInGBs", gigabytes}});
    b.now += 3min;
    return made;
  };
  const std::string first = Bench::id(volume(90));
  CHECK(available("total-storage-gb") == 60);
  CHECK(Bench::code(volume(61)) == "LimitExceeded");
  CHECK(volume(60).status == 200);
  CHECK(available("backup-count") == 1);
  const auto back_up = [&] {
    return b.core(kTarget, "POST", "volumeBackups", {{"volumeId", first}, {"type", "FULL"}});
  };
  REQUIRE(back_up().status == 200);
  CHECK(available("backup-count") == 0);
  CHECK(Bench::code(back_up()) == "LimitExceeded");
}

TEST_CASE("tenancy: attachments that OCI refuses are refused, others are not", "[sim]") {
  Bench b;
  const std::string instance = Bench::id(b.launch(b.imported()));
  b.now += 3min;
  const auto volume = [&] {
    const std::string id = Bench::id(b.core(
        kTarget, "POST", "volumes",
        {{"compartmentId", kCompartment}, {"availabilityDomain", kDomain}, {"sizeInGBs", 50}}));
    b.now += 3min;
    return id;
  };
  const Row rows[] = {
      {R"({"device": "dev/oracleoci/oraclevdp"})", 400, kBad},
      {R"({"device": "/dev/sdb"})", 400, kBad},
      {R"({"device": "/dev/oracleoci/oraclevda"})", 400, kBad},
      {R"({"device": "/dev/oracleoci/oraclevdah"})", 400, kBad},
      {R"({"device": "/dev/oracleoci/oraclevdb"})"},
      {R"({"device": "/dev/oracleoci/oraclevdb"})", 409, "IncorrectState"},
      {R"({"device": "/dev/oracleoci/oraclevdag"})"},
      {"{}"},
      {R"({"type": "scsi"})", 400, kBad},
      {R"({"type": null})", 400, kMissing},
      {R"({"instanceId": "ocid1.instance.oc1.sa-bogota-1.none"})", 404, kGone},
  };
  check_rows(rows, {{"type", "paravirtualized"}, {"instanceId", instance}}, [&](json::object body) {
    body["volumeId"] = volume();
    return b.core(kTarget, "POST", "volumeAttachments", body);
  });
  const auto devices = [&](const char* filter) {
    return Bench::body(b.core(kTarget, "GET", "instances/" + instance + "/devices" + filter))
        .as_array();
  };
  CHECK(devices("").size() == 32);
  CHECK(devices("?isAvailable=true").size() == 30);
  CHECK(devices("?isAvailable=false").size() == 2);
  // An instance takes 32 volumes.
  json::object body{{"type", "paravirtualized"}, {"instanceId", instance}};
  for (int n = 3; n < 32; ++n) {
    body["volumeId"] = volume();
    REQUIRE(b.core(kTarget, "POST", "volumeAttachments", body).status == 200);
  }
  body["volumeId"] = volume();
  CHECK(Bench::code(b.core(kTarget, "POST", "volumeAttachments", body)) == "LimitExceeded");
}

TEST_CASE("tenancy: bare metal takes volumes by iSCSI only", "[sim]") {
  Bench b;
  json::object launch = b.launch_body(b.imported());
  launch["shape"] = "BM.Standard.E4.128";
  launch.erase("shapeConfig");
  const Reply made = b.core(kTarget, "POST", "instances", launch);
  REQUIRE(made.status == 200);
  b.now += 10min;
  const std::string volume = Bench::id(b.core(
      kTarget, "POST", "volumes",
      {{"compartmentId", kCompartment}, {"availabilityDomain", kDomain}, {"sizeInGBs", 50}}));
  b.now += 3min;
  json::object body{
      {"type", "paravirtualized"}, {"instanceId", Bench::id(made)}, {"volumeId", volume}};
  CHECK(b.core(kTarget, "POST", "volumeAttachments", body).status == 400);
  body["type"] = "service_determined";
  const Reply attached = b.core(kTarget, "POST", "volumeAttachments", body);
  CHECK(attached.status == 200);
  CHECK(Bench::get(attached, "attachmentType") == "iscsi");
}

TEST_CASE("tenancy: what checks read of the network, of places and of limits", "[sim]") {
  Faults faults;
  faults.limits = {{"standard-e4-core-count", 10}};
  faults.provisioned = {{"boot_volume", R"({"backupPolicyId": "gold"})"},
                        {"bucket", R"({"retentionRules": [{"id": "r"}]})"}};
  Bench b(faults);
  b.tenancy->provision(with_options(R"({
      "privateIpId": "ocid1.privateip.oc1.sa-bogota-1.p",
      "computeClusterId": "ocid1.computecluster.oc1.sa-bogota-1.c"})"));
  json::object launch = b.launch_body(b.imported());
  launch["createVnicDetails"].as_object()["privateIp"] = "10.0.0.77";
  launch["createVnicDetails"].as_object()["hostnameLabel"] = "web";
  launch["shapeConfig"] = {{"ocpus", 3}};
  REQUIRE(b.core(kTarget, "POST", "instances", launch).status == 200);
  const auto list = [&](const std::string& path) {
    return Bench::body(b.core(kTarget, "GET", path)).as_array();
  };
  const auto all = list("privateIps?subnetId=" + kSubnet);
  REQUIRE(all.size() == 1);
  CHECK(all[0].at("ipAddress") == "10.0.0.77");
  CHECK(all[0].at("hostnameLabel") == "web");
  CHECK(list("privateIps?subnetId=" + kSubnet + "&ipAddress=10.0.0.78").empty());
  CHECK(b.core(kTarget, "GET", "privateIps?subnetId=ocid1.subnet.oc1.sa-bogota-1.no").status ==
        404);
  CHECK(Bench::get(b.core(kTarget, "GET", "privateIps/ocid1.privateip.oc1.sa-bogota-1.p"),
                   "subnetId") == kSubnet);
  CHECK(Bench::get(b.core(kTarget, "GET", "computeClusters/ocid1.computecluster.oc1.sa-bogota-1.c"),
                   "availabilityDomain") == kDomain);
  Request limit;
  limit.region = kTarget;
  limit.service = workflow::Service::limits;
  limit.path = "/20190729/services/compute/limits/standard-e4-core-count/resourceAvailability";
  limit.query = "compartmentId=" + kCompartment + "&availabilityDomain=" + kDomain;
  CHECK(Bench::body(b.tenancy->handle(limit, b.now)).at("available") == 7);
  limit.path = "/20190729/services/compute/limits/gpu-h200-count/resourceAvailability";
  CHECK(b.tenancy->handle(limit, b.now).status == 200);
  limit.path = "/20190729/services/compute/limits/no-such-count/resourceAvailability";
  CHECK(b.tenancy->handle(limit, b.now).status == 404);
  const Reply boots =
      b.core(kSource, "GET",
             "bootVolumeAttachments?availabilityDomain=Uocm:US-ASHBURN-AD-1&compartmentId=" +
                 kCompartment + "&instanceId=" + kInstance);
  const std::string boot(Bench::body(boots).at(0).at("bootVolumeId").as_string());
  const Reply policies = b.core(kSource, "GET", "volumeBackupPolicyAssignments?assetId=" + boot);
  CHECK_THAT(policies.body, Catch::Contains(R"("policyId":"gold")"));
  CHECK_THAT(b.core(kSource, "GET", "bootVolumes/" + boot).body, !Catch::Contains("gold"));
  CHECK(b.objects(kSource, "GET", b.bucket() + "/retentionRules").body ==
        R"({"items":[{"id":"r"}]})");
  CHECK_THAT(b.objects(kSource, "GET", b.bucket()).body, !Catch::Contains("retentionRules"));
}

TEST_CASE("tenancy: what is put into a bucket of the Archive tier must be restored", "[sim]") {
  Bench b;
  const std::string in = "/n/" + b.tenancy->object_namespace() + "/b";
  REQUIRE(
      b.objects(kTarget, "POST", in,
                json::serialize(json::object{
                    {"name", "cold"}, {"compartmentId", kCompartment}, {"storageTier", "Archive"}}))
          .status == 200);
  CHECK(b.objects(kTarget, "PUT", in + "/cold/o/x", "text").status == 200);
  CHECK(Bench::code(b.objects(kTarget, "GET", in + "/cold/o/x")) == "NotRestored");
}

TEST_CASE("tenancy: buckets and images that OCI refuses are refused, others are not", "[sim]") {
  Bench b;
  int bucket = 0;
  const Row buckets[] = {
      {"{}"},
      {R"({"name": "a/b"})", 400, "InvalidBucketName"},
      {R"({"name": "zürich"})", 400, "InvalidBucketName"},
      {R"({"name": null})", 400, kMissing},
      {R"({"storageTier": "Cold"})", 400, kBad},
      {R"({"versioning": "Suspended"})", 400, kBad},
      {R"({"publicAccessType": "Everybody"})", 400, kBad},
      {R"({"autoTiering": "Sometimes"})", 400, kBad},
      {R"({"autoTiering": "InfrequentAccess", "storageTier": "Archive"})", 400, kBad},
      {R"({"autoTiering": "InfrequentAccess", "objectEventsEnabled": true})"},
      {R"({"kmsKeyId": "ocid1.key.oc1.iad.k"})", 404, kGone},
      {R"({"kmsKeyId": "ocid1.key.oc1.bog.k"})"},
      {R"({"definedTags": {"Ops": {"a.b": "42"}}})", 400, kBad},
      {R"({"definedTags": {"Ops": {"Cost": "42"}}})"},
      {R"({"freeformTags": {"a b": "c"}})", 400, kBad},
  };
  check_rows(buckets, {{"compartmentId", kCompartment}}, [&](json::object body) {
    const bool unnamed = body.contains("name") || bucket == 3;
    if (!unnamed) body["name"] = "b" + std::to_string(bucket);
    ++bucket;
    return b.objects(kTarget, "POST", "/n/" + b.tenancy->object_namespace() + "/b",
                     json::serialize(body));
  });
  const Row images[] = {
      {R"({"displayName": "Oracle-Linux-8.10-2025.09.16-0"})", 400, kBad},
      {R"({"definedTags": {"Ops": {"a b": "42"}}})", 400, kBad},
      {R"({"launchMode": "SIDEWAYS"})", 400, kBad},
      {R"({"definedTags": {"Ops": {"Cost": "42"}}})"},
  };
  check_rows(images, {{"compartmentId", kCompartment}, {"instanceId", kInstance}},
             [&](const json::object& body) { return b.core(kSource, "POST", "images", body); });
}

TEST_CASE("tenancy: what is made shows the defined tags it was given", "[sim]") {
  Bench b;
  const json::object tags{{"Ops", {{"Cost", "42"}}}};
  const auto shows = [&](const Reply& made) {
    return Bench::body(made).at("definedTags") == json::value(tags);
  };
  CHECK(shows(
      b.core(kSource, "POST", "images",
             {{"compartmentId", kCompartment}, {"instanceId", kInstance}, {"definedTags", tags}})));
  const Reply volume = b.core(
      kTarget, "POST", "volumes",
      {{"compartmentId", kCompartment}, {"availabilityDomain", kDomain}, {"definedTags", tags}});
  CHECK(shows(volume));
  b.now += 3min;
  CHECK(shows(b.core(kTarget, "POST", "volumeBackups",
                     {{"volumeId", Bench::id(volume)}, {"definedTags", tags}})));
  CHECK(
      shows(b.core(kTarget, "POST", "volumeGroups",
                   {{"compartmentId", kCompartment},
                    {"availabilityDomain", kDomain},
                    {"sourceDetails", {{"type", "volumeIds"}, {"volumeIds", {Bench::id(volume)}}}},
                    {"definedTags", tags}})));
  CHECK(shows(
      b.objects(kTarget, "POST", "/n/" + b.tenancy->object_namespace() + "/b",
                json::serialize(json::object{
                    {"name", "tagged"}, {"compartmentId", kCompartment}, {"definedTags", tags}}))));
}

TEST_CASE("tenancy: names of objects that OCI refuses are refused, others are not", "[sim]") {
  Bench b;
  for (const char* name : {"new%0Aline", "new%0Dline", "nul%00"}) {
    CAPTURE(name);
    CHECK(Bench::code(b.objects(kSource, "PUT", b.bucket() + "/o/" + name, "x")) ==
          "InvalidObjectName");
  }
  CHECK(Bench::code(b.objects(kSource, "PUT", b.bucket() + "/o/" + std::string(1025, 'x'), "x")) ==
        "InvalidObjectName");
  for (const char* name : {"a%09b", "a%20b", "%C3%BC", "a//b", ".."})
    CHECK(b.objects(kSource, "PUT", b.bucket() + "/o/" + name, "x").status == 200);
  b.objects(kSource, "PUT", b.bucket() + "/o/copy.oci", "data");
  b.create_bucket();
  json::object copy{{"sourceObjectName", "copy.oci"},
                    {"destinationRegion", kTarget},
                    {"destinationNamespace", b.tenancy->object_namespace()},
                    {"destinationBucket", "staging"},
                    {"destinationObjectName", "new\nline"}};
  CHECK(Bench::code(b.objects(kSource, "POST", b.bucket() + "/actions/copyObject",
                              json::serialize(copy))) == "InvalidObjectName");
}

}  // namespace migledger::adapters::sim::testing
