#include "workflow/cloud/request.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace migledger::workflow {

namespace {
constexpr std::array<std::string_view, 5> kServiceNames = {"core", "object_storage", "identity",
                                                           "limits", "search"};
}

std::string_view name_of(Service service) {
  return kServiceNames[static_cast<std::size_t>(service)];
}

std::optional<Service> service_named(std::string_view name) {
  for (std::size_t i = 0; i < kServiceNames.size(); ++i)
    if (kServiceNames[i] == name) return static_cast<Service>(i);
  return std::nullopt;
}

std::string percent_encode(std::string_view text, bool keep_slash) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved || (keep_slash && c == '/')) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[u >> 4]);
      out.push_back(kHex[u & 15]);
    }
  }
  return out;
}

std::string make_query(
    std::initializer_list<std::pair<std::string_view, std::string_view>> parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    if (!out.empty()) out.push_back('&');
    out.append(name).append("=").append(percent_encode(value));
  }
  return out;
}

std::string_view Reply::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return value;
  return {};
}

std::optional<Time> Reply::date() const { return parse_http_date(header("date")); }

std::optional<Duration> Reply::retry_after() const {
  const std::string_view text = header("retry-after");
  if (text.empty()) return std::nullopt;
  long seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  // Longer than a day is no answer to wait for: then it is asked again.
  constexpr Duration kLongest = std::chrono::hours(24);
  if (error == std::errc() && end == text.data() + text.size() && seconds >= 0)
    return seconds < 86400 ? Duration(std::chrono::seconds(seconds)) : kLongest;
  const auto at = parse_http_date(text);
  const auto now = date();
  if (at && now && *at >= *now) return std::min<Duration>(*at - *now, kLongest);
  return std::nullopt;
}

}  // namespace migledger::workflow
