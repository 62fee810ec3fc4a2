#include "ledger/codec.h"

#include <capnp/serialize.h>

#include <algorithm>
#include <cstring>

#include "ledger/errors.h"

namespace migledger::ledger {

namespace {

// An event is read a few times over by whoever decodes it. The default would let one of 64 KiB
// that refers to its own parts again and again cost a thousand times that.
capnp::ReaderOptions limits() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 128 * (kMaxEventBytes / sizeof(capnp::word) + 1);
  return options;
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
