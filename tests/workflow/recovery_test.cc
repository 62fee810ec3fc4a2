#include "workflow/decide/recovery.h"

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace migledger::workflow {

namespace {

using Attempt = Circumstance::Attempt;
using Sight = Circumstance::Sight;

// A circumstance in words: the attempt, the error, the guard, the sight, and whatever else is not
// as in a plain Circumstance. "young" … name the flags; "no-…" clears one that is set by default.
Circumstance circumstance(const std::string& words) {
  static const std::map<std::string, std::function<void(Circumstance&)>> kWords = {
      {"none", [](auto& c) { c.attempt = Attempt::none; }},
      {"open", [](auto& c) { c.attempt = Attempt::open; }},
      {"lost", [](auto& c) { c.attempt = Attempt::lost; }},
      {"unknown", [](auto& c) { c.attempt = Attempt::unknown; }},
      {"failed", [](auto& c) { c.attempt = Attempt::failed; }},
      {"dead", [](auto& c) { c.attempt = Attempt::dead; }},

      {"retry", [](auto& c) { c.error = ErrorClass::RETRY; }},
      {"throttled", [](auto& c) { c.error = ErrorClass::THROTTLED; }},
      {"limit", [](auto& c) { c.error = ErrorClass::BLOCKED; }},
      {"capacity", [](auto& c) { c.error = ErrorClass::CAPACITY; }},
      {"401", [](auto& c) { c.error = ErrorClass::CREDENTIALS; }},
      {"invalidated", [](auto& c) { c.error = ErrorClass::TOKEN_INVALIDATED; }},
      {"exists", [](auto& c) { c.error = ErrorClass::EXISTS; }},
      {"412", [](auto& c) { c.error = ErrorClass::PRECONDITION; }},
      {"404", [](auto& c) { c.error = ErrorClass::NOT_FOUND; }},
      {"fatal", [](auto& c) { c.error = ErrorClass::FATAL; }},

      {"token", [](auto& c) { c.guard = Guard::TOKEN; }},
      {"natural", [](auto& c) { c.guard = Guard::NATURAL_KEY; }},
      {"if-match", [](auto& c) { c.guard = Guard::IF_MATCH; }},

      {"stale", [](auto& c) { c.sight = Sight::not_fresh; }},
      {"cannot-look", [](auto& c) { c.sight = Sight::cannot_look; }},
      {"absent", [](auto& c) { c.sight = Sight::absent; }},
      {"ours", [](auto& c) { c.sight = Sight::ours; }},
      {"several", [](auto& c) { c.sight = Sight::several; }},
      {"foreign", [](auto& c) { c.sight = Sight::foreign; }},
      {"under-way", [](auto& c) { c.sight = Sight::under_way; }},

      {"doubt", [](auto& c) { c.doubt = true; }},
      {"renewed", [](auto& c) { c.renewed = true; }},
      {"giving-up", [](auto& c) { c.giving_up = true; }},
      {"named", [](auto& c) { c.named = true; }},
      {"here", [](auto& c) { c.this_session = true; }},
      {"changed", [](auto& c) { c.plan_changed = true; }},
      {"young", [](auto& c) { c.token_young = true; }},
      {"clock-back", [](auto& c) { c.clock_back = true; }},
      {"settled", [](auto& c) { c.settled = true; }},
      {"twice", [](auto& c) { c.absent_twice = true; }},
      {"by-tag", [](auto& c) { c.tag_absent = true; }},
      {"no-pause", [](auto& c) { c.backed_off = false; }},
      {"no-attempts", [](auto& c) { c.attempts_left = false; }},
      {"no-generations", [](auto& c) { c.generations_left = false; }},
      {"places", [](auto& c) { c.placements_left = true; }},
  };
  Circumstance c;
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    INFO(word);
    const auto found = kWords.find(word);
    REQUIRE(found != kWords.end());
    found->second(c);
  }
  return c;
}

// Each line: circumstance -> the row's name.
void check_table(const std::string& table) {
  std::istringstream in(table);
  for (std::string line; std::getline(in, line);) {
    const auto arrow = line.find(" -> ");
    if (arrow == std::string::npos) continue;
    INFO(line);
    std::string row = line.substr(arrow + 4);
    row.erase(0, row.find_first_not_of(' '));
    CHECK(name_of(recover(circumstance(line.substr(0, arrow)))) == row);
  }
}

bool sends(Row row) {
  switch (row) {
    case Row::first:
    case Row::same_token:
    case Row::same_name:
    case Row::nothing_happened:
    case Row::new_after_proof:
    case Row::dead:
    case Row::next_placement:
    case Row::plan_changed:
    case Row::renewed:
      return true;
    default:
      return false;
  }
}

// Whether the row sends the recorded request, and not a new one.
bool sends_the_same(Row row) {
  return row == Row::same_token || row == Row::same_name || row == Row::nothing_happened;
}

std::string words(const Circumstance& c, Row row) {
  std::ostringstream out;
  out << "attempt " << static_cast<int>(c.attempt) << " error " << name_of(c.error) << " guard "
      << static_cast<int>(c.guard) << " sight " << static_cast<int>(c.sight) << " doubt " << c.doubt
      << " this_session " << c.this_session << " plan_changed " << c.plan_changed << " young "
      << c.token_young << " clock_back " << c.clock_back << " settled " << c.settled << " twice "
      << c.absent_twice << " tag " << c.tag_absent << " backed_off " << c.backed_off << " attempts "
      << c.attempts_left << " generations " << c.generations_left << " places " << c.placements_left
      << " -> " << name_of(row);
  return out.str();
}

// Calls visit(circumstance) for every one there can be, of what people ask for one thing at a time.
template <typename Visit>
void for_every_circumstance(Visit&& visit) {
  constexpr Attempt kAttempts[] = {Attempt::none,    Attempt::open,   Attempt::lost,
                                   Attempt::unknown, Attempt::failed, Attempt::dead};
  constexpr Guard kGuards[] = {Guard::TOKEN, Guard::NATURAL_KEY, Guard::NONE, Guard::IF_MATCH};
  constexpr Sight kSights[] = {Sight::not_fresh, Sight::cannot_look, Sight::absent,   Sight::ours,
                               Sight::several,   Sight::foreign,     Sight::under_way};
  const auto visit_all = [&](Circumstance c) {
    for (const auto attempt : kAttempts)
      for (int error = 0; error <= static_cast<int>(ErrorClass::UNKNOWN); ++error)
        for (const auto guard : kGuards)
          for (const auto sight : kSights)
            for (unsigned flags = 0; flags < 1u << 12; ++flags) {
              const auto flag = [&](unsigned bit) { return (flags >> bit & 1) != 0; };
              c.attempt = attempt;
              c.error = static_cast<ErrorClass>(error);
              c.guard = guard;
              c.sight = sight;
              c.doubt = flag(0);
              c.this_session = flag(1);
              c.plan_changed = flag(2);
              c.token_young = flag(3);
              c.clock_back = flag(4);
              c.settled = flag(5);
              c.absent_twice = flag(6);
              c.tag_absent = flag(7);
              c.backed_off = flag(8);
              c.attempts_left = flag(9);
              c.generations_left = flag(10);
              c.placements_left = flag(11);
              visit(c, recover(c));
            }
  };
  visit_all({});
  for (const char* asked : {"renewed", "giving-up", "named"}) visit_all(circumstance(asked));
}

}  // namespace

