// Block storage of the simulated tenancy: what it refuses, keeps and counts.
#include "adapters/sim/world/state_store.h"
#include "sim_fixture.h"

namespace migledger::adapters::sim::testing {

namespace {

const std::string kVolume = "ocid1.volume.oc1.iad.source";
const std::string kGroup = "ocid1.volumegroup.oc1.iad.source";
const std::string kOther = "us-phoenix-1";

// A tenancy with a volume, a group and an instance in the target region.
struct Storage : Bench {
  explicit Storage(Faults faults = {}, StateStore* store = nullptr)
      : Bench(std::move(faults), 7, store) {
    for (const auto& id : {kVolume, kGroup}) {
      auto m = planned("data", "");
      m.fields.set("source_volume_id", id);
      m.fields.set("attach", R"({"instance_id":"ocid1.instance.oc1.sa-bogota-1.there"})");
      tenancy->provision(m);
    }
    auto elsewhere = planned("elsewhere", "");
    elsewhere.fields.set("target_region", kOther);
    elsewhere.fields.set("target_ad", "");
    tenancy->provision(elsewhere);
  }

  Reply replicate(const json::array& list, std::string if_match = {}, Fault fault = Fault::none,
                  std::string path = "volumes/" + kVolume,
                  const char* member = "blockVolumeReplicas") {
    Request r;
    r.region = kSource;
    r.method = "PUT";
    const auto question = path.find('?');
    if (question != std::string::npos) r.query = path.substr(question + 1);
    r.path = "/20160918/" + path.substr(0, question);
    r.body = json::serialize(json::object{{member, list}});
    r.if_match = std::move(if_match);
    return send(r, fault);
  }
  json::array replicas() {
    return body(core(kSource, "GET", "volumes/" + kVolume)).at("blockVolumeReplicas").as_array();
  }
  std::string replica(std::size_t i = 0) {
    const auto list = replicas();
    return std::string(list.at(i).at("blockVolumeReplicaId").as_string());
  }
  Reply activate(const std::string& id, std::string token = {}) {
    return core(kTarget, "POST", "volumes",
                {{"compartmentId", kCompartment},
                 {"availabilityDomain", kDomain},
                 {"displayName", "moved"},
                 {"sourceDetails", {{"type", "blockVolumeReplica"}, {"id", id}}}},
                std::move(token));
  }
};

const json::array kHere = {{{"availabilityDomain", kDomain}, {"displayName", "here"}}};

}  // namespace

TEST_CASE("a list of replicas replaces the one before, and keeps what is in both", "[sim]") {
  Storage s;
  REQUIRE(s.replicate(kHere).ok());
  const std::string first = s.replica();
  json::array both = kHere;
  both.push_back(json::object{{"availabilityDomain", "Uocm:PHX-AD-1"}});
  REQUIRE(s.replicate(both).ok());
  CHECK(s.replicas().size() == 2);
  CHECK(s.replica() == first);
  REQUIRE(s.replicate({{{"availabilityDomain", "Uocm:PHX-AD-1"}}}).ok());
  CHECK(s.replicas().size() == 1);
  CHECK(s.state(kTarget, "blockVolumeReplicas/" + first) == "TERMINATING");
  s.now += 4min;
  CHECK(s.state(kTarget, "blockVolumeReplicas/" + first) == "TERMINATED");
  CHECK(s.created("blockvolumereplica") == 2);
  // Enabled again, it is another one, and starts from the beginning.
  REQUIRE(s.replicate(both).ok());
  CHECK(s.created("blockvolumereplica") == 3);
}

TEST_CASE("replicas are refused where OCI has none", "[sim]") {
  Faults faults;
  faults.no_replication = {{kSource, kTarget, ""}};
  Storage s(faults);
  CHECK(s.replicate(kHere).status == 400);
  CHECK(s.replicas().empty());
  CHECK(s.replicate({{{"availabilityDomain", "Uocm:PHX-AD-1"}}}).ok());
  for (const char* domain : {"Uocm:US-ASHBURN-AD-2", "nowhere:AD-1"})
    CHECK(s.replicate({{{"availabilityDomain", domain}}}).status == 400);
  CHECK(s.replicate({{{"displayName", "x"}}}).status == 400);
  CHECK(s.core(kSource, "PUT", "volumes/" + kVolume, {{"sizeInGBs", 100}}).status == 409);
  CHECK(s.core(kSource, "DELETE", "volumes/" + kVolume).status == 409);
}

TEST_CASE("an update with another etag does nothing", "[sim]") {
  Storage s;
  const std::string etag(s.core(kSource, "GET", "volumes/" + kVolume).etag());
  CHECK(s.replicate(kHere, "stale").status == 412);
  CHECK(s.replicas().empty());
  CHECK(s.replicate(kHere, etag).ok());
  CHECK(s.replicate({}, etag).status == 412);
  CHECK(s.replicas().size() == 1);
}

TEST_CASE("a replica is synced again and again, and is ACTIVATING while a volume is made",
          "[sim]") {
  Storage s;
  REQUIRE(s.replicate(kHere).ok());
  const std::string path = "blockVolumeReplicas/" + s.replica();
  CHECK(s.state(kTarget, path) == "PROVISIONING");
  CHECK(s.activate(s.replica()).status == 409);
  CHECK(s.core(kSource, "GET", path).status == 404);  // it lies in the other region
  s.now += 91min;
  const std::string first = Bench::get(s.core(kTarget, "GET", path), "timeLastSynced");
  s.now += 26min;
  CHECK(Bench::get(s.core(kTarget, "GET", path), "timeLastSynced") > first);

  const Reply made = s.activate(s.replica(), "token");
  REQUIRE(made.ok());
  CHECK(Bench::id(s.activate(s.replica(), "token")) == Bench::id(made));
  CHECK(s.created("volume") == 1);
  CHECK(s.state(kTarget, path) == "ACTIVATING");
  CHECK(s.replicate({}).status == 409);
  s.now += 3min;
  CHECK(s.state(kTarget, path) == "AVAILABLE");
  const std::string volume = "volumes/" + Bench::id(made);
  CHECK(s.state(kTarget, volume) == "AVAILABLE");
  CHECK_FALSE(Bench::body(s.core(kTarget, "GET", volume)).at("isHydrated").as_bool());
  s.now += 11min;
  CHECK(Bench::body(s.core(kTarget, "GET", volume)).at("isHydrated").as_bool());
}

TEST_CASE("a group's replica has those of its members, which end with it when told so", "[sim]") {
  for (const bool preserve : {true, false}) {
    Storage s;
    const std::string path = "volumeGroups/" + kGroup;
    REQUIRE(s.replicate(kHere, "", Fault::none, path, "volumeGroupReplicas").ok());
    CHECK(s.created("volumegroupreplica") == 1);
    CHECK(s.created("blockvolumereplica") == 2);
    const auto group = Bench::body(s.core(kSource, "GET", path));
    const std::string member(group.at("volumeIds").at(0).as_string());
    // Its members' lists are the group's business.
    CHECK(s.replicate({}, "", Fault::none, "volumes/" + member).status == 409);
    REQUIRE(s.replicate({}, "", Fault::none,
                        path + (preserve ? "" : "?preserveVolumeReplica=false"),
                        "volumeGroupReplicas")
                .ok());
    const auto left = Bench::body(s.core(kSource, "GET", "volumes/" + member));
    CHECK(left.at("blockVolumeReplicas").as_array().size() == (preserve ? 1 : 0));
  }
}

TEST_CASE("attachments need a free volume, a free device and one availability domain", "[sim]") {
  Storage s;
  const std::string instance = "ocid1.instance.oc1.sa-bogota-1.there";
  const auto volume = [&](const char* domain) {
    const auto made = s.core(
        kTarget, "POST", "volumes",
        {{"compartmentId", kCompartment}, {"availabilityDomain", domain}, {"sizeInGBs", 50}});
    REQUIRE(made.ok());
    s.now += 3min;
    return Bench::id(made);
  };
  const auto attach = [&](const std::string& id, const char* device, std::string token = {}) {
    return s.core(
        kTarget, "POST", "volumeAttachments",
        {{"type", "iscsi"}, {"instanceId", instance}, {"volumeId", id}, {"device", device}},
        std::move(token));
  };
  const std::string first = volume(kDomain.c_str()), second = volume(kDomain.c_str());
  const Reply made = attach(first, "/dev/oracleoci/oraclevdb", "token");
  REQUIRE(made.ok());
  CHECK(Bench::id(attach(first, "/dev/oracleoci/oraclevdb", "token")) == Bench::id(made));
  CHECK(attach(first, "/dev/oracleoci/oraclevdc").status == 409);
  CHECK(attach(second, "/dev/oracleoci/oraclevdb").status == 409);
  CHECK(attach(volume("Uocm:SA-BOGOTA-1-AD-2"), "/dev/oracleoci/oraclevdd").status == 400);
  CHECK(s.created("volumeattachment") == 1);
  s.now += 1min;
  const std::string path = "volumeAttachments/" + Bench::id(made);
  CHECK(s.state(kTarget, path) == "ATTACHED");
  CHECK(s.core(kTarget, "DELETE", "volumes/" + first).status == 409);
  REQUIRE(s.core(kTarget, "DELETE", path).ok());
  s.now += 1min;
  CHECK(s.state(kTarget, path) == "DETACHED");
  CHECK(attach(first, "/dev/oracleoci/oraclevdb").ok());
  // An instance takes its attachments with it.
  REQUIRE(s.core(kTarget, "DELETE", "instances/" + instance).ok());
  s.now += 2min;
  CHECK(s.core(kTarget, "DELETE", "volumes/" + first).ok());
}

TEST_CASE("a boot volume of an instance can be replicated, and ends with the instance", "[sim]") {
  Storage s;
  const auto attached = Bench::body(
      s.core(kSource, "GET",
             "bootVolumeAttachments?availabilityDomain=Uocm:US-ASHBURN-AD-1&compartmentId=" +
                 kCompartment + "&instanceId=" + kInstance));
  const std::string path =
      "bootVolumes/" + std::string(attached.at(0).at("bootVolumeId").as_string());
  REQUIRE(s.replicate(kHere, "", Fault::none, path, "bootVolumeReplicas").ok());
  CHECK(s.created("bootvolumereplica") == 1);
  CHECK(s.state(kSource, path) == "AVAILABLE");
  REQUIRE(s.core(kSource, "DELETE", "instances/" + kInstance).ok());
  s.now += 2min;
  CHECK(s.state(kSource, path) == "TERMINATED");
}

TEST_CASE("block storage is there again when the tenancy is opened again", "[sim]") {
  MemoryStore kept;
  std::string replica, report;
  {
    Storage s({}, &kept);
    REQUIRE(s.replicate(kHere).ok());
    replica = s.replica();
    report = s.tenancy->report();
  }
  Bench again({}, 7, &kept);
  CHECK(again.tenancy->report() == report);
  again.now += 91min;
  CHECK(again.state(kTarget, "blockVolumeReplicas/" + replica) == "AVAILABLE");
  CHECK(again
            .body(again.core(kTarget, "GET",
                             "blockVolumeReplicas?availabilityDomain=" + kDomain +
                                 "&compartmentId=" + kCompartment))
            .as_array()
            .size() == 1);
}

TEST_CASE("what has ended is shown for hours, and then not found", "[sim]") {
  Storage s;
  REQUIRE(s.core(kSource, "DELETE", "volumes/" + kVolume).ok());
  s.now += 2min;
  CHECK(s.state(kSource, "volumes/" + kVolume) == "TERMINATED");
  CHECK(s.core(kSource, "DELETE", "volumes/" + kVolume).status == 404);
  s.now += 13h;
  CHECK(s.core(kSource, "GET", "volumes/" + kVolume).status == 404);
}

TEST_CASE("volumes come page by page, late, and are found by their tags", "[sim]") {
  Faults faults;
  faults.list_lag = Range{60s, 60s};
  faults.search_lag = Range{60s, 60s};
  Storage s(faults);
  for (int i = 0; i < 3; ++i)
    REQUIRE(s.core(kTarget, "POST", "volumes",
                   {{"compartmentId", kCompartment},
                    {"availabilityDomain", kDomain},
                    {"freeformTags", {{"migledger-ledger", "mine"}}}})
                .ok());
  const std::string list = "volumes?compartmentId=" + kCompartment + "&limit=2";
  const auto search = [&] {
    Request r;
    r.region = kTarget;
    r.service = Service::search;
    r.method = "POST";
    r.path = "/20180409/resources";
    r.body = json::serialize(
        json::object{{"type", "Structured"},
                     {"query",
                      "query volume resources where (freeformTags.key = 'migledger-ledger' && "
                      "freeformTags.value = 'mine')"}});
    return Bench::body(s.send(r)).at("items").as_array().size();
  };
  CHECK(Bench::body(s.core(kTarget, "GET", list)).as_array().empty());
  CHECK(search() == 0);
  s.now += 61s;
  const Reply first = s.core(kTarget, "GET", list);
  CHECK(Bench::body(first).as_array().size() == 2);
  const std::string next(first.header("opc-next-page"));
  REQUIRE_FALSE(next.empty());
  CHECK(Bench::body(s.core(kTarget, "GET", list + "&page=" + next)).as_array().size() == 1);
  CHECK(search() == 3);
}

TEST_CASE("a limit on volumes is kept", "[sim]") {
  Faults faults;
  faults.limits = {{"volume-count", 1}};
  Storage s(faults);
  const auto create = [&] {
    return s.core(kTarget, "POST", "volumes",
                  {{"compartmentId", kCompartment}, {"availabilityDomain", kDomain}});
  };
  CHECK(create().ok());
  const Reply refused = create();
  CHECK(refused.status == 400);
  CHECK(Bench::code(refused) == "LimitExceeded");
}

}  // namespace migledger::adapters::sim::testing
