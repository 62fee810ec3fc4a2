#include "workflow/audit/timeline.h"

#include <catch2/catch.hpp>

#include "tests/support/history_builder.h"

namespace migledger::testing {

using ledger::schema::ErrorClass;
using workflow::Ending;
using workflow::Mark;
using workflow::MigrationTimeline;
using workflow::Timeline;
using workflow::Wait;

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Timeline timeline_of(const ledger::EventStore& store, ledger::Position until = ~ledger::Position{0},
                     std::set<ledger::StreamId> only = {}) {
  Timeline timeline(std::move(only));
  for (const auto cursor = store.scan(1, until); cursor->next();) timeline.apply(cursor->event());
  timeline.finish();
  return timeline;
}

const MigrationTimeline& first_of(const Timeline& timeline) {
  REQUIRE_FALSE(timeline.migrations().empty());
  return *timeline.migrations().front();
}

// "create-image:succeeded", in order.
std::vector<std::string> stays_of(const MigrationTimeline& migration) {
  std::vector<std::string> stays;
  for (const auto& stay : migration.stays)
    stays.push_back(std::string(migration.book.state.step_name(stay.step)) + ":" +
                    std::string(name_of(stay.ending)));
  return stays;
}

using Strings = std::vector<std::string>;

// A session, and web-1 with its checks done.
HistoryBuilder begun() {
  HistoryBuilder history;
  history.session().start("web-1").checks_done();
  return history;
}

}  // namespace

TEST_CASE("a step lasts from when it became the current one until it was done") {
  HistoryBuilder history;
  history.session().start("web-1");
  history.at("2026-11-23T09:10:00Z").ok("check-source");
  history.at("2026-11-23T09:11:00Z").ok("check-buckets");
  const auto timeline = timeline_of(history.store());
  const auto& stays = first_of(timeline).stays;
  REQUIRE(stays.size() == 2);
  CHECK(stays[0].period.from == first_of(timeline).period.from);
  CHECK(format_utc(stays[0].period.to) == "2026-11-23T09:10:00.000000Z");
  CHECK(stays[1].period.from == stays[0].period.to);
  CHECK(stays[1].period.length() == minutes(1));
  CHECK(stays[1].ending == Ending::succeeded);
  CHECK(stays[1].first == history.last());
}

TEST_CASE("a failed request, one sent again and one without a reply are attempts of their step") {
  auto history = begun();
  history.sending("create-image");
  const auto first = history.last();
  history.after(seconds(5))
      .failed("create-image", failure(ErrorClass::THROTTLED, 429, "TooManyRequests", "slow down"));
  history.sending_again("create-image", first, 2);
  const auto second = history.last();
  history.unknown("create-image", failure(ErrorClass::UNKNOWN, 0, "NoReply"));
  const auto before = timeline_of(history.store());
  REQUIRE(first_of(before).stays.back().attempts.size() == 2);
  const auto& attempts = first_of(before).stays.back().attempts;
  CHECK(attempts[0].intent == first);
  CHECK(attempts[0].outcome == first + 1);
  CHECK(attempts[0].period.length() == seconds(5));
  CHECK(attempts[0].ending == Ending::failed);
  CHECK(attempts[0].error == ErrorClass::THROTTLED);
  CHECK(attempts[0].status == 429);
  CHECK(attempts[0].message == "slow down");
  CHECK(attempts[1].intent == second);
  CHECK(attempts[1].resends == first);
  CHECK(attempts[1].send == 2);
  CHECK(attempts[1].method == "POST");  // of the request that is sent again
  CHECK(attempts[1].path == "/20160918/images");
  CHECK(attempts[1].ending == Ending::unknown);
  CHECK(first_of(before).attempts == 2);
  CHECK(first_of(before).failures == 2);
  CHECK(first_of(before).stays.back().ending == Ending::open);

  history.looked("create-image", HistoryBuilder::Sighting::Kind::ours);
  history.found("create-image", HistoryBuilder::How::ADOPTED, {{"image_id", "ocid1.image.oc1..x"}});
  const auto after = timeline_of(history.store());
  const auto& stay = first_of(after).stays.back();
  CHECK(stay.ending == Ending::succeeded);
  CHECK(stay.attempts.back().ending == Ending::succeeded);
  CHECK(stay.attempts.back().how == HistoryBuilder::How::ADOPTED);
  CHECK(first_of(after).failures == 2);
}

