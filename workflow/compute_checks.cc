// The checks before anything is created: what can be known to fail, fails here.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "workflow/compute_steps.h"
#include "workflow/made.h"
#include "workflow/volume_items.h"

namespace migledger::workflow::compute {

namespace {

// Custom images may have at most this size (OCI, "Image Import/Export").
constexpr double kLargestImageGBs = 400;

const boost::json::value* value_of(const Answer& answer) {
  return answer.reply.ok() ? answer.json.get() : nullptr;
}

std::string words(const Answer& answer) { return describe(classify(answer.reply, false)); }

Verdict not_there(const Answer& answer, std::string_view what, std::string_view name,
                  std::string_view need) {
  return Verdict::refused(fmt::format("{} {}: {}", what, name, words(answer)), std::string(need));
}

std::string list_names(const boost::json::array& items, std::string_view key) {
  std::string names;
  for (const auto& item : items) {
    if (!names.empty()) names += ", ";
    names += text(&item, key);
  }
  return names;
}

// The volumes of attachments that hold; a list shows for a while those that were detached, too.
std::vector<std::string_view> attached_ids(const ListIndex::Found& attachments,
                                           std::string_view id) {
  std::vector<std::string_view> ids;
  for (const auto& attachment : attachments)
    if (text(&attachment, "lifecycleState") == "ATTACHED") ids.push_back(text(&attachment, id));
  return ids;
}

// What an imported state file names is not in the way: its step looks at it and says so.
bool is_claimed(const View& view, std::string_view id) {
  for (const auto field :
       {"claimed_source_image_id", "claimed_target_image_id", "claimed_target_instance_id"})
    if (view.plan(field) == id) return true;
  return false;
}

}  // namespace

std::string image_name(const View& view) {
  const auto configured = view.plan("new_image_name");
  return configured.empty() ? fmt::format("{}-image", view.state.name) : std::string(configured);
}

std::string instance_name(const View& view) {
  const auto configured = view.plan("new_instance_name");
  if (!configured.empty()) return std::string(configured);
  const auto source = view.fact("source_name");
  return std::string(source.empty() ? std::string_view(view.state.name) : source);
}

std::string_view target_bucket(const View& view) {
  const auto configured = view.plan("target_bucket_name");
  return configured.empty() ? view.plan("migration_bucket_name") : configured;
}

bool by_par(const View& view) { return view.plan("transfer") == "par"; }

// ---- the source --------------------------------------------------------------------------------

namespace {

// What is read about the source; null: not read yet, not there, or not needed.
struct Source {
  const Answer* instance_answer = nullptr;
  ListIndex::Item instance;
  const Answer* boot_attachments = nullptr;
  const Answer* boot_volume_answer = nullptr;
  ListIndex::Item boot_volume;
  const Answer* volumes = nullptr;
  const Answer* image_answer = nullptr;
  std::optional<Request> wanted;
};

std::string attached_boot_volume(const View& view, const Answer& answer) {
  const auto attachments = attached_to(view, answer, view.plan("source_instance_id"));
  const auto ids = attached_ids(attachments, "bootVolumeId");
  return ids.empty() ? std::string() : std::string(ids.front());
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
    if (!source.boot_attachments || !is_list(*source.boot_attachments)) return;
    const auto boot_volume = attached_boot_volume(view, *source.boot_attachments);
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
    source.volumes = turn.take(core_get(
        region, "volumeAttachments",
        make_query({{"compartmentId", compartment}, {"instanceId", only}, {"limit", limit}})));
    const auto image = text(source.instance.get(), "imageId");
    if (image.empty()) return;
    source.image_answer = turn.take_item(
        view, list("images"), core_get(region, "images/" + percent_encode(image)), image);
  };
  read();
  source.wanted = turn.wanted();
  return source;
}

}  // namespace

std::optional<Request> ask_source(const View& view, Answers answers) {
  return see_source(view, answers).wanted;
}

