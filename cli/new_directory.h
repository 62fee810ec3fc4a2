// What the commands that make a ledger out of another say and ask alike.
#pragma once

#include <iosfwd>
#include <string>

#include "ledger/ledger_copy.h"

namespace migledger::cli {

// Before anything is made: throws UsageError when there is something at `path`, which is to be
// `what` ("the backup"), or when it is empty.
void require_absent(const std::string& path, const std::string& what);

// Throws LedgerError(missing, refused) when there is no ledger.
void require_ledger(const std::string& path);

// What the copying found, for people.
void say_copied(const ledger::LedgerCopy& copy, std::ostream& err);

}  // namespace migledger::cli
