#include "workflow/volume/items.h"

#include <fmt/format.h>

#include <charconv>

namespace migledger::workflow::volume {

namespace {

constexpr VolumeApi kApis[] = {
    {"volume", "block volume", "volumes", "blockVolumeReplicas", "blockVolumeReplicaId",
     "blockVolumeReplica", "volumeBackups", "volumeId", "sourceVolumeBackupId", "volumeBackup"},
    {"bootvolume", "boot volume", "bootVolumes", "bootVolumeReplicas", "bootVolumeReplicaId",
     "bootVolumeReplica", "bootVolumeBackups", "bootVolumeId", "sourceBootVolumeBackupId",
     "bootVolumeBackup"},
    {"volumegroup", "volume group", "volumeGroups", "volumeGroupReplicas", "volumeGroupReplicaId",
     "volumeGroupReplicaId", "volumeGroupBackups", "volumeGroupId", "sourceVolumeGroupBackupId",
     "volumeGroupBackupId"}};

}  // namespace

const VolumeApi* api_of(std::string_view ocid) {
  for (const VolumeApi& api : kApis)
    if (ocid.starts_with(fmt::format("ocid1.{}.", api.type))) return &api;
  return nullptr;
}

bool is_group(const VolumeApi& api) { return api.type == "volumegroup"; }

bool by_backup(const View& view) {
  return view.plan("method") == "backup" || view.plan("volumes") == "backup";
}

bool carries_volumes(const View& view) {
  const auto volumes = view.plan("volumes");
  return !volumes.empty() && volumes != "none";
}

unsigned count(const View& view) {
  const auto text = view.fact("volumes");
  unsigned count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::string fact_name(unsigned item, std::string_view what) {
  return fmt::format("volume.{}.{}", item, what);
}

std::string_view get(const View& view, unsigned item, std::string_view what) {
  return view.fact(fact_name(item, what));
}

void set(ledger::Fields& facts, unsigned item, std::string_view what, std::string_view value) {
  facts.set(fact_name(item, what), value);
}

const VolumeApi& api(const View& view) {
  const VolumeApi* found = api_of(view.plan("source_volume_id"));
  return found ? *found : kApis[0];
}

unsigned next_without(const View& view, std::string_view what) {
  const unsigned items = count(view);
  for (unsigned item = 1; item <= items; ++item)
    if (get(view, item, what).empty()) return item;
  return 0;
}

bool any_without(const View& view, const ledger::Fields& facts, std::string_view what) {
  const unsigned items = count(view);
  for (unsigned item = 1; item <= items; ++item)
    if (get(view, item, what).empty() && facts.get(fact_name(item, what)).empty()) return true;
  return false;
}

View about(const View& view, unsigned item) {
  View one = view;
  one.about = get(view, item, "id");
  return one;
}

bool Each::from_list(const View& view) const {
  return view.in_bulk || next_without(view, what) != 0;
}

std::optional<Request> Each::ask(const View& view, Answers answers) const {
  if (from_list(view)) {
    if (answers.empty()) return core_get(region, std::string(collection), list_query);
    if (next_without(view, what) != 0 || !is_list(answers[0]) || view.skims()) return std::nullopt;
    // Lists are late; and what is gone for good is in none of them.
    std::size_t asked = 1;
    for (unsigned item = 1; item <= count(view); ++item) {
      const auto id = get(view, item, what);
      if (item_of(answers[0], id)) continue;
      if (asked == answers.size())
        return core_get(region, fmt::format("{}/{}", collection, percent_encode(id)));
      ++asked;
    }
    return std::nullopt;
  }
  if (answers.size() >= count(view)) return std::nullopt;
  const auto item = static_cast<unsigned>(answers.size() + 1);
  return core_get(region, fmt::format("{}/{}", collection, percent_encode(get(view, item, what))));
}

Verdict judge_each(const View& view, Answers answers, const Each& each, const Judge& judge) {
  Verdict all = Verdict::ok();
  const unsigned items = count(view);
  const bool listed = each.from_list(view);
  std::size_t next = 1;  // of those that the list does not show
  for (unsigned item = 1; item <= items; ++item) {
    const auto id = get(view, item, each.what);
    const bool by_id = listed && next < answers.size() && !item_of(answers[0], id);
    const Answer& answer = answers[by_id ? next++ : listed ? 0 : item - 1];
    const auto resource = item_of(answer, id);
    Verdict one = judge(item, resource.get(), answer);
    // What has died, or must be mended, does not become better by waiting for the others.
    const auto worth = [](const Verdict& verdict) {
      switch (verdict.kind) {
        case Verdict::Kind::ok:
          return 0;
        case Verdict::Kind::pending:
          return 1;
        case Verdict::Kind::cannot_look:
          return 2;
        case Verdict::Kind::refused:
          return 3;
        case Verdict::Kind::dead:
          return 4;
      }
      return 0;
    };
    if (worth(one) > worth(all)) {
      all = std::move(one);
    } else if (all.kind == Verdict::Kind::ok) {
      one.facts.for_each([&](auto name, auto value) { all.facts.set(name, value); });
      for (auto& finding : one.findings) all.findings.push_back(std::move(finding));
    }
  }
  return all;
}

Verdict not_shown(const Answer& answer) {
  // Lists are late.
  if (is_list(answer)) return Verdict::pending("not listed yet");
  return Verdict::cannot_look(answer);
}

}  // namespace migledger::workflow::volume
