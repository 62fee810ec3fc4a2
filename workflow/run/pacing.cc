#include "workflow/run/pacing.h"

#include <algorithm>

#include "workflow/model/settings.h"

namespace migledger::workflow {

namespace {

using namespace std::chrono_literals;

constexpr Duration kDefaultInterval = 30s;
constexpr Duration kThorough = 2min;
// Seldom enough to save calls, often enough that "percent" moves while a person watches.
constexpr int kYoungPolls = 2;
constexpr int kLongest = 8;  // intervals

// The last moment of the grid until `t`.
Time on_grid(Time t, Duration grid) { return Time(t.time_since_epoch() / grid * grid); }

// The first moment of the grid from `t` on.
Time up_to_grid(Time t, Duration grid) { return on_grid(t + grid - Duration(1), grid); }

Duration interval_of(const MigrationState& state) { return settings_of(state.plan).poll_interval; }

}  // namespace

bool reads_list(const Request& request) {
  const auto has = [&](std::string_view name) {
    return request.query.find(name) != std::string::npos;
  };
  return request.method == "GET" && has("limit=") && !has("prefix=");
}

Time common_moment(Time now) { return up_to_grid(now, kDefaultInterval); }

Time next_poll(const Step& step, const MigrationState& state, Time now) {
  const Duration interval = interval_of(state);
  // Operations end around what is usual, some well before.
  const Time due = state.entered + step.usual * 6 / 10;
  const Duration young =
      now < due ? std::min((due - now) / kYoungPolls, interval * kLongest) : Duration::zero();
  // A coarser grid for those who wait longer: their polls, too, fall together.
  Duration grid = interval;
  while (grid * 2 <= young) grid *= 2;
  return on_grid(now + std::max(interval, young), grid);
}

bool thorough(const MigrationState& state, Time now) {
  return now - on_grid(now, kThorough) < interval_of(state);
}

Time gathering(const Step& step, Time now) {
  if (step.gather <= Duration::zero()) return now;
  return up_to_grid(now, step.gather);
}

}  // namespace migledger::workflow
