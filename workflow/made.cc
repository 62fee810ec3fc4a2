#include "workflow/made.h"

#include <fmt/format.h>

#include "workflow/oci_api.h"

namespace migledger::workflow {

namespace {

constexpr std::string_view kObjectEnding = ".oci";

}  // namespace

std::string object_name_of(std::string_view key) {
  return fmt::format("{}{}{}", kOurObjects, key, kObjectEnding);
}

std::string_view key_of_object(std::string_view name) {
  if (!name.starts_with(kOurObjects) || !name.ends_with(kObjectEnding)) return {};
  name.remove_prefix(kOurObjects.size());
  name.remove_suffix(kObjectEnding.size());
  return name;
}

Request list_buckets(const View& view, std::string_view region, std::string_view compartment) {
  return storage(
      view.plan(region), "GET", bucket_path(view.fact("namespace"), {}),
      make_query(
          {{"compartmentId", view.plan(compartment)}, {"fields", "tags"}, {"limit", "1000"}}));
}

void Differences::compare(std::string_view what, std::string_view seen, std::string_view recorded) {
  if (recorded.empty() || seen == recorded) return;
  if (seen.empty()) return add(fmt::format("has no {}; recorded is {}", what, recorded));
  add(fmt::format("its {} is {}, not {}", what, seen, recorded));
}

void Differences::compare_state(std::string_view state,
                                std::initializer_list<std::string_view> healthy) {
  for (const auto good : healthy)
    if (state == good) return;
  add(fmt::format("is {}", state.empty() ? std::string_view("in no state") : state));
}

}  // namespace migledger::workflow
