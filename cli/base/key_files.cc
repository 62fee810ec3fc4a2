#include "cli/base/key_files.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "cli/base/usage_error.h"
#include "ledger/base/errors.h"
#include "ledger/base/files.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

constexpr std::size_t kMaxKeyFileBytes = 4096;

// The first line of the file; nothing when there is no such file.
std::optional<std::string> first_line(const std::string& file) {
  auto text = ledger::read_text(file, kMaxKeyFileBytes);
  if (text) text->erase(std::min(text->find_first_of("\r\n"), text->size()));
  return text;
}

}  // namespace

ledger::SigningKey read_signing_key(const std::string& file) {
  const auto text = first_line(file);
  if (!text)
    throw UsageError("there is no key at " + printable(file) + "; make one with migledger keygen");
  try {
    return ledger::SigningKey::parse(*text);
  } catch (const std::invalid_argument& e) {
    throw UsageError(printable(file) + " is not the file of a private key: " + e.what());
  }
}

ledger::VerifierKey read_verifier_key(const std::string& given) {
  try {
    const auto text = first_line(given);
    return ledger::VerifierKey::parse(text ? *text : given);
  } catch (const std::invalid_argument& e) {
    throw UsageError(
        "--key: " + printable(given) +
        " is neither a public key (NAME+ID+BASE64) nor a file that holds one: " + e.what());
  } catch (const ledger::LedgerError& e) {
    throw UsageError(std::string("--key: ") + e.what());
  }
}

std::vector<ledger::VerifierKey> read_verifier_keys(const std::vector<std::string>& given) {
  std::vector<ledger::VerifierKey> keys;
  for (const auto& one : given) keys.push_back(read_verifier_key(one));
  return keys;
}

}  // namespace migledger::cli