TEST_CASE("what was seen at a step is kept beside it, in order") {
  auto history = begun();
  history.sending("create-image").succeeded("create-image", {{"image_id", "ocid1.image.oc1..x"}});
  history.observed("await-image", "IN_PROGRESS", 30);
  history.read_failed("await-image", failure(ErrorClass::THROTTLED, 429, "TooManyRequests"));
  history.ok("await-image");
  const auto timeline = timeline_of(history.store());
  const auto& stay = first_of(timeline).stays.back();
  REQUIRE(stay.marks.size() == 2);
  CHECK(stay.marks[0].kind == Mark::Kind::observed);
  CHECK(stay.marks[0].words == "IN_PROGRESS 30 %");
  CHECK(stay.marks[1].kind == Mark::Kind::read_failed);
  CHECK(stay.marks[1].words == "429 TooManyRequests");
  CHECK(stay.marks[1].position == stay.last - 1);
}

TEST_CASE("a step that is gone back to has several stays") {
  auto history = begun();
  history.sending("create-image").succeeded("create-image", {{"image_id", "ocid1.image.oc1..x"}});
  history.observed("await-image", "IN_PROGRESS", 30);
  history.dead("await-image", "create-image", failure(ErrorClass::RETRY, 0, "WorkFailed", "broke"));
  history.sending("create-image", 2);
  history.succeeded("create-image", {{"image_id", "ocid1.image.oc1..y"}}, {}, 2);
  const auto timeline = timeline_of(history.store());
  const auto stays = stays_of(first_of(timeline));
  REQUIRE(stays.size() >= 3);
  CHECK(Strings(stays.end() - 3, stays.end()) ==
        Strings{"create-image:succeeded", "await-image:failed", "create-image:succeeded"});
  CHECK(first_of(timeline).stays[stays.size() - 2].reason == "WorkFailed broke");
  CHECK(first_of(timeline).stays.back().attempts[0].generation == 2);
}

TEST_CASE("a wait for a person lasts until somebody goes on") {
  auto history = begun();
  history.parked("create-image", "out of quota", "ask for more");
  const auto parked = history.last();
  history.close(3, "waits").after(hours(2)).session();
  history.on("web-1").sending("create-image");
  const auto timeline = timeline_of(history.store());
  const auto& migration = first_of(timeline);
  REQUIRE(migration.waits.size() == 1);
  CHECK(migration.waits[0].kind == Wait::Kind::mend);
  CHECK(migration.waits[0].first == parked);
  CHECK(migration.waits[0].last == history.last());
  CHECK(migration.waits[0].need == "ask for more");
  CHECK(migration.waits[0].period.length() > hours(2));
  // The step goes on meanwhile.
  CHECK(migration.stays.back().first == parked);
  CHECK(migration.stays.back().ending == Ending::open);
}

TEST_CASE("what is open lasts until the last event of the ledger") {
  auto history = begun();
  history.parked("create-image", "out of quota", "ask for more");
  history.at("2026-11-23T12:00:00Z").start("web-2");
  const auto timeline = timeline_of(history.store());
  CHECK(first_of(timeline).waits[0].last == 0);
  CHECK(first_of(timeline).waits[0].period.to == timeline.time());
  CHECK(first_of(timeline).stays.back().period.to == timeline.time());
  CHECK(first_of(timeline).period.to == timeline.time());
}

