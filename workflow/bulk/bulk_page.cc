#include "workflow/bulk/bulk_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/printable.h"
#include "workflow/cloud/json.h"
#include "workflow/cloud/redact.h"
#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

namespace {

// Failures that are told by name; the others are counted.
constexpr std::size_t kMostShown = 20;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestReason = 300;
// Work requests of a round whose errors are read: what fails together mostly fails alike.
constexpr unsigned kMostErrorsRead = 3;

constexpr std::string_view kArchived = "is archived: it cannot be read until it is restored";

}  // namespace

BulkWork::BulkWork(ledger::BulkPage range, bool is_new, const BulkPacing& pacing)
    : range_(std::move(range)),
      finding_end_(is_new),
      pacing_(pacing),
      cursor_(range_.start),
      batch_end_(range_.end) {}

std::optional<std::pair<Request, BulkCall>> BulkWork::next(const View& view, const Walk& walk,
                                                           Time now, bool may_copy) {
  using What = BulkCall::What;
  if (now < due_ || asked_) return std::nullopt;
  const auto call = [&](What what, std::size_t item = 0) {
    return BulkCall{range_.number, what, item};
  };
  switch (stage_) {
    case Stage::list_source: {
      asked_ = true;
      return {{*walk.list(view, Side::source, {cursor_, batch_end_}), call(What::list_source)}};
    }
    case Stage::list_target:
    case Stage::poll: {
      auto request = walk.list(view, Side::target, batch());
      if (!request) {
        compare(walk);
        return next(view, walk, now, may_copy);
      }
      asked_ = true;
      return {{std::move(*request), call(What::list_target)}};
    }
    case Stage::copy: {
      if (to_send_.empty() || !may_copy) return std::nullopt;
      const std::size_t item = to_send_.back();
      to_send_.pop_back();
      ++in_flight_;
      const Copy& copy = copies_[item];
      return {{walk.copy(view, source_[copy.object], copy.older ? &*copy.older : nullptr),
               call(What::copy, item)}};
    }
    case Stage::look: {
      if (to_look_.empty() || !may_copy) return std::nullopt;
      const Look look = to_look_.back();
      to_look_.pop_back();
      ++looking_;
      const std::string& work = copies_[look.item].work;
      if (look.errors) return {{walk.work_errors(view, work), call(What::work_errors, look.item)}};
      return {{walk.work_request(view, work), call(What::work_request, look.item)}};
    }
    case Stage::found:
    case Stage::beginning:
    case Stage::ended:
      break;
  }
  return std::nullopt;
}

Failure BulkWork::take(const Walk& walk, const BulkCall& call, const Reply& reply, Time now) {
  using What = BulkCall::What;
  const Failure failure = classify(reply, call.what == What::copy);
  switch (call.what) {
    case What::list_source:
    case What::list_target: {
      asked_ = false;
      auto listing = listing_of(reply);
      if (!listing) {
        due_ = now + pacing_.first_poll;
        return failure ? failure : Verdict::cannot_look(Answer::of(reply)).failure;
      }
      if (call.what == What::list_source) {
        take_source(std::move(*listing));
      } else {
        take_target(walk, std::move(*listing));
      }
      return {};
    }
    case What::copy:
      take_copy(call.item, reply, now);
      break;
    case What::work_request: {
      Failure unread = take_work(call.item, reply);
      looked(now);
      return unread;
    }
    case What::work_errors:
      take_errors(call.item, reply);
      looked(now);
      break;
  }
  return failure.error_class == ErrorClass::CREDENTIALS ? failure : Failure{};
}

void BulkWork::take_source(Listing listing) {
  by_name_.clear();
  source_ = std::move(listing.objects);
  for (std::size_t i = 0; i < source_.size(); ++i) by_name_.emplace(source_[i].name, i);
  target_.assign(source_.size(), std::nullopt);
  if (!listing.next.empty()) batch_end_ = std::move(listing.next);
  target_at_ = cursor_;
  pause_ = {};
  stage_ = Stage::list_target;
  if (!finding_end_) return;
  finding_end_ = false;
  range_.end = batch_end_;
  stage_ = Stage::found;
}

void BulkWork::take_target(const Walk& walk, Listing listing) {
  for (auto& object : listing.objects) {
    const auto at = by_name_.find(object.name);
    if (at != by_name_.end()) {
      target_[at->second] = std::move(object);
    } else if (stage_ == Stage::list_target && walk.goal != WalkGoal::copy) {
      fail(object.name, "is only at the target");
    }
  }
  target_at_ = listing.next;
  if (!target_at_.empty()) return;
  if (stage_ == Stage::list_target) {
    compare(walk);
  } else {
    settle();
  }
}

