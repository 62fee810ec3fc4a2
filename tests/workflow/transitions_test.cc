#include "workflow/decide/transitions.h"

#include <capnp/schema.h>

#include <catch2/catch.hpp>
#include <set>
#include <sstream>

namespace migledger::testing {

using workflow::name_of;
using workflow::refusal_of;
using workflow::Stage;
using workflow::Stop;
using workflow::Verb;

namespace {

constexpr Stage kStages[] = {Stage::moving,          Stage::moved,         Stage::failed,
                             Stage::cancelling,      Stage::cancelled,     Stage::rolling_back,
                             Stage::rolled_back,     Stage::cleaning_up,   Stage::cleaned_up,
                             Stage::decommissioning, Stage::decommissioned};

bool is_over(Stage stage) {
  switch (stage) {
    case Stage::moved:
    case Stage::failed:
    case Stage::cancelled:
    case Stage::rolled_back:
    case Stage::cleaned_up:
    case Stage::decommissioned:
      return true;
    default:
      return false;
  }
}

constexpr Stop kStops[] = {Stop::none, Stop::paused, Stop::mend, Stop::approval, Stop::choice};
constexpr char kLetters[] = {'g', 'p', 'm', 'a', 'c'};

// For each stage: the stops at which the verb is taken ("gpmac": going on, paused, to be mended,
// for approval, for a choice), "+" for one that is over, "-" for never.
struct RowOfTable {
  Verb verb;
  const char* moving;
  const char* moved;
  const char* failed;
  const char* cancelling;
  const char* cancelled;
  const char* rolling_back;
  const char* rolled_back;
  const char* cleaning_up;
  const char* cleaned_up;
  const char* decommissioning;
  const char* decommissioned;
};

// clang-format off
constexpr RowOfTable kTable[] = {
  // verb               moving  moved fail  cancell. canc. rolling  rolled cleaning cleaned decomm.  decommissioned
  {Verb::PAUSE,        "gmac",  "-", "-",  "gmac",  "-",  "gmac",  "-",  "gmac",   "-",  "gmac",   "-"},
  {Verb::RESUME,       "p",     "-", "-",  "p",     "-",  "p",     "-",  "p",      "-",  "p",      "-"},
  {Verb::CANCEL,       "gpmac", "-", "-",  "-",     "-",  "-",     "-",  "gpmac",  "-",  "gpmac",  "-"},
  {Verb::RETRY,        "mc",    "-", "+",  "mc",    "+",  "mc",    "-",  "mc",     "-",  "mc",     "-"},
  {Verb::SKIP,         "gpmc",  "-", "-",  "gpmc",  "-",  "gpmc",  "-",  "gpmc",   "-",  "gpmc",   "-"},
  {Verb::APPROVE,      "a",     "-", "-",  "a",     "-",  "a",     "-",  "a",      "-",  "a",      "-"},
  {Verb::NOTE,         "gpmac", "+", "+",  "gpmac", "+",  "gpmac", "+",  "gpmac",  "+",  "gpmac",  "+"},
  {Verb::ADOPT,        "gpmc",  "-", "+",  "gpmc",  "-",  "gpmc",  "-",  "-",      "-",  "-",      "-"},
  {Verb::ROLLBACK,     "gpmac", "+", "+",  "gpmac", "+",  "-",     "-",  "-",      "+",  "-",      "-"},
  {Verb::CLEANUP,      "-",     "+", "-",  "-",     "-",  "-",     "-",  "-",      "-",  "-",      "+"},
  {Verb::DECOMMISSION, "-",     "+", "-",  "-",     "-",  "-",     "-",  "-",      "+",  "-",      "-"},
};
// clang-format on

}  // namespace

TEST_CASE("what may be asked of a migration, by where it stands") {
  for (const auto& row : kTable) {
    const char* cells[] = {row.moving,     row.moved,           row.failed,        row.cancelling,
                           row.cancelled,  row.rolling_back,    row.rolled_back,   row.cleaning_up,
                           row.cleaned_up, row.decommissioning, row.decommissioned};
    for (std::size_t i = 0; i < std::size(kStages); ++i) {
      const std::string cell = cells[i];
      INFO(name_of(row.verb) << " of one that is " << name_of(kStages[i]));
      if (is_over(kStages[i])) {
        const auto refusal = refusal_of(row.verb, kStages[i], Stop::end);
        INFO(refusal);
        CHECK(refusal.empty() == (cell == "+"));
        continue;
      }
      for (std::size_t s = 0; s < std::size(kStops); ++s) {
        const auto refusal = refusal_of(row.verb, kStages[i], kStops[s]);
        INFO(name_of(kStops[s]) << ": " << refusal);
        CHECK(refusal.empty() == (cell.find(kLetters[s]) != std::string::npos));
      }
    }
  }
}

TEST_CASE("the table has a row for everything that may be asked, and one only") {
  std::multiset<Verb> rows;
  for (const auto& row : kTable) rows.insert(row.verb);
  const auto verbs = capnp::Schema::from<Verb>().getEnumerants();
  CHECK(rows.size() == verbs.size());
  for (const auto verb : verbs) {
    INFO(verb.getProto().getName().cStr());
    CHECK(rows.count(static_cast<Verb>(verb.getOrdinal())) == 1);
  }
}

TEST_CASE("what is over and did not get done comes with the commands that the table allows") {
  const auto commands = [](Stage stage) {
    std::vector<std::string> all;
    for (const auto& way : ways_on(stage, "web-1")) all.push_back(way.command);
    return all;
  };
  CHECK(commands(Stage::failed) ==
        std::vector<std::string>{"migledger retry web-1",
                                 "migledger adopt web-1 STEP OCID --reason WHY",
                                 "migledger rollback web-1 --reason WHY"});
  CHECK(commands(Stage::cancelled) ==
        std::vector<std::string>{"migledger retry web-1", "migledger rollback web-1 --reason WHY"});
  for (const Stage stage : kStages) {
    if (stage == Stage::failed || stage == Stage::cancelled) continue;
    CHECK(commands(stage).empty());
  }
  CHECK(words_of(ways_on(Stage::cancelled, "a")).find("; migledger rollback a --reason WHY: ") !=
        std::string::npos);
}

TEST_CASE("a refusal says where the migration stands and what to do instead") {
  CHECK(refusal_of(Verb::APPROVE, Stage::moving, Stop::mend) ==
        "it is waiting for something to be mended, not waiting for approval");
  CHECK(refusal_of(Verb::ROLLBACK, Stage::decommissioned, Stop::end) ==
        "it is decommissioned; its source is gone: there is nothing to go back to");
  CHECK(refusal_of(Verb::CLEANUP, Stage::moving, Stop::none) ==
        "it is being moved; that comes after success");
  CHECK(refusal_of(Verb::RESUME, Stage::moving, Stop::none) == "it is going on, not paused");
}

}  // namespace migledger::testing
