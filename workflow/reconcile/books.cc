// The books that reconcile() compares the cloud with.
#include <set>
#include <unordered_map>

#include "workflow/reconcile/reconcile.h"

namespace migledger::workflow {

Books read_books(const ledger::EventStore& store, const Plan& configured, bool running,
                 const Workflow* (*workflow_named)(std::string_view)) {
  Books books;
  ledger::Position newest_session = 0;
  std::unordered_map<ledger::StreamId, std::size_t> streams;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (body.isLedgerCreated())
      books.ledger_id = ledger::view(body.getLedgerCreated().getLedgerId());
    if (body.isSessionOpened()) newest_session = event.getPosition();
    if (body.isMigrationStarted()) {
      streams.emplace(event.getPosition(), books.migrations.size());
      books.migrations.emplace_back().recorded = true;
    }
    const auto stream =
        streams.find(body.isMigrationStarted() ? event.getPosition() : event.getStream());
    if (stream == streams.end()) continue;
    Book& book = books.migrations[stream->second];
    book.state.apply(event);
    book.made.apply(event);
  }
  std::set<std::string> names;
  for (auto& book : books.migrations) {
    book.workflow = workflow_named(book.state.workflow);
    names.insert(book.state.name);
  }
  for (const auto& planned : configured.migrations) {
    if (names.count(planned.name) != 0) continue;
    Book& book = books.migrations.emplace_back();
    book.state.name = planned.name;
    book.state.plan = planned.fields;
    book.state.workflow = configured.workflow;
    book.workflow = workflow_named(configured.workflow);
  }
  if (running) books.running = newest_session;
  return books;
}

}  // namespace migledger::workflow
