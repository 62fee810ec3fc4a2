// Plan: what the user asked for, resolved: one or many migrations, each with every setting it has,
// defaults filled in. The names of a migration's fields are the keys of the configuration file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/time.h"
#include "ledger/event/fields.h"
#include "workflow/cloud/secrets.h"

namespace migledger::workflow {

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

// Gives every secret of the plan the placeholder under which it is recorded. Before a run, which
// records them.
void seal(Plan& plan, const SecretKey& key);
bool is_sealed(const Plan& plan);

// `planned` with the placeholders of `recorded` wherever those stand for the same secrets, so that
// the two can be compared as texts. `lenient`: also where nobody here can tell.
PlannedMigration with_recorded_secrets(const PlannedMigration& planned,
                                       const ledger::Fields& recorded, const Secrets& secrets,
                                       bool lenient);

// SHA-256 over what is recorded: for each field in order of its name, then "depends_on" in its
// order: length (8 bytes, big-endian) and bytes of name and of value.
std::string plan_digest(const PlannedMigration& migration);

}  // namespace migledger::workflow
