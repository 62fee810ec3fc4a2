// An HTTP request and what becomes of it, as values: what is between the network and the tenancy.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/time.h"

namespace migledger::adapters::sim_http {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

struct HttpRequest {
  std::string method;  // upper case
  std::string target;  // path and query, as sent
  Headers headers;     // in the order in which they were sent
  std::string body;

  // The value of a header; several of one name joined by ", " (RFC 9110, 5.3). Empty: absent.
  std::string header(std::string_view lower_case_name) const;
  bool has(std::string_view lower_case_name) const;

  std::string_view path() const;
  std::string_view query() const;  // without "?"
};

struct HttpReply {
  int status = 200;
  Headers headers;
  std::string body;
};

// What the client sees in the end.
struct Outcome {
  enum class Ending {
    replied,
    closed,  // the connection is closed without a reply
    reset,   // the same, by a TCP reset
  };
  Ending ending = Ending::replied;
  HttpReply reply;
  Duration after{};  // how long the client has to wait for it
};

}  // namespace migledger::adapters::sim_http
