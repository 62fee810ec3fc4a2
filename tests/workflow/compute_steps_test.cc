// The acting and awaiting steps of the compute workflow: what they ask, send, and make of answers.
#include <catch2/catch.hpp>

#include "tests/support/views.h"
#include "workflow/compute/steps.h"
#include "workflow/steps/claim.h"

namespace migledger::testing {

using namespace workflow;
namespace json = boost::json;
using Kind = Verdict::Kind;
using Found = Sighting::Kind;

namespace {

const ledger::Fields kFacts = {{"namespace", "ns"},
                               {"image_id", "img"},
                               {"image_work", "wr-image"},
                               {"object_name", "migledger/x.oci"},
                               {"object_size", "1000"},
                               {"object_md5", "md5=="},
                               {"object_etag", "etag"},
                               {"export_work", "wr-export"},
                               {"copy_name", "migledger/y.oci"},
                               {"copy_work", "wr-copy"},
                               {"target_image_id", "timg"},
                               {"target_instance_id", "inst"},
                               {"source_shape", "VM.Standard.E4.Flex"},
                               {"source_config", R"({"ocpus":4.0,"memoryInGBs":64.0})"},
                               {"target_shape", "VM.Standard.E4.Flex"}};

Answer work(std::string_view id, std::string_view status) {
  return answer(json::object{{"id", id}, {"status", status}, {"percentComplete", 30}});
}
Answer image(std::string_view id, std::string_view state) {
  return answer(json::object{{"id", id}, {"lifecycleState", state}});
}
Answer object(std::string_view name, int size = 1000, std::string_view md5 = "md5==") {
  return answer(json::object{
      {"objects",
       json::array{json::object{{"name", name}, {"size", size}, {"md5", md5}, {"etag", "e"}}}}});
}
Answer no_objects() { return answer(json::object{{"objects", json::array{}}}); }

}  // namespace

// ---- the claim ---------------------------------------------------------------------------------

TEST_CASE("a claim is ours, another's, or not there, a longer name is somebody else's") {
  const auto state = sample_state({{"source_instance_id", "src"}}, kFacts);
  const auto view = view_at(state, "claim-source");
  const auto listed = [](std::string_view name) { return object(name); };
  const auto claim = [](std::string_view ledger, std::string_view migration) {
    return answer(json::object{{"ledger", ledger}, {"migration", migration}});
  };
  const auto sight = [&](std::vector<Answer> answers) {
    return workflow::sight_claim(view, answers).kind;
  };
  CHECK(sight({no_objects()}) == Found::absent);
  CHECK(sight({listed("migledger/claims/src"), claim(kLedgerId, "web")}) == Found::ours);
  CHECK(sight({listed("migledger/claims/src"), claim(kLedgerId, "web-2")}) == Found::foreign);
  CHECK(sight({listed("migledger/claims/src"), claim("other", "web")}) == Found::foreign);
  CHECK(sight({listed("migledger/claims/src"), Answer::of(json_reply("not JSON"))}) ==
        Found::foreign);
  CHECK(sight({listed("migledger/claims/src"), not_found()}) == Found::cannot_look);
  CHECK(sight({listed("migledger/claims/src-and-more")}) == Found::absent);
  CHECK(!workflow::ask_claim(view, std::vector<Answer>{listed("migledger/claims/src-and-more")}));
  CHECK(sight({not_found()}) == Found::cannot_look);
  const auto why = [&](std::string_view ledger, std::string_view migration) {
    const std::vector<Answer> answers{listed("migledger/claims/src"), claim(ledger, migration)};
    return workflow::sight_claim(view, answers).candidates.at(0).why;
  };
  CHECK(why(kLedgerId, "web-2") == "claimed by migration \"web-2\" of this ledger");
  CHECK(why("other", "web") == "claimed by migration \"web\" of ledger other");
  const auto put = workflow::put_claim(view);
  CHECK(put.if_none_match == "*");
  CHECK(put.path == "/n/ns/b/migration-staging/o/migledger%2Fclaims%2Fsrc");
  CHECK(body_of(put).at("ledger").as_string() == kLedgerId);
}

// ---- images ------------------------------------------------------------------------------------

TEST_CASE("a claim stays while a request whose reply was lost could make it again") {
  auto state = sample_state({{"source_instance_id", "src"}, {"settle_seconds", "600"}},
                            {{"namespace", "ns"}});
  const auto claim = [](std::string minute) {
    Reply reply =
        json_reply(json::serialize(json::object{{"ledger", kLedgerId}, {"migration", "web"}}));
    reply.headers.emplace_back("etag", "e");
    reply.headers.emplace_back("date", "Mon, 23 Nov 2026 05:" + minute + " GMT");
    return std::vector{object("migledger/claims/src"), Answer::of(std::move(reply))};
  };
  const auto released = [&](const ledger::Fields& made, std::string minute) {
    auto later = state;
    made.for_each([&](auto name, auto value) { later.facts.set(name, value); });
    return workflow::sight_claim_gone(view_at(later, "release-claim"), claim(std::move(minute)))
        .kind;
  };
  auto& attempt = state.attempt;
  attempt.step = view_at(state, "claim-source").step;
  attempt.first_sent = *parse_rfc3339("2026-11-23T05:00:00Z");
  attempt.last_sent = *parse_rfc3339("2026-11-23T05:01:00Z");
  const auto replied = [&] {
    return workflow::receive_claim(view_at(state, "claim-source"), claim("01:00")[1]).facts;
  };
  const auto adopted = [&] {
    return workflow::sight_claim(view_at(state, "claim-source"), claim("01:00")).facts;
  };
  attempt.sends = 2;
  attempt.doubt = true;
  CHECK(released(replied(), "09:59") == Found::under_way);
  CHECK(released(replied(), "10:00") == Found::absent);
  CHECK(released(adopted(), "10:59") == Found::under_way);
  CHECK(released(adopted(), "11:00") == Found::absent);
  attempt.sends = 3;
  CHECK(released(replied(), "10:59") == Found::under_way);
  attempt.doubt = false;
  CHECK(released(replied(), "02:00") == Found::absent);
  attempt.sends = 1;
  attempt.doubt = true;
  CHECK(released(adopted(), "02:00") == Found::absent);
}

TEST_CASE("the image is asked for with its name, tags and token") {
  const auto state = sample_state({{"new_image_name", ""}}, kFacts);
  const auto view = view_at(state, "create-image", 2);
  const auto request = compute::create_image(view);
  CHECK(request.method == "POST");
  CHECK(request.region == "us-ashburn-1");
  CHECK(request.retry_token == view.key());
  CHECK(request.retry_token.ends_with("-2"));
  const auto body = body_of(request);
  CHECK(body.at("displayName") == "web-image");
  CHECK(body.at("freeformTags").at(kTagKey).as_string() == view.key());
}

TEST_CASE("names follow from the plan, or from the source") {
  const auto named = sample_state({{"new_image_name", "i"}, {"new_instance_name", "n"}});
  CHECK(compute::image_name(view_at(named, "create-image")) == "i");
  CHECK(compute::instance_name(view_at(named, "launch-instance")) == "n");
  const auto unnamed = sample_state({{"new_instance_name", ""}, {"target_bucket_name", ""}},
                                    {{"source_name", "web server"}});
  CHECK(compute::instance_name(view_at(unnamed, "launch-instance")) == "web server");
  CHECK(compute::target_bucket(view_at(unnamed, "copy-object")) == "migration-staging");
  const auto unknown = sample_state({{"new_instance_name", ""}});
  CHECK(compute::instance_name(view_at(unknown, "launch-instance")) == "web");
}

TEST_CASE("an image is ready when it is AVAILABLE, its work request tells of failure") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "await-image");
  const auto read = [&](std::vector<Answer> answers) {
    return compute::read_image_ready(view, answers);
  };
  CHECK(read({work("wr-image", "IN_PROGRESS")}).kind == Kind::pending);
  CHECK(read({work("wr-image", "IN_PROGRESS")}).percent == 30);
  CHECK(read({work("wr-image", "SUCCEEDED"), image("img", "PROVISIONING")}).kind == Kind::pending);
  CHECK(read({work("wr-image", "SUCCEEDED"), image("img", "AVAILABLE")}).kind == Kind::ok);
  CHECK(read({not_found(), image("img", "AVAILABLE")}).kind == Kind::ok);  // expired
  CHECK(read({not_found(), not_found()}).kind == Kind::cannot_look);
  const auto dead = read({work("wr-image", "FAILED")});
  CHECK(dead.kind == Kind::dead);
  CHECK(dead.facts.get("dead_ids").find("img") != std::string_view::npos);
  CHECK(read({work("wr-image", "SUCCEEDED"), image("img", "DELETED")}).kind == Kind::dead);
  CHECK(read({work("wr-image", "SUCCEEDED"), image("img", "DISABLED")}).kind == Kind::dead);
  // Of a failed one nothing more is asked.
  CHECK(!compute::ask_image_ready(view, std::vector<Answer>{work("wr-image", "FAILED")}));
  CHECK(compute::ask_image_ready(view, std::vector<Answer>{not_found()})->path ==
        "/20160918/images/img");
}

