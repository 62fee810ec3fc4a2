// What the commands that make a ledger out of another say and ask alike.
#pragma once

#include <boost/json/fwd.hpp>
#include <iosfwd>
#include <string>

#include "ledger/copy/ledger_copy.h"

namespace migledger::cli {

// Before anything is made at `path`, which is to be `what` ("the backup"): throws AlreadyThere when
// there is something, UsageError when the name is empty or no directory is there to hold it.
void require_room(const std::string& path, const std::string& what);

// Throws LedgerError(missing, refused) when there is no ledger.
void require_ledger(const std::string& path);

// What is in the copy, for programs: head, root, evidence (how many pieces), damaged_evidence (what
// was left out, in sentences).
boost::json::object copied_json(const ledger::LedgerCopy& copy);

// What the copying found, for people.
void say_copied(const ledger::LedgerCopy& copy, std::ostream& err);

}  // namespace migledger::cli
