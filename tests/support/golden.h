// Golden ledgers: tests/histories/README.md says what they are and how one is added.
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ledger/store/memory_event_store.h"

namespace migledger::testing {

// tests/histories/VERSION, for the version of this build.
std::filesystem::path golden_directory();

// All golden ledgers, by the path of their .events file, sorted.
std::vector<std::filesystem::path> golden_ledgers();

// What a ledger is folded to: head, Merkle root, a row a migration, and the state of each.
boost::json::object folded(const ledger::EventStore& store);

// Writes DIRECTORY/NAME.events and NAME.json. Throws std::runtime_error when either is there.
void write_golden(const std::filesystem::path& directory, const std::string& name,
                  const ledger::EventStore& store);

// The events of a .events file as a ledger. Throws std::runtime_error when it is cut off.
std::unique_ptr<ledger::MemoryEventStore> read_golden(const std::filesystem::path& events);

// The .json beside it.
boost::json::object expected_of(const std::filesystem::path& events);

// The first place at which `actual` lacks what `expected` has, or has another value there; empty:
// none. Members that were added since are no difference.
std::string first_difference(const boost::json::value& expected, const boost::json::value& actual,
                             const std::string& at = {});

}  // namespace migledger::testing
