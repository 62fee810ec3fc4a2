#include "workflow/model/settings.h"

#include <catch2/catch.hpp>

namespace migledger::testing {

using namespace std::chrono_literals;
using ledger::Fields;
using workflow::settings_of;

TEST_CASE("settings: a plan that says nothing has the defaults") {
  const Fields plan;
  const auto& settings = settings_of(plan);
  CHECK(settings.retry.max_attempts == 8);
  CHECK(settings.settle == 600s);
  CHECK(settings.poll_interval == 30s);
  CHECK(!settings.timeout("await-image"));
}

TEST_CASE("settings: each key counts") {
  const Fields plan{{"settle_seconds", "300"},
                    {"poll_interval_seconds", "0.5"},
                    {"retry", R"({"max_attempts": 3, "base_seconds": 1})"},
                    {"timeouts", R"({"await-image": 60, "default": 120.5})"}};
  const auto& settings = settings_of(plan);
  CHECK(settings.settle == 300s);
  CHECK(settings.poll_interval == 500ms);
  CHECK(settings.retry.max_attempts == 3);
  CHECK(settings.retry.base == 1s);
  CHECK(settings.timeout("await-image") == 60s);
  CHECK(settings.timeout("await-copy") == 120500ms);
}

TEST_CASE("settings: what nobody understands keeps its default") {
  for (const char* bad : {"", "x", "-", "null", "[]", "{}"}) {
    INFO(bad);
    const Fields plan{
        {"settle_seconds", bad}, {"poll_interval_seconds", bad}, {"retry", bad}, {"timeouts", bad}};
    const auto& settings = settings_of(plan);
    CHECK(settings.settle == 600s);
    CHECK(settings.poll_interval == 30s);
    CHECK(settings.retry.max_attempts == 8);
    CHECK(!settings.timeout("default"));
  }
  CHECK(settings_of({{"poll_interval_seconds", "0"}}).poll_interval == 30s);
}

TEST_CASE("settings: are read once, and anew when the plan changes") {
  Fields plan{{"settle_seconds", "300"}};
  const auto* first = &settings_of(plan);
  CHECK(&settings_of(plan) == first);
  const Fields copy = plan;
  CHECK(&settings_of(copy) == first);
  plan.set("settle_seconds", "400");
  CHECK(settings_of(plan).settle == 400s);
  CHECK(settings_of(copy).settle == 300s);
  plan.erase("settle_seconds");
  CHECK(settings_of(plan).settle == 600s);
  CHECK(plan == Fields());
}

}  // namespace migledger::testing
