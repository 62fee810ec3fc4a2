// What workflows say to the cloud and hear from it: OCI's REST API as a value. Every transport
// takes the same value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/time.h"

namespace migledger::workflow {

// Which host answers, when no endpoint is configured for the region.
enum class Service {
  core,            // iaas.{region}: compute, block storage, networking and their work requests
  object_storage,  // objectstorage.{region}
  identity,        // identity.{region}
  limits,          // limits.{region}.oci
  search,          // query.{region}.oci
};

std::string_view name_of(Service service);
std::optional<Service> service_named(std::string_view name);

struct Request {
  std::string region;
  Service service = Service::core;
  std::string method = "GET";
  std::string path;         // percent-encoded, with the API version, without query
  std::string query;        // percent-encoded, without "?"
  std::string body;         // JSON text; may hold placeholders (secrets.h)
  std::string retry_token;  // opc-retry-token; empty: none
  std::string if_match;
  std::string if_none_match;
  std::string request_id;  // opc-request-id

  bool reads() const { return method == "GET" || method == "HEAD"; }
  friend bool operator==(const Request&, const Request&) = default;
};

// Percent-encodes everything but RFC 3986's unreserved characters; `keep_slash` for object names
// within a path.
std::string percent_encode(std::string_view text, bool keep_slash = false);

// "a=b&c=d", encoded; pairs with an empty value are left out.
std::string make_query(
    std::initializer_list<std::pair<std::string_view, std::string_view>> parameters);

struct Reply {
  enum class Delivery {
    replied,   // the service answered; status and the rest are its words
    not_sent,  // certainly never reached the service
    unknown,   // may have reached it; nobody knows
  };
  Delivery delivery = Delivery::unknown;
  int status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  // The transport's own words when it was not replied. The first one says what to do about it:
  // "credentials: …" (set them up), "program: …", "usage: …", "failed: …" and "garbled: …" (mend
  // the program that talks to the cloud), anything else (try again).
  std::string error;

  std::string_view header(std::string_view lower_case_name) const;  // empty: absent
  std::string_view request_id() const { return header("opc-request-id"); }
  std::string_view work_request() const { return header("opc-work-request-id"); }
  std::string_view etag() const { return header("etag"); }
  std::string_view next_page() const { return header("opc-next-page"); }
  std::optional<Duration> retry_after() const;  // seconds, or an HTTP date relative to Date
  std::optional<Time> date() const;
  bool ok() const { return delivery == Delivery::replied && status >= 200 && status < 300; }
};

}  // namespace migledger::workflow