TEST_CASE("in bulk, the list of images tells who is ready, and work requests when it is thorough") {
  auto state = sample_state({}, kFacts);
  auto view = view_at(state, "await-image");
  view.in_bulk = true;
  const auto images = [](std::string_view image_state) {
    return answer(json::array{json::object{{"id", "img"}, {"lifecycleState", image_state}}});
  };
  const auto ask = [&](std::vector<Answer> answers) {
    return compute::ask_image_ready(view, answers);
  };
  const auto read = [&](std::vector<Answer> answers) {
    return compute::read_image_ready(view, answers);
  };
  CHECK(ask({})->path == "/20160918/images");
  CHECK(!ask({images("AVAILABLE")}));
  CHECK(read({images("AVAILABLE")}).kind == Kind::ok);
  CHECK(read({images("DELETED")}).kind == Kind::dead);
  const auto works = [](std::string_view status) {
    return answer(
        json::array{json::object{{"id", "wr-image"}, {"status", status}, {"percentComplete", 30}}});
  };
  CHECK(ask({images("PROVISIONING")})->path == "/20160918/workRequests");
  CHECK(!ask({images("PROVISIONING"), works("IN_PROGRESS")}));
  CHECK(read({images("PROVISIONING"), works("IN_PROGRESS")}).percent == 30);
  CHECK(read({images("PROVISIONING"), works("FAILED")}).kind == Kind::dead);
  CHECK(read({answer(json::array{}), works("FAILED")}).kind == Kind::dead);
  CHECK(read({images("PROVISIONING"), works("SUCCEEDED")}).kind == Kind::pending);
  // Not thorough: what was seen before stands, unless the list of images could not be read.
  view.thorough = false;
  CHECK(ask({images("PROVISIONING")}));
  state.reading.state = "IN_PROGRESS";
  state.reading.percent = 40;
  CHECK(!ask({images("PROVISIONING")}));
  CHECK(read({images("PROVISIONING")}).kind == Kind::pending);
  CHECK(read({images("PROVISIONING")}).percent == 40);
  CHECK(!ask({images("AVAILABLE")}));
  CHECK(ask({not_found()}));
}

