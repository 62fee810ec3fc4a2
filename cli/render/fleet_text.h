// The fleet for people: counts, one row a migration, and what is to be done.
#pragma once

#include <array>
#include <ostream>

#include "cli/base/names.h"
#include "cli/base/terminal.h"
#include "ledger/fold/fleet_summary.h"
#include "workflow/decide/transitions.h"

namespace migledger::cli {

// Every status, in the order in which people read them.
inline constexpr std::array kStatuses = {ledger::Status::running,   ledger::Status::parked,
                                         ledger::Status::failed,    ledger::Status::done,
                                         ledger::Status::cancelled, ledger::Status::rolled_back};

// How many migrations there are, by Status.
std::array<std::size_t, kStatuses.size()> count_by_status(const ledger::FleetSummary& fleet);

// "3 migrations: 1 running, 1 waiting, 1 done".
std::string count_words(const ledger::FleetSummary& fleet);

// Green, yellow, red: as far as a status is good or bad news.
Colour colour_of(ledger::Status status);

// One row a migration: what waits for a person first, then what failed, runs and is done. Of those
// that are done, beyond a thousand, only the number.
void print_fleet_table(const ledger::FleetSummary& fleet, const Terminal& terminal,
                       std::ostream& out);

// What a person must do, or can, about a migration: its need, or the ways on when it has failed;
// empty: nothing.
std::string need_of(const ledger::FleetRow& row);

// What a person must do, migration by migration, and what can be done about those that failed;
// nothing when there is nothing.
void print_needs(const ledger::FleetSummary& fleet, const Terminal& terminal, std::ostream& out);

// A line a way, or two where the terminal is narrow.
void print_ways(const std::vector<workflow::Way>& ways, std::size_t indent,
                const Terminal& terminal, std::ostream& out);

}  // namespace migledger::cli
