// What the steps of a workflow make in the cloud, as data: where it is listed, by which marks it is
// told from what others made, and how the ledger has it. reconcile.h compares the two by it.
#pragma once

#include <boost/json/fwd.hpp>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/model/bulk.h"
#include "workflow/model/step.h"
#include "workflow/steps/made_log.h"

namespace migledger::workflow {

// Where a resource bears the mark of who made it.
enum class Marks {
  tags,     // freeform tags: ledger and key
  name,     // its name holds the key
  content,  // what it contains names ledger and migration
};

// One thing of a kind that a migration may have made.
struct MadeAs {
  std::string fact;                // that holds its id once it is made
  std::vector<std::string> stems;  // of the keys it may bear
};

// What the walks of a workflow (bulk.h) have put into a bucket: too much for the ledger to name, so
// it is compared with their source, page by page.
struct MadeContent {
  std::string_view noun;  // of one: "object"
  // The bucket of that side, the list that it is to be found in, and part of the list of what it
  // holds.
  std::string_view (*bucket)(const View&, Side) = nullptr;
  Request (*buckets)(const View&, Side) = nullptr;
  Request (*list)(const View&, Side, NameRange) = nullptr;
  // From this act step on the cloud carries over by itself what is written to the source …
  std::string_view follows_from;
  // … until this step, since when others may write to the bucket.
  std::string_view released_by;
  // The check step by which nothing writes to the source any more, and since when, by the cloud's
  // clock; Time{}: not known.
  std::string_view quiet_at;
  Time (*quiet_since)(const View&) = nullptr;
  // Facts of what was compared in the end: how many objects, and their SetDigest in hexadecimal.
  std::string_view compared_objects;
  std::string_view compared_digest;
};

struct MadeKind {
  std::string_view noun;                         // for people: "imported image"
  std::string_view step;                         // the act step that makes it
  std::span<const std::string_view> removed_by;  // the steps that see to it that none is left
  std::string_view there_after = {};  // the await step that first sees it; empty: at once
  Marks marks = Marks::tags;

  // What this migration may have made of this kind.
  std::vector<MadeAs> (*made_as)(const View&) = nullptr;
  // The id that such a fact stands for; empty: none was made. Null: the fact is the id.
  std::string (*id_of)(const View&, std::string_view fact) = nullptr;
  // Whether the plan or the facts allow that there is any; null: always.
  bool (*may_be)(const View&) = nullptr;

  // All of the kind, where this migration makes them, and one of them by its id: itself, or a list
  // of its name alone.
  Request (*list)(const View&) = nullptr;
  Request (*one)(const View&, std::string_view id) = nullptr;
  // A search for them by tag in all compartments of a region; null: they have no tags, or no OCID.
  Request (*search)(const View&) = nullptr;
  // The bucket that holds them, and the list it is to be found in; null: they lie in none.
  std::string_view (*bucket)(const View&) = nullptr;
  Request (*buckets)(const View&) = nullptr;
  std::string_view id_member = "id";  // of an element of the list

  // By lifecycleState, whether it is there still; null: what is listed is there.
  bool (*alive)(std::string_view state) = nullptr;
  // Marks::content: what it contains when it is as the migration wrote it; null: read it to tell.
  std::string (*content)(const View&) = nullptr;
  // How what is there differs from what is recorded, for people: "is STOPPED, not RUNNING".
  std::vector<std::string> (*differences)(const View&, const Resource& recorded,
                                          std::string_view id, const boost::json::value&) = nullptr;
  // Of a bucket: what walks have put into it; null: nothing.
  const MadeContent* holds = nullptr;
};

// The target bucket, made by create-bucket, which knows it by the fact target_bucket; `id_of` gives
// its name, `list` is of the buckets of the target's compartment.
MadeKind target_bucket_kind(decltype(MadeKind::id_of) id_of, decltype(MadeKind::list) list);

// How the checks found the target bucket, for the fact target_bucket: "absent", "found" (made by
// this migration, and the ledger does not have that), or "exists". Null: it is not there.
std::string_view standing_of_target_bucket(const View& view, const boost::json::value* bucket);

// Whether it is for this migration to make, or to adopt.
bool bucket_is_to_be_made(const View& view);

// Whether the checks have found the namespace of the buckets; without it none can be named.
bool has_namespace(const View& view);

// The buckets of a compartment with their tags; region and compartment are fields of the plan.
Request list_buckets(const View& view, std::string_view region, std::string_view compartment);

// Whether something bears the tags of what that step of the migration makes.
bool bears_key_of(const View& view, std::string_view step, const boost::json::value* item);

// Whether a list shows something that does, and is alive: a ledger may have lost that it was made.
bool is_made_already(const View& view, std::string_view step, const Answer& list,
                     bool (*alive)(std::string_view state));

// Collects differences in words.
class Differences {
 public:
  // `what` is `seen`, and `recorded` was expected; empty: nothing was.
  void compare(std::string_view what, std::string_view seen, std::string_view recorded);
  // `state` is none of `healthy`.
  void compare_state(std::string_view state, std::initializer_list<std::string_view> healthy);
  void add(std::string words) { words_.push_back(std::move(words)); }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

}  // namespace migledger::workflow
