#include "cli/keep/backup.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/names.h"
#include "cli/base/new_directory.h"
#include "ledger/base/made_whole.h"
#include "ledger/base/printable.h"
#include "ledger/copy/ledger_copy.h"
#include "ledger/store/rocks_event_store.h"

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
