// A stand-in for `oci raw-request`, as migledger calls it (adapters/oci_cli/program/raw_request.h): the
// same arguments, descriptors and output, but unsigned, to http://ADDRESS:PORT only, and in
// milliseconds. The real program takes a second of computing a call; tests/oci runs that one.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

namespace json = boost::json;

namespace {

using Options = std::map<std::string, std::string>;

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with("--") && i + 1 < argc) options[word] = argv[++i];
  }
  return options;
}

std::string text_at(const std::string& url) {
  std::ifstream in(url.substr(std::strlen("file://")), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// "http://127.0.0.1:8001/path?query" in its parts.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string path;
};

Target target_of(const std::string& url) {
  const auto begin = std::strlen("http://");
  const auto slash = url.find('/', begin);
  const auto colon = url.find(':', begin);
  if (!url.starts_with("http://") || slash == std::string::npos || colon > slash)
    throw std::runtime_error("only http://ADDRESS:PORT/PATH is known here");
  return {url.substr(begin, colon - begin),
          static_cast<std::uint16_t>(std::atoi(url.c_str() + colon + 1)), url.substr(slash)};
}

std::string reply_to(const Target& target, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(target.port);
  ::inet_pton(AF_INET, target.host.c_str(), &address.sin_addr);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("RequestException: Failed to establish a new connection");
  for (std::size_t sent = 0; sent < request.size();) {
    const auto n = ::write(fd, request.data() + sent, request.size() - sent);
    if (n <= 0) throw std::runtime_error("the connection broke");
    sent += static_cast<std::size_t>(n);
  }
  std::string reply;
  char buffer[65536];
  for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
    reply.append(buffer, static_cast<std::size_t>(n));
  ::close(fd);
  return reply;
}

// What raw-request prints of a reply.
json::object printed(const std::string& reply) {
  const auto end = reply.find("\r\n\r\n");
  if (end == std::string::npos) throw std::runtime_error("the reply was cut off");
  json::object headers;
  const auto first = reply.find("\r\n");
  for (auto at = first + 2; at < end;) {
    const auto line_end = reply.find("\r\n", at);
    const auto colon = reply.find(':', at);
    headers[reply.substr(at, colon - at)] = reply.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  const std::string body = reply.substr(end + 4);
  json::error_code error;
  json::value data = json::parse(body, error);
  if (error) data = json::value(body);
  return {{"data", std::move(data)},
          {"headers", std::move(headers)},
          {"status", reply.substr(9, first - 9)}};  // after "HTTP/1.1 "
}

}  // namespace

int main(int argc, char** argv) try {
  const Options options = options_of(argc, argv);
  const auto option = [&](const char* name) {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  };
  const Target target = target_of(option("--target-uri"));
  const std::string body =
      option("--request-body").empty() ? std::string() : text_at(option("--request-body"));
  std::string request = option("--http-method") + " " + target.path +
                        " HTTP/1.1\r\nHost: " + target.host + ":" + std::to_string(target.port) +
                        "\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        "Content-Length: " +
                        std::to_string(body.size()) + "\r\n";
  if (!option("--request-id").empty())
    request += "opc-request-id: " + option("--request-id") + "\r\n";
  if (!option("--request-headers").empty()) {
    const auto headers = json::parse(option("--request-headers")).as_object();
    for (const auto& [name, value] : headers)
      request += std::string(name) + ": " + std::string(value.as_string()) + "\r\n";
  }
  std::cout << json::serialize(printed(reply_to(target, request + "\r\n" + body))) << std::endl;
  return 0;
} catch (const std::exception& e) {
  std::cerr << e.what() << "\n";
  return 1;
}