// ---- export ------------------------------------------------------------------------------------

TEST_CASE("a look for an export sees the object, or that the image is at it") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "export-image");
  const std::string name = "migledger/" + view.key() + ".oci";
  const auto sight = [&](std::vector<Answer> answers) {
    return compute::sight_export(view, answers);
  };
  CHECK(sight({object(name), image("img", "AVAILABLE")}).kind == Found::ours);
  CHECK(sight({object(name), image("img", "AVAILABLE")}).facts.get("object_name") == name);
  CHECK(sight({no_objects(), image("img", "EXPORTING")}).kind == Found::under_way);
  CHECK(sight({no_objects(), image("img", "AVAILABLE")}).kind == Found::absent);
  CHECK(sight({object(name + ".other"), image("img", "AVAILABLE")}).kind == Found::absent);
  CHECK(sight({no_objects(), not_found()}).kind == Found::cannot_look);
  CHECK(sight({not_found(), image("img", "AVAILABLE")}).kind == Found::cannot_look);
  const auto body = body_of(compute::export_image(view));
  CHECK(body.at("exportFormat") == "OCI");
  CHECK(body.at("destinationType") == "objectStorageTuple");
  CHECK(body.at("objectName").as_string() == name);
}

TEST_CASE("an export succeeded when its work request did and the object is there") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "await-export");
  const auto there = object("migledger/x.oci");
  const auto read = [&](std::vector<Answer> answers) {
    return compute::read_exported(view, answers);
  };
  CHECK(read({work("wr-export", "IN_PROGRESS")}).kind == Kind::pending);
  CHECK(read({work("wr-export", "FAILED")}).kind == Kind::dead);
  const auto ok = read({work("wr-export", "SUCCEEDED"), there});
  CHECK(ok.kind == Kind::ok);
  CHECK(ok.facts.get("object_size") == "1000");
  CHECK(ok.facts.get("object_md5") == "md5==");
  CHECK(!compute::ask_exported(view, std::vector<Answer>{work("wr-export", "SUCCEEDED"), there}));
  CHECK(read({work("wr-export", "SUCCEEDED"), no_objects()}).kind == Kind::dead);
  // Expired: the object and the image tell.
  CHECK(read({not_found(), there, image("img", "AVAILABLE")}).kind == Kind::ok);
  CHECK(read({not_found(), there, image("img", "EXPORTING")}).kind == Kind::pending);
  CHECK(read({not_found(), no_objects(), image("img", "AVAILABLE")}).kind == Kind::dead);
  CHECK(read({not_found(), there, not_found()}).kind == Kind::cannot_look);
}

