// What the steps of the compute workflow make, for comparing the ledger with the cloud.
#include "workflow/steps/made.h"

#include <fmt/format.h>

#include "workflow/compute/steps.h"
#include "workflow/steps/claim.h"
#include "workflow/volume/steps.h"

namespace migledger::workflow::compute {

namespace {

using boost::json::value;
using Words = std::vector<std::string>;
using How = ledger::schema::Outcome::How;

// What somebody else made and named bears the name that they gave it.
bool named_by_us(const Resource& recorded) {
  return recorded.how == How::REPLIED || recorded.how == How::ADOPTED;
}

Differences common(const Resource& recorded, const value& item, std::string_view name,
                   std::string_view compartment) {
  Differences differences;
  differences.compare("compartment", text(&item, "compartmentId"), compartment);
  if (named_by_us(recorded)) differences.compare("name", text(&item, "displayName"), name);
  return differences;
}

// ---- images ------------------------------------------------------------------------------------

Words image_differences(const View& view, const Resource& recorded, const value& item,
                        std::string_view compartment) {
  Differences differences = common(recorded, item, image_name(view), view.plan(compartment));
  differences.compare_state(text(&item, "lifecycleState"),
                            {"AVAILABLE", "PROVISIONING", "IMPORTING", "EXPORTING"});
  return differences.take();
}

Words source_image_differences(const View& view, const Resource& recorded, std::string_view,
                               const value& item) {
  return image_differences(view, recorded, item, "source_compartment_id");
}

Words target_image_differences(const View& view, const Resource& recorded, std::string_view,
                               const value& item) {
  return image_differences(view, recorded, item, "target_compartment_id");
}

bool image_there(std::string_view state) { return state != "DELETED"; }

std::vector<MadeAs> source_images(const View& view) {
  return {{"image_id", {stem_of(view, "create-image")}}};
}

std::vector<MadeAs> target_images(const View& view) {
  return {{"target_image_id", {stem_of(view, "import-image")}}};
}

// ---- the instance ------------------------------------------------------------------------------

bool instance_there(std::string_view state) {
  return state != "TERMINATED" && state != "TERMINATING";
}

std::vector<MadeAs> instances(const View& view) {
  return {{"target_instance_id", {stem_of(view, "launch-instance")}}};
}

Words instance_differences(const View& view, const Resource& recorded, std::string_view,
                           const value& item) {
  Differences differences =
      common(recorded, item, instance_name(view), view.plan("target_compartment_id"));
  differences.compare_state(text(&item, "lifecycleState"),
                            {"RUNNING", "STARTING", "PROVISIONING", "CREATING_IMAGE"});
  auto image = text(member(&item, "sourceDetails"), "imageId");
  if (image.empty()) image = text(&item, "imageId");
  differences.compare("image", image, view.fact("target_image_id"));
  return differences.take();
}

// ---- objects -----------------------------------------------------------------------------------

std::string_view source_bucket(const View& view) { return view.plan("migration_bucket_name"); }

Request list_source_buckets(const View& view) {
  return list_buckets(view, "source_region", "source_compartment_id");
}
Request list_target_buckets(const View& view) {
  return list_buckets(view, "target_region", "target_compartment_id");
}

Request list_source_objects(const View& view) {
  return list_objects(view, view.plan("source_region"), source_bucket(view), kOurObjects);
}
Request list_target_objects(const View& view) {
  return list_objects(view, view.plan("target_region"), target_bucket(view), kOurObjects);
}

// An object is read from a list of its name, which shows what the other list shows.
Request list_source_object(const View& view, std::string_view name) {
  return list_objects(view, view.plan("source_region"), source_bucket(view), name);
}
Request list_target_object(const View& view, std::string_view name) {
  return list_objects(view, view.plan("target_region"), target_bucket(view), name);
}

std::vector<MadeAs> exports(const View& view) {
  return {{"object_name", {stem_of(view, "export-image"), stem_of(view, "create-export-par")}}};
}

std::vector<MadeAs> copies(const View& view) {
  return {{"copy_name", {stem_of(view, "copy-object")}}};
}

// What is recorded of an object is of the newest generation.
Words object_differences(const View& view, std::string_view id, const value& object,
                         std::string_view name_fact, std::string_view etag_fact) {
  Differences differences;
  if (view.fact(name_fact) != id || view.fact(etag_fact).empty()) return differences.take();
  differences.compare("size", fmt::format("{:.0f}", number(&object, "size").value_or(-1)),
                      view.fact("object_size"));
  // One of the two may have no MD5.
  if (!text(&object, "md5").empty())
    differences.compare("MD5", text(&object, "md5"), view.fact("object_md5"));
  differences.compare("etag", text(&object, "etag"), view.fact(etag_fact));
  return differences.take();
}

Words export_differences(const View& view, const Resource&, std::string_view id,
                         const value& object) {
  return object_differences(view, id, object, "object_name", "object_etag");
}

Words copy_differences(const View& view, const Resource&, std::string_view id,
                       const value& object) {
  return object_differences(view, id, object, "copy_name", "copy_etag");
}

// ---- the target bucket -------------------------------------------------------------------------

std::string made_bucket(const View& view, std::string_view fact) {
  return std::string(fact == "ours" ? target_bucket(view) : std::string_view());
}

// ---- pre-authenticated requests ----------------------------------------------------------------

bool may_have_export_urls(const View& view) {
  return has_namespace(view) && (by_par(view) || !view.fact("export_par_id").empty());
}
bool may_have_read_urls(const View& view) {
  return has_namespace(view) && (by_par(view) || !view.fact("import_par_id").empty());
}

std::vector<MadeAs> export_urls(const View& view) {
  return {{"export_par_id", {stem_of(view, "export")}}};
}
std::vector<MadeAs> import_urls(const View& view) {
  return {{"import_par_id", {stem_of(view, "import")}}};
}

Request urls_of(const View& view, std::string_view region, std::string_view bucket,
                std::string_view id) {
  const std::string rest = id.empty() ? "/p" : "/p/" + percent_encode(id);
  return storage(view.plan(region), "GET", bucket_path(view.fact("namespace"), bucket, rest),
                 id.empty() ? make_query({{"limit", "1000"}}) : std::string());
}
Request list_export_urls(const View& view) {
  return urls_of(view, "source_region", source_bucket(view), {});
}
Request read_export_url(const View& view, std::string_view id) {
  return urls_of(view, "source_region", source_bucket(view), id);
}
Request list_import_urls(const View& view) {
  return urls_of(view, "target_region", target_bucket(view), {});
}
Request read_import_url(const View& view, std::string_view id) {
  return urls_of(view, "target_region", target_bucket(view), id);
}

Words url_differences(const View& view, std::string_view id, const value& url,
                      std::string_view id_fact, std::string_view object_fact) {
  Differences differences;
  if (view.fact(id_fact) == id)
    differences.compare("object", text(&url, "objectName"), view.fact(object_fact));
  return differences.take();
}
Words export_url_differences(const View& view, const Resource&, std::string_view id,
                             const value& url) {
  return url_differences(view, id, url, "export_par_id", "export_par_object");
}
Words import_url_differences(const View& view, const Resource&, std::string_view id,
                             const value& url) {
  return url_differences(view, id, url, "import_par_id", "import_par_object");
}

// ---- the table ---------------------------------------------------------------------------------

constexpr std::string_view kRemoveImage[] = {"remove-image"};
constexpr std::string_view kRemoveExport[] = {"remove-export"};
constexpr std::string_view kRemoveCopy[] = {"remove-copy"};
constexpr std::string_view kRemoveImported[] = {"remove-imported-image"};
constexpr std::string_view kRemoveInstance[] = {"remove-instance"};
constexpr std::string_view kRemoveExportUrls[] = {"sweep-export-par", "drop-export-par",
                                                  "remove-export-urls"};
constexpr std::string_view kRemoveImportUrls[] = {"sweep-import-par", "drop-import-par",
                                                  "remove-import-urls"};

MadeKind tagged(std::string_view noun, std::string_view step,
                std::span<const std::string_view> removed_by, decltype(MadeKind::made_as) made_as,
                decltype(MadeKind::list) list, decltype(MadeKind::one) one,
                decltype(MadeKind::alive) alive, decltype(MadeKind::differences) differences) {
  MadeKind kind;
  kind.noun = noun;
  kind.step = step;
  kind.removed_by = removed_by;
  kind.made_as = made_as;
  kind.list = list;
  kind.one = one;
  kind.alive = alive;
  kind.differences = differences;
  return kind;
}

// What lies in a bucket and is marked otherwise than by tags.
MadeKind in_bucket(Marks marks, std::string_view id_member, decltype(MadeKind::may_be) may_be,
                   bool at_target, MadeKind kind) {
  kind.marks = marks;
  kind.id_member = id_member;
  kind.may_be = may_be;
  kind.bucket = at_target ? target_bucket : source_bucket;
  kind.buckets = at_target ? list_target_buckets : list_source_buckets;
  return kind;
}

MadeKind searched(decltype(MadeKind::search) search, MadeKind kind) {
  kind.search = search;
  return kind;
}

MadeKind there_after(std::string_view step, MadeKind kind) {
  kind.there_after = step;
  return kind;
}

std::vector<MadeKind> make_kinds() {
  std::vector<MadeKind> kinds{
      claim_kind(),
      searched(tag_search_source_image,
               tagged("image", "create-image", kRemoveImage, source_images, list_source_images,
                      ask_named_source_image, image_there, source_image_differences)),
      in_bucket(Marks::name, "id", may_have_export_urls, false,
                tagged("export URL", "create-export-par", kRemoveExportUrls, export_urls,
                       list_export_urls, read_export_url, nullptr, export_url_differences)),
      in_bucket(Marks::name, "name", has_namespace, false,
                there_after("await-export", tagged("exported object", "export-image", kRemoveExport,
                                                   exports, list_source_objects, list_source_object,
                                                   nullptr, export_differences))),
      target_bucket_kind(made_bucket, list_target_buckets),
      in_bucket(Marks::name, "name", has_namespace, true,
                there_after("await-copy", tagged("copied object", "copy-object", kRemoveCopy,
                                                 copies, list_target_objects, list_target_object,
                                                 nullptr, copy_differences))),
      in_bucket(Marks::name, "id", may_have_read_urls, true,
                tagged("import URL", "create-import-par", kRemoveImportUrls, import_urls,
                       list_import_urls, read_import_url, nullptr, import_url_differences)),
      searched(tag_search_target_image,
               tagged("imported image", "import-image", kRemoveImported, target_images,
                      list_target_images, ask_named_target_image, image_there,
                      target_image_differences)),
      searched(tag_search_instance,
               tagged("instance", "launch-instance", kRemoveInstance, instances, list_instances,
                      ask_named_instance, instance_there, instance_differences)),
  };
  // What it carries along.
  for (const auto& kind : volume::made_kinds()) kinds.push_back(kind);
  return kinds;
}

}  // namespace

std::span<const MadeKind> made_kinds() {
  static const std::vector<MadeKind> kinds = make_kinds();
  return kinds;
}

}  // namespace migledger::workflow::compute
