// verify_tlog(): reads an exported log, without its ledger, and says whether it is what its
// checkpoint was signed for: every byte of every file. Changes nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/merkle/checkpoint.h"
#include "ledger/verify/verify.h"

namespace migledger::ledger {

struct TlogVerifyOptions {
  std::vector<VerifierKey> keys;  // one of them must have signed; none: signatures are not checked
  // Checkpoints that the log must have gone on from, and where each was found.
  std::vector<std::pair<SignedCheckpoint, std::string>> earlier;
};

struct TlogVerification {
  Findings findings;
  std::optional<Checkpoint> checkpoint;  // nothing: it cannot be read
  bool signature_checked = false;
  std::uint64_t entries = 0;  // that were read
  std::uint64_t files = 0;    // that were looked at
};

// Throws LedgerError: missing when there is no such directory; disk (what the system could not
// read).
TlogVerification verify_tlog(const std::filesystem::path& directory,
                             const TlogVerifyOptions& options = {});

// What is wrong with the signatures of a checkpoint that was found in `file`, held against `keys`.
// Nothing when one of them signed it.
std::optional<Finding> signature_finding(const SignedCheckpoint& checkpoint,
                                         const std::vector<VerifierKey>& keys,
                                         const std::string& file);

}  // namespace migledger::ledger
