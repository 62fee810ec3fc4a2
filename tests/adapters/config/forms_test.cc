#include "adapters/config/rules/forms.h"

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
}

TEST_CASE("Availability and fault domains") {
  for (const char* good : {"Uocm:PHX-AD-1", "fMgD:US-ASHBURN-AD-3", "x:SA-BOGOTA-1-AD-2"})
    CHECK(is_availability_domain(good));
  for (const char* bad :
       {"", "AD", "Uocm:PHX-AD-", "Uocm:PHX-AD-x", "Uocm:PHX AD-1", ":PHX-AD-1", "a:b:PHX-AD-1",
        "Uocm:PHX-AD-12", "Uocm:PHX-AD-0", "Uocm:PHX-AD-4", "PHX-AD-1", "Uocm:AD-1"})
    CHECK_FALSE(is_availability_domain(bad));
  CHECK(is_fault_domain_name("FAULT-DOMAIN-3"));
  for (const char* bad : {"FAULT-DOMAIN-0", "FAULT-DOMAIN-4", "fault-domain-1", "FAULT-DOMAIN-12"})
    CHECK_FALSE(is_fault_domain_name(bad));
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
  CHECK(is_tag_key(std::string(100, 'x')));
  CHECK(is_tag_key("a/b:c=d~!"));
  for (const std::string& bad : {std::string("Migledger-key"), std::string("a b"),
                                 std::string("a.b"), std::string("ü"), std::string(101, 'x')})
    CHECK_FALSE(is_tag_key(bad));
}

TEST_CASE("Addresses") {
  for (const char* good : {"https://a.example", "http://127.0.0.1:8080", "https://a.b:1/x/y"})
    CHECK(is_base_url(good));
  for (const char* bad : {"", "ftp://a", "https://", "https://a:b@c", "https://a?x=1",
                          "https://a#x", "https://a:", "https://a:123456", "a.example"})
    CHECK_FALSE(is_base_url(bad));
  CHECK(is_ipv4_address("10.0.0.255"));
  for (const char* kept : {"0.0.0.0", "127.0.0.1", "169.254.169.254", "224.0.0.1", "255.1.1.1"})
    CHECK_FALSE(is_ipv4_address(kept));
  for (const char* bad : {"10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.1.", "10..0.1", "a.b.c.d"})
    CHECK_FALSE(is_ipv4_address(bad));
  for (const char* good : {"web-1", "a", "A9"}) CHECK(is_host_label(good));
  for (const char* bad : {"1web", "web-", "web.example", "web_1", ""})
    CHECK_FALSE(is_host_label(bad));
  CHECK_FALSE(is_host_label(std::string(64, 'a')));
}

TEST_CASE("Files of public keys") {
  for (const char* good :
       {"ssh-ed25519 AAAAC3Nz me@host", "ssh-rsa AAAAB3Nz+/==", "ecdsa-sha2-nistp256 AAAAE2Vj\n",
        "# mine\n\n  ssh-rsa AAAA1\r\nsk-ssh-ed25519@openssh.com AAAA2 token\n",
        "command=\"ls -l\",no-pty ssh-rsa AAAAB3Nz x"})
    CHECK(is_public_key_file(good));
  for (const char* bad : {"", "# none\n", "hello", "ssh-rsa", "ssh-rsa hello", "ssh-rsa AA<AA",
                          "---- BEGIN SSH2 PUBLIC KEY ----", "ssh-rsa AAAA\nhello"})
    CHECK_FALSE(is_public_key_file(bad));
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
