// What the keys of a configuration must be to one another; the rules that no single value shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/config/text/json_node.h"
#include "adapters/config/text/problem.h"

namespace migledger::adapters {

// One migration of the file, with where its keys are to be found: in itself, else in "defaults",
// else, for the settings a run has too, at the top. The nearer one replaces the farther as a whole.
struct MigrationSource {
  std::string path;                    // "migrations[3]"; empty in a flat file
  const JsonNode* own = nullptr;       // an object
  const JsonNode* defaults = nullptr;  // an object, or nullptr
  const JsonNode* top = nullptr;       // an object, or nullptr in a flat file

  const JsonNode* find(std::string_view key) const;

  // The string there; empty when there is none.
  std::string_view text(std::string_view key) const;

  // Where `key` stands, for errors: "defaults.target_ad".
  std::string path_of(std::string_view key) const;

  bool flat() const { return top == nullptr; }

  // Resolved names; empty where the file gives nothing to make one from.
  std::string name() const;
  std::string new_image_name() const;
  std::string new_instance_name() const;
};

// Adds a problem at the value of `key`, or where it is missing.
void add_problem(const MigrationSource& migration, std::string_view key, std::string message,
                 Problems& problems);

struct WorkflowForm;

// Adds what is missing or does not fit together, by the form of the plan's workflow. Values of the
// wrong form, which other checks report, are passed over.
void check_plan(const std::vector<MigrationSource>& migrations, const JsonNode& root,
                const WorkflowForm& form, Problems& problems);

}  // namespace migledger::adapters
