#include "adapters/sim_http/server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <exception>
#include <list>
#include <optional>

namespace migledger::adapters::sim_http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kWait = asio::as_tuple(asio::use_awaitable);
// How much of a body that is too large is still read, so that the client gets to the reply.
constexpr std::size_t kMaxDiscarded = 64 * 1024 * 1024;

struct Connection {
  explicit Connection(tcp::socket socket)
      : stream(std::move(socket)), pause(stream.get_executor()) {}
  beast::tcp_stream stream;
  asio::steady_timer pause;
  bool idle = true;  // waits for a request of which nothing has come
};

HttpRequest plain(http::request<http::string_body>&& message) {
  HttpRequest out;
  out.method = std::string(message.method_string());
  out.target = std::string(message.target());
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    out.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  out.body = std::move(message.body());
  return out;
}

template <typename Body>
void put_headers(http::response<Body>& message, const HttpReply& reply) {
  for (const auto& [name, value] : reply.headers)
    if (name != "content-length") message.set(name, value);
}

}  // namespace

class Server::Implementation {
 public:
  Implementation(Front& front, const std::string& address, const std::vector<Listening>& listen,
                 ServerLimits limits)
      : front_(front), limits_(limits), grace_(io_), signals_(io_) {
    error_code bad;
    const auto ip = asio::ip::make_address(address, bad);
    if (bad) throw ServerError(fmt::format("\"{}\" is no IP address to listen on", address));
    for (Listening one : listen) {
      tcp::acceptor acceptor(io_);
      try {
        acceptor.open(ip.is_v6() ? tcp::v6() : tcp::v4());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind({ip, one.port});
        acceptor.listen();
      } catch (const boost::system::system_error& e) {
        throw ServerError(fmt::format("cannot listen on {} port {} for {}: {}", address, one.port,
                                      one.region, e.code().message()));
      }
      one.port = acceptor.local_endpoint().port();
      listening_.push_back(std::move(one));
      acceptors_.push_back(std::move(acceptor));
    }
  }

  // What is suspended ends with io_, and must not stop what is gone by then.
  ~Implementation() { stopping_ = false; }

  const std::vector<Listening>& listening() const { return listening_; }

  void run() {
    for (std::size_t i = 0; i < acceptors_.size(); ++i)
      asio::co_spawn(io_, accept(acceptors_[i], listening_[i].region), failure());
    io_.run();
    if (failed_) std::rethrow_exception(failed_);
  }

  void stop() {
    asio::post(io_, [this] {
      if (stopping_) return io_.stop();
      stopping_ = true;
      for (auto& acceptor : acceptors_) acceptor.close();
      for (Connection* connection : connections_) {
        if (connection->idle) connection->stream.close();
        connection->pause.cancel();
      }
      done_if_last();
      grace_.expires_after(limits_.stop_time);
      grace_.async_wait([this](error_code canceled) {
        if (!canceled) io_.stop();
      });
    });
  }

  void stop_on_signals(std::function<void()> told) {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    await_signal(std::move(told));
  }

 private:
  void await_signal(std::function<void()> told) {
    signals_.async_wait([this, told = std::move(told)](error_code canceled, int) mutable {
      if (canceled) return;
      told();
      stop();
      await_signal(std::move(told));
    });
  }

  // What a coroutine throws ends run() with it.
  std::function<void(std::exception_ptr)> failure() {
    return [this](const std::exception_ptr& thrown) {
      if (!thrown) return;
      failed_ = thrown;
      io_.stop();
    };
  }

  void done_if_last() {
    if (!stopping_ || !connections_.empty()) return;
    grace_.cancel();
    io_.stop();
  }

  asio::awaitable<void> accept(tcp::acceptor& acceptor, const std::string& region) {
    asio::steady_timer pause(io_);
    while (acceptor.is_open()) {
      auto [error, socket] = co_await acceptor.async_accept(kWait);
      if (!acceptor.is_open()) co_return;
      if (error) {
        // Out of descriptors, most likely: some will be free again.
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(kWait);
        continue;
      }
      if (connections_.size() >= limits_.max_connections) continue;
      asio::co_spawn(io_, converse(std::move(socket), region), failure());
    }
  }

  // Requests and replies of one connection, one after the other.
  asio::awaitable<void> converse(tcp::socket socket, const std::string& region) {
    Connection connection(std::move(socket));
    const auto place = connections_.insert(connections_.end(), &connection);
    struct AtEnd {
      std::function<void()> action;
      ~AtEnd() { action(); }
    } at_end{[&] {
      connections_.erase(place);
      done_if_last();
    }};
    connection.stream.socket().set_option(tcp::no_delay(true));
    beast::flat_buffer buffer;
    while (!stopping_ && co_await exchange(connection, buffer, region)) {
    }
  }

