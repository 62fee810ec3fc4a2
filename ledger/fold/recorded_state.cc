#include "ledger/fold/recorded_state.h"

namespace migledger::ledger {

MigrationState recorded_state(const EventStore& store, StreamId stream) {
  MigrationState state;
  for (const auto cursor = store.scan_stream(stream); cursor->next();) state.apply(cursor->event());
  return state;
}

std::optional<MigrationState> recorded_state(const EventStore& store, std::string_view migration) {
  const auto stream = store.find_stream(migration);
  if (!stream) return std::nullopt;
  return recorded_state(store, *stream);
}

}  // namespace migledger::ledger
