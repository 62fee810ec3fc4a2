#include "adapters/sim/world/records.h"

#include <array>

#include "adapters/sim/world/random.h"
#include "adapters/sim/world/volume_records.h"

namespace migledger::adapters::sim {

std::string_view word_of(State state) {
  constexpr std::array<std::string_view, 28> kWords = {
      "GONE",           "PROVISIONING", "STARTING",
      "RUNNING",        "STOPPING",     "STOPPED",
      "CREATING_IMAGE", "TERMINATING",  "TERMINATED",
      "IMPORTING",      "AVAILABLE",    "EXPORTING",
      "DELETED",        "ACCEPTED",     "IN_PROGRESS",
      "SUCCEEDED",      "COMPLETED",    "FAILED",
      "ACTIVATING",     "FAULTY",       "REQUEST_RECEIVED",
      "CREATING",       "COMMITTED",    "UPDATE_PENDING",
      "ATTACHING",      "ATTACHED",     "DETACHING",
      "DETACHED"};
  return kWords[static_cast<std::size_t>(state)];
}

State Timeline::at(Time now) const {
  State state = phases.empty() ? State::gone : phases.front().state;
  for (const Phase& p : phases)
    if (p.from <= now) state = p.state;
  return state;
}

bool ends_life(State state) {
  return state == State::gone || state == State::deleted || state == State::terminated ||
         state == State::detached;
}

std::uint64_t key_of(std::string_view what, std::string_view a, std::string_view b,
                     std::string_view c) {
  return hash_of(c, hash_of(b, hash_of(a, hash_of(what))));
}

const VolumeWords& words_of(VolumeKind kind) {
  static constexpr VolumeWords kWords[] = {
      {"volumes", "volume", "Volume", "blockVolumeReplicas", "blockVolumeReplicaId",
       "blockvolumereplica", "blockVolumeId", "blockVolumeReplica", "volumeBackups", "volumebackup",
       "VolumeBackup", "volumeId", "sourceVolumeBackupId", "volumeBackup"},
      {"bootVolumes", "bootvolume", "BootVolume", "bootVolumeReplicas", "bootVolumeReplicaId",
       "bootvolumereplica", "bootVolumeId", "bootVolumeReplica", "bootVolumeBackups",
       "bootvolumebackup", "BootVolumeBackup", "bootVolumeId", "sourceBootVolumeBackupId",
       "bootVolumeBackup"},
      {"volumeGroups", "volumegroup", "VolumeGroup", "volumeGroupReplicas", "volumeGroupReplicaId",
       "volumegroupreplica", "volumeGroupId", "volumeGroupReplicaId", "volumeGroupBackups",
       "volumegroupbackup", "VolumeGroupBackup", "volumeGroupId", "sourceVolumeGroupBackupId",
       "volumeGroupBackupId"}};
  return kWords[static_cast<std::size_t>(kind)];
}

}  // namespace migledger::adapters::sim
