// A ledger whose events are what a test wants them to be, right or wrong, in files that are sound:
// what somebody makes who can write to the disk and knows the format.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ledger/event/event_store.h"

namespace migledger::testing {

class Forgery {
 public:
  using Header = ledger::schema::Event::Builder;

  // Adds an event with the header that a store would give it, and then `change`d. Returns its
  // position.
  ledger::Position add(ledger::EventDraft draft, const std::function<void(Header)>& change = {});

  // Adds bytes as they are; without any, leaves the position out.
  ledger::Position add_bytes(std::vector<std::byte> bytes);

  // Changes the entry of the index with that key; an empty value leaves it out.
  void set_index(const std::string& key, const std::string& value) { index_[key] = value; }

  // Writes it all, with an anchor that agrees.
  void write(const std::filesystem::path& directory) const;

 private:
  std::vector<std::vector<std::byte>> events_;
  std::map<std::string, std::string> index_;
  std::map<ledger::StreamId, std::uint64_t> versions_;
  std::int64_t time_ = 0;
};

}  // namespace migledger::testing
