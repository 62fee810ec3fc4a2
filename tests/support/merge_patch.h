// JSON merge patches (RFC 7396).
#pragma once

#include <boost/json.hpp>

namespace migledger::testing {

// Changes `target` by `patch`.
void merge_patch(boost::json::value& target, const boost::json::value& patch);

}  // namespace migledger::testing
