#include "ledger/event/codec.h"

#include <catch2/catch.hpp>

#include "ledger/base/errors.h"
#include "ledger/fold/fleet_summary.h"
#include "tests/support/drafts.h"

namespace migledger::testing {

using ledger::Decoder;
using ledger::encode;
using ledger::EventDraft;
using ledger::LedgerError;
using ledger::LedgerErrorKind;
namespace schema = ledger::schema;

namespace {

EventDraft stamped(EventDraft draft, ledger::Position position, ledger::StreamId stream) {
  auto header = draft.header();
  header.setPosition(position);
  header.setStream(stream);
  header.setVersion(1);
  return draft;
}

// An event as a newer version would write it: the kind of its body is one after all that are known.
std::vector<std::byte> of_newer_schema(ledger::Position position, ledger::StreamId stream) {
  EventDraft draft = stamped(observed(stream, "as before"), position, stream);
  auto bytes = encode(draft.reader());
  const auto kind = static_cast<std::uint16_t>(schema::Event::Body::OBSERVED);
  // The kind is the only 16 bits of that value in the event's data section, which follows the root
  // pointer and ends before the text.
  std::size_t found = 0;
  for (std::size_t at = 8; at + 1 < 8 * 9; at += 2) {
    if (std::to_integer<unsigned>(bytes[at]) != kind || bytes[at + 1] != std::byte{0}) continue;
    auto copy = bytes;
    copy[at] = std::byte{200};
    Decoder decoder;
    if (static_cast<unsigned>(decoder.decode(copy).getBody().which()) != 200) continue;
    found = at;
  }
  REQUIRE(found != 0);
  bytes[found] = std::byte{200};
  return bytes;
}

}  // namespace

TEST_CASE("codec: a place put into an encoded event is what encoding with it gives") {
  using ledger::Place;
  const Time zero{}, later{std::chrono::microseconds(0x0102030405060708)};
  const auto put = [](EventDraft& draft, const Place& place) {
    draft.header().setPosition(place.position);
    draft.header().setStream(place.stream);
    draft.header().setVersion(place.version);
    draft.header().setTime(to_micros(place.time));
  };
  int longer = 0;
  for (const Place& place :
       {Place{1, 1, 1, later}, Place{7, 0, 3, later}, Place{~0ull, 1ull << 63, 2, later},
        Place{9, 4, 5, zero}, Place{9, 4, 5, Time{} - later.time_since_epoch()}}) {
    EventDraft bare(place.stream, zero, 0);  // nothing but its header
    EventDraft full = observed(place.stream, "RUNNING", later);
    EventDraft caused(place.stream, zero, 3, 2);
    for (EventDraft* draft : {&bare, &full, &caused}) {
      put(*draft, {1, 1, 1, Time{std::chrono::microseconds(1)}});
      auto bytes = encode(draft->reader());
      put(*draft, place);
      const bool fits = ledger::set_place(bytes, place);
      // Only what ends with its time is shorter without one.
      CHECK(fits == !(draft == &bare && place.time == zero));
      if (fits) CHECK(bytes == encode(draft->reader()));
      longer += !fits;
    }
  }
  CHECK(longer == 1);
  std::vector<std::byte> none, word(8), other(80, std::byte{0xff});
  CHECK_FALSE(ledger::set_place(none, {1, 1, 1, later}));
  CHECK_FALSE(ledger::set_place(word, {1, 1, 1, later}));
  CHECK_FALSE(ledger::set_place(other, {1, 1, 1, later}));
}

TEST_CASE("an event reads back as it was, also from unaligned bytes") {
  EventDraft draft = stamped(observed(3, "PROVISIONING", Time(std::chrono::seconds(5))), 9, 3);
  draft.header().setTime(42);
  const auto bytes = encode(draft.reader());
  CHECK(bytes.size() % 8 == 0);
  std::vector<std::byte> shifted(bytes.size() + 1);
  std::copy(bytes.begin(), bytes.end(), shifted.begin() + 1);
  Decoder decoder;
  const auto event = decoder.decode(std::span(shifted).subspan(1));
  CHECK(event.getPosition() == 9);
  CHECK(event.getStream() == 3);
  CHECK(event.getTime() == 42);
  CHECK(event.getRawTime() == 5'000'000);
  REQUIRE(event.getBody().isObserved());
  CHECK(ledger::view(event.getBody().getObserved().getState()) == "PROVISIONING");
}

TEST_CASE("the encoding is canonical: how an event was built does not show") {
  EventDraft plain = stamped(observed(3, "same"), 9, 3);
  EventDraft detour = stamped(observed(3, "another, longer text first"), 9, 3);
  detour.body().initEnded().setReason("and another body");
  detour.body().initObserved().setState("same");
  const auto bytes = encode(plain.reader());
  CHECK(encode(detour.reader()) == bytes);
  Decoder decoder;
  CHECK(encode(decoder.decode(bytes)) == bytes);
}

TEST_CASE("an event over the limit is refused, one at the limit is not") {
  const auto size = [](std::size_t text) {
    return encode(stamped(observed(3, std::string(text, 'x')), 9, 3).reader()).size();
  };
  const std::size_t frame = size(7) - 8;  // seven characters and the zero fill one word
  const std::size_t most = ledger::kMaxEventBytes / 8 * 8;
  CHECK(size(most - frame - 1) == most);
  try {
    size(most - frame);
    FAIL("was encoded");
  } catch (const LedgerError& e) {
    CHECK(e.kind == LedgerErrorKind::too_large);
    CHECK(std::string(e.what()).find("65535") != std::string::npos);
  }
}

TEST_CASE("bytes that are no event are refused or read within bounds, at every length") {
  const auto bytes = encode(stamped(observed(3, "a text of some length"), 9, 3).reader());
  Decoder decoder;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    const auto part = std::span(bytes).first(size);
    try {
      const auto event = decoder.decode(part);
      CHECK(size % 8 == 0);
      if (event.getBody().isObserved()) ledger::view(event.getBody().getObserved().getState());
    } catch (const LedgerError& e) {
      CHECK(e.kind == LedgerErrorKind::corrupt);
    } catch (const kj::Exception&) {
      CHECK(size % 8 == 0);  // met behind the end, on access
    }
  }
}

