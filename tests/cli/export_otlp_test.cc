#include "cli/export/export_otlp.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "cli/base/usage_error.h"
#include "cli/export/export.h"
#include "tests/cli/reading.h"
#include "tests/support/history_builder.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::capture;
using migledger::testing::HistoryBuilder;
using migledger::testing::Output;
namespace json = boost::json;

namespace {

json::array spans_of(const ledger::EventStore& store, ExportOtlp options = {}) {
  options.file = "-";
  const Output output = capture([&](auto& out, auto&) { return export_otlp(store, options, out); });
  CHECK(output.code == 0);
  // Receivers of files take a request a line.
  CHECK(output.out.find('\n') == output.out.size() - 1);
  return output.json().at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").as_array();
}

const json::object& named(const json::array& spans, std::string_view name) {
  for (const auto& span : spans)
    if (span.at("name").as_string() == name) return span.as_object();
  FAIL("no span " << name);
  return spans[0].as_object();
}

json::value attribute(const json::object& span, std::string_view key) {
  for (const auto& attribute : span.at("attributes").as_array())
    if (attribute.at("key").as_string() == key)
      return attribute.at("value").as_object().begin()->value();
  return nullptr;
}

HistoryBuilder sent() {
  HistoryBuilder history;
  history.session().start("web-1").checks_done().sending("create-image");
  return history;
}

}  // namespace

TEST_CASE("a migration is a trace of steps, and a step holds its attempts") {
  auto history = sent();
  history.failed("create-image", testing::failure(workflow::ErrorClass::THROTTLED, 429,
                                                  "TooManyRequests", "slow down"));
  history.sending("create-image").succeeded("create-image", {{"image_id", "x"}});
  const auto spans = spans_of(history.store());
  const auto& root = named(spans, "web-1");
  CHECK(root.count("parentSpanId") == 0);
  const auto& step = named(spans, "create-image");
  CHECK(step.at("parentSpanId") == root.at("spanId"));
  CHECK(step.at("status").at("code") == 1);
  const auto& attempt = named(spans, "POST create-image");
  CHECK(attempt.at("parentSpanId") == step.at("spanId"));
  CHECK(attempt.at("kind") == 3);
  CHECK(attempt.at("status").at("code") == 2);
  CHECK(attempt.at("status").at("message").as_string() == "slow down");
  CHECK(attribute(attempt, "http.response.status_code").as_string() == "429");
  CHECK(attribute(attempt, "error.type").as_string() == "TooManyRequests");
  CHECK(attempt.at("startTimeUnixNano").as_string().ends_with("000"));
  std::set<std::string> ids;
  for (const auto& span : spans) {
    CHECK(span.at("traceId") == root.at("traceId"));
    CHECK(span.at("traceId").as_string().size() == 32);
    CHECK(span.at("spanId").as_string().size() == 16);
    ids.insert(std::string(span.at("spanId").as_string()));
  }
  CHECK(ids.size() == spans.size());
}

TEST_CASE("what is not over lasts until the last event, and keeps its ids when it is") {
  auto history = sent();
  const auto before = spans_of(history.store());
  const auto& open = named(before, "POST create-image");
  CHECK(attribute(open, "migledger.unfinished").as_bool());
  CHECK(open.at("status").as_object().empty());
  CHECK(attribute(named(before, "web-1"), "migledger.unfinished").as_bool());
  CHECK(named(before, "web-1").at("endTimeUnixNano") == open.at("endTimeUnixNano"));

  history.succeeded("create-image", {{"image_id", "x"}});
  const auto after = spans_of(history.store());
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i)
    CHECK(after[i].at("spanId") == before[i].at("spanId"));
  CHECK(attribute(named(after, "POST create-image"), "migledger.unfinished").is_null());

  ExportOtlp options;
  options.until = std::to_string(history.last() - 1);
  CHECK(spans_of(history.store(), options) == before);
}

TEST_CASE("observations are events of their step, and waits are spans in it") {
  auto history = sent();
  history.succeeded("create-image", {{"image_id", "x"}}).observed("await-image", "EXPORTING", 30);
  history.parked("await-image", "takes long", "look");
  const auto spans = spans_of(history.store());
  const auto& step = named(spans, "await-image");
  REQUIRE(step.at("events").as_array().size() == 1);
  const auto& event = step.at("events").at(0).as_object();
  CHECK(event.at("name").as_string() == "observed");
  CHECK(attribute(event, "migledger.seen").as_string() == "EXPORTING 30 %");
  const auto& wait = named(spans, "wait for something to be mended");
  CHECK(wait.at("parentSpanId") == step.at("spanId"));
  CHECK(attribute(wait, "migledger.need").as_string() == "look");
}

TEST_CASE("texts that are no UTF-8 are mended, and export without a format is refused") {
  HistoryBuilder history;
  history.session().start("web-1").refused("check-source", "bad \xff byte");
  const auto spans = spans_of(history.store());
  const auto& event = named(spans, "check-source").at("events").at(0).as_object();
  CHECK(std::string(attribute(event, "migledger.seen").as_string()).find("\uFFFD") !=
        std::string::npos);
  CHECK_THROWS_AS(capture([&](auto& out, auto& err) { return run_export({}, out, err); }),
                  UsageError);
}