TEST_CASE("before anything is sent, the resource is looked for") {
  check_table(R"(
    none stale        -> look
    none cannot-look  -> cannot-look
    none absent       -> first
    none ours         -> adopt
    none several      -> several
    none foreign      -> foreign
    none under-way    -> under-way
  )");
}

TEST_CASE("a request whose reply is awaited is left alone") {
  check_table(R"(
    open here stale            -> in-flight
    open here absent young     -> in-flight
    open here ours             -> in-flight
  )");
}

TEST_CASE("a lost reply: what the look says decides") {
  check_table(R"(
    lost token young stale                 -> look
    lost token young cannot-look           -> cannot-look
    lost token young ours                  -> adopt
    lost token young several               -> several
    lost token young foreign               -> foreign
    lost token young under-way             -> under-way
    unknown token young here no-pause ours -> back-off
    unknown token young here stale         -> look
    unknown token young here ours          -> adopt
  )");
}

TEST_CASE("a lost reply, and nothing there: the guard decides") {
  check_table(R"(
    lost token young absent                              -> same-token
    unknown token young here absent                      -> same-token
    lost token young clock-back absent                   -> clock-back
    lost natural absent                                  -> same-name
    unknown natural here absent                          -> same-name
    lost token absent                                    -> settle
    lost token absent settled                            -> look-twice
    lost token absent settled twice                      -> search-tag
    lost token absent settled twice by-tag               -> new-after-proof
    lost absent                                          -> settle
    lost absent settled                                  -> look-twice
    lost absent settled twice                            -> search-tag
    lost absent settled twice by-tag                     -> new-after-proof
    lost absent settled twice by-tag no-generations      -> generations-used-up
    failed invalidated token young here absent           -> settle
    failed invalidated token young here absent settled   -> look-twice
    failed invalidated token here absent settled twice by-tag -> new-after-proof
    unknown token young here no-attempts absent          -> attempts-used-up
    unknown token young no-attempts absent               -> same-token
  )");
}

