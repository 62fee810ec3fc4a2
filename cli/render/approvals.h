// What people approved, as an event records it; an order to remove something counts as an approval.
#pragma once

#include <optional>
#include <string>

#include "cli/base/names.h"
#include "ledger/event/event.h"

namespace migledger::cli {

bool is_approval(ledger::schema::Event::Reader event);

struct ApprovalLine {
  ledger::Position position = 0;
  Time time{};
  std::string migration;
  std::string kind;    // "downtime", "cutover", "removal", "termination"; "" where it is not said
  std::string what;    // was approved
  std::string by;      // who, with their logins
  std::string how;     // "migledger approve", "--yes=cutover", "allow_source_downtime", …
  std::string reason;  // may be empty
};

// From outside: none of it is printable yet. Nothing when the event is no approval.
std::optional<ApprovalLine> approval_line(ledger::schema::Event::Reader event, Names& names);

}  // namespace migledger::cli
