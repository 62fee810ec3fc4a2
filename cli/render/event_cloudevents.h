// An event as a CloudEvent (CloudEvents 1.0, JSON event format,
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).
//
//   specversion       "1.0"
//   id                ledger id, "-", position: unique everywhere
//   source            "migledger:ledger/" and the ledger id
//   type              "io.migledger.event." and the kind, as in event.capnp
//   subject           name of the migration; absent in the ledger's own stream
//   time              UTC, RFC 3339
//   datacontenttype   "application/json"
//   sequence          position with leading zeros, as the Sequence extension wants it
//   causationid       id of the event this one reacts to; absent when there is none
//   simulated         true; only in a ledger of the simulated tenancy
//   data              the event as in event_json.h
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <span>

#include "cli/base/names.h"
#include "ledger/event/event.h"

namespace migledger::cli {

// `bytes`: as stored.
boost::json::object cloud_event(ledger::schema::Event::Reader event,
                                std::span<const std::byte> bytes, Names& names,
                                const LedgerFacts& facts);

}  // namespace migledger::cli
