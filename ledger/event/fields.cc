#include "ledger/event/fields.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

namespace migledger::ledger {

Fields::Fields(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) set(name, value);
}

Fields::Entry Fields::entry(std::size_t at) const {
  const char* p = packed_.data() + at;
  const auto name_size = static_cast<std::uint8_t>(*p);
  std::uint32_t value_size = 0;
  std::memcpy(&value_size, p + 1, sizeof value_size);
  return {{p + kHeader, name_size},
          {p + kHeader + name_size, value_size},
          at + kHeader + name_size + value_size};
}

std::optional<std::pair<std::size_t, Fields::Entry>> Fields::find(std::string_view name) const {
  for (std::size_t at = 0; at < packed_.size();) {
    const Entry e = entry(at);
    if (e.name == name) return {{at, e}};
    at = e.end;
  }
  return std::nullopt;
}

void Fields::set(std::string_view name, std::string_view value) {
  if (name.size() > 255) throw std::length_error("field name longer than 255 bytes");
  if (value.size() > std::numeric_limits<std::uint32_t>::max())
    throw std::length_error("field value longer than 4 GiB");
  made_.reset();
  char header[kHeader];
  header[0] = static_cast<char>(name.size());
  const auto value_size = static_cast<std::uint32_t>(value.size());
  std::memcpy(header + 1, &value_size, sizeof value_size);
  if (const auto found = find(name)) {
    const auto [at, entry] = *found;
    const std::string kept(value);  // it may be a view into these fields
    packed_.replace(at + kHeader + name.size(), entry.value.size(), kept);
    packed_.replace(at, kHeader, header, kHeader);
    return;
  }
  // Both may be views into these fields, so nothing may move before they are copied.
  std::string grown;
  const std::size_t size = packed_.size() + kHeader + name.size() + value.size();
  std::string& to = size <= packed_.capacity() ? packed_ : grown;
  if (&to == &grown) {
    grown.reserve(size);
    grown.append(packed_);
  }
  to.append(header, kHeader).append(name).append(value);
  if (&to == &grown) packed_.swap(grown);
}

void Fields::reserve(std::size_t bytes) {
  if (packed_.size() + bytes <= packed_.capacity()) return;
  std::string grown;
  grown.reserve(packed_.size() + bytes);
  grown.append(packed_);
  packed_.swap(grown);
}

void Fields::erase(std::string_view name) {
  made_.reset();
  if (const auto found = find(name)) packed_.erase(found->first, found->second.end - found->first);
}

std::string_view Fields::get(std::string_view name) const {
  const auto found = find(name);
  return found ? found->second.value : std::string_view();
}

bool Fields::has(std::string_view name) const { return find(name).has_value(); }

std::size_t Fields::size() const {
  std::size_t n = 0;
  for_each([&](auto, auto) { ++n; });
  return n;
}

Fields Fields::sorted() const {
  std::vector<std::pair<std::string_view, std::string_view>> all;
  for_each([&](auto name, auto value) { all.emplace_back(name, value); });
  std::sort(all.begin(), all.end());
  Fields out;
  for (const auto& [name, value] : all) out.set(name, value);
  return out;
}

}  // namespace migledger::ledger
