// Sources and what others made are never changed except as the plan says: nothing is removed that
// requests of migledger did not create, but for a source that a person decommissions; a source is
// never acted on but to be imaged, backed up, copied from, or replicated.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/simulation/promises/cloud_invariants.h"

namespace migledger::simulation {

using workflow::Request;

namespace {

// "/n/NAMESPACE/b/BUCKET…"; empty: none.
std::string_view bucket_in(std::string_view path) {
  const auto begin = path.find("/b/");
  if (!path.starts_with("/n/") || begin == std::string_view::npos) return {};
  path.remove_prefix(begin + 3);
  return path.substr(0, path.find('/'));
}

std::string_view last_ocid(std::string_view path) {
  const auto begin = path.rfind("ocid1.");
  if (begin == std::string_view::npos) return {};
  path.remove_prefix(begin);
  return path.substr(0, path.find('/'));
}

bool is_about_replicas(const std::string& body) {
  boost::system::error_code bad;
  const auto parsed = boost::json::parse(body, bad);
  if (bad || !parsed.is_object() || parsed.get_object().size() != 1) return false;
  return std::string_view(parsed.get_object().begin()->key()).ends_with("Replicas");
}

[[noreturn]] void touched(const Request& request, std::string_view why) {
  throw Violation(Rule::source_untouched,
                  fmt::format("{} {} {}?{} took effect: {}", request.region, request.method,
                              request.path, request.query, why));
}

}  // namespace

SourceUntouched::SourceUntouched(const adapters::sim::Tenancy& tenancy, const workflow::Plan& plan,
                                 std::function<bool(std::string_view)> may_end)
    : may_end_(std::move(may_end)) {
  const auto report = boost::json::parse(tenancy.report());
  for (const auto& entry : report.at("held").as_array())
    given_.emplace(entry.at("id").as_string().c_str());
  for (const auto& planned : plan.migrations) {
    sources_.emplace(workflow::source_of(planned.fields));
    if (planned.fields.has("source_bucket_name"))
      buckets_.emplace(planned.fields.get("source_region"),
                       planned.fields.get("source_bucket_name"));
  }
}

void SourceUntouched::done(const Request& request, const Others& others) {
  judged(Rule::source_untouched);
  const auto bucket = bucket_in(request.path);
  const auto id = bucket.empty() ? last_ocid(request.path) : std::string_view();
  if (!id.empty()) {
    const bool source = sources_.find(id) != sources_.end();
    if (request.method == "DELETE") {
      if (source && !may_end_(id)) touched(request, "it is a source that nobody decommissions");
      if (!source && others.find(id) != others.end()) touched(request, "others made it");
      if (!source && given_.find(id) != given_.end())
        touched(request, "it was there before migledger came");
    } else if (source) {
      // Replicas are enabled and disabled by updating the volume, with nothing else in the body.
      const bool replicas = request.method == "PUT" && is_about_replicas(request.body);
      if (!replicas) touched(request, "it is a source");
    }
  }
  if (bucket.empty()) return;
  const auto object = request.path.find("/o/");
  const bool on_object = object != std::string::npos;
  if (on_object && buckets_.count({request.region, std::string(bucket)}) != 0)
    touched(request, "it is an object of a source bucket");
  if (on_object && request.method == "DELETE") {
    const std::string_view name = std::string_view(request.path).substr(object + 3);
    if (!name.starts_with("migledger")) touched(request, "migledger does not name objects so");
    if (others.find(decoded(request.path)) != others.end()) touched(request, "others made it");
  }
}

}  // namespace migledger::simulation
