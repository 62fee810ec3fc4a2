#include "tests/bench/ledgers.h"

#include "ledger/event/event.h"

namespace migledger::bench {

using ledger::EventDraft;

adapters::sim::TenancyOptions tenancy_options() {
  adapters::sim::TenancyOptions options;
  options.start = kBegin;
  return options;
}

EventDraft first_event() {
  EventDraft draft(ledger::kLedgerStream, kBegin, 0);
  auto created = draft.body().initLedgerCreated();
  created.setLedgerId(kLedgerId);
  created.setFormat(1);
  created.setCloud("sim");
  return draft;
}

EventDraft ordinary_event(ledger::StreamId stream) {
  EventDraft draft(stream, kBegin, 0, 1);
  auto outcome = draft.body().initOutcome();
  outcome.setStep(3);
  outcome.setGeneration(1);
  outcome.setHow(ledger::schema::Outcome::How::ADOPTED);
  outcome.setStatus(200);
  outcome.setRequestId("A6C8E1B0D94F4E7C8B1F2A3D4C5B6E7F");
  const ledger::Fields facts = {{"image_id", "ocid1.image.oc1.iad.aaaaaaaa5kx2lq4zv7"}};
  ledger::fill(outcome.initFacts(ledger::count(facts)), facts);
  return draft;
}

std::unique_ptr<ledger::RocksEventStore> new_ledger(const std::filesystem::path& directory,
                                                    const ledger::OpenOptions& options) {
  std::filesystem::remove_all(directory);
  return ledger::RocksEventStore::create(directory, {1, "bench", kBegin}, first_event(), options);
}

std::unique_ptr<ledger::Database> new_bare_database(const std::filesystem::path& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  return ledger::open_database(directory, ledger::DatabaseMode::create, nullptr);
}

}  // namespace migledger::bench
