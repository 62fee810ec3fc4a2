// FleetSummary: the fold of the whole ledger into one row a migration: what `status` shows. Small
// enough to be saved as a snapshot, so that opening a long ledger does not mean folding it all.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/fold/migration_state.h"

namespace migledger::ledger {

struct FleetRow {
  StreamId stream = 0;
  std::string name;
  std::string workflow;
  std::uint64_t events = 0;
  Position position = 0;  // of the last event
  Time started{};
  Time updated{};
  Status status = Status::running;
  Mode mode = Mode::forward;
  bool paused = false;
  bool moved = false;  // every forward step was done, and nothing of it is undone
  schema::Parked::Kind parked_kind = schema::Parked::Kind::MEND;
  StepIndex step = kNoStep;      // the last one something happened to
  std::uint16_t step_count = 0;  // of the steps that move it
  std::uint16_t steps = 0;       // which list of names: FleetSummary::step_name
  StepSet done;
  std::uint8_t percent = 0;  // of what is being waited for
  Time entered{};            // when the current step became current
  std::string state;         // what is being waited for, or why it stopped
  std::string need;          // what a person must do

  unsigned steps_done() const;  // of those that move it
  void end(schema::Ended::Reader ended);
  void steer(schema::Steered::Reader steered);
  friend bool operator==(const FleetRow&, const FleetRow&) = default;
};

// Whether all migrations are held back after `event` of the ledger's own stream: the position of
// the steered event that holds them, or 0.
Position hold_after(Position held, schema::Event::Reader event);

class FleetSummary {
 public:
  // Adds one event, in order of positions.
  void apply(schema::Event::Reader event);

  Position position() const { return position_; }
  Time time() const { return time_; }
  const std::vector<FleetRow>& rows() const { return rows_; }  // in order of their start
  const FleetRow* find(StreamId stream) const;
  // The name of the row's step; empty when nothing has happened to any yet.
  std::string_view step_name(const FleetRow& row) const;
  std::uint64_t unknown_events() const { return unknown_events_; }
  // The newest session: position of sessionOpened, and whether it was closed.
  Position session() const { return session_; }
  bool session_closed() const { return session_closed_; }
  // The steered event that holds all migrations; 0: none does.
  Position held() const { return held_; }

  // The summary as bytes, and back (FORMAT.md, "Snapshots"). `load` gives nothing when the bytes
  // are not a summary of this version.
  std::vector<std::byte> save() const;
  static std::optional<FleetSummary> load(std::span<const std::byte> bytes);
  // Raised whenever apply() or the bytes change their meaning.
  static constexpr std::uint32_t kFoldVersion = 6;

  friend bool operator==(const FleetSummary& a, const FleetSummary& b);

 private:
  std::uint16_t list_of(capnp::List<capnp::Text>::Reader names);

  Position position_ = 0;
  Time time_{};
  Position session_ = 0;
  bool session_closed_ = true;
  Position held_ = 0;
  std::uint64_t unknown_events_ = 0;
  std::vector<FleetRow> rows_;
  std::vector<std::vector<std::string>> step_lists_;  // migrations of one workflow share one
  // Of rows_, which ascend by stream; made when events are applied, not for reading.
  std::unordered_map<StreamId, std::size_t> index_;
};

}  // namespace migledger::ledger
