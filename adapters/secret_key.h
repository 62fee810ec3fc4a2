// The key of this user on this machine with which secrets are digested (workflow/cloud/secrets.h).
#pragma once

#include <filesystem>

#include "workflow/cloud/secrets.h"

namespace migledger::adapters {

// Where it lies: $XDG_STATE_HOME/migledger/secret.key, by default in ~/.local/state. Never in a
// ledger, so that no copy of one takes it along. Throws std::runtime_error when there is no home.
std::filesystem::path secret_key_file();

// Reads the key, 32 bytes, from `file`; makes it, for the owner only, when there is none. Throws
// std::runtime_error with the file and what to do: it cannot be made, is not 32 bytes, or others
// may read it.
workflow::SecretKey secret_key(const std::filesystem::path& file);

// The same, but leaves nothing: where there is no key it is one that nobody keeps.
workflow::SecretKey passing_secret_key(const std::filesystem::path& file);

}  // namespace migledger::adapters
