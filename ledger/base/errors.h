// What can go wrong with a ledger, named for what the caller should do about it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace migledger::ledger {

enum class LedgerErrorKind {
  in_use,     // another process writes to it; the message names the holder
  refused,    // not a ledger, a foreign directory, a newer format, bound to another cloud
  corrupt,    // what is on disk is not what was acknowledged; the message has file and position
  disk,       // a write, sync or read failed (full, read-only, I/O); resumable once mended
  missing,    // there is no ledger there
  too_large,  // an event over 65,535 bytes
};

class LedgerError : public std::runtime_error {
 public:
  LedgerError(LedgerErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind(kind) {}
  const LedgerErrorKind kind;
};

// An append expected a stream to be at another version: somebody else appended first.
class VersionConflict : public std::runtime_error {
 public:
  VersionConflict(std::uint64_t stream, std::uint64_t expected, std::uint64_t actual)
      : std::runtime_error("stream " + std::to_string(stream) + " is at version " +
                           std::to_string(actual) + ", not " + std::to_string(expected) +
                           ": read it again and decide again"),
        stream(stream),
        expected(expected),
        actual(actual) {}
  const std::uint64_t stream;
  const std::uint64_t expected;
  const std::uint64_t actual;
};

}  // namespace migledger::ledger
