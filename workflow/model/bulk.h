// Walking through the objects of a bucket: what a bulk step is, and how two listings compare. Pure.
//
// A walk goes through the source's listing in pages of at most 1000 names. A page is recorded
// before anything of it is sent (bulkBegun) and when it has ended (bulkEnded), and is known by its
// range of names: an object written into the range meanwhile belongs to it. Copying needs no event
// an object, because its key is its name: a page that was left open is listed again, at the source
// and at the target, and what is missing is copied with `If-None-Match: *`. What was on its way
// already arrives first or second, and once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/fold/bulk_progress.h"
#include "workflow/cloud/request.h"

namespace migledger::workflow {

struct View;

struct ListedObject {
  std::string name;
  std::string etag;
  std::string md5;  // of an object of several parts it is one over the parts: "…-3"
  std::uint64_t size = 0;
  Time modified{};
  bool archived = false;  // cannot be read until it is restored
};

struct Listing {
  std::vector<ListedObject> objects;  // in the order of their names
  std::string next;                   // where the next page starts; empty: there is none
};

// The listing that a reply shows; nothing when it shows none.
std::optional<Listing> listing_of(const Reply& reply);

// The part of a listing to ask for: names from `start` on, before `end`; empty: no bound.
struct NameRange {
  std::string_view start;
  std::string_view end;
};

enum class Side { source, target };

// What a walk is for.
enum class WalkGoal {
  survey,   // nothing may be at the target but what is at the source, too
  copy,     // copies what is missing or older at the target
  compare,  // both are to be the same
};

struct Walk {
  WalkGoal goal = WalkGoal::survey;
  // Nothing: the target does not exist yet, so it holds no objects.
  std::optional<Request> (*list)(const View&, Side, NameRange) = nullptr;
  // copy: to where there is none (`older` is null), or over that one and no other.
  Request (*copy)(const View&, const ListedObject& object, const ListedObject* older) = nullptr;
  Request (*work_request)(const View&, std::string_view id) = nullptr;
  Request (*work_errors)(const View&, std::string_view id) = nullptr;
  // How many objects there are, as far as is known; 0: not known.
  std::uint64_t (*expected)(const View&) = nullptr;
  // How many copies may be asked for at once.
  std::size_t (*parallel)(const View&) = nullptr;
};

// A walk that failed for so many objects opens no further pages: a person looks first.
inline constexpr std::uint64_t kMostFailures = 1000;

enum class Likeness { alike, alike_by_size, different };
// Replicas have the source's ETag. Copies have one of their own and the same MD5, which tells
// nothing when either was uploaded in parts that may differ; then size and age must do.
Likeness likeness(const ListedObject& source, const ListedObject& target);
// What differs, in words.
std::string difference(const ListedObject& source, const ListedObject& target);

// SHA-256 over the names and ETags, each ended by a zero byte.
ledger::Digest page_digest(const std::vector<ListedObject>& objects);
// The object as a member of a SetDigest (event.capnp, BulkEnded).
ledger::Digest member_digest(const ListedObject& object);

}  // namespace migledger::workflow
