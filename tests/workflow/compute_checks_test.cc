// The checks before anything is created: each refusal, each wait, and what is carried on.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/views.h"

namespace migledger::testing {

using namespace workflow;
namespace json = boost::json;
using Kind = Verdict::Kind;

namespace {

// Asks as the executor does, and answers by the beginning of the path. `paths` are those of the
// requests.
Verdict read_as_asked(const View& view, decltype(compute::ask_source) ask,
                      decltype(compute::read_source) read,
                      const std::vector<std::pair<std::string_view, Answer>>& answers,
                      std::vector<std::string>* paths = nullptr) {
  std::vector<Answer> given;
  while (const auto request = ask(view, given)) {
    if (paths) paths->push_back(request->path);
    const auto path = std::string_view(request->path).substr(sizeof "/20160918");
    const auto found = std::find_if(answers.begin(), answers.end(),
                                    [&](const auto& a) { return path.starts_with(a.first); });
    INFO(request->path);
    REQUIRE(found != answers.end());
    given.push_back(found->second);
    REQUIRE(given.size() < 40);
  }
  return read(view, given);
}

json::object source_instance() {
  return {{"id", sample_state().plan.get("source_instance_id")},
          {"lifecycleState", "RUNNING"},
          {"displayName", "web server"},
          {"compartmentId", "ocid1.compartment.oc1..source"},
          {"availabilityDomain", "AD-1"},
          {"imageId", "img"},
          {"shape", "VM.Standard.E4.Flex"},
          {"shapeConfig", json::object{{"ocpus", 2.0},
                                       {"memoryInGBs", 16.0},
                                       {"gpus", 0},
                                       {"baselineOcpuUtilization", nullptr}}}};
}

// The answers of a source that is in order; tests change what they are about.
struct Source {
  ledger::MigrationState state = sample_state();
  Answer instance = answer(source_instance());
  Answer boot_attachments =
      answer(json::array{json::object{{"bootVolumeId", "old"}, {"lifecycleState", "DETACHED"}},
                         json::object{{"bootVolumeId", "boot"}, {"lifecycleState", "ATTACHED"}}});
  Answer boot_volume = answer(json::object{{"id", "boot"}, {"sizeInGBs", 50}});
  Answer volumes = answer(json::array{});
  Answer image = answer(json::object{{"id", "img"}, {"displayName", "Oracle Linux"}});
  Answer policies = answer(json::array{});
  Answer interfaces =
      answer(json::array{json::object{{"vnicId", "first"}, {"lifecycleState", "ATTACHED"}}});
  Answer interface = answer(json::object{{"id", "first"}});

