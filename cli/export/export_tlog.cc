#include "cli/export/export_tlog.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/base/exit_status.h"
#include "cli/base/key_files.h"
#include "cli/base/usage_error.h"
#include "cli/export/checkpoint.h"
#include "cli/session/open_to_read.h"
#include "ledger/base/printable.h"
#include "ledger/tlog/tlog_tiles.h"

namespace migledger::cli {

int export_tlog(const std::string& ledger, const ExportTlog& options, std::ostream& out,
                std::ostream& err) {
  std::optional<ledger::SignedCheckpoint> checkpoint;
  if (options.key.empty()) {
    checkpoint = ledger::CheckpointStore(ledger).newest();
  } else {
    const auto key = read_signing_key(options.key);
    checkpoint = sign_ledger(ledger, key, {}, options.command_line, err);
  }
  const auto store = open_to_read(ledger, err);
  if (!checkpoint)
    throw UsageError(
        "the ledger has published no checkpoint, and a log without one proves nothing; give --key "
        "FILE, or run migledger checkpoint first");
  const auto done = ledger::export_tlog(*store, *checkpoint, options.directory);
  out << fmt::format("{}: {} events of {}, {} of them new; {} files written\n",
                     printable(options.directory), done.checkpoint.size,
                     printable(done.checkpoint.origin), done.checkpoint.size - done.before,
                     done.written + 1);
  if (const auto head = store->head().position; head > done.checkpoint.size)
    out << fmt::format("the {} events after the checkpoint are not exported\n",
                       head - done.checkpoint.size);
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
