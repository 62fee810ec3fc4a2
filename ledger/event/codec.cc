#include "ledger/event/codec.h"

#include <capnp/schema.h>
#include <capnp/serialize.h>

#include <algorithm>
#include <cstring>

#include "ledger/base/errors.h"

namespace migledger::ledger {

namespace {

// An event is read a few times over by whoever decodes it. The default would let one of 64 KiB
// that refers to its own parts again and again cost a thousand times that.
capnp::ReaderOptions limits() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 128 * (kMaxEventBytes / sizeof(capnp::word) + 1);
  return options;
}

// Where a field of eight bytes of an event stands in its data section, in words.
std::size_t word_of(const char* field) {
  static const auto event = capnp::Schema::from<schema::Event>();
  return event.getFieldByName(field).getProto().getSlot().getOffset();
}

// Cap'n Proto is little-endian everywhere.
std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t word) {
  std::uint64_t n = 0;
  for (std::size_t i = 8; i-- > 0;)
    n = n << 8 | std::to_integer<std::uint64_t>(bytes[8 * word + i]);
  return n;
}

void set_word(std::span<std::byte> bytes, std::size_t word, std::uint64_t n) {
  for (std::size_t i = 0; i < 8; ++i, n >>= 8)
    bytes[8 * word + i] = static_cast<std::byte>(n & 0xff);
}

}  // namespace

std::vector<std::byte> encode(schema::Event::Reader event) {
  const auto words = capnp::canonicalize(event);
  const auto bytes = words.asBytes();
  if (bytes.size() > kMaxEventBytes)
    throw LedgerError(LedgerErrorKind::too_large, "an event of " + std::to_string(bytes.size()) +
                                                      " bytes is over the limit of " +
                                                      std::to_string(kMaxEventBytes) +
                                                      "; nothing was appended");
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.begin());
  return {begin, begin + bytes.size()};
}

bool set_place(std::span<std::byte> bytes, const Place& place) {
  static const std::size_t position = word_of("position"), stream = word_of("stream"),
                           version = word_of("version"), time = word_of("time");
  static const std::size_t words = std::max({position, stream, version, time}) + 1;
  if (bytes.size() < 8) return false;
  // The pointer to the root: a struct, which in canonical form follows at once, and how many words
  // of data it has; those that are 0 at its end are left out.
  const std::uint64_t root = word_at(bytes, 0);
  const std::size_t data = root >> 32 & 0xffff;
  if ((root & 0xffffffff) != 0 || data < words || bytes.size() < 8 * (1 + data)) return false;
  set_word(bytes, 1 + position, place.position);
  set_word(bytes, 1 + stream, place.stream);
  set_word(bytes, 1 + version, place.version);
  set_word(bytes, 1 + time, static_cast<std::uint64_t>(to_micros(place.time)));
  return word_at(bytes, data) != 0;
}

struct Decoder::State {
  kj::Array<capnp::word> words;
  std::optional<capnp::SegmentArrayMessageReader> reader;
  kj::ArrayPtr<const capnp::word> segment;
};

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::~Decoder() = default;

schema::Event::Reader Decoder::decode(std::span<const std::byte> bytes) {
  const std::size_t count = bytes.size() / sizeof(capnp::word);
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0)
    throw LedgerError(LedgerErrorKind::corrupt, "an event of " + std::to_string(bytes.size()) +
                                                    " bytes is not a whole number of 8-byte words");
  State& s = *state_;
  if (s.words.size() < count)
    s.words = kj::heapArray<capnp::word>(std::max(count, 2 * s.words.size()));
  std::memcpy(s.words.begin(), bytes.data(), bytes.size());
  s.segment = s.words.slice(0, count);
  s.reader.emplace(kj::arrayPtr(&s.segment, 1), limits());
  try {
    return s.reader->getRoot<schema::Event>();
  } catch (const kj::Exception& e) {
    throw LedgerError(LedgerErrorKind::corrupt,
                      std::string("not a Cap'n Proto event: ") + e.getDescription().cStr());
  }
}

bool Decoder::is_canonical() {
  try {
    return state_->reader->isCanonical();
  } catch (const kj::Exception&) {
    return false;
  }
}

}  // namespace migledger::ledger
