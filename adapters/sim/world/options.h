// What a simulated tenancy is made with. All durations are here and nowhere else.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/sim/world/faults.h"
#include "adapters/sim/world/random.h"

namespace migledger::adapters::sim {

// Simulated time. OCI documents none of the first group; the others are from its documentation.
struct Durations {
  Range create_image{std::chrono::minutes(6), std::chrono::minutes(12)};
  Range export_image{std::chrono::minutes(8), std::chrono::minutes(15)};
  Range copy_object{std::chrono::minutes(5), std::chrono::minutes(10)};       // of an image
  Range copy_small{std::chrono::milliseconds(500), std::chrono::seconds(5)};  // of any other
  Range replicate{std::chrono::seconds(5), std::chrono::minutes(2)};          // one change
  Duration policy_sync = std::chrono::minutes(1);  // between two that a policy tells of
  Duration restore = std::chrono::hours(1);        // of an archived object
  Range import_image{std::chrono::minutes(8), std::chrono::minutes(15)};
  Range launch{std::chrono::seconds(60), std::chrono::seconds(120)};
  Range stop{std::chrono::seconds(20), std::chrono::seconds(60)};
  Range start{std::chrono::seconds(20), std::chrono::seconds(60)};
  Range terminate{std::chrono::seconds(30), std::chrono::seconds(90)};
  Range create_volume{std::chrono::seconds(30), std::chrono::minutes(2)};
  Range hydrate{std::chrono::minutes(1), std::chrono::minutes(10)};  // once it is AVAILABLE
  Range delete_volume{std::chrono::seconds(10), std::chrono::seconds(60)};
  Range attach{std::chrono::seconds(10), std::chrono::seconds(40)};
  Range detach{std::chrono::seconds(10), std::chrono::seconds(40)};
  Range first_sync{std::chrono::minutes(20), std::chrono::minutes(90)};  // of a replica
  Range sync_interval{std::chrono::minutes(5), std::chrono::minutes(25)};
  Range end_replica{std::chrono::seconds(30), std::chrono::minutes(3)};
  Range create_backup{std::chrono::minutes(5), std::chrono::minutes(20)};
  Range copy_backup{std::chrono::minutes(10), std::chrono::minutes(40)};
  Range list_lag{std::chrono::seconds(0), std::chrono::seconds(20)};
  Range search_lag{std::chrono::seconds(20), std::chrono::minutes(5)};

  Range request_latency{std::chrono::milliseconds(20), std::chrono::milliseconds(300)};
  Range reply_latency{std::chrono::milliseconds(20), std::chrono::milliseconds(700)};
  Range lost{std::chrono::seconds(1), std::chrono::seconds(60)};  // until the caller gives up
  Range delayed{std::chrono::seconds(10), std::chrono::minutes(2)};
  Range retry_after{std::chrono::seconds(1), std::chrono::seconds(20)};

  Duration imaging_lock = std::chrono::minutes(20);
  Duration token_life = std::chrono::hours(24);
  Duration work_request_life = std::chrono::hours(12);  // after its end
  Duration dead_resource_life = std::chrono::hours(12);
};

struct TenancyOptions {
  std::uint64_t seed = 1;  // of a new tenancy; an existing one keeps its own
  Time start{};            // what the clock of a new tenancy reads
  Durations durations;
  Faults faults;
  // Block volumes attached to every source instance that is provisioned; at least two, of two
  // types, where a configuration moves them along.
  int data_volumes = 0;
  // In every bucket that is provisioned to be replicated; and who writes to it on his own, from
  // then on for so long, so often. Zero: nobody.
  std::uint64_t bucket_objects = 25;
  Duration writes_for{};
  Duration writes_every = std::chrono::seconds(30);
  // How long an operation takes follows from the seed and the name of what it is about, not from
  // the order of requests: two clients can then be compared on the same timeline.
  bool durations_by_name = false;
  // Subscribed from the beginning; provisioning adds others. The first one is the home region.
  std::vector<std::string> regions;
};

}  // namespace migledger::adapters::sim
