#include "workflow/cloud/retry_policy.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

namespace migledger::workflow {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("what the plan leaves out of \"retry\" keeps its default") {
  const RetryPolicy defaults;
  const RetryPolicy none = RetryPolicy::from({});
  CHECK(none.max_attempts == defaults.max_attempts);
  CHECK(none.cap == defaults.cap);
  const RetryPolicy some =
      RetryPolicy::from({{"retry", R"({"max_attempts": 3, "base_seconds": 0.5})"}});
  CHECK(some.max_attempts == 3);
  CHECK(some.base == milliseconds(500));
  CHECK(some.max_generations == defaults.max_generations);
  CHECK(some.cap == defaults.cap);
}

TEST_CASE("the pause doubles up to the cap, and never leaves its bounds") {
  RetryPolicy policy;
  policy.base = seconds(2);
  policy.cap = seconds(60);
  for (std::uint32_t failures = 1; failures <= 200; ++failures) {
    const Duration longest =
        failures > 5 ? Duration(seconds(60))
                     : std::min<Duration>(seconds(60), seconds(2) * (1 << (failures - 1)));
    for (int key = 0; key < 50; ++key) {
      const Duration pause = policy.pause(failures, {}, "key-" + std::to_string(key));
      INFO(failures << " failures, key " << key);
      REQUIRE(pause >= milliseconds(500));
      REQUIRE(pause <= longest);
    }
  }
}

TEST_CASE("the jitter is full: pauses of many keys fill the whole range") {
  RetryPolicy policy;
  policy.base = seconds(2);
  policy.cap = seconds(64);
  constexpr int kKeys = 4000, kParts = 10;
  int parts[kParts] = {};
  const double shortest = 0.5e6, longest = 32e6;
  for (int key = 0; key < kKeys; ++key) {
    const auto pause = policy.pause(5, {}, "migration-" + std::to_string(key));
    const double place = (static_cast<double>(pause.count()) - shortest) / (longest - shortest);
    ++parts[std::min(kParts - 1, static_cast<int>(place * kParts))];
  }
  for (const int part : parts) {
    CHECK(part > kKeys / kParts * 7 / 10);
    CHECK(part < kKeys / kParts * 13 / 10);
  }
}

TEST_CASE("the same failure of the same key pauses as long on every machine") {
  const RetryPolicy policy;
  CHECK(policy.pause(3, {}, "ml-key") == policy.pause(3, {}, "ml-key"));
  CHECK(policy.pause(3, {}, "ml-key") != policy.pause(3, {}, "ml-other"));
  CHECK(policy.pause(3, {}, "ml-key") != policy.pause(4, {}, "ml-key"));
  // Recorded decisions depend on it.
  CHECK(stable_hash("migledger") == stable_hash("migledger", 0));
  CHECK(stable_hash("migledger", 1) != stable_hash("migledger", 2));
}

TEST_CASE("retry-after is the least, also where it exceeds the cap") {
  const RetryPolicy policy;
  CHECK(policy.pause(1, seconds(600), "k") == seconds(600));
  CHECK(policy.pause(0, seconds(5), "k") == seconds(5));
  CHECK(policy.pause(0, {}, "k") == Duration::zero());
  CHECK(policy.pause(8, milliseconds(1), "k") > milliseconds(1));
}

}  // namespace migledger::workflow
