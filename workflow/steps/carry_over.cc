#include "workflow/steps/carry_over.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "workflow/steps/check_answers.h"

namespace migledger::workflow {

namespace {

namespace json = boost::json;

// A value that says nothing: absent, null, false, empty or zero.
bool says_nothing(const json::value* value) {
  if (!value || value->is_null()) return true;
  if (value->is_bool()) return !value->get_bool();
  if (value->is_string()) return value->get_string().empty();
  if (value->is_array()) return value->get_array().empty();
  if (value->is_object()) return value->get_object().empty();
  return value->is_number() && value->to_number<double>() == 0;
}

// What the plan says of a thing itself, in "launch_options" and beside it.
class Given {
 public:
  explicit Given(const View& view)
      : options_(plan_json(view, "launch_options")),
        metadata_(plan_json(view, "metadata")),
        tags_(plan_json(view, "freeform_tags")),
        defined_(plan_json(view, "defined_tags")),
        has_keys_file_(!view.plan("ssh_authorized_keys").empty()) {}

  bool gives(std::string_view option) const { return member(&options_, option) != nullptr; }
  bool gives_metadata(std::string_view key) const {
    return member(&metadata_, key) || (has_keys_file_ && key == "ssh_authorized_keys");
  }
  bool gives_tag(std::string_view key) const { return member(&tags_, key) != nullptr; }
  bool gives_tag(std::string_view space, std::string_view key) const {
    return member(member(&defined_, space), key) ||
           member(member(member(&options_, "definedTags"), space), key);
  }

 private:
  const json::value options_, metadata_, tags_, defined_;
  const bool has_keys_file_;
};

class Losses {
 public:
  explicit Losses(CarryOver& result) : result_(result) {}

  void add(std::string what, std::string_view repair) {
    result_.findings.push_back(fmt::format("{}{}; {}", kNotCarried, what, repair));
  }

