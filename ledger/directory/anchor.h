// The anchor of the head: a small file beside the database that says how far the log reached and
// what it held, so that a log or manifest that lost its end is noticed (FORMAT.md, "The anchor").
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/event/event.h"
#include "ledger/merkle/merkle.h"

namespace migledger::ledger {

struct Anchor {
  MerkleFrontier frontier;  // over all events up to position()
  Digest head{};            // leaf hash of the event at position()

  Position position() const { return frontier.size(); }
  void append(std::span<const std::byte> event_bytes);
};

std::string serialise(const Anchor& anchor);

// Throws std::invalid_argument saying what is wrong with the text.
Anchor parse_anchor(std::string_view text);

// Throws LedgerError(disk).
void write_anchor(const std::filesystem::path& file, const Anchor& anchor);

// Nothing when there is no file. Throws LedgerError(corrupt) naming the file, or LedgerError(disk).
std::optional<Anchor> read_anchor(const std::filesystem::path& file);

}  // namespace migledger::ledger
