#include "workflow/decide/plan_diff.h"

#include <catch2/catch.hpp>

using namespace migledger;
using namespace migledger::workflow;

namespace {

PlannedMigration with(ledger::Fields fields, std::vector<std::string> depends_on = {}) {
  return {"web", std::move(depends_on), std::move(fields)};
}

}  // namespace

TEST_CASE("Equal plans have no changes") {
  CHECK(diff_plan(with({{"a", "1"}, {"target_ad", "x"}}, {"db"}),
                  with({{"target_ad", "x"}, {"a", "1"}}, {"db"}))
            .empty());
}

TEST_CASE("Changed, added and removed fields are listed by name") {
  const auto changes =
      diff_plan(with({{"target_ad", "AD-1"}, {"shape_config", "{\"ocpus\":1}"}}),
                with({{"target_ad", "AD-2"}, {"freeform_tags", "{\"a\":\"b\"}"}}, {"db"}));
  REQUIRE(changes.size() == 4);
  CHECK(changes[0].field == "depends_on");
  CHECK(changes[0].now == "[\"db\"]");
  CHECK(changes[0].affects.empty());
  CHECK(changes[1].field == "freeform_tags");
  CHECK(changes[1].before.empty());
  CHECK(changes[1].affects == "create-image");
  CHECK(changes[2].field == "shape_config");
  CHECK(changes[2].now.empty());
  CHECK(changes[3].field == "target_ad");
  CHECK(changes[3].before == "AD-1");
  CHECK(changes[3].now == "AD-2");
  CHECK(changes[3].affects == "launch-instance");
}

TEST_CASE("JSON fields are compared as values") {
  CHECK(diff_plan(with({{"shape_config", R"({"ocpus":1,"memoryInGBs":16})"}}),
                  with({{"shape_config", R"({ "memoryInGBs": 1.6e1, "ocpus": 1.0 })"}}))
            .empty());
  CHECK(diff_plan(with({{"further_ads", R"(["a","b"])"}}), with({{"further_ads", R"(["b","a"])"}}))
            .size() == 1);
  CHECK(
      diff_plan(with({{"metadata", R"({"a":"1"})"}}), with({{"metadata", R"({"a":1})"}})).size() ==
      1);
  CHECK(diff_plan(with({{"metadata", R"({"a":"1"})"}}), with({{"metadata", R"({"b":"1"})"}}))
            .size() == 1);
}

TEST_CASE("Names that look like numbers are compared as text") {
  CHECK(diff_plan(with({{"new_image_name", "1"}}), with({{"new_image_name", "1.0"}})).size() == 1);
}

TEST_CASE("What an old state file claimed is imported once and not compared") {
  CHECK(diff_plan(with({{"claimed_export", "true"}, {"claimed_from", "old.json"}}), with({}))
            .empty());
}

TEST_CASE("Fields say from which step on they matter") {
  CHECK(first_step_affected("source_instance_id") == "check-source");
  CHECK(first_step_affected("target_bucket_name") == "create-bucket");
  CHECK(first_step_affected("transfer") == "sweep-export-par");
  CHECK(first_step_affected("metadata") == "launch-instance");
  CHECK(first_step_affected("retry").empty());
  CHECK(first_step_affected("of_a_later_version") == "check-source");
}