TEST_CASE("in bulk, a work request that the list does not show is asked about itself") {
  const auto state = sample_state({}, kFacts);
  for (const bool exports : {true, false}) {
    auto view = view_at(state, exports ? "await-export" : "await-copy");
    view.in_bulk = true;
    const auto ask = exports ? compute::ask_exported : compute::ask_copied;
    const auto read = exports ? compute::read_exported : compute::read_copied;
    const std::string_view id = exports ? "wr-export" : "wr-copy";
    // Of copies, the list of what has arrived is read first.
    std::vector<Answer> answers;
    if (!exports) answers.push_back(no_objects());
    const std::vector<Answer> before = answers;
    answers.push_back(answer(json::array{}));
    CHECK(ask(view, answers)->path.ends_with("workRequests/" + std::string(id)));
    SECTION(exports ? "export: it runs" : "copy: it runs") {
      answers.push_back(work(id, "IN_PROGRESS"));
      CHECK(!ask(view, answers));
      CHECK(read(view, answers).kind == Kind::pending);
    }
    SECTION(exports ? "export: it has expired" : "copy: it has expired") {
      answers.push_back(not_found());
      CHECK(ask(view, answers)->path.ends_with("/o"));
      answers.push_back(object(exports ? "migledger/x.oci" : "migledger/y.oci"));
      if (exports) answers.push_back(image("img", "AVAILABLE"));
      CHECK(!ask(view, answers));
      CHECK(read(view, answers).kind == Kind::ok);
    }
    std::vector<Answer> listed = before;
    listed.push_back(answer(json::array{json::object{{"id", id}, {"status", "IN_PROGRESS"}}}));
    CHECK(!ask(view, listed));
    CHECK(read(view, listed).kind == Kind::pending);
  }
}

TEST_CASE("in bulk, a copy that is listed with the export's checksum has arrived") {
  auto facts = kFacts;
  const auto there = object("migledger/y.oci");
  SECTION("it has") {
    const auto state = sample_state({}, facts);
    auto view = view_at(state, "await-copy");
    view.in_bulk = true;
    CHECK(!compute::ask_copied(view, std::vector<Answer>{there}));
    CHECK(compute::read_copied(view, std::vector<Answer>{there}).kind == Kind::ok);
  }
  SECTION("it has not: its work request is asked when the poll is thorough") {
    auto state = sample_state({}, facts);
    state.reading.state = "IN_PROGRESS";
    state.reading.percent = 40;
    auto view = view_at(state, "await-copy");
    view.in_bulk = true;
    CHECK(compute::ask_copied(view, std::vector<Answer>{no_objects()})->path == "/workRequests");
    view.thorough = false;
    CHECK(!compute::ask_copied(view, std::vector<Answer>{no_objects()}));
    const auto verdict = compute::read_copied(view, std::vector<Answer>{no_objects()});
    CHECK(verdict.kind == Kind::pending);
    CHECK(verdict.state == "IN_PROGRESS");
    CHECK(verdict.percent == 40);
    // A list that could not be read says nothing.
    CHECK(compute::ask_copied(view, std::vector<Answer>{not_found()}));
  }
  SECTION("with another one, its work request is asked") {
    facts.set("object_md5", "other==");
    const auto state = sample_state({}, facts);
    auto view = view_at(state, "await-copy");
    view.in_bulk = true;
    CHECK(compute::ask_copied(view, std::vector<Answer>{there})->path == "/workRequests");
  }
}

TEST_CASE("in bulk, an object that a list does not show is asked about itself") {
  const auto state = sample_state({}, kFacts);
  auto view = view_at(state, "await-export");
  view.in_bulk = true;
  const auto done = answer(json::array{json::object{{"id", "wr-export"}, {"status", "SUCCEEDED"}}});
  std::vector<Answer> answers{done, no_objects()};
  const auto request = compute::ask_exported(view, answers);
  REQUIRE(request);
  CHECK(request->query.find("prefix=migledger%2Fx.oci") != std::string::npos);
  answers.push_back(object("migledger/x.oci"));
  CHECK(!compute::ask_exported(view, answers));
  CHECK(compute::read_exported(view, answers).kind == Kind::ok);
  answers.back() = no_objects();
  CHECK(compute::read_exported(view, answers).kind == Kind::dead);
}

// ---- bucket and copy ---------------------------------------------------------------------------

TEST_CASE("a target bucket is ours, somebody's, or not there") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "create-bucket");
  const auto buckets = answer(json::array{});
  const auto sight = [&](const Answer& bucket) {
    return compute::sight_bucket(view, std::vector<Answer>{buckets, bucket}).kind;
  };
  CHECK(sight(not_found()) == Found::absent);
  CHECK(sight(answer(json::object{{"freeformTags", json::object{{kTagLedger, kLedgerId}}}})) ==
        Found::ours);
  CHECK(sight(answer(json::object{{"name", "migration-staging"}})) == Found::foreign);
  CHECK(sight(answer(json::object{}, 403)) == Found::cannot_look);
  // A 404 of the bucket means nothing where not even the list can be read.
  CHECK(compute::sight_bucket(view, std::vector<Answer>{not_found(), not_found()}).kind ==
        Found::cannot_look);
}

