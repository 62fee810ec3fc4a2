#include "workflow/pacing.h"

#include <algorithm>
#include <charconv>

namespace migledger::workflow {

namespace {

using namespace std::chrono_literals;

constexpr Duration kDefaultInterval = 30s;
constexpr Duration kShortestInterval = 1ms;
// Seldom enough to save calls, often enough that "percent" moves while a person watches.
constexpr int kYoungPolls = 4;

Time on_grid(Time t, Duration grid) {
  const std::int64_t at = t.time_since_epoch().count();
  return Time(Duration((at + grid.count() - 1) / grid.count() * grid.count()));
}

}  // namespace

bool reads_list(const Request& request) {
  const auto has = [&](std::string_view name) {
    return request.query.find(name) != std::string::npos;
  };
  return request.method == "GET" && has("limit=") && !has("prefix=");
}

Time common_moment(Time now) { return on_grid(now, kDefaultInterval); }

Time next_poll(const Step& step, const MigrationState& state, Time now) {
  Duration interval = kDefaultInterval;
  const auto text = state.plan.get("poll_interval_seconds");
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && error == std::errc() && seconds > 0)
    interval = std::max(Duration(static_cast<std::int64_t>(seconds * 1e6)), kShortestInterval);
  // Operations end around what is usual, some well before.
  const Time due = state.entered + step.usual / 2;
  const Duration young = now < due ? (due - now) / kYoungPolls : Duration::zero();
  const Duration pause = std::max(interval, young);
  return on_grid(now + pause, interval);
}

}  // namespace migledger::workflow
