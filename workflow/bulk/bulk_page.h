// BulkWork: one page of a walk on its way from being listed to being ended. What it asks for and
// what it makes of the answers, without I/O.
//
//   list the source -> (a new page: have it recorded) -> list the target -> all is well: ended
//     ^                                                        |
//     |                                                        v
//     +--- some are not there: try again ---- copy, wait, list the target until all are there
//
// A page is worked through in batches of one listing: its range may have grown since it was
// recorded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "workflow/cloud/error_class.h"
#include "workflow/model/bulk.h"
#include "workflow/model/step.h"

namespace migledger::workflow {

struct BulkPacing {
  unsigned most_tries = 3;     // of one object in one walk
  unsigned most_attempts = 8;  // of a request that nothing came of
  Duration first_poll = std::chrono::seconds(2);
  Duration longest_poll = std::chrono::seconds(30);
};

// What a call of a page is for.
struct BulkCall {
  enum class What { list_source, list_target, copy, work_request, work_errors };
  std::uint32_t page = 0;
  What what = What::list_source;
  std::size_t item = 0;  // of the copies of this round
};

class BulkWork {
 public:
  // `is_new`: not recorded yet; listing it finds its end.
  BulkWork(ledger::BulkPage range, bool is_new, const BulkPacing& pacing);

  const ledger::BulkPage& range() const { return range_; }

  // A request to be sent now. Nothing: the page waits for answers, to be recorded, until due(), or
  // until it may copy.
  std::optional<std::pair<Request, BulkCall>> next(const View& view, const Walk& walk, Time now,
                                                   bool may_copy);

  // Takes the answer to a call. A failure that is returned is to be recorded: next() asks again.
  Failure take(const Walk& walk, const BulkCall& call, const Reply& reply, Time now);

  // A new page was listed, and is to be begun; it goes on when that is recorded.
  bool found() const { return stage_ == Stage::found; }
  void begin() { stage_ = Stage::beginning; }
  std::uint32_t listed() const { return static_cast<std::uint32_t>(source_.size()); }
  ledger::Digest listed_digest() const { return page_digest(source_); }
  void recorded() { stage_ = Stage::list_target; }
  // Whether its end is known, and the next page may be begun.
  bool begun() const {
    return !finding_end_ && stage_ != Stage::found && stage_ != Stage::beginning;
  }

  bool ended() const { return stage_ == Stage::ended; }
  const ledger::BulkTotals& totals() const { return totals_; }
  const ledger::BulkFailures& failures() const { return failures_; }

  Time due() const { return due_; }  // next() has nothing before
  std::size_t to_copy() const { return to_send_.size(); }
  std::size_t copying() const { return in_flight_ + looking_; }

 private:
  enum class Stage { list_source, found, beginning, list_target, copy, poll, look, ended };
  enum class Fate { under_way, doubtful, there, again, failed };

  struct Copy {
    std::size_t object = 0;  // in source_
    std::optional<ListedObject> older;
    Fate fate = Fate::doubtful;
    unsigned attempts = 0;
    std::string work;
    std::string why;  // failed
  };
  struct Look {
    std::size_t item = 0;  // of copies_
    bool errors = false;   // at what the work request says went wrong
  };
  struct Tries {
    unsigned count = 0;
    std::string why;
  };

  NameRange batch() const { return {target_at_, batch_end_}; }
  void take_source(Listing listing);
  void take_target(const Walk& walk, Listing listing);
  void take_copy(std::size_t item, const Reply& reply, Time now);
  Failure take_work(std::size_t item, const Reply& reply);
  void take_errors(std::size_t item, const Reply& reply);
  void compare(const Walk& walk);
  void settle();
  void looked(Time now);
  void end_round();
  void end_batch();
  void wait(Time now);
  void copies_sent(Time now);
  void try_again(Copy& copy, std::string why);
  void fail(const std::string& name, std::string why);

  ledger::BulkPage range_;
  bool finding_end_;
  const BulkPacing pacing_;
  Stage stage_ = Stage::list_source;
  bool asked_ = false;     // the listing of this stage is under way
  std::string cursor_;     // where the batch starts …
  std::string batch_end_;  // … and ends
  std::string target_at_;  // how far the target is listed

  std::vector<ListedObject> source_;
  std::unordered_map<std::string_view, std::size_t> by_name_;  // of source_
  std::vector<std::optional<ListedObject>> target_;            // beside source_
  std::vector<Copy> copies_;
  std::vector<std::size_t> to_send_;  // of copies_
  std::vector<Look> to_look_;         // at work requests
  std::size_t in_flight_ = 0;
  std::size_t looking_ = 0;
  bool some_run_ = false;                         // as far as was looked
  unsigned errors_read_ = 0;                      // in this round
  std::unordered_map<std::string, Tries> tries_;  // of this batch

  Time due_{};
  Duration pause_{};
  std::uint64_t copied_ = 0, lost_ = 0, missing_ = 0, by_size_ = 0;  // of this batch
  ledger::BulkTotals totals_;
  ledger::BulkFailures failures_;
};

}  // namespace migledger::workflow
