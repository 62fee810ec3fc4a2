#include "tests/support/drafts.h"

namespace migledger::testing {

using ledger::EventDraft;

EventDraft ledger_created(Time time) {
  EventDraft draft(ledger::kLedgerStream, time, 0);
  auto body = draft.body().initLedgerCreated();
  body.setLedgerId("00112233445566778899aabbccddeeff");
  body.setFormat(1);
  body.setCloud("sim");
  return draft;
}

EventDraft migration_started(const std::string& name, Time time) {
  EventDraft draft(ledger::kNewStream, time, 1);
  auto body = draft.body().initMigrationStarted();
  body.setName(name);
  body.setWorkflow("compute");
  body.setWorkflowVersion(1);
  return draft;
}

EventDraft observed(ledger::StreamId stream, const std::string& text, Time time) {
  EventDraft draft(stream, time, 1);
  draft.body().initObserved().setState(text);
  return draft;
}

ledger::StreamId start_migration(ledger::EventStore& store, const std::string& name) {
  EventDraft draft = migration_started(name);
  return store.append_one(draft);
}

}  // namespace migledger::testing
