// The configuration file: one migration as the old script's users have it, or a plan of many.
// README.md, "Configuration", lists the keys; plan.schema.json is their JSON Schema.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "adapters/config/text/problem.h"
#include "adapters/config/text/text_file.h"
#include "ledger/event/fields.h"
#include "workflow/model/plan.h"

namespace migledger::adapters {

struct OciSettings {
  std::string program = "oci";
  std::string config_file;   // empty: the program's own default
  std::string profile;       // empty: the program's own default
  std::string auth;          // empty: the program's own default
  std::size_t parallel = 0;  // calls at once; 0: the adapter's own default
  double call_timeout_seconds = 120;
};

struct RetrySettings {
  unsigned max_attempts = 8;
  double base_seconds = 2;
  double cap_seconds = 60;
  unsigned max_generations = 3;
};

// What a run has for all its migrations and a migration may have for itself.
struct Settings {
  double poll_interval_seconds = 30;
  double settle_seconds = 600;
  RetrySettings retry;
  std::map<std::string, double> timeouts;  // seconds, by waiting step or "default"
};

struct Config {
  // The fields of each migration, all text (workflow/model/plan.h); of other workflows than compute, as
  // their forms have them (volume_form.h):
  //   always: source_region, target_region, source_compartment_id, target_compartment_id,
  //     migration_bucket_name, target_bucket_name, source_instance_id, target_ad,
  //     target_subnet_id, target_instance_shape, new_image_name, new_instance_name,
  //     transfer ("copy", "par"), allow_source_downtime ("true", "false"),
  //     poll_interval_seconds and settle_seconds (decimal), retry (JSON, all four keys),
  //     timeouts (JSON, perhaps {})
  //   when configured: volumes ("none", "replicate", "backup"), further_ads, fault_domains (JSON
  //   arrays), shape_config, metadata,
  //     freeform_tags, defined_tags, launch_options (JSON objects), keep_imported_image and
  //     keep_source_boot_volume ("true", "false"), quiet_period_seconds (decimal),
  //     ssh_authorized_keys (content of the file)
  //   from an old state file: claimed_… (old_state_file.h)
  workflow::Plan plan;
  Settings settings;  // the run's own

  std::string ledger_path = "migration.ledger";
  std::string state_file_path;  // of the old script; empty in a plan of many
  std::string log_file = "migration.log";
  std::string checkpoint_key;  // file of the key that signs the log after each run; empty: none
  std::size_t parallel = 10;   // migrations at once
  OciSettings oci;
  ledger::Fields endpoints;  // region → base URL
};

inline constexpr std::size_t kMaxConfigBytes = 16 * 1024 * 1024;

// Reads and checks the file at `path`, and the files it names, through `read`. Relative paths are
// relative to the working directory. `workflow` is the one whose form the file has when it does not
// say so itself; empty: compute. Throws ConfigError.
Config load_config(const std::string& path, const ReadFile& read = read_text_file,
                   std::string_view workflow = {});

// The same for a file that was read; `file` is its name in errors.
Config parse_config(std::string_view content, const std::string& file,
                    const ReadFile& read = read_text_file, std::string_view workflow = {});

}  // namespace migledger::adapters
