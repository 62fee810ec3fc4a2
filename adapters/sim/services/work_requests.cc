// Work requests of the core services and of Object Storage: the same life, other last words
// (SUCCEEDED and COMPLETED).
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "adapters/sim/services/handlers.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

int percent(const WorkRequest& w, Time now) {
  if (now >= w.timeline.end()) return w.timeline.last() == State::failed ? 90 : 100;
  const Time begun = w.timeline.phases[1].from;
  if (now <= begun) return 0;
  const double whole = double((w.timeline.end() - begun).count());
  return std::min(99, static_cast<int>(std::floor(100 * double((now - begun).count()) / whole)));
}

json::object object_resource(const std::string& path, std::string_view region,
                             std::string_view action) {
  const auto parts = split_path(path);  // n, namespace, b, bucket, o, object…
  std::string name = parts.size() > 5 ? parts[5] : "";
  for (std::size_t i = 6; i < parts.size(); ++i) name += "/" + parts[i];
  return {{"actionType", action},
          {"entityType", "object"},
          {"entityUri", path},
          {"identifier", path},
          {"metadata",
           {{"REGION", region},
            {"NAMESPACE", parts.size() > 1 ? parts[1] : ""},
            {"BUCKET", parts.size() > 3 ? parts[3] : ""},
            {"OBJECT", name}}}};
}

json::object show(const WorkRequest& w, Time now, bool whole) {
  json::object o;
  o["id"] = w.id;
  o["compartmentId"] = w.compartment;
  o["operationType"] = w.operation;
  const State state = w.timeline.at(now);
  o["status"] = word_of(state);
  o["percentComplete"] = percent(w, now);
  o["timeAccepted"] = format_millis(w.timeline.phases[0].from);
  const Time started = w.timeline.phases[1].from;
  o["timeStarted"] = now >= started ? json::value(format_millis(started)) : json::value(nullptr);
  const bool over = now >= w.timeline.end();
  o["timeFinished"] = over ? json::value(format_millis(w.timeline.end())) : json::value(nullptr);
  if (!whole) return o;
  if (w.of_object_storage) {
    // Of a copy: `resource` is the destination, behind its region.
    const auto slash = w.resource.find('/');
    o["resources"] = {object_resource(w.source, w.region, "READ"),
                      object_resource(w.resource.substr(slash), w.resource.substr(0, slash),
                                      over ? "WRITTEN" : "IN_PROGRESS")};
  } else {
    o["resources"] = {{{"actionType", over ? w.action : "IN_PROGRESS"},
                       {"entityType", w.entity},
                       {"entityUri", fmt::format("/20160918/{}s/{}", w.entity, w.resource)},
                       {"identifier", w.resource}}};
  }
  return o;
}

WorkRequest& find(Call& call, const std::string& id, bool of_object_storage) {
  WorkRequest* w = call.world.work_request(id);
  if (!w || w->region != call.region.name || w->of_object_storage != of_object_storage) not_found();
  return *w;
}

Answer list(Call& call, bool of_object_storage) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const auto resource = call.parameter("resourceId");
  const Page page = page_of(call);
  const std::string_view side = of_object_storage ? "object" : "core";
  const std::uint64_t hash = resource.empty()
                                 ? key_of(side, call.region.name, compartment)
                                 : key_of(side, call.region.name, compartment, resource);
  ListText items;
  std::uint64_t next = 0;
  call.world.work_requests.scan(hash, page.after, [&](std::uint64_t seq, WorkRequest& w) {
    if (w.region != call.region.name || w.compartment != compartment ||
        w.of_object_storage != of_object_storage || w.listed > call.now() ||
        (!resource.empty() && w.resource != resource))
      return true;
    if (items.size() == page.limit) {
      next = seq - 1;
      return false;
    }
    items.add(show(w, call.now(), of_object_storage));
    return true;
  });
  Answer a = std::move(items).answer();
  if (next > 0) a.headers.emplace_back("opc-next-page", std::to_string(next));
  return a;
}

json::array errors_of(const WorkRequest& w, Time now) {
  json::array items;
  if (w.timeline.at(now) == State::failed)
    items.push_back({{"code", w.error_code},
                     {"message", w.error},
                     {"timestamp", format_millis(w.timeline.end())}});
  return items;
}

json::array logs_of(const WorkRequest& w, Time now) {
  json::array items;
  const auto say = [&](Time at, const std::string& message) {
    if (at <= now) items.push_back({{"message", message}, {"timestamp", format_millis(at)}});
  };
  say(w.timeline.phases[0].from, w.operation + " accepted");
  say(w.timeline.phases[1].from, w.operation + " started");
  say(w.timeline.end(), w.timeline.last() == State::failed ? w.operation + " failed: " + w.error
                                                           : w.operation + " finished");
  return items;
}

}  // namespace

Answer handle_work_requests(Call& call) {
  if (call.request.method != "GET") no_such_operation(call);
  const bool of_object_storage = call.path[0] == "workRequests";
  // The core services' paths have the API version before them.
  const std::size_t at = of_object_storage ? 1 : 2;
  if (call.path.size() == at) return list(call, of_object_storage);
  const WorkRequest& w = find(call, call.path[at], of_object_storage);
  if (call.path.size() == at + 1) {
    Answer a = answer(200, show(w, call.now(), true));
    if (call.now() < w.timeline.end()) a.headers.emplace_back("retry-after", "10");
    return a;
  }
  if (call.path.size() == at + 2) {
    if (call.path[at + 1] == "errors") return answer(200, errors_of(w, call.now()));
    if (call.path[at + 1] == "logs") return answer(200, logs_of(w, call.now()));
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
