// migledger prove: that an event is in the log, or that the log only grew (FORMAT.md, "Proofs").
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace migledger::cli {

struct ProveCommand {
  std::string ledger;
  std::optional<std::uint64_t> position;  // inclusion of this event
  std::optional<std::uint64_t> from;      // consistency from this many events …
  std::optional<std::uint64_t> to;        // … to this many; nothing: those of the checkpoint
  std::string checkpoint;                 // a file; empty: the newest that the ledger published
  std::string out;                        // a file; empty: the standard output
  std::string entry;                      // a file for the bytes of the event; empty: none
  bool force = false;                     // replace files that are there
};

// Writes the proof. Returns an exit code. Throws UsageError for what cannot be proven, LedgerError.
int run_prove(const ProveCommand& command, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
