// Holds a JSON tree against the rules of rules.h and gathers what does not fit.
#pragma once

#include <span>
#include <string>

#include "adapters/config/rules/rules.h"
#include "adapters/config/text/json_node.h"
#include "adapters/config/text/problem.h"

namespace migledger::adapters {

// Checks the members of `object`, which stands at `place`: known keys that may stand there, each
// once, each with a value of its form. Missing keys are not looked for. `path` names the object
// ("migrations[3]"), empty at the top.
void check_object(const JsonNode& object, std::span<const KeyRule> keys, Place place,
                  const std::string& path, Problems& problems);

void check_value(const JsonNode& value, const ValueRule& rule, const std::string& path,
                 Problems& problems);

// "a.b", "b" when `path` is empty; the key shortened and escaped.
std::string join_path(const std::string& path, std::string_view key);

// What stands there, for "found …": shortened and escaped.
std::string describe(const JsonNode& value);

}  // namespace migledger::adapters
