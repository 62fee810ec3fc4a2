// The report as Markdown, short enough for a ticket: tables as GitHub and GitLab render them.
#pragma once

#include <string>

#include "cli/report/data.h"

namespace migledger::cli {

// Ends with a line end. Times are UTC. Of very many migrations only those that need attention and
// the first ones are listed, and the number of the others is said.
std::string report_markdown(const ReportData& data);

}  // namespace migledger::cli
