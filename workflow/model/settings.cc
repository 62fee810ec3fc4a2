#include "workflow/model/settings.h"

#include <boost/json.hpp>
#include <charconv>

#include "workflow/cloud/json.h"

namespace migledger::workflow {

namespace {

constexpr Duration kShortestInterval = std::chrono::milliseconds(1);

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc()) return std::nullopt;
  return value;
}

Settings read(const ledger::Fields& plan) {
  Settings settings;
  settings.retry = RetryPolicy::from(plan);
  if (const auto seconds = number(plan.get("settle_seconds")))
    settings.settle = pause_from_seconds(*seconds);
  if (const auto seconds = number(plan.get("poll_interval_seconds")); seconds && *seconds > 0)
    settings.poll_interval = std::max(pause_from_seconds(*seconds), kShortestInterval);
  if (const auto timeouts = parse_json(plan.get("timeouts")); timeouts && timeouts->is_object())
    for (const auto& [step, seconds] : timeouts->as_object())
      if (seconds.is_number())
        settings.timeouts.emplace(step, pause_from_seconds(seconds.to_number<double>()));
  return settings;
}

}  // namespace

std::optional<Duration> Settings::timeout(std::string_view step) const {
  auto found = timeouts.find(step);
  if (found == timeouts.end()) found = timeouts.find("default");
  return found == timeouts.end() ? std::nullopt : std::optional(found->second);
}

const Settings& settings_of(const ledger::Fields& plan) {
  if (!plan.made_of_them()) plan.keep(std::make_shared<const Settings>(read(plan)));
  return *static_cast<const Settings*>(plan.made_of_them().get());
}

}  // namespace migledger::workflow
