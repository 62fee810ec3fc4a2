// Trace: everything that happened, in order, as lines; and their digest, by which two runs of one
// seed are held against each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/sha256.h"

namespace migledger::simulation {

class Trace {
 public:
  // `keep`: keeps the lines, not the digest alone.
  explicit Trace(bool keep) : keep_(keep) {}

  void note(std::string_view line);
  // The same, with words that are for people alone.
  void note(std::string_view line, std::string_view words);

  bool keeps() const { return keep_; }
  std::string digest() const { return ledger::to_hex(digest_); }
  std::vector<std::string> take_lines() { return std::move(lines_); }

 private:
  const bool keep_;
  ledger::Digest digest_{};
  std::vector<std::string> lines_;
};

}  // namespace migledger::simulation
