// The whole transport against a stand-in for the oci program that behaves, and misbehaves.
#include "adapters/oci_cli/oci_cli.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <thread>

#include "adapters/system_clock.h"
#include "tests/adapters/scratch.h"
#include "tests/support/paths.h"

namespace migledger::adapters {
namespace {

using std::chrono::milliseconds;
using workflow::Completion;
using workflow::Reply;
using workflow::Request;
using Delivery = Reply::Delivery;

const std::string kStandIn = testing::source_path("tests/adapters/oci_stand_in/oci");

class Fixture {
 public:
  Fixture() {
    scratch.write("home/.oci/config",
                  "[DEFAULT]\nuser=U\ntenancy=T\nfingerprint=F\nkey_file=/no/such/key\nregion=R\n",
                  false);
    options.program = kStandIn;
    options.parallel = 4;
    options.endpoints = {{"here-1", "http://127.0.0.1:1"}};
    options.children_lock = scratch.path("children.lock");
    options.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                           {"HOME", scratch.path("home")},
                           {"TMPDIR", scratch.path("")},
                           {"OCI_CLI_ENDPOINT", "http://elsewhere"}};
    options.term_grace = milliseconds(50);
    options.drain_timeout = milliseconds(50);
  }

  std::unique_ptr<OciCli> cloud() { return std::make_unique<OciCli>(options, clock); }

  std::optional<Completion> next(OciCli& cloud) {
    return cloud.next(clock.now() + std::chrono::seconds(60));
  }

  Reply call(OciCli& cloud, const Request& request) {
    cloud.start(77, request);
    const auto completion = next(cloud);
    REQUIRE(completion);
    CHECK(completion->call == 77);
    return completion->reply;
  }

  // A script in place of the program; the stand-in is "$OCI" in it.
  void wrap(const std::string& script) {
    options.program =
        scratch.write("wrapper", "#!/bin/sh\nOCI=" + kStandIn + "\n" + script + "\n", true);
  }

