// A ledger of a simulated universe: its disk, and all that is asked of it while it grows.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "cli/simulation/promises/ledger_watch.h"
#include "cli/simulation/universe/disk.h"
#include "cli/simulation/universe/trace.h"
#include "workflow/model/plan.h"

namespace migledger::simulation {

class SimulatedLedger {
 public:
  SimulatedLedger(std::string id, std::unique_ptr<Disk> disk, workflow::Plan plan, Trace& trace);

  const std::string& id() const { return id_; }
  // The first digits, as keys have them.
  std::string short_id() const { return id_.substr(0, 12); }
  // Today's configuration of those who run it.
  workflow::Plan& plan() { return plan_; }
  Disk& disk() { return *disk_; }
  SentAsRecorded& sent() { return sent_; }
  SavedSummaries& summaries() { return summaries_; }
  const Acknowledged& acknowledged() const { return acknowledged_; }
  bool is_open() const { return open_; }
  // The keys and retry tokens of all requests whose intents it has forgotten, each time that it was
  // put back.
  const std::set<std::string>& forgotten() const { return forgotten_; }
  std::uint64_t appended() const { return appended_; }

  // A new process opens it for writing. `before_append` is called before each append and may throw
  // what the append is to throw; it sets the fate of the append at the disk. Throws LedgerError.
  std::unique_ptr<ledger::EventStore> open(std::function<void()> before_append);

  // An older copy is put back. Returns what forgotten() grows by.
  std::set<std::string> put_back(ledger::Position head);
  // It says so itself, as after `migledger restore`. Right after put_back().
  void say_restored(Time now);
  Time restored_at() const { return restored_at_; }  // the last time that it said so
  // Its head was signed, as `migledger checkpoint` does.
  void say_checkpointed(Time now);

 private:
  class Open;

  void recorded(ledger::schema::Event::Reader event);

  const std::string id_;
  const std::unique_ptr<Disk> disk_;
  workflow::Plan plan_;
  Trace& trace_;
  Acknowledged acknowledged_;
  SentAsRecorded sent_;
  SavedSummaries summaries_;
  bool open_ = false;
  std::set<std::string> forgotten_;
  std::uint64_t appended_ = 0;
  Time restored_at_{};
};

}  // namespace migledger::simulation
