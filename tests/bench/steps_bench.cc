// Durable steps a second, the figure that engines for durable execution are compared by: workflows
// of nine steps that do nothing, each with its intent and its outcome synced before it goes on,
// over bare appends of 300 bytes to a file with fdatasync.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <fstream>
#include <system_error>
#include <unordered_map>

#include "tests/bench/bench.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"
#include "workflow/run/executor.h"

namespace migledger::bench {

namespace {

using namespace workflow;

constexpr std::size_t kSteps = 9;

Request nothing(const View&) {
  Request request;
  request.region = "us-ashburn-1";
  request.method = "POST";
  request.path = "/20160918/nothing";
  return request;
}

Receipt received(const View&, const Answer&) {
  Receipt receipt;
  receipt.understood = true;
  return receipt;
}

constexpr Step step_named(std::string_view name) {
  Step step;
  step.name = name;
  step.title = "do nothing";
  step.kind = StepKind::act;
  step.act = nothing;
  step.receive = received;
  return step;
}

constexpr std::array<Step, kSteps> kNothings = {
    step_named("one"),   step_named("two"),   step_named("three"),
    step_named("four"),  step_named("five"),  step_named("six"),
    step_named("seven"), step_named("eight"), step_named("nine")};

constexpr Workflow kWorkflow = {"nothing", 1, kNothings};

// Answers every request at once.
class InstantCloud : public Cloud, public Clock {
 public:
  Time now() override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
  Duration elapsed() override { return now().time_since_epoch(); }
  CloudIdentity identity() const override { return {"sim", "sim", "", "bench", "sim", "", {}}; }
  std::size_t capacity() const override { return 1024; }
  void start(CallId call, Request) override { calls_.push_back(call); }
  std::optional<Completion> next(Time) override {
    if (calls_.empty()) return std::nullopt;
    Completion completion;
    completion.call = calls_.front();
    completion.reply.delivery = Reply::Delivery::replied;
    completion.reply.status = 200;
    calls_.pop_front();
    return completion;
  }
  void interrupt() override {}
  std::string quiesce(Duration) override { return {}; }
  void abandon() override { calls_.clear(); }

 private:
  std::deque<CallId> calls_;
};

// How long each step took: from when it could begin to when its outcome was durable.
class StepTimes : public Observer {
 public:
  void appended(const MigrationState& state, ledger::schema::Event::Reader event) override {
    const auto now = std::chrono::steady_clock::now();
    auto& since = since_[state.stream];
    if (event.getBody().isOutcome())
      seconds_.push_back(std::chrono::duration<double>(now - since).count());
    if (!event.getBody().isIntent()) since = now;
  }
  Time waiting(Time) override { return Time::max(); }
  std::vector<double> take() { return std::move(seconds_); }

 private:
  std::unordered_map<ledger::StreamId, std::chrono::steady_clock::time_point> since_;
  std::vector<double> seconds_;
};

// Bare appends to a file, each synced.
class BareFile {
 public:
  explicit BareFile(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
  }
  ~BareFile() { ::close(fd_); }
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;

  double rate(int count) {
    const std::string bytes(300, 'x');
    return count / seconds_of([&] {
             for (int i = 0; i < count; ++i)
               if (::write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
                   ::fdatasync(fd_) != 0)
                 throw std::system_error(errno, std::generic_category(), "appending to a file");
           });
  }

 private:
  int fd_;
};

struct Load {
  std::size_t at_once;
  double goal;
};
constexpr Load kLoads[] = {{1, 0.45}, {16, 4}, {64, 8}, {256, 10}};

}  // namespace

void bench_steps(Context& context) {
  Report& report = context.report;
  report.section("steps");
  const auto store = new_ledger(context.directory / "steps.ledger");
  BareFile bare(context.directory / "steps.bare");
  std::size_t named = 0;
  std::vector<double> latencies;  // of 64 at once
  const auto steps_a_second = [&](std::size_t at_once, std::size_t workflows) {
    Plan plan;
    plan.workflow = kWorkflow.name;
    for (std::size_t i = 0; i < workflows; ++i) {
      PlannedMigration planned;
      planned.name = "nothing-" + std::to_string(++named);
      plan.migrations.push_back(std::move(planned));
    }
    InstantCloud cloud;
    StepTimes times;
    RunOptions options;
    options.parallel = at_once;
    Executor executor(*store, cloud, cloud, kWorkflow, options, &times);
    RunResult result;
    const double seconds = seconds_of([&] { result = executor.run(plan); });
    if (result.done != workflows) throw std::runtime_error("steps: " + words(result));
    if (at_once == 64)
      for (const double t : times.take()) latencies.push_back(t);
    return static_cast<double>(workflows * kSteps) / seconds;
  };

  std::vector<std::function<double()>> contenders = {
      [&] { return bare.rate(context.quick ? 50 : 1000); }};
  for (const auto& load : kLoads)
    contenders.push_back([&] {
      const std::size_t rounds = context.quick ? 1 : load.at_once == 1 ? 100 : 8;
      return steps_a_second(load.at_once, load.at_once * rounds);
    });
  const auto rates = compare(context.quick ? 1 : 9, context.random, contenders);
  for (std::size_t i = 0; i < std::size(kLoads); ++i) {
    const Load& load = kLoads[i];
    report.ratio(std::to_string(load.at_once) + " at once, over write and fdatasync", "steps/s",
                 rates[i + 1], rates[0], Goal::least(load.goal));
  }
  report.value("p99 of a step, 64 at once", "ms", 1e3 * quantile(latencies, 0.99), Goal::most(10));
  report.remark(
      "known ratios at 1, 16, 64, 256: Restate 0.13, 0.46, 0.74, 0.83; "
      "DBOS on PostgreSQL 0.11, 0.26, 0.29, 0.29");
}

}  // namespace migledger::bench
