// JSON text that is walked and not taken into memory: of ten thousand listed items a migration
// needs one. The structure is checked on the way, and what is then taken is parsed as JSON.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::workflow {

// The elements of a list in one page: those of the array, or of the first array under "objects" or
// "items" of the object that `page` holds. Nothing when it is no such list, is not well formed, or
// has an element that is no object. The elements are views into `page`.
std::optional<std::vector<std::string_view>> elements_of(std::string_view page);

// Calls `found` with every string at `path`, a list of keys, of the object `json`; arrays on the
// way are looked through. `json` is an element from elements_of().
void each_text_at(std::string_view json, std::span<const std::string_view> path,
                  const std::function<void(std::string_view)>& found);

}  // namespace migledger::workflow
