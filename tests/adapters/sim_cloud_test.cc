// The simulated tenancy as the executor's cloud and clock.
#include "adapters/sim/sim_cloud.h"

#include <set>
#include <thread>

#include "sim_fixture.h"

namespace migledger::adapters::sim::testing {

namespace {

using workflow::Completion;

// Real time that passes only by waiting.
class FakePace : public Pace {
 public:
  Duration elapsed() override { return now; }
  bool wait(Duration at_most) override {
    if (interrupted) {
      interrupted = false;
      return false;
    }
    now += at_most;
    return true;
  }
  void interrupt() override { interrupted = true; }

  Duration now{};
  bool interrupted = false;
};

Request get(const std::string& path) {
  Request r;
  r.region = kSource;
  r.path = "/20160918/" + path;
  return r;
}

}  // namespace

TEST_CASE("at speed 0 completions come in order of simulated time", "[sim]") {
  Bench b;
  SimCloud cloud(*b.tenancy, {0, 1000});
  const Time begin = cloud.now();
  for (std::uint64_t i = 0; i < 200; ++i) cloud.start(i, get("instances/" + kInstance));
  CHECK(cloud.capacity() == 800);
  CHECK(cloud.now() == begin);
  std::set<std::uint64_t> seen;
  std::vector<std::uint64_t> order;
  Time last = begin;
  while (const auto c = cloud.next(begin + 1h)) {
    CHECK(c->reply.ok());
    CHECK(cloud.now() >= last);
    last = cloud.now();
    order.push_back(c->call);
    CHECK(seen.insert(c->call).second);
    if (seen.size() == 200) break;
  }
  CHECK(seen.size() == 200);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  CHECK(last > begin);
  CHECK(last < begin + 2s);
  CHECK_FALSE(cloud.next(begin + 1h));
  CHECK(cloud.now() == begin + 1h);
  CHECK(cloud.capacity() == 1000);
}

TEST_CASE("a deadline ends the wait, and the call goes on", "[sim]") {
  Bench b;
  SimCloud cloud(*b.tenancy, {0, 4});
  const Time begin = cloud.now();
  cloud.start(1, get("instances/" + kInstance));
  CHECK_FALSE(cloud.next(begin + 1ms));
  CHECK(cloud.now() == begin + 1ms);
  CHECK_THROWS_AS(cloud.start(1, get("shapes")), std::invalid_argument);
  CHECK(cloud.next(begin + 5s)->call == 1);
  CHECK_FALSE(cloud.next(Time::max()));
}

TEST_CASE("interrupt ends the next wait at once", "[sim]") {
  Bench b;
  SimCloud cloud(*b.tenancy, {GENERATE(0.0, 600.0), 4});
  cloud.start(1, get("instances/" + kInstance));
  cloud.interrupt();
  CHECK_FALSE(cloud.next(Time::max()));
  CHECK(cloud.next(Time::max())->call == 1);
}

TEST_CASE("interrupt wakes a wait that has begun", "[sim]") {
  Bench b;
  SimCloud cloud(*b.tenancy, {1, 4});
  std::thread other([&] { cloud.interrupt(); });
  CHECK_FALSE(cloud.next(Time::max()));
  other.join();
}

TEST_CASE("simulated time is real time by the speed", "[sim]") {
  Bench b;
  auto pace = std::make_unique<FakePace>();
  FakePace& real = *pace;
  SimCloud cloud(*b.tenancy, {600, 4}, std::move(pace));
  const Time begin = cloud.now();
  real.now += 1s;
  CHECK(cloud.now() == begin + 600s);
  CHECK_FALSE(cloud.next(begin + 1200s));
  CHECK(real.now >= 2s);
  CHECK(real.now < 2001ms);
  cloud.start(1, get("instances/" + kInstance));
  const Time sent = cloud.now();
  REQUIRE(cloud.next(Time::max()));
  CHECK(cloud.now() > sent);
  CHECK(cloud.now() < sent + 2s);
}

TEST_CASE("the clock stands still while nobody runs", "[sim]") {
  MemoryStore store;
  Bench b({}, 7, &store);
  Time left{};
  {
    SimCloud cloud(*b.tenancy, {0, 4});
    cloud.next(cloud.now() + 90min);
    left = cloud.now();
  }
  b.tenancy = std::make_unique<Tenancy>(TenancyOptions{}, &store);
  SimCloud cloud(*b.tenancy, {0, 4});
  CHECK(cloud.now() == left);

  SECTION("after a crash it is at most a second ahead, never behind") {
    cloud.next(cloud.now() + 10min);
    MemoryStore crashed;
    std::vector<StateStore::Change> changes;
    for (const auto& [key, value] : store.rows()) changes.emplace_back(key, value);
    crashed.write(changes);
    const Tenancy reopened({}, &crashed);
    CHECK(reopened.clock() >= cloud.now());
    CHECK(reopened.clock() <= cloud.now() + 1s);
  }
}

TEST_CASE("a run of calls is reproduced by its seed", "[sim]") {
  Faults faults;
  faults.rates[static_cast<std::size_t>(Fault::throttled)] = 0.1;
  faults.rates[static_cast<std::size_t>(Fault::lost_after)] = 0.1;
  faults.rates[static_cast<std::size_t>(Fault::delayed)] = 0.1;
  const auto run = [&](std::uint64_t seed) {
    Bench b(faults, seed);
    SimCloud cloud(*b.tenancy, {0, 100});
    for (std::uint64_t i = 0; i < 100; ++i) cloud.start(i, get("instances/" + kInstance));
    std::string said;
    while (const auto c = cloud.next(cloud.now() + 1h))
      said += std::to_string(c->call) + format_utc(cloud.now()) + c->reply.body + c->reply.error;
    return said;
  };
  CHECK(run(3) == run(3));
  CHECK(run(3) != run(4));
}

TEST_CASE("abandoned calls may have arrived", "[sim]") {
  Bench b;
  SimCloud cloud(*b.tenancy, {0, 100});
  for (std::uint64_t i = 0; i < 60; ++i) {
    Request r;
    r.region = kSource;
    r.service = Service::object_storage;
    r.method = "PUT";
    r.path = b.bucket() + "/o/" + std::to_string(i);
    cloud.start(i, r);
  }
  cloud.abandon();
  CHECK(cloud.capacity() == 100);
  CHECK(b.created("object") > 10);
  CHECK(b.created("object") < 50);
  CHECK_FALSE(cloud.next(cloud.now() + 1h));
  CHECK(cloud.quiesce(1s).empty());
  CHECK(cloud.identity().kind == "sim");
  CHECK(cloud.identity().tenancy == b.tenancy->tenancy_id());
}

TEST_CASE("ten thousand migrations fit", "[sim]") {
  Bench b;
  constexpr std::size_t kMany = 10000;
  const auto name = [](std::size_t i) { return "ocid1.instance.oc1.iad.m" + std::to_string(i); };
  for (std::size_t i = 0; i < kMany; ++i) b.tenancy->provision(planned(name(i), name(i)));
  SimCloud cloud(*b.tenancy, {0, kMany});
  for (std::size_t i = 0; i < kMany; ++i) {
    Request r = get("images");
    r.method = "POST";
    r.body = json::serialize(json::object{
        {"compartmentId", kCompartment}, {"instanceId", name(i)}, {"displayName", name(i)}});
    r.retry_token = name(i);
    cloud.start(i, r);
  }
  std::size_t made = 0;
  const Time end = cloud.now() + 1h;
  while (made < kMany) {
    const auto c = cloud.next(end);
    REQUIRE(c);
    REQUIRE(c->reply.ok());
    ++made;
  }
  // Names are found without walking through all.
  for (std::size_t i = 0; i < kMany; ++i) {
    Request r = get("images");
    r.query = "compartmentId=" + kCompartment + "&displayName=" + name(i);
    cloud.start(i, r);
  }
  for (made = 0; made < kMany; ++made) REQUIRE(cloud.next(cloud.now() + 1h));
  CHECK(b.created("image") == static_cast<int>(kMany));
}

}  // namespace migledger::adapters::sim::testing
