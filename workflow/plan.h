// Plan: what the user asked for, resolved: one or many migrations, each with every setting it has,
// defaults filled in. The names of a migration's fields are the keys of the configuration file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/fields.h"
#include "ledger/time.h"

namespace migledger::workflow {

// Values that must never reach the ledger, a log or a process list, by their placeholder
// "${secret:NAME:sha256:HEX}" (HEX: SHA-256 of the value). Held in memory only.
using Secrets = std::map<std::string, std::string, std::less<>>;

// The placeholder of `value`.
std::string secret_placeholder(std::string_view name, std::string_view value);

// `text` with every placeholder filled in as the inside of a JSON string (escaped). Returns nothing
// when a placeholder has no value in `secrets`: then the request cannot be sent again as it was.
std::optional<std::string> fill_placeholders(std::string_view text, const Secrets& secrets);

struct PlannedMigration {
  std::string name;                     // unique in the plan, and in the ledger
  std::vector<std::string> depends_on;  // names of migrations of the same plan
  // Sorted by name. Strings as they are, numbers, booleans, arrays and objects as JSON text.
  // Secret parts are placeholders.
  ledger::Fields fields;
};

// What the fields of a migration say is moved: its OCID, or the name of the bucket.
std::string_view source_of(const ledger::Fields& fields);

struct Plan {
  std::string workflow = "compute";
  std::vector<PlannedMigration> migrations;  // in the order of the file
  Secrets secrets;
};

// SHA-256 over what is recorded: for each field in order of its name, then "depends_on" in its
// order: length (8 bytes, big-endian) and bytes of name and of value.
std::string plan_digest(const PlannedMigration& migration);

}  // namespace migledger::workflow
