// Measuring so that figures can be compared: what is compared runs in turns, in an order drawn anew
// each round, and the median of the rounds counts.
#pragma once

#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace migledger::bench {

// Seconds of real time that `work` takes.
double seconds_of(const std::function<void()>& work);

// The processor time of this thread so far, in seconds: what work costs on a machine that others
// use, too.
double cpu_seconds();

// The middle of `values`; of an even number, the upper of the two. `values` is not empty.
double median(std::vector<double> values);

// The value below which `share` (0 to 1) of `values` lie. `values` is not empty.
double quantile(std::vector<double> values, double share);

// Runs each of `contenders` once a round; each returns its figure for that round. Returns the
// median of each, in the order given.
std::vector<double> compare(int rounds, std::mt19937& random,
                            const std::vector<std::function<double()>>& contenders);

}  // namespace migledger::bench
