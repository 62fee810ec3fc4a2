// Carried: what the ledger says of the objects that the walks of a migration copied, without naming
// any of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workflow/reconcile/reconcile.h"
#include "workflow/steps/made.h"

namespace migledger::workflow {

class Carried {
 public:
  // `book` has a workflow, and must outlive it.
  Carried(const Book& book, const View& view, const MadeContent& content);

  // Whether any walk has begun to copy.
  bool any() const { return latest_ != 0; }
  ledger::Position latest() const { return latest_; }  // the newest event of a walk
  std::string_view step() const { return step_; }      // that copies first

  enum class Cover {
    none,       // no walk has come there
    under_way,  // its page has not ended, or not well
    copied,
  };
  Cover cover(std::string_view name) const;

  // What is at the source and was last modified up to then must be at the target.
  Time sure_until(std::string_view name) const;

  // What was at the target before is older.
  Time surveyed() const { return surveyed_; }

  bool follows() const { return follows_; }           // the cloud carries over what is written
  bool released() const { return released_; }         // others may write to the target
  bool compared() const { return compared_; }         // and both were the same in the end
  std::uint64_t objects() const { return objects_; }  // of the newest walk that ended well

 private:
  std::string_view step_;
  ledger::Position latest_ = 0;
  Time surveyed_ = Time::max();
  Time all_until_ = Time::min();
  bool all_ = false;  // a walk has copied everything
  bool follows_ = false, released_ = false, compared_ = false;
  std::uint64_t objects_ = 0;

  // The walk that is under way, when none has come through yet.
  const Walked* partial_ = nullptr;
  std::vector<ledger::BulkPage> not_ended_;  // its pages, by their names
};

}  // namespace migledger::workflow
