#include "cli/command_backup.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>

#include "cli/exit_status.h"
#include "cli/json_text.h"
#include "cli/names.h"
#include "cli/new_directory.h"
#include "ledger/ledger_copy.h"
#include "ledger/made_whole.h"
#include "ledger/printable.h"
#include "ledger/rocks_event_store.h"

namespace migledger::cli {

int run_backup(const BackupOptions& options, std::ostream& out, std::ostream& err) {
  require_ledger(options.ledger);
  require_room(options.directory, "the backup");
  ledger::MadeWhole made(options.directory);
  const auto copy = ledger::copy_ledger(options.ledger, made.directory());
  made.finish();
  say_copied(copy, err);
  const std::string root = ledger::to_hex(copy.root);
  if (options.json) {
    auto object = copied_json(copy);
    object["backup"] = json_text(options.directory);
    object["ledger"] = json_text(options.ledger);
    object["bytes"] = copy.bytes;
    out << boost::json::serialize(object) << "\n";
  } else {
    ledger::OpeningReport ignored;
    if (ledger_facts(*ledger::RocksEventStore::open_reader(options.directory, ignored)).simulated())
      out << kSimulatedLine << "\n";
    out << fmt::format("{} holds {} events of {}, and {} piece{} of evidence: {} bytes\nroot {}\n",
                       printable(options.directory), copy.head, printable(options.ledger),
                       copy.evidence, copy.evidence == 1 ? "" : "s", copy.bytes, root);
  }
  return static_cast<int>(copy.not_copied.empty() ? ExitStatus::done : ExitStatus::ledger_refused);
}

}  // namespace migledger::cli
