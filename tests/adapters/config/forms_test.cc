#include "adapters/config/forms.h"

#include <catch2/catch.hpp>

using namespace migledger::adapters;

TEST_CASE("Regions") {
  for (const char* good : {"us-ashburn-1", "sa-bogota-1", "us-gov-ashburn-1", "eu-dcc-milan-1"})
    CHECK(is_region(good));
  for (const char* bad :
       {"", "iad", "us-ashburn", "US-ashburn-1", "us-ashburn-1 ", "us-ashburn-123", "us--1", "us-1",
        "-us-1", "us-ashburn-1-", "us-ashburn-1-x"})
    CHECK_FALSE(is_region(bad));
}

TEST_CASE("OCIDs are of one kind") {
  CHECK(is_ocid("ocid1.instance.oc1.iad.anuwcljr_x-1", "instance"));
  CHECK(is_ocid("ocid1.compartment.oc1..aaaa", "compartment"));
  CHECK(is_ocid("ocid1.instance.oc1.sa-bogota-1.future.aaaa", "instance"));
  for (const char* bad :
       {"", "ocid1", "ocid1.instance", "ocid1.instance.oc1.iad", "ocid1.instance.oc1.iad.",
        "ocid1.image.oc1.iad.aaaa", "ocid2.instance.oc1.iad.aaaa", "ocid1.instance..iad.aaaa",
        "ocid1.instance.oc1.iad.aa aa", "ocid1.instance.oc1.iad.<unique>"})
    CHECK_FALSE(is_ocid(bad, "instance"));
  CHECK_FALSE(is_ocid("ocid1.instance.oc1.iad." + std::string(250, 'a'), "instance"));
  CHECK(realm_of_ocid("ocid1.instance.oc19.x.y") == "oc19");
  CHECK(realm_of_ocid("instance").empty());
}

TEST_CASE("Availability and fault domains") {
  for (const char* good : {"Uocm:PHX-AD-1", "fMgD:US-ASHBURN-AD-3", "SA-BOGOTA-1-AD-1"})
    CHECK(is_availability_domain(good));
  for (const char* bad : {"", "AD", "Uocm:PHX-AD-", "Uocm:PHX-AD-x", "Uocm:PHX AD-1", ":PHX-AD-1",
                          "a:b:PHX-AD-1", "Uocm:PHX-AD-123"})
    CHECK_FALSE(is_availability_domain(bad));
  CHECK(is_fault_domain("FAULT-DOMAIN-3"));
  CHECK_FALSE(is_fault_domain("FAULT-DOMAIN-0"));
  CHECK_FALSE(is_fault_domain("fault-domain-1"));
}

TEST_CASE("Names") {
  CHECK(is_display_name("zürich 1"));
  CHECK(is_display_name(std::string(255, 'x')));
  CHECK_FALSE(is_display_name(""));
  CHECK_FALSE(is_display_name(std::string(256, 'x')));
  CHECK_FALSE(is_display_name("a\x1b[2J"));
  CHECK_FALSE(is_display_name("a\u009B"));
  CHECK(is_migration_name("9a._-"));
  CHECK_FALSE(is_migration_name("-a"));
  CHECK_FALSE(is_migration_name(std::string(64, 'a')));
  CHECK_FALSE(is_bucket_name("a/b"));
  CHECK(is_tag_key("team"));
  CHECK_FALSE(is_tag_key("Migledger-key"));
}

TEST_CASE("Addresses") {
  for (const char* good : {"https://a.example", "http://127.0.0.1:8080", "https://a.b:1/x/y"})
    CHECK(is_base_url(good));
  for (const char* bad : {"", "ftp://a", "https://", "https://a:b@c", "https://a?x=1",
                          "https://a#x", "https://a:", "https://a:123456", "a.example"})
    CHECK_FALSE(is_base_url(bad));
  CHECK(is_ipv4_address("10.0.0.255"));
  for (const char* bad : {"10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.1.", "10..0.1", "a.b.c.d"})
    CHECK_FALSE(is_ipv4_address(bad));
  CHECK(is_hostname_label("web-1"));
  CHECK_FALSE(is_hostname_label("1web"));
  CHECK_FALSE(is_hostname_label("web-"));
}

TEST_CASE("Base64") {
  CHECK(is_base64("aGVsbG8="));
  CHECK(is_base64("aGVs\nbG8="));
  CHECK_FALSE(is_base64(""));
  CHECK_FALSE(is_base64("#!/bin/sh"));
  CHECK_FALSE(is_base64("aGVsbG8"));
  CHECK_FALSE(is_base64("aG=sbG8="));
}

TEST_CASE("Numbers") {
  CHECK(number_value("-1.5e2") == -150.0);
  CHECK_FALSE(number_value("1e999"));
  CHECK(number_text(30) == "30");
  CHECK(number_text(0.5) == "0.5");
}
