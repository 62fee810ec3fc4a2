#include "cli/command_keygen.h"

#include <filesystem>
#include <ostream>

#include "cli/exit_status.h"
#include "cli/printable.h"
#include "cli/this_process.h"
#include "cli/usage_error.h"
#include "ledger/files.h"
#include "ledger/signed_note.h"

namespace migledger::cli {

int run_keygen(const KeygenOptions& options, std::ostream& out, std::ostream& err) {
  const std::string name =
      options.name.empty() ? this_process({}).host + "/migledger" : options.name;
  if (const std::string why = ledger::why_no_key_name(name); !why.empty())
    throw UsageError("--name: " + why);
  const std::string public_file = options.file + ".pub";
  const auto refuse = [](const std::string& file) {
    throw UsageError(printable(file) +
                     " is there already; a key is never overwritten: name another "
                     "file");
  };
  if (std::filesystem::exists(public_file)) refuse(public_file);
  const auto key = ledger::SigningKey::generate(name);
  const std::string verifier = key.verifier().serialise() + "\n";
  if (!ledger::create_new(options.file, ledger::bytes_of(key.serialise() + "\n"), 0600))
    refuse(options.file);
  if (!ledger::create_new(public_file, ledger::bytes_of(verifier), 0644)) refuse(public_file);
  out << verifier;
  err << "migledger: the private key is in " << printable(options.file)
      << ": keep it from others; the public one, above and in " << printable(public_file)
      << ", is for whoever checks\n";
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
