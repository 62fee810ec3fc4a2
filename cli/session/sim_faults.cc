#include "cli/session/sim_faults.h"

#include <fmt/format.h>

#include "adapters/config/config.h"
#include "adapters/config/text/text_file.h"
#include "cli/base/usage_error.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

adapters::sim::Faults read_faults(std::string_view option, const std::string& file) {
  try {
    return adapters::sim::parse_faults(adapters::read_text_file(file, adapters::kMaxConfigBytes),
                                       file);
  } catch (const adapters::FileError& e) {
    throw UsageError(fmt::format("{} {}: {}", option, printable(file), e.what()));
  }
}

}  // namespace migledger::cli
