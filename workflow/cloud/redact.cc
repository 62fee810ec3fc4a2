#include "workflow/cloud/redact.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "ledger/base/letter_case.h"
#include "workflow/cloud/secrets.h"

namespace migledger::workflow {

namespace {

constexpr std::string_view kHidden = "(secret)";
constexpr int kMostRounds = 16;

// Members of these names, whatever else they are part of.
constexpr std::array<std::string_view, 4> kSecretNames = {"accessuri", "fullpath", "user_data",
                                                          "userdata"};
// Members whose names hold one of these.
constexpr std::array<std::string_view, 11> kSecretParts = {
    "passw",   "passphrase", "secret",    "credential", "token",      "apikey",
    "api_key", "access_key", "accesskey", "privatekey", "private_key"};
// Maps whose keys people invent, and whose values are secret unless they are known not to be.
constexpr std::array<std::string_view, 2> kSecretMaps = {"metadata", "extendedmetadata"};

bool is_secret_map(std::string_view key) {
  const std::string name = lower_case(key);
  return std::find(kSecretMaps.begin(), kSecretMaps.end(), name) != kSecretMaps.end();
}

// An identifier is none, whatever the member that holds it is called.
bool is_id(const boost::json::value& value) {
  return value.is_string() && std::string_view(value.get_string()).starts_with("ocid1.");
}

}  // namespace

bool is_secret(std::string_view key) {
  const std::string name = lower_case(key);
  return std::find(kSecretNames.begin(), kSecretNames.end(), name) != kSecretNames.end() ||
         std::any_of(kSecretParts.begin(), kSecretParts.end(),
                     [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

namespace {

void hide(boost::json::value& value) {
  if (auto* object = value.if_object()) {
    for (auto& member : *object) {
      if (is_secret(member.key())) {
        if (!is_id(member.value())) member.value() = kHidden;
      } else if (is_secret_map(member.key()) && member.value().is_object()) {
        for (auto& entry : member.value().get_object())
          if (!is_public_metadata(entry.key())) entry.value() = kHidden;
      } else {
        hide(member.value());
      }
    }
  } else if (auto* array = value.if_array()) {
    for (auto& element : *array) hide(element);
  } else if (auto* string = value.if_string()) {
    const std::string_view text(string->data(), string->size());
    if (text.find("/p/") != std::string_view::npos) *string = redact_text(text);
  }
}

// The length of the value at the start of `text`, which may end in the midst of it: of a string
// with its quotes, of anything else up to where the next member may begin.
std::size_t value_length(std::string_view text) {
  if (!text.starts_with('"')) return std::min(text.find_first_of(",}]\n"), text.size());
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

// The length of the object at the start of `text`, which may end in the midst of it.
std::size_t object_length(std::string_view text) {
  unsigned depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      at += value_length(text.substr(at)) - 1;
    } else if (text[at] == '{') {
      ++depth;
    } else if (text[at] == '}' && --depth == 0) {
      return at + 1;
    }
  }
  return text.size();
}

// Text that is no JSON, though it may have begun as such: what looks like a member that holds a
// secret is hidden.
std::string hide_members(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::string out;
  while (true) {
    const auto quote = text.find('"');
    if (quote == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, quote + 1));
    text.remove_prefix(quote + 1);
    const auto end = text.find('"');
    if (end == std::string_view::npos) continue;
    const bool is_map = is_secret_map(text.substr(0, end));
    if (!is_map && !is_secret(text.substr(0, end))) continue;
    const auto colon = text.find_first_not_of(kSpace, end + 1);
    if (colon == std::string_view::npos || text[colon] != ':') continue;
    const auto value = std::min(text.find_first_not_of(kSpace, colon + 1), text.size());
    if (is_map && !text.substr(value).starts_with('{')) continue;
    out.append(text.substr(0, value)).append("\"").append(kHidden).append("\"");
    text.remove_prefix(value);
    text.remove_prefix(is_map ? object_length(text) : value_length(text));
  }
}

}  // namespace

std::string redact_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto at = text.find("/p/");
    if (at == std::string_view::npos) break;
    const auto end = text.find('/', at + 3);
    const bool is_par = end != std::string_view::npos && text.substr(end, 3) == "/n/";
    out.append(text.substr(0, at + 3));
    if (is_par) {
      out.append(kHidden);
      text.remove_prefix(end);
    } else {
      text.remove_prefix(at + 3);
    }
  }
  return out.append(text);
}

std::string redact_body(std::string_view body) {
  boost::system::error_code bad;
  auto parsed = boost::json::parse(body, bad);
  if (bad || !(parsed.is_object() || parsed.is_array())) {
    // What one of them hides can make something else look like a secret.
    std::string before(body);
    for (int round = 0; round < kMostRounds; ++round) {
      std::string after = hide_members(redact_text(before));
      if (after == before) return after;
      before = std::move(after);
    }
    return std::string(kHidden);
  }
  hide(parsed);
  return boost::json::serialize(parsed);
}

}  // namespace migledger::workflow