Verdict read_source(const View& view, Answers answers) {
  const auto id = view.plan("source_instance_id");
  const Source source = see_source(view, answers);
  const auto* instance = source.instance.get();
  if (!instance) {
    return not_there(answers.back(), "source instance", id,
                     "check \"source_instance_id\", \"source_region\" and the policies");
  }
  const auto state = text(instance, "lifecycleState");
  if (state == "TERMINATED" || state == "TERMINATING")
    return Verdict::refused(fmt::format("source instance {} is {}", id, state),
                            "configure an instance that still exists");
  if (state != "RUNNING" && state != "STOPPED") return Verdict::pending(state);
  const auto compartment = text(instance, "compartmentId");
  if (compartment != view.plan("source_compartment_id"))
    return Verdict::refused(fmt::format("source instance {} lies in compartment {}, not in {}", id,
                                        compartment, view.plan("source_compartment_id")),
                            "correct \"source_compartment_id\"");
  if (!source.boot_attachments || !is_list(*source.boot_attachments))
    return Verdict::cannot_look(answers.back());
  if (!source.boot_volume_answer)
    return Verdict::refused(fmt::format("source instance {} has no boot volume", id),
                            "attach its boot volume again");
  if (!source.boot_volume) return Verdict::cannot_look(*source.boot_volume_answer);
  const double size = number(source.boot_volume.get(), "sizeInGBs").value_or(0);
  if (size > kLargestImageGBs)
    return Verdict::refused(
        fmt::format("the boot volume has {} GB; an image may have at most {} GB", size,
                    kLargestImageGBs),
        "move it by volume replication, or shrink the boot volume");

  Verdict verdict = Verdict::ok();
  if (source.image_answer) {
    const auto image = item_of(*source.image_answer, text(instance, "imageId"));
    const auto listing = text(image.get(), "listingType");
    if (image && !listing.empty() && listing != "NONE")
      return Verdict::refused(
          fmt::format("the instance was made from a marketplace image ({}), which OCI does not "
                      "export",
                      text(image.get(), "displayName")),
          "move it by boot volume replication or backup copy");
    if (!image)
      verdict.findings.push_back(
          fmt::format("whether the source image may be exported could not be seen ({})",
                      words(*source.image_answer)));
  }
  if (source.volumes && is_list(*source.volumes) && !volume::carries_volumes(view)) {
    const auto volumes = attached_to(view, *source.volumes, id);
    const auto attached = attached_ids(volumes, "volumeId");
    if (!attached.empty())
      verdict.findings.push_back(
          fmt::format("{} attached block volume(s) do not travel in an image: {}; \"volumes\": "
                      "\"replicate\" moves them along",
                      attached.size(), fmt::join(attached, ", ")));
  }
  auto& facts = verdict.facts;
  facts.set("source_state", state);
  facts.set("source_name", text(instance, "displayName"));
  facts.set("source_shape", text(instance, "shape"));
  facts.set("boot_volume_gbs", fmt::format("{}", size));
  const auto* shape = member(instance, "shapeConfig");
  if (shape && shape->is_object()) {
    boost::json::object config;
    for (const auto key : {"ocpus", "memoryInGBs", "baselineOcpuUtilization"})
      if (const auto* value = member(shape, key); value && !value->is_null()) config[key] = *value;
    if (!config.empty())
      facts.set("source_config", boost::json::serialize(tidy(std::move(config))));
  }
  return verdict;
}

bool downtime_needs_approval(const View& view) {
  return view.fact("source_state") == "RUNNING" && view.plan("allow_source_downtime") != "true" &&
         view.fact("image_claim") != "holds";
}

std::string downtime_question(const View& view) {
  return fmt::format(
      "{} is RUNNING; OCI takes it offline for several minutes while its image is made",
      view.plan("source_instance_id"));
}

// ---- the buckets -------------------------------------------------------------------------------

