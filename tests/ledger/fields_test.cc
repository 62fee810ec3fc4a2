#include "ledger/event/fields.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

namespace migledger::ledger {

TEST_CASE("what was set can be got, replaced and erased") {
  Fields fields{{"a", "1"}, {"b", ""}, {"", "nameless"}};
  CHECK(fields.size() == 3);
  CHECK(fields.get("a") == "1");
  CHECK(fields.get("b") == "");
  CHECK(fields.has("b"));
  CHECK(!fields.has("c"));
  CHECK(fields.get("c") == "");
  CHECK(fields.get("") == "nameless");
  fields.set("a", "a much longer value than before");
  CHECK(fields.size() == 3);
  CHECK(fields.get("a") == "a much longer value than before");
  CHECK(fields.get("b") == "");
  fields.erase("a");
  fields.erase("never there");
  CHECK(!fields.has("a"));
  CHECK(fields.size() == 2);
}

TEST_CASE("names and values may hold any byte") {
  Fields fields;
  const std::string name("\0\n\xff", 3), value("\0\0{}\x80", 5);
  fields.set(name, value);
  CHECK(fields.get(name) == value);
  fields.set(std::string(255, 'n'), std::string(100'000, 'v'));
  CHECK(fields.get(std::string(255, 'n')).size() == 100'000);
}

TEST_CASE("a name that does not fit is refused, and nothing is changed") {
  Fields fields{{"a", "1"}};
  CHECK_THROWS_AS(fields.set(std::string(256, 'n'), ""), std::length_error);
  CHECK(fields == Fields{{"a", "1"}});
}

TEST_CASE("the order is that of the first insertion, sorted() is by name") {
  Fields fields{{"z", "1"}, {"a", "2"}, {"m", "3"}};
  fields.set("z", "4");
  std::vector<std::string> names;
  fields.for_each([&](auto name, auto) { names.emplace_back(name); });
  CHECK(names == std::vector<std::string>{"z", "a", "m"});
  CHECK(fields.sorted() == Fields{{"a", "2"}, {"m", "3"}, {"z", "4"}});
}

TEST_CASE("a thousand random changes agree with a map") {
  std::mt19937 random(7);
  Fields fields;
  std::map<std::string, std::string> model;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "n" + std::to_string(random() % 20);
    if (random() % 3 == 0) {
      fields.erase(name);
      model.erase(name);
    } else {
      const std::string value(random() % 50, static_cast<char>('a' + random() % 26));
      fields.set(name, value);
      model[name] = value;
    }
    REQUIRE(fields.size() == model.size());
    for (const auto& [key, value] : model) REQUIRE(fields.get(key) == value);
  }
}

}  // namespace migledger::ledger
