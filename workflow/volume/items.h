// The volumes that a migration moves, as its facts hold them. The volume workflow moves one, the
// compute workflow those of its instance; both move them by the same steps.
//
// Facts: "volumes" is how many there are. "volume.N.WHAT", N from 1:
//   id, name, gigabytes, vpus the source, from its check
//   type, device, read_only, shareable
//                             how it is attached to the source instance, or is to be to the target
//   replica, replica_owner    in the target region; "ours" or "theirs"
//   synced                    up to when it was seen to hold what was written
//   backup, copy, copy_work   in place of a replica: in the source and in the target region
//   new, members              the volume made in the target region; of a group, what is in it
//   attachment                of it, to the target instance
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/steps/oci_api.h"

namespace migledger::workflow::volume {

// ---- kinds of volumes --------------------------------------------------------------------------

// What OCI calls a kind of volume and what belongs to it.
struct VolumeApi {
  std::string_view type;          // of its OCID, and in searches
  std::string_view title;         // for people
  std::string_view collection;    // of the API's paths
  std::string_view replicas;      // the list in a volume, and the collection, of its replicas
  std::string_view replica_id;    // of an entry of that list
  std::string_view from_replica;  // the type of source of a volume made from a replica
  std::string_view backups;       // the collection of its backups
  std::string_view backup_of;     // of a backup, the id of its volume
  std::string_view copied_from;   // of a backup, the id of the one it is a copy of
  std::string_view from_backup;   // the type of source of a volume made from a backup
};
// By the OCID of a volume; null: it is none of a block volume, boot volume or volume group.
const VolumeApi* api_of(std::string_view ocid);
bool is_group(const VolumeApi& api);

// ---- the plan ----------------------------------------------------------------------------------

// Whether the data goes by backup, and not by replica.
bool by_backup(const View& view);
// Whether a compute plan moves the volumes of its instance, too.
bool carries_volumes(const View& view);

// ---- items -------------------------------------------------------------------------------------

unsigned count(const View& view);
std::string fact_name(unsigned item, std::string_view what);
std::string_view get(const View& view, unsigned item, std::string_view what);
void set(ledger::Fields& facts, unsigned item, std::string_view what, std::string_view value);

// The kind of the volumes of this migration: all are of one.
const VolumeApi& api(const View& view);

// The first item without that fact; 0: all have it.
unsigned next_without(const View& view, std::string_view what);
// Whether there are items without it once `facts` are known, too.
bool any_without(const View& view, const ledger::Fields& facts, std::string_view what);

// A view of the same that is about one volume: keys, tags and looks are its own.
View about(const View& view, unsigned item);

// ---- reading one resource an item --------------------------------------------------------------

// Each by its id, or, in bulk or when one is not known, all from one list.
struct Each {
  std::string_view region;
  std::string_view collection;
  std::string list_query;
  std::string_view what;  // the fact that holds the ids

  bool from_list(const View& view) const;
  std::optional<Request> ask(const View& view, Answers answers) const;
};

// What there is to say about one item; null: the list does not show it (yet).
using Judge =
    std::function<Verdict(unsigned item, const boost::json::value* resource, const Answer& answer)>;
// The verdict on all of them: the worst, or all facts and findings together.
Verdict judge_each(const View& view, Answers answers, const Each& each, const Judge& judge);

// What `judge` says of one that is not there to be read.
Verdict not_shown(const Answer& answer);

}  // namespace migledger::workflow::volume
