#include "workflow/steps/oci_api.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/views.h"

namespace migledger::testing {

using namespace workflow;
namespace json = boost::json;

namespace {

constexpr std::string_view kSource = "ocid1.instance.oc1.iad.source";

bool alive(std::string_view state) { return state != "DELETED" && state != "TERMINATED"; }

json::object item(std::string_view id, std::string_view name, json::object tags = {},
                  std::string_view compartment = "here", std::string_view state = "AVAILABLE") {
  return {{"id", id},
          {"displayName", name},
          {"compartmentId", compartment},
          {"lifecycleState", state},
          {"freeformTags", std::move(tags)}};
}

struct Sifted {
  ledger::MigrationState state = sample_state({{"source_instance_id", kSource}});
  std::uint16_t generation = 1;

  View view() const { return view_at(state, "create-image", generation); }
  json::object ours(std::uint16_t of_generation = 1) const {
    return our_tags(view_at(state, "create-image", of_generation));
  }
  Sighting operator()(json::array items) const {
    return sift(view(), answer(json::value(std::move(items))), {"img", "here", alive, "image_id"});
  }
};

json::object tags_of(std::string_view ledger, std::string_view key, std::string_view source) {
  return {{kTagLedger, ledger}, {kTagKey, key}, {kTagSource, source}};
}

constexpr std::string_view kOther = "feedfeedfeedfeedfeedfeedfeedfeed";

}  // namespace

TEST_CASE("nothing of ours and nothing in the way is absent") {
  const Sifted sifted;
  CHECK(sifted({}).kind == Sighting::Kind::absent);
  CHECK(sifted({item("1", "another")}).kind == Sighting::Kind::absent);
}

TEST_CASE("one that bears our key is ours, of whatever generation and name") {
  const Sifted sifted;
  for (const std::uint16_t generation : {1, 2, 9}) {
    const auto sighting =
        sifted({item("0", "another"), item("1", "renamed", sifted.ours(generation))});
    CHECK(sighting.kind == Sighting::Kind::ours);
    CHECK(sighting.facts.get("image_id") == "1");
  }
}

TEST_CASE("ours counts, also beside foreign ones") {
  const Sifted sifted;
  CHECK(sifted({item("1", "img", sifted.ours()), item("2", "img")}).kind == Sighting::Kind::ours);
}

TEST_CASE("several of ours are all shown") {
  const Sifted sifted;
  const auto sighting =
      sifted({item("1", "img", sifted.ours(1)), item("2", "img", sifted.ours(2))});
  CHECK(sighting.kind == Sighting::Kind::several);
  REQUIRE(sighting.candidates.size() == 2);
  CHECK(sighting.candidates[0].id == "1");
  CHECK(sighting.candidates[1].id == "2");
  CHECK(sighting.facts.empty());
}

TEST_CASE("what bears our name is foreign, unless this ledger made it for another migration") {
  const Sifted sifted;
  const auto foreign = sifted({item("1", "img")});
  CHECK(foreign.kind == Sighting::Kind::foreign);
  REQUIRE(foreign.candidates.size() == 1);
  CHECK(foreign.candidates[0].id == "1");
  CHECK(sifted({item("1", "img", tags_of(kOther, "ml-x-1", "another source"))}).kind ==
        Sighting::Kind::foreign);
  CHECK(sifted({item("1", "img", tags_of(kLedgerId, "ml-other-1", "another source"))}).kind ==
        Sighting::Kind::absent);
}

TEST_CASE("what another ledger made of our source is foreign, whatever its name, and shown once") {
  const Sifted sifted;
  for (const char* name : {"img", "another"}) {
    const auto sighting = sifted({item("1", name, tags_of(kOther, "ml-x-1", kSource))});
    CHECK(sighting.kind == Sighting::Kind::foreign);
    REQUIRE(sighting.candidates.size() == 1);
    CHECK(sighting.candidates[0].why.find(kOther) != std::string::npos);
  }
}

TEST_CASE("our key with another ledger's id is not ours") {
  const Sifted sifted;
  auto tags = sifted.ours();
  tags[kTagLedger] = kOther;
  CHECK(sifted({item("1", "another", tags)}).kind == Sighting::Kind::foreign);
}

TEST_CASE("the dead, those on record as dead, and those elsewhere are not looked at") {
  Sifted sifted;
  CHECK(sifted({item("1", "img", sifted.ours(), "here", "DELETED")}).kind ==
        Sighting::Kind::absent);
  CHECK(sifted({item("1", "img", sifted.ours(), "elsewhere")}).kind == Sighting::Kind::absent);
  CHECK(sifted({item("1", "img", {}, "elsewhere")}).kind == Sighting::Kind::absent);
  sifted.state.facts.set("dead_ids", " 1 7");
  CHECK(sifted({item("1", "img", sifted.ours())}).kind == Sighting::Kind::absent);
  CHECK(sifted({item("2", "img", sifted.ours())}).kind == Sighting::Kind::ours);
}

TEST_CASE("an answer that is no successful list is no look") {
  const Sifted sifted;
  const Sift how{"img", "here", alive, "image_id"};
  CHECK(sift(sifted.view(), not_found(), how).kind == Sighting::Kind::cannot_look);
  CHECK(sift(sifted.view(), answer(json::object{{"id", "1"}}), how).kind ==
        Sighting::Kind::cannot_look);
  CHECK(sift(sifted.view(), Answer::of(json_reply("<html>")), how).kind ==
        Sighting::Kind::cannot_look);
  CHECK(sift(sifted.view(), Answer::of(json_reply("")), how).kind == Sighting::Kind::cannot_look);
}

TEST_CASE("results of the search service are read: identifier, and states in other letters") {
  const Sifted sifted;
  const auto found = [&](std::string_view state) {
    json::object entry = item("", "renamed", sifted.ours(), "moved", state);
    entry["identifier"] = "1";
    entry.erase("id");
    return sift(sifted.view(), answer(json::object{{"items", json::array{entry}}}),
                {{}, {}, alive, "image_id"});
  };
  CHECK(found("Available").kind == Sighting::Kind::ours);
  CHECK(found("Available").facts.get("image_id") == "1");
  CHECK(found("Terminated").kind == Sighting::Kind::absent);
  CHECK(found("DELETED").kind == Sighting::Kind::absent);
}

TEST_CASE("a search by tag asks for this ledger's resources of the type in the region") {
  const Sifted sifted;
  const auto request = search_by_tag(sifted.view(), "us-ashburn-1", "image");
  CHECK(request.service == Service::search);
  CHECK(request.region == "us-ashburn-1");
  CHECK(std::string(body_of(request).at("query").as_string()) ==
        "query image resources where (freeformTags.key = 'migledger-ledger' && "
        "freeformTags.value = '" +
            std::string(kLedgerId) + "')");
}

TEST_CASE("a claim is taken when what it names is there, alive and in place") {
  const Sift how{"img", "here", alive, "image_id"};
  const auto taken = claimed(answer(item("1", "any name")), "1", how);
  REQUIRE(taken);
  CHECK(taken->kind == Sighting::Kind::ours);
  CHECK(taken->claimed);
  CHECK(taken->facts.get("image_id") == "1");
  CHECK(!claimed(answer(item("1", "x", {}, "here", "DELETED")), "1", how));
  CHECK(!claimed(answer(item("1", "x", {}, "elsewhere")), "1", how));
  CHECK(!claimed(answer(item("2", "x")), "1", how));
  CHECK(!claimed(not_found(), "1", how));
}

TEST_CASE("a work request says whether it runs, succeeded, failed, or is gone") {
  const auto of = [](std::string_view status) {
    return work_of(answer(json::object{{"id", "w"}, {"status", status}, {"percentComplete", 40}}),
                   "w");
  };
  CHECK(of("SUCCEEDED").state == WorkState::succeeded);
  CHECK(of("COMPLETED").state == WorkState::succeeded);
  CHECK(of("FAILED").state == WorkState::failed);
  CHECK(of("CANCELED").state == WorkState::failed);
  for (const char* status : {"ACCEPTED", "IN_PROGRESS", "CANCELING"})
    CHECK(of(status).state == WorkState::running);
  CHECK(of("IN_PROGRESS").percent == 40);
  CHECK(of("").state == WorkState::cannot_tell);
  CHECK(work_of(not_found(), "w").state == WorkState::gone);
  CHECK(work_of(answer(json::array{}), "w").state == WorkState::cannot_tell);
  CHECK(work_of(answer(json::array{json::object{{"id", "w"}, {"status", "FAILED"}}}), "w").state ==
        WorkState::failed);
  CHECK(work_of(answer(json::object{{"id", "another"}, {"status", "FAILED"}}), "w").state ==
        WorkState::cannot_tell);
}

TEST_CASE("our tags are the user's and our three, which the user cannot replace") {
  const auto state =
      sample_state({{"source_instance_id", kSource},
                    {"freeform_tags", R"({"team": "ops", "migledger-key": "forged"})"}});
  const auto view = view_at(state, "create-image");
  const auto tags = our_tags(view);
  CHECK(tags.size() == 4);
  CHECK(tags.at("team") == "ops");
  CHECK(tags.at(kTagLedger).as_string() == kLedgerId);
  CHECK(tags.at(kTagKey).as_string() == view.key());
  CHECK(tags.at(kTagSource).as_string() == kSource);
}

TEST_CASE("an idempotency key is at most 64 characters, and differs by all it depends on") {
  const std::string key = idempotency_key(kLedgerId, "web", kSource, "launch-instance", 65535);
  CHECK(key.size() <= 64);
  CHECK(key == idempotency_key(kLedgerId, "web", kSource, "launch-instance", 65535));
  CHECK(key != idempotency_key(kLedgerId, "web2", kSource, "launch-instance", 65535));
  CHECK(key != idempotency_key(kLedgerId, "web", "other", "launch-instance", 65535));
  CHECK(key != idempotency_key(kLedgerId, "web", kSource, "import-image", 65535));
  CHECK(key != idempotency_key(kOther, "web", kSource, "launch-instance", 65535));
  CHECK(key_stem(key) ==
        key_stem(idempotency_key(kLedgerId, "web", kSource, "launch-instance", 1)));
  // Every step has a stem of its own.
  std::set<std::string> stems;
  for (const auto& step : compute_workflow().steps)
    stems.emplace(key_stem(idempotency_key(kLedgerId, "web", kSource, step.name, 1)));
  CHECK(stems.size() == compute_workflow().steps.size());
}

TEST_CASE("a receipt needs the id of what was made") {
  Reply reply = json_reply(R"({"id":"made"})");
  reply.headers = {{"opc-work-request-id", "wr"}};
  const auto receipt = receipt_with_id(Answer::of(reply), "image_id", "work");
  CHECK(receipt.understood);
  CHECK(receipt.facts == ledger::Fields{{"image_id", "made"}, {"work", "wr"}});
  for (const char* body : {"", "{}", "[]", R"({"id":7})", "<html>"})
    CHECK(!receipt_with_id(Answer::of(json_reply(body)), "image_id", "work").understood);
}

TEST_CASE("what has died is known by its whole id") {
  ledger::MigrationState state;
  state.facts.set("dead_ids", " ocid1.image.oc1..ab ocid1.image.oc1..cd");
  const View view{state, "", 0, 1};
  CHECK(known_dead(view, "ocid1.image.oc1..ab"));
  CHECK(known_dead(view, "ocid1.image.oc1..cd"));
  CHECK(!known_dead(view, "ocid1.image.oc1..a"));
  CHECK(!known_dead(view, "ocid1.image.oc1..abc"));
  CHECK(!known_dead(view, "image.oc1..cd"));
  CHECK(!known_dead(view, ""));
  state.facts.set("dead_ids", dead_with(view, "volume-1"));
  CHECK(known_dead(view, "volume-1"));
  CHECK(!known_dead(view, "volume"));
  CHECK(known_dead(view, "ocid1.image.oc1..ab"));
}

}  // namespace migledger::testing