TEST_CASE("a copy never goes over something that is there, nor from something that has changed") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "copy-object");
  const auto request = compute::copy_object(view);
  CHECK(request.path == "/n/ns/b/migration-staging/actions/copyObject");
  CHECK(request.region == "us-ashburn-1");
  const auto body = body_of(request);
  CHECK(body.at("destinationObjectIfNoneMatchETag") == "*");
  CHECK(body.at("sourceObjectIfMatchETag") == "etag");
  CHECK(body.at("destinationRegion") == "sa-bogota-1");
}

TEST_CASE("a look for a copy sees the object, or a work request that is about it") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "copy-object");
  const auto works = [](std::string_view status, std::string_view about) {
    return answer(json::array{json::object{
        {"id", "w"},
        {"status", status},
        {"resources", json::array{json::object{{"metadata", json::object{{"OBJECT", about}}}}}}}});
  };
  const auto sight = [&](std::vector<Answer> answers) {
    return compute::sight_copy(view, answers).kind;
  };
  CHECK(sight({object("migledger/" + view.key() + ".oci")}) == Found::ours);
  CHECK(sight({no_objects(), works("IN_PROGRESS", "migledger/x.oci")}) == Found::under_way);
  CHECK(sight({no_objects(), works("ACCEPTED", "migledger/x.oci")}) == Found::under_way);
  CHECK(sight({no_objects(), works("COMPLETED", "migledger/x.oci")}) == Found::absent);
  CHECK(sight({no_objects(), works("IN_PROGRESS", "another")}) == Found::absent);
  CHECK(sight({no_objects(), not_found()}) == Found::cannot_look);
  CHECK(sight({not_found()}) == Found::cannot_look);
}

TEST_CASE("a copy is compared with the export by size and checksum") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "await-copy");
  const auto read = [&](std::string_view status, const Answer& objects) {
    return compute::read_copied(view, std::vector<Answer>{work("wr-copy", status), objects});
  };
  CHECK(read("COMPLETED", object("migledger/y.oci")).kind == Kind::ok);
  CHECK(read("COMPLETED", object("migledger/y.oci", 999)).kind == Kind::dead);
  CHECK(read("COMPLETED", object("migledger/y.oci", 1000, "other")).kind == Kind::dead);
  CHECK(read("COMPLETED", object("migledger/y.oci", 1000, "")).findings.size() == 1);
  CHECK(read("COMPLETED", no_objects()).kind == Kind::dead);
  CHECK(read("IN_PROGRESS", no_objects()).kind == Kind::pending);
  CHECK(read("FAILED", no_objects()).kind == Kind::dead);
  // Sent twice, the second copy fails before what the first one brought.
  CHECK(read("FAILED", object("migledger/y.oci")).kind == Kind::ok);
  CHECK(read("FAILED", object("migledger/y.oci", 1000, "other")).kind == Kind::dead);
  CHECK(read("FAILED", object("migledger/y.oci", 1000, "")).kind == Kind::dead);
}

// ---- launch ------------------------------------------------------------------------------------

namespace {

json::object launch_body(ledger::Fields plan, ledger::Fields more_facts = {},
                         std::uint16_t capacity_failures = 0) {
  auto facts = kFacts;
  more_facts.for_each([&](auto name, auto value) { facts.set(name, value); });
  auto state = sample_state(std::move(plan), std::move(facts));
  state.capacity_failures = capacity_failures;
  return body_of(compute::launch_instance(view_at(state, "launch-instance")));
}

}  // namespace

TEST_CASE("a launch takes over the source's shape configuration unless one is configured") {
  CHECK(launch_body({}).at("shapeConfig") == json::value{{"ocpus", 4.0}, {"memoryInGBs", 64.0}});
  CHECK(launch_body({{"shape_config", R"({"ocpus": 1})"}}).at("shapeConfig") ==
        json::value{{"ocpus", 1}});
  CHECK(!launch_body({}, {{"target_shape", "VM.Standard2.4"}}).contains("shapeConfig"));
}

TEST_CASE("a launch carries name, tags, keys and metadata") {
  const auto body =
      launch_body({{"metadata", R"({"role": "web"})"}, {"ssh_authorized_keys", "ssh-ed25519 AAA"}});
  CHECK(body.at("displayName") == "web-moved");
  CHECK(body.at("freeformTags").as_object().size() == 3);
  CHECK(body.at("metadata") ==
        json::value{{"role", "web"}, {"ssh_authorized_keys", "ssh-ed25519 AAA"}});
  CHECK(body.at("sourceDetails") == json::value{{"sourceType", "image"}, {"imageId", "timg"}});
  CHECK(body.at("createVnicDetails").at("subnetId") == "ocid1.subnet.oc1.sa-bogota-1.subnet");
  CHECK(!launch_body({}).contains("metadata"));
}

