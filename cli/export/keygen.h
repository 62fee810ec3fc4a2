// migledger keygen: a new key to sign checkpoints with.
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

struct KeygenOptions {
  std::string file;  // the private key; the public one is written beside it as FILE.pub
  std::string name;  // empty: HOST/migledger
};

// Prints the public key. Returns an exit code. Throws AlreadyThere for one of the files, UsageError
// when the name is none, LedgerError(disk).
int run_keygen(const KeygenOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
