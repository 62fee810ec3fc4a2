// StateStore: the port to what a simulated tenancy keeps, and its implementations.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace migledger::adapters::sim {

enum class StateErrorKind {
  in_use,   // another process has it open; the message names it
  refused,  // not a simulated tenancy, or of a newer format
  missing,  // there is none
  corrupt,
  disk,  // a read or write failed
};

class StateError : public std::runtime_error {
 public:
  StateError(StateErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind(kind) {}
  const StateErrorKind kind;
};

class StateStore {
 public:
  // Key and new value; no value: erased.
  using Change = std::pair<std::string, std::optional<std::string>>;

  virtual ~StateStore() = default;

  // Calls row(key, value) for all rows in ascending order of the key. Throws StateError.
  virtual void load(const std::function<void(std::string_view, std::string_view)>& row) = 0;

  // Applies all changes or none, in order. When it returns, they survive the death of the process.
  // Throws StateError(disk).
  virtual void write(const std::vector<Change>& changes) = 0;
};

// For tests and rehearsals: lives as long as the object.
class MemoryStore : public StateStore {
 public:
  void load(const std::function<void(std::string_view, std::string_view)>& row) override;
  void write(const std::vector<Change>& changes) override;
  const std::map<std::string, std::string, std::less<>>& rows() const { return rows_; }

 private:
  std::map<std::string, std::string, std::less<>> rows_;
};

// A RocksDB in `directory`/state, created when absent (0700, files 0600). One process at a time:
// StateError(in_use) names the holder. Throws StateError(refused) for a directory that holds
// something else.
std::unique_ptr<StateStore> open_disk_store(const std::string& directory);

// The same, read-only, also while another process writes it; write() throws. What is read is the
// state at the time of opening. Throws StateError(missing) when there is none.
std::unique_ptr<StateStore> open_disk_store_read_only(const std::string& directory);

// A copy, in memory, of what is in `directory`; empty when there is no such directory. Throws as
// open_disk_store_read_only.
std::unique_ptr<MemoryStore> copy_of_disk_store(const std::string& directory);

}  // namespace migledger::adapters::sim
