// What a report tells, gathered from a ledger in one pass.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/render/approvals.h"
#include "ledger/event/event_store.h"
#include "ledger/merkle/merkle.h"
#include "workflow/audit/timeline.h"

namespace migledger::cli {

struct ReportScope {
  std::vector<std::string> migrations;  // by name; empty: all
  std::set<ledger::StreamId> streams;   // theirs
  ledger::Position until = 0;           // the last event that counts
  bool is_head = true;                  // it is the newest one
};

// What happened to the ledger itself: its end was cut off, it was put back from a copy and compared
// with the cloud, forked, or signed.
struct LedgerNote {
  ledger::Position position = 0;
  Time time{};
  std::string_view kind;  // kind_of() the event
  std::string words;      // printable
};

struct ReportData {
  explicit ReportData(ReportScope which) : scope(std::move(which)), timeline(scope.streams) {}

  ReportScope scope;
  workflow::Timeline timeline;
  ledger::MerkleFrontier frontier;                  // over all events up to scope.until
  std::map<std::string_view, std::uint64_t> kinds;  // how many events of each
  std::uint64_t events = 0;             // of the migrations in scope and of the ledger's own
  std::uint64_t unknown_events = 0;     // of kinds that this version does not know
  std::vector<LedgerNote> notes;        // in order
  std::vector<ApprovalLine> approvals;  // in order
  std::string signed_checkpoint;        // the newest that there is; empty: none
};

// Called with each event that the report is about: of the migrations in scope, and of the ledger's
// own stream.
using EventVisitor = std::function<void(ledger::schema::Event::Reader)>;

ReportData gather_report(const ledger::EventStore& store, ReportScope scope,
                         const EventVisitor& visit = {});

// How many migrations stand where: by standing(), most first.
std::vector<std::pair<std::string, std::uint64_t>> standings(const workflow::Timeline& timeline);

// Where a migration stands, in words: "done", "waiting", "rolling back", …
std::string_view standing_of(const workflow::MigrationTimeline& migration);

// A migration that cannot go on by itself, or has failed.
bool needs_attention(const workflow::MigrationTimeline& migration);

// What a person must do, or can, about a migration that needs attention; empty: it needs none.
std::string what_to_do(const workflow::MigrationTimeline& migration);

// What became of a resource: "there", "removed", …
std::string_view name_of(workflow::Fate fate);

// How a resource came to be the migration's: "made", "adopted", …
std::string_view origin_of(const workflow::Entry& entry);

}  // namespace migledger::cli
