// Names: who and what the numbers in events stand for, looked up in the ledger itself.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/event/event_store.h"

namespace migledger::cli {

// What a ledger says about itself in its first event.
struct LedgerFacts {
  std::string id;       // empty: the ledger is empty
  std::string cloud;    // "oci" or "sim"
  std::string tenancy;  // OCID; may be empty
  bool simulated() const { return cloud == "sim"; }
};
LedgerFacts ledger_facts(const ledger::EventStore& store);

// What the newest session said when it ended, up to `until`; empty when none of the last events
// says it. From outside: not printable yet.
std::string last_words(const ledger::EventStore& store, ledger::Position until);

// "POST images (us-ashburn-1)". From outside: not printable yet.
std::string request_words(ledger::schema::Request::Reader request);

// The first line of everything for people that a simulated ledger tells.
inline constexpr std::string_view kSimulatedLine =
    "simulated ledger: nothing here happened in a real cloud";

// Remembers what it looked up: a name and a shared list of steps a migration.
class Names {
 public:
  // `store` must outlive it, or be replaced with follow().
  explicit Names(const ledger::EventStore& store) : store_(&store) {}
  // Goes on with a later opening of the same ledger.
  void follow(const ledger::EventStore& store) { store_ = &store; }

  // Learns from an event that is being read anyway.
  void learn(ledger::schema::Event::Reader event);

  // The name of the migration; empty for the ledger's own stream.
  const std::string& migration(ledger::StreamId stream);
  // "?" when the stream has no such step.
  std::string step(ledger::StreamId stream, std::uint16_t step);
  std::size_t step_count(ledger::StreamId stream);
  // "user@host" of the session; "?" for 0 and for what is no session.
  const std::string& actor(ledger::Position session);
  // request_words() of what the intent at that position recorded; empty when there is none.
  std::string request(ledger::Position intent) const;

 private:
  using Steps = std::shared_ptr<const std::vector<std::string>>;
  struct Stream {
    std::string name;
    Steps steps;
  };
  const Stream& stream(ledger::StreamId stream);
  Stream read(ledger::schema::MigrationStarted::Reader started);

  const ledger::EventStore* store_;
  std::unordered_map<ledger::StreamId, Stream> streams_;
  std::map<ledger::Position, std::string> actors_;
  Steps last_steps_ = std::make_shared<std::vector<std::string>>();
};

}  // namespace migledger::cli
