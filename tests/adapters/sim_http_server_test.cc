// The server over real sockets, with clients that behave and others.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cerrno>
#include <thread>

#include "adapters/sim/tenancy.h"
#include "adapters/sim_http/server.h"
#include "adapters/sim_http/speed.h"
#include "adapters/system_clock.h"
#include "tests/adapters/sim_http_signer.h"

namespace migledger::adapters::sim_http {
namespace {

using namespace std::chrono_literals;

// A client's connection; what it reads, it reads to the end.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  // Until the server closes, or until `mark` was read. `error` is the errno of the end, 0 when the
  // server closed in good order.
  std::string read(std::string_view mark = {}) {
    std::string out;
    char buffer[4096];
    for (;;) {
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      error = n < 0 ? errno : 0;
      if (n <= 0) return out;
      out.append(buffer, static_cast<std::size_t>(n));
      if (!mark.empty() && out.find(mark) != std::string::npos) return out;
    }
  }

  bool connected = false;
  int error = 0;

 private:
  const int fd_;
};

class Fixture {
 public:
  Fixture() { options.regions = {"us-ashburn-1", "sa-bogota-1"}; }
  ~Fixture() { stop(); }

  void start() {
    options.start = clock.now();
    accelerate(options, 36000);
    tenancy = std::make_unique<sim::Tenancy>(options, &kept);
    front = std::make_unique<Front>(*tenancy, clock, keys);
    server = std::make_unique<Server>(
        *front, "127.0.0.1", std::vector<Listening>{{"us-ashburn-1", 0}, {"sa-bogota-1", 0}},
        limits);
    port = server->listening()[0].port;
    thread = std::thread([this] { server->run(); });
  }

  void stop() {
    if (!thread.joinable()) return;
    server->stop();
    thread.join();
  }

  std::string exchange(const std::string& request) {
    Client client(port);
    client.send(request);
    return client.read();
  }

  SystemClock clock;
  sim::TenancyOptions options;
  sim::MemoryStore kept;
  std::optional<PublicKeys> keys;
  ServerLimits limits;
  std::unique_ptr<sim::Tenancy> tenancy;
  std::unique_ptr<Front> front;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;
  std::thread thread;
};

std::string text_of(const HttpRequest& request, const std::string& more = "Connection: close\r\n") {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) out += name + ": " + value + "\r\n";
  return out + more + "\r\n" + request.body;
}

const HttpRequest kNamespace{"GET", "/n", {{"host", "h"}}, {}};

bool says(const std::string& reply, std::string_view words) {
  return reply.find(words) != std::string::npos;
}

TEST_CASE_METHOD(Fixture, "A region's port answers for all its services") {
  start();
  const std::string reply = exchange(text_of(kNamespace));
  CHECK(says(reply, "HTTP/1.1 200 OK"));
  CHECK(says(reply, "\"" + tenancy->object_namespace() + "\""));
  CHECK(says(reply, "opc-request-id: "));
  const std::string tenancy_path = "/20160918/tenancies/" + tenancy->tenancy_id();
  CHECK(says(exchange(text_of({"GET", tenancy_path + "/regionSubscriptions", {}, {}})),
             "sa-bogota-1"));
  CHECK(says(exchange(text_of({"GET", "/20160918/images/x", {}, {}})), "NotAuthorizedOrNotFound"));
  CHECK(says(exchange(text_of({"GET", "/20190729/limitValues", {}, {}})), "MissingParameter"));
  CHECK(says(exchange(text_of({"POST", "/20180409/resources", {{"content-length", "2"}}, "{}"})),
             "400 Bad Request"));
  CHECK(says(exchange(text_of({"GET", "/20991231/images", {}, {}})), "404 Not Found"));
}

TEST_CASE_METHOD(Fixture, "A request id is echoed and a connection is kept") {
  start();
  Client client(port);
  client.send("GET /n HTTP/1.1\r\nHost: h\r\nopc-request-id: MINE\r\n\r\n");
  CHECK(says(client.read("\""), "opc-request-id: MINE/"));
  client.send(text_of(kNamespace));
  CHECK(says(client.read(), "200 OK"));
}

