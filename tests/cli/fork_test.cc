// replay --fork: another ending of a ledger, tried as a rehearsal.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ledger/merkle/merkle.h"
#include "ledger/store/rocks_event_store.h"
#include "tests/support/program_run.h"
#include "tests/support/recheck.h"
#include "tests/support/simulated_plan.h"

using namespace migledger;
using namespace migledger::testing;

namespace {

struct Forked {
  Workplace work;
  std::uint64_t position = 0;
  std::string before;  // history of the origin, before the fork

  // A rehearsal of one migration to its end, forked where the named kind of event came for the
  // `nth` time.
  explicit Forked(const std::string& kind, unsigned nth = 1) {
    work.write("plan.json", boost::json::serialize(simulated_plan(1)));
    run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "old", "--sim-speed", "0",
         "--yes=downtime,cutover"});
    for (const auto& event : history_of(work, "old"))
      if (text_of(event, "kind") == kind && nth-- == 1) position = number_of(event, "position");
    REQUIRE(position != 0);
    before = run({"history", "--json", "--ledger", "old"}).out;
    const auto result = run({"replay", "--fork", std::to_string(position), "--from", "old",
                             "--cloud", "sim", "--ledger", "new"});
    CHECK(result.out.find("simulated ledger") == 0);
    CHECK(result.out.find("migledger run --config FILE --cloud sim --ledger new\n") !=
          std::string::npos);
  }

  ProgramResult run(const std::vector<std::string>& arguments) {
    auto result = work.run(arguments);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  }
  std::unique_ptr<ledger::RocksEventStore> open(const char* name) {
    ledger::OpeningReport report;
    return ledger::RocksEventStore::open_reader(work / name, report);
  }
};

}  // namespace

TEST_CASE("A fork holds the origin's events byte for byte, and says where it comes from") {
  Forked fork("intent", 3);
  const auto origin = fork.open("old");
  const auto store = fork.open("new");
  ledger::MerkleFrontier tree;
  const auto here = origin->scan(1, fork.position);
  const auto there = store->scan(1);
  while (here->next()) {
    REQUIRE(there->next());
    tree.append(ledger::leaf_hash(here->bytes()));
    const auto position = here->event().getPosition();
    CAPTURE(position);
    const bool same = std::ranges::equal(here->bytes(), there->bytes());
    if (position == 1) {
      const auto was = here->event().getBody().getLedgerCreated();
      const auto is = there->event().getBody().getLedgerCreated();
      CHECK(is.getLedgerId() == was.getLedgerId());
      CHECK(is.getCloud() == "sim");
      CHECK(is.getTenancy().size() == 0);
    } else {
      CHECK(same);
    }
  }
  REQUIRE(there->next());
  CHECK(there->event().getBody().isSessionOpened());
  REQUIRE(there->next());
  REQUIRE(there->event().getBody().isForked());
  const auto forked = there->event().getBody().getForked();
  CHECK(forked.getPosition() == fork.position);
  const auto bytes =
      ledger::bytes_of({forked.getRoot().asChars().begin(), forked.getRoot().size()});
  CHECK(std::ranges::equal(bytes, tree.root()));
  CHECK(fork.run({"history", "--ledger", "new", "--type", "forked"})
            .out.find("forked from #" + std::to_string(fork.position)) != std::string::npos);
}

TEST_CASE("A fork is gone on with to another end, and the origin is not touched") {
  for (const char* kind : {"intent", "outcome", "observed"}) {
    INFO(kind);
    Forked fork(kind, 2);
    fork.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "new", "--sim-speed",
              "0", "--yes=downtime,cutover"});
    CHECK(fork.run({"history", "--json", "--ledger", "old"}).out == fork.before);
    CHECK(fork.run({"status", "--ledger", "new"}).out.find("simulated") != std::string::npos);
    CHECK(disagreements_of(*fork.open("new")) == std::vector<std::string>{});
    fork.run({"replay", "--check", "--ledger", "new"});
  }
}

TEST_CASE("A fork is a rehearsal in a place of its own, of a moment that there is") {
  Forked fork("intent");
  const auto refused = [&](std::vector<std::string> arguments, const char* why) {
    arguments.insert(arguments.begin(), "replay");
    const auto result = fork.work.run(arguments);
    CAPTURE(result.err, why);
    CHECK(result.exit_code == 2);
    CHECK(result.err.find(why) != std::string::npos);
  };
  refused({"--fork", "3", "--from", "old", "--cloud", "oci", "--ledger", "x"}, "--cloud sim");
  refused({"--fork", "3", "--from", "old", "--ledger", "x"}, "--cloud sim");
  refused({"--fork", "3", "--from", "old", "--cloud", "sim", "--ledger", "old"}, "a new ledger");
  refused({"--fork", "3", "--from", "old", "--cloud", "sim", "--ledger", "new"}, "there already");
  refused({"--fork", "99999", "--from", "old", "--cloud", "sim", "--ledger", "x"},
          "beyond the end");
  refused({"--fork", "0", "--from", "old", "--cloud", "sim", "--ledger", "x"}, "no event");
}

TEST_CASE(
    "A volume is moved to its end from a fork at any stage, replica and attachments recalled") {
  Workplace work;
  const auto run = [&](const std::vector<std::string>& arguments) {
    const auto result = work.run(arguments);
    INFO(result.out + result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  };
  run({"init", "-w", "volume-replication", "data.json"});
  run({"run", "--config", "data.json", "--cloud", "sim", "--ledger", "old", "--sim-speed", "0",
       "--yes=downtime,cutover"});
  const auto history = history_of(work, "old");
  for (const char* step : {"enable-replica", "create-volume", "attach-volume", "disable-replica"}) {
    INFO(step);
    std::uint64_t position = 0;  // of the step's outcome
    for (const auto& event : history)
      if (text_of(event, "kind") == "outcome" && text_of(event, "step") == step)
        position = number_of(event, "position");
    REQUIRE(position != 0);
    const std::string into = std::string("from-") + step;
    run({"replay", "--fork", std::to_string(position), "--from", "old", "--cloud", "sim",
         "--ledger", into});
    run({"run", "--config", "data.json", "--cloud", "sim", "--ledger", into, "--sim-speed", "0",
         "--yes=downtime,cutover"});
    run({"replay", "--check", "--ledger", into});
    // Nothing of what the origin had made is made again.
    for (const auto& event : history_of(work, into))
      if (number_of(event, "position") > position && text_of(event, "kind") == "intent")
        CHECK(text_of(event, "step") != step);
  }
}
