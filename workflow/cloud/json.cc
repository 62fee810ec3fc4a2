#include "workflow/cloud/json.h"

#include <algorithm>
#include <cmath>

namespace migledger::workflow {

namespace {

constexpr double kExact =
    9007199254740992.0;  // 2^53: up to there a double holds every whole number

}  // namespace

const boost::json::value* member(const boost::json::value* value, std::string_view key) {
  if (!value || !value->is_object()) return nullptr;
  return value->get_object().if_contains(key);
}

std::string_view text(const boost::json::value* value, std::string_view key) {
  const auto* found = member(value, key);
  if (!found || !found->is_string()) return {};
  const auto& string = found->get_string();
  return {string.data(), string.size()};
}

std::optional<double> number(const boost::json::value* value, std::string_view key) {
  const auto* found = member(value, key);
  if (!found || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

std::uint64_t whole_number(const boost::json::value* value, std::string_view key) {
  const double found = number(value, key).value_or(0);
  return found > 0 ? static_cast<std::uint64_t>(std::min(found, kExact)) : 0;
}

boost::json::value tidy(boost::json::value value) {
  if (auto* object = value.if_object()) {
    for (auto& entry : *object) entry.value() = tidy(std::move(entry.value()));
  } else if (auto* array = value.if_array()) {
    for (auto& element : *array) element = tidy(std::move(element));
  } else if (const auto* number = value.if_double()) {
    if (std::floor(*number) == *number && std::abs(*number) < kExact)
      return static_cast<std::int64_t>(*number);
  }
  return value;
}

std::optional<boost::json::value> parse_json(std::string_view json) {
  boost::system::error_code bad;
  auto value = boost::json::parse(json, bad);
  if (bad) return std::nullopt;
  return value;
}

}  // namespace migledger::workflow