TEST_CASE_METHOD(Fixture, "A HEAD has the length of what it does not send") {
  start();
  const std::string bucket = "/n/" + tenancy->object_namespace() + "/b";
  const std::string body = R"({"name":"b","compartmentId":")" + tenancy->tenancy_id() + "\"}";
  const auto with_length = [](HttpRequest request) {
    request.headers.emplace_back("content-length", std::to_string(request.body.size()));
    return text_of(request);
  };
  REQUIRE(says(exchange(with_length({"POST", bucket, {}, body})), "200 OK"));
  REQUIRE(says(exchange(with_length({"PUT", bucket + "/b/o/name", {}, "12345"})), "200 OK"));
  const std::string reply = exchange(text_of({"HEAD", bucket + "/b/o/name", {}, {}}));
  CHECK(says(reply, "content-length: 5\r\n"));
  CHECK(reply.ends_with("\r\n\r\n"));
  const std::string deleted = exchange(text_of({"DELETE", bucket + "/b/o/name", {}, {}}));
  CHECK(says(deleted, "204 No Content"));
}

TEST_CASE_METHOD(Fixture, "Only who signs is heard") {
  const Signer user;
  keys.emplace();
  keys->add(user.public_pem());
  start();
  const std::string refused = exchange(text_of(kNamespace));
  CHECK(says(refused, "HTTP/1.1 401 Unauthorized"));
  CHECK(says(refused, R"({"code":"NotAuthenticated","message":")"));
  CHECK(says(exchange(text_of(user.sign({"GET", "/n", {}, {}}, clock.now()))), "200 OK"));
  CHECK(says(exchange(text_of(user.sign({"GET", "/n", {}, {}}, clock.now() - 6min))),
             "allowed clock skew"));
}

TEST_CASE_METHOD(Fixture, "What is no HTTP is refused and harms nobody") {
  start();
  Client patient(port);
  CHECK(says(exchange("garbage\r\n\r\n"), "CannotParseRequest"));
  CHECK(says(exchange("GET /n HTTP/1.1\r\nContent-Length: many\r\n\r\n"), "400 Bad Request"));
  CHECK(says(exchange(std::string("\x16\x03\x01\x00\x00", 5) + "\r\n\r\n"), "400 Bad Request"));
  patient.send(text_of(kNamespace));
  CHECK(says(patient.read(), "200 OK"));
}

TEST_CASE_METHOD(Fixture, "What is too large is refused") {
  limits.max_header_bytes = 2000;
  limits.max_body_bytes = 100'000;
  start();
  CHECK(says(exchange("GET /n HTTP/1.1\r\nX: " + std::string(5000, 'x') + "\r\n\r\n"),
             "RequestHeaderFieldsTooLarge"));
  const std::string body(5'000'000, 'x');
  CHECK(says(exchange("POST /n HTTP/1.1\r\nContent-Length: 5000000\r\nConnection: close\r\n\r\n"),
             "413"));
  Client sends_all(port);
  sends_all.send("POST /n HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4c4b40\r\n" + body);
  CHECK(says(sends_all.read("Large"), "RequestEntityTooLarge"));
}

TEST_CASE_METHOD(Fixture, "A client that asks whether to go on is told so") {
  start();
  Client client(port);
  client.send(
      "POST /20180409/resources HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
      "Connection: close\r\n\r\n");
  CHECK(says(client.read("\r\n\r\n"), "100 Continue"));
  client.send("{}");
  CHECK(says(client.read(), "MissingParameter"));
}

TEST_CASE_METHOD(Fixture, "A slow client is let go, while others are served") {
  limits.read_time = 300ms;
  start();
  Client slow(port);
  slow.send("GET /n HT");
  CHECK(says(exchange(text_of(kNamespace)), "200 OK"));
  CHECK(slow.read().empty());
}

TEST_CASE_METHOD(Fixture, "Many clients at once are answered, each its own") {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(std::make_unique<Client>(port));
  for (std::size_t i = 0; i < clients.size(); ++i)
    clients[i]->send("GET /n HTTP/1.1\r\nopc-request-id: ID" + std::to_string(i) +
                     "\r\nConnection: close\r\n\r\n");
  for (std::size_t i = clients.size(); i-- > 0;)
    CHECK(says(clients[i]->read(), "opc-request-id: ID" + std::to_string(i) + "/"));
}

TEST_CASE_METHOD(Fixture, "More connections than allowed are closed") {
  limits.max_connections = 2;
  start();
  Client one(port), two(port);
  one.send("GET /n HTTP/1.1\r\n\r\n");
  two.send("GET /n HTTP/1.1\r\n\r\n");
  one.read("\"");
  two.read("\"");
  Client three(port);
  CHECK(three.read().empty());
  one.send(text_of(kNamespace));
  CHECK(says(one.read(), "200 OK"));
}

TEST_CASE_METHOD(Fixture, "Faults strike the connection, before and after the effect") {
  const auto strike = [&](sim::Fault fault, std::uint64_t call) {
    sim::ScriptedFault one;
    one.fault = fault;
    one.method = "POST";
    one.call = call;
    one.wait = 10ms;
    options.faults.scripted.push_back(one);
  };
  strike(sim::Fault::not_sent, 1);
  strike(sim::Fault::lost_before, 2);
  strike(sim::Fault::lost_after, 3);
  start();
  const std::string body = R"({"name":"b","compartmentId":")" + tenancy->tenancy_id() + "\"}";
  const std::string create = text_of({"POST",
                                      "/n/" + tenancy->object_namespace() + "/b",
                                      {{"content-length", std::to_string(body.size())}},
                                      body});
  Client reset(port);
  reset.send(create);
  CHECK(reset.read().empty());
  CHECK(reset.error == ECONNRESET);
  Client before(port);
  before.send(create);
  CHECK(before.read().empty());
  CHECK(before.error == 0);
  CHECK(exchange(create).empty());
  CHECK(says(exchange(create), "BucketAlreadyExists"));
  stop();
  CHECK(boost::json::parse(tenancy->report()).at("created").as_array().size() == 1);
}

