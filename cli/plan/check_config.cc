#include "cli/plan/check_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <vector>

#include "adapters/config/config.h"
#include "adapters/config/plan_schema.h"
#include "cli/base/exit_status.h"
#include "ledger/base/printable.h"
#include "ledger/base/utf8.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using workflow::PlannedMigration;

using TableRow = std::array<std::string, 4>;

std::string route(const PlannedMigration& migration) {
  return fmt::format("{} → {}", migration.fields.get("source_region"),
                     migration.fields.get("target_region"));
}

// An instance is told by what it becomes, anything else by what it is.
std::string_view what_moves(const PlannedMigration& migration) {
  const auto shape = migration.fields.get("target_instance_shape");
  return shape.empty() ? workflow::source_of(migration.fields) : shape;
}

std::string pad(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, count_characters(text)), ' ');
}

void print_table(const std::vector<TableRow>& rows, std::ostream& out) {
  std::array<std::size_t, 4> widths{};
  for (const TableRow& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], count_characters(row[i]));
  for (const TableRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += pad(row[i], widths[i]) + "  ";
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

void print_summary(const adapters::Config& config, const std::string& file, std::ostream& out) {
  const auto& migrations = config.plan.migrations;
  std::vector<TableRow> rows = {
      {"MIGRATION", "ROUTE", config.plan.workflow == "compute" ? "SHAPE" : "SOURCE", "DEPENDS ON"}};
  constexpr std::size_t kMostRows = 100;
  for (std::size_t i = 0; i < std::min(migrations.size(), kMostRows); ++i) {
    const PlannedMigration& migration = migrations[i];
    rows.push_back({printable(migration.name), printable(route(migration)),
                    printable(what_moves(migration)),
                    printable(fmt::format("{}", fmt::join(migration.depends_on, ", ")), 60)});
  }
  print_table(rows, out);
  if (migrations.size() > kMostRows)
    out << fmt::format("… and {} more\n", migrations.size() - kMostRows);
  if (const auto from = migrations.front().fields.get("claimed_from"); !from.empty())
    out << "Takes over what " << printable(from) << " says was already done, once checked.\n";
  out << fmt::format("{}: good, {} {}; ledger {}\n", printable(file), migrations.size(),
                     migrations.size() == 1 ? "migration" : "migrations",
                     printable(config.ledger_path));
}

json::object summary_json(const adapters::Config& config) {
  json::array migrations;
  for (const PlannedMigration& migration : config.plan.migrations) {
    json::object item{{"name", migration.name}};
    item["depends_on"] = json::array(migration.depends_on.begin(), migration.depends_on.end());
    json::object& fields = item["fields"].emplace_object();
    migration.fields.for_each([&](std::string_view name, std::string_view value) {
      fields[json::string_view(name.data(), name.size())] =
          json::string_view(value.data(), value.size());
    });
    migrations.push_back(std::move(item));
  }
  return {{"valid", true},
          {"workflow", config.plan.workflow},
          {"ledger_path", config.ledger_path},
          {"migrations", migrations}};
}

json::object problems_json(const adapters::ConfigError& error) {
  json::array problems;
  for (const adapters::Problem& problem : error.problems) {
    problems.push_back({{"file", problem.file},
                        {"line", problem.line},
                        {"column", problem.column},
                        {"key", problem.key},
                        {"message", problem.message}});
  }
  return {{"valid", false}, {"problems", problems}, {"left_out", error.left_out}};
}

}  // namespace

int run_check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& err) {
  if (options.schema) {
    out << adapters::kPlanSchema;
    return static_cast<int>(ExitStatus::done);
  }
  try {
    const adapters::Config config = adapters::load_config(options.file);
    if (options.json) {
      out << json::serialize(summary_json(config)) << "\n";
    } else {
      print_summary(config, options.file, out);
    }
    return static_cast<int>(ExitStatus::done);
  } catch (const adapters::ConfigError& e) {
    if (options.json) {
      out << json::serialize(problems_json(e)) << "\n";
    } else {
      err << e.what() << "\n";
    }
    return static_cast<int>(ExitStatus::usage);
  }
}

}  // namespace migledger::cli
