// The catalog of what OCI publishes: regions, OCIDs, shapes.
#include <catch2/catch.hpp>
#include <set>

#include "adapters/catalog/names.h"
#include "adapters/catalog/ocid.h"
#include "adapters/catalog/regions.h"
#include "adapters/catalog/shapes.h"

using namespace migledger::adapters;

TEST_CASE("catalog: regions are found by name and key, and each is there once") {
  CHECK(find_region("sa-bogota-1")->key == "bog");
  CHECK(find_region("us-gov-ashburn-1")->realm == "oc3");
  CHECK(region_of_key("iad")->name == "us-ashburn-1");
  CHECK_FALSE(find_region("xx-nowhere-1"));
  CHECK_FALSE(region_of_key("xxx"));
  std::set<std::string_view> names, keys;
  for (const Region& region : all_regions()) {
    names.insert(region.name);
    keys.insert(region.key);
  }
  CHECK(names.size() == all_regions().size());
  CHECK(keys.size() == all_regions().size());
}

TEST_CASE("catalog: availability domains belong to their region") {
  CHECK(domain_name("Uocm", "sa-bogota-1", 1) == "Uocm:SA-BOGOTA-1-AD-1");
  CHECK(domain_name("x", "us-phoenix-1", 2) == "x:PHX-AD-2");
  CHECK(is_domain_of("Uocm:US-ASHBURN-AD-3", "us-ashburn-1"));
  CHECK_FALSE(is_domain_of("Uocm:US-ASHBURN-1-AD-3", "us-ashburn-1"));
  CHECK_FALSE(is_domain_of("Uocm:US-ASHBURN-AD-4", "us-ashburn-1"));
  CHECK_FALSE(is_domain_of("Uocm:EU-ZURICH-1-AD-2", "eu-zurich-1"));
  CHECK(is_domain_of("Uocm:XX-NOWHERE-1-AD-3", "xx-nowhere-1"));
  CHECK(region_of_domain("Uocm:PHX-AD-1") == "us-phoenix-1");
  CHECK(region_of_domain("Uocm:XX-NOWHERE-1-AD-1").empty());
  for (const Region& region : all_regions())
    CHECK(region_of_domain(domain_name("p", region.name, 1)) == region.name);
}

TEST_CASE("catalog: an OCID names kind, realm and region") {
  const auto ocid = parse_ocid("ocid1.key.oc1.iad.vault.unique");
  REQUIRE(ocid);
  CHECK(ocid->kind == "key");
  CHECK(ocid->realm == "oc1");
  CHECK(ocid->region == "iad");
  CHECK(parse_ocid("ocid1.compartment.oc1..aaaa")->region.empty());
  for (const char* bad : {"", "ocid1", "ocid1.a.b.c", "ocid2.a.b..c", "ocid1.a..c.d"})
    CHECK_FALSE(parse_ocid(bad));
  CHECK(names_region("bog", "sa-bogota-1"));
  CHECK(names_region("sa-bogota-1", "sa-bogota-1"));
  CHECK_FALSE(names_region("iad", "sa-bogota-1"));
  CHECK_FALSE(names_region("", "sa-bogota-1"));
  CHECK(names_region("new", "xx-nowhere-1"));
  CHECK_FALSE(names_region("iad", "xx-nowhere-1"));
}

TEST_CASE("catalog: every shape is there once and holds together") {
  std::set<std::string_view> names;
  for (const Shape& shape : all_shapes()) {
    CAPTURE(shape.name);
    CHECK(names.insert(shape.name).second);
    CHECK(shape.ocpus >= 1);
    CHECK(shape.memory >= 1);
    CHECK_FALSE(shape.limit.empty());
    CHECK(find_shape(shape.name) == &shape);
    const bool named_flexible = shape.name.ends_with(".Flex") || shape.name.ends_with(".Generic");
    CHECK(shape.flexible() == named_flexible);
    if (!shape.flexible()) continue;
    CHECK(shape.most_memory >= shape.most_ocpus * kLeastMemoryPerOcpu);
    migledger::workflow::ShapeRequest most;
    most.ocpus = shape.most_ocpus;
    most.memory = shape.most_memory;
    CHECK_FALSE(problem_with(limits_of(shape), most));
    most.memory = shape.most_memory + 1;
    CHECK(problem_with(limits_of(shape), most)->member == "memoryInGBs");
  }
  CHECK(find_shape("VM.Standard.A1.Flex")->is_arm());
  CHECK_FALSE(find_shape("VM.Standard.E4.Flex")->is_arm());
}

TEST_CASE("catalog: names of objects") {
  CHECK(is_object_name("a/b ü.oci"));
  CHECK(is_object_name(std::string(1024, 'x')));
  for (const std::string& bad : {std::string(), std::string(1025, 'x'), std::string("a\nb"),
                                 std::string("a\rb"), std::string("a\0b", 3), std::string("\xff")})
    CHECK_FALSE(is_object_name(bad));
}
