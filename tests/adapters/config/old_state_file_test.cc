#include "adapters/config/old_state_file.h"

#include <catch2/catch.hpp>

using namespace migledger;
using namespace migledger::adapters;

namespace {

ledger::Fields claims_of(const std::string& content) {
  return read_old_state_file("state.json",
                             [&](const std::string&, std::size_t) { return content; });
}

}  // namespace

TEST_CASE("All claims of an old state file are taken over") {
  const auto claims = claims_of(R"({
    "source_image_id": "ocid1.image.oc1.iad.aaaa",
    "source_image_available": true,
    "source_image_details": {"os": "Oracle Linux", "os_ver": "8", "launch_mode": "NATIVE"},
    "image_export_complete": true,
    "target_image_id": "ocid1.image.oc1.sa-bogota-1.bbbb",
    "target_instance_id": "ocid1.instance.oc1.sa-bogota-1.cccc",
    "target_instance_running": false
  })");
  CHECK(claims.sorted() ==
        ledger::Fields{{"claimed_export", "true"},
                       {"claimed_from", "state.json"},
                       {"claimed_source_image_id", "ocid1.image.oc1.iad.aaaa"},
                       {"claimed_target_image_id", "ocid1.image.oc1.sa-bogota-1.bbbb"},
                       {"claimed_target_instance_id", "ocid1.instance.oc1.sa-bogota-1.cccc"}});
}

TEST_CASE("What says nothing claims nothing") {
  CHECK(claims_of("{}").empty());
  CHECK(claims_of(R"({"source_image_id": null, "target_image_id": "",
                      "image_export_complete": false, "started": 17})")
            .empty());
  CHECK(read_old_state_file("none", [](const std::string&, std::size_t) -> std::string {
          throw FileError(true, "there is no such file");
        }).empty());
}

TEST_CASE("A malformed state file is refused with its place") {
  CHECK_THROWS_WITH(claims_of("{\n  \"source_image_id\": \"ocid1.instance.oc1.iad.a\"\n}"),
                    "state.json:2:22: source_image_id: expected the OCID of an image "
                    "(\"ocid1.image.oc1.…\"), found \"ocid1.instance.oc1.iad.a\"");
  CHECK_THROWS_WITH(claims_of(R"({"image_export_complete": "yes"})"),
                    Catch::Contains("expected true or false, found \"yes\""));
  CHECK_THROWS_WITH(claims_of(R"({"image_export_complete": true})"),
                    Catch::Contains("does not say of which image"));
  CHECK_THROWS_WITH(claims_of("[1]"), Catch::Contains("expected an object, found an array"));
  CHECK_THROWS_WITH(claims_of("{"), Catch::Contains("ends too early"));
  CHECK_THROWS_AS(read_old_state_file("d",
                                      [](const std::string&, std::size_t) -> std::string {
                                        throw FileError(false, "is a directory, not a file");
                                      }),
                  ConfigError);
}