// Both sides are listed: what is to be done about each object.
void BulkWork::compare(const Walk& walk) {
  copies_.clear();
  to_send_.clear();
  by_size_ = missing_ = 0;
  errors_read_ = 0;
  const bool copying = walk.goal == WalkGoal::copy;
  for (std::size_t i = 0; i < source_.size(); ++i) {
    const ListedObject& object = source_[i];
    const auto& there = target_[i];
    const Likeness like = there ? likeness(object, *there) : Likeness::different;
    const auto tried = tries_.find(object.name);
    if (like != Likeness::different) {
      if (like == Likeness::alike_by_size) ++by_size_;
      if (tried == tries_.end()) continue;
      ++copied_;  // it had arrived after all
      tries_.erase(tried);
      continue;
    }
    const bool survey = walk.goal == WalkGoal::survey;
    const auto lose = [&](std::string why) {
      ++lost_;
      fail(object.name, std::move(why));
    };
    if (object.archived && (copying || survey)) {
      lose(std::string(kArchived));
    } else if (there && !copying) {
      lose(difference(object, *there));
    } else if (walk.goal == WalkGoal::compare) {
      lose("is not at the target");
    } else if (copying && tried != tries_.end() && tried->second.count >= pacing_.most_tries) {
      lose(tried->second.why);
    } else if (copying) {
      copies_.push_back({i, there, Fate::doubtful, 0, {}, {}});
    } else {
      ++missing_;
    }
  }
  for (std::size_t i = copies_.size(); i-- > 0;) to_send_.push_back(i);
  if (copies_.empty()) return end_batch();
  stage_ = Stage::copy;
}

void BulkWork::take_copy(std::size_t item, const Reply& reply, Time now) {
  --in_flight_;
  Copy& copy = copies_[item];
  const Failure failure = classify(reply, true);
  switch (failure.error_class) {
    case ErrorClass::NONE:
      copy.work = reply.work_request();
      copy.fate = copy.work.empty() ? Fate::doubtful : Fate::under_way;
      break;
    case ErrorClass::UNKNOWN:
      copy.fate = Fate::doubtful;
      break;
    case ErrorClass::RETRY:
    case ErrorClass::THROTTLED: {
      ++copy.attempts;
      const auto pause = std::min<Duration>(
          pacing_.longest_poll, pacing_.first_poll * (1U << std::min(copy.attempts, 6U)));
      due_ = std::max(due_, now + std::max(pause, failure.retry_after));
      if (copy.attempts < pacing_.most_attempts) {
        to_send_.push_back(item);
      } else {
        try_again(copy, describe(failure));
      }
      break;
    }
    case ErrorClass::CREDENTIALS:
      to_send_.push_back(item);
      break;
    case ErrorClass::PRECONDITION:
    case ErrorClass::NOT_FOUND:
      // One side is no longer as it was listed.
      try_again(copy, describe(failure));
      break;
    default:
      copy.fate = Fate::failed;
      copy.why = describe(failure);
      ++lost_;
      fail(source_[copy.object].name, copy.why);
      break;
  }
  copies_sent(now);
}

void BulkWork::copies_sent(Time now) {
  if (stage_ != Stage::copy || !to_send_.empty() || in_flight_ > 0) return;
  const bool any = std::any_of(copies_.begin(), copies_.end(), [](const Copy& copy) {
    return copy.fate == Fate::under_way || copy.fate == Fate::doubtful;
  });
  if (any) return wait(now);
  end_round();
}

void BulkWork::wait(Time now) {
  pause_ = pause_ == Duration::zero() ? pacing_.first_poll
                                      : std::min<Duration>(pacing_.longest_poll, pause_ * 3 / 2);
  due_ = std::max(due_, now + pause_);
  target_at_ = cursor_;
  stage_ = Stage::poll;
}

