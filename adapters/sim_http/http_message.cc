#include "adapters/sim_http/http_message.h"

#include <algorithm>

namespace migledger::adapters::sim_http {

std::string HttpRequest::header(std::string_view lower_case_name) const {
  std::string joined;
  bool first = true;
  for (const auto& [name, value] : headers) {
    if (name != lower_case_name) continue;
    joined.append(first ? "" : ", ").append(value);
    first = false;
  }
  return joined;
}

bool HttpRequest::has(std::string_view lower_case_name) const {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return header.first == lower_case_name; });
}

std::string_view HttpRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const {
  const auto mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

}  // namespace migledger::adapters::sim_http
