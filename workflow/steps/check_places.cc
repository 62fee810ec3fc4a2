#include "workflow/steps/check_places.h"

#include <fmt/format.h>

#include <algorithm>

#include "workflow/steps/check_answers.h"

namespace migledger::workflow {

namespace {

Request of_identity(const View& view, std::string path, std::string query = {}) {
  Request request = core_get(view.plan("target_region"), std::move(path), std::move(query));
  request.service = Service::identity;
  return request;
}

}  // namespace

Request ask_domains(const View& view) {
  return of_identity(view, "availabilityDomains",
                     make_query({{"compartmentId", view.plan("target_compartment_id")}}));
}

std::optional<Verdict> object_to_domains(const View& view, const boost::json::array& there,
                                         const std::vector<std::string>& wanted,
                                         std::string_view need) {
  for (const auto& domain : wanted) {
    if (std::ranges::any_of(there, [&](const auto& item) { return text(&item, "name") == domain; }))
      continue;
    std::string names;
    for (const auto& item : there)
      names.append(names.empty() ? "" : ", ").append(text(&item, "name"));
    return Verdict::refused(fmt::format("{} is not an availability domain of {}; there are: {}",
                                        domain, view.plan("target_region"), names),
                            std::string(need));
  }
  return std::nullopt;
}

Request ask_compartment(const View& view) {
  return of_identity(view, "compartments/" + percent_encode(view.plan("target_compartment_id")));
}

std::optional<Verdict> object_to_compartment(const View& view, const Answer& answer,
                                             Verdict& verdict) {
  const auto id = view.plan("target_compartment_id");
  if (const auto* compartment = shown(answer)) {
    const auto state = text(compartment, "lifecycleState");
    if (state == "ACTIVE" || state.empty()) return std::nullopt;
    if (state == "CREATING") return Verdict::pending(state);
    return Verdict::refused(fmt::format("target compartment {} is {}", id, state),
                            "configure a \"target_compartment_id\" that is ACTIVE");
  }
  if (!is_hidden_or_gone(answer)) return Verdict::cannot_look(answer);
  verdict.findings.push_back(
      fmt::format("target compartment {} could not be seen ({})", id, error_words(answer)));
  return std::nullopt;
}

std::optional<Verdict> object_to_staging(std::string_view which, std::string_view name,
                                         const boost::json::value* bucket) {
  if (text(bucket, "storageTier") == "Archive")
    return Verdict::refused(
        fmt::format("{} bucket {} is of the Archive tier, from which nothing can be read at once",
                    which, name),
        "use a bucket of the Standard tier");
  if (is_true(bucket, "isReadOnly"))
    return Verdict::refused(
        fmt::format("{} bucket {} is read-only, the target of a replication", which, name),
        "use another bucket, or end that replication");
  return std::nullopt;
}

}  // namespace migledger::workflow
