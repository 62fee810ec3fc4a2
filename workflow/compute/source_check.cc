// The check of the source instance: whether an image of it can be moved, and what the image will
// not take along.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "workflow/compute/steps.h"
#include "workflow/steps/carry_over.h"
#include "workflow/steps/check_answers.h"
#include "workflow/volume/items.h"

namespace migledger::workflow::compute {

namespace {

namespace json = boost::json;

// Custom images may have at most this size (OCI, "Image Import/Export").
constexpr double kLargestImageGBs = 400;

// What is read about the source; null: not read yet, not there, or not needed.
struct Source {
  const Answer* instance_answer = nullptr;
  ListIndex::Item instance;
  const Answer* boot_attachments = nullptr;
  const Answer* boot_volume_answer = nullptr;
  ListIndex::Item boot_volume;
  const Answer* backup_policies = nullptr;  // assigned to it
  const Answer* volumes = nullptr;
  const Answer* image_answer = nullptr;
  const Answer* interfaces = nullptr;
  const Answer* interface_answer = nullptr;
  std::optional<Request> wanted;
};

// The attachments that hold; a list shows for a while those that were detached, too. The oldest is
// first: of the interfaces that is the primary one.
std::vector<json::value> holding(const View& view, const Answer* list) {
  std::vector<json::value> found;
  if (!list || !is_list(*list)) return found;
  for (auto& attachment : attached_to(view, *list, view.plan("source_instance_id")))
    if (text(&attachment, "lifecycleState") == "ATTACHED") found.push_back(std::move(attachment));
  std::ranges::stable_sort(found, {}, [](const json::value& attachment) {
    return std::string(text(&attachment, "timeCreated"));
  });
  return found;
}

std::string id_of_first(const View& view, const Answer* list, std::string_view member) {
  const auto attachments = holding(view, list);
  return attachments.empty() ? std::string() : std::string(text(&attachments.front(), member));
}

Source see_source(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  const auto id = view.plan("source_instance_id");
  const auto compartment = view.plan("source_compartment_id");
  // In bulk, of all instances.
  const std::string_view only = view.in_bulk ? std::string_view() : id;
  const std::string_view limit = view.in_bulk ? std::string_view("1000") : std::string_view();
  const auto list = [&](std::string collection) {
    return core_get(region, std::move(collection),
                    make_query({{"compartmentId", compartment}, {"limit", "1000"}}));
  };
  const auto list_attached = [&](std::string collection) {
    return core_get(
        region, std::move(collection),
        make_query({{"compartmentId", compartment}, {"instanceId", only}, {"limit", limit}}));
  };
  Source source;
  Turn turn(answers);
  const auto read = [&] {
    source.instance_answer = turn.take_item(
        view, list("instances"), core_get(region, "instances/" + percent_encode(id)), id);
    if (!source.instance_answer) return;
    source.instance = item_of(*source.instance_answer, id);
    if (!source.instance) return;
    const auto domain = text(source.instance.get(), "availabilityDomain");
    source.boot_attachments = turn.take(core_get(region, "bootVolumeAttachments",
                                                 make_query({{"availabilityDomain", domain},
                                                             {"compartmentId", compartment},
                                                             {"instanceId", only},
                                                             {"limit", limit}})));
    const auto boot_volume = id_of_first(view, source.boot_attachments, "bootVolumeId");
    if (boot_volume.empty()) return;
    source.boot_volume_answer =
        turn.take_item(view,
                       core_get(region, "bootVolumes",
                                make_query({{"availabilityDomain", domain},
                                            {"compartmentId", compartment},
                                            {"limit", "1000"}})),
                       core_get(region, "bootVolumes/" + percent_encode(boot_volume)), boot_volume);
    if (!source.boot_volume_answer) return;
    source.boot_volume = item_of(*source.boot_volume_answer, boot_volume);
    source.volumes = turn.take(list_attached("volumeAttachments"));
    if (const auto image = text(source.instance.get(), "imageId"); !image.empty())
      source.image_answer = turn.take_item(
          view, list("images"), core_get(region, "images/" + percent_encode(image)), image);
    source.interfaces = turn.take(list_attached("vnicAttachments"));
    // There are no lists of these, so they are one call more each for each instance.
    source.backup_policies = turn.take(
        core_get(region, "volumeBackupPolicyAssignments", make_query({{"assetId", boot_volume}})));
    const auto interface = id_of_first(view, source.interfaces, "vnicId");
    if (!interface.empty())
      source.interface_answer = turn.take(core_get(region, "vnics/" + percent_encode(interface)));
  };
  read();
  source.wanted = turn.wanted();
  return source;
}

// What an instance must be to have an image made of it. Nothing: it is that.
std::optional<Verdict> object_to_instance(const View& view, const json::value& instance) {
  const auto id = view.plan("source_instance_id");
  const auto state = text(&instance, "lifecycleState");
  if (state == "TERMINATED" || state == "TERMINATING")
    return Verdict::refused(fmt::format("source instance {} is {}", id, state),
                            "configure an instance that still exists");
  if (state != "RUNNING" && state != "STOPPED") return Verdict::pending(state);
  const auto compartment = text(&instance, "compartmentId");
  if (compartment != view.plan("source_compartment_id"))
    return Verdict::refused(fmt::format("source instance {} lies in compartment {}, not in {}", id,
                                        compartment, view.plan("source_compartment_id")),
                            "correct \"source_compartment_id\"");
  return std::nullopt;
}

std::optional<Verdict> object_to_size(const View& view, double gigabytes) {
  if (gigabytes > kLargestImageGBs)
    return Verdict::refused(
        fmt::format("the boot volume has {} GB; an image may have at most {} GB", gigabytes,
                    kLargestImageGBs),
        "move it by volume replication, or shrink the boot volume");
  const auto options = plan_json(view, "launch_options");
  const auto configured = number(&options, "bootVolumeSizeInGBs");
  if (configured && *configured < gigabytes)
    return Verdict::refused(
        fmt::format("the new boot volume is to have {} GB, but the source's has {} GB and cannot "
                    "shrink",
                    *configured, gigabytes),
        fmt::format("configure \"launch_options\".\"bootVolumeSizeInGBs\" of at least {}, or leave "
                    "it out",
                    gigabytes));
  return std::nullopt;
}

// Notes a list or an item that may not be read. False: it could not be looked at, and asking again
// may help.
bool note_hidden(const Answer* answer, bool is_seen, std::string_view what, Verdict& verdict) {
  if (!answer || is_seen) return true;
  if (!is_hidden_or_gone(*answer)) return false;
  verdict.findings.push_back(fmt::format("{} could not be seen ({})", what, error_words(*answer)));
  return true;
}

void note_volumes(const View& view, const Answer* list, Verdict& verdict) {
  std::vector<std::string> ids;
  for (const auto& attachment : holding(view, list))
    ids.emplace_back(text(&attachment, "volumeId"));
  if (!ids.empty() && !volume::carries_volumes(view))
    verdict.findings.push_back(
        fmt::format("{} attached block volume(s) do not travel in an image: {}; \"volumes\": "
                    "\"replicate\" moves them along",
                    ids.size(), fmt::join(ids, ", ")));
}

// What the launch and the later checks need to know of the source.
void describe(const json::value& instance, double boot_volume_gbs, ledger::Fields& facts) {
  facts.set("source_state", text(&instance, "lifecycleState"));
  facts.set("source_name", text(&instance, "displayName"));
  facts.set("source_shape", text(&instance, "shape"));
  facts.set("boot_volume_gbs", fmt::format("{}", boot_volume_gbs));
  facts.set("source_image", text(&instance, "imageId"));
  const auto* shape = member(&instance, "shapeConfig");
  facts.set("source_processor", text(shape, "processorDescription"));
  if (!shape || !shape->is_object()) return;
  json::object config;
  for (const auto key : {"ocpus", "memoryInGBs", "baselineOcpuUtilization"})
    if (const auto* value = member(shape, key); value && !value->is_null()) config[key] = *value;
  if (!config.empty()) facts.set("source_config", json::serialize(tidy(std::move(config))));
}

void carry_over(const View& view, const Source& source, const json::value* image,
                Verdict& verdict) {
  const auto boot = holding(view, source.boot_attachments);
  const auto interfaces = holding(view, source.interfaces);
  SourceSettings settings;
  settings.instance = source.instance.get();
  settings.boot_volume = source.boot_volume.get();
  settings.boot_attachment = boot.empty() ? nullptr : &boot.front();
  settings.image = image;
  if (source.interface_answer) settings.interface = shown(*source.interface_answer);
  settings.interfaces = interfaces.size();
  const auto* policies = source.backup_policies ? items_of(*source.backup_policies) : nullptr;
  settings.has_backup_policy = policies && !policies->empty();
  CarryOver over = carry_instance(view, settings);
  for (auto& finding : over.findings) verdict.findings.push_back(std::move(finding));
  const std::string carried =
      over.carried.empty() ? std::string() : json::serialize(tidy(std::move(over.carried)));
  // An earlier check may have found something else.
  if (carried != view.fact("carried")) verdict.facts.set("carried", carried);
}

}  // namespace

std::optional<Request> ask_source(const View& view, Answers answers) {
  return see_source(view, answers).wanted;
}

Verdict read_source(const View& view, Answers answers) {
  const auto id = view.plan("source_instance_id");
  const Source source = see_source(view, answers);
  const auto* instance = source.instance.get();
  if (!instance)
    return refused_as_absent(answers.back(), "source instance", id,
                             "check \"source_instance_id\", \"source_region\" and the policies");
  if (auto no = object_to_instance(view, *instance)) return *no;
  if (!source.boot_attachments || !is_list(*source.boot_attachments))
    return Verdict::cannot_look(answers.back());
  if (!source.boot_volume_answer)
    return Verdict::refused(fmt::format("source instance {} has no boot volume", id),
                            "attach its boot volume again");
  if (!source.boot_volume) return Verdict::cannot_look(*source.boot_volume_answer);
  const double size = number(source.boot_volume.get(), "sizeInGBs").value_or(0);
  if (auto no = object_to_size(view, size)) return *no;

  Verdict verdict = Verdict::ok();
  ListIndex::Item image;
  if (source.image_answer) image = item_of(*source.image_answer, text(instance, "imageId"));
  const auto listing = text(image.get(), "listingType");
  if (!listing.empty() && listing != "NONE")
    return Verdict::refused(
        fmt::format("the instance was made from a marketplace image ({}), which OCI does not "
                    "export",
                    text(image.get(), "displayName")),
        "move it by boot volume replication or backup copy");
  const struct {
    const Answer* answer;
    bool is_seen;
    std::string_view what;
  } seen[] = {
      {source.image_answer, image != nullptr, "whether the source image may be exported"},
      {source.volumes, source.volumes && is_list(*source.volumes), "which volumes are attached"},
      {source.interfaces, source.interfaces && is_list(*source.interfaces),
       "which network interfaces it has"},
      {source.interface_answer, source.interface_answer && shown(*source.interface_answer),
       "how its network interface is set up"},
      {source.backup_policies, source.backup_policies && is_list(*source.backup_policies),
       "whether its boot volume has a backup policy"},
  };
  for (const auto& [answer, is_seen, what] : seen)
    if (!note_hidden(answer, is_seen, what, verdict)) return Verdict::cannot_look(*answer);
  note_volumes(view, source.volumes, verdict);
  describe(*instance, size, verdict.facts);
  carry_over(view, source, image.get(), verdict);
  return verdict;
}

}  // namespace migledger::workflow::compute