TEST_CASE_METHOD(Fixture, "Stopping ends idle connections and answers who waits") {
  sim::ScriptedFault late;
  late.fault = sim::Fault::delayed;
  late.path = "/20160918/images/late";
  late.wait = 600s;
  options.faults.scripted.push_back(late);
  start();
  Client waiting(port), idle(port);
  waiting.send("GET /20160918/images/late HTTP/1.1\r\n\r\n");
  CHECK(says(exchange(text_of({"GET", "/n", {}, {}})), "200 OK"));
  stop();
  CHECK(idle.read().empty());
  CHECK(says(waiting.read(), "404 Not Found"));
  CHECK_FALSE(Client(port).connected);
}

TEST_CASE_METHOD(Fixture, "A port that is taken, or no address, is said") {
  start();
  CHECK_THROWS_WITH(Server(*front, "127.0.0.1", {{"us-ashburn-1", port}}),
                    Catch::Contains(std::to_string(port)) && Catch::Contains("us-ashburn-1"));
  CHECK_THROWS_WITH(Server(*front, "nowhere", {{"us-ashburn-1", 0}}),
                    Catch::Contains("\"nowhere\""));
}

TEST_CASE("Acceleration shortens operations and lags, not lives") {
  sim::TenancyOptions options;
  options.faults.list_lag = sim::Range{100s, 200s};
  const sim::Durations before = options.durations;
  accelerate(options, 10);
  CHECK(options.durations.create_image.to == before.create_image.to / 10);
  CHECK(options.durations.search_lag.from == before.search_lag.from / 10);
  CHECK(options.durations.imaging_lock == before.imaging_lock / 10);
  CHECK(options.faults.list_lag->to == 20s);
  CHECK(options.durations.token_life == before.token_life);
  CHECK(options.durations.work_request_life == before.work_request_life);
  CHECK(options.durations.retry_after.to == before.retry_after.to);
}

}  // namespace
}  // namespace migledger::adapters::sim_http
