#include "cli/export/checkpoint.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <ostream>

#include "adapters/config/config.h"
#include "adapters/config/text/text_file.h"
#include "adapters/system_clock.h"
#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/key_files.h"
#include "cli/base/names.h"
#include "cli/base/output_file.h"
#include "cli/base/usage_error.h"
#include "cli/session/open_ledger.h"
#include "cli/session/open_to_read.h"
#include "cli/session/this_process.h"
#include "ledger/base/files.h"
#include "ledger/base/printable.h"
#include "ledger/tlog/publish.h"
#include "workflow/run/records.h"

namespace migledger::cli {

namespace {

using ledger::RocksEventStore;
using ledger::SignedCheckpoint;

// The time of a simulated ledger is that of its tenancy, and stands still while nobody runs.
Time now_in(const RocksEventStore& store) {
  const Time head = store.head().time;
  return ledger_facts(store).simulated() ? head : std::max(adapters::SystemClock().now(), head);
}

}  // namespace

SignedCheckpoint sign_ledger(const std::string& directory, const ledger::SigningKey& key,
                             const std::string& replaces, const std::string& command_line,
                             std::ostream& err) {
  const workflow::Actor actor = this_process(command_line);
  ledger::OpeningReport report;
  const auto store = RocksEventStore::open_writer(
      directory, {actor.pid, actor.host, adapters::SystemClock().now()}, report);
  tell(report, err);
  record_dropped_tail(*store, report, now_in(*store));
  std::vector<SignedCheckpoint> elsewhere;
  if (!replaces.empty() && std::filesystem::exists(replaces))
    elsewhere.push_back(ledger::read_checkpoint(replaces));
  const std::string id = ledger_facts(*store).id;
  // Before a session is begun for it.
  refuse_inconsistent(*store, directory, ledger::origin_of(key.verifier().name, id), elsewhere);
  auto opened = workflow::session_opened({ledger::kLedgerStream, now_in(*store), 0, 0}, actor, {});
  const auto session = store->append_one(opened);
  SignedCheckpoint checkpoint =
      publish_checkpoint(*store, directory, key, id, session, now_in(*store), elsewhere);
  auto closed = workflow::session_closed({ledger::kLedgerStream, now_in(*store), session, session},
                                         0, "signed a checkpoint");
  store->append_one(closed);
  store->close();
  return checkpoint;
}

SignedCheckpoint sign_after_run(RocksEventStore& store, const std::string& directory,
                                const ledger::SigningKey& key) {
  const auto head = store.head();
  const auto last = store.scan(head.position);
  last->next();
  return publish_checkpoint(store, directory, key, ledger_facts(store).id,
                            last->event().getSession(), head.time);
}

int run_checkpoint(const CheckpointCommand& command, std::ostream& out, std::ostream& err) {
  const std::string& directory = command.ledger;
  std::string key_file = command.key;
  if (key_file.empty() && !command.config.empty())
    key_file = adapters::load_config(command.config, adapters::read_text_file).checkpoint_key;
  if (key_file.empty())
    throw UsageError(
        "there is no key to sign with; give --key FILE (migledger keygen makes one), or --config "
        "with a file that has \"checkpoint_key\"");
  const auto key = read_signing_key(key_file);
  // A copy that cannot be written shows before anything is signed, which counts as published.
  const bool copied = !command.out.empty() && command.out != "-";
  std::optional<OutputFile> copy;
  if (copied) copy.emplace(command.out, WhenThere::replaced, out);
  const SignedCheckpoint made =
      sign_ledger(directory, key, copied ? command.out : "", command.command_line, err);
  const std::string file =
      ledger::CheckpointStore(directory).file_of(made.checkpoint.size).string();
  if (copy) {
    try {
      copy->write(made.bytes);
      copy->finish();
    } catch (const UsageError& e) {
      throw UsageError(fmt::format("{}. It is signed and kept in {}: copy that", e.what(), file));
    }
  }
  if (!command.json) {
    out << made.bytes;
    err << fmt::format("migledger: signed {} events of {}; kept in {}. Keep a copy elsewhere\n",
                       made.checkpoint.size, printable(directory), printable(file));
    return static_cast<int>(ExitStatus::done);
  }
  ledger::OpeningReport report;
  boost::json::object object{{"origin", json_text(made.checkpoint.origin)},
                             {"key", json_text(key.verifier().name)},
                             {"key_id", fmt::format("{:08x}", key.verifier().id())},
                             {"size", made.checkpoint.size},
                             {"root", ledger::to_hex(made.checkpoint.root)},
                             {"file", json_text(file)}};
  if (ledger_facts(*RocksEventStore::open_reader(directory, report)).simulated())
    object["simulated"] = true;
  object["checkpoint"] = json_text(made.bytes);
  out << boost::json::serialize(object) << "\n";
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
