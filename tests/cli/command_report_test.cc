#include <fmt/format.h>
#include <kj/encoding.h>

#include <catch2/catch.hpp>

#include "cli/base/usage_error.h"
#include "cli/report/data.h"
#include "cli/report/report.h"
#include "ledger/base/sha256.h"
#include "tests/cli/reading.h"
#include "tests/support/history_builder.h"
#include "tests/support/scratch.h"

using namespace migledger;
using namespace migledger::cli;
using Catch::Contains;
using migledger::testing::capture;
using migledger::testing::HistoryBuilder;
using migledger::testing::Output;
using migledger::testing::read_all;
using migledger::testing::Scratch;
using migledger::testing::write_all;
namespace json = boost::json;

namespace {

Output report(const ledger::EventStore& store, const ReportOptions& options) {
  return capture([&](auto& out, auto&) { return run_report(store, options, out); });
}

std::string page_of(const ledger::EventStore& store, ReportOptions options = {}) {
  options.html = "-";
  const Output output = report(store, options);
  CHECK(output.code == 0);
  return output.out;
}

// What lies between `begin` and `end`, after the first `begin`.
std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  REQUIRE(from != std::string::npos);
  const std::size_t to = text.find(end, from + begin.size());
  REQUIRE(to != std::string::npos);
  return text.substr(from + begin.size(), to - from - begin.size());
}

json::object data_of(const std::string& page) {
  return json::parse(between(page, "<script type=\"application/json\" id=\"data\">", "</script>"))
      .as_object();
}

std::string text_at(const json::object& data, std::size_t number) {
  std::string text;
  for (const auto& word : data.at("texts").at(number).as_array()) {
    if (!text.empty()) text += ' ';
    text += data.at("words").at(word.to_number<std::size_t>()).as_string();
  }
  return text;
}

std::string hash_of(const std::string& text) {
  const auto digest = ledger::sha256(ledger::bytes_of(text));
  return std::string("'sha256-") +
         kj::encodeBase64({reinterpret_cast<const kj::byte*>(digest.data()), digest.size()})
             .cStr() +
         "'";
}

HistoryBuilder two(std::string_view cloud = "oci") {
  HistoryBuilder history(cloud);
  history.session().start("web-1").checks_done().sending("create-image");
  history.succeeded("create-image", {{"image_id", "ocid1.image.oc1..x"}});
  history.start("web-2").ok("check-source").parked("check-buckets", "no bucket", "make one");
  return history;
}

}  // namespace

TEST_CASE("the page holds every event, migration and resource, and reads back") {
  const auto history = two();
  const auto data = data_of(page_of(history.store()));
  CHECK(data.at("ledger").at("position") == history.last());
  CHECK(data.at("events").at("t").as_array().size() == history.last());
  CHECK(data.at("events").at("p").is_null());
  REQUIRE(data.at("migrations").as_array().size() == 2);
  const auto& first = data.at("migrations").at(0).as_array();
  CHECK(text_at(data, first[0].to_number<std::size_t>()) == "web-1");
  const auto& resources = first[18].as_array();
  REQUIRE_FALSE(resources.empty());
  CHECK(text_at(data, resources.back().at(1).to_number<std::size_t>()) == "ocid1.image.oc1..x");
  const auto& events = data.at("events").at("x").as_array();
  CHECK(text_at(data, events.back().to_number<std::size_t>()) ==
        "waits for a person: no bucket. To do: make one");
}

TEST_CASE("the policy of the page allows its own script and style, and nothing else") {
  const auto history = two();
  const auto page = page_of(history.store());
  const auto policy =
      between(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\">");
  CHECK_THAT(policy, Contains("default-src &#39;none&#39;"));
  CHECK(policy.find("unsafe") == std::string::npos);
  std::string plain = policy;
  for (std::size_t at; (at = plain.find("&#39;")) != std::string::npos;) plain.replace(at, 5, "'");
  CHECK_THAT(plain,
             Contains("script-src " + hash_of(between(page, "<script>", "</script>")) + ";"));
  CHECK_THAT(plain, Contains("style-src " + hash_of(between(page, "<style>", "</style>")) + ";"));
  // Neither of them is found anywhere else.
  for (const auto* outside : {"src=", "http://", "https://", "@import", "url(//", "<link"}) {
    CAPTURE(outside);
    std::string rest = page;
    // The one address in it names a kind of element, and is never fetched.
    for (std::size_t at; (at = rest.find("http://www.w3.org/2000/svg")) != std::string::npos;)
      rest.erase(at, 26);
    CHECK(rest.find(outside) == std::string::npos);
  }
}

