// The real program on ledgers whose files were changed, cut or removed: it never crashes, and what
// it refuses it refuses with code 4 and a reason. tests/ledger/hostile_storage_test.cc tries many
// more, without the program around them.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "tests/support/scratch.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::vector<std::string> run_arguments() {
  return {"run",      "--config", "plan.json",   "--cloud", "sim",
          "--ledger", "ledger",   "--sim-speed", "0",       "--json"};
}

// A finished ledger of two migrations, beside it the history that it holds.
struct Finished {
  Workplace work;
  std::vector<json::object> events;

  Finished() {
    work.write("plan.json", json::serialize(simulated_plan(2)));
    REQUIRE(work.run(run_arguments()).exit_code == 0);
    events = history_of(work, "ledger");
  }

  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::recursive_directory_iterator(work / "ledger"))
      if (entry.is_regular_file()) all.push_back(fs::relative(entry.path(), work / "ledger"));
    std::sort(all.begin(), all.end());
    return all;
  }

  std::string file(const std::string& ending) const {
    for (const auto& path : files())
      if (path.string().ends_with(ending)) return (work / "ledger" / path).string();
    FAIL("there is no file *" << ending);
    return {};
  }

  // Whatever each command makes of the ledger as it is now, it does so in good order.
  void require_order() {
    const auto verified = work.run({"verify", "--ledger", "ledger", "--json"});
    CAPTURE(verified.out, verified.err);
    REQUIRE(verified.signal == 0);
    REQUIRE((verified.exit_code == 0 || verified.exit_code == 4));
    if (verified.out.empty()) REQUIRE(verified.err.starts_with("{\"error\":"));
    const bool intact = verified.exit_code == 0;
    if (intact) REQUIRE(verified.err.empty());
    const auto history = work.run({"history", "--ledger", "ledger", "--json"});
    REQUIRE(history.signal == 0);
    REQUIRE((history.exit_code == 0 || history.exit_code == 4));
    if (intact) {
      REQUIRE(history.exit_code == 0);
      REQUIRE(json_lines(history.out) == events);
    } else if (history.exit_code == 4) {
      REQUIRE(history.err.starts_with("{\"error\":"));
    }
    const auto run = work.run(run_arguments());
    CAPTURE(run.err);
    REQUIRE(run.signal == 0);
    REQUIRE((run.exit_code == 0 || (run.exit_code == 4 && !intact)));
  }
};

}  // namespace

TEST_CASE("The program survives whatever happens to a file of its ledger") {
  Finished finished;
  const fs::path ledger = finished.work / "ledger";
  const fs::path kept = finished.work / "kept", tenancy = finished.work / "kept.sim";
  copy_directory(ledger, kept);
  copy_directory(finished.work / "ledger.sim", tenancy);
  int tried = 0;
  for (const auto& file : finished.files()) {
    const std::string whole = read_all(kept / file);
    std::vector<std::pair<std::string, std::string>> damages = {
        {"removed", ""}, {"emptied", ""}, {"cut in half", whole.substr(0, whole.size() / 2)}};
    for (const int part : {1, 2, 4}) {
      std::string changed = whole;
      if (changed.empty()) continue;
      char& byte = changed[(changed.size() - 1) * static_cast<std::size_t>(part) / 4];
      byte = static_cast<char>(byte ^ (1 << (tried + part) % 8));
      damages.emplace_back("changed", changed);
    }
    for (const auto& [how, bytes] : damages) {
      CAPTURE(file, how);
      copy_directory(kept, ledger);
      copy_directory(tenancy, finished.work / "ledger.sim");
      write_all(ledger / file, bytes);
      if (how == "removed") fs::remove(ledger / file);
      finished.require_order();
      ++tried;
    }
  }
  CHECK(tried > 40);
}

TEST_CASE("A torn tail is said by verify, dropped by whoever writes next, and recorded") {
  Finished finished;
  Workplace& work = finished.work;
  const std::string log = finished.file(".log");
  write_all(log, read_all(log) + "xyz");
  const auto before = work.run({"verify", "--ledger", "ledger"});
  CAPTURE(before.out);
  CHECK(before.exit_code == 4);
  CHECK(before.out.find("intact, but for an unacknowledged tail") != std::string::npos);
  CHECK(before.out.find("of which 3 bytes are there") != std::string::npos);
  // An order is a writer, too.
  const auto noted = work.run({"note", "--ledger", "ledger", "--reason", "after the power cut"});
  CAPTURE(noted.err);
  CHECK(noted.exit_code == 0);
  CHECK(noted.err.find("the last 3 bytes of") != std::string::npos);
  const auto dropped = events_of_kind(history_of(work, "ledger"), "tailDropped");
  REQUIRE(dropped.size() == 1);
  CHECK(dropped[0].at("body").as_object().at("bytes") == 3);
  const auto after = work.run({"verify", "--ledger", "ledger"});
  CAPTURE(after.out);
  CHECK(after.exit_code == 0);
  CHECK(after.out.ends_with("\nintact\n"));
}

TEST_CASE("verify says what is wrong, where, and what to do") {
  Finished finished;
  Workplace& work = finished.work;
  std::string snapshot;
  for (const auto& file : finished.files())
    if (file.string().starts_with("snapshots/")) snapshot = file.string();
  write_all(work / "ledger" / snapshot, "nonsense");
  const auto text = work.run({"verify", "--ledger", "ledger"});
  CHECK(text.exit_code == 4);
  CAPTURE(text.out);
  CHECK(text.out.find("snapshot #") != std::string::npos);
  CHECK(text.out.find(" " + snapshot + ": the snapshot is damaged; the log is unharmed") !=
        std::string::npos);
  CHECK(text.out.find("refused: 1 finding; nothing was changed") != std::string::npos);
  const auto found = work.run({"verify", "--ledger", "ledger", "--json"});
  CHECK(found.exit_code == 4);
  const auto object = json::parse(found.out).as_object();
  CHECK(object.at("ending") == "refused");
  CHECK(object.at("simulated") == true);
  CHECK(object.at("position").to_number<std::uint64_t>() == finished.events.size());
  CHECK(object.at("root").as_string().size() == 64);
  CHECK(object.at("counts") == json::value({{"snapshot", 1}}));
  REQUIRE(object.at("findings").as_array().size() == 1);
  const auto& finding = object.at("findings").as_array()[0].as_object();
  CHECK(finding.at("check") == "snapshot");
  CHECK(finding.at("file") == json::string(snapshot));

  const auto until = work.run({"verify", "--ledger", "ledger", "--until", "5", "--json"});
  CHECK(until.exit_code == 4);  // a file that is damaged is damaged, whenever it was made
  CHECK(json::parse(until.out).as_object().at("position") == 5);
  CHECK(work.run({"verify", "--ledger", "ledger", "--until", "100000"}).exit_code == 2);
  const auto none = work.run({"verify", "--ledger", "nowhere"});
  CHECK(none.exit_code == 2);
  CHECK(none.err.find("there is no ledger in nowhere") != std::string::npos);
}