  View view() const { return view_at(state, "check-source"); }
  Verdict read(std::vector<std::string>* paths = nullptr) const {
    return read_as_asked(view(), compute::ask_source, compute::read_source,
                         {{"instances/", instance},
                          {"bootVolumeAttachments", boot_attachments},
                          {"bootVolumes/", boot_volume},
                          {"volumeAttachments", volumes},
                          {"images/", image},
                          {"volumeBackupPolicyAssignments", policies},
                          {"vnicAttachments", interfaces},
                          {"vnics/", interface}},
                         paths);
  }
  void change(std::string_view key, json::value value) {
    auto object = instance.json->get_object();
    object[key] = std::move(value);
    instance = answer(object);
  }
};

}  // namespace

TEST_CASE("a source in order passes, and what the launch needs is carried on") {
  std::vector<std::string> paths;
  const Verdict verdict = Source().read(&paths);
  CHECK(verdict.kind == Kind::ok);
  CHECK(verdict.facts.get("source_state") == "RUNNING");
  CHECK(verdict.facts.get("source_name") == "web server");
  CHECK(verdict.facts.get("source_shape") == "VM.Standard.E4.Flex");
  CHECK(json::parse(std::string(verdict.facts.get("source_config"))) ==
        json::value{{"ocpus", 2}, {"memoryInGBs", 16}});
  CHECK(verdict.findings.empty());
  REQUIRE(paths.size() == 8);
  CHECK(paths[2] == "/20160918/bootVolumes/boot");  // the one that is attached
}

TEST_CASE("in bulk, a source is read from lists, and asked about itself where they lack it") {
  const Source one;
  auto view = one.view();
  view.in_bulk = true;
  const auto id = view.plan("source_instance_id");
  const auto hangs_on = [](std::string_view instance, std::string_view volume) {
    return json::object{{"instanceId", instance},
                        {"lifecycleState", "ATTACHED"},
                        {"bootVolumeId", volume},
                        {"volumeId", volume}};
  };
  std::vector<Answer> answers;
  std::vector<std::string> paths;
  const auto ask = [&](Answer next) {
    const auto request = compute::ask_source(view, answers);
    REQUIRE(request);
    paths.push_back(request->path.substr(sizeof "/20160918"));
    CHECK((request->query.find("instanceId") == std::string::npos));
    answers.push_back(std::move(next));
  };
  ask(answer(json::array{json::object{{"id", "another"}}}));
  ask(one.instance);  // not listed: itself
  ask(answer(json::array{hangs_on("another", "b"), hangs_on(id, "boot")}));
  ask(answer(json::array{json::object{{"id", "boot"}, {"sizeInGBs", 50}}}));
  ask(answer(json::array{hangs_on("another", "c"), hangs_on(id, "data")}));
  ask(answer(json::array{json::object{{"id", "img"}, {"listingType", "NONE"}}}));
  ask(answer(json::array{
      json::object{{"instanceId", id}, {"lifecycleState", "ATTACHED"}, {"vnicId", "first"}}}));
  ask(answer(json::array{json::object{{"assetId", "boot"}, {"policyId", "gold"}}}));
  ask(one.interface);
  CHECK(!compute::ask_source(view, answers));
  CHECK(paths == std::vector<std::string>{"instances", "instances/" + std::string(id),
                                          "bootVolumeAttachments", "bootVolumes",
                                          "volumeAttachments", "images", "vnicAttachments",
                                          "volumeBackupPolicyAssignments", "vnics/first"});
  const Verdict verdict = compute::read_source(view, answers);
  CHECK(verdict.kind == Kind::ok);
  CHECK(verdict.facts.get("boot_volume_gbs") == "50");
  REQUIRE(verdict.findings.size() == 2);
  CHECK(verdict.findings[0].find("data") != std::string::npos);
  CHECK_THAT(verdict.findings[1], Catch::Contains("backup policy of its boot volume"));
  CHECK(verdict.findings[0].find(" c") == std::string::npos);
}

TEST_CASE("a source that is gone, elsewhere, or cannot be exported is refused") {
  Source source;
  SECTION("not there, or not to be seen") { source.instance = not_found(); }
  SECTION("terminated") { source.change("lifecycleState", "TERMINATED"); }
  SECTION("being terminated") { source.change("lifecycleState", "TERMINATING"); }
  SECTION("in another compartment") { source.change("compartmentId", "elsewhere"); }
  SECTION("without a boot volume") { source.boot_attachments = answer(json::array{}); }
  SECTION("with a boot volume that is detached") {
    source.boot_attachments =
        answer(json::array{json::object{{"bootVolumeId", "b"}, {"lifecycleState", "DETACHED"}}});
  }
  SECTION("with a boot volume that is too large") {
    source.boot_volume = answer(json::object{{"id", "boot"}, {"sizeInGBs", 401}});
  }
  SECTION("from the marketplace") {
    source.image = answer(json::object{{"id", "img"}, {"listingType", "COMMUNITY"}});
  }
  const Verdict verdict = source.read();
  CHECK(verdict.kind == Kind::refused);
  CHECK(!verdict.failure.message.empty());
  CHECK(!verdict.need.empty());
}

TEST_CASE("a source of the largest size allowed passes") {
  Source source;
  source.boot_volume = answer(json::object{{"id", "boot"}, {"sizeInGBs", 400}});
  source.image = answer(json::object{{"id", "img"}, {"listingType", "NONE"}});
  CHECK(source.read().kind == Kind::ok);
}

TEST_CASE("a source between two states is waited for") {
  for (const char* state : {"STOPPING", "STARTING", "PROVISIONING", "CREATING_IMAGE"}) {
    Source source;
    source.change("lifecycleState", state);
    const Verdict verdict = source.read();
    CHECK(verdict.kind == Kind::pending);
    CHECK(verdict.state == state);
  }
}

TEST_CASE("volumes that do not travel are noticed, those detached are not") {
  Source source;
  source.volumes =
      answer(json::array{json::object{{"volumeId", "data"}, {"lifecycleState", "ATTACHED"}},
                         json::object{{"volumeId", "gone"}, {"lifecycleState", "DETACHED"}}});
  source.image = not_found();
  const Verdict verdict = source.read();
  CHECK(verdict.kind == Kind::ok);
  REQUIRE(verdict.findings.size() == 2);
  const std::string all = verdict.findings[0] + verdict.findings[1];
  CHECK(all.find("data") != std::string::npos);
  CHECK(all.find("gone") == std::string::npos);
  CHECK(all.find("could not be seen") != std::string::npos);
}

TEST_CASE("the primary interface is the one that the source has had longest") {
  Source source;
  const auto attached = [](const char* id, const char* since) {
    return json::object{{"vnicId", id}, {"lifecycleState", "ATTACHED"}, {"timeCreated", since}};
  };
  source.interfaces = answer(json::array{attached("late", "2026-02-01T00:00:00Z"),
                                         attached("first", "2026-01-01T00:00:00Z")});
  std::vector<std::string> paths;
  const Verdict verdict = source.read(&paths);
  CHECK(paths.back() == "/20160918/vnics/first");
  REQUIRE(verdict.findings.size() == 1);
  CHECK_THAT(verdict.findings[0], Catch::Contains("1 secondary network interface;"));
}

TEST_CASE("what the user may not see is a finding, what does not answer is looked at again") {
  for (const auto part : {&Source::image, &Source::volumes, &Source::policies, &Source::interfaces,
                          &Source::interface}) {
    for (const int status : {404, 403}) {
      Source source;
      source.*part = answer(json::object{}, status);
      const Verdict verdict = source.read();
      CHECK(verdict.kind == Kind::ok);
      REQUIRE(verdict.findings.size() == 1);
      CHECK_THAT(verdict.findings[0], Catch::Contains("could not be seen"));
    }
    Source source;
    source.*part = answer(json::object{}, 503);
    CHECK(source.read().kind == Kind::cannot_look);
  }
}

TEST_CASE("boot volumes that cannot be seen are no proof that there are none") {
  Source source;
  source.boot_attachments = not_found();
  CHECK(source.read().kind == Kind::cannot_look);
  source = Source();
  source.boot_volume = not_found();
  CHECK(source.read().kind == Kind::cannot_look);
}

TEST_CASE("buckets: the source's must be there and private, the target's may be absent") {
  const auto state = sample_state();
  const auto view = view_at(state, "check-buckets");
  const auto name_space = answer("ns");
  const auto bucket = answer(json::object{{"name", "b"}, {"publicAccessType", "NoPublicAccess"}});
  const auto read = [&](const Answer& source, const Answer& target) {
    const std::vector<Answer> answers{name_space, source, target};
    CHECK(compute::ask_buckets(view, std::span(answers).first(1))->path ==
          "/n/ns/b/migration-staging");
    return compute::read_buckets(view, answers);
  };
  CHECK(read(bucket, bucket).kind == Kind::ok);
  CHECK(read(bucket, bucket).facts.get("target_bucket") == "exists");
  CHECK(read(bucket, not_found()).facts.get("target_bucket") == "absent");
  CHECK(read(bucket, not_found()).findings.size() == 1);
  CHECK(read(not_found(), bucket).kind == Kind::refused);
  CHECK(read(bucket, answer(json::object{}, 403)).kind == Kind::cannot_look);
  const auto open = answer(json::object{{"name", "b"}, {"publicAccessType", "ObjectRead"}});
  CHECK(read(open, bucket).kind == Kind::refused);
  const std::vector<Answer> no_namespace{not_found()};
  CHECK(!compute::ask_buckets(view, no_namespace));
  CHECK(compute::read_buckets(view, no_namespace).kind == Kind::cannot_look);
}

namespace {

struct Target {
  ledger::MigrationState state =
      sample_state({}, {{"source_shape", "VM.Standard.E4.Flex"}, {"source_config", "{}"}});
  json::object subnet{{"id", "sn"}, {"lifecycleState", "AVAILABLE"}};
  json::array domains{json::object{{"name", "Uocm:SA-BOGOTA-1-AD-1"}},
                      json::object{{"name", "Uocm:SA-BOGOTA-1-AD-2"}}};
  json::array shapes{json::object{{"shape", "VM.Standard.E4.Flex"}},
                     json::object{{"shape", "VM.Standard2.4"}}};

