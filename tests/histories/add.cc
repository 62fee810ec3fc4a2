// Adds a ledger to the golden ones: build/tests/add_history NAME LEDGER. See README.md.
#include <exception>
#include <iostream>

#include "ledger/store/rocks_event_store.h"
#include "tests/support/golden.h"

int main(int argc, char** argv) {
  using namespace migledger;
  if (argc != 3) {
    std::cerr << "usage: add_history NAME LEDGER\n";
    return 2;
  }
  try {
    ledger::OpeningReport report;
    const auto store = ledger::RocksEventStore::open_reader(argv[2], report);
    const auto directory = testing::golden_directory();
    testing::write_golden(directory, argv[1], *store);
    std::cout << "wrote " << (directory / argv[1]).string()
              << ".events and .json: " << store->head().position << " events\n";
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "add_history: " << e.what() << '\n';
    return 1;
  }
}
