// The judgements of the storage workflow's steps.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/history.h"
#include "tests/support/sample_bucket.h"
#include "tests/support/step_names.h"
#include "tests/support/views.h"
#include "workflow/storage/steps.h"
#include "workflow/storage/storage_workflow.h"

namespace migledger::testing {

using namespace workflow;
using namespace workflow::storage_replication;
namespace json = boost::json;
using Catch::Contains;
using Kind = Verdict::Kind;

namespace {

ledger::MigrationState bucket_state(ledger::Fields plan = {}, ledger::Fields facts = {}) {
  ledger::MigrationState state;
  state.name = "data";
  state.plan = sample_bucket("data").fields;
  plan.for_each([&](auto name, auto value) { state.plan.set(name, value); });
  state.facts = {{"namespace", "ns"}, {"target_bucket", "exists"}};
  facts.for_each([&](auto name, auto value) { state.facts.set(name, value); });
  state.steps = step_names(storage_workflow());
  return state;
}

View at(const ledger::MigrationState& state, std::string_view step) {
  return view_of(storage_workflow(), state, kLedgerId, storage_workflow().index_of(step));
}

std::string our_name(const ledger::MigrationState& state, unsigned generation = 1) {
  return idempotency_key(kLedgerId, state.name, "data", "create-policy",
                         static_cast<std::uint16_t>(generation));
}

json::object policy(std::string name, std::string_view status = "ACTIVE",
                    std::string_view synced = "2026-11-23T06:00:00Z") {
  return {{"id", "p1"},
          {"name", std::move(name)},
          {"destinationRegionName", "sa-bogota-1"},
          {"destinationBucketName", "data"},
          {"timeCreated", "2026-11-23T05:00:00Z"},
          {"timeLastSync", synced},
          {"status", status},
          {"statusMessage", "words of OCI"}};
}

Answer dated(const json::value& body, std::string date = "Mon, 23 Nov 2026 06:00:30 GMT") {
  Reply reply = json_reply(json::serialize(body));
  reply.headers.emplace_back("date", std::move(date));
  return Answer::of(std::move(reply));
}

// The answers of two buckets in order; tests change what they are about.
struct Buckets {
  ledger::MigrationState state = bucket_state();
  json::object source{{"name", "data"},
                      {"versioning", "Disabled"},
                      {"isReadOnly", false},
                      {"storageTier", "Standard"},
                      {"publicAccessType", "NoPublicAccess"}};
  json::object target = source;
  bool has_target = true;
  json::array policies, sources, rules;

  Verdict read() const {
    const std::string compartment(state.plan.get("target_compartment_id"));
    const std::vector<std::pair<std::string, Answer>> all{
        {"us-ashburn-1/n", answer(json::value("ns"))},
        {"us-ashburn-1/n/ns/b/data", answer(source)},
        {"sa-bogota-1/n/ns/b/data", has_target ? answer(target) : testing::not_found()},
        {"us-ashburn-1/n/ns/b/data/replicationPolicies", answer(policies)},
        {"sa-bogota-1/n/ns/b/data/replicationSources", answer(sources)},
        {"us-ashburn-1/n/ns/b/data/retentionRules", answer(json::object{{"items", rules}})},
        {"sa-bogota-1/20160918/compartments/" + compartment,
         answer({{"lifecycleState", "ACTIVE"}})}};
    std::vector<Answer> given;
    while (const auto request = ask_buckets(at(state, "check-source"), given)) {
      INFO(request->path);
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& known) {
        return known.first == request->region + request->path;
      });
      REQUIRE(found != all.end());
      given.push_back(found->second);
    }
    return read_buckets(at(state, "check-source"), given);
  }
  std::string refusal() const {
    const Verdict verdict = read();
    REQUIRE(verdict.kind == Kind::refused);
    CHECK_FALSE(verdict.need.empty());
    return verdict.failure.message;
  }
};

}  // namespace

TEST_CASE("storage checks: two buckets in order pass, and what the rest needs is carried on") {
  const Verdict verdict = Buckets().read();
  CHECK(verdict.kind == Kind::ok);
  CHECK(verdict.facts.get("namespace") == "ns");
  CHECK(verdict.facts.get("target_bucket") == "exists");
  CHECK(verdict.findings.empty());
  Buckets lone;
  lone.has_target = false;
  CHECK(lone.read().facts.get("target_bucket") == "absent");
}

