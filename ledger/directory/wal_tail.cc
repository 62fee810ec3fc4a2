#include "ledger/directory/wal_tail.h"

#include <algorithm>
#include <array>

namespace migledger::ledger {

namespace {

constexpr std::size_t kBlock = 32768;
constexpr std::size_t kHeader = 7;  // masked CRC-32C (4), length (2), type (1); little-endian
constexpr unsigned kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4;

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? c >> 1 ^ 0x82f63b78u : c >> 1;
    table[i] = c;
  }
  return table;
}();

unsigned value(std::byte b) { return std::to_integer<unsigned>(b); }

class Crc32c {
 public:
  void add(std::byte b) { state_ = kTable[(state_ ^ value(b)) & 0xff] ^ state_ >> 8; }
  std::uint32_t masked() const {
    const std::uint32_t crc = ~state_;
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
  }

 private:
  std::uint32_t state_ = ~0u;
};

struct Record {
  std::uint32_t checksum;
  std::size_t length;
  unsigned type;
};

Record header_at(std::span<const std::byte> log, std::size_t at) {
  Record record{};
  for (int i = 3; i >= 0; --i)
    record.checksum = record.checksum << 8 | value(log[at + static_cast<std::size_t>(i)]);
  record.length = value(log[at + 4]) | value(log[at + 5]) << 8;
  record.type = value(log[at + 6]);
  return record;
}

bool checksum_fits(std::span<const std::byte> log, std::size_t at, const Record& record) {
  Crc32c crc;
  for (std::size_t i = at + kHeader - 1; i < at + kHeader + record.length; ++i) crc.add(log[i]);
  return crc.masked() == record.checksum;
}

// Whether the checksum fits some shorter length than the one that is written there.
bool complete_under_another_length(std::span<const std::byte> log, std::size_t at,
                                   const Record& record) {
  Crc32c crc;
  for (std::size_t i = at + kHeader - 1; i < log.size(); ++i) {
    crc.add(log[i]);
    if (crc.masked() == record.checksum) return true;
  }
  return false;
}

}  // namespace

WalTail find_tail(std::span<const std::byte> log) {
  using State = WalTail::State;
  std::uint64_t end = 0;
  bool within = false;  // between the first and the last part of a record
  std::size_t at = 0;
  while (at < log.size()) {
    const std::size_t block_left = kBlock - at % kBlock;
    if (block_left < kHeader) {
      at += block_left;
      continue;
    }
    if (log.size() - at < kHeader) return {State::torn, end, at};
    const Record record = header_at(log, at);
    if (record.type < kFull || record.type > kLast || kHeader + record.length > block_left)
      return {State::damaged, end, at};
    if (at + kHeader + record.length > log.size()) {
      const bool changed = complete_under_another_length(log, at, record);
      return {changed ? State::damaged : State::torn, end, at};
    }
    if (!checksum_fits(log, at, record)) return {State::damaged, end, at};
    const bool continues = record.type == kMiddle || record.type == kLast;
    if (continues != within) return {State::damaged, end, at};
    within = record.type == kFirst || record.type == kMiddle;
    at += kHeader + record.length;
    if (!within) end = at;
  }
  if (within) return {State::torn, end, static_cast<std::uint64_t>(end)};
  return {State::whole, end, log.size()};
}

}  // namespace migledger::ledger
