#include "cli/run/dry_run.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <ostream>
#include <unordered_map>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "adapters/system_clock.h"
#include "cli/base/exit_status.h"
#include "cli/run/recall_known.h"
#include "cli/run/result_json.h"
#include "cli/session/open_ledger.h"
#include "cli/session/plan_refusal.h"
#include "cli/session/run_cloud.h"
#include "cli/session/this_process.h"
#include "ledger/base/printable.h"
#include "ledger/fold/recorded_state.h"
#include "ledger/fold/unreconciled.h"
#include "ledger/store/memory_event_store.h"
#include "ledger/store/rocks_event_store.h"
#include "workflow/cloud/redact.h"
#include "workflow/reconcile/restored.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

namespace sim = adapters::sim;

// Passes everything on, and prints each request as it would leave and what it was answered.
class PrintingCloud final : public workflow::Cloud {
 public:
  PrintingCloud(workflow::Cloud& next, workflow::CloudIdentity identity, bool json,
                std::ostream& out)
      : next_(next), identity_(std::move(identity)), json_(json), out_(out) {}

  workflow::CloudIdentity identity() const override { return identity_; }
  std::size_t capacity() const override { return next_.capacity(); }
  void start(workflow::CallId call, workflow::Request request) override {
    under_way_[call] = request;
    next_.start(call, std::move(request));
  }
  std::optional<workflow::Completion> next(Time deadline) override {
    auto completion = next_.next(deadline);
    if (completion) print(*completion);
    return completion;
  }
  void interrupt() override { next_.interrupt(); }
  std::string quiesce(Duration patience) override { return next_.quiesce(patience); }
  void abandon() override { next_.abandon(); }

  // To be called at the end.
  void tell_again() {
    if (again_ > 0 && !json_) out_ << fmt::format("         (asked {} more times)\n", again_);
    again_ = 0;
  }

 private:
  void print(const workflow::Completion& completion) {
    const auto it = under_way_.find(completion.call);
    if (it == under_way_.end()) return;
    const workflow::Request request = std::move(it->second);
    under_way_.erase(it);
    // What is asked again and again, until an operation has ended, is told once.
    if (request.reads() && request == last_) {
      ++again_;
      return;
    }
    tell_again();
    last_ = request;
    const std::string target =
        request.path + (request.query.empty() ? std::string() : "?" + request.query);
    const std::string body = workflow::redact_body(request.body);
    const std::string reply = workflow::redact_body(completion.reply.body);
    if (json_) {
      boost::json::object line{{"number", ++number_},
                               {"region", request.region},
                               {"service", workflow::name_of(request.service)},
                               {"method", request.method},
                               {"target", workflow::redact_text(target)},
                               {"changes", !request.reads()},
                               {"status", completion.reply.status}};
      if (!body.empty()) line["body"] = body;
      if (!request.retry_token.empty()) line["opc-retry-token"] = request.retry_token;
      if (!request.if_none_match.empty()) line["if-none-match"] = request.if_none_match;
      line["reply"] = reply.substr(0, 2000);
      out_ << boost::json::serialize(line) << "\n";
      return;
    }
    out_ << fmt::format("{:>4} {} {} {} {}\n", ++number_, request.reads() ? " " : "*",
                        request.region, request.method,
                        printable(workflow::redact_text(target), 400));
    if (!request.reads()) {
      if (!body.empty()) out_ << "         body: " << printable(body, 2000) << "\n";
      if (!request.retry_token.empty())
        out_ << "         opc-retry-token: " << request.retry_token << "\n";
      if (!request.if_none_match.empty())
        out_ << "         if-none-match: " << request.if_none_match << "\n";
    }
    out_ << fmt::format("         likely reply: {} {}\n", completion.reply.status,
                        printable(reply, request.reads() ? 160 : 300));
  }

  workflow::Cloud& next_;
  const workflow::CloudIdentity identity_;
  const bool json_;
  std::ostream& out_;
  std::unordered_map<workflow::CallId, workflow::Request> under_way_;
  std::uint64_t number_ = 0;
  workflow::Request last_;
  unsigned again_ = 0;
};

