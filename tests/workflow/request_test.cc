#include "workflow/cloud/request.h"

#include <catch2/catch.hpp>

namespace migledger::workflow {

TEST_CASE("everything but unreserved characters is percent-encoded") {
  CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(percent_encode("a b/c+d%e:f?") == "a%20b%2Fc%2Bd%25e%3Af%3F");
  CHECK(percent_encode("a/b c", true) == "a/b%20c");
  CHECK(percent_encode("\xC3\xA9\n") == "%C3%A9%0A");
}

TEST_CASE("a query leaves out what has no value") {
  CHECK(make_query({{"a", "1"}, {"b", ""}, {"c", "x&y"}}) == "a=1&c=x%26y");
  CHECK(make_query({{"b", ""}}) == "");
}

TEST_CASE("services have names, and names services") {
  for (const auto service : {Service::core, Service::object_storage, Service::identity,
                             Service::limits, Service::search})
    CHECK(service_named(name_of(service)) == service);
  CHECK(!service_named("compute"));
}

TEST_CASE("retry-after is seconds, or a date relative to the reply's own") {
  Reply reply;
  CHECK(!reply.retry_after());
  reply.headers = {{"retry-after", "30"}};
  CHECK(reply.retry_after() == std::chrono::seconds(30));
  reply.headers = {{"retry-after", "Mon, 23 Nov 2026 03:21:58 GMT"},
                   {"date", "Mon, 23 Nov 2026 03:21:28 GMT"}};
  CHECK(reply.retry_after() == std::chrono::seconds(30));
  for (const char* bad : {"-5", "soon", "3.5", "12x", "Mon, 23 Nov 2026 03:21:08 GMT"}) {
    INFO(bad);
    reply.headers[0].second = bad;
    CHECK(!reply.retry_after());
  }
}

TEST_CASE("an absurd retry-after is cut to a day") {
  Reply reply;
  for (const char* absurd : {"9223372036854775807", "86401", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
    INFO(absurd);
    reply.headers = {{"retry-after", absurd}, {"date", "Mon, 23 Nov 2026 03:21:28 GMT"}};
    CHECK(reply.retry_after() == std::chrono::hours(24));
  }
}

TEST_CASE("only a delivered 2xx is a success") {
  Reply reply;
  reply.status = 200;
  reply.delivery = Reply::Delivery::unknown;
  CHECK(!reply.ok());
  reply.delivery = Reply::Delivery::replied;
  CHECK(reply.ok());
  reply.status = 299;
  CHECK(reply.ok());
  reply.status = 300;
  CHECK(!reply.ok());
}

TEST_CASE("GET and HEAD read, everything else changes") {
  Request request;
  CHECK(request.reads());
  request.method = "HEAD";
  CHECK(request.reads());
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    request.method = method;
    CHECK(!request.reads());
  }
}

}  // namespace migledger::workflow
