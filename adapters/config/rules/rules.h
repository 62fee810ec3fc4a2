// The keys of a configuration file, as tables: where each may stand and what its value must be.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "adapters/config/text/json_node.h"

namespace migledger::adapters {

struct KeyRule;

struct ValueRule {
  JsonNode::Kind kind = JsonNode::Kind::string;
  std::string_view expected;  // completes "expected …"

  bool (*accepts)(std::string_view) = nullptr;   // of a string
  std::span<const std::string_view> words = {};  // a string must be one of them
  bool hidden = false;                           // may be secret: errors do not show it

  bool whole = false;  // of a number
  double least = 0;
  double most = 0;
  double step = 0;  // a multiple of it; zero: any

  const ValueRule* each = nullptr;  // of the items of an array, the values of a map
  std::size_t fewest = 0;           // of items or entries
  std::size_t many = std::numeric_limits<std::size_t>::max();
  bool unique = false;

  std::span<const KeyRule> keys = {};               // an object with these keys …
  bool (*accepts_key)(std::string_view) = nullptr;  // … or a map with keys of this form
  std::string_view expected_key = {};
};

// Where a key may stand, as bits.
enum Place : unsigned {
  kFlat = 1,       // the top of a file with one migration
  kTop = 2,        // the top of a plan of many
  kDefaults = 4,   // "defaults"
  kMigration = 8,  // an item of "migrations"
  kNested = 16,    // inside another value
};

struct KeyRule {
  std::string_view key;
  const ValueRule* value;
  unsigned places = kNested;
  bool required = false;  // in a migration, after defaults were filled in
};

// Every key of a flat file, the top of a plan, "defaults" and a migration.
std::span<const KeyRule> configuration_keys();

// Adds to the keys of another workflow those that all have, and of the compute workflow's `more`.
void add_shared_keys(std::vector<KeyRule>& keys, std::initializer_list<std::string_view> more);

// The keys of the old script's state file.
std::span<const KeyRule> old_state_keys();

}  // namespace migledger::adapters