  // One request and its reply. False: the connection is over.
  asio::awaitable<bool> exchange(Connection& connection, beast::flat_buffer& buffer,
                                 const std::string& region) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.max_header_bytes));
    parser.body_limit(limits_.max_body_bytes);
    connection.stream.expires_after(limits_.read_time);
    connection.idle = buffer.size() == 0;
    if (connection.idle) {
      // Waits for the first bytes by themselves, to know an idle connection from one under way.
      const auto [error, n] =
          co_await connection.stream.async_read_some(buffer.prepare(4096), kWait);
      if (error) co_return false;
      buffer.commit(n);
      connection.idle = false;
    }
    auto [error, n] = co_await http::async_read_header(connection.stream, buffer, parser, kWait);
    if (!error && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
      std::tie(error, n) = co_await http::async_write(connection.stream, go_on, kWait);
    }
    if (!error)
      std::tie(error, n) = co_await http::async_read(connection.stream, buffer, parser, kWait);
    if (error) {
      co_await reject(connection, error);
      co_return false;
    }

    const bool keep_alive = parser.get().keep_alive();
    const unsigned version = parser.get().version();
    const HttpRequest request = plain(parser.release());
    Outcome outcome = front_.serve(region, request);
    if (outcome.after > Duration::zero() && !stopping_) {
      connection.pause.expires_after(outcome.after);
      co_await connection.pause.async_wait(kWait);
    }
    if (outcome.ending == Outcome::Ending::reset) {
      // Closing with time 0 to linger sends RST.
      error_code ignored;
      connection.stream.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    }
    if (outcome.ending != Outcome::Ending::replied) co_return false;
    co_return co_await write(connection, request.method, std::move(outcome.reply), version,
                             keep_alive && !stopping_);
  }

  asio::awaitable<bool> write(Connection& connection, const std::string& method, HttpReply reply,
                              unsigned version, bool keep_alive) {
    connection.stream.expires_after(limits_.write_time);
    error_code error;
    std::size_t n = 0;
    const auto status = static_cast<http::status>(reply.status);
    if (method == "HEAD" || reply.status == 204 || reply.status == 304) {
      http::response<http::empty_body> message(status, version);
      put_headers(message, reply);
      for (const auto& [name, value] : reply.headers)
        if (name == "content-length" && method == "HEAD") message.set(name, value);
      message.keep_alive(keep_alive);
      std::tie(error, n) = co_await http::async_write(connection.stream, message, kWait);
    } else {
      http::response<http::string_body> message(status, version);
      put_headers(message, reply);
      message.body() = std::move(reply.body);
      message.keep_alive(keep_alive);
      message.prepare_payload();
      std::tie(error, n) = co_await http::async_write(connection.stream, message, kWait);
    }
    co_return !error && keep_alive;
  }

  // What could not be read as a request is refused, as far as the client still listens.
  asio::awaitable<void> reject(Connection& connection, error_code error) {
    HttpReply reply;
    if (error == http::error::body_limit) {
      reply =
          front_.refusal(413, "RequestEntityTooLarge",
                         fmt::format("The body is larger than {} bytes.", limits_.max_body_bytes));
    } else if (error == http::error::header_limit) {
      reply = front_.refusal(
          431, "RequestHeaderFieldsTooLarge",
          fmt::format("The header is larger than {} bytes.", limits_.max_header_bytes));
    } else if (error.category() == http::make_error_code(http::error::bad_method).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
      reply = front_.refusal(400, "CannotParseRequest",
                             fmt::format("This is no HTTP request: {}.", error.message()));
    } else {
      co_return;
    }
    co_await write(connection, "GET", std::move(reply), 11, false);
    error_code ignored;
    connection.stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    // Closing while the client still sends would take the reply from it.
    connection.stream.expires_after(limits_.read_time);
    std::vector<char> discarded(64 * 1024);
    for (std::size_t total = 0; total < kMaxDiscarded;) {
      const auto [over, n] =
          co_await connection.stream.async_read_some(asio::buffer(discarded), kWait);
      if (over) co_return;
      total += n;
    }
  }

  Front& front_;
  const ServerLimits limits_;
  // Before io_, whose destructor ends what is still suspended.
  std::list<Connection*> connections_;
  bool stopping_ = false;
  std::exception_ptr failed_;
  asio::io_context io_{1};
  asio::steady_timer grace_;
  asio::signal_set signals_;
  std::vector<Listening> listening_;
  std::vector<tcp::acceptor> acceptors_;
};

Server::Server(Front& front, const std::string& address, const std::vector<Listening>& listen,
               ServerLimits limits)
    : implementation_(std::make_unique<Implementation>(front, address, listen, limits)) {}
Server::~Server() = default;
const std::vector<Listening>& Server::listening() const { return implementation_->listening(); }
void Server::run() { implementation_->run(); }
void Server::stop() { implementation_->stop(); }
void Server::stop_on_signals(std::function<void()> told) {
  implementation_->stop_on_signals(std::move(told));
}

}  // namespace migledger::adapters::sim_http
