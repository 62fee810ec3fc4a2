#include "cli/render/event_csv.h"

#include <fmt/format.h>

#include "cli/render/event_kind.h"
#include "cli/render/event_text.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

std::string_view csv_header(bool several_ledgers) {
  return several_ledgers
             ? "position,time,stream,version,migration,session,actor,cause,kind,step,generation,"
               "result,detail,simulated,ledger\r\n"
             : "position,time,stream,version,migration,session,actor,cause,kind,step,generation,"
               "result,detail,simulated\r\n";
}

std::string csv_cell(std::string_view text) {
  std::string cell;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    cell = "'";
  cell += text;
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

std::string csv_record(ledger::schema::Event::Reader event, Names& names, bool simulated,
                       std::string_view ledger) {
  const auto shown = [](std::string_view text) {
    return csv_cell(printable(text, ledger::kMaxEventBytes));
  };
  const auto mention = step_of(event);
  const auto stream = event.getStream();
  const bool generation = mention && mention->generation;
  return fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},{},{},{}{}\r\n", event.getPosition(),
      format_utc(time_from_micros(event.getTime())), stream, event.getVersion(),
      shown(names.migration(stream)), event.getSession(),
      event.getSession() == 0 ? std::string() : shown(names.actor(event.getSession())),
      event.getCause(), kind_of(event), mention ? shown(names.step(stream, mention->step)) : "",
      generation ? fmt::format("{}", *mention->generation) : "", result_of(event),
      csv_cell(describe(event, names, Wording{ledger::kMaxEventBytes, true})),
      simulated ? "true" : "false", ledger.empty() ? std::string() : "," + shown(ledger));
}

}  // namespace migledger::cli
