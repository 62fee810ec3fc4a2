#include "cli/render/event_json.h"

#include <kj/encoding.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ledger/event/codec.h"
#include "tests/support/history_builder.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::failure;
using migledger::testing::HistoryBuilder;
using workflow::ErrorClass;
namespace json = boost::json;

namespace {

// The last event, written and read back as JSON text.
json::object last(const HistoryBuilder& history, bool simulated = false) {
  Names names(history.store());
  const auto cursor = history.store().scan(history.last(), history.last());
  REQUIRE(cursor->next());
  return json::parse(
             json::serialize(event_json(cursor->event(), cursor->bytes(), names, simulated)))
      .as_object();
}

}  // namespace

TEST_CASE("An event as JSON has its place, times in UTC, its actor and a typed body") {
  HistoryBuilder history;
  history.session().start("web-1").at("2026-11-23T10:14:03.25+01:00");
  history.sending("create-image");
  const json::object event = last(history);
  CHECK_FALSE(event.contains("simulated"));
  CHECK(event.at("position") == 4);
  CHECK(event.at("stream") == 3);
  CHECK(event.at("version") == 2);
  CHECK(event.at("time") == "2026-11-23T09:14:03.250000Z");
  CHECK(event.at("raw_time") == "2026-11-23T09:14:03.250000Z");
  CHECK(event.at("session") == 2);
  CHECK(event.at("actor") == "alice@box");
  CHECK(event.at("cause") == 3);
  CHECK(event.at("migration") == "web-1");
  CHECK(event.at("step") == "create-image");
  CHECK(event.at("kind") == "intent");
  const json::object& body = event.at("body").as_object();
  CHECK(body.at("send") == 1);
  CHECK(body.at("guard") == "token");
  CHECK(body.at("row") == "first");
  CHECK(body.at("request").at("method") == "POST");
  CHECK(body.at("request").at("request_id") == "request-4");
  CHECK_FALSE(body.at("request").as_object().contains("if_match"));
}

TEST_CASE("Fields are objects, digests hexadecimal, enumerations names, no error left out") {
  HistoryBuilder history;
  history.session().start("web-1").sending("create-image");
  history.succeeded("create-image", {{"image_id", "i"}, {"n", "7"}}, "w");
  const json::object body = last(history).at("body").as_object();
  CHECK(body.at("facts") == json::value({{"image_id", "i"}, {"n", "7"}}));
  CHECK(body.at("result") == "succeeded");
  CHECK(body.at("how") == "replied");
  CHECK(body.at("work_request") == "w");
  CHECK(body.at("evidence").as_string().size() == 64);
  CHECK_FALSE(body.contains("error"));
  CHECK_FALSE(body.contains("cloud_time"));
  history.failed("create-image",
                 failure(ErrorClass::TOKEN_INVALIDATED, 409, "InvalidatedRetryToken"));
  const json::object error = last(history).at("body").at("error").as_object();
  CHECK(error.at("class") == "tokenInvalidated");
  CHECK(error.at("status") == 409);
}

TEST_CASE("A plan change names the steps that are made again") {
  HistoryBuilder history;
  history.session().start("web-1").plan_changed({}, "moved", {"check-target"});
  CHECK(last(history).at("body").at("recheck") == json::array{3});
}

TEST_CASE("The cloud's time is a time, too") {
  HistoryBuilder history;
  history.session().start("web-1");
  history.looked("create-image", HistoryBuilder::Sighting::Kind::ours, {{"id", "n", "s", "w"}});
  const json::object body = last(history).at("body").as_object();
  CHECK(body.at("cloud_time") == "2026-11-23T09:00:03.000000Z");
  CHECK(body.at("candidates").at(0) ==
        json::value({{"id", "id"}, {"name", "n"}, {"state", "s"}, {"why", "w"}}));
  CHECK(body.at("scope") == "list");
}

TEST_CASE("A simulated ledger says so in every object") {
  HistoryBuilder history("sim");
  const json::object event = last(history, true);
  CHECK(event.at("simulated") == true);
  CHECK(event.at("kind") == "ledgerCreated");
  CHECK(event.at("body").at("cloud") == "sim");
  CHECK_FALSE(event.contains("migration"));
  CHECK_FALSE(event.contains("actor"));
}

TEST_CASE("An event of a newer kind is kept whole") {
  HistoryBuilder history;
  history.session().start("web-1").newer_kind(300);
  const json::object event = last(history);
  CHECK(event.at("kind") == "unknown");
  CHECK(event.at("discriminant") == 300);
  CHECK_FALSE(event.contains("body"));
  const auto bytes = kj::decodeBase64(kj::StringPtr(event.at("bytes").as_string().c_str()));
  REQUIRE_FALSE(bytes.hadErrors);
  ledger::Decoder decoder;
  const auto decoded = decoder.decode(
      std::as_bytes(std::span(reinterpret_cast<const char*>(bytes.begin()), bytes.size())));
  CHECK(decoded.getPosition() == history.last());
  CHECK(static_cast<unsigned>(decoded.getBody().which()) == 300);
}

TEST_CASE("Text that is not UTF-8, or holds controls, still makes good JSON") {
  HistoryBuilder history;
  history.session()
      .start("a\xff\x1b[2J\"b")
      .observed("await-image", std::string(60'000, '\x01'), 1);
  const json::object event = last(history);
  CHECK(event.at("migration") == "a\uFFFD\x1b[2J\"b");
  CHECK(event.at("body").at("state").as_string().size() == 60'000);
}
