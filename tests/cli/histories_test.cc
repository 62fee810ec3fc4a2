// Old ledgers replay for ever: the golden ones of every released version.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "cli/replay/replay.h"
#include "ledger/event/codec.h"
#include "ledger/fold/fleet_summary.h"
#include "tests/cli/reading.h"
#include "tests/support/golden.h"
#include "tests/support/recheck.h"

using namespace migledger;
using namespace migledger::testing;

TEST_CASE("Every golden ledger is folded to the state that was recorded") {
  const auto all = golden_ledgers();
  REQUIRE(all.size() >= 15);
  for (const auto& file : all) {
    CAPTURE(file);
    const auto store = read_golden(file);
    CHECK(first_difference(expected_of(file), folded(*store)) == "");
  }
}

TEST_CASE("Every decision of a golden ledger is made again by this build") {
  for (const auto& file : golden_ledgers()) {
    CAPTURE(file);
    const auto store = read_golden(file);
    // Older versions said some of it in other words.
    CHECK(disagreements_of(*store, OtherWords::ignored) == std::vector<std::string>{});
    cli::ReplayOptions options;
    options.check = options.json = true;
    const auto output =
        capture_exit([&](auto& out) { return cli::run_replay(*store, options, out); });
    CHECK(output.code == 0);
    CHECK(output.json().at("same") == true);
    CHECK(output.json().at("judged").to_number<int>() > 10);
    CHECK(output.json().at("not_judged").at("not_known") == 0);
  }
}

TEST_CASE("Every event of a golden ledger is encoded again to the same bytes") {
  for (const auto& file : golden_ledgers()) {
    CAPTURE(file);
    const auto golden = read_golden(file);
    const ledger::EventStore& store = *golden;
    for (const auto cursor = store.scan(1); cursor->next();) {
      CAPTURE(cursor->event().getPosition());
      const auto bytes = cursor->bytes();
      CHECK(ledger::encode(cursor->event()) == std::vector<std::byte>(bytes.begin(), bytes.end()));
    }
  }
}

TEST_CASE(
    "The golden ledgers hold every workflow, and every kind of event but those of accidents") {
  std::set<std::string> workflows;
  std::set<int> kinds;
  for (const auto& file : golden_ledgers()) {
    const auto golden = read_golden(file);
    const ledger::EventStore& store = *golden;
    for (const auto cursor = store.scan(1); cursor->next();) {
      const auto body = cursor->event().getBody();
      kinds.insert(static_cast<int>(body.which()));
      if (body.isMigrationStarted())
        workflows.insert(std::string(body.getMigrationStarted().getWorkflow()));
    }
  }
  CHECK(workflows == std::set<std::string>{"compute", "storage-replication", "volume-replication"});
  using Body = ledger::schema::Event::Body;
  for (const int kind :
       {Body::LEDGER_CREATED, Body::SESSION_OPENED, Body::SESSION_CLOSED, Body::MIGRATION_STARTED,
        Body::PROBED, Body::INTENT, Body::OUTCOME, Body::OBSERVED, Body::CHECKED, Body::READ_FAILED,
        Body::PARKED, Body::APPROVED, Body::ENDED, Body::STEERED, Body::BULK_BEGUN,
        Body::BULK_ENDED}) {
    CAPTURE(kind);
    CHECK(kinds.count(kind) == 1);
  }
}

TEST_CASE("A golden state that was another is noticed, and one that has more is not") {
  const auto file = golden_ledgers().front();
  auto actual = folded(*read_golden(file));
  actual["new_member"] = 1;
  CHECK(first_difference(expected_of(file), actual).empty());
  actual["position"] = 1;
  CHECK(first_difference(expected_of(file), actual).starts_with("/position is 1, not "));
  actual = folded(*read_golden(file));
  actual["migrations"].as_array().pop_back();
  CHECK(first_difference(expected_of(file), actual).starts_with("/migrations has "));
  actual.erase("rows");
  CHECK(first_difference(expected_of(file), actual) == "/rows is not there any more");
}
