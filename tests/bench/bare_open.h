// A whole process that opens the database of a ledger read-only and does nothing else: what the
// first output of a command is compared to.
#pragma once

namespace migledger::bench {

// The word that makes this program that process; the directory of the ledger follows.
inline constexpr char kBareOpen[] = "bare-open";

// Opens, and ends. Returns an exit code.
int bare_open(const char* ledger);

}  // namespace migledger::bench
