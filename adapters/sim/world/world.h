// World: everything a simulated tenancy knows, in memory, with its indexes; every change to it is
// noted and written to the store in one batch by commit(). It knows nothing of requests.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/sim/world/options.h"
#include "adapters/sim/world/random.h"
#include "adapters/sim/world/records.h"
#include "adapters/sim/world/state_store.h"
#include "adapters/sim/world/table.h"
#include "adapters/sim/world/volume_records.h"

namespace migledger::adapters::sim {

// The key of a bucket among the rows of all regions.
std::string bucket_row(std::string_view region, std::string_view bucket);

class World : private RowKeeper {
 public:
  // `store` may be null: then nothing outlives this object. Throws StateError.
  World(const TenancyOptions& options, StateStore* store);

  // Brings about what is due until `now`, and forgets what nobody may see any more.
  void advance(Time now);

  // Writes all changes since the last commit, with the clock and the count of draws, in one batch.
  // A commit without a change, a draw or a call of touch() writes nothing.
  void commit();
  void touch() { touched_ = true; }

  Dice dice;
  Time clock{};             // of the last effect
  Time mark{};              // what the saved clock reads: never earlier than any time given out
  std::uint64_t calls = 0;  // requests that arrived, whatever became of them
  std::uint64_t seq = 0;

  std::string tenancy_id() const;
  std::string object_namespace() const;  // "axabc…", 12 characters

  // "ocid1.image.oc1.iad.aaaa…", never given out before.
  std::string mint(std::string_view kind, std::string_view region);
  std::string mint_unique();
  std::string hex(std::size_t digits);

  // --- what stands and is only ever added ---
  struct Region {
    std::string name;
    std::vector<std::string> domains;
    std::string platform_image;
  };
  const std::vector<Region>& regions() const { return regions_; }
  Region* region(std::string_view name);
  // Adds it with its availability domains and a platform image, unless it is there.
  Region& subscribe(const std::string& name);
  // True the first time only, and ever after false, also in later runs.
  bool first_use(const std::string& what);
  bool knows(const std::string& what) const { return known_.count(what) > 0; }
  // Everything known that begins so, without that beginning.
  std::vector<std::string> known_after(const std::string& prefix) const;
  // A persistent counter; returns its value before the increment.
  std::uint64_t count_up(const std::string& name);
  std::uint64_t count(const std::string& name) const;

  // --- resources; null: no such ---
  Image* image(std::string_view id);
  Instance* instance(std::string_view id);
  Instance* instance_of(std::string_view unique);
  WorkRequest* work_request(std::string_view id);
  Bucket* bucket(std::string_view region, std::string_view name);
  // The policy of that source bucket; the policies into that bucket are found by walking over all.
  ReplicationPolicy* policy_of(std::string_view region, std::string_view bucket);
  Token* token(std::string_view region, std::string_view token);
  Par* par_of_token(std::string_view region, std::string_view bucket, std::string_view token);

  Image& add(Image image);
  Instance& add(Instance instance);
  WorkRequest& add(WorkRequest work_request);
  Bucket& add(Bucket bucket);
  void add(Token token);
  void add(Arrival arrival);
  void put(Bucket& bucket, Object object);
  void put(Bucket& bucket, Par par);
  ReplicationPolicy& add(ReplicationPolicy policy);
  // It can be read from then on.
  void restore(Bucket& bucket, const std::string& object, Time when);
  void note(Creation creation);

  // To be called after a change of a row.
  void changed(const Image& image);
  // Change what rows are found by.
  void renamed(Image& image, const std::string& new_name);
  void retagged(Image& image, Tags tags);
  void changed(const Instance& instance);
  void changed(const WorkRequest& work_request);
  void changed(const Token& token);
  void changed(const Bucket& bucket);
  void changed(const ReplicationPolicy& policy);
  void erase(Bucket& bucket);
  void erase(const ReplicationPolicy& policy);
  void erase_object(Bucket& bucket, const std::string& name);
  void erase_par(Bucket& bucket, const std::string& id);

  Index<Image> images;
  Index<Instance> instances;
  Index<WorkRequest> work_requests;
  Table<Volume> volumes{'B', *this};
  Table<Replica> replicas{'R', *this};
  Table<Backup> backups{'K', *this};
  Table<Attachment> attachments{'A', *this};
  const std::map<std::string, Bucket, std::less<>>& buckets() const { return bucket_rows_; }
  const std::map<std::string, ReplicationPolicy, std::less<>>& policies() const {
    return policies_;
  }
  const std::deque<Creation>& creations() const { return creations_; }

  // What keeps a policy from working; empty: nothing.
  std::string trouble_of(const ReplicationPolicy& policy) const;
  // Everything that changed at its source before has been carried over.
  Time synced_to(ReplicationPolicy& policy);

 private:
  enum class Kind : std::uint8_t { image, instance, work_request, token, table };

  void load();
  void take_row(std::string_view key, std::string_view value);
  void save(std::string key, std::string value) override;
  void drop(std::string key) override;
  bool keeps() const override { return store_ != nullptr; }
  std::uint64_t next_seq() override { return ++seq; }
  void ends(Time at, char letter, const std::string& id) override;
  void index(Image& image);
  void index(Instance& instance);
  void index(WorkRequest& work_request);
  void unindex(Image& image);
  void unindex(Instance& instance);
  void forget_later(Time at, Kind kind, const std::string& id);
  void forget(Kind kind, const std::string& id);
  void forget_row(char letter, const std::string& id);
  void land(const Arrival& arrival);
  // Of one source bucket, each change reaches the target after those before it.
  void replicate(const Bucket& bucket, const Object& object, Time changed, bool deletes);
  void land_replica(Arrival arrival);
  void write_on_own(Arrival arrival);
  void await_replica(const Arrival& arrival);
  void fail(const std::string& work_request, Time at, std::string code, std::string message);

  const Durations durations_;
  const bool no_service_policy_;
  StateStore* const store_;
  std::vector<StateStore::Change> changes_;
  std::uint64_t saved_draws_ = 0;
  bool touched_ = false;
  bool broken_ = false;

  std::vector<Region> regions_;
  std::set<std::string, std::less<>> known_;
  std::map<std::string, std::uint64_t, std::less<>> counters_;
  Rows<Image> image_rows_;
  Rows<Instance> instance_rows_;
  Rows<Instance*> by_unique_;
  Rows<WorkRequest> work_rows_;
  Rows<Token> token_rows_;
  Rows<std::pair<std::string, std::string>> par_tokens_;              // secret → bucket row, id
  std::map<std::string, Bucket, std::less<>> bucket_rows_;            // "region/name"
  std::map<std::string, ReplicationPolicy, std::less<>> policies_;    // by source, "region/name"
  std::map<std::string, std::multiset<Time>, std::less<>> unsynced_;  // by id: changes to come
  std::map<std::pair<Time, std::uint64_t>, Arrival> arrivals_;
  std::multimap<Time, std::pair<Kind, std::string>> expiries_;
  std::deque<Creation> creations_;
};

}  // namespace migledger::adapters::sim
