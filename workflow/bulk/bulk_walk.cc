#include "workflow/bulk/bulk_walk.h"

#include <algorithm>

#include "workflow/model/settings.h"

namespace migledger::workflow {

namespace {

// Enough that some are listed and others waited for while one is copied; and little memory.
constexpr std::size_t kMostPages = 8;

}  // namespace

BulkWalk::BulkWalk(const Walk& walk, const View& view) : walk_(walk) {
  const RetryPolicy& policy = settings_of(view.state.plan).retry;
  pacing_.most_tries = policy.max_generations;
  pacing_.most_attempts = policy.max_attempts;
  if (!view.state.bulk.walks(view.step)) return;
  const auto totals = view.state.bulk.totals();
  objects_ = totals.objects;
  failed_ = totals.failed;
}

BulkWork* BulkWalk::page(std::uint32_t number) {
  const auto found = std::find_if(pages_.begin(), pages_.end(), [&](const BulkWork& page) {
    return page.range().number == number;
  });
  return found == pages_.end() ? nullptr : &*found;
}

void BulkWalk::recorded(std::uint32_t number) {
  if (BulkWork* begun = page(number)) begun->recorded();
}

bool BulkWalk::may_open() const {
  if (pages_.size() >= kMostPages || failed_ >= kMostFailures) return false;
  const bool listing =
      std::any_of(pages_.begin(), pages_.end(), [](const BulkWork& page) { return !page.begun(); });
  if (listing) return false;
  // More is listed when there is not enough to copy.
  return std::none_of(pages_.begin(), pages_.end(),
                      [](const BulkWork& page) { return page.to_copy() > 0; });
}

void BulkWalk::open_pages(const View& view) {
  const auto& progress = view.state.bulk;
  const bool walks = progress.walks(view.step);
  told_.remove_if([&](std::uint32_t number) {
    return walks && std::none_of(progress.open.begin(), progress.open.end(),
                                 [&](const auto& open) { return open.number == number; });
  });
  const auto is_told = [&](std::uint32_t number) {
    return std::find(told_.begin(), told_.end(), number) != told_.end();
  };
  if (walks) {
    for (const auto& open : progress.open)
      if (pages_.size() < kMostPages && !page(open.number) && !is_told(open.number))
        pages_.emplace_back(open, false, pacing_);
  }
  if (walks && progress.all_begun) return;
  const std::uint32_t next = walks ? progress.pages + 1 : 1;
  if (page(next) || !may_open()) return;
  pages_.emplace_back(ledger::BulkPage{next, walks ? progress.next : std::string(), {}}, true,
                      pacing_);
}

Time BulkWalk::go_on(const View& view, Time now, Port& port) {
  open_pages(view);
  const std::size_t most = std::max<std::size_t>(walk_.parallel(view), 1);
  std::size_t copying = 0;
  for (const BulkWork& page : pages_) copying += page.copying();
  Time again = Time::max();
  for (auto page = pages_.begin(); page != pages_.end();) {
    // Not when its list comes: meanwhile somebody may have said that nothing more is to be begun.
    if (page->found()) {
      page->begin();
      port.begin(*page);
    }
    while (port.has_room()) {
      auto call = page->next(view, walk_, now, copying < most);
      if (!call) break;
      const bool lists = call->second.what == BulkCall::What::list_source ||
                         call->second.what == BulkCall::What::list_target;
      if (!lists) ++copying;
      port.start(std::move(call->first), call->second);
    }
    if (page->ended()) {
      objects_ += page->totals().objects;
      failed_ += page->totals().failed;
      told_.push_back(page->range().number);
      port.end(*page, objects_);
      page = pages_.erase(page);
      continue;
    }
    if (page->due() > now) again = std::min(again, page->due());
    ++page;
  }
  return again;
}

void BulkWalk::take(const BulkCall& call, const Reply& reply, Time now, Port& port) {
  BulkWork* asked = page(call.page);
  if (!asked) return;
  const Failure failure = asked->take(walk_, call, reply, now);
  if (failure) port.record(failure);
}

}  // namespace migledger::workflow