std::optional<Request> ask_buckets(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  if (answers.empty()) return storage(region, "GET", "/n");
  const auto* name_space = value_of(answers[0]);
  if (!name_space || !name_space->is_string()) return std::nullopt;
  const std::string_view ns(name_space->get_string());
  if (answers.size() == 1)
    return storage(region, "GET", bucket_path(ns, view.plan("migration_bucket_name")));
  if (answers.size() == 2)
    return storage(view.plan("target_region"), "GET", bucket_path(ns, target_bucket(view)));
  return std::nullopt;
}

Verdict read_buckets(const View& view, Answers answers) {
  if (answers.size() < 3) return Verdict::cannot_look(answers.back());
  const auto source_name = view.plan("migration_bucket_name");
  const auto* source = value_of(answers[1]);
  if (!source)
    return not_there(answers[1], "source bucket", source_name,
                     "create it in the source region, or correct \"migration_bucket_name\"");
  if (text(source, "publicAccessType") != "NoPublicAccess" &&
      !text(source, "publicAccessType").empty())
    return Verdict::refused(
        fmt::format("source bucket {} is public: the image of the server would be, too",
                    source_name),
        "use a bucket without public access");
  const auto* target = value_of(answers[2]);
  if (!target && answers[2].reply.status != 404) return Verdict::cannot_look(answers[2]);
  Verdict verdict = Verdict::ok();
  verdict.facts.set("namespace", std::string_view(answers[0].json->get_string()));
  verdict.facts.set("target_bucket", standing_of_target_bucket(view, target));
  if (!target)
    verdict.findings.push_back(fmt::format(
        "bucket {} is not in the target region; it will be created there", target_bucket(view)));
  return verdict;
}

// ---- the target --------------------------------------------------------------------------------

std::optional<Request> ask_target(const View& view, Answers answers) {
  const auto region = view.plan("target_region");
  const auto compartment = view.plan("target_compartment_id");
  switch (answers.size()) {
    case 0:
      return core_get(region, "subnets/" + percent_encode(view.plan("target_subnet_id")));
    case 1: {
      Request request =
          core_get(region, "availabilityDomains", make_query({{"compartmentId", compartment}}));
      request.service = Service::identity;
      return request;
    }
    case 2:
      return core_get(region, "shapes",
                      make_query({{"compartmentId", compartment},
                                  {"availabilityDomain", view.plan("target_ad")},
                                  {"limit", "1000"}}));
    default:
      return std::nullopt;
  }
}

namespace {

bool lists(const boost::json::array& items, std::string_view key, std::string_view wanted) {
  for (const auto& item : items)
    if (text(&item, key) == wanted) return true;
  return false;
}

}  // namespace

