// How a run ended, as the last line that --json prints of it.
#pragma once

#include <boost/json/object.hpp>

#include "workflow/run/executor.h"

namespace migledger::cli {

boost::json::object result_json(const workflow::RunResult& result, int exit);

}  // namespace migledger::cli
