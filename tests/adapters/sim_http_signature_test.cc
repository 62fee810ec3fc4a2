#include <catch2/catch.hpp>

#include "adapters/sim_http/signature.h"
#include "tests/adapters/scratch.h"
#include "tests/adapters/sim_http_signer.h"

namespace migledger::adapters::sim_http {
namespace {

using namespace std::chrono_literals;

const Time kNow = Time(1'800'000'000s);

// Making a key takes a while, so there is one for all tests.
const Signer& user() {
  static const Signer signer;
  return signer;
}

PublicKeys keys_of_user() {
  PublicKeys keys;
  keys.add(user().public_pem());
  return keys;
}

HttpRequest get() { return {"GET", "/20160918/images?limit=5", {}, {}}; }
HttpRequest post() { return {"POST", "/20160918/images", {}, R"({"a":1})"}; }

void set(HttpRequest& request, std::string_view name, const std::string& value) {
  for (auto& [n, v] : request.headers)
    if (n == name) v = value;
}

bool says(const std::string& problem, std::string_view words) {
  return problem.find(words) != std::string::npos;
}

TEST_CASE("A signed request is accepted, with and without a body") {
  CHECK(signature_problem(user().sign(get(), kNow), keys_of_user(), kNow).empty());
  CHECK(signature_problem(user().sign(post(), kNow), keys_of_user(), kNow).empty());
}

TEST_CASE("What was changed on the way is refused") {
  const auto keys = keys_of_user();
  auto request = user().sign(post(), kNow);
  SECTION("the path") { request.target = "/20160918/instances"; }
  SECTION("the method") { request.method = "PUT"; }
  SECTION("the host") { set(request, "host", "elsewhere"); }
  SECTION("the date") { set(request, "date", format_http_date(kNow + 1s)); }
  SECTION("the digest of the body") { set(request, "x-content-sha256", "AAAA"); }
  CHECK(says(signature_problem(request, keys, kNow), "Failed to verify"));
}

TEST_CASE("A changed body is refused by its digest") {
  auto request = user().sign(post(), kNow);
  request.body = R"({"a":2})";
  CHECK(says(signature_problem(request, keys_of_user(), kNow), "not that of its body"));
}

TEST_CASE("A date may be five minutes off, and no more") {
  const auto keys = keys_of_user();
  const auto request = user().sign(get(), kNow);
  CHECK(signature_problem(request, keys, kNow + 5min).empty());
  CHECK(signature_problem(request, keys, kNow - 5min).empty());
  CHECK(says(signature_problem(request, keys, kNow + 5min + 1s), "allowed clock skew"));
  CHECK(says(signature_problem(request, keys, kNow - 5min - 1s), "allowed clock skew"));
}

TEST_CASE("All that matters must be signed") {
  const auto keys = keys_of_user();
  CHECK(says(signature_problem(user().sign(get(), kNow, {"date", "host"}), keys, kNow),
             "does not cover (request-target)"));
  CHECK(says(signature_problem(user().sign(get(), kNow, {"(request-target)", "host"}), keys, kNow),
             "does not cover date"));
  const std::vector<std::string> generic = {"date", "(request-target)", "host"};
  CHECK(says(signature_problem(user().sign(post(), kNow, generic), keys, kNow),
             "does not cover x-content-sha256"));
  const HttpRequest object{"PUT", "/n/ns/b/bucket/o/name", {}, "content"};
  CHECK(signature_problem(user().sign(object, kNow, generic), keys, kNow).empty());
  const HttpRequest bucket{"PUT", "/n/ns/b/bucket", {}, "content"};
  CHECK(says(signature_problem(user().sign(bucket, kNow, generic), keys, kNow),
             "does not cover x-content-sha256"));
}

TEST_CASE("A header that is signed but absent, or another form of Authorization, is refused") {
  const auto keys = keys_of_user();
  auto request = user().sign(get(), kNow);
  std::erase_if(request.headers, [](const auto& h) { return h.first == "host"; });
  CHECK(says(signature_problem(request, keys, kNow), "which the request does not have"));
  for (const std::string text :
       {"Bearer token", "Signature", "Signature keyId", "Signature keyId=\"a",
        "Signature algorithm=\"rsa-sha256\",keyId=\"a\",keyId=\"b\"",
        "Signature algorithm=\"hs2019\""}) {
    HttpRequest other = get();
    other.headers = {{"authorization", text}};
    CHECK_FALSE(signature_problem(other, keys, kNow).empty());
  }
  CHECK(says(signature_problem(get(), keys, kNow), "no Authorization header"));
}

TEST_CASE("Only registered keys count, and a key id of a token only as a whole") {
  CHECK_FALSE(signature_problem(user().sign(get(), kNow), PublicKeys(), kNow).empty());
  const std::string token = "ST$eyJhbGciOiJSUzI1NiJ9.e30.c2ln";
  const auto request = user().sign(get(), kNow, {}, token);
  CHECK_FALSE(signature_problem(request, keys_of_user(), kNow).empty());
  PublicKeys keys;
  keys.add(user().public_pem(), token);
  CHECK(signature_problem(request, keys, kNow).empty());
  CHECK_FALSE(signature_problem(user().sign(get(), kNow, {}, token + "x"), keys, kNow).empty());
  CHECK_FALSE(signature_problem(user().sign(get(), kNow), keys, kNow).empty());
}

TEST_CASE("Keys that were kept are there again") {
  const Scratch scratch;
  const std::string directory = scratch.path("keys");
  CHECK(load_keys(directory).empty());
  keep_key(directory, user().public_pem());
  keep_key(directory, user().public_pem(), "ST$token");
  const PublicKeys keys = load_keys(directory);
  CHECK(keys.find(user().key_id()));
  CHECK(keys.find("ST$token"));
  CHECK_FALSE(keys.find("ST$other"));
  keep_key(directory, user().public_pem(), "ST$other");
  CHECK(keys.find("ST$other"));
  scratch.write("keys/broken.pem", "no key", false);
  CHECK_THROWS_WITH(load_keys(directory), Catch::Contains("broken.pem"));
}

TEST_CASE("Keys that are none, or too short, are refused") {
  PublicKeys keys;
  CHECK_THROWS_WITH(keys.add("-----BEGIN PRIVATE KEY-----"), Catch::Contains("no public key"));
  CHECK_THROWS_WITH(keys.add(Signer(1024).public_pem()), Catch::Contains("2048 bits"));
}

}  // namespace
}  // namespace migledger::adapters::sim_http