 private:
  CarryOver& result_;
};

std::string names_of(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

// Tags of the source that the plan does not give: of our own and of Oracle's there is nothing to
// say.
struct TagsOf {
  const json::value* source;
  const Given* plan;             // null: it gives none to such a thing
  std::string_view of = {};      // " of its interface"
  std::string_view repair = {};  // empty: they can be configured
};
void note_tags(const TagsOf& tags_of, Losses& losses) {
  const auto* source = tags_of.source;
  const Given* plan = tags_of.plan;
  const auto repair = [&](std::string_view key) {
    return tags_of.repair.empty() ? fmt::format("configure them in \"{}\"", key)
                                  : std::string(tags_of.repair);
  };
  std::vector<std::string> lost;
  if (const auto* tags = member(source, "freeformTags"); tags && tags->is_object())
    for (const auto& tag : tags->get_object())
      if (!std::string_view(tag.key()).starts_with("migledger-") &&
          !(plan && plan->gives_tag(tag.key())))
        lost.emplace_back(tag.key());
  if (!lost.empty())
    losses.add(fmt::format("the freeform tags{} {}", tags_of.of, names_of(lost)),
               repair("freeform_tags"));
  lost.clear();
  if (const auto* spaces = member(source, "definedTags"); spaces && spaces->is_object())
    for (const auto& space : spaces->get_object()) {
      if (!space.value().is_object() || space.key() == "Oracle-Tags") continue;
      for (const auto& tag : space.value().get_object())
        if (!(plan && plan->gives_tag(space.key(), tag.key())))
          lost.push_back(
              fmt::format("{}.{}", std::string_view(space.key()), std::string_view(tag.key())));
    }
  if (!lost.empty())
    losses.add(fmt::format("the defined tags{} {}", tags_of.of, names_of(lost)),
               repair("defined_tags"));
}

void note_metadata(const json::value* source, const Given& plan, Losses& losses) {
  std::vector<std::string> lost;
  if (const auto* metadata = member(source, "metadata"); metadata && metadata->is_object())
    for (const auto& entry : metadata->get_object())
      if (!plan.gives_metadata(entry.key())) lost.emplace_back(entry.key());
  if (!lost.empty())
    losses.add(fmt::format("the metadata {}", names_of(lost)), "configure it in \"metadata\"");
  lost.clear();
  if (const auto* metadata = member(source, "extendedMetadata"); metadata && metadata->is_object())
    for (const auto& entry : metadata->get_object()) lost.emplace_back(entry.key());
  if (!lost.empty())
    losses.add(fmt::format("the extended metadata {}", names_of(lost)),
               "give it to the new instance once it runs");
}

// ---- the instance -------------------------------------------------------------------------------

// Members of the instance that another region does not have, or that only a person can choose
// again; the option of the launch that says otherwise.
struct Setting {
  std::string_view member;
  std::string_view words;
  std::string_view option;  // empty: there is none
};
constexpr Setting kSettings[] = {
    {"securityAttributes", "its security attributes (Zero Trust Packet Routing)",
     "securityAttributes"},
    {"dedicatedVmHostId", "its dedicated host", "dedicatedVmHostId"},
    {"capacityReservationId", "its capacity reservation", "capacityReservationId"},
    {"clusterPlacementGroupId", "its cluster placement group", "clusterPlacementGroupId"},
    {"preemptibleInstanceConfig", "that it is preemptible", "preemptibleInstanceConfig"},
    {"licensingConfigs", "how it is licensed", "licensingConfigs"},
    {"isAIEnterpriseEnabled", "that AI Enterprise is enabled", "isAIEnterpriseEnabled"},
    {"ipxeScript", "its iPXE script", {}},
    {"placementConstraintDetails", "its placement constraints", {}},
};

// Members of the primary interface.
constexpr Setting kInterfaceSettings[] = {
    {"nsgIds", "the network security groups of its interface", "nsgIds"},
    {"publicIp", "its public IP address, which stays in the source region", "assignPublicIp"},
    {"ipv6Addresses", "its IPv6 addresses", "assignIpv6Ip"},
    {"hostnameLabel", "the host name of its interface", "hostnameLabel"},
    {"skipSourceDestCheck", "that its interface skips the check of source and destination",
     "skipSourceDestCheck"},
    {"routeTableId", "the route table of its interface", {}},
    {"securityAttributes", "the security attributes of its interface", {}},
};

template <typename Settings>
void note_settings(const json::value* source, const Settings& settings, const Given& plan,
                   Losses& losses) {
  for (const Setting& setting : settings) {
    if (says_nothing(member(source, setting.member))) continue;
    if (setting.option.empty())
      losses.add(std::string(setting.words), "give it to the new instance once it runs");
    else if (!plan.gives(setting.option))
      losses.add(std::string(setting.words),
                 fmt::format("configure \"launch_options\".\"{}\"", setting.option));
  }
}

bool keeps_shape(const View& view, const json::value* instance) {
  const auto target = view.plan("target_instance_shape");
  return target.empty() || target == text(instance, "shape");
}

// What needs an image that allows it: OCI gives an imported image none of these capabilities by
// itself.
constexpr std::string_view kOfImage[] = {"isSecureBootEnabled", "isTrustedPlatformModuleEnabled",
                                         "isMeasuredBootEnabled", "isMemoryEncryptionEnabled"};

// The settings of a platform are of one type of platform, so they go along to the same shape only.
void carry_platform(const View& view, const json::value* instance, const Given& plan,
                    CarryOver& result, Losses& losses) {
  const auto* platform = member(instance, "platformConfig");
  if (plan.gives("platformConfig") || !platform || !platform->is_object()) return;
  json::object kept;
  std::vector<std::string> of_image, of_shape;
  for (const auto& entry : platform->get_object()) {
    const std::string_view key(entry.key());
    // What only says that it is as it is by default.
    const bool is_set = key == "isSymmetricMultiThreadingEnabled"
                            ? entry.value().is_bool() && !entry.value().get_bool()
                            : !says_nothing(&entry.value());
    if (key == "type" || !is_set) continue;
    const bool needs_image = std::ranges::find(kOfImage, key) != std::end(kOfImage);
    (needs_image ? of_image : of_shape).emplace_back(key);
    if (!needs_image) kept[key] = entry.value();
  }
  if (!of_image.empty())
    losses.add(
        fmt::format("the settings of its platform {}", names_of(of_image)),
        "configure \"launch_options\".\"platformConfig\" if an imported image may have them");
  if (of_shape.empty()) return;
  if (keeps_shape(view, instance)) {
    kept["type"] = text(platform, "type");
    result.carried["platformConfig"] = std::move(kept);
  } else {
    losses.add(fmt::format("the settings of its platform {}", names_of(of_shape)),
               "configure \"launch_options\".\"platformConfig\" for the new shape");
  }
}

void carry_agent(const json::value* instance, const Given& plan, CarryOver& result,
                 Losses& losses) {
  const auto* agent = member(instance, "agentConfig");
  if (plan.gives("agentConfig") || !agent) return;
  json::object kept;
  for (const auto key : {"isMonitoringDisabled", "isManagementDisabled", "areAllPluginsDisabled"})
    if (is_true(agent, key)) kept[key] = true;
  if (!kept.empty()) result.carried["agentConfig"] = std::move(kept);
  std::vector<std::string> plugins;
  if (const auto* list = member(agent, "pluginsConfig"); list && list->is_array())
    for (const auto& plugin : list->get_array())
      plugins.push_back(
          fmt::format("{} ({})", text(&plugin, "name"), text(&plugin, "desiredState")));
  if (!plugins.empty())
    losses.add(fmt::format("the agent's plugins {}", names_of(plugins)),
               "configure \"launch_options\".\"agentConfig\"");
}

void carry_availability(const json::value* instance, const Given& plan, CarryOver& result,
                        Losses& losses) {
  const auto* availability = member(instance, "availabilityConfig");
  if (plan.gives("availabilityConfig")) return;
  if (text(availability, "recoveryAction") == "STOP_INSTANCE")
    result.carried["availabilityConfig"] = {{"recoveryAction", "STOP_INSTANCE"}};
  if (const auto* preferred = member(availability, "isLiveMigrationPreferred");
      preferred && !preferred->is_null())
    losses.add("whether it prefers live migration",
               "configure \"launch_options\".\"availabilityConfig\"");
}

// Most images that were imported do not allow it.
void note_encryption(const SourceSettings& source, const Given& plan, Losses& losses) {
  constexpr std::string_view kOption = "isPvEncryptionInTransitEnabled";
  const bool is_encrypted = is_true(source.instance, kOption) ||
                            is_true(member(source.instance, "launchOptions"), kOption) ||
                            is_true(source.boot_attachment, kOption);
  if (is_encrypted && !plan.gives(kOption) && !plan.gives("launchOptions"))
    losses.add("the encryption in transit of its boot volume",
               "configure \"launch_options\".\"isPvEncryptionInTransitEnabled\" if an imported "
               "image may have it");
}

// The image keeps its own launch options; an instance may have been launched with others.
void note_launch_options(const SourceSettings& source, const Given& plan, Losses& losses) {
  const auto* own = member(source.instance, "launchOptions");
  const auto* of_image = member(source.image, "launchOptions");
  if (plan.gives("launchOptions") || !own || !own->is_object() || !of_image) return;
  std::vector<std::string> other;
  for (const auto key : {"bootVolumeType", "firmware", "networkType", "remoteDataVolumeType"}) {
    const auto mine = text(own, key), image = text(of_image, key);
    if (!mine.empty() && !image.empty() && mine != image)
      other.push_back(fmt::format("{} {}", key, mine));
  }
  if (!other.empty())
    losses.add(fmt::format("the launch options {}, which its image does not have", names_of(other)),
               "configure \"launch_options\".\"launchOptions\"");
}

void carry_boot_volume(const json::value* boot_volume, const Given& plan, CarryOver& result,
                       Losses& losses) {
  const auto vpus = number(boot_volume, "vpusPerGB");
  if (vpus && *vpus != 10 && !plan.gives("bootVolumeVpusPerGB"))
    result.carried["bootVolumeVpusPerGB"] = static_cast<std::int64_t>(*vpus);
  if (const auto key = text(boot_volume, "kmsKeyId"); !key.empty() && !plan.gives("kmsKeyId"))
    losses.add(
        fmt::format("the key {} of its boot volume: the new one is encrypted with Oracle's", key),
        "configure \"launch_options\".\"kmsKeyId\", a key of the target region");
  if (is_true(boot_volume, "isAutoTuneEnabled") ||
      !says_nothing(member(boot_volume, "autotunePolicies")))
    losses.add("the performance tuning of its boot volume", "give it to the new one once it runs");
}

}  // namespace

CarryOver carry_instance(const View& view, const SourceSettings& source) {
  CarryOver result;
  Losses losses(result);
  const Given plan(view);
  const auto* options = member(source.instance, "instanceOptions");
  if (is_true(options, "areLegacyImdsEndpointsDisabled") && !plan.gives("instanceOptions"))
    result.carried["instanceOptions"] = {{"areLegacyImdsEndpointsDisabled", true}};
  carry_platform(view, source.instance, plan, result, losses);
  carry_agent(source.instance, plan, result, losses);
  carry_availability(source.instance, plan, result, losses);
  note_encryption(source, plan, losses);
  note_launch_options(source, plan, losses);
  carry_boot_volume(source.boot_volume, plan, result, losses);
  if (source.has_backup_policy)
    losses.add("the backup policy of its boot volume", "assign one to the new boot volume");
  note_settings(source.instance, kSettings, plan, losses);
  note_settings(source.interface, kInterfaceSettings, plan, losses);
  if (source.interfaces > 1)
    losses.add(fmt::format("{} secondary network interface{}", source.interfaces - 1,
                           source.interfaces > 2 ? "s" : ""),
               "attach them to the new instance once it runs");
  note_metadata(source.instance, plan, losses);
  note_tags({source.instance, &plan}, losses);
  note_tags({source.interface, nullptr, " of its interface",
             "give them to the new interface once it is there"},
            losses);
  return result;
}

CarryOver carry_volume(const View& view, const json::value& volume, bool has_backup_policy) {
  CarryOver result;
  Losses losses(result);
  const std::string name(text(&volume, "displayName"));
  if (is_true(&volume, "isAutoTuneEnabled") || !says_nothing(member(&volume, "autotunePolicies")))
    losses.add(fmt::format("the performance tuning of volume \"{}\"", name),
               "give it to the new volume once it is there");
  if (is_true(&volume, "isReservationsEnabled"))
    losses.add(fmt::format("the persistent reservations of volume \"{}\"", name),
               "enable them on the new volume once it is there");
  if (!text(&volume, "clusterPlacementGroupId").empty())
    losses.add(fmt::format("the cluster placement group of volume \"{}\"", name),
               "nothing can be configured for it");
  if (has_backup_policy)
    losses.add(fmt::format("the backup policy of volume \"{}\"", name),
               "assign one to the new volume once it is there");
  if (!text(&volume, "volumeGroupId").empty())
    losses.add(fmt::format("that volume \"{}\" is in a volume group", name),
               "put the new volume into one once it is there");
  const Given plan(view);
  note_tags({&volume, &plan}, losses);
  return result;
}

CarryOver carry_attachment(const json::value& attachment) {
  CarryOver result;
  Losses losses(result);
  const auto id = text(&attachment, "volumeId");
  if (is_true(&attachment, "isPvEncryptionInTransitEnabled"))
    losses.add(fmt::format("the encryption in transit of the attachment of volume {}", id),
               "attach the new volume again with it");
  if (!text(&attachment, "chapUsername").empty())
    losses.add(fmt::format("the CHAP credentials of the attachment of volume {}", id),
               "attach the new volume again with them");
  return result;
}

CarryOver carry_bucket(const View& view, const json::value& bucket, bool has_retention,
                       bool to_be_made) {
  CarryOver result;
  Losses losses(result);
  const std::string name(text(&bucket, "name"));
  if (!text(&bucket, "objectLifecyclePolicyEtag").empty())
    losses.add(fmt::format("the lifecycle policy of bucket {}", name),
               "write one for the target bucket after the cut-over");
  if (has_retention)
    losses.add(fmt::format("the retention rules of bucket {}", name),
               "write them for the target bucket after the cut-over");
  if (!to_be_made) return result;
  if (is_true(&bucket, "objectEventsEnabled"))
    losses.add(fmt::format("that bucket {} emits events for its objects", name),
               "enable it on the target bucket after the cut-over");
  if (text(&bucket, "autoTiering") == "InfrequentAccess")
    losses.add(fmt::format("the automatic tiering of bucket {}", name),
               "enable it on the target bucket");
  if (!says_nothing(member(&bucket, "metadata")))
    losses.add(fmt::format("the metadata of bucket {}", name), "give it to the target bucket");
  const Given plan(view);
  note_tags({&bucket, &plan}, losses);
  return result;
}

}  // namespace migledger::workflow
