#include "tests/bench/report.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

namespace migledger::bench {

namespace {

bool met(double figure, const Goal& goal) {
  if (goal.at_least) return figure >= *goal.at_least;
  if (goal.at_most) return figure <= *goal.at_most;
  return true;
}

std::string words(const Goal& goal, double figure, std::string_view unit) {
  const bool at_least = goal.at_least.has_value();
  if (!at_least && !goal.at_most) return {};
  return fmt::format("   goal {} {:.4g}{}{}: {}",
                     at_least ? ">=" : "<=", at_least ? *goal.at_least : *goal.at_most,
                     unit.empty() ? "" : " ", unit, met(figure, goal) ? "met" : "MISSED");
}

void add(boost::json::object& object, const Goal& goal, double figure) {
  if (goal.at_least) object["at_least"] = *goal.at_least;
  if (goal.at_most) object["at_most"] = *goal.at_most;
  if (goal.at_least || goal.at_most) object["met"] = met(figure, goal);
}

void print(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

}  // namespace

void Report::section(std::string_view name) {
  section_ = name;
  if (!json_) print(name);
}

void Report::ratio(std::string_view figure, std::string_view unit, double ours, double baseline,
                   Goal goal) {
  const double ratio = baseline == 0 ? 0 : ours / baseline;
  if (!json_) {
    print(fmt::format("  {:<46} {:>11.5g} over {:>11.5g} {:<10} = {:>7.3f}{}", figure, ours,
                      baseline, unit, ratio, words(goal, ratio, "")));
    return;
  }
  boost::json::object object = {{"bench", section_}, {"figure", figure},     {"unit", unit},
                                {"ours", ours},      {"baseline", baseline}, {"ratio", ratio}};
  add(object, goal, ratio);
  print(boost::json::serialize(object));
}

void Report::value(std::string_view figure, std::string_view unit, double value, Goal goal) {
  if (!json_) {
    print(fmt::format("  {:<46} {:>11.5g} {}{}", figure, value, unit, words(goal, value, unit)));
    return;
  }
  boost::json::object object = {
      {"bench", section_}, {"figure", figure}, {"unit", unit}, {"ours", value}};
  add(object, goal, value);
  print(boost::json::serialize(object));
}

void Report::remark(std::string_view words) {
  if (!json_) {
    print(fmt::format("  ({})", words));
    return;
  }
  print(boost::json::serialize(boost::json::object{{"bench", section_}, {"remark", words}}));
}

}  // namespace migledger::bench
