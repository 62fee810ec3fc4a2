// The state file of the old migration script: what it says was already done. Its claims are only
// claims; the workflow checks each against the cloud before it goes on from there.
#pragma once

#include <string>

#include "adapters/config/text/problem.h"
#include "adapters/config/text/text_file.h"
#include "ledger/event/fields.h"

namespace migledger::adapters {

// The claims of the file at `path`, as fields for the migration:
//   claimed_source_image_id, claimed_target_image_id, claimed_target_instance_id   OCIDs
//   claimed_export   "true" when the image was exported
//   claimed_from     `path`
// Empty when there is no such file or it claims nothing. A null or an empty string claims nothing;
// keys the old script did not have are passed over. Throws ConfigError.
ledger::Fields read_old_state_file(const std::string& path, const ReadFile& read);

}  // namespace migledger::adapters
