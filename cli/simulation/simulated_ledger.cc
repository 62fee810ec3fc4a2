#include "cli/simulation/simulated_ledger.h"

#include <capnp/pretty-print.h>
#include <fmt/format.h>

#include "cli/simulation/forwarding_store.h"
#include "ledger/codec.h"

namespace migledger::simulation {

using ledger::EventDraft;
using ledger::EventStore;
using ledger::Position;

namespace {

// An event for people, in one line.
std::string words_for(ledger::schema::Event::Reader event) {
  std::string text = capnp::prettyPrint(event.getBody()).flatten().cStr();
  for (char& c : text)
    if (c == '\n') c = ' ';
  return fmt::format("stream {} session {} cause {}: {}", event.getStream(), event.getSession(),
                     event.getCause(), text.substr(0, 700));
}

}  // namespace

// What a process has open.
class SimulatedLedger::Open final : public ForwardingStore {
 public:
  Open(SimulatedLedger& ledger, std::unique_ptr<EventStore> store, std::function<void()> before)
      : ForwardingStore(std::move(store)), ledger_(ledger), before_(std::move(before)) {
    ledger_.open_ = true;
  }
  ~Open() override { ledger_.open_ = false; }

  Position append(std::span<EventDraft> drafts) override {
    for (const auto& draft : drafts) ledger_.sent_.before_append(draft.reader());
    if (before_) before_();
    Position last = 0;
    try {
      last = store_->append(drafts);
    } catch (...) {
      ledger_.acknowledged_.maybe(drafts);
      throw;
    }
    ledger_.acknowledged_.add(drafts);
    ledger_.appended_ += drafts.size();
    for (const auto& draft : drafts) ledger_.recorded(draft.reader());
    return last;
  }

 private:
  SimulatedLedger& ledger_;
  const std::function<void()> before_;
};

SimulatedLedger::SimulatedLedger(std::string id, std::unique_ptr<Disk> disk, workflow::Plan plan,
                                 Trace& trace)
    : id_(std::move(id)), disk_(std::move(disk)), plan_(std::move(plan)), trace_(trace) {
  acknowledged_.take(*disk_->read());
}

std::unique_ptr<EventStore> SimulatedLedger::open(std::function<void()> before_append) {
  auto store = disk_->open();
  const Position before = acknowledged_.head();
  acknowledged_.compare(*store);
  // What was kept of an append that never returned counts from here on.
  if (acknowledged_.head() > before) {
    trace_.note("the append that was under way was kept");
    for (const auto cursor = store->scan(before + 1); cursor->next();) recorded(cursor->event());
  }
  summaries_.compare(*store);
  return std::make_unique<Open>(*this, std::move(store), std::move(before_append));
}

void SimulatedLedger::recorded(ledger::schema::Event::Reader event) {
  sent_.recorded(event);
  const auto& bytes = acknowledged_.events()[event.getPosition() - 1];
  trace_.note(fmt::format("{} {} {} {}", format_utc(time_from_micros(event.getTime())), short_id(),
                          event.getPosition(), ledger::to_hex(ledger::sha256(bytes)).substr(0, 16)),
              trace_.keeps() ? words_for(event) : std::string());
}

void SimulatedLedger::put_back(Position head) {
  trace_.note(fmt::format("ledger {} is put back to position {}", short_id(), head));
  ever_put_back_ = true;
  disk_->put_back(head);
  acknowledged_.put_back(head);
  sent_.put_back(head);
  summaries_.put_back(head);
}

}  // namespace migledger::simulation