TEST_CASE("launch options go where the API wants them") {
  const auto body =
      launch_body({{"launch_options",
                    R"({"nsgIds": ["n"], "assignPublicIp": false, "privateIp": "10.0.0.9",
                                      "hostnameLabel": "web", "bootVolumeSizeInGBs": 100,
                                      "dedicatedVmHostId": "host"})"}});
  const auto& vnic = body.at("createVnicDetails").as_object();
  CHECK(vnic.at("nsgIds") == json::value{"n"});
  CHECK(vnic.at("assignPublicIp") == false);
  CHECK(vnic.at("privateIp") == "10.0.0.9");
  CHECK(vnic.at("hostnameLabel") == "web");
  CHECK(body.at("sourceDetails").at("bootVolumeSizeInGBs") == 100);
  CHECK(body.at("dedicatedVmHostId") == "host");
}

TEST_CASE("placements are tried in their order, and then from the first again") {
  const ledger::Fields plan{{"fault_domains", R"(["FD-1","FD-2"])"},
                            {"further_ads", R"(["AD-2"])"}};
  const char* expected[][2] = {{"Uocm:SA-BOGOTA-1-AD-1", "FD-1"},
                               {"Uocm:SA-BOGOTA-1-AD-1", "FD-2"},
                               {"AD-2", nullptr},
                               {"Uocm:SA-BOGOTA-1-AD-1", "FD-1"}};
  for (std::uint16_t failures = 0; failures < 4; ++failures) {
    INFO(failures);
    const auto body = launch_body(plan, {}, failures);
    CHECK(body.at("availabilityDomain") == expected[failures][0]);
    const auto* domain = body.if_contains("faultDomain");
    REQUIRE((domain != nullptr) == (expected[failures][1] != nullptr));
    if (domain) CHECK(*domain == expected[failures][1]);
  }
  const auto state = sample_state(plan);
  CHECK(compute::further_placements(view_at(state, "launch-instance")) == 2);
  CHECK(compute::further_placements(view_at(sample_state(), "launch-instance")) == 0);
}

TEST_CASE("a launch takes along what the source has, under what the plan says") {
  const ledger::Fields facts{
      {"carried", R"({"instanceOptions": {"areLegacyImdsEndpointsDisabled": true},
                      "bootVolumeVpusPerGB": 20})"}};
  const auto body = launch_body({}, facts);
  CHECK(body.at("instanceOptions").at("areLegacyImdsEndpointsDisabled") == true);
  CHECK(body.at("sourceDetails").at("bootVolumeVpusPerGB") == 20);
  const auto planned = launch_body({{"launch_options", R"({"bootVolumeVpusPerGB": 10})"}}, facts);
  CHECK(planned.at("sourceDetails").at("bootVolumeVpusPerGB") == 10);
  CHECK(planned.contains("instanceOptions"));
  CHECK_FALSE(launch_body({}).contains("instanceOptions"));
}

TEST_CASE("whether a shape takes a configuration is as OCI lists it, and else by its name") {
  const ledger::Fields generic{{"target_shape", "VM.Standard.x86.Generic"}};
  CHECK_FALSE(launch_body({}, generic).contains("shapeConfig"));
  auto listed = generic;
  listed.set("shape_is_flexible", "true");
  CHECK(launch_body({}, listed).contains("shapeConfig"));
  CHECK_FALSE(launch_body({}, {{"shape_is_flexible", "false"}}).contains("shapeConfig"));
}

TEST_CASE("a launch leaves out the places that do not have the shape") {
  const ledger::Fields plan{{"fault_domains", R"(["FD-1","FD-2"])"},
                            {"further_ads", R"(["AD-2","AD-3"])"}};
  const auto places = [&](const char* offered_in) {
    ledger::Fields facts{{"shape_offered_in", offered_in}};
    std::string all;
    auto state = sample_state(plan, facts);
    const auto count = compute::further_placements(view_at(state, "launch-instance")) + 1;
    for (std::uint16_t failures = 0; failures < count; ++failures) {
      const auto body = launch_body(plan, facts, failures);
      const auto* domain = body.if_contains("faultDomain");
      all += std::string(body.at("availabilityDomain").as_string()) +
             (domain ? "/" + std::string(domain->as_string()) : "") + " ";
    }
    return all;
  };
  CHECK(places(R"(["AD-2","AD-3"])") == "AD-2 AD-3 ");
  CHECK(places(R"(["Uocm:SA-BOGOTA-1-AD-1","AD-3"])") ==
        "Uocm:SA-BOGOTA-1-AD-1/FD-1 Uocm:SA-BOGOTA-1-AD-1/FD-2 AD-3 ");
}

TEST_CASE("all that is made bears the plan's defined tags, the instance its own, too") {
  const char* const tags = R"({"Operations":{"CostCenter":"42"}})";
  const auto state = sample_state({{"defined_tags", tags}}, kFacts);
  const json::value expected = json::parse(tags);
  const auto tags_of = [&](auto make, const char* step) {
    return body_of(make(view_at(state, step))).at("definedTags");
  };
  CHECK(tags_of(compute::create_image, "create-image") == expected);
  CHECK(tags_of(compute::import_image, "import-image") == expected);
  CHECK(tags_of(compute::create_bucket, "create-bucket") == expected);
  const auto launched = launch_body(
      {{"defined_tags", tags},
       {"launch_options", R"({"definedTags": {"Operations": {"CostCenter": "43", "Team": "web"},
                                              "Finance": {"Code": "7"}}})"}});
  CHECK(launched.at("definedTags") ==
        json::parse(R"({"Operations": {"CostCenter": "43", "Team": "web"},
                        "Finance": {"Code": "7"}})"));
  CHECK(launched.at("createVnicDetails").at("definedTags") == expected);
  CHECK_FALSE(launch_body({}).contains("definedTags"));
  CHECK_FALSE(launch_body({}).at("createVnicDetails").as_object().contains("definedTags"));
}

TEST_CASE("a new instance is waited for, stopped ones are shown, terminated ones are dead") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "await-running");
  const auto read = [&](std::string_view of) {
    return compute::read_running(view, std::vector<Answer>{image("inst", of)}).kind;
  };
  CHECK(read("RUNNING") == Kind::ok);
  CHECK(read("PROVISIONING") == Kind::pending);
  CHECK(read("STARTING") == Kind::pending);
  CHECK(read("STOPPED") == Kind::refused);
  CHECK(read("TERMINATED") == Kind::dead);
  CHECK(read("TERMINATING") == Kind::dead);
  CHECK(compute::read_running(view, std::vector<Answer>{not_found()}).kind == Kind::cannot_look);
}

