// verify(): reads a whole ledger, on all processors, and says whether it is what its writers left:
// every hash, every header, every rule of FORMAT.md that one event keeps towards another, and
// everything that is derived from the events. Changes nothing, and works while a writer runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/event.h"
#include "ledger/merkle/merkle.h"
#include "ledger/rocks/opening.h"

namespace migledger::ledger {

// What was looked at when something was found.
enum class Check {
  opening,   // the ledger could not be opened
  log,       // an event is missing or cannot be read
  event,     // bytes that are not an event, or not in canonical form
  header,    // position, stream, version or time
  session,   // it names a session that there is not
  cause,     // it reacts to something that is not before it
  intent,    // an outcome without its intent before it, or a resend of what was never recorded
  anchor,    // the events are not those that were acknowledged
  index,     // the index does not match the events
  snapshot,  // a snapshot is damaged, or not what its events fold to
  evidence_missing,
  evidence_damaged,  // a file does not hold what its name says
  checkpoint,        // it was signed for other events, or more of them, or by another key
  tile,              // a tile of the Merkle tree is not what the events call for
  entry,             // of an exported log: not the one that was signed for
  file               // of an exported log: no part of it
};
std::string_view name_of(Check check);  // "opening", …, "evidence-missing", "evidence-damaged", …

struct Finding {
  Check check = Check::opening;
  Position position = 0;  // of the event; 0: it is about none in particular
  std::string file;       // within the ledger's directory; empty: none in particular
  std::string what;       // what is wrong
  std::string advice;     // what to do about it; empty where `what` says so
};

// Findings, of each check the first hundred, and how many there were.
class Findings {
 public:
  void add(Finding finding);
  const std::vector<Finding>& kept() const { return kept_; }
  std::uint64_t count() const;
  // By what was looked at; nothing where all was well.
  const std::map<Check, std::uint64_t>& counts() const { return counts_; }

 private:
  std::vector<Finding> kept_;
  std::map<Check, std::uint64_t> counts_;
};

// A checkpoint that the events must agree with, and where it was found.
struct KnownCheckpoint {
  std::uint64_t size = 0;
  Digest root{};
  std::string where;
  Position event = 0;  // that says so; 0: a file does
};

struct VerifyOptions {
  Position until = ~Position{0};  // events after it are not looked at
  // Sizes of the tree to be returned in Verification::trees, beside that of everything read.
  std::vector<std::uint64_t> sizes;
  // From elsewhere; those that the ledger has published itself are looked at in any case.
  std::vector<KnownCheckpoint> checkpoints;
  // Called with the leaf hashes of the events from position `first` on: every event once, in order,
  // never two calls at once, on any thread. Ends with the first event that cannot be read.
  std::function<void(Position first, std::span<const Digest> leaves)> leaves;
  unsigned threads = 0;                              // 0: one a processor
  std::shared_ptr<rocksdb::FileSystem> file_system;  // null: the real one
};

struct Verification {
  enum class Ending {
    intact,
    tail_passed_over,  // intact, but for the end of a record that was never acknowledged
    refused,           // something was found
  };
  Ending ending() const;

  Findings findings;
  OpeningReport opening;  // a torn tail that was passed over
  std::string ledger_id;  // empty: the ledger could not be read
  std::string cloud;      // "oci", "sim"
  Position head = 0;      // the last event that was looked at
  Time time{};            // its time
  std::optional<MerkleFrontier>
      tree;  // over all events up to the head; nothing when one is missing
  std::map<std::uint64_t, MerkleFrontier> trees;  // by size; without those beyond the head
  Position anchored = 0;
  std::uint64_t migrations = 0;
  std::uint64_t intents = 0;
  std::uint64_t unknown_events = 0;  // of kinds that only a newer version knows
  std::uint64_t snapshots = 0;       // held against the fold
  std::uint64_t evidence = 0;        // files looked at
  std::uint64_t checkpoints = 0;     // that the events were held against
  std::uint64_t tiles = 0;           // stored ones, of the Merkle tree, looked at
  std::vector<std::string> remarks;  // sentences about what is no fault but was left out
};

// Throws LedgerError: missing, refused (no ledger, or of a newer format), disk (what the system
// could not read). All that is wrong with the ledger itself is in the findings.
Verification verify(const std::filesystem::path& ledger, const VerifyOptions& options = {});

// The rules that events keep by themselves and towards each other (the checks event, header,
// session, cause and intent), for any store, on this thread.
Findings verify_events(const EventStore& store);

}  // namespace migledger::ledger
