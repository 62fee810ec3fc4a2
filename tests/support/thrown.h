// The kind of LedgerError that something throws; without one the test fails.
#pragma once

#include <functional>
#include <stdexcept>

#include "ledger/event/event_store.h"

namespace migledger::testing {

inline ledger::LedgerErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const ledger::LedgerError& e) {
    return e.kind;
  }
  throw std::logic_error("no LedgerError was thrown");
}

}  // namespace migledger::testing
