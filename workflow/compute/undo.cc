// What the compute workflow removes (removal.h): for rolling back, for cleaning up, and, of the
// source, for decommissioning. The source is touched only by the step that is for it.
#include <fmt/format.h>

#include "workflow/compute/steps.h"
#include "workflow/steps/made.h"
#include "workflow/steps/removal.h"

namespace migledger::workflow::compute {

namespace {

Life image_life(std::string_view state) {
  if (state == "DELETED") return Life::gone;
  return state == "AVAILABLE" || state == "DISABLED" ? Life::removable : Life::busy;
}

Life instance_life(std::string_view state) {
  if (state == "TERMINATED") return Life::gone;
  return state == "TERMINATING" || state == "CREATING_IMAGE" ? Life::busy : Life::removable;
}

// What an imported state file named was not made by this ledger.
std::string_view unless_claimed(std::string_view id, std::string_view claim) {
  return id == claim ? std::string_view() : id;
}

Made source_image(const View& view) {
  return {view.plan("source_region"), view.plan("source_compartment_id"), "images",
          unless_claimed(view.fact("image_id"), view.plan("claimed_source_image_id")),
          stem_of(view, "create-image")};
}

// The image that is exported, whoever made it. Where the ledger has forgotten it, it is found by
// its marks.
Made exported_image(const View& view) {
  Made image = source_image(view);
  image.known = view.fact("image_id");
  return image;
}

Life export_life(std::string_view state) { return state == "EXPORTING" ? Life::busy : Life::gone; }

Made target_image(const View& view) {
  return {view.plan("target_region"), view.plan("target_compartment_id"), "images",
          unless_claimed(view.fact("target_image_id"), view.plan("claimed_target_image_id")),
          stem_of(view, "import-image")};
}

Made target_instance(const View& view) {
  return {view.plan("target_region"), view.plan("target_compartment_id"), "instances",
          unless_claimed(view.fact("target_instance_id"), view.plan("claimed_target_instance_id")),
          stem_of(view, "launch-instance")};
}

Made source_instance(const View& view) {
  return {view.plan("source_region"),
          view.plan("source_compartment_id"),
          "instances",
          view.plan("source_instance_id"),
          {}};
}

// ---- objects -----------------------------------------------------------------------------------

// The objects that a migration made in one bucket.
struct Objects {
  std::string_view region;
  std::string_view bucket;
  std::string stem;  // of their names
};

Objects exported(const View& view) {
  return {view.plan("source_region"), view.plan("migration_bucket_name"),
          "migledger/" + stem_of(view, export_namer(view))};
}

Objects copied(const View& view) {
  return {view.plan("target_region"), target_bucket(view),
          "migledger/" + stem_of(view, "copy-object")};
}

Sighting sight_objects(const Objects& objects, const Answer& answer) {
  const auto* items = items_of(answer);
  if (!items) return Sighting::cannot_look(answer);
  for (const auto& item : *items) {
    const auto name = text(&item, "name");
    if (name.starts_with(objects.stem)) return to_remove(name, text(&item, "etag"));
  }
  return nothing_left();
}

}  // namespace

// Nothing was made before the buckets were found.
bool may_have_made(const View& view) { return has_namespace(view); }
bool may_have_made_urls(const View& view) { return may_have_made(view) && by_par(view); }
bool drops_target_image(const View& view) {
  const bool keeps = view.plan("keep_imported_image") == "true";
  return may_have_made(view) && !(keeps && view.state.mode == Mode::cleanup);
}

std::optional<Request> ask_new_instance_gone(const View& view, Answers answers) {
  return ask_made(target_instance(view), answers);
}
Sighting sight_new_instance_gone(const View& view, Answers answers) {
  return sight_made(view, target_instance(view), instance_life, answers);
}
Request remove_new_instance(const View& view) {
  return remove_made(view, target_instance(view), make_query({{"preserveBootVolume", "false"}}));
}

std::optional<Request> ask_target_image_gone(const View& view, Answers answers) {
  return ask_made(target_image(view), answers);
}
Sighting sight_target_image_gone(const View& view, Answers answers) {
  return sight_made(view, target_image(view), image_life, answers);
}
Request remove_target_image(const View& view) { return remove_made(view, target_image(view)); }

std::optional<Request> ask_source_image_gone(const View& view, Answers answers) {
  return ask_made(source_image(view), answers);
}
Sighting sight_source_image_gone(const View& view, Answers answers) {
  return sight_made(view, source_image(view), image_life, answers);
}
Request remove_source_image(const View& view) { return remove_made(view, source_image(view)); }

// An export that is still under way would put its object there afterwards.
std::optional<Request> ask_export_gone(const View& view, Answers answers) {
  if (answers.empty()) return ask_made(exported_image(view), answers);
  if (answers.size() > 1) return std::nullopt;
  const Objects objects = exported(view);
  return list_objects(view, objects.region, objects.bucket, objects.stem);
}

Sighting sight_export_gone(const View& view, Answers answers) {
  const auto image = exported_image(view);
  if (image.known.empty()) {
    const Sighting exporting = sight_made(view, image, export_life, answers.first(1));
    if (exporting.kind != Sighting::Kind::ours) return exporting;
  } else {
    const auto item = item_of(answers[0], image.known);
    if (!item && answers[0].reply.status != 404) return Sighting::cannot_look(answers[0]);
    const auto state = text(item.get(), "lifecycleState");
    if (export_life(state) == Life::busy) return not_removable_yet(image.known, state);
  }
  return sight_objects(exported(view), answers.back());
}

Request remove_export(const View& view) {
  return remove_object(view, view.plan("source_region"), view.plan("migration_bucket_name"));
}

// ---- in the target bucket ----------------------------------------------------------------------

namespace {

// Where the ledger has the bucket as not there, it may have been made since, and that be forgotten:
// then the answers about it come first.
std::optional<Request> ask_in_target_bucket(const View& view, Answers answers,
                                            decltype(Step::ask) ask) {
  if (!bucket_is_to_be_made(view)) return ask(view, answers);
  if (auto request = ask_bucket(view, answers)) return request;
  const auto bucket = sight_bucket(view, answers).kind;
  const bool is_there = bucket == Sighting::Kind::ours || bucket == Sighting::Kind::foreign;
  return is_there ? ask(view, answers.subspan(2)) : std::nullopt;
}

Sighting sight_in_target_bucket(const View& view, Answers answers, decltype(Step::sight) sight) {
  if (!bucket_is_to_be_made(view)) return sight(view, answers);
  const Sighting bucket = sight_bucket(view, answers);
  if (bucket.kind == Sighting::Kind::absent) return nothing_left();
  return bucket.kind == Sighting::Kind::cannot_look ? bucket : sight(view, answers.subspan(2));
}

// As of an export, what is still under way would be there afterwards.
std::optional<Request> ask_copies(const View& view, Answers answers) {
  if (answers.empty())
    return storage(
        view.plan("source_region"), "GET", "/workRequests",
        make_query({{"compartmentId", view.plan("source_compartment_id")}, {"limit", "1000"}}));
  if (answers.size() > 1) return std::nullopt;
  const Objects objects = copied(view);
  return list_objects(view, objects.region, objects.bucket, objects.stem);
}

Sighting sight_copies(const View& view, Answers answers) {
  if (!is_list(answers[0])) return Sighting::cannot_look(answers[0]);
  if (copy_under_way(view, answers[0]))
    return not_removable_yet(view.fact("object_name"), "being copied");
  return sight_objects(copied(view), answers.back());
}

Sighting sight_import_pars(const View& view, Answers answers) {
  const Sighting left = sight_no_import_par(view, answers);
  return left.kind == Sighting::Kind::absent ? to_remove(left.facts.get("import_par_id"), {})
                                             : left;
}

}  // namespace

std::optional<Request> ask_copy_gone(const View& view, Answers answers) {
  return ask_in_target_bucket(view, answers, ask_copies);
}
Sighting sight_copy_gone(const View& view, Answers answers) {
  return sight_in_target_bucket(view, answers, sight_copies);
}
std::optional<Request> ask_import_urls_gone(const View& view, Answers answers) {
  return ask_in_target_bucket(view, answers, ask_import_pars);
}
Sighting sight_import_urls_gone(const View& view, Answers answers) {
  return sight_in_target_bucket(view, answers, sight_import_pars);
}

Request remove_copy(const View& view) {
  return remove_object(view, view.plan("target_region"), target_bucket(view));
}

Sighting sight_export_urls_gone(const View& view, Answers answers) {
  const Sighting left = sight_no_export_par(view, answers);
  return left.kind == Sighting::Kind::absent ? to_remove(left.facts.get("export_par_id"), {})
                                             : left;
}
Request remove_export_url(const View& view) {
  return storage(view.plan("source_region"), "DELETE",
                 bucket_path(view.fact("namespace"), view.plan("migration_bucket_name"),
                             "/p/" + percent_encode(next_to_remove(view))));
}
Request remove_import_url(const View& view) {
  return storage(view.plan("target_region"), "DELETE",
                 bucket_path(view.fact("namespace"), target_bucket(view),
                             "/p/" + percent_encode(next_to_remove(view))));
}

// ---- the source --------------------------------------------------------------------------------

namespace {

bool keeps_boot_volume(const View& view) { return view.plan("keep_source_boot_volume") != "false"; }

}  // namespace

std::string decommission_question(const View& view) {
  return fmt::format("terminate the source instance {} ({}) for good; its boot volume is {}",
                     view.plan("source_instance_id"), view.plan("source_region"),
                     keeps_boot_volume(view) ? "kept" : "deleted with it");
}

std::optional<Request> ask_source_gone(const View& view, Answers answers) {
  return ask_made(source_instance(view), answers);
}
Sighting sight_source_gone(const View& view, Answers answers) {
  return sight_made(view, source_instance(view), instance_life, answers);
}
Request terminate_source(const View& view) {
  return remove_made(
      view, source_instance(view),
      make_query({{"preserveBootVolume", keeps_boot_volume(view) ? "true" : "false"}}));
}

}  // namespace migledger::workflow::compute
