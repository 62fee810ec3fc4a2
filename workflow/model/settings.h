// What a plan says about how a migration is run, read once: retries, waits and polls.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/event/fields.h"
#include "workflow/cloud/retry_policy.h"

namespace migledger::workflow {

struct Settings {
  RetryPolicy retry;
  // How long something must be absent before that proves that it was never made: a request may
  // arrive late, and lists are late, too.
  Duration settle = std::chrono::seconds(600);
  Duration poll_interval = std::chrono::seconds(30);

  // How long a step may wait; nothing: as long as it does.
  std::optional<Duration> timeout(std::string_view step) const;

  std::map<std::string, Duration, std::less<>> timeouts;  // by step, and "default"
};

// Of the fields of a plan; what they leave out, or say in a way nobody understands, keeps its
// default. Valid until the fields change.
const Settings& settings_of(const ledger::Fields& plan);

}  // namespace migledger::workflow