TEST_CASE("in bulk, a new instance that the list does not show is asked about itself") {
  auto state = sample_state({}, kFacts);
  auto view = view_at(state, "await-running");
  view.in_bulk = true;
  const auto list = answer(json::array{json::object{{"id", "another"}}});
  const auto listed =
      answer(json::array{json::object{{"id", "inst"}, {"lifecycleState", "RUNNING"}}});
  const auto first = compute::ask_running(view, {});
  REQUIRE(first);
  CHECK(first->path.ends_with("/instances"));
  CHECK_FALSE(compute::ask_running(view, std::vector{listed}));
  CHECK(compute::read_running(view, std::vector{listed}).kind == Kind::ok);

  // It is too new, purged, or in another compartment.
  const auto itself = compute::ask_running(view, std::vector{list});
  REQUIRE(itself);
  CHECK(itself->path.ends_with("/instances/inst"));
  const auto read = [&](const Answer& seen) {
    const std::vector answers{list, seen};
    CHECK_FALSE(compute::ask_running(view, answers));
    return compute::read_running(view, answers).kind;
  };
  CHECK(read(image("inst", "RUNNING")) == Kind::ok);
  CHECK(read(image("inst", "PROVISIONING")) == Kind::pending);
  CHECK(read(image("inst", "TERMINATED")) == Kind::dead);
  CHECK(read(not_found()) == Kind::cannot_look);

  // Now and then is enough.
  view.thorough = false;
  state.reading.state = "PROVISIONING";
  CHECK_FALSE(compute::ask_running(view, std::vector{list}));
  CHECK(compute::read_running(view, std::vector{list}).kind == Kind::pending);
  CHECK(compute::read_running(view, std::vector{not_found()}).kind == Kind::cannot_look);
}

TEST_CASE("the final check: a new instance that was moved elsewhere is not waited for") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "final-check");
  const auto read = [&](std::string_view compartment) {
    const std::vector answers{
        answer(json::object{{"id", "inst"},
                            {"lifecycleState", "RUNNING"},
                            {"compartmentId", compartment},
                            {"sourceDetails", json::object{{"imageId", "timg"}}}}),
        answer(json::array{})};
    return compute::read_final(view, answers);
  };
  CHECK(read(view.plan("target_compartment_id")).kind == Kind::pending);
  const auto moved = read("ocid1.compartment.oc1..elsewhere");
  CHECK(moved.kind == Kind::refused);
  CHECK(moved.failure.message.find("elsewhere") != std::string::npos);
}

TEST_CASE("the final check: RUNNING, from the right image, in the right subnet") {
  const auto state = sample_state({}, kFacts);
  const auto view = view_at(state, "final-check");
  const auto instance = [](std::string_view of, std::string_view from) {
    return answer(json::object{{"id", "inst"},
                               {"lifecycleState", of},
                               {"sourceDetails", json::object{{"imageId", from}}}});
  };
  const auto vnic = [](std::string_view subnet) {
    return answer(json::array{json::object{{"subnetId", subnet}, {"vnicId", "v"}}});
  };
  const auto right = vnic("ocid1.subnet.oc1.sa-bogota-1.subnet");
  const auto read = [&](std::vector<Answer> answers) { return compute::read_final(view, answers); };
  CHECK(read({instance("RUNNING", "timg"), right}).kind == Kind::ok);
  CHECK(read({instance("RUNNING", "timg"), right}).facts.get("target_vnic_id") == "v");
  CHECK(read({instance("STOPPED", "timg"), right}).kind == Kind::refused);
  CHECK(read({instance("RUNNING", "other"), right}).kind == Kind::refused);
  CHECK(read({instance("RUNNING", "timg"), vnic("other")}).kind == Kind::refused);
  CHECK(read({instance("RUNNING", "timg"), answer(json::array{})}).kind == Kind::pending);
  CHECK(read({instance("RUNNING", "timg"), not_found()}).kind == Kind::cannot_look);
  CHECK(read({not_found(), right}).kind == Kind::cannot_look);
}

