// replay --check: where this build would decide otherwise than the ledger records.
#include "cli/replay/replay_check.h"

#include <catch2/catch.hpp>

#include "cli/replay/replay.h"
#include "tests/cli/reading.h"
#include "tests/support/history_builder.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::capture_exit;
using migledger::testing::HistoryBuilder;
using migledger::testing::Output;

namespace {

Output check(const ledger::EventStore& store, ReplayOptions options = {}) {
  options.check = true;
  return capture_exit([&](auto& out) { return run_replay(store, options, out); });
}

// An intent out of nothing: no look was made before it.
HistoryBuilder unexplained() {
  HistoryBuilder history;
  history.session().start("web-1").checks_done().sending("create-image");
  return history;
}

}  // namespace

TEST_CASE("A decision that does not follow from the events before it is listed") {
  const auto history = unexplained();
  const Output text = check(history.store());
  CHECK(text.code == 3);
  CHECK(text.has("#9 web-1: another decision\n"));
  CHECK(
      text.has("  this build  look create-image, generation 1 (row look): looking for it before "
               "sending anything, because of #8\n"));
  ReplayOptions options;
  options.json = true;
  const auto object = check(history.store(), options).json();
  CHECK(object.at("same") == false);
  const auto& last = object.at("disagreements").as_array().back().as_object();
  CHECK(last.at("position") == 9);
  CHECK(last.at("row") == "look");
  CHECK(last.at("because") == 8);
}

TEST_CASE("Only what is before the moment, and of the migration that was named, is listed") {
  auto history = unexplained();
  history.start("db-1");
  ReplayOptions options;
  options.until = "3";
  CHECK(check(history.store(), options).code == 0);
  options.until.reset();
  options.migration = "db-1";
  CHECK(check(history.store(), options).code == 0);
  options.migration = "web-1";
  CHECK(check(history.store(), options).code == 3);
}
