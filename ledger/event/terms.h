// Terms: what an event can be found by, besides its position and its stream. A pure function of the
// event; the search index (search_index.h) and a scan that looks for them agree because both ask it
// (FORMAT.md, "The search index").
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/event/event.h"

namespace migledger::ledger {

enum class TermKind : char {
  resource = 'o',  // an OCID, or the name of an object, a bucket or anything else
  request = 'r',  // opc-request-id, ours or of a reply, whole or the part that is ours; or the OCID
                  // of a work request
  error = 'e',    // a class of errors
  key = 'k',      // idempotency key
  type = 't',     // kind of event, of the kinds that are rare
};

struct Term {
  TermKind kind;
  std::string value;

  static Term resource(std::string_view id_or_name);
  static Term request(std::string_view id);
  static Term error(schema::ErrorClass error);  // not of none: that is not indexed
  static Term key(std::string_view key);
  static Term type(std::uint16_t discriminant);  // of the body's union

  friend bool operator==(const Term&, const Term&) = default;
};

// Whether events of that kind bear a term of it: those do that are not most of every ledger.
bool is_rare_type(std::uint16_t discriminant);

// Whether an OCID is no term, because nearly every request names it: of a compartment or a tenancy.
bool names_everywhere(std::string_view ocid);

// Calls f for each term of the event; one may come several times.
void for_each_term(schema::Event::Reader event,
                   const std::function<void(TermKind, std::string_view)>& f);

// What the index files a value under. Different values may share it.
std::string_view filed_under(TermKind kind, std::string_view value);

// Whether the event bears at least one of the terms.
bool bears_any(schema::Event::Reader event, std::span<const Term> terms);

}  // namespace migledger::ledger
