// Which ledger a command is about, and its one name.
#pragma once

#include <string>

namespace migledger::cli {

inline constexpr const char* kDefaultConfig = "config.json";
inline constexpr const char* kDefaultLedger = "migration.ledger";

// The name by which everything beside a ledger is found, such as <ledger>.sim: without slashes at
// its end and, where a symbolic link leads to it, the directory that the link leads to. A path that
// cannot be looked at stays as it is: whoever opens it says why.
std::string one_name(const std::string& path);

// The one name of the ledger that was typed; of the configured one when none was.
std::string one_name(const std::string& typed, const std::string& configured);

// What was typed to say which ledger; empty: not typed.
struct LedgerChoice {
  std::string ledger;
  std::string config;

  // The ledger that was typed; else the ledger_path of the configuration that was typed, or of
  // config.json when it is there; else migration.ledger. Throws ConfigError when that configuration
  // cannot be read.
  std::string path() const;

  // The configuration that was typed, or config.json when it is there; empty: neither.
  std::string found_config() const;
};

// " --ledger PATH", when a command would take another ledger without it; empty otherwise.
std::string ledger_argument(const std::string& path);

// A line that says so below commands that were named without it; empty when they need none.
std::string note_of_ledger(const std::string& path);

// `text` as the shell reads it as one word.
std::string shell_word(const std::string& text);

}  // namespace migledger::cli
