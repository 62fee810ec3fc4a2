#include "tests/support/buckets_of.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace migledger::testing {

namespace json = boost::json;

adapters::sim::TenancyOptions with_objects(std::uint64_t count) {
  adapters::sim::TenancyOptions options;
  options.bucket_objects = count;
  return options;
}

std::string path(Rehearsal& rehearsal, std::string_view bucket, std::string_view rest) {
  return fmt::format("/n/{}/b{}{}{}", rehearsal.tenancy().object_namespace(),
                     bucket.empty() ? "" : "/", bucket, rest);
}

workflow::Reply ask(Rehearsal& rehearsal, std::string_view region, std::string method,
                    std::string to, std::string body, std::string query) {
  workflow::Request request;
  request.region = region;
  request.service = workflow::Service::object_storage;
  request.method = std::move(method);
  request.path = std::move(to);
  request.body = std::move(body);
  request.query = std::move(query);
  return rehearsal.tenancy().handle(request, rehearsal.tenancy().clock());
}

void put(Rehearsal& rehearsal, std::string_view region, std::string_view name,
         const std::string& content) {
  REQUIRE(ask(rehearsal, region, "PUT",
              path(rehearsal, "data", "/o/" + workflow::percent_encode(name)), content)
              .ok());
}

void remove(Rehearsal& rehearsal, std::string_view region, std::string_view name) {
  REQUIRE(ask(rehearsal, region, "DELETE",
              path(rehearsal, "data", "/o/" + workflow::percent_encode(name)))
              .ok());
}

std::map<std::string, std::string> content(Rehearsal& rehearsal, std::string_view region,
                                           std::string_view bucket) {
  std::map<std::string, std::string> out;
  std::string start;
  do {
    const auto reply = ask(rehearsal, region, "GET", path(rehearsal, bucket, "/o"), {},
                           "fields=size,md5&limit=1000&start=" + workflow::percent_encode(start));
    REQUIRE(reply.ok());
    const auto page = json::parse(reply.body);
    for (const auto& object : page.at("objects").as_array())
      out[std::string(object.at("name").as_string())] =
          json::serialize(object.at("size")) + " " + json::serialize(object.at("md5"));
    const auto* next = page.as_object().if_contains("nextStartWith");
    start = next ? std::string(next->as_string()) : std::string();
  } while (!start.empty());
  return out;
}

}  // namespace migledger::testing