// ---- pre-authenticated requests ----------------------------------------------------------------

TEST_CASE("a pre-authenticated request is named by its migration and purpose") {
  auto state = sample_state({{"transfer", "par"}}, kFacts);
  state.look.time = Time(std::chrono::hours(24 * 20000));
  const auto view = view_at(state, "create-export-par");
  const auto request = compute::create_export_par(view);
  CHECK(request.path == "/n/ns/b/migration-staging/p");
  const auto body = body_of(request);
  CHECK(body.at("accessType") == "ObjectWrite");
  CHECK(parse_rfc3339(std::string(body.at("timeExpires").as_string())) >
        state.look.time + std::chrono::hours(1));
  const json::object mine{{"id", "p"}, {"name", body.at("name")}, {"objectName", "o"}};
  const auto listed = answer(json::array{json::object{{"id", "q"}, {"name", "else"}}, mine});
  const std::vector<Answer> with{listed}, without{answer(json::array{})}, unseen{not_found()};
  // Those that make and those that remove it agree on which one it is.
  CHECK(compute::sight_export_par(view, with).kind == Found::ours);
  CHECK(compute::sight_export_par(view, with).facts.get("export_par_id") == "p");
  CHECK(compute::sight_export_par(view, with).facts.get("export_par_url") == "");
  CHECK(compute::sight_export_par(view, without).kind == Found::absent);
  const auto sweep = view_at(state, "sweep-export-par");
  CHECK(compute::sight_no_export_par(sweep, with).kind == Found::absent);
  CHECK(compute::sight_no_export_par(sweep, with).facts.get("export_par_id") == "p");
  CHECK(compute::sight_no_export_par(sweep, without).kind == Found::ours);
  CHECK(compute::sight_no_export_par(sweep, unseen).kind == Found::cannot_look);
  CHECK(compute::read_no_export_par(sweep, without).kind == Kind::ok);
  CHECK(compute::read_no_export_par(sweep, with).kind == Kind::dead);
  CHECK(compute::read_no_export_par(sweep, unseen).kind == Kind::cannot_look);
  state.look.facts.set("export_par_id", "p/1");
  CHECK(compute::delete_export_par(view_at(state, "sweep-export-par")).path ==
        "/n/ns/b/migration-staging/p/p%2F1");
}

TEST_CASE("the URL of a pre-authenticated request is recorded as a placeholder only") {
  const auto state = sample_state({{"transfer", "par"}}, kFacts);
  const auto view = view_at(state, "create-import-par");
  const std::string secret = "/p/TOKEN/n/ns/b/migration-staging/o/x";
  const auto receipt = compute::receive_import_par(
      view, answer(json::object{{"id", "p"}, {"accessUri", secret}, {"objectName", "x"}}));
  REQUIRE(receipt.understood);
  receipt.facts.for_each(
      [](auto, auto value) { CHECK(value.find("TOKEN") == std::string_view::npos); });
  REQUIRE(receipt.secrets.size() == 1);
  CHECK(receipt.secrets[0].first == receipt.facts.get("import_par_url"));
  CHECK(receipt.secrets[0].second == "https://objectstorage.sa-bogota-1.oraclecloud.com" + secret);
  CHECK(!compute::receive_import_par(view, answer(json::object{{"id", "p"}})).understood);
  // The import names the placeholder; what it stands for is filled in when sending.
  auto with = state;
  with.facts.set("import_par_url", receipt.facts.get("import_par_url"));
  const auto request = compute::import_image(view_at(with, "import-image"));
  CHECK(request.body.find("TOKEN") == std::string::npos);
  Secrets secrets;
  secrets.keep(receipt.secrets[0].first, receipt.secrets[0].second);
  CHECK(secrets.fill(request.body)->find("TOKEN") != std::string::npos);
}

TEST_CASE("steps of the other transfer do not apply") {
  const auto copy = sample_state(), par = sample_state({{"transfer", "par"}});
  for (const auto& step : compute_workflow().steps) {
    if (step.name.find("-par") == std::string_view::npos) continue;
    INFO(step.name);
    CHECK(!step.applies(view_at(copy, step.name)));
    CHECK(step.applies(view_at(par, step.name)));
  }
}

}  // namespace migledger::testing
