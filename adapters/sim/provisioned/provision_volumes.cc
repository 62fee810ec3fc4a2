#include <fmt/format.h>

#include <boost/json.hpp>

#include "adapters/sim/provisioned/provision.h"
#include "adapters/sim/services/call.h"
#include "adapters/sim/services/references.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

Volume old_volume(const World& world, VolumeKind kind, const std::string& id,
                  const std::string& region, const std::string& compartment,
                  const std::string& name, const std::string& domain) {
  Volume v;
  v.kind = kind;
  v.id = id;
  v.region = region;
  v.compartment = compartment;
  v.name = name;
  v.domain = domain;
  v.created = v.listed = v.searched = v.hydrated = world.clock - std::chrono::days(30);
  v.timeline = {{{v.created, State::available}}};
  return v;
}

VolumeKind kind_of_ocid(const std::string& id) {
  for (const auto kind : {VolumeKind::boot, VolumeKind::group})
    if (id.starts_with(fmt::format("ocid1.{}.", words_of(kind).ocid))) return kind;
  return VolumeKind::block;
}

// Shows the members that the faults file gives, in place of invented ones.
void dress(Volume& volume, std::string_view members_text) {
  if (members_text.empty()) return;
  json::object members = object_of(members_text);
  volume.size_gb = static_cast<std::int64_t>(number(members, "sizeInGBs", double(volume.size_gb)));
  volume.vpus = static_cast<std::int64_t>(number(members, "vpusPerGB", double(volume.vpus)));
  volume.kms_key = text(members, "kmsKeyId");
  for (const char* taken : {"sizeInGBs", "vpusPerGB", "kmsKeyId"}) members.erase(taken);
  if (!members.empty()) volume.extra = json::serialize(members);
}

}  // namespace

void provision_data_volumes(World& world, const Instance& instance, int count,
                            std::string_view members) {
  for (int n = 0; n < count; ++n) {
    Volume volume = old_volume(world, VolumeKind::block, world.mint("volume", instance.region),
                               instance.region, instance.compartment,
                               fmt::format("{} data {}", instance.name, n + 1), instance.domain);
    volume.size_gb = 50 + static_cast<std::int64_t>(world.dice.below(200));
    dress(volume, members);
    Attachment attachment;
    attachment.id = world.mint("volumeattachment", instance.region);
    attachment.region = instance.region;
    attachment.compartment = instance.compartment;
    attachment.name = volume.name;
    attachment.instance = instance.id;
    attachment.volume = volume.id;
    attachment.domain = instance.domain;
    const bool bare_metal = instance.shape.starts_with("BM.");
    attachment.type = n % 2 == 0 && !bare_metal ? "paravirtualized" : "iscsi";
    attachment.device = fmt::format("/dev/oracleoci/oraclevd{}", static_cast<char>('b' + n % 25));
    // In the order in which they are to be found.
    attachment.created = instance.created + std::chrono::minutes(n + 1);
    attachment.listed = instance.listed;
    attachment.timeline = {{{attachment.created, State::attached}}};
    world.volumes.add(std::move(volume));
    world.attachments.add(std::move(attachment));
  }
}

void provision_volume(World& world, const std::string& id, const std::string& region,
                      const std::string& compartment, const std::string& name,
                      std::string_view members_text) {
  if (!can_be_in(id, "volume|bootvolume|volumegroup", region) ||
      !world.first_use("volume/" + region + "/" + id))
    return;
  const std::string domain = world.subscribe(region).domains.front();
  Volume volume = old_volume(world, kind_of_ocid(id), id, region, compartment, name, domain);
  if (volume.kind == VolumeKind::boot) volume.image = world.subscribe(region).platform_image;
  dress(volume, members_text);
  if (volume.kind == VolumeKind::group) {
    volume.source_type = "volumeIds";
    volume.size_gb = 0;
    for (int n = 1; n <= 2; ++n) {
      Volume member = old_volume(world, VolumeKind::block, world.mint("volume", region), region,
                                 compartment, fmt::format("{} member {}", name, n), domain);
      member.group = id;
      volume.members.push_back(member.id);
      volume.size_gb += member.size_gb;
      world.volumes.add(std::move(member));
    }
  }
  world.volumes.add(std::move(volume));
}

}  // namespace migledger::adapters::sim
