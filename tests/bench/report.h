// What the benchmark found: one line a figure, for people or as one JSON object a line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace migledger::bench {

// What a figure should be. At most one of the two is set.
struct Goal {
  std::optional<double> at_least;
  std::optional<double> at_most;

  static Goal least(double value) { return {value, std::nullopt}; }
  static Goal most(double value) { return {std::nullopt, value}; }
  static Goal none() { return {}; }
};

class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  // Begins the figures of one benchmark.
  void section(std::string_view name);

  // `ours` over `baseline`, both in `unit`; the goal is about the ratio.
  void ratio(std::string_view figure, std::string_view unit, double ours, double baseline,
             Goal goal);

  // A figure that has no baseline; the goal is about the value itself.
  void value(std::string_view figure, std::string_view unit, double value, Goal goal);

  // Something to know when reading the figures.
  void remark(std::string_view words);

 private:
  bool json_;
  std::string section_;
};

}  // namespace migledger::bench
