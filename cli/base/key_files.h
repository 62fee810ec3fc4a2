// Keys of checkpoints as people give them: files, or the text of a public key itself.
#pragma once

#include <string>
#include <vector>

#include "ledger/merkle/signed_note.h"

namespace migledger::cli {

// The private key in `file`. Throws UsageError, without a word of what is in it.
ledger::SigningKey read_signing_key(const std::string& file);

// `given` is the text of a public key, or a file that holds one. Throws UsageError.
ledger::VerifierKey read_verifier_key(const std::string& given);

// Of each. Throws UsageError.
std::vector<ledger::VerifierKey> read_verifier_keys(const std::vector<std::string>& given);

}  // namespace migledger::cli
