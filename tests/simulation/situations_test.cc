// Situations in which a promise was once broken. A seed says nothing of its own: with every change
// of the product it becomes another story. So a situation is described by what the trace shows, and
// seeds are run until one has told it; one that no seed tells any more fails the test.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cli/simulation/universe/simulation.h"

using namespace migledger::simulation;

namespace {

struct Situation {
  const char* what;
  const char* workflow;
  // The kinds of chaos that it needs: no other is active, so that nothing else looks like it.
  std::vector<Chaos> chaos;
  // The trace has lines like these, in this order; "*" stands for anything within a line.
  std::vector<std::string> told_by;
};

const std::string kReceived = "is answered 200";
const std::string kPutBack = "ledger * is put back to position ";

std::vector<Situation> situations() {
  return {
      {"a ledger that is put back has forgotten a rollback",
       "compute",
       {Chaos::restored_ledgers, Chaos::undoing},
       {"rollback *what it made is removed", kPutBack, " runs ledger "}},
      {"a ledger that is put back rolls back",
       "compute",
       {Chaos::restored_ledgers, Chaos::undoing},
       {kPutBack, "rollback *what it made is removed"}},
      {"a ledger that is put back has forgotten that it launched",
       "compute",
       {Chaos::restored_ledgers, Chaos::kill_waiting, Chaos::long_pauses},
       {" POST */instances [*" + kReceived, kPutBack, " runs ledger "}},
      {"a forgotten export is under way",
       "compute",
       {Chaos::restored_ledgers, Chaos::kill_waiting, Chaos::kill_appending},
       {"/actions/export [*" + kReceived, "is killed", kPutBack, " runs ledger "}},
      {"an image fails while it is looked for",
       "compute",
       {Chaos::failing_work, Chaos::lost_replies},
       {" POST */images [*" + kReceived, "result = unknown", "result = dead"}},
      {"a forgotten replica is ending",
       "volume-replication",
       {Chaos::restored_ledgers, Chaos::kill_waiting},
       // Replication is on, and off again.
       {" PUT */volumes/*" + kReceived, " PUT */volumes/*" + kReceived, kPutBack, " runs ledger "}},
      {"a request of a forgotten intent arrives after the ledger was put back",
       "volume-replication",
       {Chaos::restored_ledgers, Chaos::late_requests, Chaos::kill_sending},
       {"( intent = (", kPutBack, ", which nobody hears"}},
      {"a request whose reply was lost makes a replication policy",
       "storage-replication",
       {Chaos::lost_replies, Chaos::late_requests, Chaos::duplicates},
       {"( intent = (*-create-policy-", "result = unknown",
        " POST */replicationPolicies *" + kReceived, "( intent = (*-delete-policy-"}},
      {"a network doubles what makes a replication policy",
       "storage-replication",
       {Chaos::duplicates},
       {" POST */replicationPolicies *" + kReceived, " POST */replicationPolicies *is answered "}},
      {"a network doubles what takes no token",
       "storage-replication",
       {Chaos::duplicates},
       {" POST */actions/copyObject [] is answered 2",
        " POST */actions/copyObject [] is answered "}},
      {"a page is under way while the migration is paused",
       "storage-replication",
       {Chaos::orders, Chaos::kill_waiting},
       {" POST */actions/copyObject ", "pause *: nothing new is begun",
        " POST */actions/copyObject "}},
      {"another ledger's replication policy is there",
       "storage-replication",
       {Chaos::second_ledgers, Chaos::kill_waiting},
       {" 0123456789ab *( intent = (*-create-policy-", " fedcba987654 "}},
  };
}

bool is_like(std::string_view line, std::string_view pattern) {
  for (std::size_t at = 0;;) {
    const auto star = pattern.find('*');
    at = line.find(pattern.substr(0, star), at);
    if (at == std::string_view::npos || star == std::string_view::npos)
      return at != std::string_view::npos;
    at += star;
    pattern.remove_prefix(star + 1);
  }
}

bool tells(const std::vector<std::string>& trace, const std::vector<std::string>& told_by) {
  auto next = told_by.begin();
  for (const auto& line : trace) {
    if (next != told_by.end() && is_like(line, *next)) ++next;
  }
  return next == told_by.end();
}

}  // namespace

TEST_CASE("situations in which a promise was once broken come up, and every promise holds") {
  constexpr int kWanted = 1;
  constexpr std::uint64_t kMostSeeds = 4000;
  for (const auto& situation : situations()) {
    SimulationOptions options;
    options.workflow = situation.workflow;
    options.migrations = 1;
    options.keep_trace = true;
    options.without.set();
    for (const Chaos kind : situation.chaos) options.without.reset(static_cast<std::size_t>(kind));
    int told = 0;
    for (; told < kWanted && options.seed <= kMostSeeds; ++options.seed) {
      const auto result = simulate(options);
      INFO(situation.what << ": " << command_for(options) << ": " << result.invariant << ": "
                          << result.seen);
      REQUIRE(result.ok);
      told += tells(result.trace, situation.told_by);
    }
    INFO(situation.what << ": told by " << told << " of the first " << options.seed - 1
                        << " seeds");
    CHECK(told == kWanted);
  }
}
