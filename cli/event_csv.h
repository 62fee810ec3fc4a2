// Events as CSV (RFC 4180): for spreadsheets.
#pragma once

#include <string>
#include <string_view>

#include "cli/names.h"
#include "ledger/event.h"

namespace migledger::cli {

// The header line, with its line end. Columns are added at the end, never renamed.
std::string_view csv_header();

// One record, with its line end. Times are UTC; `detail` is the sentence of event_text.h, whole.
std::string csv_record(ledger::schema::Event::Reader event, Names& names, bool simulated);

// One text cell: quoted where RFC 4180 wants it, and with "'" before a character that would make a
// spreadsheet take it for a formula
// (https://owasp.org/www-community/attacks/CSV_Injection).
std::string csv_cell(std::string_view text);

}  // namespace migledger::cli