TEST_CASE("what failed, and certainly did nothing, follows its error") {
  check_table(R"(
    failed retry token here no-pause absent       -> back-off
    failed retry token here stale                 -> look
    failed retry token here absent                -> nothing-happened
    failed throttled token here absent            -> nothing-happened
    failed 412 natural here absent                -> nothing-happened
    failed exists natural here ours               -> adopt
    failed exists natural here foreign            -> foreign
    failed retry token here no-attempts absent    -> attempts-used-up
    failed retry token no-attempts absent         -> nothing-happened
    failed limit token here stale                 -> blocked
    failed limit token stale                      -> look
    failed limit token absent                     -> nothing-happened
    failed 404 token here stale                   -> not-found
    failed 404 token absent                       -> nothing-happened
    failed fatal token here stale                 -> final
    failed fatal token stale                      -> final
    failed fatal changed stale                    -> look
    failed fatal changed absent                   -> plan-changed
    failed limit changed absent                   -> plan-changed
    failed 401 here stale                         -> credentials
    failed 401 here ours                          -> credentials
    failed 401 stale                              -> look
    failed 401 absent                             -> nothing-happened
    failed capacity token here absent places      -> next-placement
    failed capacity token here absent             -> no-capacity
    failed capacity token absent                  -> nothing-happened
  )");
}

TEST_CASE("a failure after a lost reply does not clear the doubt") {
  check_table(R"(
    failed retry token young doubt here absent             -> same-token
    failed retry natural doubt here absent                 -> same-name
    failed retry token doubt here absent                   -> settle
    failed retry token doubt here absent settled twice by-tag -> new-after-proof
    failed limit token young doubt here stale              -> look
    failed limit token young doubt here ours               -> adopt
    failed limit token young doubt here absent             -> blocked
    failed limit token young doubt absent                  -> same-token
    failed 404 natural doubt here absent                   -> same-name
    failed fatal token young doubt here stale              -> look
    failed fatal token young doubt here ours               -> adopt
    failed fatal token young doubt here absent             -> settle
    failed fatal token young doubt here absent settled     -> look-twice
    failed fatal token young doubt here absent settled twice -> search-tag
    failed fatal token young doubt here absent settled twice by-tag -> final
    failed capacity token young doubt here absent places   -> settle
    failed capacity token young doubt here absent places settled twice by-tag -> next-placement
    failed capacity token young doubt here absent          -> no-capacity
  )");
}

