#include "cli/session/deliver_order.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>

#include "adapters/inbox/inbox.h"
#include "adapters/system_clock.h"
#include "cli/base/json_text.h"
#include "cli/base/names.h"
#include "cli/session/open_ledger.h"
#include "cli/session/open_to_read.h"
#include "cli/session/this_process.h"
#include "ledger/base/errors.h"
#include "ledger/store/rocks_event_store.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

using ledger::LedgerError;
using ledger::LedgerErrorKind;
using ledger::RocksEventStore;
using workflow::OrderAnswer;

// Whether the order does nothing by itself: nothing happens before somebody runs the plan.
bool waits_for_a_run(workflow::Verb verb) {
  return verb != workflow::Verb::NOTE && verb != workflow::Verb::PAUSE;
}

// Throws LedgerError(in_use) when somebody else writes.
OrderAnswer record(const std::string& directory, const workflow::Order& order,
                   const std::string& command_line, std::ostream& err) {
  const Time real = adapters::SystemClock().now();
  const workflow::Actor actor = this_process(command_line);
  ledger::OpeningReport report;
  const auto store = RocksEventStore::open_writer(directory, {actor.pid, actor.host, real}, report);
  tell(report, err);
  // The time of a simulated ledger is that of its tenancy, and stands still while nobody runs.
  const bool simulated = ledger_facts(*store).simulated();
  const auto now = [&] {
    return simulated ? store->head().time : std::max(real, store->head().time);
  };
  record_dropped_tail(*store, report, now());
  ledger::Position session = 0;
  const auto open_session = [&] {
    ledger::EventDraft opened =
        workflow::session_opened({ledger::kLedgerStream, now(), 0, 0}, actor, {});
    return session = store->append_one(opened);
  };
  OrderAnswer answer =
      workflow::carry_out(*store, order, now(), open_session, workflow::workflow_named);
  if (session != 0) {
    ledger::EventDraft closed = workflow::session_closed(
        {ledger::kLedgerStream, now(), session, session}, 0, "recorded what was asked");
    store->append_one(closed);
  }
  store->close();
  if (answer.taken && waits_for_a_run(order.verb))
    answer.words += "; no run is under way: the next migledger run does it";
  return answer;
}

}  // namespace

workflow::Order new_order(workflow::Verb verb) {
  const workflow::Actor actor = this_process({});
  workflow::Order order;
  order.id = random_hex_digits();
  order.verb = verb;
  static_cast<workflow::Person&>(order) = actor;
  return order;
}

std::string answer_json(workflow::Verb verb, std::string_view migration,
                        const OrderAnswer& answer) {
  boost::json::object object{{"migration", json_text(migration)},
                             {"asked", workflow::name_of(verb)},
                             {"taken", answer.taken}};
  if (answer.taken) object["position"] = answer.position;
  object["words"] = json_text(answer.words);
  return boost::json::serialize(object);
}

OrderAnswer deliver_order(const std::string& directory, const workflow::Order& order,
                          const std::string& command_line, std::ostream& err) {
  // Between our looking and our taking of the lock another writer may come, and so again.
  while (true) {
    if (const auto writer = RocksEventStore::current_writer(directory)) {
      const auto there = [&] { return RocksEventStore::current_writer(directory).has_value(); };
      if (auto answer = adapters::give_order(adapters::inbox_of(directory), order, there))
        return *answer;
    }
    try {
      return record(directory, order, command_line, err);
    } catch (const LedgerError& e) {
      if (e.kind != LedgerErrorKind::in_use) throw;
    }
  }
}

}  // namespace migledger::cli