// The target was listed again, after the copies were asked for.
void BulkWork::settle() {
  to_look_.clear();
  some_run_ = false;
  for (std::size_t i = 0; i < copies_.size(); ++i) {
    Copy& copy = copies_[i];
    if (copy.fate != Fate::under_way && copy.fate != Fate::doubtful) continue;
    const ListedObject& object = source_[copy.object];
    const auto& there = target_[copy.object];
    const Likeness like = there ? likeness(object, *there) : Likeness::different;
    if (like != Likeness::different) {
      copy.fate = Fate::there;
      ++copied_;
      if (like == Likeness::alike_by_size) ++by_size_;
      tries_.erase(object.name);
    } else if (copy.fate == Fate::doubtful) {
      // Sent again, it fails where the first one arrives meanwhile.
      try_again(copy, "whether it was copied could not be told");
    } else {
      // While the first is under way, the others are taken to be so, too.
      if (to_look_.empty()) to_look_.push_back({i, false});
    }
  }
  if (to_look_.empty()) return end_round();
  stage_ = Stage::look;
}

// A failure: what the work request is doing could not be read.
Failure BulkWork::take_work(std::size_t item, const Reply& reply) {
  Copy& copy = copies_[item];
  --looking_;
  const Work work = work_of(Answer::of(reply), copy.work);
  switch (work.state) {
    case WorkState::running:
      some_run_ = true;
      break;
    case WorkState::succeeded:
    case WorkState::gone:
      // The next listing shows it, or it is not there.
      copy.fate = Fate::doubtful;
      break;
    case WorkState::failed:
      try_again(copy, fmt::format("the work request for the copy is {}", work.status));
      if (errors_read_++ < kMostErrorsRead) to_look_.push_back({item, true});
      break;
    case WorkState::cannot_tell: {
      some_run_ = true;
      const Failure failure = classify(reply, false);
      return failure ? failure : Verdict::cannot_look(Answer::of(reply)).failure;
    }
  }
  return {};
}

void BulkWork::take_errors(std::size_t item, const Reply& reply) {
  --looking_;
  const Answer answer = Answer::of(reply);
  const auto* errors = items_of(answer);
  if (!errors || errors->empty()) return;
  const auto& error = errors->front();
  tries_[source_[copies_[item].object].name].why =
      fmt::format("{}: {}", text(&error, "code"), redact_text(text(&error, "message")));
}

void BulkWork::looked(Time now) {
  if (looking_ > 0 || !to_look_.empty()) return;
  std::vector<Look> left;
  bool doubtful = false;
  for (std::size_t i = 0; i < copies_.size(); ++i) {
    if (copies_[i].fate == Fate::under_way) left.push_back({i, false});
    doubtful = doubtful || copies_[i].fate == Fate::doubtful;
  }
  if (left.empty() && !doubtful) return end_round();
  // The one that was looked at has ended: the others may have, too.
  if (!some_run_ && !left.empty()) {
    to_look_ = std::move(left);
    return;
  }
  wait(now);
}

void BulkWork::end_round() {
  const bool again = std::any_of(copies_.begin(), copies_.end(),
                                 [](const Copy& copy) { return copy.fate == Fate::again; });
  if (!again) return end_batch();
  // What failed for good is found, and counted, again.
  for (const Copy& copy : copies_)
    if (copy.fate == Fate::failed)
      tries_[source_[copy.object].name] = {pacing_.most_tries, copy.why};
  totals_.failed -= lost_;
  lost_ = 0;
  stage_ = Stage::list_source;
}

void BulkWork::end_batch() {
  totals_.objects += source_.size();
  totals_.copied += copied_;
  // Of what was copied, some may have been deleted at the source meanwhile.
  const std::uint64_t known = copied_ + lost_ + missing_;
  totals_.there += source_.size() - std::min<std::uint64_t>(known, source_.size());
  totals_.by_size += by_size_;
  for (const auto& object : source_) {
    totals_.bytes += object.size;
    totals_.digest.add(member_digest(object));
  }
  copied_ = lost_ = missing_ = by_size_ = 0;
  tries_.clear();
  copies_.clear();
  by_name_.clear();
  target_.clear();
  source_.clear();
  if (batch_end_ == range_.end) {
    stage_ = Stage::ended;
    return;
  }
  cursor_ = std::exchange(batch_end_, range_.end);
  stage_ = Stage::list_source;
}

void BulkWork::try_again(Copy& copy, std::string why) {
  copy.fate = Fate::again;
  Tries& tries = tries_[source_[copy.object].name];
  ++tries.count;
  tries.why = std::move(why);
}

void BulkWork::fail(const std::string& name, std::string why) {
  ++totals_.failed;
  std::string shown = printable(name, kLongestName);
  const bool told = std::any_of(failures_.begin(), failures_.end(),
                                [&](const auto& failure) { return failure.first == shown; });
  if (told || failures_.size() == kMostShown) return;
  failures_.emplace_back(std::move(shown), printable(why, kLongestReason));
}

}  // namespace migledger::workflow
