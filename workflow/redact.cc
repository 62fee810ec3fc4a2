#include "workflow/redact.h"

#include <array>
#include <boost/json.hpp>

namespace migledger::workflow {

namespace {

constexpr std::string_view kHidden = "(secret)";

}  // namespace

bool is_secret(std::string_view key) {
  constexpr std::array<std::string_view, 9> kSecret = {
      "accessUri",  "fullPath",      "user_data",
      "userData",   "adminPassword", "password",
      "privateKey", "private_key",   "databaseAdminPassword"};
  for (const auto name : kSecret)
    if (key == name) return true;
  return false;
}

namespace {

void hide(boost::json::value& value) {
  if (auto* object = value.if_object()) {
    for (auto& member : *object) {
      if (is_secret(member.key())) {
        member.value() = kHidden;
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
  if (bad || !(parsed.is_object() || parsed.is_array())) return redact_text(body);
  hide(parsed);
  return boost::json::serialize(parsed);
}

}  // namespace migledger::workflow
