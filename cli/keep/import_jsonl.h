// Reading what export_jsonl wrote, trusting none of it: every event must follow those before it and
// hash to what its line says, and all of them to the root in header and trailer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>

#include "ledger/base/sha256.h"
#include "ledger/event/event.h"

namespace migledger::cli {

struct Imported {
  ledger::Position head = 0;
  ledger::Digest root{};
  std::uint64_t evidence = 0;
  bool simulated = false;
};

// Makes a ledger of it in the empty directory `to`. `name` is what the input is called in errors.
// Throws LedgerError: refused, with the line and what to do, or disk; `to` is then unfinished.
Imported import_jsonl(std::istream& in, const std::string& name, const std::filesystem::path& to);

}  // namespace migledger::cli