TEST_CASE("the time of a step is work, waiting and nobody running, and these add up") {
  auto history = begun();
  history.observed("create-image", "X", 0);  // opens the step
  history.at("2026-11-23T10:00:00Z").close(7, "interrupted");
  history.at("2026-11-23T11:00:00Z").session().on("web-1");
  history.at("2026-11-23T11:30:00Z").parked("create-image", "why", "what");
  history.at("2026-11-23T12:30:00Z").sending("create-image");
  history.at("2026-11-23T12:40:00Z").succeeded("create-image", {{"image_id", "x"}});
  const auto timeline = timeline_of(history.store());
  const auto& stay = first_of(timeline).stays.back();
  const auto spent = timeline.spent(first_of(timeline), stay.period);
  CHECK(spent.all == stay.period.length());
  CHECK(spent.idle == hours(1));
  CHECK(spent.waiting == hours(1));
  CHECK(spent.working == spent.all - hours(2));

  const auto costs = step_costs(timeline);
  REQUIRE_FALSE(costs.empty());
  CHECK(costs.back().step == "create-image");
  CHECK(costs.back().title == "create the image");
  CHECK(costs.back().spent.waiting == hours(1));
  CHECK(costs.back().attempts == 1);
  CHECK(costs.back().failures == 0);
  CHECK(costs.back().longest == stay.period.length());
}

TEST_CASE("sessions say who ran it, until when, and whether they were cut off") {
  HistoryBuilder history;
  history.session("alice", "box").start("web-1").ok("check-source").close(7, "interrupted");
  history.session("bob", "desk").on("web-1").ok("check-buckets");
  const auto timeline = timeline_of(history.store());
  REQUIRE(timeline.sessions().size() == 2);
  CHECK(timeline.sessions()[0].user == "alice");
  CHECK(timeline.sessions()[0].closed);
  CHECK(timeline.sessions()[0].exit_code == 7);
  CHECK(timeline.sessions()[0].events == 4);
  CHECK_FALSE(timeline.sessions()[1].closed);
  CHECK(timeline.sessions()[1].last == history.last());
}

TEST_CASE("a timeline of some migrations leaves out the others") {
  HistoryBuilder history;
  history.session().start("web-1").ok("check-source").start("web-2");
  const auto second = history.stream();
  history.ok("check-source");
  const auto timeline = timeline_of(history.store(), ~ledger::Position{0}, {second});
  REQUIRE(timeline.migrations().size() == 1);
  CHECK(first_of(timeline).book.state.name == "web-2");
  CHECK(timeline.sessions().size() == 1);
  CHECK(timeline.position() == history.last());
}

TEST_CASE("a failed migration has a failed step, and a new stay when it is tried again") {
  auto history = begun();
  history.sending("create-image");
  history.failed("create-image", failure(ErrorClass::FATAL, 400, "InvalidParameter", "no"));
  history.gave_up("create-image", "will never work");
  const auto timeline = timeline_of(history.store());
  CHECK(stays_of(first_of(timeline)).back() == "create-image:failed");
  CHECK(first_of(timeline).stays.back().reason == "will never work");
  CHECK(first_of(timeline).stays.back().last == history.last());
}

TEST_CASE("what a step cost counts its requests, those that failed and those without a reply") {
  auto history = begun();
  history.sending("create-image").after(minutes(1));
  const auto recorded = history.last();
  history.failed("create-image", failure(ErrorClass::THROTTLED, 429, "TooManyRequests"));
  history.sending_again("create-image", recorded, 2).after(minutes(2));
  history.unknown("create-image", failure(ErrorClass::UNKNOWN, 0, "NoReply"));
  history.looked("create-image", HistoryBuilder::Sighting::Kind::ours);
  history.found("create-image", HistoryBuilder::How::ADOPTED, {{"image_id", "ocid1.image.oc1..x"}});
  history.start("web-2").checks_done().sending("create-image").after(minutes(1));
  history.succeeded("create-image");
  const auto timeline = timeline_of(history.store());
  const auto costs = workflow::step_costs(timeline);
  const auto of = std::find_if(costs.begin(), costs.end(),
                               [](const auto& cost) { return cost.step == "create-image"; });
  REQUIRE(of != costs.end());
  CHECK(of->attempts == 3);
  CHECK(of->failures == 2);
  CHECK(of->migrations == 2);
  CHECK(of->stays == 2);
  CHECK(of->failed_stays == 0);
  REQUIRE(of->slowest);
  CHECK(of->slowest->book.state.name == "web-1");
  CHECK(of->longest > minutes(3));
  CHECK(of->longest < minutes(4));
}

}  // namespace migledger::testing
