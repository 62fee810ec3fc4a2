// What is asked of the tenancy while requests arrive at it. Each class is one promise; the file
// that defines it says how it is shown.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/sim/tenancy.h"
#include "cli/simulation/promises/traffic_watch.h"
#include "cli/simulation/promises/violation.h"
#include "workflow/model/plan.h"

namespace migledger::simulation {

// An idempotency key, or a name that holds one, taken apart.
struct KeyParts {
  std::string ledger;  // the first digits of its id
  std::string about;   // digest of migration and source: the same for every ledger
  std::string step;
  unsigned generation = 0;
};
std::optional<KeyParts> parts_of_key(std::string_view text);

// What was made by others than migledger: ids of resources, paths of objects.
using Others = std::set<std::string, std::less<>>;

// A path as the tenancy's report has it: slashes of an object's name are not encoded there.
std::string decoded(std::string_view path);

// Whether the tenancy shows the resource as there and not on its way out.
bool is_alive(adapters::sim::Tenancy& tenancy, Time now,
              const adapters::sim::Tenancy::Created& made);

// Whether the ledger says that what it made under such a key has failed.
using SaidDead = std::function<bool(const KeyParts& key)>;

// never_twice.cc
class NeverTwice {
 public:
  NeverTwice(adapters::sim::Tenancy& tenancy, SaidDead said_dead)
      : tenancy_(tenancy), said_dead_(std::move(said_dead)) {}
  void made(const adapters::sim::Tenancy::Created& made, Time now);
  void removed(const workflow::Request& request);
  // A ledger was put back, and has forgotten what it sent under these keys and tokens.
  void forget(const std::set<std::string>& keys) { forgotten_.insert(keys.begin(), keys.end()); }

 private:
  adapters::sim::Tenancy& tenancy_;
  const SaidDead said_dead_;
  std::set<std::string> forgotten_;
  std::map<std::string, std::vector<adapters::sim::Tenancy::Created>> made_;  // by kind and stem
  std::set<std::string> objects_;                                             // there now, by path
};

// own_claim.cc
// Where the claim on the source of a migration lies.
struct ClaimPlace {
  std::string region, path;
};
ClaimPlace claim_place(const adapters::sim::Tenancy& tenancy, const ledger::Fields& plan);
// The claim that lies there, as JSON; none: empty.
std::string claim_at(adapters::sim::Tenancy& tenancy, const ClaimPlace& place, Time now);

class OwnClaim {
 public:
  OwnClaim(adapters::sim::Tenancy& tenancy, const workflow::Plan& plan);
  void made(const adapters::sim::Tenancy::Created& made, Time now);
  // The ledger was put back, and has forgotten that it was about to release the claim on that.
  void forget_release(const KeyParts& key) { forgotten_.emplace(key.ledger, key.about); }

 private:
  struct Claimed {
    ClaimPlace place;
    std::string source;
  };
  adapters::sim::Tenancy& tenancy_;
  std::map<std::string, Claimed> claims_;                    // by KeyParts::about
  std::set<std::pair<std::string, std::string>> forgotten_;  // ledger, KeyParts::about
};

// source_untouched.cc
class SourceUntouched {
 public:
  // What is in the tenancy now is given. `may_end` tells whether some ledger is about to end that
  // source, by its person's word.
  SourceUntouched(const adapters::sim::Tenancy& tenancy, const workflow::Plan& plan,
                  std::function<bool(std::string_view)> may_end);
  void done(const workflow::Request& request, const Others& others);

 private:
  std::set<std::string, std::less<>> sources_;
  std::set<std::pair<std::string, std::string>> buckets_;  // region, name
  std::set<std::string, std::less<>> given_;
  std::function<bool(std::string_view)> may_end_;
};

// one_token_one_body.cc
class OneTokenOneBody {
 public:
  void sent(const workflow::Request& request);
  // A ledger was put back from an older copy: it has forgotten what it sent under these tokens.
  void forget(const std::set<std::string>& keys);

 private:
  std::map<std::string, std::size_t> bodies_;  // by region and token
};

// All of them, told of the traffic.
class CloudInvariants final : public TrafficWatch {
 public:
  CloudInvariants(adapters::sim::Tenancy& tenancy, const workflow::Plan& plan,
                  std::function<bool(std::string_view)> may_end, SaidDead said_dead);

  void starts(const workflow::Request& request) override;
  void after(const workflow::Request& request, const workflow::Reply& reply, bool doubled) override;

  // What was created since it was last looked belongs to others.
  void count_as_others();
  const Others& others() const { return others_; }
  const Others& ever_others() const { return ever_others_; }  // those allowed, too
  // What was made last by a copy of a request, which the network doubled: by region and id.
  const std::set<std::string>& doubles() const { return doubles_; }
  // A person says that it is a migration's: it may be treated as such.
  void allow(const std::string& id) { others_.erase(id); }
  // A ledger was put back from an older copy, and with it the intents of these keys were forgotten.
  // `knows`: the ledger says that it was, and so it will wait for what of them comes late.
  void forget(const std::set<std::string>& keys, bool knows);
  std::size_t created() const { return seen_; }

 private:
  void see(Time now, bool doubled);

  adapters::sim::Tenancy& tenancy_;
  std::size_t seen_ = 0;
  std::set<std::string> doubles_;
  Others others_, ever_others_;
  std::set<std::string> forgotten_;  // by whichever ledger
  NeverTwice twice_;
  OwnClaim claim_;
  SourceUntouched source_;
  OneTokenOneBody tokens_;
};

}  // namespace migledger::simulation