TEST_CASE("what people ask for: to try again, to give up, or to look at what they name") {
  check_table(R"(
    failed fatal renewed stale                              -> look
    failed fatal renewed absent                             -> renewed
    failed fatal renewed doubt absent                       -> settle
    failed fatal renewed doubt absent settled twice by-tag  -> renewed
    failed fatal renewed ours                               -> adopt
    unknown giving-up stale no-pause                        -> look
    unknown giving-up ours no-pause                         -> adopt
    unknown giving-up absent token young                    -> settle
    unknown giving-up absent settled                        -> look-twice
    unknown giving-up absent settled twice                  -> search-tag
    unknown giving-up absent settled twice by-tag           -> given-up
    failed fatal giving-up stale                            -> final
    unknown named stale no-pause                            -> look
    failed fatal named here stale                           -> look
    failed limit named here stale                           -> look
    failed limit named here ours                            -> adopt
  )");
}

TEST_CASE("what was accepted and then died gets a successor, within limits") {
  check_table(R"(
    dead retry here no-pause absent                 -> back-off
    dead retry here stale                           -> look
    dead retry here ours                            -> adopt
    dead retry here absent                          -> dead
    dead retry here absent no-generations           -> generations-used-up
    dead retry absent no-generations changed        -> dead
    dead capacity here absent places                -> next-placement
    dead capacity here absent                       -> no-capacity
    dead capacity absent                            -> dead
    dead limit here absent                          -> blocked
    dead limit absent                               -> dead
  )");
}

