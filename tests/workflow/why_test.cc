// The events behind an event, and what became of a resource.
#include "workflow/audit/why.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "ledger/fold/migration_state.h"
#include "tests/support/history_builder.h"

namespace migledger::testing {

using ledger::Position;
using workflow::ErrorClass;
using workflow::events_behind;
using workflow::trace_resource;
using Kind = HistoryBuilder::Sighting::Kind;

namespace {

// #1 ledger, #2 session, #3 started, #4-#8 checks and claim, #9 looked, #10 sending, #11 succeeded
// with image x, #12-#14 observed, #15 image x died, #16 looked, #17 sending (2), #18 succeeded with
// image y, #19 ok, #20 export: sending.
HistoryBuilder sample() {
  HistoryBuilder history;
  history.session().start("web-1").checks_done();
  history.looked("create-image", Kind::absent).sending("create-image");
  history.succeeded("create-image", {{"image_id", "ocid1.image.x"}});
  for (const int percent : {10, 40, 70}) history.observed("await-image", "IN_PROGRESS", percent);
  history.dead("await-image", "create-image", failure(ErrorClass::RETRY, 0, "FAILED", "it broke"));
  history.looked("create-image", Kind::absent, {}, false, 2).sending("create-image", 2);
  history.succeeded("create-image", {{"image_id", "ocid1.image.y"}}, {}, 2);
  history.ok("await-image").sending("export-image");
  return history;
}

bool has(const std::vector<Position>& positions, Position position) {
  return std::find(positions.begin(), positions.end(), position) != positions.end();
}

}  // namespace

TEST_CASE("behind an event are those it reacts to, and they only, the oldest first") {
  const auto history = sample();
  const auto chain = events_behind(history.store(), 11);
  REQUIRE(!chain.empty());
  CHECK(chain.back() == 11);
  CHECK(std::is_sorted(chain.begin(), chain.end()));
  CHECK(has(chain, 10));  // the intent
  CHECK(has(chain, 3));   // back to the start
  CHECK_FALSE(has(chain, 12));
  // Of earlier steps only how they ended: the intent of the claim is none of it.
  const ledger::EventStore& store = history.store();
  for (const Position position : chain) {
    const auto cursor = store.scan(position, position);
    REQUIRE(cursor->next());
    const auto body = cursor->event().getBody();
    if (body.isIntent()) CHECK(position == 10);
  }
}

TEST_CASE("of observations in a row only the last is told") {
  const auto chain = events_behind(sample().store(), 15);
  CHECK_FALSE(has(chain, 12));
  CHECK_FALSE(has(chain, 13));
  CHECK(has(chain, 14));
}

TEST_CASE("a resource is traced from the outcome that recorded it to what became of it") {
  const auto history = sample();
  const auto traced = trace_resource(history.store(), "ocid1.image.x", history.last());
  REQUIRE(traced);
  CHECK(traced->made == 11);
  CHECK(traced->intent == 10);
  CHECK(has(traced->became, 15));
  CHECK_FALSE(has(traced->became, 18));
  CHECK(trace_resource(history.store(), "ocid1…y", history.last())->name == "ocid1.image.y");
  CHECK_FALSE(trace_resource(history.store(), "ocid1.image.y", 17));
  CHECK_FALSE(trace_resource(history.store(), "ocid1.image", history.last()));
}

TEST_CASE("an idempotency key is traced from its intent") {
  const auto history = sample();
  const ledger::EventStore& store = history.store();
  const auto cursor = store.scan(17, 17);
  REQUIRE(cursor->next());
  const std::string key(ledger::view(cursor->event().getBody().getIntent().getKey()));
  const auto traced = trace_resource(store, key, history.last());
  REQUIRE(traced);
  CHECK(traced->made == 17);
  CHECK(has(traced->became, 18));
}

TEST_CASE("nothing is behind a position that there is not") {
  CHECK(events_behind(sample().store(), 0).empty());
  CHECK(events_behind(sample().store(), 99).empty());
  CHECK(events_behind(sample().store(), 2) == std::vector<Position>{2});
}

}  // namespace migledger::testing
