#include "tests/bench/histories.h"

#include <algorithm>
#include <string>
#include <vector>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "ledger/event/codec.h"
#include "ledger/store/rocks_event_store.h"
#include "tests/bench/ledgers.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/sample_migration.h"
#include "workflow/compute/compute_workflow.h"
#include "workflow/run/executor.h"

namespace migledger::bench {

namespace {

using ledger::EventDraft;
using ledger::Position;
using ledger::schema::Event;

constexpr std::size_t kAtOnce = 1000;  // migrations whose events are mixed
constexpr std::size_t kDraftsABatch = 500;
constexpr Position kSession = 2;  // who appends it all

using History = std::vector<std::vector<std::byte>>;

// The events of one compute migration. Polls that saw the same again fill it up to the number
// that a slow cloud would give.
History history_of_one() {
  adapters::sim::Tenancy tenancy(tenancy_options(), nullptr);
  testing::MemoryEventStore store;
  EventDraft first = first_event();
  store.append_one(first);
  workflow::Plan plan;
  plan.migrations.push_back(testing::sample_migration("vm"));
  tenancy.provision(plan.migrations[0]);
  adapters::sim::SimCloud cloud(tenancy, {.speed = 0});
  workflow::Executor(store, cloud, cloud, workflow::compute_workflow(), {}).run(plan);
  History history;
  std::vector<std::size_t> polls;
  for (const auto cursor = store.scan_stream(*store.find_stream("vm"), 1); cursor->next();) {
    if (cursor->event().getBody().isObserved()) polls.push_back(history.size());
    history.emplace_back(cursor->bytes().begin(), cursor->bytes().end());
  }
  for (std::size_t i = 0; history.size() < kEventsAMigration && !polls.empty(); ++i) {
    const std::size_t at = polls[i % polls.size()];
    history.insert(history.begin() + static_cast<std::ptrdiff_t>(at),
                   History::value_type(history[at]));
    for (auto& poll : polls)
      if (poll > at) ++poll;
  }
  if (history.size() != kEventsAMigration)
    throw std::runtime_error("a compute migration of " + std::to_string(history.size()) +
                             " events is not what the benchmark expects");
  return history;
}

void copy_body(EventDraft& draft, Event::Body::Reader from, const std::string& name,
               Position intent) {
  auto to = draft.body();
  switch (from.which()) {
    case Event::Body::MIGRATION_STARTED:
      to.setMigrationStarted(from.getMigrationStarted());
      to.getMigrationStarted().setName(name);
      break;
    case Event::Body::PROBED:
      to.setProbed(from.getProbed());
      break;
    case Event::Body::INTENT:
      to.setIntent(from.getIntent());
      break;
    case Event::Body::OUTCOME:
      to.setOutcome(from.getOutcome());
      to.getOutcome().setIntent(intent);
      break;
    case Event::Body::OBSERVED:
      to.setObserved(from.getObserved());
      break;
    case Event::Body::CHECKED:
      to.setChecked(from.getChecked());
      break;
    case Event::Body::APPROVED:
      to.setApproved(from.getApproved());
      break;
    case Event::Body::READ_FAILED:
      to.setReadFailed(from.getReadFailed());
      break;
    case Event::Body::ENDED:
      to.setEnded(from.getEnded());
      break;
    default:
      throw std::runtime_error("an event that the benchmark does not expect");
  }
}

void append_session(ledger::EventStore& store, Time time) {
  EventDraft draft(ledger::kLedgerStream, time, 0);
  auto session = draft.body().initSessionOpened();
  session.setUser("bench");
  session.setHost("bench");
  session.setAuthKind("sim");
  store.append_one(draft);
}

struct Made {
  ledger::StreamId stream = ledger::kNewStream;
  Position intent = 0;  // the latest
};

// Appends the histories of migrations `from` to `to`, an event of each in turn.
void append_mixed(ledger::EventStore& store, const History& history, std::size_t from,
                  std::size_t to) {
  ledger::Decoder decoder;
  std::vector<Made> made(to - from);
  std::vector<EventDraft> drafts;
  Position next = store.head().position + 1;
  for (const auto& bytes : history) {
    const Event::Reader event = decoder.decode(bytes);
    for (std::size_t m = from; m < to; ++m, ++next) {
      Made& one = made[m - from];
      EventDraft& draft =
          drafts.emplace_back(one.stream, time_from_micros(event.getTime()), kSession, next - 1);
      copy_body(draft, event.getBody(), "vm-" + std::to_string(m), one.intent);
      if (one.stream == ledger::kNewStream) one.stream = next;
      if (event.getBody().isIntent()) one.intent = next;
      if (drafts.size() < kDraftsABatch) continue;
      store.append(drafts);
      drafts.clear();
    }
  }
  store.append(drafts);
}

}  // namespace

std::filesystem::path long_ledger(Context& context, std::size_t migrations) {
  const auto path = context.directory / ("long-" + std::to_string(migrations) + ".ledger");
  const Position whole = migrations * kEventsAMigration + kSession;
  if (std::filesystem::exists(path)) {
    ledger::OpeningReport report;
    if (ledger::RocksEventStore::open_reader(path, report)->head().position >= whole) return path;
  }
  const History history = history_of_one();
  const auto store = new_ledger(path);
  append_session(*store, kBegin);
  for (std::size_t from = 0; from < migrations; from += kAtOnce)
    append_mixed(*store, history, from, std::min(migrations, from + kAtOnce));
  store->close();
  return path;
}

}  // namespace migledger::bench