TEST_CASE("the same ledger gives the same bytes") {
  CHECK(page_of(two().store()) == page_of(two().store()));
  CHECK(report(two().store(), {}).out == report(two().store(), {}).out);
}

TEST_CASE("hostile text of the ledger is only ever text") {
  HistoryBuilder history;
  const std::string hostile =
      "</script><script>alert(1)</script>{{data}}\" onload='x' \xE2\x80\xAE";
  history.session(hostile, "box").start(hostile).ok("check-source", {}, {hostile});
  history.parked("check-buckets", hostile, hostile);
  const auto page = page_of(history.store());
  CHECK(page.find("alert(1)</script>") == std::string::npos);
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("\xE2\x80\xAE") == std::string::npos);
  const auto data = data_of(page);
  CHECK_THAT(text_at(data, data.at("migrations").at(0).at(0).to_number<std::size_t>()),
             Contains("</script><script>alert(1)</script>{{data}}\" onload='x' \\u202e"));
  const auto markdown = report(history.store(), {}).out;
  CHECK(markdown.find("<script>") == std::string::npos);
  CHECK_THAT(markdown, Contains("&lt;script&gt;"));
}

TEST_CASE("the report names the Merkle root over the events up to its moment") {
  const auto history = two();
  ledger::MerkleFrontier frontier;
  const auto cursor = history.store().scan(1, 5);
  while (cursor->next()) frontier.append(ledger::leaf_hash(cursor->bytes()));
  ReportOptions options;
  options.until = "5";
  const auto root = ledger::to_hex(frontier.root());
  CHECK_THAT(page_of(history.store(), options), Contains(root));
  const auto markdown = report(history.store(), options).out;
  CHECK_THAT(markdown, Contains("events 1 to 5 is `" + root + "`"));
  CHECK_THAT(markdown, Contains("event 5 (there are later ones)"));
}

TEST_CASE("a report of some migrations has their events and the ledger's own") {
  const auto history = two();
  ReportOptions options;
  options.migrations = {"web-2"};
  const auto data = data_of(page_of(history.store(), options));
  REQUIRE(data.at("migrations").as_array().size() == 1);
  CHECK(data.at("ledger").at("whole") == false);
  // ledgerCreated, sessionOpened, and three of web-2.
  REQUIRE(data.at("events").at("p").as_array().size() == 5);
  std::int64_t last = 0;
  for (const auto& gap : data.at("events").at("p").as_array()) last += gap.to_number<int>();
  CHECK(static_cast<ledger::Position>(last) == history.last());
  CHECK(report(history.store(), options).out.find("web-1") == std::string::npos);

  options.until = "4";
  CHECK_THROWS_WITH(report(history.store(), options), Contains("\"web-2\" had not started at #4"));
  options.migrations = {"web-3"};
  CHECK_THROWS_AS(report(history.store(), options), UsageError);
}

TEST_CASE("a simulated ledger says so, prominently") {
  const auto simulated = two("sim");
  CHECK_THAT(page_of(simulated.store()), Contains("data-cloud=\"simulated\""));
  CHECK_THAT(report(simulated.store(), {}).out, Contains("**Simulated ledger"));
  const auto real = two();
  CHECK_THAT(page_of(real.store()), Contains("data-cloud=\"real\""));
  CHECK(report(real.store(), {}).out.find("Simulated") == std::string::npos);
}

TEST_CASE("Markdown tells who, what stands where, and what to do") {
  const auto markdown = report(two().store(), {}).out;
  CHECK_THAT(markdown, Contains("| Migrations | 2: 1 running, 1 waiting |"));
  CHECK_THAT(markdown, Contains("| By | alice&#64;box (1 session(s)) |"));
  CHECK_THAT(markdown, Contains("| web-2 | waiting | check-buckets | no bucket | make one |"));
  CHECK_THAT(markdown, Contains("| web-1 | image | `ocid1.image.oc1..x` | made | there |"));
  // Every line of a table has as many cells as its head.
  std::size_t cells = 0;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] != '|') {
      cells = 0;
      continue;
    }
    std::size_t here = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
      if (line[i] == '|' && (i == 0 || line[i - 1] != '\\')) ++here;
    if (cells == 0) cells = here;
    CAPTURE(line);
    CHECK(here == cells);
  }
}