TEST_CASE("storage checks: a bucket that takes part in another replication is refused") {
  Buckets buckets;
  buckets.policies = {policy("somebody's")};
  CHECK_THAT(buckets.refusal(), Contains("policy \"somebody's\""));
  buckets.policies.clear();
  buckets.source["isReadOnly"] = true;
  CHECK_THAT(buckets.refusal(), Contains("itself the target"));
  buckets.source["isReadOnly"] = false;
  buckets.target["isReadOnly"] = true;
  buckets.sources = {
      json::object{{"policyName", "p"}, {"sourceBucketName", "b"}, {"sourceRegionName", "r"}}};
  CHECK_THAT(buckets.refusal(), Contains("policy \"p\" of bucket b in r"));
}

TEST_CASE("storage checks: our own policy, which this ledger has forgotten, is no obstacle") {
  Buckets buckets;
  buckets.policies = {policy(our_name(buckets.state, 2))};
  buckets.target["isReadOnly"] = true;
  const Verdict verdict = buckets.read();
  CHECK(verdict.kind == Kind::ok);
  CHECK(verdict.facts.get("policy_id") == "p1");
}

TEST_CASE("storage checks: versions, keys and tiers") {
  Buckets buckets;
  buckets.source["versioning"] = "Enabled";
  CHECK_THAT(buckets.refusal(), Contains("versioning is Enabled at the source"));
  buckets.target["versioning"] = "Enabled";
  CHECK(buckets.read().findings.size() == 1);
  buckets.source["storageTier"] = "Archive";
  CHECK(buckets.read().findings.size() == 2);
  buckets.source["kmsKeyId"] = "ocid1.key.oc1.iad.a";
  CHECK(buckets.read().findings.size() == 3);  // a person made the target as it should be
  buckets.has_target = false;
  CHECK_THAT(buckets.refusal(), Contains("customer's key"));
  buckets.state = bucket_state({{"target_kms_key_id", "ocid1.key.oc1.bog.b"}});
  CHECK(buckets.read().kind == Kind::ok);
}

TEST_CASE("storage checks: a service policy that is not seen is told, and does not stop it") {
  const auto state = bucket_state();
  const Answer none[] = {answer(json::array{})};
  CHECK(read_service_policy(at(state, "check-policy"), none).findings.size() == 1);
  const Answer hidden[] = {not_found()};
  CHECK(read_service_policy(at(state, "check-policy"), hidden).kind == Kind::ok);
  const Answer there[] = {answer(json::array{
      json::object{{"statements", json::array{"Allow service objectstorage-us-ashburn-1 to manage "
                                              "object-family in tenancy"}}}})};
  CHECK(read_service_policy(at(state, "check-policy"), there).findings.empty());
}

TEST_CASE("storage: a new bucket is as the source is") {
  const auto state = bucket_state({{"target_kms_key_id", "k"}},
                                  {{"source_tier", "Archive"}, {"source_versioning", "Enabled"}});
  const auto body = body_of(create_bucket(at(state, "create-bucket")));
  CHECK(body.at("storageTier").as_string() == "Archive");
  CHECK(body.at("versioning").as_string() == "Enabled");
  CHECK(body.at("kmsKeyId").as_string() == "k");
  CHECK(body.at("freeformTags").at("migledger-source").as_string() == "data");
}

TEST_CASE("storage: a policy is ours by its name, whichever generation made it") {
  const auto state = bucket_state();
  const View view = at(state, "create-policy");
  const auto see = [&](json::array policies) {
    const Answer answers[] = {answer(policies)};
    return sight_policy(view, answers);
  };
  CHECK(see({}).kind == Sighting::Kind::absent);
  CHECK(see({policy("x")}).kind == Sighting::Kind::foreign);
  const auto ours = see({policy(our_name(state, 3))});
  CHECK(ours.kind == Sighting::Kind::ours);
  CHECK(ours.facts.get("policy_id") == "p1");
  CHECK(body_of(create_policy(view)).at("name").as_string() == our_name(state));
  const Answer unseen[] = {not_found()};
  CHECK(sight_policy(view, unseen).kind == Sighting::Kind::cannot_look);
}

