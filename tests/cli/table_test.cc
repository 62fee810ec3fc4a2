#include "cli/base/table.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace migledger::cli;

namespace {

std::string print(const Table& table, const Terminal& terminal) {
  std::ostringstream out;
  table.print(terminal, out);
  return out.str();
}

Table cities() {
  Table table({{"CITY", false, 4}, {"N", true, 1}, {"NOTE", false, 4}});
  table.add({{"東京"}, {"12"}, {"a rather long remark"}});
  table.add({{"Bern"}, {"7"}, {""}});
  return table;
}

}  // namespace

TEST_CASE("Columns align by display width, and no line ends in spaces") {
  CHECK(print(cities(), {}) ==
        "CITY   N  NOTE\n"
        "東京  12  a rather long remark\n"
        "Bern   7\n");
}

TEST_CASE("On a narrow terminal the widest column gives way") {
  const Terminal terminal{true, true, false, 20};
  CHECK(print(cities(), terminal) ==
        "CITY   N  NOTE\n"
        "東京  12  a rather …\n"
        "Bern   7\n");
}

TEST_CASE("Columns that may leave do so when even the narrowest would not fit") {
  Table table({{"NAME", false, 4}, {"%", true, 3, 1}, {"WHY", false, 8, 2}});
  table.add({{"web-1"}, {"50"}, {"it waits for a person"}});
  CHECK(print(table, {true, true, false, 19}) == "NAME    %  WHY\nweb-1  50  it wait…\n");
  CHECK(print(table, {true, true, false, 16}) == "NAME    %\nweb-1  50\n");
  CHECK(print(table, {true, true, false, 6}) == "NAME\nweb-1\n");
  CHECK(print(table, {true, true, false, 2}) == "N…\nw…\n");
}

TEST_CASE("Colours do not disturb the columns") {
  Table table({{"A"}, {"B"}});
  table.add({{"x", Colour::red}, {"y"}});
  CHECK(print(table, {true, true, true, 0}) ==
        "\x1b[2mA\x1b[0m  \x1b[2mB\x1b[0m\n\x1b[31mx\x1b[0m  y\n");
}
