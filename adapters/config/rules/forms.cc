#include "adapters/config/rules/forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "adapters/catalog/ocid.h"
#include "ledger/base/letter_case.h"
#include "ledger/base/utf8.h"
#include "workflow/cloud/ipv4.h"

namespace migledger::adapters {

namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c); }

// All of `text` is alphanumeric or one of `others`, and its size lies within the bounds.
bool made_of(std::string_view text, std::string_view others, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alnum(c) || others.find(c) != std::string_view::npos;
         });
}

// The part before the first `separator`; both are taken off `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

bool has_control(std::string_view text, std::string_view except = {}) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character c = first_character(text.substr(at));
    if (c.size == 0) return true;
    const bool control = c.code < 0x20 || (c.code >= 0x7F && c.code <= 0x9F);
    if (control && except.find(text[at]) == std::string_view::npos) return true;
    at += c.size;
  }
  return false;
}

// Whether a line of an authorized_keys file (sshd(8)) holds a key: a type and base64, perhaps after
// options.
bool holds_public_key(std::string_view line) {
  while (!line.empty()) {
    const std::string_view type = take(line, ' ');
    const bool is_type = type.starts_with("ssh-") || type.starts_with("ecdsa-sha2-") ||
                         type.starts_with("sk-ssh-") || type.starts_with("sk-ecdsa-");
    if (!is_type) continue;
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view key = line.substr(0, line.find_first_of(" \t"));
    return key.size() >= 4 && key.starts_with("AAAA") && made_of(key, "+/=", 4, 16 * 1024);
  }
  return false;
}

bool is_plain(std::string_view text, std::size_t least, std::size_t most) {
  // Bytes first, so that a huge text is not counted.
  if (text.size() > most * 4) return false;
  const std::size_t count = count_characters(text);
  return count >= least && count <= most && !has_control(text);
}

}  // namespace

bool is_region(std::string_view text) {
  if (text.size() > 64) return false;
  std::size_t words = 0;
  while (!text.empty() && is_lower(text.front())) {
    const std::string_view word = take(text, '-');
    if (!std::all_of(word.begin(), word.end(), is_lower)) return false;
    ++words;
  }
  return words >= 2 && !text.empty() && text.size() <= 2 &&
         std::all_of(text.begin(), text.end(), is_digit);
}

bool is_ocid(std::string_view text, std::string_view kind) {
  const auto ocid = parse_ocid(text);
  return ocid && ocid->kind == kind;
}

bool is_availability_domain(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::size_t number = text.rfind("-AD-");
  if (text.size() > 128 || colon == std::string_view::npos || number == std::string_view::npos ||
      number < colon)
    return false;
  const std::string_view digits = text.substr(number + 4);
  return made_of(text.substr(0, colon), "", 1, 16) &&
         made_of(text.substr(colon + 1, number - colon - 1), "-", 1, 128) && digits.size() == 1 &&
         digits[0] >= '1' && digits[0] <= '3';
}

bool is_shape(std::string_view text) {
  return made_of(text, "-_.", 1, 255) && is_alnum(text.front());
}

bool is_display_name(std::string_view text) { return is_plain(text, 1, 255); }

bool is_migration_name(std::string_view text) {
  return made_of(text, "._-", 1, 63) && is_alnum(text.front());
}

bool is_path(std::string_view text) { return is_plain(text, 1, 4096); }

bool is_base_url(std::string_view text) {
  if (text.size() > 512) return false;
  if (text.starts_with("https://")) {
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return false;
  }
  const std::string_view authority = take(text, '/');
  std::string_view rest = authority;
  const std::string_view host = take(rest, ':');
  const bool has_port = host.size() < authority.size();
  const bool port_good = !has_port || (!rest.empty() && rest.size() <= 5 &&
                                       std::all_of(rest.begin(), rest.end(), is_digit));
  return made_of(host, "-.", 1, 253) && port_good && made_of(text, "-._~/", 0, 512);
}

bool is_ipv4_address(std::string_view text) {
  const auto address = workflow::parse_ipv4(text);
  return address && !is_unusable_ipv4(*address);
}

bool is_ipv4_block(std::string_view text) { return workflow::parse_cidr(text).has_value(); }

bool is_metadata_key(std::string_view text) { return made_of(text, "._-", 1, 255); }

bool is_multi_line_text(std::string_view text) { return !has_control(text, "\t\r\n"); }

bool is_base64(std::string_view text) {
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\r' || c == '\n') continue;
    if (c == '=') {
      ++padding;
    } else if (padding > 0 || !(is_alnum(c) || c == '+' || c == '/')) {
      return false;
    } else {
      ++digits;
    }
  }
  return padding <= 2 && (digits + padding) % 4 == 0 && digits > 0;
}

bool is_tag_key(std::string_view text) {
  constexpr std::string_view kOurs = "migledger-";
  return is_tag_name(text) && lower_case(text.substr(0, kOurs.size())) != kOurs;
}

bool is_tag_value(std::string_view text) { return is_plain(text, 0, 256); }

bool is_public_key_file(std::string_view text) {
  bool found = false;
  while (!text.empty()) {
    std::string_view line = take(text, '\n');
    line = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
      line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    if (!holds_public_key(line)) return false;
    found = true;
  }
  return found;
}

std::optional<double> number_value(std::string_view json_number) {
  double value = 0;
  const char* const end = json_number.data() + json_number.size();
  const auto [read, error] = std::from_chars(json_number.data(), end, value);
  if (error != std::errc() || read != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string number_text(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15)
    return fmt::format("{}", static_cast<long long>(value));
  return fmt::format("{}", value);
}

}  // namespace migledger::adapters
