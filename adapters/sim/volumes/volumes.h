// What the handlers of block storage share.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/sim/services/handlers.h"
#include "adapters/sim/world/volume_records.h"

namespace migledger::adapters::sim {

// The kind whose word (words_of) is this; nothing: none.
std::optional<VolumeKind> kind_of(std::string_view VolumeWords::*word, std::string_view text);

// ---- volumes and groups (volumes.cc, volume_groups.cc) ------------------------------------------

// As it is now; 404. The boot volume of an instance is one, too, although it has no row of its own.
Volume volume_seen(Call& call, VolumeKind kind, const std::string& id);
// Its row, which a boot volume gets here; 404.
Volume& volume_row(Call& call, VolumeKind kind, const std::string& id);
boost::json::object show_volume(const Volume& volume, Time now);
Answer reply_with(const Call& call, const Volume& volume, int status = 200);
// 409 unless it is AVAILABLE.
void check_available(const Call& call, const Volume& volume);
// 400 unless the region has it.
void check_domain(const Call& call, const std::string& domain);
// 400 LimitExceeded when there may be no more volumes, or not of so many gigabytes more.
void check_volume_limit(const Call& call, std::int64_t gigabytes);
// Block and boot volumes of the region that are alive, but for those of instances.
struct VolumeUsage {
  std::int64_t count = 0, gigabytes = 0;
};
VolumeUsage volume_usage(const Call& call);
// Backups of volumes in the region that are alive.
std::int64_t backups_in(const Call& call, const std::string& region);

// A new volume's life: from what it is made it has all data some time after it is AVAILABLE.
struct Making {
  Time end{}, hydrated{};
  Timeline timeline;
};
Making making_of(Call& call, const std::string& name, bool from_something);

// The volume behind an instance's boot disk, as far as the instance determines it.
Volume boot_volume_of(const Instance& instance, Time now);

// ---- replicas (volume_replicas.cc) --------------------------------------------------------------

// Makes the list of a body's replicas the volume's: what is new in it is created, what is missing
// ends; of a group its members' replicas, too, unless they are to be preserved.
void replace_replicas(Call& call, Volume& volume, const boost::json::object& body,
                      bool preserve_members);
// An AVAILABLE replica of this region; 404, 409.
const Replica& usable_replica(Call& call, VolumeKind kind, const std::string& id);
// It, and its members, are ACTIVATING until `end`.
void activate_replica(Call& call, const std::string& id, Time end);

// ---- backups (volume_backups.cc) ----------------------------------------------------------------

// An AVAILABLE backup of this region; 404, 409.
const Backup& usable_backup(Call& call, VolumeKind kind, const std::string& id);

// ---- attachments (volume_attachments.cc) --------------------------------------------------------

bool is_attached(const Call& call, const Volume& volume);

// ---- lists --------------------------------------------------------------------------------------

// A page of the rows of `table` under `hash` that `fits` and the usual parameters let through.
template <typename T, typename Fits, typename Show>
Answer list_rows(const Call& call, const Table<T>& table, std::uint64_t hash, Fits&& fits,
                 Show&& show) {
  const auto compartment = call.parameter("compartmentId");
  const auto name = call.parameter("displayName");
  const auto state = call.parameter("lifecycleState");
  const Page page = page_of(call);
  ListText items;
  std::uint64_t next = 0;
  table.scan(hash, page.after, [&](std::uint64_t seq, T& row) {
    if (row.region != call.region.name || row.listed > call.now() ||
        (!compartment.empty() && row.compartment != compartment) ||
        (!name.empty() && row.name != name) ||
        (!state.empty() && word_of(row.timeline.at(call.now())) != state) || !fits(row))
      return true;
    if (items.size() == page.limit) {
      next = seq - 1;
      return false;
    }
    items.add(show(row));
    return true;
  });
  Answer a = std::move(items).answer();
  if (next > 0) a.headers.emplace_back("opc-next-page", std::to_string(next));
  return a;
}

}  // namespace migledger::adapters::sim
