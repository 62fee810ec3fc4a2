// What a configuration names is there when it is first named: so the template of `init` runs as it
// is. What was provisioned once is remembered, and a thing deleted later stays deleted.
#include "adapters/sim/provisioned/provision.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/catalog/names.h"
#include "adapters/catalog/ocid.h"
#include "adapters/catalog/regions.h"
#include "adapters/catalog/shapes.h"
#include "adapters/sim/services/call.h"
#include "adapters/sim/services/references.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/regions.h"
#include "adapters/sim/world/world.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

constexpr std::string_view kShape = "VM.Standard.E4.Flex";

void provision_domain(World& world, const std::string& region, const std::string& domain) {
  if (!is_domain_of(domain, region) || !world.first_use("ad/" + region + "/" + domain)) return;
  auto& domains = world.subscribe(region).domains;
  if (std::find(domains.begin(), domains.end(), domain) == domains.end()) domains.push_back(domain);
}

// A platform image for Arm processors, as every region has them, too.
std::string arm_image(World& world, const std::string& region) {
  Image image = *world.image(world.subscribe(region).platform_image);
  image.id = world.mint("image", region);
  image.name = "Oracle-Linux-8.10-aarch64-2025.09.16-0";
  image.arm = true;
  return world.add(std::move(image)).id;
}

// Shows the members that the faults file gives, in place of invented ones.
void dress(Instance& i, json::object members) {
  if (const std::string shape = text(members, "shape"); !shape.empty()) i.shape = shape;
  if (const json::object* config = member(members, "shapeConfig")) {
    i.ocpus = number(*config, "ocpus", i.ocpus);
    i.memory_gb = number(*config, "memoryInGBs", i.memory_gb);
  }
  if (const std::string domain = text(members, "faultDomain"); !domain.empty())
    i.fault_domain = domain;
  for (const char* taken : {"shape", "shapeConfig", "faultDomain"}) members.erase(taken);
  if (!members.empty()) i.options = json::serialize(members);
}

void dress_source(World& world, Instance& i, const Faults& faults) {
  json::object boot = object_of(provisioned_members(faults, "boot_volume"));
  i.boot_gb = static_cast<std::int64_t>(number(boot, "sizeInGBs", double(i.boot_gb)));
  json::object members = object_of(provisioned_members(faults, "instance"));
  if (!boot.empty()) members["bootVolume"] = std::move(boot);
  dress(i, std::move(members));
  i.vnic = std::string(provisioned_members(faults, "vnic"));
  i.public_ip = text(object_of(i.vnic), "publicIp");
  if (const Shape* shape = find_shape(i.shape); shape && shape->is_arm())
    i.image = arm_image(world, i.region);
}

void provision_instance(World& world, const std::string& id, const std::string& region,
                        const std::string& compartment, const std::string& name,
                        const std::string& domain, int data_volumes, const Faults& faults) {
  if (!can_be_in(id, "instance", region) || !world.first_use("instance/" + region + "/" + id))
    return;
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
  if (domain.empty())
    dress_source(world, i, faults);
  else
    dress(i, object_of(provisioned_members(faults, "attach_instance")));
  provision_data_volumes(world, world.add(std::move(i)), data_volumes,
                         provisioned_members(faults, "volume"));
}

