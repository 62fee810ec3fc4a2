#include "workflow/model/list_index.h"

#include <catch2/catch.hpp>

#include "workflow/steps/oci_api.h"

namespace migledger::testing {

using workflow::ListIndex;
namespace json = boost::json;

namespace {

std::shared_ptr<const ListIndex> list_of(std::vector<std::string> pages) {
  return ListIndex::of(std::move(pages));
}

json::object tagged(std::string_view id, std::string_view name, std::string_view key) {
  return {{"id", id},
          {"displayName", name},
          {"freeformTags", {{workflow::kTagKey, key}, {workflow::kTagSource, "source"}}}};
}

}  // namespace

TEST_CASE("an index finds items by id, name, key stem, source, object and instance, in all pages") {
  const json::array first{tagged("1", "a", "stem-3"), json::object{{"id", "2"}, {"name", "a"}}};
  const json::array second{
      json::object{{"identifier", "3"}, {"displayName", ""}, {"name", "object"}},
      json::object{{"id", "w"}, {"resources", {{{"metadata", {{"OBJECT", "upper"}}}}}}},
      json::object{{"id", "v"}, {"resources", {{{"metadata", {{"object", "lower"}}}}}}},
      json::object{{"id", "at"}, {"instanceId", "i"}}};
  const auto list = list_of({json::serialize(first), json::serialize(second)});
  REQUIRE(list);
  CHECK(list->size() == 6);
  CHECK(*list->by_id("1") == first[0]);
  CHECK(*list->by_id("2") == first[1]);
  CHECK(*list->by_id("3") == second[0]);
  CHECK(list->by_id("none") == nullptr);
  CHECK(list->by_id("") == nullptr);
  CHECK(list->named("a") == ListIndex::Found{first[0], first[1]});
  CHECK(list->named("object").size() == 1);
  CHECK(list->named("").empty());
  CHECK(list->with_stem("stem").size() == 1);
  CHECK(list->from_source("source").size() == 1);
  CHECK(list->named_by_stem("a").empty());
  const auto named = list_of(
      {json::serialize(json::array{json::object{{"id", "1"}, {"displayName", "ml-l-m-copy-1"}},
                                   json::object{{"id", "2"}, {"displayName", "ml-l-m-copy-12"}}})});
  CHECK(named->named_by_stem("ml-l-m-copy").size() == 2);
  CHECK(list->about_object("upper").size() == 1);
  CHECK(list->about_object("lower").size() == 1);
  const auto works = list_of({json::serialize(json::array{
      json::object{
          {"id", "w"},
          {"resources", {{{"metadata", {{"OBJECT", "migledger/ml-l-m-export-image-12.oci"}}}}}}},
      json::object{{"id", "v"},
                   {"resources", {{{"metadata", {{"OBJECT", "ml-l-m-export-image-1.oci"}}}}}}}})});
  CHECK(works->about_objects_of("ml-l-m-export-image").size() == 1);
  CHECK(works->about_objects_of("ml-l-m-export").empty());
  CHECK(list->of_instance("i") == ListIndex::Found{second[3]});
  CHECK(list->items().size() == 6);
  CHECK(list->items()[2] == second[0]);
}

TEST_CASE("an index finds each of thousands of items") {
  json::array items;
  for (int i = 0; i < 5000; ++i)
    items.push_back(
        json::object{{"id", "id-" + std::to_string(i)}, {"name", i % 2 ? "odd" : "even"}});
  const auto list = list_of({json::serialize(items)});
  REQUIRE(list);
  for (std::size_t i = 0; i < items.size(); ++i)
    REQUIRE(*list->by_id("id-" + std::to_string(i)) == items[i]);
  CHECK(list->by_id("id-5000") == nullptr);
  CHECK(list->named("odd").size() == 2500);
}

TEST_CASE("an index reads lists under objects or items, and none that is not well formed") {
  CHECK(list_of({"[]"})->by_id("1") == nullptr);
  CHECK(list_of({R"({"prefixes":[], "objects":[{"name":"x"}], "nextStartWith":"y"})"})
            ->named("x")
            .size() == 1);
  CHECK(list_of({R"( { "items" : [ { "id" : "1" } , {} ] } )"})->size() == 2);
  for (const std::string text :
       {"", "{}", "1", "[1]", "[{}", "[{}]]", "[{},]", R"([{"id" "1"}])", R"([{"id":}])",
        R"([{"id":"1])", R"({"items":{}})", R"([{"a":[}])", "<html>"}) {
    CAPTURE(text);
    CHECK(list_of({text}) == nullptr);
    CHECK(list_of({"[]", text}) == nullptr);
  }
  std::vector<std::string> pages{"[{}]", "no list"};
  CHECK(ListIndex::of(std::move(pages)) == nullptr);
  CHECK(pages == std::vector<std::string>{"[{}]", "no list"});  // NOLINT: left as they were
}

TEST_CASE("an index takes escaped texts for what they say") {
  const auto list =
      list_of({R"([{"\u0069d":"a\"b"},{"id":"c\\"},{"note":"{\"id\":\"d\"}","sub":{"id":"e"}}])"});
  REQUIRE(list);
  CHECK(list->size() == 3);
  CHECK(list->by_id("a\"b"));
  CHECK(list->by_id("c\\"));
  CHECK(!list->by_id("d"));
  CHECK(!list->by_id("e"));
}

TEST_CASE("an item that cannot be parsed is found as null, and makes a look no look") {
  const auto list = list_of({R"([{"id":"1","size":1e}])"});
  REQUIRE(list);
  REQUIRE(list->by_id("1"));
  CHECK(list->by_id("1")->is_null());
}

}  // namespace migledger::testing
