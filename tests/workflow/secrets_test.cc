#include "workflow/cloud/secrets.h"

#include <catch2/catch.hpp>

#include "ledger/base/base64.h"
#include "ledger/base/sha256.h"
#include "workflow/compute/compute_workflow.h"
#include "workflow/decide/plan_guard.h"
#include "workflow/model/plan.h"

namespace migledger::workflow {

namespace {

SecretKey key_of(char c) {
  SecretKey::Bytes bytes;
  bytes.fill(static_cast<std::byte>(c));
  return SecretKey(bytes);
}

std::string old_placeholder(const std::string& name, const std::string& value) {
  return "${secret:" + name + ":sha256:" + ledger::to_hex(ledger::sha256(ledger::bytes_of(value))) +
         "}";
}

Plan plan_with(const std::string& name, const std::string& value, const std::string& migration) {
  Plan plan;
  PlannedMigration planned;
  planned.name = migration;
  planned.fields.set("metadata", "{\"" + name + "\":\"" + plan.secrets.add(name, value) + "\"}");
  plan.migrations.push_back(planned);
  return plan;
}

std::string metadata_of(const Plan& plan) {
  return std::string(plan.migrations[0].fields.get("metadata"));
}

}  // namespace

TEST_CASE("secrets: a placeholder is a digest that only the key's owner can compute") {
  // RFC 2104 over 8-byte lengths and texts, computed apart with Python's hmac and hashlib.
  CHECK(key_of('k').placeholder("web-1", "adminPassword", "hunter2xyz") ==
        "${secret:adminPassword:hmac:5e318f8c:"
        "00dc5ad8ad33a871b67215a7b86a414d6ea4029d0d6ff512a96bc96d96c37bd2}");
  CHECK(key_of('k').placeholder("web-1", "a", "x") != key_of('l').placeholder("web-1", "a", "x"));
  CHECK(key_of('k').placeholder("web-1", "a", "x") != key_of('k').placeholder("web-2", "a", "x"));
  CHECK(key_of('k').placeholder("web-1", "a", "x") != key_of('k').placeholder("web-1", "b", "x"));
  // Where one text ends and the next begins counts.
  CHECK(key_of('k').placeholder("web-1", "ab", "c").substr(14) !=
        key_of('k').placeholder("web-1", "a", "bc").substr(13));
}

TEST_CASE("secrets: nothing of the value is in what is recorded, plain digests included") {
  const std::string value = "hunter2xyz";
  Plan plan = plan_with("adminPassword", value, "web-1");
  seal(plan, key_of('k'));
  const std::string recorded = metadata_of(plan);
  for (const auto& trace : {value, ledger::to_hex(ledger::sha256(ledger::bytes_of(value))),
                            ledger::to_base64(ledger::bytes_of(value))})
    CHECK(recorded.find(trace) == std::string::npos);
  CHECK(plan.secrets.fill(recorded) == R"({"adminPassword":"hunter2xyz"})");
}

TEST_CASE("secrets: placeholders are filled in as the inside of JSON strings") {
  Secrets secrets;
  const std::string placeholder = secrets.add("user_data", "a\"b\\c\n\x01é");
  CHECK(secrets.fill("{\"x\":\"" + placeholder + "\",\"y\":\"" + placeholder + "\"}") ==
        "{\"x\":\"a\\\"b\\\\c\\u000a\\u0001é\",\"y\":\"a\\\"b\\\\c\\u000a\\u0001é\"}");
  CHECK(secrets.fill("{\"x\":\"$ {secret} }\"}") == "{\"x\":\"$ {secret} }\"}");
  CHECK(secrets.fill("") == "");
}

TEST_CASE("secrets: a value that looks like a placeholder is not filled in again") {
  Secrets secrets;
  const std::string inner = secrets.add("b", "inner");
  CHECK(secrets.fill(secrets.add("a", inner)) == inner);
}

TEST_CASE("secrets: a placeholder without its value cannot be filled in") {
  Secrets secrets;
  secrets.add("user_data", "new");
  CHECK_FALSE(secrets.fill("x" + old_placeholder("user_data", "old")));
  CHECK_FALSE(secrets.fill("x" + key_of('k').placeholder("web-1", "user_data", "new")));
  CHECK_FALSE(secrets.fill("x${secret:user_data:sha256:00"));
}

TEST_CASE("secrets: what an older version recorded is known again, and filled in") {
  Plan plan = plan_with("adminPassword", "pw", "web-1");
  seal(plan, key_of('k'));
  const std::string old = old_placeholder("adminPassword", "pw");
  CHECK(plan.secrets.fill("{\"a\":\"" + old + "\"}") == R"({"a":"pw"})");
  const auto now = key_of('k').placeholder("web-1", "adminPassword", "pw");
  CHECK(plan.secrets.compare(old, now) == Secrets::Likeness::same);
  CHECK(plan.secrets.compare(old_placeholder("adminPassword", "other"), now) ==
        Secrets::Likeness::different);
}

TEST_CASE("secrets: with another key nobody can tell whether one has changed") {
  Plan plan = plan_with("adminPassword", "pw", "web-1");
  seal(plan, key_of('k'));
  const auto now = key_of('k').placeholder("web-1", "adminPassword", "pw");
  using Likeness = Secrets::Likeness;
  CHECK(plan.secrets.compare(now, now) == Likeness::same);
  CHECK(plan.secrets.compare(key_of('k').placeholder("web-1", "adminPassword", "p"), now) ==
        Likeness::different);
  CHECK(plan.secrets.compare(key_of('l').placeholder("web-1", "adminPassword", "pw"), now) ==
        Likeness::unknown);
}

TEST_CASE("secrets: sealing gives each migration a digest of its own") {
  Plan plan;
  const std::string shared = plan.secrets.add("token", "same");
  for (const char* name : {"web-1", "web-2"}) {
    PlannedMigration planned;
    planned.name = name;
    planned.fields.set("metadata", "{\"token\":\"" + shared + "\"}");
    plan.migrations.push_back(planned);
  }
  CHECK(!is_sealed(plan));
  seal(plan, key_of('k'));
  CHECK(is_sealed(plan));
  CHECK(plan.migrations[0].fields.get("metadata") != plan.migrations[1].fields.get("metadata"));
  for (const auto& migration : plan.migrations)
    CHECK(plan.secrets.fill(migration.fields.get("metadata")) == R"({"token":"same"})");
}

TEST_CASE("secrets: a reply that repeats what it was sent is told without it") {
  Secrets secrets;
  const std::string request = "{\"p\":\"" + secrets.add("p", "pass\"word/1") + "\"}";
  secrets.add("other", "elsewhere");
  CHECK(secrets.hide("bad value pass\"word/1!", request) == "bad value (secret)!");
  CHECK(secrets.hide(R"({"message":"pass\"word/1"})", request) == "{\"message\":\"(secret)\"}");
  CHECK(secrets.hide("cGFzcyJ3b3JkLzE= pass%22word%2F1", request) == "(secret) (secret)");
  CHECK(secrets.hide("elsewhere", request) == "elsewhere");
  CHECK(secrets.hide("", request).empty());
}

TEST_CASE("secrets: a plan that only seals its secrets otherwise is the same plan") {
  const auto& workflow = compute_workflow();
  const auto judged = [&](const std::string& recorded, Plan plan, bool launched) {
    ledger::MigrationState state;
    state.name = "web-1";
    state.workflow = workflow.name;
    state.plan.set("metadata", recorded);
    if (launched) {
      state.attempt.step = workflow.index_of("launch-instance");
      state.attempt.phase = ledger::Phase::accepted;
    }
    return judge_change(workflow, state, plan.migrations[0], plan.secrets);
  };
  Plan plan = plan_with("adminPassword", "pw", "web-1");
  seal(plan, key_of('k'));
  const auto recorded_as = [](const std::string& placeholder) {
    return "{\"adminPassword\":\"" + placeholder + "\"}";
  };
  const auto before = recorded_as(old_placeholder("adminPassword", "pw"));
  CHECK(judged(metadata_of(plan), plan, false).fields.empty());
  CHECK(judged(before, plan, false).fields.empty());
  CHECK(judged(before, plan, true).fields.empty());

  const auto changed = recorded_as(old_placeholder("adminPassword", "other"));
  CHECK(judged(changed, plan, false).fields.size() == 1);
  CHECK(judged(changed, plan, false).refused.empty());
  CHECK(judged(changed, plan, true).refused.size() == 1);

  // Recorded on another machine: before the launch somebody must say so, after it nothing comes of
  // it.
  const auto foreign = recorded_as(key_of('l').placeholder("web-1", "adminPassword", "pw"));
  CHECK(judged(foreign, plan, false).fields.size() == 1);
  CHECK(judged(foreign, plan, false).refused.empty());
  CHECK(judged(foreign, plan, true).fields.empty());
  CHECK(judged(foreign, plan, true).refused.empty());
}

TEST_CASE("secrets: what a text takes once it is sealed is known before") {
  Plan plan = plan_with("admin:hmac:Password", std::string(300, 'v'), "web-1");
  const std::string before = metadata_of(plan);
  seal(plan, key_of('k'));
  CHECK(sealed_size(before) == metadata_of(plan).size());
  CHECK(sealed_size(metadata_of(plan)) == metadata_of(plan).size());
  CHECK(sealed_size("no secret") == 9);
}

}  // namespace migledger::workflow
