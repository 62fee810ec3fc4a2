#include "cli/keep/import.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/names.h"
#include "cli/base/new_directory.h"
#include "cli/base/usage_error.h"
#include "cli/keep/import_jsonl.h"
#include "ledger/base/made_whole.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

int run_import(const ImportOptions& options, std::istream& in, std::ostream& out) {
  const bool from_file = options.jsonl != "-";
  std::ifstream file;
  if (from_file) {
    file.open(options.jsonl, std::ios::binary);
    if (!file)
      throw UsageError(printable(options.jsonl) + " cannot be read: " + std::strerror(errno));
  }
  require_room(options.ledger, "the imported ledger");
  ledger::MadeWhole made(options.ledger);
  const auto imported = import_jsonl(
      from_file ? file : in, from_file ? options.jsonl : "standard input", made.directory());
  made.finish();
  const std::string root = ledger::to_hex(imported.root);
  if (options.json) {
    out << boost::json::serialize(boost::json::object{{"ledger", json_text(options.ledger)},
                                                      {"head", imported.head},
                                                      {"root", root},
                                                      {"evidence", imported.evidence}})
        << "\n";
    return static_cast<int>(ExitStatus::done);
  }
  if (imported.simulated) out << kSimulatedLine << "\n";
  out << fmt::format(
      "{} holds {} events and {} piece{} of evidence\nroot {}\n"
      "It is the same ledger as the one that was exported, and only one of them may go on; to go "
      "on with this one, migledger restore it first.\n",
      printable(options.ledger), imported.head, imported.evidence,
      imported.evidence == 1 ? "" : "s", root);
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
