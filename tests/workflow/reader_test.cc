#include "workflow/run/reader.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/scripted_cloud.h"
#include "workflow/steps/oci_api.h"

namespace migledger::testing {

using workflow::Answer;
using workflow::Request;

namespace {

struct Reading {
  ScriptedCloud cloud;
  workflow::CallId calls = 0;
  workflow::Reader reader{cloud, calls};
  std::vector<Answer> answers;

  Time now{std::chrono::seconds(1000)};

  void read(Request request, Time since = Time::max()) {
    reader.read(
        std::move(request), [this](const Answer& answer) { answers.push_back(answer); }, since);
  }
  void pump() { reader.pump(now); }
  void answer(std::size_t started, workflow::Reply reply) {
    REQUIRE(started < cloud.started.size());
    ++cloud.room;
    CHECK(reader.complete(cloud.started[started].call, std::move(reply)));
    pump();
  }
};

Request images(const std::string& compartment) {
  return workflow::core_get("r", "images", "compartmentId=" + compartment + "&limit=1000");
}

Request objects() { return workflow::storage("r", "GET", "/n/ns/b/bk/o", "prefix=x&limit=1000"); }

workflow::Reply page(std::string body, const std::string& next) {
  auto reply = json_reply(std::move(body));
  if (!next.empty()) reply.headers.emplace_back("opc-next-page", next);
  return reply;
}

}  // namespace

TEST_CASE("requests that are alike and still wait share one call") {
  Reading reading;
  reading.read(images("a"));
  reading.read(images("a"));
  reading.read(images("b"));
  reading.pump();
  REQUIRE(reading.cloud.started.size() == 2);
  reading.answer(0, json_reply("[]"));
  CHECK(reading.answers.size() == 2);
  reading.answer(1, json_reply("[]"));
  CHECK(reading.answers.size() == 3);
  CHECK(reading.reader.calls() == 2);
  CHECK(reading.reader.idle());
}

TEST_CASE("a call that has left is not joined: its answer may be older than the question") {
  Reading reading;
  reading.read(images("a"));
  reading.pump();
  reading.read(images("a"));
  reading.pump();
  CHECK(reading.cloud.started.size() == 2);
}

TEST_CASE("requests that differ in region, service or body do not share") {
  Reading reading;
  Request a = images("a"), b = a, c = a;
  b.region = "other";
  c.service = workflow::Service::identity;
  Request search = workflow::storage("r", "POST", "/s", "", "one"), other = search;
  other.body = "two";
  for (const auto& request : {a, b, c, search, other}) reading.read(request);
  reading.pump();
  CHECK(reading.cloud.started.size() == 5);
}

TEST_CASE("no more calls are started than the cloud takes") {
  Reading reading;
  reading.cloud.room = 1;
  reading.read(images("a"));
  reading.read(images("b"));
  reading.pump();
  CHECK(reading.cloud.started.size() == 1);
  // One that waits can still be joined.
  reading.read(images("b"));
  reading.answer(0, json_reply("[]"));
  REQUIRE(reading.cloud.started.size() == 2);
  reading.answer(1, json_reply("[]"));
  CHECK(reading.answers.size() == 3);
}

TEST_CASE("pages are followed by opc-next-page and joined") {
  Reading reading;
  reading.read(images("a"));
  reading.pump();
  reading.answer(0, page(R"([{"id":"1"},{"id":"2"}])", "p/2"));
  CHECK(reading.answers.empty());
  REQUIRE(reading.cloud.started.size() == 2);
  CHECK(reading.cloud.started[1].request.query == "compartmentId=a&limit=1000&page=p%2F2");
  reading.answer(1, page("[]", "p3"));
  REQUIRE(reading.cloud.started.size() == 3);
  CHECK(reading.cloud.started[2].request.query == "compartmentId=a&limit=1000&page=p3");
  reading.answer(2, page(R"([{"id":"3"}])", ""));
  REQUIRE(reading.answers.size() == 1);
  REQUIRE(reading.answers[0].list);
  CHECK(reading.answers[0].list->size() == 3);
  for (const char* id : {"1", "2", "3"}) CHECK(reading.answers[0].list->by_id(id));
}

TEST_CASE("a reading with pages under way is not joined by one that begins") {
  Reading reading;
  reading.read(images("a"));
  reading.pump();
  reading.cloud.room = 0;
  REQUIRE(reading.reader.complete(reading.cloud.started[0].call, page(R"([{"id":"1"}])", "2")));
  reading.read(images("a"));  // while the second page waits for room
  reading.cloud.room = 2;
  reading.pump();
  REQUIRE(reading.cloud.started.size() == 3);
  reading.answer(1, json_reply("[]"));
  CHECK(reading.answers.size() == 1);
  reading.answer(2, json_reply("[]"));
  CHECK(reading.answers.size() == 2);
  CHECK(workflow::items_of(reading.answers[1])->empty());
}

TEST_CASE("object listings are followed by nextStartWith") {
  Reading reading;
  reading.read(objects());
  reading.pump();
  reading.answer(0, json_reply(R"({"objects":[{"name":"x/1"}],"nextStartWith":"x/2"})"));
  REQUIRE(reading.cloud.started.size() == 2);
  CHECK(reading.cloud.started[1].request.query == "prefix=x&limit=1000&start=x%2F2");
  reading.answer(1, json_reply(R"({"objects":[{"name":"x/2"}],"nextStartWith":"x/3"})"));
  REQUIRE(reading.cloud.started.size() == 3);
  CHECK(reading.cloud.started[2].request.query == "prefix=x&limit=1000&start=x%2F3");
  reading.answer(2, json_reply(R"({"objects":[{"name":"x/3"}]})"));
  REQUIRE(reading.answers.size() == 1);
  CHECK(workflow::items_of(reading.answers[0])->size() == 3);
  CHECK(reading.answers[0].list->named("x/2").size() == 1);
}

TEST_CASE("an error on a later page is the answer of the whole") {
  Reading reading;
  reading.read(images("a"));
  reading.pump();
  reading.answer(0, page(R"([{"id":"1"}])", "2"));
  reading.answer(1, json_reply(R"({"code":"TooManyRequests"})", 429));
  REQUIRE(reading.answers.size() == 1);
  CHECK(reading.answers[0].reply.status == 429);
  CHECK(workflow::items_of(reading.answers[0]) == nullptr);
}

TEST_CASE("a page that is not JSON makes the whole no list") {
  Reading reading;
  reading.read(images("a"));
  reading.pump();
  reading.answer(0, page("<html>", "2"));
  reading.answer(1, page("[]", ""));
  REQUIRE(reading.answers.size() == 1);
  CHECK(workflow::items_of(reading.answers[0]) == nullptr);
}

TEST_CASE("after drop, what is under way is taken and forgotten") {
  Reading reading;
  reading.cloud.room = 1;
  reading.read(images("a"));
  reading.read(images("b"));
  reading.pump();
  reading.reader.drop();
  reading.answer(0, json_reply("[]"));
  CHECK(reading.answers.empty());
  CHECK(reading.cloud.started.size() == 1);
  CHECK(reading.reader.idle());
  // And it works on.
  reading.read(images("a"));
  reading.pump();
  reading.answer(1, json_reply("[]"));
  CHECK(reading.answers.size() == 1);
}

TEST_CASE("what is not due yet is held back, and joined meanwhile") {
  Reading reading;
  const Time due = reading.now + std::chrono::seconds(100);
  reading.reader.read(
      images("a"), [](const Answer&) {}, Time::max(), due);
  CHECK(reading.reader.next_due() == due);
  reading.now = due - std::chrono::seconds(1);
  reading.pump();
  CHECK(reading.cloud.started.empty());
  CHECK(!reading.reader.idle());
  reading.read(images("a"));
  reading.now = due;
  reading.pump();
  CHECK(reading.cloud.started.size() == 1);
  CHECK(reading.reader.next_due() == Time::max());
  reading.answer(0, json_reply("[]"));
  CHECK(reading.answers.size() == 1);
}

TEST_CASE("a call that has left is joined by who may do with its answer") {
  Reading reading;
  reading.read(images("a"));
  reading.pump();
  reading.read(images("a"), reading.now);
  reading.read(images("a"), reading.now + std::chrono::seconds(1));
  reading.pump();
  REQUIRE(reading.cloud.started.size() == 2);
  reading.answer(0, json_reply("[]"));
  CHECK(reading.answers.size() == 2);
  reading.answer(1, json_reply("[]"));
  CHECK(reading.answers.size() == 3);
}

TEST_CASE("a list that has come is kept for a while") {
  Reading reading;
  reading.read(images("a"));
  reading.pump();
  reading.answer(0, json_reply(R"([{"id":"1"}])"));
  const Time started = reading.now;
  reading.now += std::chrono::seconds(9);
  reading.read(images("a"), reading.now - workflow::Reader::kKept);
  REQUIRE(reading.answers.size() == 2);
  CHECK(reading.answers[1].list->by_id("1"));
  CHECK(workflow::items_of(reading.answers[1])->size() == 1);
  SECTION("but not for who wants a later one") {
    reading.read(images("a"), started + std::chrono::seconds(1));
    CHECK(reading.answers.size() == 2);
  }
  SECTION("and not longer") {
    reading.now += std::chrono::seconds(2);
    reading.pump();
    reading.read(images("a"), started);
    CHECK(reading.answers.size() == 2);
  }
  SECTION("nor over drop") {
    reading.reader.drop();
    reading.read(images("a"), started);
    CHECK(reading.answers.size() == 2);
  }
  reading.pump();
  CHECK(reading.cloud.started.size() == 2);
}

TEST_CASE("an error is not kept, nor what is no list") {
  Reading reading;
  for (const auto& reply : {json_reply(R"({"code":"TooManyRequests"})", 429), json_reply("{}")}) {
    const auto before = reading.cloud.started.size();
    reading.read(images("a"), reading.now);
    reading.pump();
    reading.answer(before, reply);
    reading.read(images("a"), reading.now);
    reading.pump();
    REQUIRE(reading.cloud.started.size() == before + 2);
    reading.answer(before + 1, json_reply("{}"));
  }
}

TEST_CASE("a completion of somebody else's call is left to them") {
  Reading reading;
  CHECK(!reading.reader.complete(77, json_reply("[]")));
}

}  // namespace migledger::testing
