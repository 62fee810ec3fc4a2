// BulkWalk: one walk through a bucket, several pages at once. It holds what is under way; how far
// the walk has come is in the fold of the log.
#pragma once

#include <list>

#include "workflow/bulk/bulk_page.h"

namespace migledger::workflow {

class BulkWalk {
 public:
  // What a walk needs done, and by whom.
  class Port {
   public:
    virtual ~Port() = default;
    virtual bool has_room() = 0;  // for one more call
    virtual void start(Request request, const BulkCall& call) = 0;
    // To be followed by recorded() when it is durable.
    virtual void begin(const BulkWork& page) = 0;
    virtual void end(const BulkWork& page, std::uint64_t objects_so_far) = 0;
    virtual void record(const Failure& failure) = 0;
  };

  // Goes on from where the log says that it stands.
  BulkWalk(const Walk& walk, const View& view);

  // Goes on as far as it can at `now`. Returns when to be called again without an answer;
  // Time::max(): only with one.
  Time go_on(const View& view, Time now, Port& port);

  void take(const BulkCall& call, const Reply& reply, Time now, Port& port);
  void recorded(std::uint32_t page);

 private:
  void open_pages(const View& view);
  bool may_open() const;
  BulkWork* page(std::uint32_t number);

  const Walk& walk_;
  BulkPacing pacing_;
  std::list<BulkWork> pages_;
  std::list<std::uint32_t> told_;  // ended, and the log may not show it yet
  std::uint64_t objects_ = 0;      // of all pages that have ended
  std::uint64_t failed_ = 0;
};

}  // namespace migledger::workflow
