// BulkProgress: how far a walk through a listing has come, as the fold of its bulkBegun and
// bulkEnded. It stays small over any number of objects: all it holds besides sums are the pages
// that are under way and those that failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/sha256.h"
#include "ledger/event/event.h"

namespace migledger::ledger {

// A set of objects as a sum of their digests, modulo 2^256: the same for the same objects, in
// whatever order and pages they were added.
class SetDigest {
 public:
  void add(const Digest& member) { sum_ = sum(sum_, member); }
  void add(const SetDigest& other) { sum_ = sum(sum_, other.sum_); }
  const Digest& value() const { return sum_; }

  // From the bytes that an event holds; those of any other length count as the empty set.
  static SetDigest of(std::string_view bytes);

  friend bool operator==(const SetDigest&, const SetDigest&) = default;

 private:
  static Digest sum(const Digest& a, const Digest& b);

  Digest sum_{};  // big-endian
};

struct BulkTotals {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t there = 0;
  std::uint64_t copied = 0;
  std::uint64_t failed = 0;
  std::uint64_t by_size = 0;
  SetDigest digest;

  void add(const BulkTotals& other);
};

struct BulkPage {
  std::uint32_t number = 0;
  std::string start;  // empty: from the first name
  std::string end;    // not included; empty: to the last name
};

// What failed: the name of an object, and why.
using BulkFailures = std::vector<std::pair<std::string, std::string>>;

struct BulkProgress {
  std::uint16_t step = 0xffff;  // that walks; kNoStep: none has begun
  std::uint32_t pages = 0;      // begun
  std::string next;             // where the page after them starts
  bool all_begun = false;       // there is none after them
  std::vector<BulkPage> open;   // begun and not ended, in order

  // A page with failures, which is taken up again when the step is gone on with.
  struct FailedPage {
    BulkPage page;
    BulkTotals totals;
    BulkFailures failures;  // of the first few pages
  };
  std::vector<FailedPage> failed;

  bool walks(std::uint16_t at) const { return step == at; }
  // Every page has ended, well or not.
  bool ended() const { return all_begun && open.empty(); }
  BulkTotals totals() const;
  // The first of what failed.
  BulkFailures failures() const;

  void begin(schema::BulkBegun::Reader begun);
  void end(schema::BulkEnded::Reader ended);
  // Of pages that failed, only what they copied still counts.
  void take_up_failed();

 private:
  BulkTotals good_;  // of pages without failures, and what others copied before
};

// How far the walk is with this page, for people: "12000 objects".
std::string bulk_words(schema::BulkEnded::Reader ended);

}  // namespace migledger::ledger
