// Succession: whether an event may follow those before it, by everything FORMAT.md says of an
// event's header and bytes. For events that come from elsewhere than a store of ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "ledger/event/event.h"

namespace migledger::ledger {

class Succession {
 public:
  // Takes the next event; `bytes` are its stored bytes. Throws std::invalid_argument with what is
  // wrong with it, and then has taken nothing.
  void take(schema::Event::Reader event, std::span<const std::byte> bytes);

  // Of the last event; 0: none yet.
  Position position() const { return position_; }

 private:
  Position position_ = 0;
  std::int64_t time_ = 0;
  std::unordered_map<StreamId, std::uint64_t> versions_;
  std::unordered_set<std::string> names_;
};

}  // namespace migledger::ledger
