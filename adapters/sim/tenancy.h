// Tenancy: the simulated cloud account, as a function from a request to an effect and a reply. It
// has no clock, no latency and no network: those are around it (wire.h, sim_cloud.h). What it does
// follows from its seed, the faults it is given, and the requests.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sim/world/faults.h"
#include "adapters/sim/world/options.h"
#include "adapters/sim/world/state_store.h"
#include "workflow/cloud/request.h"
#include "workflow/model/plan.h"

namespace migledger::adapters::sim {

class World;

struct Recalled;

// As whom everybody is logged in.
inline constexpr std::string_view kSimulatedUser = "simulated-user";

class Tenancy {
 public:
  // Opens what `store` holds, or begins a new tenancy in it. `store` must outlive this; null keeps
  // nothing. Throws StateError.
  Tenancy(TenancyOptions options, StateStore* store);
  ~Tenancy();
  Tenancy(const Tenancy&) = delete;
  Tenancy& operator=(const Tenancy&) = delete;

  // What `request`, arriving at `now`, is answered. Its effect is in the store when this returns.
  // A time before that of an earlier call counts as that. `fault` is one of the kinds that strike
  // within the tenancy; it has no effect on a request it cannot strike. The reply is always one
  // that was delivered, except for an unknown region, whose host cannot be found (not_sent).
  // Throws StateError(disk) when the effect could not be kept: nobody may rely on it then.
  workflow::Reply handle(const workflow::Request& request, Time now, Fault fault = Fault::none);

  // Creates what a migration's configuration names, each thing when it is first named and never
  // again: regions, compartments, the source instance with what hangs on it, the staging bucket in
  // the source region, the target subnet, availability domains and shape. Not the target bucket.
  void provision(const workflow::PlannedMigration& migration);

  // Takes for given what somebody knows to be in the real cloud, so that a rehearsal can go on from
  // there. Counts as provisioned, not as created.
  void recall(const Recalled& known);

  // {"created": [{"kind","region","id","name","key","at"}…],
  //  "held": [{"kind","region","id","name","state"}…]} as JSON. Everything that requests ever
  // created, in order, whatever became of it; and what is there now, provisioned things included.
  // Kinds: image, imported-image, instance, bucket, object, object-copy, par, replication-policy,
  // volume, bootvolume, volumegroup, blockvolumereplica, bootvolumereplica, volumegroupreplica,
  // volumebackup, bootvolumebackup, volumegroupbackup (and …-copy of the last three),
  // volumeattachment; held also: platform-image, subnet.
  std::string report() const;

  // The same of what requests created, from the `from`th on, for whoever watches it grow.
  struct Created {
    std::string kind, region, id, name, key;
    Time at{};
  };
  std::vector<Created> created_from(std::size_t from) const;

  std::string tenancy_id() const;
  std::string object_namespace() const;
  std::vector<std::string> regions() const;  // it is subscribed to
  std::uint64_t seed() const;
  const TenancyOptions& options() const { return options_; }

  // The time that the state was last said to have; what a clock goes on from.
  Time clock() const;
  // Saves that the clock has reached, or may reach, `t`. Never goes back except by `exactly`, which
  // a clock that stops uses to give back what it had reserved.
  void keep_clock(Time t, bool exactly = false);

  // For what is around the tenancy, so that one saved state holds all: draws from its randomness,
  // persistent counters. Saved with the next handle() or save().
  Duration draw(Range range);
  bool chance(double rate);
  std::uint64_t count_up(const std::string& counter);  // the value before
  std::uint64_t arrived();                             // counts requests, from 1
  void save();

 private:
  const TenancyOptions options_;
  std::unique_ptr<World> world_;
};

// The report on the tenancy kept in `directory`, also while another process uses it. Throws
// StateError.
std::string report_of(const std::string& directory);

}  // namespace migledger::adapters::sim