TEST_CASE("in every circumstance, the rules that make the promises true hold") {
  struct Rule {
    const char* says;
    bool (*broken)(const Circumstance&, Row);
  };
  const Rule rules[] = {
      {"nothing is sent unless a fresh look said absent",
       [](const Circumstance& c, Row row) { return sends(row) && c.sight != Sight::absent; }},
      {"nor is anything read again to be sent",
       [](const Circumstance& c, Row row) {
         return row == Row::read_again && c.sight != Sight::absent;
       }},
      {"who gives up has proven that nothing came of it, and sends nothing",
       [](const Circumstance& c, Row row) {
         const bool proven =
             c.sight == Sight::absent && c.settled && c.absent_twice && c.tag_absent;
         return (row == Row::given_up && !(c.giving_up && proven)) || (c.giving_up && sends(row));
       }},
      {"what failed for good is asked for anew only when a person wants it",
       [](const Circumstance& c, Row row) { return row == Row::renewed && !c.renewed; }},
      {"only what a precondition guards is decided upon again after a doubtful sending",
       [](const Circumstance& c, Row row) {
         return row == Row::read_again && c.guard != Guard::IF_MATCH;
       }},
      {"while a reply is awaited, nothing else is done",
       [](const Circumstance& c, Row row) {
         return (c.attempt == Attempt::open) != (row == Row::in_flight);
       }},
      {"bad credentials of this session stop the run, and nothing else does",
       [](const Circumstance& c, Row row) {
         const bool bad =
             c.attempt == Attempt::failed && c.error == ErrorClass::CREDENTIALS && c.this_session;
         return bad != (row == Row::credentials);
       }},
      {"the pause after a failure is kept",
       [](const Circumstance& c, Row row) {
         const bool answered = c.attempt == Attempt::failed || c.attempt == Attempt::unknown ||
                               c.attempt == Attempt::dead;
         const bool asked = c.giving_up || c.named;
         return answered && !asked && !c.backed_off && row != Row::back_off &&
                row != Row::credentials;
       }},
      {"what is ours is adopted, unless it was certain before the look that it cannot be there",
       [](const Circumstance& c, Row row) {
         if (c.sight != Sight::ours || c.attempt == Attempt::open) return false;
         const bool certain = c.attempt == Attempt::failed && !c.doubt;
         return row != Row::adopt && row != Row::back_off && row != Row::credentials &&
                !(certain && (row == Row::final || row == Row::blocked || row == Row::not_found));
       }},
      {"only what is ours is adopted",
       [](const Circumstance& c, Row row) { return row == Row::adopt && c.sight != Sight::ours; }},
      {"the first sending is the first",
       [](const Circumstance& c, Row row) {
         return row == Row::first && c.attempt != Attempt::none;
       }},
      {"in doubt, a new request needs two settled looks and a search by tag",
       [](const Circumstance& c, Row row) {
         const bool in_doubt = c.attempt == Attempt::lost || c.attempt == Attempt::unknown ||
                               (c.attempt == Attempt::failed && c.doubt);
         const bool proven = c.settled && c.absent_twice && c.tag_absent;
         return in_doubt && sends(row) && !sends_the_same(row) && !proven;
       }},
      {"in doubt, the same request is sent again only under a young token or a natural key",
       [](const Circumstance& c, Row row) {
         const bool in_doubt = c.attempt == Attempt::lost || c.attempt == Attempt::unknown ||
                               (c.attempt == Attempt::failed && c.doubt);
         const bool safe = c.guard == Guard::NATURAL_KEY ||
                           (c.guard == Guard::TOKEN && c.token_young && !c.clock_back &&
                            c.error != ErrorClass::TOKEN_INVALIDATED);
         return in_doubt && sends_the_same(row) && !safe;
       }},
      {"in doubt, a migration has not failed before it is proven that nothing was made",
       [](const Circumstance& c, Row row) {
         const bool in_doubt = c.attempt == Attempt::lost || c.attempt == Attempt::unknown ||
                               (c.attempt == Attempt::failed && c.doubt);
         const bool ends = row == Row::final || row == Row::generations_used_up;
         return in_doubt && ends && !(c.settled && c.absent_twice && c.tag_absent);
       }},
      {"what died is not sent again under the same key",
       [](const Circumstance& c, Row row) {
         return c.attempt == Attempt::dead && sends_the_same(row);
       }},
      {"what will never succeed is not sent again as it was",
       [](const Circumstance& c, Row row) {
         return c.attempt == Attempt::failed && c.error == ErrorClass::FATAL && sends_the_same(row);
       }},
      {"a limit parks at most once a session",
       [](const Circumstance& c, Row row) { return row == Row::blocked && !c.this_session; }},
      {"attempts are counted for a session, so that running again goes on",
       [](const Circumstance& c, Row row) {
         return row == Row::attempts_used_up && !c.this_session;
       }},
      {"a further placement is not taken when there is none",
       [](const Circumstance& c, Row row) {
         return row == Row::next_placement && !c.placements_left;
       }},
      {"rows of decide() do not come from here",
       [](const Circumstance&, Row row) { return row >= Row::read; }},
  };
  std::vector<std::string> broken(std::size(rules));
  for_every_circumstance([&](const Circumstance& c, Row row) {
    for (std::size_t i = 0; i < std::size(rules); ++i)
      if (broken[i].empty() && rules[i].broken(c, row)) broken[i] = words(c, row);
  });
  for (std::size_t i = 0; i < std::size(rules); ++i) {
    INFO(rules[i].says);
    CHECK(broken[i] == "");
  }
}

TEST_CASE("each row of the table is what some circumstance comes to") {
  std::set<Row> reached;
  for_every_circumstance([&](const Circumstance&, Row row) { reached.insert(row); });
  for (int i = 0; i < static_cast<int>(Row::read); ++i) {
    const auto row = static_cast<Row>(i);
    INFO(name_of(row));
    CHECK(reached.count(row) == 1);
  }
}

TEST_CASE("every row has a name of its own") {
  std::map<std::string_view, int> names;
  for (int row = 0; row <= static_cast<int>(Row::too_early); ++row)
    ++names[name_of(static_cast<Row>(row))];
  CHECK(names.size() == static_cast<std::size_t>(Row::too_early) + 1);
  CHECK(names.count("?") == 0);
}

}  // namespace migledger::workflow
