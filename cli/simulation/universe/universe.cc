#include "cli/simulation/universe/universe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/simulation/promises/ledger_invariants.h"
#include "cli/simulation/promises/marks_invariant.h"
#include "ledger/fold/fleet_summary.h"
#include "ledger/fold/unreconciled.h"
#include "workflow/decide/plan_guard.h"
#include "workflow/reconcile/restored.h"
#include "workflow/workflows.h"

namespace migledger::simulation {

namespace {

using namespace std::chrono_literals;
using ledger::EventDraft;
using ledger::EventStore;
using ledger::LedgerError;
using ledger::LedgerErrorKind;
using workflow::Plan;

// Whether events after `position` say that the cloud refused the credentials, and nobody asked for
// another try since. Evidence that could not be read is not recorded, and does not end a run.
bool says_refused(const EventStore& store, ledger::Position position) {
  const auto is_refusal = [](ledger::schema::Error::Reader error) {
    return error.getClass() == ledger::schema::ErrorClass::CREDENTIALS;
  };
  bool refused = false;
  // Of what is paused nothing is decided, whatever reply still comes in.
  bool paused = false;
  for (const auto cursor = store.scan(position + 1); cursor->next();) {
    const auto body = cursor->event().getBody();
    if (body.isSteered()) {
      refused = false;
      paused = body.getSteered().getVerb() == ledger::schema::Steered::Verb::PAUSE;
    }
    if (paused) continue;
    if (body.isReadFailed()) refused = refused || is_refusal(body.getReadFailed().getError());
    if (body.isOutcome()) refused = refused || is_refusal(body.getOutcome().getError());
  }
  return refused;
}

constexpr Duration kShortestSettleWindow = 600s;  // of the plans (plans.cc)
constexpr Time kBeginning = Time(std::chrono::seconds(1'800'000'000));

EventDraft first_event(const std::string& id, const std::string& tenancy) {
  EventDraft first(ledger::kLedgerStream, kBeginning, 0);
  auto created = first.body().initLedgerCreated();
  created.setLedgerId(id);
  created.setFormat(1);
  created.setCloud("sim");
  created.setTenancy(tenancy);
  return first;
}

unsigned drawn_steps(std::uint64_t seed) {
  adapters::sim::Dice dice = dice_for(seed, "steps");
  return dice.chance(0.1) ? 10 + static_cast<unsigned>(dice.below(30))
                          : 1 + static_cast<unsigned>(dice.below(8));
}

}  // namespace

adapters::sim::TenancyOptions Universe::tenancy_options() const {
  adapters::sim::TenancyOptions options;
  options.seed = adapters::sim::hash_of("tenancy", options_.seed);
  options.start = kBeginning;
  options.data_volumes = drawn_.data_volumes;
  options.bucket_objects = drawn_.bucket_objects;
  options.faults.archived_objects = drawn_.archived_objects;
  // Some clouds take longer than people who set time limits expect.
  if (dice_for(options_.seed, "slow cloud").chance(0.15)) {
    auto& durations = options.durations;
    durations.create_image = durations.export_image = durations.copy_object =
        durations.import_image = {20min, 90min};
  }
  if (chaos_.active(Chaos::late_lists)) {
    // As late as the settle window allows for, beside the five minutes of a late request.
    const double rate = chaos_.rate(Chaos::late_lists);
    options.faults.list_lag = {{0s}, Duration(static_cast<std::int64_t>(rate * 290e6))};
    options.faults.search_lag = {{0s}, Duration(static_cast<std::int64_t>(rate * 290e6))};
  }
  return options;
}

Universe::Universe(const SimulationOptions& options, Trace& trace)
    : options_(options),
      trace_(trace),
      chaos_(options.seed, options.without),
      dice_(dice_for(options.seed, "universe")),
      transport_dice_(dice_for(options.seed, "transports")),
      drawn_(draw_plan(options.seed, options.workflow, options.migrations)),
      workflow_(workflow::workflow_named(drawn_.plan.workflow)),
      steps_(options.steps != 0 ? options.steps : drawn_steps(options.seed)) {
  if (!workflow_) throw std::invalid_argument("there is no workflow " + drawn_.plan.workflow);
  tenancy_ = std::make_unique<adapters::sim::Tenancy>(tenancy_options(), nullptr);
  for (const auto& planned : drawn_.plan.migrations) tenancy_->provision(planned);
  invariants_ = std::make_unique<CloudInvariants>(
      *tenancy_, drawn_.plan,
      [this](std::string_view source) { return is_decommissioning(source); },
      [this](const KeyParts& key) { return said_dead(key); });
  network_ = std::make_unique<Network>(*tenancy_, chaos_, options.seed, trace_, *invariants_);
  people_ = std::make_unique<People>(chaos_, options.seed, *tenancy_);
  if (dice_.chance(0.7)) approvals_ = workflow::approve_all();
  if (dice_.chance(0.25)) approvals_ = {{workflow::ApprovalKind::DOWNTIME}, true, "--yes"};
  parallel_calls_ = dice_.chance(0.2) ? 3 : 64;
  begun_ = network_->now();
  // One seed in a hundred, and not the largest plans: a commit on a disk takes its time.
  const bool chosen = dice_for(options.seed, "rocksdb").chance(0.01);
  on_rocksdb_ = options.on_rocksdb ||
                (chosen && !options.scratch.empty() && drawn_.plan.migrations.size() <= 4);
  if (on_rocksdb_ && options.scratch.empty())
    throw std::invalid_argument("a ledger on RocksDB needs a scratch directory");
  make_ledger("0123456789abcdef0123456789abcdef", drawn_.plan);
}

Universe::~Universe() = default;

SimulatedLedger& Universe::make_ledger(std::string id, Plan plan) {
  EventDraft first = first_event(id, tenancy_->tenancy_id());
  auto disk = on_rocksdb_ ? make_rocks_disk(options_.scratch + "/" + id, std::move(first))
                          : make_memory_disk(std::move(first));
  ledgers_.push_back(
      std::make_unique<SimulatedLedger>(std::move(id), std::move(disk), std::move(plan), trace_));
  return *ledgers_.back();
}

void Universe::run() {
  trace_.note(fmt::format("seed {} {} {} migrations", options_.seed, drawn_.plan.workflow,
                          drawn_.plan.migrations.size()));
  if (chaos_.active(Chaos::second_ledgers)) {
    Plan some = drawn_.plan;
    some.migrations.resize(std::min<std::size_t>(some.migrations.size(), 2));
    make_ledger("fedcba9876543210fedcba9876543210", std::move(some));
  }
  for (unsigned step = 0; step < steps_; ++step) {
    const bool second = ledgers_.size() > 1 && dice_.chance(chaos_.rate(Chaos::second_ledgers) / 2);
    run_once(*ledgers_[second ? 1 : 0], false, false);
    between_runs();
  }
  trace_.note("faults stop");
  network_->calm();
  skew_ = {};
  for (const auto& ledger : ledgers_) come_to_rest(*ledger);
  // What was sent before faults stopped has arrived by then.
  network_->pass(network_->now() + 15min);
  // The tenancy's clock goes on with requests only: what ends meanwhile has ended.
  tenancy_->keep_clock(network_->now());
  for (const auto& ledger : ledgers_) ask_ledger(*ledger);
  const Marks marks(*tenancy_, invariants_->others(), invariants_->doubles());
  for (const auto& ledger : ledgers_) {
    const auto store = ledger->disk().read();
    marks.check_adopted(*store);
    marks.check_delivered(*store, !ledger->forgotten().empty());
    marks.check_undone(*store, *workflow_, !ledger->forgotten().empty());
  }
  ask_for_lost();
}

void Universe::pause() {
  Duration pause = dice_.between({1s, 3min});
  if (dice_.chance(chaos_.rate(Chaos::long_pauses))) {
    const adapters::sim::Range kinds[] = {
        {15min, 2h}, {11h, 14h}, {22h, 26h}, {std::chrono::days(2), std::chrono::days(5)}};
    pause = dice_.between(kinds[dice_.below(4)]);
    trace_.note("nobody runs for " + format_duration(pause));
  }
  network_->pass(network_->now() + pause);
}

void Universe::between_runs() {
  const auto strikes = [&](Chaos kind) { return dice_.chance(chaos_.rate(kind)); };
  pause();
  if (strikes(Chaos::clock_skew)) {
    skew_ = dice_.between({-4min, 4min});
    if (dice_.chance(0.15)) skew_ = dice_.between({-3h, 3h});
  } else if (skew_ > 5min || skew_ < -5min) {
    skew_ = {};  // somebody has set it right
  }
  if (strikes(Chaos::foreigners))
    people_->make_look_alike(drawn_.plan, *network_, *invariants_, trace_);
  for (const auto& ledger : ledgers_) {
    if (strikes(Chaos::restored_ledgers)) put_back(*ledger);
    // Now and then the head is signed: it changes nothing that a run does.
    if (dice_.chance(0.02)) ledger->say_checkpointed(network_->now());
    if (strikes(Chaos::plan_changes)) change_plan(*ledger);
    if (dice_.chance(0.5)) steer_between_runs(*ledger);
    if (strikes(Chaos::newer_events)) write_newer_event(*ledger);
    if (dice_.chance(0.2)) ledger->summaries().save(*ledger->disk().read());
  }
}

void Universe::put_back(SimulatedLedger& ledger) {
  const auto head = ledger.acknowledged().head();
  if (head <= 1) return;
  const auto forgotten = ledger.put_back(1 + dice_.below(head));
  // Somebody copied the files back; or it was done by `migledger restore`, and the ledger knows.
  const bool knows = dice_.chance(0.5);
  invariants_->forget(forgotten, knows);
  if (knows) ledger.say_restored(network_->now());
}

void Universe::change_plan(SimulatedLedger& ledger) {
  Plan changed = ledger.plan();
  const std::string words = simulation::change_plan(changed, dice_);
  if (words.empty()) return;
  const Plan before = std::exchange(ledger.plan(), std::move(changed));
  trace_.note("plan: " + words);
  // Somebody who is told that it is changed may think better of it.
  if (dice_.chance(0.2)) ledger.plan() = before;
  agree_on_plan(ledger);
}

void Universe::agree_on_plan(SimulatedLedger& ledger) {
  const auto store = ledger.disk().read();
  for (auto& planned : ledger.plan().migrations) {
    const auto stream = store->find_stream(planned.name);
    if (!stream) continue;
    const auto state = state_of(*store, *stream);
    if (workflow::judge_change(*workflow_, state, planned).refused.empty()) continue;
    trace_.note("plan: what is recorded of " + planned.name + " stays");
    planned.fields = state.plan;
    planned.depends_on = state.depends_on;
  }
}

void Universe::take_order(SimulatedLedger& ledger, const workflow::Order& order) {
  if (order.verb == workflow::Verb::ADOPT) invariants_->allow(order.resource);
  const auto store = ledger.open(nullptr);
  const auto now = [&] { return std::max(network_->now() + skew_, store->head().time); };
  const auto answer = workflow::carry_out(
      *store, order, now(),
      [&] {
        EventDraft opened = workflow::session_opened({ledger::kLedgerStream, now(), 0, 0}, {}, {});
        return store->append_one(opened);
      },
      workflow::workflow_named);
  trace_.note(fmt::format("between runs: {} {} {}: {}", workflow::name_of(order.verb),
                          order.migration, order.step, answer.words));
}

void Universe::steer_between_runs(SimulatedLedger& ledger) {
  for (const auto& order : people_->ask(ledger.plan(), 1)) {
    take_order(ledger, order);
    // The same order again, by somebody who saw no answer: it is taken once.
    if (dice_.chance(0.1)) take_order(ledger, order);
  }
}

void Universe::write_newer_event(SimulatedLedger& ledger) {
  const auto& planned = ledger.plan().migrations[dice_.below(ledger.plan().migrations.size())];
  const auto store = ledger.open(nullptr);
  const auto stream = store->find_stream(planned.name);
  if (!stream || state_of(*store, *stream).is_over()) return;
  EventDraft opened = workflow::session_opened(
      {ledger::kLedgerStream, std::max(network_->now(), store->head().time), 0, 0}, {}, {});
  const auto session = store->append_one(opened);
  EventDraft unknown(*stream, store->head().time, session, session);
  unknown.body().setUnset();
  store->append_one(unknown);
  trace_.note("a newer version wrote to " + planned.name);
}

std::uint64_t Universe::occasion(double most) {
  return 1 + static_cast<std::uint64_t>(std::exp(dice_.unit() * std::log(most)));
}

Ending Universe::draw_ending() {
  const std::pair<Chaos, Ending::Kind> kinds[] = {
      {Chaos::kill_waiting, Ending::Kind::killed_waiting},
      {Chaos::kill_appending, Ending::Kind::killed_appending},
      {Chaos::kill_sending, Ending::Kind::killed_sending},
      {Chaos::interrupts, Ending::Kind::interrupted},
      {Chaos::interrupts, Ending::Kind::interrupted_twice},
      {Chaos::disk_fails, Ending::Kind::disk_fails},
      {Chaos::full_disk, Ending::Kind::disk_full}};
  std::vector<Ending::Kind> drawn;
  for (const auto& [kind, ending] : kinds)
    if (dice_.chance(chaos_.rate(kind))) drawn.push_back(ending);
  const std::uint64_t pick = dice_.draw();
  const double many =
      1.0 + static_cast<double>(std::min<std::size_t>(drawn_.plan.migrations.size(), 6));
  Ending ending;
  const std::uint64_t appends = occasion(60 * many), sends = occasion(8 * many);
  if (drawn.empty()) return ending;
  ending.kind = drawn[pick % drawn.size()];
  ending.at = ending.kind == Ending::Kind::killed_sending ? sends : appends;
  return ending;
}

void Universe::try_second_runner(SimulatedLedger& ledger) {
  judged(Rule::one_writer);
  try {
    const auto store = ledger.disk().open();
  } catch (const LedgerError& e) {
    if (e.kind == LedgerErrorKind::in_use) return;
  }
  throw Violation(Rule::one_writer, "a second runner was not refused");
}

void Universe::meanwhile(SimulatedLedger& ledger, std::uint64_t wait) {
  if (wait == second_runner_at_) try_second_runner(ledger);
  if (wait == jump_at_) {
    const double seconds = std::pow(130'000, dice_.unit());
    Duration jump(static_cast<std::int64_t>(seconds * 1e6));
    if (dice_.chance(0.5)) jump = -jump;
    skew_ += jump;
    if (skew_ > Duration::zero()) jumped_ += skew_;
    trace_.note(fmt::format("the clock jumps to {}", format_utc(network_->now() + skew_)));
  }
  if (wait == others_at_) people_->make_look_alike(drawn_.plan, *network_, *invariants_, trace_);
  if (wait == second_ledger_at_ && ledgers_.size() > 1) {
    second_ledger_at_ = 0;
    SimulatedLedger& other = *ledgers_[ledgers_[0].get() == &ledger ? 1 : 0];
    trace_.note("the other ledger is run meanwhile");
    if (other.is_open()) return;
    stood_still_.insert(&ledger);
    run_once(other, false, true);
  }
}

bool Universe::compares(EventStore& store, Process& process, SimulatedLedger& ledger, bool calm) {
  const auto restoring = ledger::unreconciled(store);
  if (restoring == 0) return true;
  // Some people accept what they are told of; in the end somebody does.
  const bool accepts = dice_.chance(0.6) || calm;
  const auto after = workflow::compare_restored(
      store, restoring, process, process, ledger.plan(), {}, accepts,
      [&] { return people_->order(workflow::Verb::ADOPT, ""); }, workflow::workflow_named);
  trace_.note(fmt::format("compared with the cloud after #{}: {}", restoring,
                          after.settled ? "goes on" : "a person must look"));
  judged(Rule::settled_with_consent);
  const auto& found = after.comparison;
  if (after.settled && !accepts && found.missing + found.drifted + found.doubtful > 0)
    throw Violation(
        Rule::settled_with_consent,
        "a comparison after a restoring found something missing or changed, and goes on "
        "although nobody accepted it");
  if (after.settled && clocks_are_right() &&
      network_->now() < ledger.restored_at() + kShortestSettleWindow)
    throw Violation(Rule::compared_before_acting,
                    "a ledger is compared with the cloud before what it has forgotten must show");
  if (calm && !after.settled)
    throw Violation(Rule::rest, "a comparison after a restoring, without faults, is not settled");
  return after.settled;
}

// Without faults each way has its turn, so that what was sent by either can be gone on with.
bool Universe::takes_other_transport(bool calm) {
  if (!chaos_.active(Chaos::transports)) return false;
  return calm ? (calm_runs_++ % 2) == 1
              : transport_dice_.chance(chaos_.rate(Chaos::transports) / 2);
}

void Universe::run_once(SimulatedLedger& ledger, bool calm, bool within) {
  ++runs_;
  const ProcessId id = ++processes_;
  const Ending ending = calm ? Ending{} : draw_ending();
  if (!within) {
    const auto at = [&](Chaos kind) -> std::uint64_t {
      const bool strikes = dice_.chance(chaos_.rate(kind));
      const std::uint64_t occasion = this->occasion(200);
      return strikes && !calm ? occasion : 0;
    };
    second_ledger_at_ = at(Chaos::second_ledgers);
    second_runner_at_ = at(Chaos::second_runners);
    jump_at_ = at(Chaos::clock_jumps);
    others_at_ = at(Chaos::foreigners);
  }
  agree_on_plan(ledger);
  Surroundings around{*network_, trace_, skew_, {}, {}, 0};
  if (!calm) {
    // What happens within the waiting of another happens to that one.
    if (!within) around.meanwhile = [&](std::uint64_t wait) { meanwhile(ledger, wait); };
    if (chaos_.active(Chaos::orders) || chaos_.active(Chaos::undoing))
      around.orders = [&] {
        auto orders = people_->ask(ledger.plan(), 0.05);
        for (const auto& order : orders)
          if (order.verb == workflow::Verb::ADOPT) invariants_->allow(order.resource);
        return orders;
      };
  }
  around.most_calls = 3000 + 3000 * ledger.plan().migrations.size();
  Process process(id, ledger, around, ending,
                  dice_for(options_.seed, fmt::format("process {}", id)), parallel_calls_,
                  tenancy_->tenancy_id());
  if (takes_other_transport(calm)) {
    process.take_other_transport();
    trace_.note(fmt::format("process {} goes another way to the cloud", id));
  }
  trace_.note(fmt::format("{} process {} runs ledger {}", format_utc(network_->now()), id,
                          ledger.short_id()));
  // When this returns, by whatever way, the process is gone.
  struct Gone {
    Network& network;
    ProcessId id;
    ~Gone() { network.lose(id); }
  } const gone{*network_, id};
  workflow::RunOptions options;
  options.parallel = drawn_.parallel;
  options.approvals = approvals_;
  options.accept_plan_change = true;
  options.orders = &process;
  options.actor.user = "somebody";
  options.keep_evidence = [&](std::string_view body) {
    debug_.append(body).append("\n");
    return ledger.disk().keep(body);
  };
  options.debug = [&](std::string_view words) { debug_.append(words).append("\n"); };
  std::unique_ptr<EventStore> store;
  judged(Rule::runs_end_well);
  try {
    store = ledger.open([&process] { process.before_append(); });
    if (!compares(*store, process, ledger, calm)) return;
    workflow::Executor executor(*store, process, process, *workflow_, options, &process);
    process.runs(&executor, store.get());
    const ledger::Position before = store->head().position;
    const auto result = executor.run(ledger.plan());
    trace_.note(fmt::format("{} process {} ends: {}", format_utc(network_->now()), id,
                            workflow::words(result)));
    executor.for_each([&](const ledger::MigrationState& state) {
      if (picture_of(state) != picture_of(state_of(*store, state.stream)))
        throw Violation(Rule::state_is_fold,
                        fmt::format("at the end of a run the state of {} is not "
                                    "the fold of its events",
                                    state.name));
    });
    if (process.was_refused() && says_refused(*store, before) && result.credentials_error.empty() &&
        !result.interrupted)
      throw Violation(Rule::runs_end_well, "credentials were refused, and the run went on");
    if (calm && (result.interrupted || !result.credentials_error.empty()))
      throw Violation(Rule::rest, "a run without faults ends with " + workflow::words(result));
    return;
  } catch (const Killed&) {
    ++kills_;
    ledger.disk().kill();
    if (calm) throw Violation(Rule::rest, "a run without faults goes on without end");
  } catch (const LedgerError& e) {
    trace_.note(fmt::format("process {} ends: {}", id, e.what()));
    if (calm || e.kind != LedgerErrorKind::disk)
      throw Violation(Rule::runs_end_well, fmt::format("a run ends with: {}", e.what()));
  } catch (const Violation&) {
    throw;
  } catch (const std::exception& e) {
    if (!process.waited_in_vain())
      throw Violation(Rule::runs_end_well, fmt::format("a run ends with: {}", e.what()));
    trace_.note(fmt::format("process {} ends: a child still lives", id));
  }
}

}  // namespace migledger::simulation
