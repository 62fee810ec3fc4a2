// A whole run on the simulated tenancy, whose replies are garbled on the way back.
// The input: a line of choices, a byte each; then what is done to replies, each a line
// "SKIP HOW NUMBER" and a text: after SKIP further replies,
//   status   the status is NUMBER                    cut    the body ends after NUMBER bytes
//   body     the body is the text                    value  its scalar NUMBER is the JSON text
//   long     its scalar NUMBER is a text of 70,000 bytes
//   header   the header that the text begins with has the value behind its first ": "
//   lost     nobody knows what became of it          refused  it was never sent
#include <boost/json.hpp>
#include <charconv>
#include <map>

#include "adapters/sim/sim_cloud.h"
#include "cli/render/event_json.h"
#include "ledger/fold/fleet_summary.h"
#include "ledger/store/memory_event_store.h"
#include "tests/fuzz/target.h"
#include "tests/support/sample_bucket.h"
#include "tests/support/sample_migration.h"
#include "tests/support/sample_volume.h"
#include "workflow/run/executor.h"
#include "workflow/workflows.h"

namespace migledger::fuzz {

namespace {

namespace json = boost::json;
using adapters::sim::SimCloud;
using workflow::Completion;
using workflow::Reply;

constexpr std::size_t kMostReplies = 400;
const Time kStart(std::chrono::seconds(1'800'000'000));

struct Garbling {
  std::string_view how;
  std::size_t number = 0;
  std::string_view text;
};

std::size_t take_number(std::string_view& line) {
  std::size_t number = 0;
  const auto [end, bad] = std::from_chars(line.data(), line.data() + line.size(), number);
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  if (line.starts_with(' ')) line.remove_prefix(1);
  return number;
}

// By the number of the reply.
std::multimap<std::size_t, Garbling> garblings_of(std::span<const std::string_view> parts) {
  std::multimap<std::size_t, Garbling> all;
  std::size_t reply = 0;
  for (std::string_view part : parts) {
    std::string_view line = take_line(part);
    reply += take_number(line) % kMostReplies;
    const auto space = std::min(line.find(' '), line.size());
    Garbling garbling{line.substr(0, space), 0, part};
    line.remove_prefix(std::min(space + 1, line.size()));
    garbling.number = take_number(line);
    all.emplace(reply, garbling);
  }
  return all;
}

// The scalar of that number, in the order of the text; null: there are not so many.
json::value* scalar(json::value& value, std::size_t& number) {
  if (auto* object = value.if_object()) {
    for (auto& member : *object)
      if (auto* found = scalar(member.value(), number)) return found;
    return nullptr;
  }
  if (auto* array = value.if_array()) {
    for (auto& element : *array)
      if (auto* found = scalar(element, number)) return found;
    return nullptr;
  }
  return number-- == 0 ? &value : nullptr;
}

void put_scalar(std::string& body, std::size_t number, const json::value& by) {
  json::error_code bad;
  json::value value = json::parse(body, bad);
  if (bad) return;
  number %= 64;
  if (auto* found = scalar(value, number)) *found = by;
  body = json::serialize(value);
}

void garble(Reply& reply, const Garbling& garbling) {
  if (garbling.how == "status") {
    reply.status = 100 + static_cast<int>(garbling.number % 500);
  } else if (garbling.how == "cut") {
    reply.body.resize(std::min(reply.body.size(), garbling.number));
  } else if (garbling.how == "body") {
    reply.body = garbling.text;
  } else if (garbling.how == "value") {
    json::error_code bad;
    const auto value = json::parse({garbling.text.data(), garbling.text.size()}, bad);
    if (!bad) put_scalar(reply.body, garbling.number, value);
  } else if (garbling.how == "long") {
    put_scalar(reply.body, garbling.number, json::string(70'000, 'x'));
  } else if (garbling.how == "header") {
    const auto colon = std::min(garbling.text.find(": "), garbling.text.size());
    for (auto& [name, value] : reply.headers)
      if (name == garbling.text.substr(0, colon))
        value = garbling.text.substr(std::min(colon + 2, garbling.text.size()));
  } else if (garbling.how == "lost" || garbling.how == "refused") {
    reply = {};
    reply.delivery = garbling.how == "lost" ? Reply::Delivery::unknown : Reply::Delivery::not_sent;
    reply.error = "network: it broke";
  }
}

// Enough replies were given.
struct Stopped {};

class GarblingCloud : public workflow::Cloud {
 public:
  GarblingCloud(SimCloud& cloud, std::multimap<std::size_t, Garbling> garblings)
      : cloud_(cloud), garblings_(std::move(garblings)) {}

  workflow::CloudIdentity identity() const override { return cloud_.identity(); }
  std::size_t capacity() const override { return cloud_.capacity(); }
  void start(workflow::CallId call, workflow::Request request) override {
    cloud_.start(call, std::move(request));
  }
  std::optional<Completion> next(Time deadline) override {
    auto completion = cloud_.next(deadline);
    if (++waits_ > 4 * kMostReplies) throw Stopped{};
    if (!completion) return completion;
    if (replies_ == kMostReplies) throw Stopped{};
    const auto [begin, end] = garblings_.equal_range(replies_++);
    for (auto it = begin; it != end; ++it) garble(completion->reply, it->second);
    return completion;
  }
  void interrupt() override { cloud_.interrupt(); }
  std::string quiesce(Duration patience) override { return cloud_.quiesce(patience); }
  void abandon() override { cloud_.abandon(); }

 private:
  SimCloud& cloud_;
  std::multimap<std::size_t, Garbling> garblings_;
  std::size_t replies_ = 0;
  std::size_t waits_ = 0;
};

workflow::Plan plan_of(std::string_view choices) {
  Draws draws(choices);
  workflow::Plan plan;
  const std::size_t which = draws.below(4);
  auto planned = testing::sample_migration("web");
  if (which == 1) planned.fields.set("transfer", "par");
  if (which == 1) planned.fields.set("volumes", "replicate");
  if (which == 2) planned = testing::sample_volume("data", draws.flag() ? "volumegroup" : "volume");
  if (which == 2 && draws.flag()) planned.fields.set("method", "backup");
  if (which == 3) planned = testing::sample_bucket("data");
  plan.workflow = which == 2   ? "volume-replication"
                  : which == 3 ? "storage-replication"
                               : "compute";
  planned.fields = planned.fields.sorted();
  plan.migrations.push_back(std::move(planned));
  return plan;
}

void begin_ledger(ledger::MemoryEventStore& store) {
  ledger::EventDraft first(ledger::kLedgerStream, kStart, 0);
  auto created = first.body().initLedgerCreated();
  created.setLedgerId("0123456789abcdef0123456789abcdef");
  created.setFormat(1);
  created.setCloud("sim");
  store.append({&first, 1});
}

void promise_sound(const ledger::MemoryEventStore& store) {
  cli::Names names(store);
  ledger::FleetSummary fleet;
  for (const auto cursor = store.scan(1, store.head().position); cursor->next();) {
    fleet.apply(cursor->event());
    const auto shown =
        json::serialize(cli::event_json(cursor->event(), cursor->bytes(), names, true));
    json::error_code bad;
    json::parse(shown, bad);
    promise(!bad, "an event that was recorded can be shown");
  }
  const auto loaded = ledger::FleetSummary::load(fleet.save());
  promise(loaded && *loaded == fleet, "a snapshot equals the fold");
}

}  // namespace

void fuzz_run(std::string_view bytes) {
  const auto parts = parts_of(bytes);
  const workflow::Plan plan = plan_of(parts[0]);
  adapters::sim::TenancyOptions options;
  options.start = kStart;
  options.data_volumes = 1;
  options.bucket_objects = 4;
  adapters::sim::Tenancy tenancy(options, nullptr);
  for (const auto& planned : plan.migrations) tenancy.provision(planned);
  ledger::MemoryEventStore store;
  begin_ledger(store);

  // The second run finds what the first has left, and nothing is garbled.
  for (const bool garbled : {true, false}) {
    SimCloud sim(tenancy, {.speed = 0, .parallel = 64});
    GarblingCloud cloud(sim, garbled ? garblings_of(std::span(parts).subspan(1))
                                     : std::multimap<std::size_t, Garbling>());
    workflow::RunOptions run;
    run.approvals = workflow::approve_all();
    workflow::Executor executor(store, cloud, sim, *workflow::workflow_named(plan.workflow),
                                std::move(run));
    try {
      (void)executor.run(plan);
    } catch (const Stopped&) {
    } catch (const std::exception& error) {
      promise(false, std::string("no reply stops a run: ") + error.what());
    }
    promise_sound(store);
  }
}

}  // namespace migledger::fuzz
