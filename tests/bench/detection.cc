#include "tests/bench/detection.h"

#include <boost/json.hpp>
#include <stdexcept>

namespace migledger::bench {

double mean_delay(const Detections& seen, adapters::sim::Tenancy& tenancy, Time now) {
  Duration sum{};
  for (const Detection& one : seen) {
    workflow::Request request;
    request.region = one.region;
    request.path = (one.of_object_storage ? "/workRequests/" : "/20160918/workRequests/") +
                   workflow::percent_encode(one.work_request);
    if (one.of_object_storage) request.service = workflow::Service::object_storage;
    const auto reply = tenancy.handle(request, now);
    if (!reply.ok()) throw std::runtime_error("calls: no work request " + one.work_request);
    const auto value = boost::json::parse(reply.body);
    const auto end = parse_rfc3339(std::string_view(value.at("timeFinished").as_string()));
    if (!end) throw std::runtime_error("calls: not finished: " + one.work_request);
    sum += one.at - *end;
  }
  return std::chrono::duration<double>(sum).count() / static_cast<double>(seen.size());
}

}  // namespace migledger::bench
