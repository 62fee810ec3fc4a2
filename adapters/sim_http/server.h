// Server: the sockets before a Front, one port a region. One thread; many connections at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/sim_http/front.h"

namespace migledger::adapters::sim_http {

struct Listening {
  std::string region;
  std::uint16_t port = 0;  // 0: any that is free
};

struct ServerLimits {
  std::size_t max_header_bytes = 64 * 1024;  // 431 beyond; a session token alone may have some KiB
  std::size_t max_body_bytes = 2 * 1024 * 1024;  // 413 beyond
  std::size_t max_connections = 512;             // the next one is closed
  std::chrono::milliseconds read_time{30'000};   // for a whole request to arrive, and between two
  std::chrono::milliseconds write_time{30'000};
  std::chrono::milliseconds stop_time{5'000};  // for the requests under way when stop() is called
};

class ServerError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Server {
 public:
  // Listens on `address`, such as "127.0.0.1"; nothing is answered before run(). `front` must
  // outlive this. Throws ServerError naming region, address and port.
  Server(Front& front, const std::string& address, const std::vector<Listening>& listen,
         ServerLimits limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // As given, with the ports that were chosen.
  const std::vector<Listening>& listening() const;

  // Serves until stop(). Throws sim::StateError when an effect could not be kept: then no reply
  // went out that says otherwise.
  void run();

  // No new connections; requests under way get their replies, then run() returns. The second call
  // makes it return at once. Callable from any thread.
  void stop();

  // Calls stop() at SIGINT and SIGTERM from now on, after `told`.
  void stop_on_signals(std::function<void()> told);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace migledger::adapters::sim_http
