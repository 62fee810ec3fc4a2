#include "workflow/model/ownership.h"

#include <fmt/format.h>

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

}  // namespace migledger::workflow
