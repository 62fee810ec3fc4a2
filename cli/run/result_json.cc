#include "cli/run/result_json.h"

#include <boost/json.hpp>

#include "cli/base/json_text.h"

namespace migledger::cli {

boost::json::object result_json(const workflow::RunResult& result, int exit) {
  boost::json::object object{{"result", workflow::words(result)},
                             {"exit_code", exit},
                             {"done", result.done},
                             {"failed", result.failed},
                             {"waiting", result.parked},
                             {"not_started", result.not_started.size()},
                             {"interrupted", result.interrupted}};
  if (!result.not_started.empty()) {
    auto& list = object["unstarted"].emplace_array();
    for (const auto& one : result.not_started)
      list.push_back({{"name", json_text(one.name)}, {"why", json_text(one.why)}});
  }
  return object;
}

}  // namespace migledger::cli
