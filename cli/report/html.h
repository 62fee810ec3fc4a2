// The report as one self-contained page: no network, no other file.
#pragma once

#include <string>

#include "cli/report/data.h"

namespace migledger::cli {

// `json`: what ReportJson wrote; it must be safe in a script element. `directory`: of the ledger,
// for the commands that verify it.
std::string report_page(const ReportData& data, const std::string& json,
                        const std::string& directory);

}  // namespace migledger::cli
