#include "adapters/config/text/json_node.h"

#include <catch2/catch.hpp>

using namespace migledger::adapters;
using Kind = JsonNode::Kind;

namespace {

std::size_t error_offset(std::string_view text) {
  try {
    parse_json(text);
  } catch (const JsonSyntaxError& e) {
    return e.offset;
  }
  FAIL("was taken: " << text);
  return 0;
}

}  // namespace

TEST_CASE("Every key and value knows its offset") {
  const std::string text = R"( {"a\"}\\": [1, -2.5e3,true,null , "x\u00e9[,"],
  "b":{"c" :{}} })";
  const JsonNode root = parse_json(text);
  REQUIRE(root.members.size() == 2);
  CHECK(root.offset == 1);
  CHECK(root.members[0].key == "a\"}\\");
  CHECK(root.members[0].key_offset == 2);
  const JsonNode& list = root.members[0].value;
  REQUIRE(list.items.size() == 5);
  CHECK(list.items[1].text == "-2.5e3");
  CHECK(list.items[4].text == "xé[,");
  for (const JsonNode& item : list.items) {
    if (item.kind == Kind::string) {
      CHECK(text[item.offset] == '"');
    } else {
      CHECK(text.substr(item.offset, item.text.size()) == item.text);
    }
  }
  CHECK(text.substr(root.members[1].key_offset, 3) == "\"b\"");
  const JsonNode& c = root.members[1].value.members[0].value;
  CHECK(text.substr(c.offset, 2) == "{}");
}

TEST_CASE("A byte order mark is skipped and counted") {
  CHECK(parse_json("\xEF\xBB\xBF{}").offset == 3);
  CHECK(error_offset("\xEF\xBB\xBF{]") == 4);
}

TEST_CASE("Repeated keys are both kept") {
  CHECK(parse_json(R"({"a":1,"a":2})").members.size() == 2);
}

TEST_CASE("Syntax errors say where") {
  CHECK(error_offset("") == 0);
  CHECK(error_offset(" \n ") == 0);
  CHECK(error_offset("{\"a\":1,}") == 7);
  CHECK(error_offset("{\"a\" 1}") == 5);
  CHECK(error_offset("{} x") == 3);
  CHECK(error_offset("// comment\n{}") == 0);
  CHECK(error_offset("{\"a\":NaN}") == 5);
  CHECK(error_offset("{\"a\": \"b\xFF\"}") == 8);
  CHECK(error_offset("{\"a\": \"\\ud800\"}") >= 6);
}

TEST_CASE("A file cut at any byte is a syntax error, never half a tree") {
  const std::string text = R"({"a": [1, true, "x\n"], "b": {"c": null}, "d": -1.5e2})";
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK_THROWS_AS(parse_json(text.substr(0, size)), JsonSyntaxError);
  CHECK_NOTHROW(parse_json(text));
}

TEST_CASE("Absurd depth and count are refused") {
  CHECK_THROWS_WITH(parse_json(std::string(100'000, '[')), Catch::Contains("levels deep"));
  std::string many = "[1";
  for (int i = 0; i < 1'000'001; ++i) many += ",1";
  CHECK_THROWS_WITH(parse_json(many + "]"), Catch::Contains("1000000 values"));
}

TEST_CASE("A string of a million characters is read whole") {
  const JsonNode root = parse_json("[\"" + std::string(1'000'000, 'x') + "\", 1]");
  CHECK(root.items[0].text.size() == 1'000'000);
  CHECK(root.items[1].offset == 1'000'005);
}

TEST_CASE("Equal values give equal JSON") {
  CHECK(to_json(parse_json(R"({ "b" : [1.50, "x\u000a"], "a": {"d":true,"c":null} })")) ==
        R"({"a":{"c":null,"d":true},"b":[1.50,"x\n"]})");
}
