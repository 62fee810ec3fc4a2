#include "adapters/catalog/ocid.h"

#include <algorithm>

#include "adapters/catalog/regions.h"

namespace migledger::adapters {

namespace {

bool made_of(std::string_view text, std::string_view others, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  others.find(c) != std::string_view::npos;
         });
}

// The part before the first dot; both are taken off `text`.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = text.find('.');
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

}  // namespace

std::optional<Ocid> parse_ocid(std::string_view text) {
  if (text.size() > 255 || take_part(text) != "ocid1") return std::nullopt;
  Ocid ocid;
  ocid.kind = take_part(text);
  ocid.realm = take_part(text);
  if (!made_of(ocid.kind, "-_", 1, 64) || !made_of(ocid.realm, "-", 1, 16)) return std::nullopt;
  const std::size_t last = text.rfind('.');
  if (last == std::string_view::npos || !made_of(text.substr(0, last), "-_.", 0, 255) ||
      !made_of(text.substr(last + 1), "-_", 1, 255))
    return std::nullopt;
  ocid.region = take_part(text);
  return ocid;
}

bool names_region(std::string_view part, std::string_view region) {
  if (part == region) return true;
  if (const Region* known = find_region(region)) return part == known->key;
  // A region that is not in the table has a key that is not known here, but not a known one.
  return !part.empty() && !find_region(part) && !region_of_key(part);
}

bool is_global_kind(std::string_view kind) { return kind == "compartment" || kind == "tenancy"; }

}  // namespace migledger::adapters
