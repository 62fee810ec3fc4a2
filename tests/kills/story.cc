#include "tests/kills/story.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <sstream>

#include "tests/support/paths.h"
#include "tests/support/simulated_plan.h"

namespace migledger::testing {

namespace {

namespace json = boost::json;

// The tenancy's own account.
struct Account {
  std::string created;  // kind and region of each
  std::string held;     // kind, region and state of each
  std::string twice;    // something that was made twice for one key; empty: nothing was
};

bool is_renewable(const Story& story, const std::string& kind) {
  return std::find(story.renewable.begin(), story.renewable.end(), kind) != story.renewable.end();
}

Account account_of(const Story& story, Workplace& work, const StartOptions& options) {
  const auto result = work.run({"sim", "report", "--sim-state", "tenancy", "--json"}, options);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto report = json::parse(result.out).as_object();
  Account account;
  std::set<std::string> keys;
  std::multiset<std::string> created, kept;
  for (const auto& entry : report.at("created").as_array()) {
    const auto& made = entry.as_object();
    const std::string kind = text_of(made, "kind");
    if (is_renewable(story, kind)) continue;
    created.insert(fmt::format("{} in {}", kind, text_of(made, "region")));
    const std::string key = text_of(made, "key");
    if (!key.empty() && !keys.insert(kind + " " + key).second) account.twice = kind + " " + key;
  }
  for (const auto& entry : report.at("held").as_array()) {
    const auto& held = entry.as_object();
    kept.insert(fmt::format("{} in {} {}", text_of(held, "kind"), text_of(held, "region"),
                            text_of(held, "state")));
  }
  account.created = fmt::format("{}", fmt::join(created, "\n"));
  account.held = fmt::format("{}", fmt::join(kept, "\n"));
  return account;
}

std::vector<std::string> with(std::vector<std::string> command,
                              const std::vector<std::string>& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// Where a story takes place: a directory, and a tenancy beside or behind it.
class Scene {
 public:
  explicit Scene(const Story& story) : story_(story) { begin(); }
  // Goes on from where another was left.
  Scene(const Story& story, Scene& before) : story_(story) {
    before.server_.reset();
    copy_directory(before.work.path(), work.path());
    begin();
  }

  std::vector<std::string> placed(const std::vector<std::string>& command) const {
    auto all = with(command, places());
    if (!story_.over_http && command.front() != "reconcile") all = with(all, {"--sim-speed", "0"});
    return with(all, {"--json"});
  }

  // How all is started here: the tenancy's clock and the program's go alike.
  StartOptions options() const {
    StartOptions options;
    options.environment = {{"LD_PRELOAD", MIGLEDGER_KILL_POINTS},
                           // A sanitizer wants to be loaded first; it need not be.
                           {"ASAN_OPTIONS", "verify_asan_link_order=0"},
                           {"MIGLEDGER_CLOCK_AHEAD", clock()}};
    return options;
  }

  // So long that no request of before can arrive any more.
  void let_requests_expire() const { set_clock(std::chrono::minutes(11)); }

  Workplace work;

 private:
  std::string clock() const { return places_.path() / "clock"; }

  void set_clock(std::chrono::seconds ahead) const {
    const std::int64_t seconds = ahead.count();
    // In place: others have it mapped.
    const int fd = ::open(clock().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    const bool written = ::pwrite(fd, &seconds, sizeof seconds, 0) == sizeof seconds;
    ::close(fd);
    REQUIRE(written);
  }

  std::vector<std::string> places() const {
    std::vector<std::string> all = {"--config", "plan.json", "--ledger", "ledger", "--cloud"};
    if (story_.over_http) return with(all, {"oci"});
    return with(all, {"sim", "--sim-state", "tenancy"});
  }

  void begin() {
    set_clock({});
    write_plan();
  }

  void write_plan() {
    json::object plan = story_.plan;
    if (story_.over_http) {
      work.write("plan.json", json::serialize(plan));
      plan["endpoints"] = serve();
      plan["poll_interval_seconds"] = 0.1;
      plan["retry"] = {{"base_seconds", 0.05}, {"cap_seconds", 0.2}};
      plan["oci"] = {{"program", MIGLEDGER_OCI_HTTP}, {"config_file", "oci.config"}};
    }
    work.write("plan.json", json::serialize(plan));
  }

  // Starts the tenancy; returns where its regions are.
  json::object serve() {
    const auto outputs = places_.path() / "server";
    std::vector<std::string> command = {
        migledger_program(), "sim",       "serve",     "--state", "tenancy",
        "--provision",       "plan.json", "--no-auth", "--speed", "36000"};
    for (const char* region : {"us-ashburn-1", "sa-bogota-1"})
      command = with(command, {"--region", region});
    server_ = std::make_unique<RunningProgram>(command, work.path(), outputs, options());
    server_->await_output("ready\n");
    json::object urls;
    std::istringstream lines(read_all(outputs / "out"));
    for (std::string name, value; lines >> name >> value && name != "ready";) {
      if (name != "tenancy") {
        urls[name] = value;
        continue;
      }
      work.write("oci.key", "none is read");
      work.write("oci.config", "[DEFAULT]\nuser=ocid1.user.oc1..aaaaaaaatest\ntenancy=" + value +
                                   "\nfingerprint=00:11\nkey_file=" + (work / "oci.key").string() +
                                   "\nregion=us-ashburn-1\n");
    }
    return urls;
  }

  const Story& story_;
  Scratch places_;
  std::unique_ptr<RunningProgram> server_;
};

// Asks for it again after a kill. What was taken down before the kill is refused then, and a run
// goes on with it.
void go_on(const Story& story, Scene& scene) {
  if (story.over_http) scene.let_requests_expire();
  auto last = scene.work.run(scene.placed(story.command), scene.options());
  if (story.command.front() != "run" && last.exit_code == 2) {
    INFO(last.out << last.err);
    last = scene.work.run(scene.placed({"run", "--yes=downtime,cutover"}), scene.options());
  }
  INFO(last.out << last.err);
  REQUIRE(last.exit_code == 0);
}

// Of the environment variable `name`, or `otherwise` where it is not set.
unsigned number_of(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise;
  unsigned number = 0;
  const char* const end = text + std::strlen(text);
  INFO(name << "=" << text << " is no number");
  REQUIRE(std::from_chars(text, end, number).ptr == end);
  return number;
}

}  // namespace

void kill_along(const std::string& name, const Story& story) {
  Scene before(story);
  for (const auto& command : story.before) {
    const auto result = before.work.run(before.placed(command), before.options());
    INFO(result.out << result.err);
    REQUIRE(result.exit_code == 0);
  }
  Account expected;
  {
    Scene scene(story, before);
    const auto result = scene.work.run(scene.placed(story.command), scene.options());
    INFO(result.out << result.err);
    REQUIRE(result.exit_code == 0);
    expected = account_of(story, scene.work, scene.options());
    CHECK(expected.twice.empty());
  }
  const unsigned every = std::max(1U, number_of("MIGLEDGER_KILL_EVERY", 11));
  const unsigned first = 1 + number_of("MIGLEDGER_ROTATION", 0) % every;
  unsigned kills = 0;
  for (unsigned at = first;; at += every) {
    Scene scene(story, before);
    auto& work = scene.work;
    StartOptions options = scene.options();
    options.environment["MIGLEDGER_KILL_AT"] = std::to_string(at);
    options.environment["MIGLEDGER_KILL_SAID"] = work / "where";
    const auto killed = work.run(scene.placed(story.command), options);
    if (killed.signal == 0) {
      INFO(killed.out << killed.err);
      REQUIRE(killed.exit_code == 0);
      WARN(
          fmt::format("{}: {} kills, at point {} and each {} after it", name, kills, first, every));
      CHECK(kills > 0);
      return;
    }
    ++kills;
    CAPTURE(at, read_all(work / "where"));
    REQUIRE(killed.signal == SIGKILL);
    go_on(story, scene);
    const Account account = account_of(story, work, scene.options());
    CHECK(account.created == expected.created);
    CHECK(account.held == expected.held);
    CHECK(account.twice.empty());
    require_sound_history(history_of(work, "ledger"));
    if (!story.is_reconciled) continue;
    const auto reconciled = work.run(scene.placed({"reconcile"}), scene.options());
    INFO(reconciled.out << reconciled.err);
    CHECK(reconciled.exit_code == 0);
  }
}

}  // namespace migledger::testing
