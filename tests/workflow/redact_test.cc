#include "workflow/cloud/redact.h"

#include <catch2/catch.hpp>

namespace migledger::workflow {

TEST_CASE("the token of a pre-authenticated URL is hidden, and nothing else") {
  CHECK(redact_text("PUT https://objectstorage.x.oraclecloud.com/p/AbC-_9/n/ns/b/bk/o/im.oci no") ==
        "PUT https://objectstorage.x.oraclecloud.com/p/(secret)/n/ns/b/bk/o/im.oci no");
  CHECK(redact_text("/n/ns/b/bucket/p/ocid-of-par") == "/n/ns/b/bucket/p/ocid-of-par");
  CHECK(redact_text("/p/one/n/a and /p/two/n/b") == "/p/(secret)/n/a and /p/(secret)/n/b");
  CHECK(redact_text("/p//n/") == "/p/(secret)/n/");
  CHECK(redact_text("a path /p/x/y/n/") == "a path /p/x/y/n/");
  CHECK(redact_text("") == "");
  CHECK(redact_text("/p/") == "/p/");
}

TEST_CASE("secret members of a JSON body are hidden at any depth") {
  const std::string out = redact_body(
      R"({"id":"par1","accessUri":"/p/TOK/n/x","list":[{"user_data":"c2VjcmV0","name":"n"}],
          "metadata":{"ssh_authorized_keys":"ssh-ed25519 AAA","user_data":{"deep":"DEEP"}},
          "adminPassword":"hunter2","link":"see /p/TOK2/n/y","n":1.5})");
  for (const char* secret : {"TOK", "c2VjcmV0", "DEEP", "hunter2"}) {
    INFO(secret);
    CHECK(out.find(secret) == std::string::npos);
  }
  for (const char* kept : {"par1", "ssh-ed25519 AAA", "\"name\":\"n\"", "/p/(secret)/n/y"}) {
    INFO(kept);
    CHECK(out.find(kept) != std::string::npos);
  }
}

TEST_CASE("a body that is not JSON is redacted as text") {
  CHECK(redact_body("<html>/p/TOK/n/x</html>") == "<html>/p/(secret)/n/x</html>");
}

TEST_CASE("secret members of a body that only looks like JSON are hidden, too") {
  const auto hidden = [](std::string body, const std::string& secret) {
    body.replace(body.find(secret), secret.size(), "\"(secret)\"");
    return body;
  };
  for (const auto& [body, secret] : std::initializer_list<std::pair<std::string, std::string>>{
           {"{\"accessUri\": \"/p/TOK/n/", "\"/p/TOK/n/"},
           {"{\"a\":\"b\",\"user_data\" : \"TOK\\\"EN\",\"n\":1", "\"TOK\\\"EN\""},
           {"no {\"password\":12345, \"x\": \"password\", \"private_key\"", "12345"},
           // Deeper than what is taken for JSON.
           {std::string(40, '[') + "{\"user_data\":\"T\"}" + std::string(40, ']'), "\"T\""}}) {
    INFO(body);
    CHECK(redact_body(body) == hidden(body, secret));
  }
  CHECK(redact_body("{\"password\":") == "{\"password\":\"(secret)\"");
}

TEST_CASE("whatever people call their secrets, their names give them away") {
  for (const char* name :
       {"passwd", "db_password", "PASSWORD", "secret", "clientSecret", "api_token", "access_key",
        "accessKey", "apiKey", "passphrase", "credentials", "privateKey", "private_key"}) {
    INFO(name);
    CHECK(is_secret(name));
  }
  for (const char* name :
       {"privateIp", "kmsKeyId", "displayName", "sshKeys", "migledger-key", "id"}) {
    INFO(name);
    CHECK(!is_secret(name));
  }
}

TEST_CASE("an instance's metadata is hidden, but for what is public") {
  const std::string out = redact_body(
      R"({"metadata":{"role":"ROLE","ssh_authorized_keys":"ssh-rsa A"},
          "extendedMetadata":{"deep":{"er":"DEEP"}},"secretId":"ocid1.vaultsecret.oc1..x",
          "metadataVersion":"1"})");
  for (const char* hidden : {"ROLE", "DEEP"}) CHECK(out.find(hidden) == std::string::npos);
  for (const char* kept : {"ssh-rsa A", "ocid1.vaultsecret.oc1..x", "\"metadataVersion\":\"1\""})
    CHECK(out.find(kept) != std::string::npos);
}

TEST_CASE("metadata in a body that was cut off is hidden up to its end") {
  for (const char* body : {R"({"id":"i","metadata":{"a":"SEC1","b":{"c":"SEC2"},"d":"SEC3)",
                           R"(x {"metadata" : {"a":"SEC}1","b":["SEC2"]},"after":"KEPT")",
                           R"({"metadata":{"a":"SEC)"}) {
    INFO(body);
    const std::string out = redact_body(body);
    CHECK(out.find("SEC") == std::string::npos);
  }
  CHECK(redact_body(R"(x {"metadata":{"a":"S"},"after":"KEPT")").find("KEPT") != std::string::npos);
}

}  // namespace migledger::workflow
