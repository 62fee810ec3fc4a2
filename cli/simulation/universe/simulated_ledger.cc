#include "cli/simulation/universe/simulated_ledger.h"

#include <capnp/pretty-print.h>
#include <fmt/format.h>

#include "cli/simulation/universe/forwarding_store.h"
#include "ledger/event/codec.h"
#include "workflow/reconcile/restored.h"

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

std::set<std::string> SimulatedLedger::put_back(Position head) {
  trace_.note(fmt::format("ledger {} is put back to position {}", short_id(), head));
  std::set<std::string> keys;
  {
    const auto store = disk_->read();
    for (const auto cursor = store->scan(head + 1); cursor->next();) {
      const auto body = cursor->event().getBody();
      // What is sent again is forgotten only with the first intent, which holds the request.
      if (!body.isIntent() || body.getIntent().getResends() != 0) continue;
      const auto intent = body.getIntent();
      keys.emplace(ledger::view(intent.getKey()));
      keys.emplace(ledger::view(intent.getRequest().getRetryToken()));
    }
  }
  forgotten_.insert(keys.begin(), keys.end());
  disk_->put_back(head);
  acknowledged_.put_back(head);
  sent_.put_back(head);
  summaries_.put_back(head);
  return keys;
}

void SimulatedLedger::say_restored(Time now) {
  restored_at_ = now;
  const auto store = open(nullptr);
  workflow::Restoring restoring;
  restoring.from = "a copy";
  restoring.position = acknowledged_.head();
  restoring.root = acknowledged_.root();
  restoring.reason = "because";
  const auto at = std::max(now, store->head().time);
  EventDraft opened = workflow::session_opened({ledger::kLedgerStream, at, 0, 0}, {}, {});
  const auto session = store->append_one(opened);
  EventDraft said = workflow::restored({ledger::kLedgerStream, at, session, session}, restoring);
  store->append_one(said);
  EventDraft closed = workflow::session_closed({ledger::kLedgerStream, at, session, session}, 0,
                                               "restored from a copy");
  store->append_one(closed);
}

void SimulatedLedger::say_checkpointed(Time now) {
  const auto store = open(nullptr);
  EventDraft draft(ledger::kLedgerStream, std::max(now, store->head().time), 0);
  auto body = draft.body().initCheckpointed();
  const auto root = acknowledged_.root();
  body.setSize(acknowledged_.head());
  body.setRoot({reinterpret_cast<const kj::byte*>(root.data()), root.size()});
  body.setOrigin("simulation/" + id_);
  body.setKeyName("simulation");
  body.setKeyId(1);
  store->append_one(draft);
}

}  // namespace migledger::simulation
