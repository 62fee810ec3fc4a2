#include "ledger/fold/bulk_progress.h"

#include <catch2/catch.hpp>

#include "ledger/event/event_store.h"

namespace migledger::testing {

using ledger::BulkProgress;
using ledger::Digest;
using ledger::EventDraft;
using ledger::SetDigest;

namespace {

Digest digest(unsigned char last, unsigned char first = 0) {
  Digest d{};
  d.front() = static_cast<std::byte>(first);
  d.back() = static_cast<std::byte>(last);
  return d;
}

void begin(BulkProgress& walk, unsigned page, const std::string& start, const std::string& end,
           std::uint16_t step = 4) {
  EventDraft event(1, {}, 1);
  auto begun = event.body().initBulkBegun();
  begun.setStep(step);
  begun.setPage(page);
  begun.setStart(start);
  begun.setEnd(end);
  walk.begin(event.reader().getBody().getBulkBegun());
}

void end(BulkProgress& walk, unsigned page, unsigned objects, unsigned copied,
         unsigned failed = 0) {
  EventDraft event(1, {}, 1);
  auto ended = event.body().initBulkEnded();
  ended.setStep(4);
  ended.setPage(page);
  ended.setObjects(objects);
  ended.setCopied(copied);
  ended.setFailed(failed);
  auto failures = ended.initFailures(failed);
  for (unsigned i = 0; i < failed; ++i) {
    failures[i].setName("p" + std::to_string(page) + "-" + std::to_string(i));
    failures[i].setValue("why");
  }
  walk.end(event.reader().getBody().getBulkEnded());
}

}  // namespace

TEST_CASE("bulk: pages are open from begin to end, and the last one has no end") {
  BulkProgress walk;
  begin(walk, 1, "", "m");
  begin(walk, 2, "m", "");
  CHECK(walk.pages == 2);
  CHECK(walk.all_begun);
  CHECK_FALSE(walk.ended());
  end(walk, 2, 10, 3);
  REQUIRE(walk.open.size() == 1);
  CHECK(walk.open[0].number == 1);
  CHECK(walk.open[0].end == "m");
  end(walk, 1, 5, 5);
  CHECK(walk.ended());
  CHECK(walk.totals().objects == 15);
  CHECK(walk.totals().copied == 8);
}

TEST_CASE("bulk: a page counts once, however often its end is told") {
  BulkProgress walk;
  begin(walk, 1, "", "");
  end(walk, 1, 7, 7);
  end(walk, 1, 7, 7);
  CHECK(walk.totals().objects == 7);
}

TEST_CASE("bulk: pages that failed are taken up again, and what they copied still counts") {
  const unsigned failed = GENERATE(1U, 2U);
  BulkProgress walk;
  begin(walk, 1, "", "m");
  begin(walk, 2, "m", "");
  end(walk, 1, 10, 4, failed);
  end(walk, 2, 10, 0);
  CHECK(walk.ended());
  CHECK(walk.totals().failed == failed);
  REQUIRE(walk.failures().size() == failed);
  CHECK(walk.failures().back().first == "p1-" + std::to_string(failed - 1));
  walk.take_up_failed();
  CHECK_FALSE(walk.ended());
  CHECK(walk.totals().failed == 0);
  CHECK(walk.totals().objects == 10);
  CHECK(walk.totals().copied == 4);
  end(walk, 1, 10, 2);
  CHECK(walk.ended());
  CHECK(walk.totals().objects == 20);
  CHECK(walk.totals().copied == 6);
}

TEST_CASE("bulk: names are told up to a limit, and counted beyond") {
  BulkProgress walk;
  begin(walk, 1, "", "m");
  begin(walk, 2, "m", "");
  end(walk, 1, 100, 0, 15);
  end(walk, 2, 100, 0, 15);
  CHECK(walk.failures().size() == 20);
  CHECK(walk.totals().failed == 30);
}

TEST_CASE("bulk: another step's walk begins anew") {
  BulkProgress walk;
  begin(walk, 1, "", "");
  end(walk, 1, 7, 7);
  begin(walk, 1, "", "k", 6);
  CHECK(walk.walks(6));
  CHECK(walk.totals().objects == 0);
  CHECK(walk.next == "k");
}

TEST_CASE("bulk: the digest of a set knows neither order nor pages") {
  SetDigest a, b, c;
  a.add(digest(0xff, 0x01));
  a.add(digest(0x02));
  b.add(digest(0x02));
  b.add(digest(0xff, 0x01));
  CHECK(a == b);
  // 0xff + 0x02 carries into the byte before.
  CHECK(a.value()[31] == std::byte{0x01});
  CHECK(a.value()[30] == std::byte{0x01});
  c.add(digest(0x02));
  CHECK_FALSE(a == c);
  SetDigest whole;
  whole.add(a);
  whole.add(c);
  a.add(digest(0x02));
  CHECK(whole == a);
}

}  // namespace migledger::testing
