#include "cli/simulation/universe/trace.h"

namespace migledger::simulation {

void Trace::note(std::string_view line) {
  digest_ = ledger::sha256(digest_, ledger::bytes_of(line));
  if (keep_) lines_.emplace_back(line);
}

void Trace::note(std::string_view line, std::string_view words) {
  digest_ = ledger::sha256(digest_, ledger::bytes_of(line));
  if (keep_) lines_.emplace_back(line).append(" ").append(words);
}

}  // namespace migledger::simulation
