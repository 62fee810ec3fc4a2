#include "cli/keep/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/key_files.h"
#include "cli/base/moment.h"
#include "cli/base/names.h"
#include "cli/base/usage_error.h"
#include "cli/keep/verify_tlog.h"
#include "cli/render/finding_lines.h"
#include "ledger/base/printable.h"
#include "ledger/store/rocks_event_store.h"
#include "ledger/tlog/tlog_verify.h"
#include "workflow/audit/exposed_secrets.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using ledger::Verification;
using Ending = Verification::Ending;

std::string plural(std::uint64_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string tail_words(const Verification& found) {
  const auto& tail = *found.opening.dropped_tail;
  return fmt::format("{} ends within a record, of which {} are there; it was never acknowledged",
                     printable(tail.file, 200), plural(tail.bytes, "byte"));
}

void print_looked_at(const Verification& found, std::ostream& out) {
  if (found.cloud == "sim") out << kSimulatedLine << "\n";
  if (found.ledger_id.empty()) return;
  out << fmt::format("ledger {} ({}): {} of {}", printable(found.ledger_id, 40),
                     printable(found.cloud, 20), plural(found.head, "event"),
                     plural(found.migrations, "migration"));
  if (found.head != 0)
    out << fmt::format(", the last #{} at {}", found.head, format_local(found.time));
  out << "\n";
  if (found.tree)
    out << fmt::format("root {} (RFC 6962, of all {})\n", ledger::to_hex(found.tree->root()),
                       found.head);
  out << fmt::format(
      "looked at: every event and its hash, the anchor at #{}, {} and their outcomes, the index, "
      "{}, "
      "{} of evidence\n",
      found.anchored, plural(found.intents, "intent"), plural(found.snapshots, "snapshot"),
      plural(found.evidence, "file"));
  if (found.checkpoints != 0 || found.tiles != 0)
    out << fmt::format("and {} of the Merkle tree, {}\n", plural(found.tiles, "tile"),
                       plural(found.checkpoints, "checkpoint"));
  if (found.unknown_events != 0)
    out << fmt::format("{} {} written by a newer version: hashed, but not understood\n",
                       plural(found.unknown_events, "event"),
                       found.unknown_events == 1 ? "was" : "were");
  for (const auto& remark : found.remarks) out << printable(remark, 1000) << "\n";
}

void print_text(const Verification& found, const Terminal& terminal, std::ostream& out) {
  print_looked_at(found, out);
  print_findings(found.findings, terminal, out);
  switch (found.ending()) {
    case Ending::intact:
      out << paint(terminal, Colour::green, "intact") << "\n";
      break;
    case Ending::tail_passed_over:
      out << paint(terminal, Colour::yellow, "intact, but for an unacknowledged tail") << ": "
          << tail_words(found) << ". The next run drops it, keeps a copy and records that\n";
      break;
    case Ending::refused:
      out << paint(terminal, Colour::red, "refused") << ": "
          << plural(found.findings.count(), "finding") << "; nothing was changed\n";
      break;
  }
}

std::string_view word_of(Ending ending) {
  switch (ending) {
    case Ending::intact:
      return "intact";
    case Ending::tail_passed_over:
      return "tail-passed-over";
    case Ending::refused:
      break;
  }
  return "refused";
}

void print_json(const Verification& found, std::ostream& out) {
  json::object object{{"ending", word_of(found.ending())}};
  if (!found.ledger_id.empty()) {
    object["ledger"] = json_text(found.ledger_id);
    object["cloud"] = json_text(found.cloud);
  }
  if (found.cloud == "sim") object["simulated"] = true;
  object["position"] = found.head;
  if (found.head != 0) object["time"] = format_utc(found.time);
  if (found.tree) object["root"] = ledger::to_hex(found.tree->root());
  object["anchor"] = found.anchored;
  if (found.opening.dropped_tail)
    object["tail"] = json::object{{"file", json_text(found.opening.dropped_tail->file)},
                                  {"bytes", found.opening.dropped_tail->bytes}};
  object["migrations"] = found.migrations;
  object["intents"] = found.intents;
  object["snapshots"] = found.snapshots;
  object["evidence"] = found.evidence;
  object["checkpoints"] = found.checkpoints;
  object["tiles"] = found.tiles;
  object["unknown_events"] = found.unknown_events;
  add_findings(found.findings, object);
  json::array remarks;
  for (const auto& remark : found.remarks) remarks.push_back(json::value(json_text(remark)));
  object["remarks"] = std::move(remarks);
  out << json::serialize(object) << "\n";
}

}  // namespace

int run_verify(const VerifyCommand& command, std::ostream& out) {
  if (!command.tlog.empty()) return verify_tlog(command, out);
  ledger::VerifyOptions options;
  const auto keys = read_verifier_keys(command.keys);
  std::optional<ledger::SignedCheckpoint> checkpoint;
  if (!command.checkpoint.empty()) {
    checkpoint = ledger::read_checkpoint(command.checkpoint);
    options.checkpoints.push_back(
        {checkpoint->checkpoint.size, checkpoint->checkpoint.root, command.checkpoint});
  } else if (!keys.empty()) {
    throw UsageError("--key is about a checkpoint: give --checkpoint FILE, or --tlog DIR");
  }
  if (!command.until.empty()) {
    const Moment moment = parse_moment("--until", command.until);
    ledger::OpeningReport report;
    const auto store = ledger::RocksEventStore::open_reader(command.ledger, report);
    options.until = last_until(*store, "--until", moment);
  }
  Verification found = ledger::verify(command.ledger, options);
  if (checkpoint) {
    if (keys.empty())
      found.remarks.push_back("the signature of " + command.checkpoint +
                              " was not checked: give --key");
    else if (const auto wrong = signature_finding(*checkpoint, keys, command.checkpoint))
      found.findings.add(*wrong);
    if (checkpoint->checkpoint.size > options.until)
      found.remarks.push_back("the checkpoint covers more than was looked at, and was left out");
  }
  if (found.ending() != Ending::refused) {
    ledger::OpeningReport report;
    const auto store = ledger::RocksEventStore::open_reader(command.ledger, report);
    const auto exposed = workflow::words_of(workflow::exposed_secrets(*store, found.head));
    if (!exposed.empty())
      found.remarks.push_back(fmt::format("{}: {}", exposed, workflow::kExposedAdvice));
  }
  if (command.json)
    print_json(found, out);
  else
    print_text(found, command.terminal, out);
  out.flush();
  return static_cast<int>(found.ending() == Ending::intact ? ExitStatus::done
                                                           : ExitStatus::ledger_refused);
}

}  // namespace migledger::cli
