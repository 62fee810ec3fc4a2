// What the steps that move volumes make, for comparing the ledger with the cloud.
#include "workflow/steps/made.h"

#include <fmt/format.h>

#include "workflow/volume/steps.h"

namespace migledger::workflow::volume {

namespace {

using boost::json::value;
using Words = std::vector<std::string>;

bool has_items(const View& view) { return count(view) > 0; }

bool there(std::string_view state) { return state != "TERMINATED" && state != "TERMINATING"; }

// One of each item; `step` is empty for what bears no key.
std::vector<MadeAs> of_each(const View& view, std::string_view what, std::string_view step) {
  std::vector<MadeAs> made;
  for (unsigned item = 1; item <= count(view); ++item) {
    MadeAs one{fact_name(item, what), {}};
    if (!step.empty()) one.stems.push_back(stem_of(about(view, item), step));
    made.push_back(std::move(one));
  }
  return made;
}
std::vector<MadeAs> made_volumes(const View& view) { return of_each(view, "new", "create-volume"); }
std::vector<MadeAs> backups(const View& view) { return of_each(view, "backup", "create-backup"); }
std::vector<MadeAs> copies(const View& view) { return of_each(view, "copy", "copy-backup"); }

Words differences(const value& item, std::string_view compartment,
                  std::initializer_list<std::string_view> healthy) {
  Differences differences;
  differences.compare("compartment", text(&item, "compartmentId"), compartment);
  differences.compare_state(text(&item, "lifecycleState"), healthy);
  return differences.take();
}
Words volume_differences(const View& view, const Resource&, std::string_view, const value& item) {
  return differences(item, view.plan("target_compartment_id"),
                     {"AVAILABLE", "PROVISIONING", "RESTORING"});
}
Words backup_differences(const View& view, const Resource&, std::string_view, const value& item) {
  return differences(item, view.plan("source_compartment_id"),
                     {"AVAILABLE", "CREATING", "REQUEST_RECEIVED"});
}

Request in_backups(const View& view, std::string_view region, std::string_view id) {
  std::string path(api(view).backups);
  if (!id.empty()) return core_get(view.plan(region), path + "/" + percent_encode(id));
  return core_get(
      view.plan(region), std::move(path),
      make_query({{"compartmentId", view.plan("source_compartment_id")}, {"limit", "1000"}}));
}
Request list_backups(const View& view) { return in_backups(view, "source_region", {}); }
Request read_backup(const View& view, std::string_view id) {
  return in_backups(view, "source_region", id);
}
Request list_copies(const View& view) { return in_backups(view, "target_region", {}); }
Request read_copy(const View& view, std::string_view id) {
  return in_backups(view, "target_region", id);
}

constexpr std::string_view kRemoveVolume[] = {"remove-volume"};
constexpr std::string_view kRemoveBackup[] = {"remove-backup"};
constexpr std::string_view kRemoveCopy[] = {"remove-backup-copy"};

MadeKind kind(std::string_view noun, std::string_view step,
              std::span<const std::string_view> removed_by, decltype(MadeKind::made_as) made_as,
              decltype(MadeKind::list) list, decltype(MadeKind::one) one,
              decltype(MadeKind::differences) differ) {
  MadeKind kind;
  kind.noun = noun;
  kind.step = step;
  kind.removed_by = removed_by;
  kind.may_be = has_items;
  kind.made_as = made_as;
  kind.list = list;
  kind.one = one;
  kind.alive = there;
  kind.differences = differ;
  return kind;
}

}  // namespace

std::vector<MadeKind> made_kinds() {
  MadeKind volume = kind("new volume", "create-volume", kRemoveVolume, made_volumes, list_volumes,
                         ask_named_volume, volume_differences);
  volume.search = tag_search_volume;
  // A copy cannot be given tags.
  MadeKind copy = kind("copied backup", "copy-backup", kRemoveCopy, copies, list_copies, read_copy,
                       backup_differences);
  copy.marks = Marks::name;
  return {kind("backup", "create-backup", kRemoveBackup, backups, list_backups, read_backup,
               backup_differences),
          copy, volume};
}

}  // namespace migledger::workflow::volume
