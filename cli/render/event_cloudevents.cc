#include "cli/render/event_cloudevents.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/base/json_text.h"
#include "cli/render/event_json.h"
#include "cli/render/event_kind.h"

namespace migledger::cli {

boost::json::object cloud_event(ledger::schema::Event::Reader event,
                                std::span<const std::byte> bytes, Names& names,
                                const LedgerFacts& facts) {
  const auto id_of = [&](ledger::Position position) {
    return fmt::format("{}-{}", facts.id, position);
  };
  boost::json::object object;
  object["specversion"] = "1.0";
  object["id"] = id_of(event.getPosition());
  object["source"] = fmt::format("migledger:ledger/{}", facts.id);
  object["type"] = fmt::format("io.migledger.event.{}", kind_of(event));
  const auto& migration = names.migration(event.getStream());
  if (!migration.empty()) object["subject"] = json_text(migration);
  object["time"] = format_utc(time_from_micros(event.getTime()));
  object["datacontenttype"] = "application/json";
  object["sequence"] = fmt::format("{:020}", event.getPosition());
  if (event.getCause() != 0) object["causationid"] = id_of(event.getCause());
  if (facts.simulated()) object["simulated"] = true;
  object["data"] = event_json(event, bytes, names, facts.simulated());
  return object;
}

}  // namespace migledger::cli
