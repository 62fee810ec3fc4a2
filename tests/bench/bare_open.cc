#include "tests/bench/bare_open.h"

#include <cstdio>
#include <exception>
#include <filesystem>

#include "ledger/rocks/rocks_database.h"

namespace migledger::bench {

int bare_open(const char* ledger) {
  try {
    const auto database = ledger::open_database(std::filesystem::path(ledger) / "events",
                                                ledger::DatabaseMode::read, nullptr);
    std::puts("open");
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 70;
  }
}

}  // namespace migledger::bench
