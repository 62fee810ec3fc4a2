#include "adapters/sim/wire.h"

#include <fmt/format.h>

namespace migledger::adapters::sim {

using workflow::Reply;
using workflow::Request;

namespace {

Reply error_reply(const Request& request, Time now, int status, std::string_view code,
                  std::string_view message) {
  Reply reply;
  reply.delivery = Reply::Delivery::replied;
  reply.status = status;
  reply.headers = {{"content-type", "application/json"},
                   {"date", format_http_date(now)},
                   {"opc-request-id", request.request_id + "/sim/sim"}};
  if (request.method != "HEAD")
    reply.body = fmt::format(R"({{"code":"{}","message":"{}"}})", code, message);
  return reply;
}

Reply server_error(const Request& request, Time now, int status) {
  return status == 503 ? error_reply(request, now, 503, "ServiceUnavailable",
                                     "The service is currently unavailable.")
                       : error_reply(request, now, 500, "InternalServerError",
                                     "An internal server error occurred.");
}

Reply undelivered(Reply::Delivery delivery, std::string error) {
  Reply reply;
  reply.delivery = delivery;
  reply.error = std::move(error);
  return reply;
}

}  // namespace

Wire::Strike Wire::strike(const Request& request) {
  const Faults& faults = tenancy_.options().faults;
  const std::uint64_t call = tenancy_.arrived();
  if (faults.unauthorized_from_call > 0 && call >= faults.unauthorized_from_call)
    return {Fault::unauthorized, 0, {}};
  Strike hit;
  // Every rule counts every call that it fits, also when an earlier rule strikes.
  for (std::size_t i = 0; i < faults.scripted.size(); ++i) {
    const ScriptedFault& s = faults.scripted[i];
    if ((!s.method.empty() && s.method != request.method) || !request.path.starts_with(s.path) ||
        (!s.region.empty() && s.region != request.region))
      continue;
    const std::uint64_t n =
        1 + tenancy_.count_up(fmt::format("scripted/{}/{}/{}/{}/{}/{}", i, name_of(s.fault),
                                          s.method, s.path, s.region, s.call));
    if (hit.fault == Fault::none && n >= s.call && n < s.call + s.times)
      hit = {s.fault, s.status, s.wait};
  }
  for (std::size_t f = 1; f < kFaultCount; ++f)
    if (tenancy_.chance(faults.rates[f]) && hit.fault == Fault::none)
      hit.fault = static_cast<Fault>(f);
  return hit;
}

Wire::Passage Wire::arrive(const Request& request, Time now) {
  const Durations& d = tenancy_.options().durations;
  const Strike hit = strike(request);
  const auto wait_or = [&](Range range) { return hit.wait ? *hit.wait : tenancy_.draw(range); };
  const auto drawn_status = [&] {
    return hit.status != 0 ? hit.status : tenancy_.chance(0.5) ? 503 : 500;
  };
  // All is drawn before the tenancy handles the request, so that the effect and the count of draws
  // are saved together.
  Passage out;
  out.takes = hit.fault == Fault::lost_before || hit.fault == Fault::lost_after ? wait_or(d.lost)
              : hit.fault == Fault::delayed                                     ? wait_or(d.delayed)
                                            : tenancy_.draw(d.reply_latency);
  switch (hit.fault) {
    case Fault::not_sent:
      out.reply = undelivered(Reply::Delivery::not_sent, "Connection refused");
      break;
    case Fault::throttled: {
      out.reply =
          error_reply(request, now, 429, "TooManyRequests", "Too many requests for the tenancy.");
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait_or(d.retry_after));
      out.reply.headers.emplace_back("retry-after", std::to_string(seconds.count()));
      break;
    }
    case Fault::unauthorized:
      out.reply = error_reply(request, now, 401, "NotAuthenticated",
                              "The required information to complete authentication was not "
                              "provided or was incorrect.");
      break;
    case Fault::error_before:
      out.reply = server_error(request, now, drawn_status());
      break;
    case Fault::error_after:
      out.reply = server_error(request, now, drawn_status());
      tenancy_.handle(request, now);
      return out;
    case Fault::lost_before:
    case Fault::lost_after:
      out.reply = undelivered(Reply::Delivery::unknown,
                              "Connection aborted: the remote end closed it without a response");
      if (hit.fault == Fault::lost_before) break;
      tenancy_.handle(request, now);
      return out;
    default:
      out.reply = tenancy_.handle(request, now, hit.fault);
      return out;
  }
  tenancy_.save();
  return out;
}

}  // namespace migledger::adapters::sim