TEST_CASE("storage: the first sync is waited for, and a client error or a lost policy stops it") {
  const auto state = bucket_state();
  const View view = at(state, "await-sync");
  const auto read = [&](json::array policies) {
    const Answer answers[] = {dated(policies)};
    return read_first_sync(view, answers);
  };
  CHECK(read({policy(our_name(state), "ACTIVE", "2026-11-23T05:00:00Z")}).kind == Kind::pending);
  const Verdict synced = read({policy(our_name(state))});
  CHECK(synced.kind == Kind::ok);
  REQUIRE(synced.findings.size() == 1);
  CHECK_THAT(synced.findings[0], Contains("lags by under 1m"));
  const Verdict error = read({policy(our_name(state), "CLIENT_ERROR")});
  CHECK(error.kind == Kind::refused);
  CHECK_THAT(error.failure.message, Contains("words of OCI"));
  CHECK(read({}).kind == Kind::refused);
}

TEST_CASE("storage: the fence is the cloud's next full second, and is passed only after it") {
  auto state = bucket_state();
  const Answer bucket[] = {dated(json::object{{"name", "data"}})};
  const Verdict fence = read_fence(at(state, "fence"), bucket);
  REQUIRE(fence.kind == Kind::ok);
  CHECK(fence.facts.get("fence") == "2026-11-23T06:00:31.000000Z");
  const Answer undated[] = {answer(json::object{{"name", "data"}})};
  CHECK(read_fence(at(state, "fence"), undated).kind == Kind::cannot_look);
  state.facts.set("fence", fence.facts.get("fence"));
  const auto read = [&](std::string_view synced) {
    const Answer answers[] = {dated(json::array{policy(our_name(state), "ACTIVE", synced)})};
    return read_fence_passed(at(state, "await-fence"), answers).kind;
  };
  CHECK(read("2026-11-23T06:00:30Z") == Kind::pending);
  CHECK(read("2026-11-23T06:00:31Z") == Kind::pending);
  CHECK(read("2026-11-23T06:00:31.001Z") == Kind::ok);
}

TEST_CASE("storage: replication is ended when no policy of ours is left") {
  const auto state = bucket_state({}, {{"policy_id", "old"}});
  const Answer none[] = {answer(json::array{})};
  CHECK(sight_no_policy(at(state, "delete-policy"), none).kind == Sighting::Kind::ours);
  const Answer left[] = {answer(json::array{policy(our_name(state))})};
  const auto sighting = sight_no_policy(at(state, "delete-policy"), left);
  CHECK(sighting.kind == Sighting::Kind::absent);
  auto looked = state;
  looked.look.facts = sighting.facts;
  CHECK_THAT(delete_policy(at(looked, "delete-policy")).path,
             Catch::EndsWith("/replicationPolicies/p1"));
}

TEST_CASE("storage: a policy stays while a request whose reply was lost could make it again") {
  auto state = bucket_state({{"settle_seconds", "600"}});
  const auto seen_at = [&](std::string minute) {
    return std::vector{
        dated(json::array{policy(our_name(state))}, "Mon, 23 Nov 2026 06:" + minute + " GMT")};
  };
  const View making = at(state, "create-policy");
  state.attempt.step = making.step;
  state.attempt.sends = 2;
  state.attempt.doubt = true;
  state.attempt.first_sent = *parse_rfc3339("2026-11-23T06:00:00Z");
  state.attempt.last_sent = *parse_rfc3339("2026-11-23T06:01:00Z");
  const auto replied = receive_policy(making, answer(policy("p"))).facts;
  const auto adopted = sight_policy(making, seen_at("01:30")).facts;
  for (const auto& [made, early, late] :
       {std::tuple(&replied, "09:59", "10:00"), std::tuple(&adopted, "10:59", "11:00")}) {
    auto later = state;
    made->for_each([&](auto name, auto value) { later.facts.set(name, value); });
    CHECK(read_first_sync(at(later, "await-sync"), seen_at(early)).kind == Kind::pending);
    CHECK(read_first_sync(at(later, "await-sync"), seen_at(late)).kind == Kind::ok);
    for (const auto* step : {"delete-policy", "undo-policy"}) {
      CHECK(sight_no_policy(at(later, step), seen_at(early)).kind == Sighting::Kind::under_way);
      CHECK(sight_no_policy(at(later, step), seen_at(late)).kind == Sighting::Kind::absent);
    }
  }
}

