// What history can be asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/base/terminal.h"

namespace migledger::cli {

// Filters combine with "and", the values of one filter with "or"; an empty filter lets all through.
struct HistoryOptions {
  std::vector<std::string> migrations;  // by name
  std::vector<std::string> steps;       // by name
  std::vector<std::string> types;       // kinds of events (event_kind.h)
  bool approvals = false;               // only what people approved, or ordered to be removed
  std::vector<std::string> resources;   // OCIDs, or names of objects and buckets
  std::vector<std::string> actors;      // user, or user@host
  std::vector<std::string> errors;      // classes of errors, as in event.capnp
  std::vector<std::string> requests;    // opc-request-ids, and OCIDs of work requests
  std::vector<std::string> keys;        // idempotency keys
  std::vector<std::string> texts;       // in any letter case
  std::optional<std::string> since;     // position or time
  std::optional<std::string> until;     // position or time
  bool reverse = false;                 // the newest first
  std::optional<std::uint64_t> limit;   // at most so many
  bool count = false;                   // only how many there are
  bool verbose = false;                 // table: everything an event holds
  bool follow = false;                  // go on with what is appended later
  std::string format = "table";         // "jsonl", "csv", "cloudevents" (event_….h)
  Terminal terminal;
};

}  // namespace migledger::cli
