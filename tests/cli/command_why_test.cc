#include <catch2/catch.hpp>

#include "cli/replay/why.h"
#include "tests/cli/reading.h"
#include "tests/support/history_builder.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::capture_exit;
using migledger::testing::HistoryBuilder;
using migledger::testing::Output;
using Kind = HistoryBuilder::Sighting::Kind;

namespace {

HistoryBuilder sample(std::string_view cloud = "oci") {
  HistoryBuilder history(cloud);
  history.session().start("web-1").checks_done();
  history.looked("create-image", Kind::absent).sending("create-image");
  history.succeeded("create-image", {{"image_id", "ocid1.image.x"}});
  history.observed("await-image", "IN_PROGRESS", 10);
  return history;
}

Output why(const ledger::EventStore& store, std::string what, bool json = false,
           std::optional<std::string> until = {}) {
  WhyOptions options;
  options.what = std::move(what);
  options.until = std::move(until);
  options.json = json;
  return capture_exit([&](auto& out) { return run_why(store, options, out); });
}

}  // namespace

TEST_CASE("Why a migration is where it is: the events behind its last, and what comes next") {
  const auto history = sample("sim");
  const Output output = why(history.store(), "web-1");
  CHECK(output.code == 0);
  CHECK(output.out.starts_with("simulated ledger"));
  CHECK(output.has("succeeded: image ocid1.image.x"));
  CHECK(output.has("next: read at await-image"));
  CHECK(output.has("by the decide table, row read: "));
  const auto object = why(history.store(), "web-1", true).json();
  CHECK(object.at("simulated") == true);
  CHECK(object.at("asked").at("kind") == "migration");
  CHECK(object.at("chain").as_array().back().at("kind") == "observed");
  CHECK(object.at("next").at("row") == "read");
}

TEST_CASE("Why a resource is there: its intent, with the row in words, and what became of it") {
  const auto history = sample();
  const Output output = why(history.store(), "ocid1.image.x");
  CHECK(output.has("why ocid1.image.x, of web-1\n"));
  CHECK(
      output.has("      by the recovery table, row first: nothing was sent yet; the look says: "
                 "absent → send\n"));
  CHECK(output.has("nothing else was recorded about it\n"));
  const auto object = why(history.store(), "ocid1.image.x", true).json();
  CHECK(object.at("asked").at("made") == 11);
  CHECK(object.at("asked").at("intent") == 10);
  CHECK(object.at("chain").as_array().back().at("position") == 11);
  CHECK(object.at("became").as_array().empty());
}

TEST_CASE("Why an event: by its position, with or without the sign") {
  const auto history = sample();
  CHECK(why(history.store(), "#10").out == why(history.store(), "10").out);
  CHECK(why(history.store(), "10").has("why event #10 of web-1\n"));
  CHECK(why(history.store(), "12", true, "11").code == 2);
}

TEST_CASE("What nobody knows is refused, with what is near") {
  const auto history = sample();
  const Output output = why(history.store(), "web-2");
  CHECK(output.code == 2);
  CHECK(output.err.find("did you mean \"web-1\"?") != std::string::npos);
  CHECK(output.err.find("No event recorded a resource or key of that name") != std::string::npos);
  CHECK(why(history.store(), "web-1", false, "2").code == 2);
  CHECK(why(history.store(), "99").code == 2);
}
