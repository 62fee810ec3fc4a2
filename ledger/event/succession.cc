#include "ledger/event/succession.h"

#include <kj/exception.h>

#include <algorithm>
#include <stdexcept>

#include "ledger/event/codec.h"

namespace migledger::ledger {

namespace {

using schema::Event;

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument(what); }

std::string number(std::uint64_t n) { return std::to_string(n); }

void check_bytes(Event::Reader event, std::span<const std::byte> bytes) {
  if (bytes.size() > kMaxEventBytes)
    wrong("it has " + number(bytes.size()) + " bytes; an event has at most " +
          number(kMaxEventBytes));
  try {
    const auto canonical = encode(event);
    if (!std::equal(canonical.begin(), canonical.end(), bytes.begin(), bytes.end()))
      wrong("its bytes are not in canonical form");
  } catch (const kj::Exception& e) {
    wrong(std::string("its bytes are not a whole event: ") + e.getDescription().cStr());
  }
}

void check_first(Event::Reader event) {
  if (!event.getBody().isLedgerCreated()) wrong("the first event is not ledgerCreated");
  const auto format = event.getBody().getLedgerCreated().getFormat();
  if (format == 0 || format > kFormat)
    wrong("the ledger has format " + number(format) + ", and this migledger knows formats up to " +
          number(kFormat) + ": use a newer migledger");
}

}  // namespace

void Succession::take(Event::Reader event, std::span<const std::byte> bytes) {
  check_bytes(event, bytes);
  const Position position = position_ + 1;
  if (event.getPosition() != position)
    wrong("it is the event at position " + number(event.getPosition()) + ", and position " +
          number(position) + " belongs here");
  if (position == 1) check_first(event);
  const StreamId stream = event.getStream();
  const bool starts = event.getBody().isMigrationStarted();
  if (starts != (stream == position))
    wrong(starts ? "a migrationStarted must begin a stream of its own position"
                 : "only a migrationStarted begins a stream");
  const auto known = versions_.find(stream);
  if (known == versions_.end() && !starts && stream != kLedgerStream)
    wrong("no stream begins at position " + number(stream));
  const std::uint64_t version = (known == versions_.end() ? 0 : known->second) + 1;
  if (event.getVersion() != version)
    wrong("it has version " + number(event.getVersion()) + " of stream " + number(stream) +
          ", and version " + number(version) + " belongs here");
  const std::int64_t time =
      position == 1 ? event.getRawTime() : std::max(event.getRawTime(), time_);
  if (event.getTime() != time)
    wrong("its time is not the later of its raw time and the time of the event before");
  if (event.getSession() >= position || event.getCause() >= position)
    wrong("it names a session or a cause that comes later");
  if (starts && !names_.emplace(view(event.getBody().getMigrationStarted().getName())).second)
    wrong("an earlier migration has the same name");
  versions_[stream] = version;
  time_ = time;
  position_ = position;
}

}  // namespace migledger::ledger
