#include "tests/support/merge_patch.h"

namespace migledger::testing {

void merge_patch(boost::json::value& target, const boost::json::value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = boost::json::object();
  for (const auto& [key, value] : patch.get_object()) {
    if (value.is_null())
      target.get_object().erase(key);
    else
      merge_patch(target.get_object()[key], value);
  }
}

}  // namespace migledger::testing
