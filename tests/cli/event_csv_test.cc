#include "cli/render/event_csv.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/history_builder.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::HistoryBuilder;

namespace {

std::string last(const HistoryBuilder& history, bool simulated = false) {
  Names names(history.store());
  const auto cursor = history.store().scan(history.last(), history.last());
  REQUIRE(cursor->next());
  return csv_record(cursor->event(), names, simulated);
}

}  // namespace

TEST_CASE("Cells are quoted as RFC 4180 wants it") {
  CHECK(csv_cell("plain") == "plain");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("a \"b\"") == "\"a \"\"b\"\"\"");
  CHECK(csv_cell("a\r\nb") == "\"a\r\nb\"");
  CHECK(csv_cell("") == "");
}

TEST_CASE("No cell is a formula") {
  CHECK(csv_cell("=1+1") == "'=1+1");
  CHECK(csv_cell("+1") == "'+1");
  CHECK(csv_cell("-1") == "'-1");
  CHECK(csv_cell("@SUM(A1)") == "'@SUM(A1)");
  CHECK(csv_cell("\tx") == "'\tx");
  CHECK(csv_cell("=HYPERLINK(\"x\",\"y\")") == "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
}

TEST_CASE("A record has the cells of the header, in UTC, whole") {
  HistoryBuilder history("sim");
  history.session().start("=cmd|'/c calc'!A0");
  const std::string image = "ocid1.image.oc1.iad." + std::string(60, 'a');
  history.sending("create-image").succeeded("create-image", {{"image_id", image}});
  CHECK(last(history, true) ==
        "5,2026-11-23T09:00:04.000000Z,3,3,'=cmd|'/c calc'!A0,2,alice@box,4,outcome,create-image,1,"
        "succeeded,succeeded: image " +
            image + ",true\r\n");
  history.close(0, "interrupted, resumable");
  CHECK(last(history) ==
        "6,2026-11-23T09:00:05.000000Z,0,3,,2,alice@box,0,sessionClosed,,,,\"session closed, exit "
        "code 0: interrupted, resumable\",false\r\n");
  const auto commas = [](std::string_view text) {
    return std::count(text.begin(), text.end(), ',');
  };
  CHECK(commas(csv_header()) == 13);
  CHECK(csv_header().ends_with("\r\n"));
}
