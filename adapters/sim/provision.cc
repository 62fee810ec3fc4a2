// What a configuration names is there when it is first named: so the template of `init` runs as it
// is. What was provisioned once is remembered, and a thing deleted later stays deleted.
#include "adapters/sim/provision.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/sim/call.h"
#include "adapters/sim/regions.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/world.h"

namespace migledger::adapters::sim {

namespace {

constexpr std::string_view kShape = "VM.Standard.E4.Flex";

void provision_domain(World& world, const std::string& region, const std::string& domain) {
  if (domain.empty() || !world.first_use("ad/" + region + "/" + domain)) return;
  auto& domains = world.subscribe(region).domains;
  if (std::find(domains.begin(), domains.end(), domain) == domains.end()) domains.push_back(domain);
}

void provision_instance(World& world, const std::string& id, const std::string& region,
                        const std::string& compartment, const std::string& name,
                        const std::string& domain, int data_volumes) {
  if (id.empty() || !world.first_use("instance/" + region + "/" + id)) return;
  const World::Region& home = world.subscribe(region);
  Instance i;
  i.id = id;
  i.region = region;
  i.compartment = compartment;
  i.name = name;
  i.unique = world.mint_unique();
  i.domain = domain.empty() ? home.domains.front() : domain;
  i.fault_domain = fault_domains()[world.dice.below(fault_domains().size())];
  i.shape = kShape;
  i.ocpus = 1;
  i.memory_gb = 16;
  i.image = home.platform_image;
  i.boot_gb = 47 + static_cast<std::int64_t>(world.dice.below(54));
  const std::string subnet = world.mint("subnet", region);
  world.first_use("subnet/" + region + "/" + subnet);
  i.subnet = subnet;
  i.private_ip = fmt::format("10.0.0.{}", 2 + world.dice.below(250));
  i.created = i.listed = i.searched = world.clock - std::chrono::days(30);
  i.timeline = {{{i.created, State::running}}};
  provision_data_volumes(world, world.add(std::move(i)), data_volumes);
}

void provision_bucket(World& world, const std::string& name, const std::string& region,
                      const std::string& compartment) {
  if (name.empty() || !world.first_use("bucket/" + region + "/" + name)) return;
  // One that a request created meanwhile is the one that is meant.
  if (world.bucket(region, name)) return;
  Bucket b;
  b.region = region;
  b.name = name;
  b.compartment = compartment;
  b.id = world.mint("bucket", region);
  b.etag = world.hex(32);
  b.storage_tier = "Standard";
  b.public_access = "NoPublicAccess";
  b.versioning = "Disabled";
  b.created = b.searched = world.clock - std::chrono::days(30);
  world.add(std::move(b));
}

Object provisioned_object(World& world, std::uint64_t number) {
  Object o;
  o.name = fmt::format("data/{:07}", number);
  o.etag = world.hex(32);
  o.size = static_cast<std::int64_t>(1 + world.dice.below(8 << 20));
  o.md5 = world.hex(22) + "==";
  // Some were uploaded in parts.
  o.multipart = number % 50 == 0;
  if (o.multipart) o.md5 += "-3";
  o.type = "application/octet-stream";
  o.created = world.clock - std::chrono::days(20);
  return o;
}

// A bucket with objects in it, and perhaps somebody who goes on writing.
void provision_replicated_bucket(World& world, const std::string& name, const std::string& region,
                                 const std::string& compartment, const TenancyOptions& options) {
  if (name.empty() || !world.first_use("objects/" + region + "/" + name)) return;
  provision_bucket(world, name, region, compartment);
  Bucket& bucket = *world.bucket(region, name);
  const std::uint64_t count = options.bucket_objects;
  for (std::uint64_t n = 1; n <= count; ++n) {
    Object object = provisioned_object(world, n);
    if (n <= options.faults.archived_objects) object.storage_tier = "Archive";
    if (n + options.faults.customer_key_objects > count) object.sse_c = world.hex(44);
    world.put(bucket, std::move(object));
  }
  if (options.writes_for <= Duration::zero()) return;
  Arrival writer;
  writer.due = world.clock + options.writes_every;
  writer.region = region;
  writer.bucket = name;
  writer.again = options.writes_every;
  writer.still = options.writes_for;
  writer.object.type = "application/octet-stream";
  world.add(std::move(writer));
}

std::vector<std::string> list_of(std::string_view json_text) {
  std::vector<std::string> out;
  boost::json::error_code error;
  const auto value = boost::json::parse(json_text, error);
  if (error || !value.is_array()) return out;
  for (const auto& item : value.get_array())
    if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

// The text of a member of a JSON object.
std::string member_of(std::string_view json_text, std::string_view key) {
  boost::json::error_code error;
  const auto value = boost::json::parse(json_text, error);
  return error || !value.is_object() ? std::string() : text(value.get_object(), key);
}

}  // namespace

void Tenancy::provision(const workflow::PlannedMigration& migration) {
  const auto field = [&](std::string_view name) { return std::string(migration.fields.get(name)); };
  World& world = *world_;
  const std::string source = field("source_region");
  const std::string target = field("target_region");
  for (const std::string& region : {source, target})
    if (is_region_name(region)) world.subscribe(region);
  for (const std::string& id : {field("source_compartment_id"), field("target_compartment_id")})
    if (!id.empty()) world.first_use("compartment/" + id);
  if (is_region_name(source)) {
    const int volumes = field("volumes") == "replicate" ? std::max(options_.data_volumes, 2)
                                                        : options_.data_volumes;
    provision_instance(world, field("source_instance_id"), source, field("source_compartment_id"),
                       migration.name, "", volumes);
    provision_volume(world, field("source_volume_id"), source, field("source_compartment_id"),
                     migration.name);
    provision_bucket(world, field("migration_bucket_name"), source, field("source_compartment_id"));
    provision_replicated_bucket(world, field("source_bucket_name"), source,
                                field("source_compartment_id"), options_);
  }
  if (is_region_name(target)) {
    provision_domain(world, target, field("target_ad"));
    for (const std::string& domain : list_of(field("further_ads")))
      provision_domain(world, target, domain);
    provision_instance(world, member_of(field("attach"), "instance_id"), target,
                       field("target_compartment_id"), migration.name, field("target_ad"), 0);
    if (const std::string subnet = field("target_subnet_id"); !subnet.empty()) {
      world.first_use("subnet/" + target + "/" + subnet);
      world.first_use("subnet-compartment/" + target + "/" + subnet + "/" +
                      field("target_compartment_id"));
    }
    const std::string shape = field("target_instance_shape");
    if (shape.starts_with("VM.") || shape.starts_with("BM."))
      world.first_use("shape/" + target + "/" + shape);
  }
  world.commit();
}

}  // namespace migledger::adapters::sim
