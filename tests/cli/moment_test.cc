#include "cli/base/moment.h"

#include <catch2/catch.hpp>

#include "cli/base/usage_error.h"
#include "ledger/merkle/merkle.h"
#include "tests/support/history_builder.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::HistoryBuilder;
using migledger::testing::MemoryEventStore;

namespace {

ledger::Position until(const ledger::EventStore& store, std::string_view text) {
  return last_until(store, "--until", parse_moment("--until", text));
}

ledger::Position since(const ledger::EventStore& store, std::string_view text) {
  return first_since(store, "--since", parse_moment("--since", text));
}

}  // namespace

TEST_CASE("A moment is a position or a time with its zone") {
  CHECK(std::get<ledger::Position>(parse_moment("--until", "0042")) == 42);
  CHECK(std::get<Time>(parse_moment("--until", "2026-11-23T10:00:00+01:00")) ==
        *parse_rfc3339("2026-11-23T09:00:00Z"));
}

TEST_CASE("Anything else is refused, and says what would do") {
  CHECK_THROWS_WITH(parse_moment("--until", "2026-11-23T10:00:00"),
                    Catch::Contains("--until") && Catch::Contains("has no zone"));
  CHECK_THROWS_WITH(parse_moment("--since", "yesterday\x1b[2J"),
                    Catch::Contains("\"yesterday\\x1b[2J\" is neither"));
  CHECK_THROWS_WITH(parse_moment("--until", "99999999999999999999"),
                    Catch::Contains("larger than any position"));
  CHECK_THROWS_AS(parse_moment("--until", ""), UsageError);
  CHECK_THROWS_AS(parse_moment("--until", "-1"), UsageError);
  CHECK_THROWS_WITH(parse_moment("--until", std::string(100'000, 'x')),
                    Catch::Contains("…\" is neither"));
}

TEST_CASE("Until a time means the last event at or before it") {
  HistoryBuilder history;                                 // #1 at 09:00:00
  history.session();                                      // #2 at 09:00:01
  history.at("2026-11-23T09:00:05Z").start("a").on("a");  // #3 at 09:00:05
  history.at("2026-11-23T09:00:05Z").ok("check-source");  // #4 at the same time
  const auto& store = history.store();
  CHECK(until(store, "2026-11-23T08:59:59.999999Z") == 0);
  CHECK(until(store, "2026-11-23T09:00:00Z") == 1);
  CHECK(until(store, "2026-11-23T09:00:04Z") == 2);
  CHECK(until(store, "2026-11-23T09:00:05Z") == 4);
  CHECK(until(store, "2030-01-01T00:00:00Z") == 4);
  CHECK(until(store, "2026-11-23T11:00:05+02:00") == 4);
  CHECK(until(store, "0") == 0);
  CHECK(until(store, "4") == 4);
  CHECK_THROWS_WITH(until(store, "5"), Catch::Contains("position 5 is beyond the end") &&
                                           Catch::Contains("last event is #4"));
}

TEST_CASE("Since a time means the first event at or after it") {
  HistoryBuilder history;
  history.session().at("2026-11-23T09:00:05Z").start("a");
  history.at("2026-11-23T09:00:05Z").ok("check-source");
  const auto& store = history.store();
  CHECK(since(store, "2026-11-23T08:00:00Z") == 1);
  CHECK(since(store, "2026-11-23T09:00:01Z") == 2);
  CHECK(since(store, "2026-11-23T09:00:02Z") == 3);
  CHECK(since(store, "2026-11-23T09:00:06Z") == 5);
  CHECK(since(store, "0") == 1);
  CHECK(since(store, "3") == 3);
  CHECK(since(store, "9") == 5);
}

TEST_CASE("In an empty ledger there is only position 0") {
  const MemoryEventStore store;
  CHECK(until(store, "0") == 0);
  CHECK(until(store, "2026-11-23T09:00:00Z") == 0);
  CHECK(since(store, "2026-11-23T09:00:00Z") == 1);
  CHECK_THROWS_WITH(until(store, "1"), Catch::Contains("the ledger is empty"));
}

TEST_CASE("A moment can be the hash of an event or a root, by its first digits") {
  HistoryBuilder history;
  history.session().start("web-1").checks_done();
  const auto& store = history.store();
  ledger::MerkleFrontier tree;
  for (const auto cursor = store.scan(1, ~ledger::Position{0}); cursor->next();) {
    const auto position = cursor->event().getPosition();
    CAPTURE(position);
    const auto leaf = ledger::leaf_hash(cursor->bytes());
    tree.append(leaf);
    CHECK(until(store, ledger::to_hex(leaf)) == position);
    CHECK(until(store, ledger::to_hex(leaf).substr(0, 12)) == position);
    CHECK(since(store, ledger::to_hex(leaf).substr(0, 12)) == position);
    CHECK(until(store, ledger::to_hex(tree.root()).substr(0, 20)) == position);
  }
  CHECK_THROWS_WITH(until(store, "abcdef012"), Catch::Contains("begins with abcdef012"));
  CHECK(std::get<HashPrefix>(parse_moment("--until", "ABCDEF01")).digits == "abcdef01");
  CHECK_THROWS_AS(parse_moment("--until", "abcdef0"), UsageError);
  CHECK_THROWS_AS(parse_moment("--until", std::string(65, 'a')), UsageError);
}

TEST_CASE("A hash that several events have is refused, and all of them are named") {
  // Two ledgers' worth of events, so that eight digits of one are those of another: the same bytes.
  HistoryBuilder history;
  history.session().start("web-1");
  const auto& store = history.store();
  class Twice final : public ledger::EventStore {
   public:
    explicit Twice(const ledger::EventStore& once) : once_(once) {}
    ledger::Position append(std::span<ledger::EventDraft>) override { return 0; }
    ledger::Head head() const override { return once_.head(); }
    std::unique_ptr<ledger::EventCursor> scan(ledger::Position, ledger::Position) const override {
      class Same final : public ledger::EventCursor {
       public:
        explicit Same(std::unique_ptr<ledger::EventCursor> one) : one_(std::move(one)) {
          one_->next();
        }
        bool next() override { return ++read_ <= 2; }
        ledger::schema::Event::Reader event() const override { return one_->event(); }
        std::span<const std::byte> bytes() const override { return one_->bytes(); }

       private:
        std::unique_ptr<ledger::EventCursor> one_;
        int read_ = 0;
      };
      return std::make_unique<Same>(once_.scan(2, 2));
    }
    std::unique_ptr<ledger::EventCursor> scan_stream(ledger::StreamId,
                                                     std::uint64_t) const override {
      return nullptr;
    }
    std::uint64_t stream_version(ledger::StreamId) const override { return 0; }
    std::optional<ledger::StreamId> find_stream(std::string_view) const override { return {}; }

   private:
    const ledger::EventStore& once_;
  };
  const auto cursor = store.scan(2, 2);
  REQUIRE(cursor->next());
  const std::string hash = ledger::to_hex(ledger::leaf_hash(cursor->bytes()));
  CHECK_THROWS_WITH(until(Twice(store), hash.substr(0, 8)),
                    Catch::Contains("several hashes: #2 (" + hash.substr(0, 16) + "…), #2 ("));
}
