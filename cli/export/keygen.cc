#include "cli/export/keygen.h"

#include <ostream>

#include "cli/base/exit_status.h"
#include "cli/base/output_file.h"
#include "cli/base/usage_error.h"
#include "cli/session/this_process.h"
#include "ledger/base/printable.h"
#include "ledger/merkle/signed_note.h"

namespace migledger::cli {

int run_keygen(const KeygenOptions& options, std::ostream& out, std::ostream& err) {
  const std::string name =
      options.name.empty() ? this_process({}).host + "/migledger" : options.name;
  if (const std::string why = ledger::why_no_key_name(name); !why.empty())
    throw UsageError("--name: " + why);
  if (options.file == "-")
    throw UsageError("a private key is kept in a file of its own, and never shown: name one");
  const std::string public_file = options.file + ".pub";
  OutputFile private_part(options.file, WhenThere::refused, out, 0600);
  OutputFile public_part(public_file, WhenThere::refused, out, 0644);
  const auto key = ledger::SigningKey::generate(name);
  const std::string verifier = key.verifier().serialise() + "\n";
  private_part.write(key.serialise() + "\n");
  public_part.write(verifier);
  private_part.finish();
  public_part.finish();
  out << verifier;
  err << "migledger: the private key is in " << printable(options.file)
      << ": keep it from others; the public one, above and in " << printable(public_file)
      << ", is for whoever checks\n";
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
