// The checks of buckets and names before anything is created; those of the source and of the target
// have files of their own.
#include <fmt/format.h>

#include <algorithm>

#include "workflow/compute/steps.h"
#include "workflow/steps/check_answers.h"
#include "workflow/steps/check_places.h"
#include "workflow/steps/limits.h"
#include "workflow/steps/made.h"

namespace migledger::workflow::compute {

namespace {

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

namespace {

bool needs_downtime(const View& view) {
  return view.fact("source_state") == "RUNNING" && view.fact("image_claim") != "holds";
}

bool plan_allows_downtime(const View& view) { return view.plan("allow_source_downtime") == "true"; }

}  // namespace

bool downtime_needs_approval(const View& view) {
  return needs_downtime(view) && !plan_allows_downtime(view);
}

bool downtime_allowed(const View& view) {
  return needs_downtime(view) && plan_allows_downtime(view);
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
  const auto* name_space = shown(answers[0]);
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
  const auto* source = shown(answers[1]);
  if (!source)
    return refused_as_absent(
        answers[1], "source bucket", source_name,
        "create it in the source region, or correct \"migration_bucket_name\"");
  if (text(source, "publicAccessType") != "NoPublicAccess" &&
      !text(source, "publicAccessType").empty())
    return Verdict::refused(
        fmt::format("source bucket {} is public: the image of the server would be, too",
                    source_name),
        "use a bucket without public access");
  const auto* target = shown(answers[2]);
  if (!target && answers[2].reply.status != 404) return Verdict::cannot_look(answers[2]);
  if (auto no = object_to_staging("source", source_name, source)) return *no;
  if (auto no = object_to_staging("target", target_bucket(view), target)) return *no;
  Verdict verdict = Verdict::ok();
  verdict.facts.set("namespace", std::string_view(answers[0].json->get_string()));
  verdict.facts.set("target_bucket", standing_of_target_bucket(view, target));
  if (!target)
    verdict.findings.push_back(fmt::format("bucket {} is not in the target region; {}",
                                           target_bucket(view), kWillBeCreated));
  return verdict;
}

// ---- names -------------------------------------------------------------------------------------

namespace {

// What is read about names; null: not read yet, or not needed.
struct Names {
  const Answer* source_images = nullptr;
  const Answer* target_images = nullptr;
  const Answer* instances = nullptr;
  const Answer* claimed_image = nullptr;
  const Answer* source_limit = nullptr;
  const Answer* target_limit = nullptr;
  std::optional<Request> wanted;
};

// An image is made in either region.
constexpr Need kSourceImage{&kImageLimit, true, 1};
constexpr Need kTargetImage{&kImageLimit, false, 1};

Names see_names(const View& view, Answers answers) {
  Names names;
  Turn turn(answers);
  names.source_images = turn.take(list_source_images(view));
  names.target_images = turn.take(list_target_images(view));
  names.instances = turn.take(list_instances(view));
  if (const auto claim = view.plan("claimed_source_image_id"); !claim.empty())
    names.claimed_image =
        turn.take(core_get(view.plan("source_region"), "images/" + percent_encode(claim)));
  names.source_limit = turn.take(ask_limit(view, kSourceImage));
  names.target_limit = turn.take(ask_limit(view, kTargetImage));
  names.wanted = turn.wanted();
  return names;
}

// A custom image cannot be named as a platform image is; those are in every compartment's list.
bool names_platform_image(const Answer& list, std::string_view name) {
  if (!is_list(list)) return false;
  const auto named = list.list->named(name);
  return std::ranges::any_of(named, [](const auto& image) {
    return image.is_object() && text(&image, "compartmentId").empty();
  });
}

// What keeps an image from being made; the image of the source may be there already, as the old
// state file or a ledger that was lost had it.
std::optional<Verdict> object_to_image_limits(const View& view, const Names& names,
                                              Verdict& verdict) {
  const struct {
    const Need& need;
    const Answer& limit;
    std::string_view step;
    const Answer& images;
    bool needed;
  } sides[] = {{kSourceImage, *names.source_limit, "create-image", *names.source_images,
                verdict.facts.get("image_claim") != "holds"},
               {kTargetImage, *names.target_limit, "import-image", *names.target_images,
                view.plan("claimed_target_image_id").empty()}};
  for (const auto& side : sides) {
    if (!side.needed) continue;
    note_unseen(view, side.need, side.limit, verdict);
    auto no = lack_of(view, side.need, side.limit);
    if (no && !is_made_already(view, side.step, side.images, source_image_sift(view, {}).alive))
      return no;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Request> ask_names(const View& view, Answers answers) {
  return see_names(view, answers).wanted;
}

Verdict read_names(const View& view, Answers answers) {
  const Names names = see_names(view, answers);
  if (names.wanted) return Verdict::cannot_look(answers.back());
  const std::string image = image_name(view), instance = instance_name(view);
  const Sift how[] = {source_image_sift(view, image), target_image_sift(view, image),
                      instance_sift(view, instance)};
  for (const auto& images : answers.first(2))
    if (names_platform_image(images, image))
      return Verdict::refused(fmt::format("\"{}\" is the name of a platform image", image),
                              "configure another \"new_image_name\"");
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
      const Answer& answer = *names.claimed_image;
      const auto held = claimed(answer, claim, how[0]);
      if (!held && answer.reply.status != 404 && !answer.reply.ok())
        return Verdict::cannot_look(answer);
      verdict.facts.set("image_claim", held ? "holds" : "rejected");
      if (!held)
        verdict.findings.push_back(
            fmt::format("the state file names image {}, which is not usable", claim));
    }
    if (auto no = object_to_image_limits(view, names, verdict)) return *no;
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
