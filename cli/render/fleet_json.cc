#include "cli/render/fleet_json.h"

#include <boost/json.hpp>

#include "cli/base/json_text.h"
#include "cli/render/fleet_text.h"

namespace migledger::cli {

namespace json = boost::json;
using ledger::Status;

json::object row_json(const ledger::FleetRow& row, const ledger::FleetSummary& fleet) {
  json::object object{{"name", json_text(row.name)},
                      {"workflow", json_text(row.workflow)},
                      {"stream", row.stream},
                      {"status", name_of(row.status)},
                      {"standing", standing(row.status, row.mode, row.paused)}};
  if (row.step != ledger::kNoStep && !fleet.step_name(row).empty()) {
    object["step"] = json_text(fleet.step_name(row));
    object["step_number"] = row.step + 1;
  } else {
    object["step_number"] = row.status == Status::done ? row.step_count : 0;
  }
  object["step_count"] = row.step_count;
  object["steps_done"] = row.steps_done();
  object["percent"] = row.percent;
  object["state"] = json_text(row.state);
  object["need"] = json_text(need_of(row));
  object["started"] = format_utc(row.started);
  object["entered"] = format_utc(row.entered);
  object["updated"] = format_utc(row.updated);
  object["events"] = row.events;
  object["position"] = row.position;
  return object;
}

json::object fleet_json(const ledger::FleetSummary& fleet, const LedgerFacts& facts) {
  json::object object;
  if (facts.simulated()) object["simulated"] = true;
  if (!facts.id.empty()) {
    object["ledger"] = json_text(facts.id);
    object["cloud"] = json_text(facts.cloud);
  }
  object["position"] = fleet.position();
  if (fleet.position() != 0) object["time"] = format_utc(fleet.time());
  const auto counts = count_by_status(fleet);
  json::object& to = object["counts"].emplace_object();
  for (const Status status : kStatuses)
    to[name_of(status)] = counts[static_cast<std::size_t>(status)];
  object["held"] = fleet.held();
  object["unknown_events"] = fleet.unknown_events();
  return object;
}

}  // namespace migledger::cli
