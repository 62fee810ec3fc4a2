#include "adapters/config/forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "ledger/utf8.h"

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
  if (text.size() > 255 || realm_of_ocid(text).empty()) return false;
  take(text, '.');
  if (take(text, '.') != kind) return false;
  take(text, '.');
  // What is left: [REGION][.FUTURE USE].UNIQUE
  const std::size_t last = text.rfind('.');
  return last != std::string_view::npos && made_of(text.substr(0, last), "-_.", 0, 255) &&
         made_of(text.substr(last + 1), "-_", 1, 255);
}

std::string_view realm_of_ocid(std::string_view ocid) {
  if (take(ocid, '.') != "ocid1") return {};
  if (!made_of(take(ocid, '.'), "-_", 1, 64)) return {};
  const std::string_view realm = take(ocid, '.');
  return made_of(realm, "-", 1, 16) ? realm : std::string_view();
}

bool is_bucket_name(std::string_view text) { return made_of(text, "-_.", 1, 256); }

bool is_availability_domain(std::string_view text) {
  const std::size_t number = text.rfind("AD-");
  if (text.size() > 128 || number == std::string_view::npos) return false;
  const std::string_view digits = text.substr(number + 3);
  std::string_view name = text.substr(0, number);
  if (name.find(':') != std::string_view::npos && !made_of(take(name, ':'), "", 1, 16))
    return false;
  return made_of(name, "-", 0, 128) && !digits.empty() && digits.size() <= 2 &&
         std::all_of(digits.begin(), digits.end(), is_digit);
}

bool is_fault_domain(std::string_view text) {
  constexpr std::string_view kPrefix = "FAULT-DOMAIN-";
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + 1 && text.back() >= '1' &&
         text.back() <= '9';
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
  if (std::count(text.begin(), text.end(), '.') != 3) return false;
  for (int i = 0; i < 4; ++i) {
    const std::string_view part = take(text, '.');
    int value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.empty() || part.size() > 3 || error != std::errc() || value < 0 || value > 255 ||
        end != part.data() + part.size() || (part.size() > 1 && part.front() == '0'))
      return false;
  }
  return true;
}

bool is_hostname_label(std::string_view text) {
  return made_of(text, "-", 1, 63) && !is_digit(text.front()) && text.front() != '-' &&
         text.back() != '-';
}

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
  const bool ours = text.size() >= kOurs.size() &&
                    std::equal(kOurs.begin(), kOurs.end(), text.begin(), [](char a, char b) {
                      return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
                    });
  return !ours && is_plain(text, 1, 100);
}

bool is_tag_value(std::string_view text) { return is_plain(text, 0, 256); }

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