  Answer compartment = answer(json::object{{"id", "c"}, {"lifecycleState", "ACTIVE"}});

  Verdict read() const {
    return read_as_asked(view_at(state, "check-target"), compute::ask_target, compute::read_target,
                         {{"subnets/", answer(subnet)},
                          {"availabilityDomains", answer(domains)},
                          {"compartments/", compartment},
                          {"shapes", answer(shapes)}});
  }
};

}  // namespace

TEST_CASE("a target in order passes, and the shape is settled") {
  Target target;
  CHECK(target.read().kind == Kind::ok);
  target.state.plan.set("target_instance_shape", "");
  CHECK(target.read().facts.get("target_shape") == "VM.Standard.E4.Flex");
  target.state.plan.set("target_instance_shape", "VM.Standard2.4");
  CHECK(target.read().facts.get("target_shape") == "VM.Standard2.4");
  target.state.plan.set("further_ads", R"(["Uocm:SA-BOGOTA-1-AD-2"])");
  CHECK(target.read().kind == Kind::ok);
}

TEST_CASE("a target that cannot serve is refused, and it is said what there is") {
  Target target;
  std::string names;
  SECTION("no such subnet state") { target.subnet["lifecycleState"] = "TERMINATED"; }
  SECTION("no such availability domain") {
    target.state.plan.set("target_ad", "AD-9");
    names = "Uocm:SA-BOGOTA-1-AD-2";
  }
  SECTION("no such further availability domain") {
    target.state.plan.set("further_ads", R"(["AD-9"])");
    names = "AD-9";
  }
  SECTION("a subnet of another availability domain") {
    target.subnet["availabilityDomain"] = "Uocm:SA-BOGOTA-1-AD-2";
  }
  SECTION("a shape that is not offered") {
    target.state.plan.set("target_instance_shape", "BM.GPU9");
    names = "BM.GPU9";
  }
  SECTION("a flexible shape without a configuration") {
    target.state.facts.erase("source_config");
    names = "shape_config";
  }
  const Verdict verdict = target.read();
  CHECK(verdict.kind == Kind::refused);
  CHECK((verdict.failure.message + verdict.need).find(names) != std::string::npos);
}

TEST_CASE("a subnet that is being made is waited for, lists that fail are looked at again") {
  Target target;
  target.subnet["lifecycleState"] = "PROVISIONING";
  CHECK(target.read().kind == Kind::pending);
  const auto state = sample_state();
  const auto view = view_at(state, "check-target");
  const auto subnet = answer(Target().subnet), domains = answer(Target().domains);
  CHECK(compute::read_target(view, std::vector<Answer>{not_found(), domains}).kind ==
        Kind::refused);
  CHECK(compute::read_target(view, std::vector<Answer>{subnet, not_found()}).kind ==
        Kind::cannot_look);
  const auto compartment = Target().compartment;
  CHECK(compute::read_target(view, std::vector<Answer>{subnet, domains, compartment, not_found()})
            .kind == Kind::cannot_look);
  CHECK(compute::read_target(view, std::vector<Answer>{subnet, domains, answer({}, 503)}).kind ==
        Kind::cannot_look);
}

TEST_CASE("names in the way are refused and shown, all of them, ours and claimed ones are not") {
  auto state = sample_state();
  const auto view = view_at(state, "check-names");
  const auto image = [](const char* id) {
    return json::object{{"id", id},
                        {"displayName", "web-image"},
                        {"compartmentId", "ocid1.compartment.oc1..source"},
                        {"lifecycleState", "AVAILABLE"}};
  };
  auto instance = image("i");
  instance["displayName"] = "web-moved";
  instance["compartmentId"] = "ocid1.compartment.oc1..target";
  instance["lifecycleState"] = "STOPPED";
  const auto none = answer(json::array{});
  const auto room = answer(json::object{{"available", 1}});
  const auto full = answer(json::object{{"available", 0}});
  const std::vector<Answer> clear{none, none, none, room, room};
  CHECK(compute::read_names(view, clear).kind == Kind::ok);
  const std::vector<Answer> both{answer(json::array{image("a")}), none,
                                 answer(json::array{instance}), room, room};
  const Verdict refused = compute::read_names(view, both);
  CHECK(refused.kind == Kind::refused);
  CHECK(refused.findings.size() == 2);
  auto tagged = image("a");
  tagged["freeformTags"] = our_tags(view_at(state, "create-image"));
  std::vector<Answer> ours{answer(json::array{tagged}), none, none, room, room};
  CHECK(compute::read_names(view, ours).kind == Kind::ok);
  // No more images may be made, but ours is there.
  ours[3] = full;
  CHECK(compute::read_names(view, ours).kind == Kind::ok);
  ours[4] = full;
  CHECK(compute::read_names(view, ours).kind == Kind::refused);
  ours[4] = not_found();
  const Verdict unseen = compute::read_names(view, ours);
  CHECK(unseen.kind == Kind::ok);
  REQUIRE(unseen.findings.size() == 1);
  CHECK_THAT(unseen.findings[0], Catch::Contains("how many custom images may still be made"));
  state.plan.set("claimed_source_image_id", "a");
  state.plan.set("claimed_target_instance_id", "i");
  // The claimed image is read by its id, after the lists.
  const Answers lists = Answers(both).first(3);
  CHECK(compute::ask_names(view, lists)->path == "/20160918/images/a");
  CHECK(compute::read_names(view, lists).kind == Kind::cannot_look);
  // It is there, so the source's region needs room for none.
  std::vector<Answer> with_claim{both[0], both[1], both[2], answer(image("a")), full, room};
  CHECK(compute::read_names(view, with_claim).kind == Kind::ok);
  CHECK(compute::read_names(view, with_claim).facts.get("image_claim") == "holds");
  with_claim[3] = not_found();
  CHECK(compute::read_names(view, with_claim).kind == Kind::refused);
  with_claim[4] = room;
  CHECK(compute::read_names(view, with_claim).facts.get("image_claim") == "rejected");
  with_claim[3] = answer(json::object{}, 503);
  CHECK(compute::read_names(view, with_claim).kind == Kind::cannot_look);
  with_claim[1] = not_found();
  CHECK(compute::read_names(view, with_claim).kind == Kind::cannot_look);
}

TEST_CASE("downtime is approved where a running source is to be imaged") {
  const auto needs = [](ledger::Fields plan, std::string_view source) {
    const auto state = sample_state(std::move(plan), {{"source_state", source}});
    return compute::downtime_needs_approval(view_at(state, "approve-downtime"));
  };
  CHECK(needs({{"allow_source_downtime", "false"}}, "RUNNING"));
  CHECK(!needs({{"allow_source_downtime", "true"}}, "RUNNING"));
  CHECK(!needs({{"allow_source_downtime", "false"}}, "STOPPED"));
  const auto claimed = sample_state({{"allow_source_downtime", "false"}},
                                    {{"source_state", "RUNNING"}, {"image_claim", "holds"}});
  CHECK(!compute::downtime_needs_approval(view_at(claimed, "approve-downtime")));
}

}  // namespace migledger::testing