TEST_CASE("a report never replaces a file that is there, unless told to") {
  const Scratch scratch;
  const auto history = two();
  ReportOptions options;
  options.html = scratch / "report.html";
  Output output = report(history.store(), options);
  CHECK_THAT(output.out, Contains("2 migration(s)"));
  CHECK(read_all(*options.html) == page_of(history.store()));
  write_all(*options.html, "mine");
  CHECK_THROWS_WITH(report(history.store(), options), Contains("--force"));
  CHECK(read_all(*options.html) == "mine");
  options.force = true;
  output = report(history.store(), options);
  CHECK(read_all(*options.html) == page_of(history.store()));
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.path()), {}) == 1);
  options.html = scratch / "nowhere" / "report.html";
  CHECK_THROWS_WITH(report(history.store(), options), Contains("cannot be written"));
}

TEST_CASE("a page that no browser could hold is refused, and says what to do") {
  const auto history = two();
  ReportOptions options;
  options.most_events = history.last() - 1;
  CHECK(report(history.store(), options).code == 0);  // Markdown is short in any case
  options.html = "-";
  CHECK_THROWS_WITH(report(history.store(), options), Contains("--migration"));
  options.migrations = {"web-2"};
  CHECK(report(history.store(), options).code == 0);
}

TEST_CASE("a signed checkpoint is shown as it is, as text") {
  const auto history = two();
  ReportOptions options;
  ledger::Position asked = 0;
  options.checkpoint = [&](ledger::Position at_most) {
    asked = at_most;
    return "example.org/ledger\n17\nabc+/=\n\n\u2014 example <b> key\n";
  };
  const auto page = page_of(history.store(), options);
  CHECK_THAT(page, Contains("<code id=\"checkpoint\">example.org/ledger\n17\nabc+/=\n\n\u2014 "
                            "example &lt;b&gt; key\n</code>"));
  CHECK_THAT(page, Contains("data-there=\"yes\""));
  CHECK(asked == history.last());
  CHECK_THAT(page_of(history.store()), Contains("data-there=\"no\""));
  CHECK_THAT(report(history.store(), options).out, Contains("    example.org/ledger\n    17\n"));
}

TEST_CASE(
    "what happened to the ledger itself is told, and no control character gets into Markdown") {
  auto history = two();
  CHECK(report(history.store(), {}).out.find("The ledger itself") == std::string::npos);
  CHECK(data_of(page_of(history.store())).at("notes").as_array().empty());
  history.tail_dropped("000012.log", 7, "kept/1");
  ReportOptions options;
  options.checkpoint = [](ledger::Position) {
    return "example.org/ledger\n17\nabc=\n\n\u2014 a \x7f\u0085\u009b31m key\n";
  };
  const auto markdown = report(history.store(), options).out;
  CHECK_THAT(markdown, Contains("### The ledger itself") &&
                           Contains("7 bytes that nothing had relied on were cut off"));
  for (std::size_t i = 0; i + 1 < markdown.size(); ++i) {
    const auto c = static_cast<unsigned char>(markdown[i]);
    const auto next = static_cast<unsigned char>(markdown[i + 1]);
    REQUIRE((c >= 0x20 || c == '\n'));
    REQUIRE(c != 0x7f);
    REQUIRE_FALSE((c == 0xc2 && next >= 0x80 && next <= 0x9f));
  }
  const auto notes = data_of(page_of(history.store())).at("notes").as_array();
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].at(0) == history.last());
}

TEST_CASE("an empty ledger, and one moment before the first event, have nothing to report") {
  const testing::MemoryEventStore empty;
  CHECK_THROWS_AS(report(empty, {}), UsageError);
  ReportOptions options;
  options.until = "0";
  CHECK_THROWS_AS(report(two().store(), options), UsageError);
}
