// An event as one JSON object, for programs.
//
//   simulated   true; only in a ledger of the simulated tenancy
//   ledger      text; its directory as given; only where several ledgers are told
//   position    number; place in the ledger
//   stream      number; 0 is the ledger's own, otherwise the position of migrationStarted
//   version     number; place in the stream
//   time        text; UTC, RFC 3339 with microseconds
//   raw_time    text; what the clock read
//   session     number; position of sessionOpened; 0: none
//   actor       text; user@host of the session; absent when there is none
//   cause       number; position of the event this one reacts to; 0: none
//   migration   text; name; absent in the ledger's own stream
//   step        text; name; absent when the event is about none
//   kind        text; as in event.capnp; "unknown" for a kind of a newer version
//   body        object; the members of that kind in event.capnp, in snake_case: numbers as numbers,
//               enumerations by name, bytes in hexadecimal, times as above, lists of fields as
//               objects. Texts, bytes, lists and structures that are empty are left out.
//   discriminant, bytes   instead of body, of an unknown kind: its number, and the whole stored
//               event in base64
//
// Members are added, never renamed.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <span>

#include "cli/base/names.h"
#include "ledger/event/event.h"

namespace migledger::cli {

// `bytes`: as stored. A byte of a text that is not UTF-8 becomes U+FFFD.
boost::json::object event_json(ledger::schema::Event::Reader event,
                               std::span<const std::byte> bytes, Names& names, bool simulated);

// The body alone, as above; empty for an unknown kind.
boost::json::object body_json(ledger::schema::Event::Reader event);

}  // namespace migledger::cli
