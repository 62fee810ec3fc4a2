// Finding events without an index: by reading all of them.
#include "ledger/event/event_store.h"
#include "ledger/event/terms.h"

namespace migledger::ledger {

namespace {

class Sieve : public EventCursor {
 public:
  Sieve(std::unique_ptr<EventCursor> all, std::span<const Term> terms)
      : all_(std::move(all)), terms_(terms.begin(), terms.end()) {}

  bool next() override {
    while (all_->next())
      if (bears_any(all_->event(), terms_)) return true;
    return false;
  }
  schema::Event::Reader event() const override { return all_->event(); }
  std::span<const std::byte> bytes() const override { return all_->bytes(); }

 private:
  const std::unique_ptr<EventCursor> all_;
  const std::vector<Term> terms_;
};

}  // namespace

std::unique_ptr<EventCursor> EventStore::find(std::span<const Term> terms, Position from,
                                              Position to) const {
  return std::make_unique<Sieve>(scan(from, to), terms);
}

}  // namespace migledger::ledger
