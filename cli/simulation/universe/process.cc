#include "cli/simulation/universe/process.h"

#include <fmt/format.h>

#include "cli/simulation/promises/ledger_invariants.h"

namespace migledger::simulation {

using workflow::CallId;
using workflow::Completion;
using workflow::Request;
using Kind = Ending::Kind;

Process::Process(ProcessId id, SimulatedLedger& ledger, Surroundings surroundings, Ending ending,
                 adapters::sim::Dice dice, std::size_t parallel, std::string tenancy)
    : id_(id),
      ledger_(ledger),
      around_(std::move(surroundings)),
      ending_(ending),
      dice_(dice),
      parallel_(parallel),
      tenancy_(std::move(tenancy)) {}

void Process::die(std::string_view how) {
  around_.trace.note(
      fmt::format("{} process {} is killed {}", format_utc(around_.network.now()), id_, how));
  throw Killed{};
}

void Process::before_append() {
  ++appends_;
  Disk& disk = ledger_.disk();
  const bool keep = dice_.chance(0.5);
  if (is_due(Kind::killed_appending, appends_)) {
    constexpr AppendFate kFates[] = {AppendFate::killed_early, AppendFate::killed_torn,
                                     AppendFate::killed_late};
    disk.set_fate(kFates[dice_.below(3)], keep);
    around_.trace.note(fmt::format("process {} is killed at an append", id_));
  } else if (is_due(Kind::disk_fails, appends_)) {
    disk.set_fate(AppendFate::fails, keep);
    around_.trace.note("an append fails");
  } else if (is_due(Kind::disk_full, appends_)) {
    disk.set_fate(AppendFate::disk_full, false);
    around_.trace.note("the disk is full");
  }
}

workflow::CloudIdentity Process::identity() const {
  workflow::CloudIdentity who;
  who.kind = "sim";
  who.transport = transport_;
  who.tenancy = tenancy_;
  who.principal = std::string(adapters::sim::kSimulatedUser);
  who.auth_kind = "sim";
  return who;
}

std::size_t Process::capacity() const {
  const std::size_t busy = around_.network.under_way(id_);
  return parallel_ > busy ? parallel_ - busy : 0;
}

void Process::start(CallId call, Request request) {
  ++calls_;
  ledger_.sent().leaves(request);
  if (around_.most_calls != 0 && calls_ > around_.most_calls) die("for calling without end");
  const bool writes = !request.reads();
  if (writes) {
    ++sends_;
    sent_[call] = request;
  }
  const bool dies = writes && is_due(Kind::killed_sending, sends_);
  if (dies && dice_.chance(0.3)) die("before its child is started");
  around_.network.send(id_, call, std::move(request), around_.skew);
  if (dies) die("when its child is started");
}

std::optional<Completion> Process::next(Time deadline) {
  const auto taken = [&]() -> std::optional<Completion> {
    auto completion = around_.network.take(id_);
    if (!completion) return std::nullopt;
    refused_ = refused_ || completion->reply.status == 401;
    if (const auto sent = sent_.find(completion->call); sent != sent_.end()) {
      ledger_.sent().replied(sent->second, completion->reply);
      sent_.erase(sent);
    }
    return completion;
  };
  if (around_.most_calls != 0 && ++turns_ > 50 * around_.most_calls) die("for turning without end");
  if (interrupted_) {
    interrupted_ = false;
    return std::nullopt;
  }
  if (auto completion = taken()) return completion;
  if (deadline <= now()) return std::nullopt;
  ++waits_;
  if (is_due(Kind::killed_waiting, waits_)) {
    const Duration most = std::min<Duration>(deadline - now(), std::chrono::minutes(20));
    around_.network.pass(around_.network.now() + dice_.between({Duration::zero(), most}));
    die("while it waits");
  }
  if (around_.meanwhile) around_.meanwhile(waits_);
  const Time until = deadline - around_.skew;
  while (true) {
    if (auto completion = taken()) return completion;
    if (!around_.network.step(until)) return taken();
  }
}

std::string Process::quiesce(Duration patience) {
  Network& network = around_.network;
  const Time end = network.children_until();
  network.pass(std::min(end, network.now() + patience));
  waited_in_vain_ = network.now() < end;
  return waited_in_vain_ ? "process 4711" : "";
}

void Process::appended(const ledger::MigrationState& state, ledger::schema::Event::Reader event) {
  ++events_;
  if (executor_ && is_due(Kind::interrupted, events_)) {
    around_.trace.note("Ctrl-C");
    executor_->stop();
  }
  if (executor_ && is_due(Kind::interrupted_twice, events_)) {
    around_.trace.note("Ctrl-C twice");
    executor_->stop();
    executor_->stop();
  }
  // Folding anew at every event would cost the square of them.
  if (store_ && dice_.chance(0.02)) {
    judged(Rule::state_is_fold);
    const auto anew = state_of(*store_, state.stream, event.getPosition());
    if (picture_of(anew) != picture_of(state))
      throw Violation(Rule::state_is_fold,
                      fmt::format("the state of {} at position {} is not the fold of its events",
                                  state.name, event.getPosition()));
  }
}

std::vector<workflow::Order> Process::take() {
  return around_.orders ? around_.orders() : std::vector<workflow::Order>();
}

void Process::answer(const workflow::Order& order, const workflow::OrderAnswer& answer) {
  around_.trace.note(
      fmt::format("{} {}: {}", workflow::name_of(order.verb), order.migration, answer.words));
  if (answer.taken) judged(Rule::orders_are_recorded);
  if (answer.taken && answer.position == 0)
    throw Violation(Rule::orders_are_recorded, fmt::format("{} was taken, and no event records it",
                                                           workflow::name_of(order.verb)));
}

}  // namespace migledger::simulation