void provision_bucket(World& world, const std::string& name, const std::string& region,
                      const std::string& compartment, std::string_view members_text = {}) {
  if (!is_bucket_name(name) || !world.first_use("bucket/" + region + "/" + name)) return;
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
  json::object members = object_of(members_text);
  const auto take = [&](std::string_view key, std::string& value) {
    if (!text(members, key).empty()) value = text(members, key);
    members.erase(key);
  };
  take("storageTier", b.storage_tier);
  take("publicAccessType", b.public_access);
  take("versioning", b.versioning);
  take("kmsKeyId", b.kms_key);
  b.read_only = flag(members, "isReadOnly", false);
  members.erase("isReadOnly");
  if (const json::object* metadata = member(members, "metadata"))
    for (const auto& [name, value] : *metadata)
      if (value.is_string()) b.metadata.emplace_back(name, value.get_string());
  members.erase("metadata");
  if (!members.empty()) b.extra = json::serialize(members);
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
  provision_bucket(world, name, region, compartment, provisioned_members(options.faults, "bucket"));
  if (!world.bucket(region, name)) return;
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

// What the members of "launch_options" name.
void provision_launch_options(World& world, const std::string& region, std::string_view options,
                              const std::string& domain, const std::string& subnet) {
  boost::json::error_code error;
  const auto value = boost::json::parse({options.data(), options.size()}, error);
  if (error || !value.is_object()) return;
  const json::object& members = value.get_object();
  if (const json::value* groups = members.if_contains("nsgIds"); groups && groups->is_array())
    for (const json::value& group : groups->get_array())
      if (group.is_string())
        provision_reference(world, std::string(group.get_string()), "networksecuritygroup", region);
  provision_reference(world, text(members, "privateIpId"), "privateip", region, subnet);
  const json::value* pairs = members.if_contains("ipv6AddressIpv6SubnetCidrPairDetails");
  if (pairs && pairs->is_array())
    for (const json::value& pair : pairs->get_array())
      if (pair.is_object())
        provision_reference(world, text(pair.get_object(), "ipv6Id"), "ipv6", region, subnet);
  provision_reference(world, text(members, "clusterPlacementGroupId"), "clusterplacementgroup",
                      region, domain);
  provision_reference(world, text(members, "capacityReservationId"), "capacityreservation", region,
                      domain);
  provision_reference(world, text(members, "computeClusterId"), "computecluster", region, domain);
  provision_reference(world, text(members, "dedicatedVmHostId"), "dedicatedvmhost", region, domain);
}

// The text of a member of a JSON object.
std::string member_of(std::string_view json_text, std::string_view key) {
  boost::json::error_code error;
  const auto value = boost::json::parse(json_text, error);
  return error || !value.is_object() ? std::string() : text(value.get_object(), key);
}

// Compartments and the tenancy are in all regions.
bool can_be_in_any_region(const std::string& id) {
  const auto ocid = parse_ocid(id);
  return ocid && is_global_kind(ocid->kind) && ocid->region.empty();
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
    if (can_be_in_any_region(id)) world.first_use("compartment/" + id);
  if (is_region_name(source)) {
    const std::string moved = field("volumes");
    const int volumes = moved == "replicate" || moved == "backup"
                            ? std::max(options_.data_volumes, 2)
                            : options_.data_volumes;
    provision_instance(world, field("source_instance_id"), source, field("source_compartment_id"),
                       migration.name, "", volumes, options_.faults);
    provision_volume(world, field("source_volume_id"), source, field("source_compartment_id"),
                     migration.name, provisioned_members(options_.faults, "volume"));
    provision_bucket(world, field("migration_bucket_name"), source, field("source_compartment_id"),
                     provisioned_members(options_.faults, "bucket"));
    provision_replicated_bucket(world, field("source_bucket_name"), source,
                                field("source_compartment_id"), options_);
  }
  if (is_region_name(target)) {
    const std::string domain = field("target_ad");
    provision_domain(world, target, domain);
    for (const std::string& further : list_of(field("further_ads")))
      provision_domain(world, target, further);
    if (is_domain_of(domain, target))
      provision_instance(world, member_of(field("attach"), "instance_id"), target,
                         field("target_compartment_id"), migration.name, domain, 0,
                         options_.faults);
    if (const std::string subnet = field("target_subnet_id"); can_be_in(subnet, "subnet", target)) {
      world.first_use("subnet/" + target + "/" + subnet);
      world.first_use("subnet-compartment/" + target + "/" + subnet + "/" +
                      field("target_compartment_id"));
    }
    provision_launch_options(world, target, field("launch_options"), domain,
                             field("target_subnet_id"));
  }
  world.commit();
}

}  // namespace migledger::adapters::sim
