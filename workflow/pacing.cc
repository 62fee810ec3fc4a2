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

}  // namespace

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
  const std::int64_t grid = interval.count();
  const std::int64_t at = (now + pause).time_since_epoch().count();
  return Time(Duration((at + grid - 1) / grid * grid));
}

}  // namespace migledger::workflow
