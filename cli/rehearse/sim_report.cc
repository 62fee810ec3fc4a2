#include "cli/rehearse/sim_report.h"

#include <boost/json.hpp>
#include <ostream>

#include "adapters/sim/tenancy.h"
#include "cli/base/table.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

void print_rows(const boost::json::array& rows, const char* last, const Terminal& terminal,
                std::ostream& out) {
  Table table({{"kind"}, {"region"}, {"name"}, {last}, {"id"}});
  for (const auto& row : rows) {
    const auto cell = [&](const char* key) -> Cell {
      const auto* value = row.as_object().if_contains(key);
      if (!value || !value->is_string()) return {};
      return {printable(std::string_view(value->get_string()), 120), Colour::plain};
    };
    Cell id = cell("id");
    id.text = shorten_ocids(id.text);
    table.add({cell("kind"), cell("region"), cell("name"), cell(last), std::move(id)});
  }
  table.print(terminal, out);
}

}  // namespace

int run_sim_report(const SimReportOptions& options, std::ostream& out) {
  const std::string report = adapters::sim::report_of(options.directory);
  if (options.json) {
    out << report << "\n";
    return 0;
  }
  const auto value = boost::json::parse(report);
  out << "Everything the simulated tenancy ever created on request:\n";
  print_rows(value.at("created").as_array(), "key", options.terminal, out);
  out << "\nWhat it holds:\n";
  print_rows(value.at("held").as_array(), "state", options.terminal, out);
  return 0;
}

}  // namespace migledger::cli