TEST_CASE("storage: a bucket is writable when it says so, and not when it says nothing") {
  const auto state = bucket_state();
  const auto see = [&](const json::value& body) {
    const Answer answers[] = {answer(body)};
    return sight_writable(at(state, "make-writable"), answers).kind;
  };
  CHECK(see(json::object{{"isReadOnly", false}}) == Sighting::Kind::ours);
  CHECK(see(json::object{{"isReadOnly", true}}) == Sighting::Kind::absent);
  CHECK(see(json::object{{"name", "data"}}) == Sighting::Kind::cannot_look);
}

TEST_CASE("storage: rolled back, what a forgotten policy of ours locked is unlocked, no other") {
  const auto see = [&](const ledger::MigrationState& state, const Answer& bucket,
                       const json::array& sources) {
    const Answer answers[] = {bucket, answer(sources)};
    const View view = at(state, "undo-read-only");
    const bool asks = ask_to_unlock(view, Answers(answers).first(1)).has_value();
    const Sighting sighting = sight_unlocked(view, Answers(answers).first(asks ? 2 : 1));
    return std::pair(asks, sighting.kind);
  };
  using See = std::pair<bool, Sighting::Kind>;
  const auto state = bucket_state();
  const auto known = bucket_state({}, {{"policy_id", "p1"}});
  const Answer locked = answer(json::object{{"isReadOnly", true}});
  const auto source = [](std::string policy) {
    return json::array{json::object{{"policyName", std::move(policy)},
                                    {"sourceBucketName", "data"},
                                    {"sourceRegionName", "us-ashburn-1"}}};
  };
  CHECK(see(known, locked, {}) == See(false, Sighting::Kind::absent));
  CHECK(see(state, answer(json::object{{"isReadOnly", false}}), {}) ==
        See(false, Sighting::Kind::ours));
  CHECK(see(state, locked, {}) == See(true, Sighting::Kind::absent));
  CHECK(see(state, locked, source("theirs")) == See(true, Sighting::Kind::ours));
  CHECK(see(state, locked, source(our_name(state, 2))) == See(true, Sighting::Kind::under_way));
  // What was to be made, and is not there, is not locked; else nobody knows.
  Answer missing;
  missing.reply.delivery = Reply::Delivery::replied;
  missing.reply.status = 404;
  CHECK(see(state, missing, {}).second == Sighting::Kind::cannot_look);
  CHECK(see(bucket_state({}, {{"target_bucket", "absent"}}), missing, {}).second ==
        Sighting::Kind::ours);
}

TEST_CASE("storage: rolled back, replication ends as soon as there may be any") {
  auto state = bucket_state();
  const auto applies = [&](std::string_view step) {
    return storage_workflow().steps[storage_workflow().index_of(step)].applies(at(state, step));
  };
  CHECK(applies("undo-policy"));
  CHECK(applies("undo-read-only"));
  state.facts.set("policy_id", "p1");
  CHECK_FALSE(applies("back-fill"));
  state.facts = {};
  CHECK_FALSE(applies("undo-policy"));
  CHECK_FALSE(applies("undo-read-only"));
}

TEST_CASE("storage: a walk goes on until it is to be judged") {
  History history(sample_bucket("data"), storage_workflow());
  history.done_before("survey");
  CHECK(history.decide().kind == Decision::Kind::walk);
  CHECK_THAT(history.next(), Contains("survey"));
  // It has failed to list: it pauses.
  history.at(10).read_failed("survey", ErrorClass::RETRY);
  CHECK(history.decide().kind == Decision::Kind::walk);
  CHECK(history.decide().until > history.now());
}

}  // namespace migledger::testing
