// Between an event and its canonical bytes: one Cap'n Proto segment, canonicalized, without the
// segment table (FORMAT.md, "Values").
#pragma once

#include <capnp/serialize.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledger/event/event.h"

namespace migledger::ledger {

// The canonical bytes of `event`. Throws LedgerError(too_large) above 65,535 bytes.
std::vector<std::byte> encode(schema::Event::Reader event);

// The part of an event's header that follows from where it is appended.
struct Place {
  Position position = 0;
  StreamId stream = 0;
  std::uint64_t version = 0;
  Time time{};
};

// Puts `place` into the canonical bytes of an event that was encoded with another one, nothing of
// which was 0. False, with the bytes of no more use, when with this one they would be shorter.
bool set_place(std::span<std::byte> bytes, const Place& place);

// Reads one stored event. The bytes are copied to aligned memory that is reused from call to call,
// because values handed out by RocksDB are not aligned.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // The event; valid until the next call. Throws LedgerError(corrupt) when the bytes are not a
  // whole number of words or have no root. Bounds are checked on every access afterwards, and how
  // much is read in all (kj::Exception): bytes that lead to themselves cannot keep a reader busy.
  schema::Event::Reader decode(std::span<const std::byte> bytes);

  // Whether the bytes last decoded are in canonical form. Looks at all of them, and throws nothing.
  bool is_canonical();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace migledger::ledger
