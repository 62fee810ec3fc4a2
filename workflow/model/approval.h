// What people approve before a step does it, and what a run may take as approved.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "ledger/event/event.capnp.h"

namespace migledger::workflow {

using ApprovalKind = ledger::schema::Approved::Kind;

// "downtime", "cutover", "termination"; "" for one that a ledger does not say.
std::string_view name_of(ApprovalKind kind);
std::optional<ApprovalKind> approval_kind_named(std::string_view name);

// Whether who approves it must say why: what follows cannot be taken back.
bool wants_reason(ApprovalKind kind);

// What whoever starts a run approves with that.
struct Approvals {
  std::set<ApprovalKind> kinds;
  // What waited for approval when the run began, too; but never the end of a source.
  bool waiting = false;
  std::string given;  // in their words, for the record: "--yes=cutover"

  // `waited`: it waited for approval before this run began.
  bool cover(ApprovalKind kind, bool waited) const;
};

// All that can be asked for.
Approvals approve_all();

}  // namespace migledger::workflow
