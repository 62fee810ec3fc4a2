#include "adapters/catalog/names.h"

#include <algorithm>
#include <cmath>

#include "ledger/base/utf8.h"

namespace migledger::adapters {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_figure(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_bucket_name(std::string_view text) {
  return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_figure(c) || c == '-' || c == '_' || c == '.';
  });
}

bool is_object_name(std::string_view text) {
  constexpr std::string_view kRefused("\n\r\0", 3);
  return !text.empty() && text.size() <= 1024 &&
         text.find_first_of(kRefused) == std::string_view::npos &&
         invalid_utf8_at(text) == std::string_view::npos;
}

bool is_tag_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '.';
  });
}

bool is_tag_text(std::string_view text) {
  return text.size() <= 256 * 4 && count_characters(text) <= 256;
}

bool is_host_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_letter(text.front()) && text.back() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_figure(c) || c == '-'; });
}

bool is_fault_domain_name(std::string_view text) {
  constexpr std::string_view kPrefix = "FAULT-DOMAIN-";
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + 1 && text.back() >= '1' &&
         text.back() <= '3';
}

bool is_device_path(std::string_view text) {
  constexpr std::string_view kPrefix = "/dev/oracleoci/oraclevd";
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  if (text.size() == 1) return text[0] >= 'b' && text[0] <= 'z';
  return text.size() == 2 && text[0] == 'a' && text[1] >= 'a' && text[1] <= 'g';
}

bool is_volume_performance(double units, bool of_boot_volume) {
  return units >= (of_boot_volume ? 10 : 0) && units <= 120 && std::fmod(units, 10) == 0;
}

bool is_unusable_ipv4(std::uint32_t address) {
  const std::uint32_t first = address >> 24;
  return first == 0 || first == 127 || first >= 224 || address >> 16 == (169U << 8 | 254U);
}

}  // namespace migledger::adapters
