#include "cli/keep/verify_tlog.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/key_files.h"
#include "cli/render/finding_lines.h"
#include "ledger/base/printable.h"
#include "ledger/tlog/tlog_verify.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using ledger::TlogVerification;
using ledger::to_hex;

constexpr std::string_view kUnchecked =
    "the signature was not checked: without --key anybody can have made this log";

void print_text(const TlogVerification& found, const Terminal& terminal, std::ostream& out) {
  if (found.checkpoint)
    out << fmt::format("log {}: {} entries, root {}\n", printable(found.checkpoint->origin),
                       found.checkpoint->size, to_hex(found.checkpoint->root));
  out << fmt::format("looked at: {} entries and their hashes, {} files\n", found.entries,
                     found.files);
  if (!found.signature_checked) out << kUnchecked << "\n";
  print_findings(found.findings, terminal, out);
  if (const auto count = found.findings.count())
    out << paint(terminal, Colour::red, "refused")
        << fmt::format(": {} finding{}; nothing was changed\n", count, count == 1 ? "" : "s");
  else
    out << paint(terminal, Colour::green, "intact") << "\n";
}

void print_json(const TlogVerification& found, std::ostream& out) {
  json::object object{{"ending", found.findings.count() == 0 ? "intact" : "refused"}};
  if (found.checkpoint) {
    object["origin"] = json_text(found.checkpoint->origin);
    object["size"] = found.checkpoint->size;
    object["root"] = to_hex(found.checkpoint->root);
  }
  object["entries"] = found.entries;
  object["files"] = found.files;
  object["signature_checked"] = found.signature_checked;
  add_findings(found.findings, object);
  out << json::serialize(object) << "\n";
}

}  // namespace

int verify_tlog(const VerifyCommand& command, std::ostream& out) {
  ledger::TlogVerifyOptions options;
  options.keys = read_verifier_keys(command.keys);
  if (!command.checkpoint.empty())
    options.earlier.emplace_back(ledger::read_checkpoint(command.checkpoint), command.checkpoint);
  TlogVerification found = ledger::verify_tlog(command.tlog, options);
  if (!command.checkpoint.empty() && !options.keys.empty())
    if (const auto wrong =
            signature_finding(options.earlier[0].first, options.keys, command.checkpoint))
      found.findings.add(*wrong);
  if (command.json)
    print_json(found, out);
  else
    print_text(found, command.terminal, out);
  out.flush();
  return static_cast<int>(found.findings.count() == 0 ? ExitStatus::done
                                                      : ExitStatus::ledger_refused);
}

}  // namespace migledger::cli