void begin_ledger(ledger::MemoryEventStore& store, const std::string& cloud, Time now) {
  ledger::EventDraft first(ledger::kLedgerStream, now, 0);
  auto created = first.body().initLedgerCreated();
  created.setLedgerId(random_hex_digits());
  created.setFormat(1);
  created.setCloud(cloud);
  store.append_one(first);
}

}  // namespace

int dry_run(const RunCommand& command, const adapters::Config& config, const std::string& ledger,
            std::ostream& out) {
  const auto& workflow = *workflow::workflow_named(config.plan.workflow);
  ledger::MemoryEventStore store;
  Time start = adapters::SystemClock().now();
  const bool continues = std::filesystem::exists(ledger);
  if (continues) {
    ledger::OpeningReport report;
    store.take_over(*ledger::RocksEventStore::open_reader(ledger, report));
    workflow::CloudIdentity identity;
    identity.kind = command.cloud;
    if (command.cloud == "oci") identity.endpoints = config.endpoints;
    check_binding(store, identity, ledger);
    start = std::max(start, store.head().time);
    if (const auto restoring = ledger::unreconciled(store)) {
      if (!command.json)
        out << "the ledger was restored from a copy: a run compares it with the cloud first\n";
      // In memory, and only so that what would follow can be shown.
      auto settled = workflow::reconciled({ledger::kLedgerStream, start, 0, restoring}, {}, true);
      store.append_one(settled);
    }
  } else {
    begin_ledger(store, command.cloud, start);
  }
  const auto first = store.scan(1, 1);
  if (!first->next()) return static_cast<int>(ExitStatus::ledger_refused);
  const std::string ledger_id(
      ledger::view(first->event().getBody().getLedgerCreated().getLedgerId()));

  // A rehearsal goes on from its own tenancy; for the real cloud what the ledger knows must do.
  sim::TenancyOptions options;
  options.seed = command.sim_seed;
  options.start = start;
  options.bucket_objects = command.sim_objects.value_or(options.bucket_objects);
  const auto state = command.cloud == "sim"
                         ? sim::copy_of_disk_store(sim_state_of(command.sim_state, ledger))
                         : std::make_unique<sim::MemoryStore>();
  sim::Tenancy tenancy(options, state.get());
  if (command.cloud != "sim") {
    sim::Recalled known;
    for (const auto& planned : config.plan.migrations) {
      const auto stream = store.find_stream(planned.name);
      if (stream) recall_known(store, *stream, store.head().position, ledger_id, known);
    }
    tenancy.recall(known);
  }
  for (const auto& migration : config.plan.migrations) tenancy.provision(migration);

  const std::string refusal =
      check_plan(store, workflow, config.plan, command.accept_plan_change).refusal;
  if (!refusal.empty()) {
    out << refusal;
    return static_cast<int>(ExitStatus::plan_changed);
  }
  sim::SimCloud simulated(tenancy, {.speed = 0, .parallel = 64});
  PrintingCloud cloud(simulated, simulated.identity(), command.json, out);
  if (!command.json)
    out << (continues ? "dry run from where the ledger stands: " : "dry run from the beginning: ")
        << "nothing is sent, nothing is kept; * changes something\n";
  workflow::RunOptions run;
  run.actor = this_process(command.command_line);
  run.parallel = command.parallel.value_or(config.parallel);
  run.approvals = command.consent.approvals;
  run.accept_plan_change = command.accept_plan_change;
  workflow::Executor executor(store, cloud, simulated, workflow, std::move(run));
  const auto result = executor.run(config.plan);
  cloud.tell_again();
  if (command.json) {
    auto object = result_json(result, workflow::exit_code(result));
    object["dry_run"] = true;
    out << boost::json::serialize(object) << "\n";
    return workflow::exit_code(result);
  }
  out << "would end: " << workflow::words(result) << "\n";
  for (const auto& planned : config.plan.migrations) {
    const auto migration = ledger::recorded_state(store, planned.name);
    if (!migration) continue;
    if (migration->status == ledger::Status::parked)
      out << fmt::format("{} would stop: {}; {}\n", printable(planned.name, 63),
                         printable(migration->reason, 500), printable(migration->need, 500));
    if (migration->status == ledger::Status::failed)
      out << fmt::format("{} would fail: {}\n", printable(planned.name, 63),
                         printable(migration->reason, 500));
  }
  return workflow::exit_code(result);
}

}  // namespace migledger::cli
