#include "cli/simulation/universe/plans.h"

#include <fmt/format.h>

#include <algorithm>

namespace migledger::simulation {

namespace {

using adapters::sim::Dice;
using workflow::Plan;
using workflow::PlannedMigration;

constexpr std::string_view kStaging = "migration-staging";

std::string drawn_workflow(Dice& dice) {
  const std::uint64_t n = dice.below(10);
  return n < 6 ? "compute" : n < 8 ? "volume-replication" : "storage-replication";
}

unsigned drawn_count(Dice& dice) {
  const double u = dice.unit();
  if (u < 0.5) return 1;
  if (u < 0.9) return 2 + static_cast<unsigned>(dice.below(3));
  if (u < 0.985) return 5 + static_cast<unsigned>(dice.below(8));
  return 13 + static_cast<unsigned>(dice.below(38));
}

// What all share; drawn once a plan.
struct Common {
  std::string retry, timeouts, poll, settle, quiet;
};

Common draw_common(Dice& dice, Dice limits) {
  Common common;
  const bool few = dice.chance(0.2);
  common.retry =
      fmt::format(R"({{"base_seconds":2,"cap_seconds":60,"max_attempts":{},"max_generations":{}}})",
                  few ? 3 : 8, few ? 2 : 3);
  constexpr const char* kLimits[] = {R"({"default":300})", R"({"default":900})",
                                     R"({"default":7200})"};
  common.timeouts = dice.chance(0.15) ? kLimits[limits.below(3)] : "{}";
  common.poll = dice.chance(0.5) ? "30" : "120";
  common.settle = dice.chance(0.8) ? "600" : "900";
  common.quiet = dice.chance(0.5) ? "0" : "3600";
  return common;
}

void add_common(PlannedMigration& m, const Common& common) {
  m.fields.set("poll_interval_seconds", common.poll);
  m.fields.set("retry", common.retry);
  m.fields.set("settle_seconds", common.settle);
  m.fields.set("source_compartment_id", "ocid1.compartment.oc1..source");
  m.fields.set("source_region", "us-ashburn-1");
  m.fields.set("target_compartment_id", "ocid1.compartment.oc1..target");
  m.fields.set("target_region", "sa-bogota-1");
}

PlannedMigration compute(unsigned n, const Common& common, Dice& dice, workflow::Secrets& secrets) {
  PlannedMigration m;
  m.name = fmt::format("web-{}", n);
  add_common(m, common);
  m.fields.set("allow_source_downtime", dice.chance(0.8) ? "true" : "false");
  m.fields.set("migration_bucket_name", kStaging);
  m.fields.set("new_image_name", m.name + "-image");
  m.fields.set("new_instance_name", m.name + "-moved");
  m.fields.set("quiet_period_seconds", common.quiet);
  m.fields.set("source_instance_id", fmt::format("ocid1.instance.oc1.iad.{:0>60}", n));
  m.fields.set("target_ad", "Uocm:SA-BOGOTA-1-AD-1");
  m.fields.set("target_bucket_name", kStaging);
  m.fields.set("target_instance_shape", "VM.Standard.E4.Flex");
  m.fields.set("target_subnet_id", "ocid1.subnet.oc1.sa-bogota-1.subnet");
  m.fields.set("timeouts", common.timeouts);
  m.fields.set("transfer", dice.chance(0.3) ? "par" : "copy");
  if (dice.chance(0.3)) m.fields.set("further_ads", R"(["Uocm:SA-BOGOTA-1-AD-2"])");
  if (dice.chance(0.2)) m.fields.set("fault_domains", R"(["FAULT-DOMAIN-1","FAULT-DOMAIN-3"])");
  std::string metadata;
  // People name their secrets as they like.
  for (const std::string_view key :
       {"user_data", "adminPassword", "passwd", "db_password", "note"}) {
    if (!dice.chance(0.3)) continue;
    const std::string secret = fmt::format("{}{:08x}", kSecretMark, dice.draw() >> 32);
    metadata +=
        fmt::format(R"({}"{}":"{}")", metadata.empty() ? "" : ",", key, secrets.add(key, secret));
  }
  if (!metadata.empty()) m.fields.set("metadata", "{" + metadata + "}");
  return m;
}

PlannedMigration volume(unsigned n, const Common& common, Dice& dice, bool backup) {
  constexpr std::string_view kTypes[] = {"volume", "volume", "bootvolume", "volumegroup"};
  PlannedMigration m;
  m.name = fmt::format("data-{}", n);
  add_common(m, common);
  const auto type = kTypes[dice.below(4)];
  m.fields.set("method", backup ? "backup" : "replicate");
  m.fields.set("migration_bucket_name", kStaging);
  m.fields.set("new_volume_name", m.name + "-moved");
  m.fields.set("quiet_period_seconds", common.quiet);
  m.fields.set("source_volume_id", fmt::format("ocid1.{}.oc1.iad.{:0>60}", type, n));
  m.fields.set("target_ad", "Uocm:SA-BOGOTA-1-AD-1");
  m.fields.set("timeouts", "{}");
  if (type == "volume" && dice.chance(0.3))
    m.fields.set("attach", fmt::format(R"({{"device":"/dev/oracleoci/oraclevdb","instance_id":)"
                                       R"("ocid1.instance.oc1.sa-bogota-1.{}","type":"iscsi"}})",
                                       m.name));
  return m;
}

PlannedMigration bucket(unsigned n, const Common& common) {
  PlannedMigration m;
  m.name = fmt::format("bucket-{}", n);
  add_common(m, common);
  m.fields.set("copy_parallel", "8");
  m.fields.set("source_bucket_name", m.name);
  m.fields.set("target_bucket_name", m.name);
  return m;
}

}  // namespace

DrawnPlan draw_plan(std::uint64_t seed, std::string workflow, unsigned migrations) {
  Dice dice = dice_for(seed, "plan");
  DrawnPlan drawn;
  std::string kind = drawn_workflow(dice);
  unsigned count = drawn_count(dice);
  if (!workflow.empty()) kind = std::move(workflow);
  // Listings of many objects make a bucket as much work as several instances.
  if (kind == "storage-replication") count = std::min(count, 6U);
  if (migrations != 0) count = migrations;
  drawn.plan.workflow = kind;
  constexpr unsigned kParallel[] = {1, 2, 10, 10};
  drawn.parallel = kParallel[dice.below(4)];
  drawn.bucket_objects = 1 + static_cast<unsigned>(dice.below(12));
  adapters::sim::Dice archive = dice_for(seed, "archive");
  if (archive.chance(0.2)) drawn.archived_objects = 1 + static_cast<unsigned>(archive.below(3));
  const Common common = draw_common(dice, dice_for(seed, "limits"));
  const bool backup = dice.chance(0.4);
  const std::string_view carried = dice.chance(0.75) ? "" : backup ? "backup" : "replicate";
  drawn.data_volumes = dice.chance(0.5) ? 1 : 0;
  const double dependent = dice.chance(0.3) ? 0.5 : 0;
  for (unsigned n = 1; n <= count; ++n) {
    // Each has draws of its own, so that a smaller plan is the beginning of a larger one.
    Dice own = dice_for(seed, fmt::format("migration {}", n));
    PlannedMigration m = kind == "compute" ? compute(n, common, own, drawn.plan.secrets)
                         : kind == "volume-replication" ? volume(n, common, own, backup)
                                                        : bucket(n, common);
    if (kind == "compute" && !carried.empty()) m.fields.set("volumes", carried);
    if (n > 1 && own.chance(dependent))
      m.depends_on.push_back(drawn.plan.migrations[own.below(n - 1)].name);
    // Of several it waits for all.
    if (n > 2 && !m.depends_on.empty() && own.chance(0.6)) {
      const auto& other = drawn.plan.migrations[own.below(n - 1)].name;
      if (other != m.depends_on.front()) m.depends_on.push_back(other);
    }
    m.fields = m.fields.sorted();
    drawn.plan.migrations.push_back(std::move(m));
  }
  workflow::SecretKey::Bytes key{};
  for (auto& byte : key) byte = static_cast<std::byte>(dice.below(256));
  workflow::seal(drawn.plan, workflow::SecretKey(key));
  return drawn;
}

std::string change_plan(Plan& plan, Dice& dice) {
  PlannedMigration& m = plan.migrations[dice.below(plan.migrations.size())];
  const std::uint64_t draw = dice.draw();
  const auto set = [&](std::string_view field, std::string value) {
    if (!m.fields.has(field) && field != "freeform_tags" && field != "timeouts")
      return std::string();
    m.fields.set(field, value);
    m.fields = m.fields.sorted();
    return fmt::format("{}: {} is {} now", m.name, field, value);
  };
  switch (dice.below(8)) {
    case 0:
      return set("poll_interval_seconds", draw % 2 == 0 ? "45" : "90");
    case 1:
      return set("settle_seconds", draw % 2 == 0 ? "700" : "800");
    case 2:
      return set("new_instance_name", fmt::format("{}-renamed-{}", m.name, draw % 100));
    case 3:
      return set("new_image_name", fmt::format("{}-image-{}", m.name, draw % 100));
    case 4:
      return set("freeform_tags", fmt::format(R"({{"ticket":"{}"}})", draw % 1000));
    case 5:
      return set("timeouts", draw % 2 == 0 ? "{}" : R"({"default":10800})");
    case 6:
      return set("new_volume_name", fmt::format("{}-renamed-{}", m.name, draw % 100));
    default:
      return set("retry", fmt::format(R"({{"base_seconds":2,"cap_seconds":60,"max_attempts":{},)"
                                      R"("max_generations":3}})",
                                      4 + draw % 5));
  }
}

}  // namespace migledger::simulation
