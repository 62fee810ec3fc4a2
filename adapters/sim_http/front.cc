#include "adapters/sim_http/front.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "adapters/sim/world/random.h"
#include "adapters/sim_http/signature.h"
#include "ledger/base/printable.h"

namespace migledger::adapters::sim_http {

using workflow::Reply;
using workflow::Request;
using workflow::Service;

namespace {

constexpr std::array<std::string_view, 5> kIdentity = {"availabilityDomains", "faultDomains",
                                                       "compartments", "tenancies", "regions"};

HttpReply http_of(Reply reply) {
  HttpReply out;
  out.status = reply.status;
  out.headers = std::move(reply.headers);
  out.body = std::move(reply.body);
  return out;
}

}  // namespace

std::optional<Service> service_of(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  const auto next = [&] {
    const auto slash = std::min(path.find('/'), path.size());
    const auto part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    return part;
  };
  const auto version = next();
  if (version == "n" || version == "workRequests") return Service::object_storage;
  if (version == "20190729") return Service::limits;
  if (version == "20180409") return Service::search;
  if (version != "20160918") return std::nullopt;
  const auto what = next();
  return std::find(kIdentity.begin(), kIdentity.end(), what) != kIdentity.end() ? Service::identity
                                                                                : Service::core;
}

Front::Front(sim::Tenancy& tenancy, workflow::Clock& clock, std::optional<PublicKeys> keys)
    : tenancy_(tenancy), clock_(clock), wire_(tenancy), keys_(std::move(keys)) {}

std::string Front::new_request_id() {
  const std::uint64_t now = static_cast<std::uint64_t>(to_micros(clock_.now()));
  ++ids_;
  return fmt::format("{:016X}{:016X}", sim::mix(now ^ ids_), sim::mix(tenancy_.seed() + ids_));
}

HttpReply Front::refusal(int status, std::string_view code, std::string_view message,
                         std::string_view request_id) {
  HttpReply reply;
  reply.status = status;
  reply.headers = {
      {"content-type", "application/json"},
      {"date", format_http_date(clock_.now())},
      {"opc-request-id", request_id.empty() ? new_request_id() : std::string(request_id)}};
  reply.body = boost::json::serialize(boost::json::object{{"code", code}, {"message", message}});
  return reply;
}

Outcome Front::serve(const std::string& region, const HttpRequest& http) {
  const Time now = clock_.now();
  Request request;
  request.request_id = http.header("opc-request-id");
  if (request.request_id.empty()) request.request_id = new_request_id();
  const auto refuse = [&](int status, std::string_view code, std::string_view message) {
    Outcome out;
    out.reply = refusal(status, code, message, request.request_id);
    return out;
  };
  if (keys_) {
    const std::string problem = signature_problem(http, *keys_, now);
    if (!problem.empty()) return refuse(401, "NotAuthenticated", problem);
  }
  const auto service = service_of(http.path());
  if (!service)
    return refuse(
        404, "NotFound",
        fmt::format("The simulated tenancy has no service at {}", printable(http.path())));
  request.region = region;
  request.service = *service;
  request.method = http.method;
  request.path = http.path();
  request.query = http.query();
  request.body = http.body;
  request.retry_token = http.header("opc-retry-token");
  request.if_match = http.header("if-match");
  request.if_none_match = http.header("if-none-match");

  sim::Wire::Passage passage = wire_.arrive(request, now);
  Outcome out;
  out.after = passage.takes;
  switch (passage.reply.delivery) {
    case Reply::Delivery::replied:
      out.reply = http_of(std::move(passage.reply));
      break;
    case Reply::Delivery::not_sent:
      out.ending = Outcome::Ending::reset;
      break;
    case Reply::Delivery::unknown:
      out.ending = Outcome::Ending::closed;
      break;
  }
  return out;
}

}  // namespace migledger::adapters::sim_http
