#include "workflow/audit/exposed_secrets.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <functional>
#include <set>
#include <tuple>

#include "ledger/event/event.h"
#include "ledger/fold/recorded_plans.h"
#include "workflow/cloud/json.h"
#include "workflow/cloud/secrets.h"

namespace migledger::workflow {

namespace {

constexpr std::size_t kMostNamed = 5;

// Calls f(key, exposure) for each value of the metadata that is given away.
void for_each_exposed(capnp::List<ledger::schema::Field>::Reader plan,
                      const std::function<void(std::string_view, Exposure)>& f) {
  for (const auto field : plan) {
    if (ledger::view(field.getName()) != "metadata") continue;
    const auto metadata = parse_json(ledger::view(field.getValue()));
    if (!metadata || !metadata->is_object()) continue;
    for (const auto& [key, value] : metadata->get_object()) {
      if (is_public_metadata(key) || !value.is_string()) continue;
      const auto exposure = exposure_of(std::string_view(value.get_string()));
      if (exposure != Exposure::none) f(key, exposure);
    }
  }
}

}  // namespace

std::vector<ExposedSecret> exposed_secrets(const ledger::EventStore& store,
                                           ledger::Position until) {
  std::vector<ExposedSecret> found;
  std::set<std::tuple<std::string, std::string, bool>> known;
  ledger::for_each_plan(store, until, [&](const ledger::RecordedPlan& recorded) {
    for_each_exposed(recorded.plan, [&](std::string_view key, Exposure exposure) {
      const bool clear = exposure == Exposure::clear;
      if (known.emplace(recorded.migration, key, clear).second)
        found.push_back({recorded.migration, std::string(key), clear, recorded.position});
    });
  });
  return found;
}

std::string words_of(const std::vector<ExposedSecret>& exposed) {
  if (exposed.empty()) return {};
  std::string named;
  for (std::size_t i = 0; i < exposed.size() && i < kMostNamed; ++i)
    named += fmt::format("{}\"{}\" of {} ({}, #{})", i == 0 ? "" : ", ", exposed[i].key,
                         exposed[i].migration, exposed[i].clear ? "in clear" : "as a plain digest",
                         exposed[i].position);
  if (exposed.size() > kMostNamed)
    named += fmt::format(" and {} more", exposed.size() - kMostNamed);
  return fmt::format(
      "an older version recorded values of metadata that may be secret: {}. Whoever has this "
      "ledger, a copy or an export of it may know them",
      named);
}

}  // namespace migledger::workflow
