// What verify() holds one event against others for: time that never runs back, dense versions,
// sessions, causes, intents before their outcomes. It is given the stretches of the log in order.
//
// After events that are missing, what they may have said counts in favour of those that follow: one
// damage is reported once.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ledger/verify/verify_stretch.h"

namespace migledger::ledger {

class OrderCheck {
 public:
  explicit OrderCheck(Findings& findings) : findings_(findings) {}

  void add(const Stretch& stretch);

  std::uint64_t migrations() const { return migrations_; }
  std::uint64_t intents() const { return intents_; }
  std::uint64_t unknown_events() const { return unknown_; }
  Position last() const { return position_; }
  std::int64_t time() const { return time_; }  // of the last event that could be read

 private:
  struct Intent {
    Position position;
    std::uint16_t step;
    std::uint16_t generation;
    bool has_request;
  };
  struct Stream {
    std::uint64_t version = 0;
    std::size_t gaps = 0;  // how many there were when it was last seen
    std::vector<Intent> intents;
  };

  void check_header(const EventFacts& facts);
  void check_names(const EventFacts& facts, Stream& stream);
  void check_intent(const EventFacts& facts, const Stream& stream);
  bool in_gap(Position position) const;
  void report(Check check, const std::string& what);

  Findings& findings_;
  Position position_ = 0;
  std::int64_t time_ = 0;
  bool time_known_ = true;
  std::vector<std::pair<Position, Position>> gaps_;  // ascending
  std::unordered_map<StreamId, Stream> streams_;
  std::unordered_set<Position> sessions_;
  std::unordered_map<std::string, Position> names_;
  Position last_session_ = 0;
  std::uint64_t migrations_ = 0;
  std::uint64_t intents_ = 0;
  std::uint64_t unknown_ = 0;
};

}  // namespace migledger::ledger
