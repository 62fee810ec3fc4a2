#include "tests/support/rehearsal.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ledger/verify/verify.h"
#include "tests/support/recheck.h"

namespace migledger::testing {

using workflow::Plan;
using workflow::RunOptions;
using workflow::RunResult;

Rehearsal::Rehearsal(adapters::sim::TenancyOptions options)
    : store_(std::make_unique<MemoryEventStore>()) {
  if (options.start == Time{}) options.start = Time(std::chrono::seconds(1'800'000'000));
  tenancy_ = std::make_unique<adapters::sim::Tenancy>(options, &kept_);
  ledger::EventDraft first(ledger::kLedgerStream, options.start, 0);
  auto created = first.body().initLedgerCreated();
  created.setLedgerId(std::string(kLedgerId));
  created.setFormat(1);
  created.setCloud("sim");
  store_->append_one(first);
}

void Rehearsal::reopen(const adapters::sim::TenancyOptions& options) {
  tenancy_.reset();
  tenancy_ = std::make_unique<adapters::sim::Tenancy>(options, &kept_);
}

RunResult Rehearsal::run(const Plan& plan, RunOptions options) {
  for (const auto& migration : plan.migrations) tenancy_->provision(migration);
  adapters::sim::SimCloud cloud(*tenancy_, {.speed = 0, .parallel = 256});
  workflow::Executor executor(*store_, cloud, cloud, *workflow::workflow_named(plan.workflow),
                              std::move(options));
  RunResult result = executor.run(plan);
  const auto findings = ledger::verify_events(*store_);
  // Orders are given without a session here.
  for (const auto& finding : findings.kept())
    if (finding.check != ledger::Check::session) FAIL_CHECK(finding.what);
  CHECK(disagreements_of(*store_) == std::vector<std::string>{});
  return result;
}

RunResult Rehearsal::run_with_kills(const Plan& plan, unsigned every, unsigned most,
                                    RunOptions options) {
  unsigned appends = 0, kills = 0;
  store_->after_append = [&](ledger::Position) {
    if (++appends % every == 0 && kills < most) {
      ++kills;
      throw Killed{};
    }
  };
  while (true) {
    try {
      const RunResult result = run(plan, options);
      store_->after_append = nullptr;
      return result;
    } catch (const Killed&) {
    }
  }
}

bool Rehearsal::run_killed_after(unsigned appends, const workflow::Plan& plan,
                                 workflow::RunOptions options) {
  unsigned count = 0;
  store().after_append = [&](ledger::Position) {
    if (++count == appends) throw Killed{};
  };
  bool killed = false;
  try {
    run(plan, std::move(options));
  } catch (const Killed&) {
    killed = true;
  }
  store().after_append = nullptr;
  return killed;
}

workflow::OrderAnswer Rehearsal::steer(workflow::Verb verb, std::string migration, std::string step,
                                       std::string resource) {
  workflow::Order order;
  order.verb = verb;
  order.migration = std::move(migration);
  order.step = std::move(step);
  order.resource = std::move(resource);
  order.reason = "because";
  order.user = "alice";
  order.host = "box";
  return workflow::carry_out(
      *store_, order, tenancy_->clock(), [] { return ledger::Position{1}; },
      workflow::workflow_named);
}

ledger::MigrationState Rehearsal::state(const std::string& migration) const {
  ledger::MigrationState state;
  const auto stream = store_->find_stream(migration);
  REQUIRE(stream);
  for (const auto cursor = store_->scan_stream(*stream, 1); cursor->next();)
    state.apply(cursor->event());
  return state;
}

std::vector<std::string> Rehearsal::created(std::string_view kind) const {
  std::vector<std::string> keys;
  const auto report = boost::json::parse(tenancy_->report());
  for (const auto& entry : report.at("created").as_array())
    if (entry.at("kind").as_string() == kind) keys.emplace_back(entry.at("key").as_string());
  return keys;
}

void Rehearsal::let_lists_catch_up() {
  const Duration longest = adapters::sim::Durations().list_lag.to;
  tenancy_->keep_clock(tenancy_->clock() + longest);
}

void Rehearsal::for_each_forgetting(const workflow::Plan& plan, const workflow::RunOptions& options,
                                    std::string_view fact,
                                    const std::function<void(Rehearsal&)>& then) {
  const std::string& name = plan.migrations.at(0).name;
  ledger::Position known = 0;
  for (unsigned appends = 2;; ++appends) {
    Rehearsal rehearsal;
    if (!rehearsal.run_killed_after(appends, plan, options)) break;
    if (!rehearsal.store().find_stream(name)) continue;
    if (known == 0 && rehearsal.state(name).facts.has(fact))
      known = rehearsal.store().head().position;
    if (known == 0) continue;
    INFO("killed after append " << appends << ", and back at " << known);
    rehearsal.store().truncate(known);
    then(rehearsal);
  }
  CHECK(known != 0);
}

std::vector<std::string> Rehearsal::held(std::string_view kind) const {
  std::vector<std::string> names;
  const auto report = boost::json::parse(tenancy_->report());
  for (const auto& entry : report.at("held").as_array()) {
    const auto& state = entry.at("state").as_string();
    if (entry.at("kind").as_string() != kind || state == "TERMINATED" || state == "DELETED")
      continue;
    const auto& name = entry.at(kind == "object" ? "name" : "id").as_string();
    names.emplace_back(name);
  }
  return names;
}

adapters::sim::ScriptedFault fault_at(adapters::sim::Fault fault, const std::string& method,
                                      const std::string& path, const std::string& region) {
  adapters::sim::ScriptedFault scripted;
  scripted.fault = fault;
  scripted.method = method;
  scripted.path = path;
  scripted.region = region;
  return scripted;
}

workflow::RunOptions approving() {
  workflow::RunOptions options;
  options.approvals = workflow::approve_all();
  return options;
}

Plan plan_of(unsigned count) {
  Plan plan;
  for (unsigned i = 1; i <= count; ++i)
    plan.migrations.push_back(sample_migration("web-" + std::to_string(i), i));
  return plan;
}

void check_each_made_once(const Rehearsal& rehearsal, std::size_t migrations) {
  for (const auto* kind : {"image", "object-copy", "imported-image", "instance"}) {
    INFO(kind);
    CHECK(rehearsal.created(kind).size() == migrations);
  }
}

}  // namespace migledger::testing
