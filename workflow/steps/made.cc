#include "workflow/steps/made.h"

#include <fmt/format.h>

#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

namespace {

std::vector<MadeAs> target_buckets(const View& view) {
  return {{"target_bucket", {stem_of(view, "create-bucket")}}};
}

Request read_target_bucket(const View& view, std::string_view name) {
  return storage(view.plan("target_region"), "GET", bucket_path(view.fact("namespace"), name));
}

std::vector<std::string> bucket_differences(const View& view, const Resource&, std::string_view,
                                            const boost::json::value& bucket) {
  Differences differences;
  differences.compare("compartment", text(&bucket, "compartmentId"),
                      view.plan("target_compartment_id"));
  return differences.take();
}

}  // namespace

bool bears_key_of(const View& view, std::string_view step, const boost::json::value* item) {
  const auto* tags = member(item, "freeformTags");
  return text(tags, kTagLedger) == view.ledger_id &&
         key_stem(text(tags, kTagKey)) == stem_of(view, step);
}

bool is_made_already(const View& view, std::string_view step, const Answer& list,
                     bool (*alive)(std::string_view state)) {
  if (!is_list(list)) return false;
  const auto found = list.list->with_stem(stem_of(view, step));
  return std::any_of(found.begin(), found.end(), [&](const auto& item) {
    return bears_key_of(view, step, &item) && alive(text(&item, "lifecycleState"));
  });
}

MadeKind target_bucket_kind(decltype(MadeKind::id_of) id_of, decltype(MadeKind::list) list) {
  MadeKind bucket;
  bucket.noun = "bucket";
  bucket.step = "create-bucket";
  bucket.made_as = target_buckets;
  bucket.id_of = id_of;
  bucket.may_be = has_namespace;
  bucket.list = list;
  bucket.one = read_target_bucket;
  bucket.id_member = "name";
  bucket.differences = bucket_differences;
  return bucket;
}

std::string_view standing_of_target_bucket(const View& view, const boost::json::value* bucket) {
  if (!bucket) return "absent";
  return bears_key_of(view, "create-bucket", bucket) ? "found" : "exists";
}

bool bucket_is_to_be_made(const View& view) {
  const auto standing = view.fact("target_bucket");
  return standing == "absent" || standing == "found";
}

bool has_namespace(const View& view) { return !view.fact("namespace").empty(); }

Request list_buckets(const View& view, std::string_view region, std::string_view compartment) {
  return storage(
      view.plan(region), "GET", bucket_path(view.fact("namespace"), {}),
      make_query(
          {{"compartmentId", view.plan(compartment)}, {"fields", "tags"}, {"limit", "1000"}}));
}

void Differences::compare(std::string_view what, std::string_view seen, std::string_view recorded) {
  if (recorded.empty() || seen == recorded) return;
  if (seen.empty()) return add(fmt::format("has no {}; recorded is {}", what, recorded));
  add(fmt::format("its {} is {}, not {}", what, seen, recorded));
}

void Differences::compare_state(std::string_view state,
                                std::initializer_list<std::string_view> healthy) {
  for (const auto good : healthy)
    if (state == good) return;
  add(fmt::format("is {}", state.empty() ? std::string_view("in no state") : state));
}

}  // namespace migledger::workflow
