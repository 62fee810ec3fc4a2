// Records to bytes and back. A record names its members once, in `visit(archive, record)`; Packer
// and Unpacker both walk that list. Numbers are 8 bytes, little-endian; texts have their length
// before them. Members may only be added at the end of a list, with a new state format.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "adapters/sim/world/state_store.h"
#include "ledger/base/time.h"

namespace migledger::adapters::sim {

class Packer {
 public:
  template <typename... T>
  void operator()(T&... members) {
    (one(members), ...);
  }
  std::string take() { return std::move(out_); }

 private:
  void raw(std::uint64_t v) {
    for (int i = 0; i < 8; ++i) out_.push_back(static_cast<char>(v >> (8 * i)));
  }
  void one(const std::string& text) {
    raw(text.size());
    out_ += text;
  }
  void one(const double& v) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &v, sizeof bits);
    raw(bits);
  }
  void one(const Duration& d) { raw(static_cast<std::uint64_t>(d.count())); }
  void one(const Time& t) { raw(static_cast<std::uint64_t>(to_micros(t))); }
  template <typename A, typename B>
  void one(const std::pair<A, B>& p) {
    one(p.first);
    one(p.second);
  }
  template <typename T>
  void one(const std::vector<T>& list) {
    raw(list.size());
    for (const T& item : list) one(item);
  }
  template <typename T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void one(const T& v) {
    raw(static_cast<std::uint64_t>(v));
  }
  template <typename T>
  requires requires(Packer& p, T& t) { visit(p, t); }
  void one(const T& record) {
    visit(*this, const_cast<T&>(record));  // the list of members is shared with Unpacker
  }

  std::string out_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  template <typename... T>
  void operator()(T&... members) {
    (one(members), ...);
  }

 private:
  std::string_view take(std::size_t n) {
    if (n > rest_.size())
      throw StateError(StateErrorKind::corrupt,
                       "a record of the simulated tenancy is shorter than it says");
    const std::string_view out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }
  std::uint64_t raw() {
    std::uint64_t v = 0;
    const std::string_view b = take(8);
    for (std::size_t i = 0; i < 8; ++i)
      v |= static_cast<std::uint64_t>(static_cast<unsigned char>(b[i])) << (8 * i);
    return v;
  }
  void one(std::string& text) {
    const auto n = raw();
    text = take(n);
  }
  void one(double& v) {
    const std::uint64_t bits = raw();
    std::memcpy(&v, &bits, sizeof bits);
  }
  void one(Duration& d) { d = Duration(static_cast<std::int64_t>(raw())); }
  void one(Time& t) { t = time_from_micros(static_cast<std::int64_t>(raw())); }
  template <typename A, typename B>
  void one(std::pair<A, B>& p) {
    one(p.first);
    one(p.second);
  }
  template <typename T>
  void one(std::vector<T>& list) {
    const auto n = raw();
    list.clear();
    for (std::uint64_t i = 0; i < n; ++i) one(list.emplace_back());
  }
  template <typename T>
  requires std::is_integral_v<T>
  void one(T& v) { v = static_cast<T>(raw()); }
  // Of each enumeration, last_of() says how far it goes.
  template <typename T>
  requires std::is_enum_v<T>
  void one(T& v) {
    const std::uint64_t value = raw();
    if (value > static_cast<std::uint64_t>(last_of(v)))
      throw StateError(StateErrorKind::corrupt,
                       "a record of the simulated tenancy holds a value that there is not");
    v = static_cast<T>(value);
  }
  template <typename T>
  requires requires(Unpacker& u, T& t) { visit(u, t); }
  void one(T& record) { visit(*this, record); }

  std::string_view rest_;
};

template <typename T>
std::string pack(const T& record) {
  Packer p;
  visit(p, const_cast<T&>(record));
  return p.take();
}

template <typename T>
T unpack(std::string_view bytes) {
  T record;
  Unpacker u(bytes);
  visit(u, record);
  return record;
}

}  // namespace migledger::adapters::sim
