#include "workflow/cloud/ipv6.h"

#include <catch2/catch.hpp>

namespace migledger::testing {

TEST_CASE("IPv6 prefixes and what lies in them") {
  using workflow::parse_ipv6, workflow::parse_ipv6_prefix;
  const auto prefix = parse_ipv6_prefix("2001:db8:0:1::/62");
  REQUIRE(prefix);
  CHECK(prefix->contains(*parse_ipv6("2001:db8::1")));
  CHECK(prefix->contains(*parse_ipv6("2001:0DB8:0000:0003::ffff")));
  CHECK_FALSE(prefix->contains(*parse_ipv6("2001:db8:0:4::")));
  CHECK(*prefix == *parse_ipv6_prefix("2001:db8::/62"));
  CHECK_FALSE(*prefix == *parse_ipv6_prefix("2001:db8::/63"));
  CHECK(parse_ipv6_prefix("::/0")->contains(*parse_ipv6("ff02::1")));
  CHECK_FALSE(parse_ipv6_prefix("::1/128")->contains(*parse_ipv6("::")));
  for (const char* bad : {"2001:db8::", "2001:db8::/", "2001:db8::/129", "2001:db8::/-1",
                          "2001:db8::/+1", "10.0.0.0/8", "2001:db8::g/64"})
    CHECK_FALSE(parse_ipv6_prefix(bad));
  for (const char* bad : {"::", "::1", "fe80::1", "febf::1", "ff02::1"})
    CHECK(workflow::is_unusable_ipv6(*parse_ipv6(bad)));
  for (const char* good : {"2001:db8::5", "fd00::1", "fec0::1", "::2"})
    CHECK_FALSE(workflow::is_unusable_ipv6(*parse_ipv6(good)));
}

}  // namespace migledger::testing