TEST_CASE("an event of a kind that this version does not know is kept, and counted") {
  const auto bytes = of_newer_schema(2, 1);
  Decoder decoder;
  const auto event = decoder.decode(bytes);
  CHECK(event.getPosition() == 2);
  CHECK(encode(event) == bytes);

  ledger::MigrationState state;
  state.apply(stamped(migration_started("web"), 1, 1).reader());
  state.apply(event);
  CHECK(state.unknown_events == 1);
  CHECK(state.position == 2);
  CHECK(state.status == ledger::Status::running);

  ledger::FleetSummary fleet;
  fleet.apply(stamped(migration_started("web"), 1, 1).reader());
  fleet.apply(event);
  CHECK(fleet.unknown_events() == 1);
  CHECK(fleet.find(1)->events == 2);
}

TEST_CASE("codec: bytes that lead to themselves cannot keep a reader busy") {
  // The root's only pointer is a list of pointers, all to that list: walking through it would never
  // end, and counting what is in it once takes thousands of times the 64 KB that it has.
  constexpr std::uint64_t kCount = 8000;
  std::vector<std::uint64_t> words;
  words.push_back(std::uint64_t{1} << 48);
  words.push_back(1 | kCount << 35 | 6ULL << 32);
  for (std::uint64_t i = 0; i < kCount; ++i)
    words.push_back(1 | ((~i << 2) & 0xfffffffcULL) | kCount << 35 | 6ULL << 32);
  Decoder decoder;
  const auto event = decoder.decode(std::as_bytes(std::span(words)));
  CHECK_FALSE(decoder.is_canonical());
  CHECK_THROWS_AS(event.totalSize(), kj::Exception);
}

}  // namespace migledger::testing
