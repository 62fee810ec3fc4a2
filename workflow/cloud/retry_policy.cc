#include "workflow/cloud/retry_policy.h"

#include <algorithm>
#include <boost/json.hpp>

namespace migledger::workflow {

namespace {

double number(const boost::json::object& object, const char* key, double otherwise) {
  const auto* value = object.if_contains(key);
  return value && value->is_number() ? value->to_number<double>() : otherwise;
}

std::uint32_t whole_number(const boost::json::object& object, const char* key,
                           std::uint32_t otherwise) {
  constexpr double kMost = 1e9;
  const double value = number(object, key, otherwise);
  return value > 0 ? static_cast<std::uint32_t>(std::min(value, kMost)) : 0;
}

}  // namespace

RetryPolicy RetryPolicy::from(const ledger::Fields& plan) {
  RetryPolicy policy;
  boost::system::error_code bad;
  const auto parsed = boost::json::parse(plan.get("retry"), bad);
  if (bad || !parsed.is_object()) return policy;
  const auto& object = parsed.as_object();
  policy.max_attempts = whole_number(object, "max_attempts", policy.max_attempts);
  policy.max_generations = whole_number(object, "max_generations", policy.max_generations);
  policy.base = pause_from_seconds(number(object, "base_seconds", 2));
  policy.cap = pause_from_seconds(number(object, "cap_seconds", 60));
  return policy;
}

Duration RetryPolicy::pause(std::uint32_t failures, Duration retry_after,
                            std::string_view key) const {
  if (failures == 0) return retry_after;
  const std::uint32_t doublings = std::min<std::uint32_t>(failures - 1, 30);
  const std::int64_t longest =
      base.count() > cap.count() >> doublings ? cap.count() : base.count() << doublings;
  const std::uint64_t draw = stable_hash(key, failures);
  // A pause of nearly nothing would only be thrown back by a throttled service.
  const std::int64_t shortest = std::min<std::int64_t>(longest, base.count() / 4);
  const auto span = static_cast<std::uint64_t>(longest - shortest + 1);
  return std::max(retry_after, Duration(shortest + static_cast<std::int64_t>(draw % span)));
}

std::uint64_t stable_hash(std::string_view text, std::uint64_t salt) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ salt;
  for (const char c : text) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3ULL;
  }
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

}  // namespace migledger::workflow