  Scratch scratch;
  SystemClock clock;
  OciCliOptions options;
};

Request to(const std::string& path, const std::string& query = "") {
  Request request;
  request.region = "here-1";
  request.path = path;
  request.query = query;
  return request;
}

TEST_CASE_METHOD(Fixture, "A reply comes back through the program") {
  const auto cloud = this->cloud();
  const Reply created = call(*cloud, to("/replay/create"));
  CHECK(created.status == 200);
  CHECK(created.work_request() == "ocid1.wr");
  CHECK(call(*cloud, to("/replay/not%20authenticated")).status == 401);
  CHECK(call(*cloud, to("/error_status")).status == 500);
  CHECK(call(*cloud, to("/error_status")).delivery == Delivery::replied);
}

TEST_CASE_METHOD(Fixture, "A deadline that passed long ago does not wait") {
  const auto cloud = this->cloud();
  const Time before = clock.now();
  CHECK_FALSE(cloud->next(Time::min()));
  CHECK_FALSE(cloud->next(Time{}));
  CHECK(clock.now() - before < std::chrono::seconds(20));
}

TEST_CASE_METHOD(Fixture, "The program is called hermetically") {
  const auto cloud = this->cloud();
  Request request = to("/report");
  request.method = "POST";
  request.body = "{\"uri\":\"https://secret.example/é\"}";
  request.retry_token = "token-1";
  request.request_id = "REQUEST-1";
  const Reply reply = call(*cloud, request);
  REQUIRE(reply.ok());
  const auto report = boost::json::parse(reply.body).as_object();

  CHECK(report.at("body").as_string() == request.body);
  CHECK(report.at("rc").as_string() == "");
  CHECK(report.at("stdin").as_string() == "");
  CHECK(report.at("terminal").as_bool() == false);
  CHECK(report.at("leads_session").as_bool());
  CHECK(report.at("directory_mode").as_int64() == 0700);
  CHECK(report.at("directory_entries").as_array().empty());
  CHECK(report.at("blocked_signals").as_string() == "0000000000000000");
  CHECK(boost::json::serialize(report.at("descriptors")) == "[0,1,2,3,4,5]");

  const std::string arguments = boost::json::serialize(report.at("arguments"));
  CHECK(arguments.find("secret") == std::string::npos);
  CHECK(arguments.find("REQUEST-1") != std::string::npos);
  CHECK(arguments.find("token-1") != std::string::npos);

  std::set<std::string> names;
  for (const auto& [name, value] : report.at("environment").as_object()) names.insert(name);
  names.erase("LC_CTYPE");  // Python adds it
  CHECK(names == std::set<std::string>{"HOME", "LANG", "LC_ALL", "OCI_SDK_APPEND_USER_AGENT",
                                       "OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING", "PATH",
                                       "PYTHONIOENCODING", "SUPPRESS_LABEL_WARNING", "TMPDIR"});
}

TEST_CASE_METHOD(Fixture, "A body of two megabytes arrives byte for byte") {
  const auto cloud = this->cloud();
  Request request = to("/two_megabytes");
  request.method = "PUT";
  for (int i = 0; request.body.size() < 2'000'000; ++i) request.body += std::to_string(i) + ",";
  const Reply reply = call(*cloud, request);
  REQUIRE(reply.ok());
  CHECK(reply.body == "\"" + std::string(request.body.rbegin(), request.body.rend()) + "\"");
}

TEST_CASE_METHOD(Fixture, "A proxy's password is not in the arguments") {
  options.endpoints = {{"here-1", "https://host.example"}};
  options.environment["HTTPS_PROXY"] = "http://u:hunter2@proxy:3128";
  const auto cloud = this->cloud();
  const Reply reply = call(*cloud, to("/report"));
  REQUIRE(reply.ok());
  const auto report = boost::json::parse(reply.body).as_object();
  CHECK(report.at("rc").as_string().find("proxy=http://u:hunter2@proxy:3128") != std::string::npos);
  CHECK(boost::json::serialize(report.at("arguments")).find("hunter2") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "Output that is no reply leaves the outcome unknown") {
  const auto cloud = this->cloud();
  for (const char* path : {"/garbage", "/invalid_utf8", "/silent", "/flood_stdout"}) {
    const Reply reply = call(*cloud, to(path));
    CAPTURE(path, reply.error);
    CHECK(reply.delivery == Delivery::unknown);
    CHECK(reply.error.starts_with("garbled: "));
    CHECK(reply.error.find('\x1b') == std::string::npos);
    CHECK(reply.error.size() < 1000);
  }
  CHECK(call(*cloud, to("/flood_stderr")).ok());
}

TEST_CASE_METHOD(Fixture,
                 "A program ended by a signal leaves the outcome unknown, unless it replied") {
  const auto cloud = this->cloud();
  const Reply died = call(*cloud, to("/die"));
  CHECK(died.delivery == Delivery::unknown);
  CHECK(died.error.starts_with("failed: "));
  CHECK(call(*cloud, to("/reply_then_die")).ok());
}

TEST_CASE_METHOD(Fixture, "A call that takes too long is ended, even if it ignores SIGTERM") {
  options.call_timeout = milliseconds(300);
  const auto cloud = this->cloud();
  const Reply reply = call(*cloud, to("/ignore_term"));
  CHECK(reply.delivery == Delivery::unknown);
  CHECK(reply.error.starts_with("timeout: "));
  CHECK(cloud->capacity() == 4);
  CHECK(cloud->quiesce(std::chrono::seconds(20)) == "");
}

TEST_CASE_METHOD(Fixture, "A grandchild that holds the pipes does not hold the reply") {
  const auto cloud = this->cloud();
  CHECK(call(*cloud, to("/grandchild_holds_pipe")).ok());
  CHECK(cloud->quiesce(std::chrono::seconds(20)) == "");
}

TEST_CASE_METHOD(Fixture, "A login or connection that fails in the program is not sent") {
  const auto cloud = this->cloud();
  const Reply login = call(*cloud, to("/replay/no%20config"));
  CHECK(login.delivery == Delivery::not_sent);
  CHECK(login.error.starts_with("credentials: "));
  CHECK(call(*cloud, to("/replay/dropped")).delivery == Delivery::unknown);
}

TEST_CASE_METHOD(Fixture, "An unknown region is refused before anything is sent") {
  const auto cloud = this->cloud();
  Request request = to("/ok");
  request.region = "us-asburn-1";
  const Reply reply = call(*cloud, request);
  CHECK(reply.delivery == Delivery::not_sent);
  CHECK(reply.error.starts_with("usage: the region \"us-asburn-1\""));
}

TEST_CASE_METHOD(Fixture, "No more calls run at once than configured") {
  const auto cloud = this->cloud();
  CHECK(cloud->capacity() == 4);
  for (workflow::CallId id = 1; id <= 4; ++id) cloud->start(id, to("/ok"));
  CHECK(cloud->capacity() == 0);
  CHECK_THROWS_AS(cloud->start(5, to("/ok")), std::logic_error);
  std::set<workflow::CallId> done;
  while (done.size() < 4) {
    const auto completion = next(*cloud);
    REQUIRE(completion);
    CHECK(completion->reply.ok());
    CHECK(done.insert(completion->call).second);
  }
  CHECK(cloud->capacity() == 4);
  CHECK_FALSE(cloud->next(clock.now()));
  options.parallel = 0;
  CHECK(this->cloud()->capacity() >= 1);
  CHECK(this->cloud()->capacity() <= 8);
}

TEST_CASE_METHOD(Fixture, "interrupt ends a wait for a call, and the call goes on") {
  const auto cloud = this->cloud();
  const std::string fifo = scratch.fifo("fifo");
  cloud->start(1, to("/announce_and_wait", "fifo=" + fifo));
  std::string process;
  std::thread other([&] {
    process = read_fifo(fifo);
    cloud->interrupt();
  });
  CHECK_FALSE(next(*cloud));
  other.join();
  CHECK(cloud->capacity() == 3);
  ::kill(std::stoi(process), SIGKILL);
  const auto completion = next(*cloud);
  REQUIRE(completion);
  CHECK(completion->reply.delivery == Delivery::unknown);
}

TEST_CASE_METHOD(Fixture, "abandon ends all calls, which complete as unknown") {
  const auto cloud = this->cloud();
  const std::string fifo = scratch.fifo("fifo");
  cloud->start(1, to("/announce_and_wait", "fifo=" + fifo));
  const int process = std::stoi(read_fifo(fifo));
  cloud->abandon();
  CHECK(ends_soon(process));
  CHECK(cloud->quiesce(std::chrono::seconds(20)) == "");
  const auto completion = next(*cloud);
  REQUIRE(completion);
  CHECK(completion->reply.delivery == Delivery::unknown);
  CHECK(completion->reply.error.starts_with("interrupted: "));
}

TEST_CASE_METHOD(Fixture, "quiesce names a process that left the child's session and lives on") {
  const auto cloud = this->cloud();
  CHECK(cloud->quiesce(Duration::zero()) == "");
  const Reply reply = call(*cloud, to("/orphan"));
  REQUIRE(reply.ok());
  const auto orphan = boost::json::parse(reply.body).at("pid").to_number<int>();
  CHECK(cloud->quiesce(milliseconds(30)) == "sleep (process " + std::to_string(orphan) + ")");
  ::kill(orphan, SIGKILL);
  CHECK(cloud->quiesce(std::chrono::seconds(20)) == "");
}

TEST_CASE_METHOD(Fixture, "quiesce sees a program whose shell wrapper died with an earlier run") {
  wrap("\"$OCI\" \"$@\"\nexit $?");
  const std::string fifo = scratch.fifo("fifo");
  const pid_t earlier = ::fork();
  if (earlier == 0) {
    const auto cloud = this->cloud();
    cloud->start(1, to("/ignore_term", "fifo=" + fifo));
    next(*cloud);
    ::_exit(0);
  }
  const int survivor = std::stoi(read_fifo(fifo));
  ::kill(earlier, SIGKILL);
  ::waitpid(earlier, nullptr, 0);
  const auto cloud = this->cloud();
  CHECK(cloud->quiesce(milliseconds(30)).find("(process " + std::to_string(survivor) + ")") !=
        std::string::npos);
  ::kill(survivor, SIGKILL);
  CHECK(cloud->quiesce(std::chrono::seconds(20)) == "");
}

TEST_CASE_METHOD(Fixture, "interrupt ends quiesce, and still the next wait") {
  const auto cloud = this->cloud();
  const std::string fifo = scratch.fifo("fifo");
  cloud->start(1, to("/announce_and_wait", "fifo=" + fifo));
  read_fifo(fifo);
  cloud->interrupt();
  CHECK_FALSE(cloud->quiesce(std::chrono::hours(1)).empty());
  CHECK_FALSE(next(*cloud));
  cloud->abandon();
}

TEST_CASE_METHOD(Fixture, "A call that ends while quiesce waits is not lost") {
  const auto cloud = this->cloud();
  cloud->start(1, to("/ok"));
  CHECK(cloud->quiesce(std::chrono::seconds(20)) == "");
  const auto completion = next(*cloud);
  REQUIRE(completion);
  CHECK(completion->reply.ok());
}

TEST_CASE_METHOD(Fixture, "The identity is that of the configuration file") {
  const workflow::CloudIdentity identity = cloud()->identity();
  CHECK(identity.kind == "oci");
  CHECK(identity.transport == "oci-cli");
  CHECK(identity.tenancy == "T");
  CHECK(identity.principal == "U");
  CHECK(identity.auth_kind == "api_key");
  CHECK(identity.key_fingerprint == "F");
  CHECK(identity.endpoints == options.endpoints);
}

TEST_CASE_METHOD(Fixture, "What cannot work is refused when it is made") {
  const auto refused = [&](SetupErrorKind kind) {
    try {
      cloud();
    } catch (const SetupError& error) {
      CHECK(error.kind == kind);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  options.program = "no-such-oci";
  CHECK(refused(SetupErrorKind::program).find("pip install oci-cli") != std::string::npos);
  options.program = kStandIn;
  options.endpoints = {{"here-1", "127.0.0.1"}};
  CHECK(refused(SetupErrorKind::usage).find("here-1") != std::string::npos);
  options.endpoints = {};
  options.profile = "NOPE";
  CHECK(refused(SetupErrorKind::credentials).find("NOPE") != std::string::npos);
  options.profile = "";
  options.children_lock = scratch.path("absent/children.lock");
  CHECK_THROWS_AS(cloud(), std::system_error);
}

TEST_CASE_METHOD(Fixture, "The lock is private, and nothing is left behind") {
  { const Reply reply = call(*cloud(), to("/ok")); }
  struct stat status = {};
  REQUIRE(::stat(options.children_lock.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path("")))
    names.insert(entry.path().filename());
  CHECK(names == std::set<std::string>{"children.lock", "home"});
}

TEST_CASE("The system clock tells the time") {
  SystemClock clock;
  const Time before = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  const Time now = clock.now();
  CHECK(now >= before);
  CHECK(now <= std::chrono::system_clock::now());
}

}  // namespace
}  // namespace migledger::adapters
