#include <fmt/format.h>

#include "ledger/base/errors.h"
#include "ledger/fold/fleet_summary.h"
#include "workflow/run/executor_loop.h"

namespace migledger::workflow {

void Executor::Loop::take_orders() {
  if (!options_.orders) return;
  for (const Order& order : options_.orders->take()) {
    const OrderAnswer answer = carry_out(order);
    try {
      options_.orders->answer(order, answer);
    } catch (const std::exception& e) {
      // The order is recorded. Whoever gave it looks into the ledger when no answer comes.
      debug(fmt::format("order {}: it cannot be answered: {}", order.id, e.what()));
    }
  }
}

namespace {

// Where an order is recorded already, by this run or an earlier one; 0: nowhere. Whoever gave it
// and got no answer gives it again.
ledger::Position taken_before(const ledger::EventStore& store, ledger::StreamId stream,
                              const std::string& id) {
  if (id.empty()) return 0;
  for (const auto cursor = store.scan_stream(stream); cursor->next();)
    if (order_in(cursor->event()) == id) return cursor->event().getPosition();
  return 0;
}

}  // namespace

// Everything appended before is applied, so that an order is judged by what the log says.
OrderAnswer Executor::Loop::carry_out(const Order& order) {
  flush();
  Migration* migration = nullptr;
  if (const auto known = by_name_.find(order.migration); known != by_name_.end()) {
    migration = &at(known->second);
  } else if (!order.migration.empty()) {
    const auto stream = store_.find_stream(order.migration);
    if (!stream)
      return {false, 0,
              fmt::format("\"{}\" has not begun, and only what has can be steered. To leave "
                          "it out, pause the run, end it and run the others with --only",
                          order.migration)};
    try {
      migration = &take_in(load_migration(*stream));
    } catch (const ledger::LedgerError& e) {
      return {false, 0, e.what()};
    }
    migration->over = true;  // not of this run, unless the order makes it so
  }
  const ledger::StreamId about = migration ? migration->state.stream : ledger::kLedgerStream;
  if (const auto position = taken_before(store_, about, order.id))
    return {true, position, "recorded"};
  const Origin from = migration ? origin(*migration, migration->state.position)
                                : Origin{ledger::kLedgerStream, now_, session_, session_};
  Judged judged =
      judge(order, &workflow_, migration ? &migration->state : nullptr, held_, from, ledger_id_);
  if (!judged.event) return {false, 0, judged.words};
  const Position position = store_.append_one(*judged.event);
  const auto event = judged.event->reader();
  if (migration) {
    apply(*migration, event);
    const bool moves_it = order.verb != Verb::NOTE && order.verb != Verb::PAUSE;
    migration->of_run = migration->of_run || moves_it;
    if (order.verb != Verb::NOTE) go_on_with(*migration);
  } else {
    const bool resumed = held_ != 0 && order.verb == Verb::RESUME;
    held_ = ledger::hold_after(held_, event);
    for (const auto& [stream, held] : migrations_)
      if (held->of_run && (resumed || order.verb == Verb::PAUSE)) go_on_with(*held);
  }
  return {true, position, judged.words};
}

// After an order: what was being read for may not be the question any more.
void Executor::Loop::go_on_with(Migration& migration) {
  migration.job.reset();
  migration.next_poll = {};
  if (migration.active) {
    queue(migration);
  } else if (migration.over && !migration.state.is_over()) {
    activate(migration);
  }  // else its turn comes
}

}  // namespace migledger::workflow
