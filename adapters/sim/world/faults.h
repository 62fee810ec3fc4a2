// What goes wrong in the simulated tenancy: by rates, by script, by place.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sim/world/random.h"

namespace migledger::adapters::sim {

enum class Fault : std::uint8_t {
  none,
  // On the way; the tenancy itself works.
  not_sent,      // connection refused: certainly nothing happened
  throttled,     // 429 with retry-after, before the effect
  error_before,  // 500 or 503 before the effect
  error_after,   // 500 or 503 although it took effect
  lost_before,   // no reply, no effect
  lost_after,    // no reply, but it took effect
  delayed,       // the reply comes late
  unauthorized,  // 401
  // Within the tenancy; they strike the requests that they can strike.
  work_request_fails,
  out_of_capacity,    // 500 InternalError "Out of host capacity." at launch
  limit_exceeded,     // 400 LimitExceeded at creation of an image, instance, volume or backup
  token_invalidated,  // 409 InvalidatedRetryToken when a known retry token is sent again
};
inline constexpr std::size_t kFaultCount = 13;

std::string_view name_of(Fault fault);
std::optional<Fault> fault_named(std::string_view name);

// "The Nth call of this method to a path that begins so gets this."
struct ScriptedFault {
  Fault fault = Fault::none;
  std::string method;            // empty: any
  std::string path;              // prefix of the encoded path; empty: any
  std::string region;            // empty: any
  std::uint64_t call = 1;        // the first matching call that is struck, from 1
  std::uint64_t times = 1;       // how many in a row
  int status = 0;                // of error_before and error_after: 500 or 503; 0: drawn
  std::optional<Duration> wait;  // retry-after of throttled, delay of delayed; none: drawn
};

// No host for a launch there. A launch that names no fault domain is refused only by a rule
// without one.
struct CapacityRule {
  std::string availability_domain;
  std::string fault_domain;    // empty: all of it
  std::uint64_t refusals = 0;  // how many launches are refused; 0: all
};

// Where a shape is not offered. A hidden rule leaves it in the list of shapes, and the launch alone
// refuses it.
struct ShapeRule {
  std::string availability_domain;  // empty: all
  std::string shape;
  bool hidden = false;
};

// Where there are no replicas: from one region to another, or of one volume.
struct ReplicationRule {
  std::string from, to;  // regions; empty: any
  std::string volume;    // OCID; empty: any
};

struct Faults {
  std::array<double, kFaultCount> rates{};  // by Fault; probability for each call
  std::vector<ScriptedFault> scripted;      // the first that strikes is applied
  std::vector<CapacityRule> out_of_capacity;
  std::vector<ReplicationRule> no_replication;
  std::vector<ShapeRule> no_shape;
  std::vector<std::pair<std::string, std::int64_t>> limits;  // limit name → value
  std::uint64_t unauthorized_from_call = 0;                  // 0: never
  std::optional<Range> list_lag;                             // replaces Durations::list_lag
  std::optional<Range> search_lag;
  // Object Storage may not work in the tenancy's compartments: no policy lets it.
  bool no_service_policy = false;
  // Of a bucket that is provisioned to be replicated, so many objects, from the first, are
  // archived; and so many, from the last, are encrypted with keys that their owners keep.
  std::uint64_t archived_objects = 0;
  std::uint64_t customer_key_objects = 0;

  // What a configuration names is invented, and shows these members in place of invented ones: a
  // JSON object for each of kProvisioned.
  std::vector<std::pair<std::string, std::string>> provisioned;

  double rate(Fault f) const { return rates[static_cast<std::size_t>(f)]; }
};

// What is provisioned and can be given members of its own: "instance", "vnic", "boot_volume",
// "volume" (also those attached to the instance) and "bucket" of the source; "subnet", "nsg" and
// "attach_instance", the one that "attach" names, of the target.
inline constexpr std::array<std::string_view, 8> kProvisioned = {
    "instance", "vnic", "boot_volume", "volume", "bucket", "subnet", "nsg", "attach_instance"};

// The members for one of them as JSON text; empty: none.
std::string_view provisioned_members(const Faults& faults, std::string_view what);

class FaultsError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Reads the JSON of a faults file; every key is optional:
//   {"rates": {"throttled": 0.05, "lost_after": 0.01, …names as in Fault…},
//    "scripted": [{"fault": "lost_after", "method": "POST", "path": "/20160918/images",
//                  "region": "us-ashburn-1", "call": 2, "times": 1, "status": 503, "seconds": 30}],
//    "out_of_capacity": [{"availability_domain": "…", "fault_domain": "…", "refusals": 2}],
//    "no_replication": [{"from": "us-ashburn-1", "to": "sa-bogota-1", "volume": "ocid1.volume…"}],
//    "no_shape": [{"availability_domain": "…", "shape": "VM.Standard.E4.Flex", "hidden": true}],
//    "provisioned": {"instance": {"shape": "VM.Standard.A1.Flex"}, "subnet": {"dnsLabel": null}},
//    "limits": {"custom-image-count": 25},
//    "unauthorized_from_call": 100,
//    "list_lag_seconds": [0, 60], "search_lag_seconds": [30, 600],
//    "no_service_policy": true, "archived_objects": 2, "customer_key_objects": 1}
// Throws FaultsError naming `file` and the key.
Faults parse_faults(std::string_view json, std::string_view file);

}  // namespace migledger::adapters::sim
