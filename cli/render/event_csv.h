// Events as CSV (RFC 4180): for spreadsheets.
#pragma once

#include <string>
#include <string_view>

#include "cli/base/names.h"
#include "ledger/event/event.h"

namespace migledger::cli {

// The header line, with its line end. Columns are added at the end, never renamed; the last one,
// `ledger`, is there when events of several ledgers are told.
std::string_view csv_header(bool several_ledgers = false);

// One record, with its line end. Times are UTC; `detail` is the sentence of event_text.h, whole.
// `ledger`: its name, when there are several; otherwise empty.
std::string csv_record(ledger::schema::Event::Reader event, Names& names, bool simulated,
                       std::string_view ledger = {});

// One text cell: quoted where RFC 4180 wants it, and with "'" before a character that would make a
// spreadsheet take it for a formula
// (https://owasp.org/www-community/attacks/CSV_Injection).
std::string csv_cell(std::string_view text);

}  // namespace migledger::cli
