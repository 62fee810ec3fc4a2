// Steering: what a person asks for, from the order to the event. The same for an order that is
// given while a run is going and for one given between runs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/event/event_store.h"
#include "workflow/decide/transitions.h"
#include "workflow/model/actor.h"
#include "workflow/run/records.h"

namespace migledger::workflow {

// What a person asks for, and who they are.
struct Order : Person {
  std::string id;  // so that it is carried out once
  Verb verb = Verb::NOTE;
  std::string migration;  // empty: all of the ledger (pause, resume, note)
  std::string step;       // skip, approve: empty is the current one; pause: empty is at once
  std::string resource;   // adopt: its OCID
  std::string reason;
};

struct OrderAnswer {
  bool taken = false;
  ledger::Position position = 0;  // of the event that records it
  std::string words;              // taken: what follows from it; else why not
};

// The id of the order that the event records; empty: it records none.
std::string_view order_in(ledger::schema::Event::Reader event);

// Where orders come from while a run is going. Never blocks.
class OrderSource {
 public:
  virtual ~OrderSource() = default;
  // The orders that have come since the last call.
  virtual std::vector<Order> take() = 0;
  virtual void answer(const Order& order, const OrderAnswer& answer) = 0;
};

// An order judged: the event to append, or why there is none. The event belongs to the stream of
// the migration, or to the ledger's when the order is about all.
struct Judged {
  std::optional<ledger::EventDraft> event;  // steered; approved for an approval
  std::string words;
};

// `state` is the migration's; null when the order is about all. `held` is the event that holds all
// migrations, or 0. The fold of the event is what was asked for.
Judged judge(const Order& order, const Workflow* workflow, const MigrationState* state,
             ledger::Position held, const Origin& origin, std::string_view ledger_id);

// Carries out an order between runs: judges it by what `store` has and appends what comes of it, in
// the session that `open_session` opens; it is called only when there is something to append. An
// order that was taken before is answered the same again. `workflow_named` finds a workflow; null
// when there is none of that name.
OrderAnswer carry_out(ledger::EventStore& store, const Order& order, Time now,
                      const std::function<ledger::Position()>& open_session,
                      const Workflow* (*workflow_named)(std::string_view));

// The steered event that holds all migrations of `store`; 0: none does.
ledger::Position held_by(const ledger::EventStore& store);

}  // namespace migledger::workflow