Verdict read_target(const View& view, Answers answers) {
  const auto subnet_id = view.plan("target_subnet_id");
  const auto* subnet = value_of(answers[0]);
  if (!subnet)
    return not_there(answers[0], "target subnet", subnet_id,
                     "check \"target_subnet_id\", \"target_region\" and the policies");
  const auto state = text(subnet, "lifecycleState");
  if (state == "PROVISIONING" || state == "UPDATING") return Verdict::pending(state);
  if (state != "AVAILABLE")
    return Verdict::refused(fmt::format("target subnet {} is {}", subnet_id, state),
                            "configure a subnet that is AVAILABLE");
  const auto* domains = answers.size() > 1 ? items_of(answers[1]) : nullptr;
  if (!domains) return Verdict::cannot_look(answers.back());
  std::vector<std::string> wanted{std::string(view.plan("target_ad"))};
  const auto further = plan_json(view, "further_ads");
  if (further.is_array())
    for (const auto& ad : further.get_array())
      if (ad.is_string()) wanted.emplace_back(ad.get_string().c_str());
  for (const auto& ad : wanted) {
    if (!lists(*domains, "name", ad))
      return Verdict::refused(
          fmt::format("{} is not an availability domain of {}; there are: {}", ad,
                      view.plan("target_region"), list_names(*domains, "name")),
          "correct \"target_ad\" or \"further_ads\"");
    const auto subnet_ad = text(subnet, "availabilityDomain");
    if (!subnet_ad.empty() && subnet_ad != ad)
      return Verdict::refused(
          fmt::format("target subnet {} lies in {} only, not in {}", subnet_id, subnet_ad, ad),
          "use a regional subnet, or the subnet's availability domain");
  }
  const auto* shapes = answers.size() > 2 ? items_of(answers[2]) : nullptr;
  if (!shapes) return Verdict::cannot_look(answers.back());
  auto shape = view.plan("target_instance_shape");
  if (shape.empty()) shape = view.fact("source_shape");
  if (!lists(*shapes, "shape", shape))
    return Verdict::refused(
        fmt::format("shape {} is not offered in {}", shape, view.plan("target_ad")),
        "configure another \"target_instance_shape\" or \"target_ad\"");
  const bool flexible = shape.ends_with(".Flex");
  if (flexible && view.plan("shape_config").empty() && view.fact("source_config").empty())
    return Verdict::refused(
        fmt::format("shape {} is flexible, and the source has no shape configuration to take over",
                    shape),
        "configure \"shape_config\", for example {\"ocpus\": 2, \"memoryInGBs\": 16}");
  Verdict verdict = Verdict::ok();
  verdict.facts.set("target_shape", shape);
  return verdict;
}

// ---- names -------------------------------------------------------------------------------------

std::optional<Request> ask_names(const View& view, Answers answers) {
  switch (answers.size()) {
    case 0:
      return list_source_images(view);
    case 1:
      return list_target_images(view);
    case 2:
      return list_instances(view);
    case 3: {
      const auto claim = view.plan("claimed_source_image_id");
      if (claim.empty()) return std::nullopt;
      return core_get(view.plan("source_region"), "images/" + percent_encode(claim));
    }
    default:
      return std::nullopt;
  }
}

Verdict read_names(const View& view, Answers answers) {
  const std::size_t needed = view.plan("claimed_source_image_id").empty() ? 3 : 4;
  if (answers.size() < needed) return Verdict::cannot_look(answers.back());
  const std::string image = image_name(view), instance = instance_name(view);
  const Sift how[] = {source_image_sift(view, image), target_image_sift(view, image),
                      instance_sift(view, instance)};
  Verdict verdict = Verdict::ok();
  for (std::size_t i = 0; i < 3; ++i) {
    const Sighting sighting = sift(view, answers[i], how[i]);
    if (sighting.kind == Sighting::Kind::cannot_look) return Verdict::cannot_look(answers[i]);
    if (sighting.kind != Sighting::Kind::foreign) continue;
    for (const auto& candidate : sighting.candidates)
      if (!is_claimed(view, candidate.id))
        verdict.findings.push_back(fmt::format("{} \"{}\" ({}): {}", candidate.id, candidate.name,
                                               candidate.state, candidate.why));
  }
  if (verdict.findings.empty()) {
    const auto claim = view.plan("claimed_source_image_id");
    if (!claim.empty()) {
      const auto held = claimed(answers[3], claim, how[0]);
      if (!held && answers[3].reply.status != 404 && !answers[3].reply.ok())
        return Verdict::cannot_look(answers[3]);
      verdict.facts.set("image_claim", held ? "holds" : "rejected");
      if (!held)
        verdict.findings.push_back(
            fmt::format("the state file names image {}, which is not usable", claim));
    }
    return verdict;
  }
  Verdict refused = Verdict::refused(
      fmt::format("in the way, and not made by this ledger: {}", verdict.findings.front()),
      "rename or remove what is in the way, or configure other names; it is never adopted "
      "silently");
  refused.findings = std::move(verdict.findings);
  return refused;
}

}  // namespace migledger::workflow::compute
