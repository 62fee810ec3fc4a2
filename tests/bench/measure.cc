#include "tests/bench/measure.h"

#include <time.h>

#include <algorithm>
#include <numeric>

namespace migledger::bench {

double seconds_of(const std::function<void()>& work) {
  const auto from = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double quantile(std::vector<double> values, double share) {
  const auto at = std::min(values.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(values.size())));
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

std::vector<double> compare(int rounds, std::mt19937& random,
                            const std::vector<std::function<double()>>& contenders) {
  std::vector<std::vector<double>> figures(contenders.size());
  std::vector<std::size_t> order(contenders.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t i : order) figures[i].push_back(contenders[i]());
  }
  std::vector<double> medians;
  for (auto& of_one : figures) medians.push_back(median(std::move(of_one)));
  return medians;
}

}  // namespace migledger::bench
