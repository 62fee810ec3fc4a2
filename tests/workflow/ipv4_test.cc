#include "workflow/cloud/ipv4.h"

#include <catch2/catch.hpp>

namespace migledger::testing {

TEST_CASE("blocks of addresses, and what OCI keeps of them") {
  const auto block = workflow::parse_cidr("10.0.4.0/22");
  REQUIRE(block);
  const auto at = [](const char* text) { return *workflow::parse_ipv4(text); };
  CHECK(block->contains(at("10.0.7.255")));
  CHECK_FALSE(block->contains(at("10.0.8.0")));
  for (const char* kept : {"10.0.4.0", "10.0.4.1", "10.0.7.255"}) CHECK(block->keeps(at(kept)));
  for (const char* free : {"10.0.4.2", "10.0.5.0", "10.0.7.254"})
    CHECK_FALSE(block->keeps(at(free)));
  for (const char* bad : {"10.0.4.0", "10.0.4.1/22", "10.0.4.0/33", "10.0.4.0/", "a/8"})
    CHECK_FALSE(workflow::parse_cidr(bad));
  CHECK(workflow::parse_cidr("0.0.0.0/0"));
}

}  // namespace migledger::testing
