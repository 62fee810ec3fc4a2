#include "adapters/oci_cli/login/session_token.h"

#include <algorithm>
#include <boost/json.hpp>

#include "ledger/base/base64.h"

namespace migledger::adapters {

namespace {

bool may_stand_in_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.=+/").find(c) != std::string_view::npos;
}

// Base64url without padding, as tokens have it. Nothing for any other text.
std::optional<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  plain.append((4 - plain.size() % 4) % 4, '=');
  const auto bytes = ledger::from_base64(plain);
  if (!bytes) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

std::string problem_of_characters(std::string_view text) {
  const auto bad = std::ranges::find_if_not(text, may_stand_in_token);
  if (bad == text.end()) return {};
  const std::string_view rest = text.substr(static_cast<std::size_t>(bad - text.begin()));
  if (rest.find_first_not_of("\r\n") == std::string_view::npos)
    return "it ends with a line end, which the oci program takes for a part of the token: write "
           "the "
           "file without one";
  if (rest.front() == '\n' || rest.front() == '\r')
    return "it has more than one line: a token is one line without a line end";
  if (rest.front() == ' ' || rest.front() == '\t') return "it has white space in it";
  return "it has a character that no token has";
}

}  // namespace

SessionToken read_session_token(std::string_view text) {
  if (text.empty()) return {"it is empty", {}};
  if (std::string problem = problem_of_characters(text); !problem.empty())
    return {std::move(problem), {}};
  const std::size_t first = text.find('.');
  const std::size_t last = text.rfind('.');
  if (first == last) return {"it is no token: that has three parts with \".\" between them", {}};
  const auto payload = from_base64url(text.substr(first + 1, last - first - 1));
  if (!payload) return {};  // the program may read more forms than these
  boost::system::error_code error;
  const auto claims = boost::json::parse(*payload, error);
  const auto* object = error ? nullptr : claims.if_object();
  if (object == nullptr) return {"it is no token: its second part is no JSON object", {}};
  const auto* exp = object->if_contains("exp");
  if (exp == nullptr || !exp->is_number())
    return {"it does not say when the session ends (\"exp\")", {}};
  boost::system::error_code inexact;
  const auto seconds = exp->to_number<std::int64_t>(inexact);
  if (inexact) return {};
  constexpr std::int64_t kMost = kLastMicros / 1'000'000;
  return {{}, time_from_micros(std::clamp<std::int64_t>(seconds, 0, kMost) * 1'000'000)};
}

}  // namespace migledger::adapters
