#include "workflow/reconcile/reconcile_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "workflow/decide/transitions.h"
#include "workflow/reconcile/read_all.h"
#include "workflow/reconcile/reconcile_carried.h"
#include "workflow/reconcile/reconcile_ledger.h"
#include "workflow/reconcile/reconcile_words.h"
#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

namespace {

using Judgement = Finding::Verdict;

// Buckets that are read at once: each holds a few pages.
constexpr std::size_t kAtOnce = 8;
// Findings of a kind that are told by the name of an object; the others are counted.
constexpr std::size_t kMostNamed = 20;

constexpr std::string_view kNamedByNobody =
    "the ledger counts what was copied and does not name it; the walk finds it by itself";

// "1 object", "2 objects".
std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// What is found of one kind: the first by name.
struct Tally {
  std::uint64_t count = 0;
  std::vector<std::pair<std::string, std::string>> named;  // and what is seen of it
  void add(const std::string& name, std::string seen) {
    if (++count <= kMostNamed) named.emplace_back(name, std::move(seen));
  }
};

// One bucket and its source on their way through both listings: in batches of what one page of the
// source holds, while the next page is read.
class ContentCheck {
 public:
  ContentCheck(const Books& books, const ContentQuestion& question)
      : books_(books),
        book_(books.migrations[question.book]),
        question_(question),
        content_(*question.kind->holds),
        view_{book_.state, books.ledger_id, ledger::kNoStep, 1},
        carried_(book_, view_, content_) {}

  bool ended() const { return ended_; }
  const ContentQuestion& question() const { return question_; }
  bool unreachable() const { return unreachable_; }
  std::vector<Finding> take_findings() { return std::move(findings_); }

  // What is to be read now; take() gets the replies in that order.
  std::vector<Request> ask() {
    asked_.clear();
    std::vector<Request> requests;
    const auto list = [&](Side side, std::string_view start, std::string_view end) {
      asked_.push_back(side);
      requests.push_back(content_.list(view_, side, {start, end}));
    };
    if (listed_) list(Side::target, target_at_, batch_end_);
    if (!next_ && !source_ended_) list(Side::source, source_at_, {});
    return requests;
  }

  void take(const std::vector<Reply>& replies) {
    for (std::size_t i = 0; i < replies.size() && !ended_; ++i) {
      auto listing = listing_of(replies[i]);
      if (!listing) {
        no_listing(asked_[i], replies[i]);
      } else if (asked_[i] == Side::target) {
        take_target(*listing);
      } else {
        take_source(std::move(*listing));
      }
    }
    if (!ended_ && !listed_) begin_batch();
  }

 private:
  // ---- both listings ---------------------------------------------------------------------------

  void take_source(Listing listing) {
    source_at_ = listing.next;
    source_ended_ = listing.next.empty();
    next_ = std::move(listing);
  }

  void begin_batch() {
    if (!next_) return;
    source_ = std::move(next_->objects);
    batch_end_ = std::move(next_->next);
    next_.reset();
    by_name_.clear();
    for (std::size_t i = 0; i < source_.size(); ++i) by_name_.emplace(source_[i].name, i);
    met_.assign(source_.size(), false);
    listed_ = true;
  }

  void take_target(const Listing& listing) {
    for (const auto& object : listing.objects) {
      ++target_objects_;
      if (carried_.compared()) digest_.add(member_digest(object));
      const auto at = by_name_.find(object.name);
      if (at == by_name_.end()) {
        judge_unsourced(object);
      } else if (!met_[at->second]) {
        met_[at->second] = true;
        judge(source_[at->second], object);
      }
    }
    target_at_ = listing.next;
    if (!target_at_.empty()) return;
    end_batch();
  }

  void end_batch() {
    for (std::size_t i = 0; i < source_.size(); ++i)
      if (!met_[i]) judge_not_there(source_[i]);
    by_name_.clear();
    source_.clear();
    listed_ = false;
    target_at_ = batch_end_;
    if (batch_end_.empty()) conclude();
  }

  void no_listing(Side side, const Reply& reply) {
    const bool gone = reply.status == 404;
    if (gone && side == Side::target && question_.no_target) return conclude_without_target();
    if (gone && side == Side::source && question_.no_source && !without_source_) {
      // The target alone, then.
      without_source_ = source_ended_ = true;
      next_ = Listing{};
      return;
    }
    ended_ = true;
    const Failure failure = Sighting::cannot_look(Answer::of(reply)).failure;
    unreachable_ = is_unreachable(failure);
    Finding finding = about(Judgement::unseen);
    finding.region = view_.plan(side == Side::source ? "source_region" : "target_region");
    finding.what = fmt::format("the list of {}s in bucket", content_.noun);
    finding.id = content_.bucket(view_, side);
    finding.seen = "could not be read: " + describe(failure);
    finding.advice = advice_on_failure(failure);
    findings_ = {std::move(finding)};
  }

  // ---- judging one -----------------------------------------------------------------------------

  bool in_use() const { return carried_.released() && carried_.compared(); }

  void judge(const ListedObject& source, const ListedObject& target) {
    if (likeness(source, target) != Likeness::different) return judge_alike(source, target);
    if (in_use()) {
      ++changed_;
      return;
    }
    const auto cover = carried_.cover(source.name);
    const bool copied = source.modified <= carried_.sure_until(source.name);
    const bool newer = target.modified > source.modified;
    const bool untouched = !carried_.follows() && cover != Carried::Cover::under_way;
    if (copied || (newer && untouched && books_.running == 0)) {
      drifted_.add(source.name, difference(source, target));
    } else {
      ++to_copy_;
    }
  }

  void judge_alike(const ListedObject& source, const ListedObject& target) {
    const bool before = !question_.ours && target.modified < carried_.surveyed();
    if (carried_.cover(source.name) == Carried::Cover::none && !before && books_.running == 0) {
      ++forgotten_;
      return;
    }
    ++alike_;
    bytes_ += source.size;
  }

  void judge_not_there(const ListedObject& source) {
    if (source.modified <= carried_.sure_until(source.name)) {
      missing_.add(source.name, "gone from the target, and still at the source");
    } else {
      ++to_copy_;
    }
  }

  void judge_unsourced(const ListedObject& target) {
    if (without_source_ || carried_.released() || carried_.follows() || books_.running != 0) {
      ++only_there_;
    } else {
      drifted_.add(target.name,
                   "is only at the target: deleted at the source since, or put there by another");
    }
  }

  // ---- saying ----------------------------------------------------------------------------------

  Finding about(Judgement verdict) const {
    Finding finding;
    finding.verdict = verdict;
    finding.what = "content of bucket";
    finding.region = view_.plan("target_region");
    finding.id = content_.bucket(view_, Side::target);
    finding.migration = book_.state.name;
    finding.step = carried_.step();
    finding.position = carried_.latest();
    return finding;
  }

  void say(Judgement verdict, std::string seen, std::string advice = {}) {
    Finding finding = about(verdict);
    finding.seen = std::move(seen);
    finding.advice = std::move(advice);
    findings_.push_back(std::move(finding));
  }

  void say_each(Judgement verdict, const Tally& tally, std::string_view how,
                const std::string& advice) {
    for (const auto& [name, seen] : tally.named) {
      Finding finding = about(verdict);
      finding.what = content_.noun;
      finding.id = name;
      finding.seen = seen;
      finding.advice = advice;
      findings_.push_back(std::move(finding));
    }
    if (const auto more = tally.count - tally.named.size(); more > 0)
      say(verdict, fmt::format("{} more {} {}", more, more == 1 ? "is" : "are", how), advice);
  }

  std::string recorded() const { return fmt::format(" (#{})", carried_.latest()); }

  void conclude() {
    ended_ = true;
    if (without_source_) return conclude_without_source();
    if (carried_.any()) {
      std::string seen =
          fmt::format("{} of {} bytes {} as at the source{}", counted(alike_, content_.noun),
                      bytes_, alike_ == 1 ? "is" : "are", recorded());
      const auto add = [&](std::uint64_t count, std::string_view what) {
        if (count != 0) seen += fmt::format("; {} {}", count, what);
      };
      add(to_copy_, "still to be brought over");
      add(changed_, "changed there since");
      add(only_there_, "only there");
      say(Judgement::known, std::move(seen));
    }
    if (forgotten_ != 0) say_forgotten();
    const bool moving = stage_of(book_.state) == Stage::moving;
    say_each(Judgement::missing, missing_, "gone",
             moving && !carried_.follows() && !in_use()
                 ? "find out who deleted it; a later walk copies it again"
                 : "find out who deleted it; while the source has it, it can be copied by hand");
    say_each(Judgement::drifted, drifted_, "not as recorded",
             "find out who changed it; remove at the target what is not wanted there");
  }

  void say_forgotten() {
    Finding finding = about(Judgement::orphaned);
    finding.position = 0;
    finding.seen = fmt::format("{} {} as at the source, and the ledger does not have {}",
                               counted(forgotten_, content_.noun), forgotten_ == 1 ? "is" : "are",
                               forgotten_ == 1 ? "it" : "them");
    finding.advice = advice_on_forgotten(books_, book_, carried_.step());
    finding.not_adoptable = kNamedByNobody;
    findings_.push_back(std::move(finding));
  }

  // With the bucket all went that was in it.
  void conclude_without_target() {
    ended_ = true;
    if (!carried_.any()) return;
    say(Judgement::missing,
        fmt::format("gone with the bucket{}{}",
                    carried_.objects() == 0 ? std::string()
                                            : ": " + counted(carried_.objects(), content_.noun),
                    recorded()),
        "find out who deleted the bucket");
  }

  void conclude_without_source() {
    if (!carried_.any()) return;
    const auto compared = view_.fact(content_.compared_digest);
    if (!compared.empty() && ledger::to_hex(digest_.value()) == compared)
      return say(Judgement::known,
                 fmt::format("{} are just what was compared in the end{}; the source is gone",
                             counted(target_objects_, content_.noun), recorded()));
    const auto before = view_.fact(content_.compared_objects);
    say(Judgement::drifted,
        fmt::format("{} are there{}, and the source is gone: whether any is missing cannot be told",
                    counted(target_objects_, content_.noun),
                    before.empty() ? std::string()
                                   : fmt::format("; {} were compared in the end, and some have "
                                                 "changed since",
                                                 before)),
        "look through the bucket");
  }

  const Books& books_;
  const Book& book_;
  const ContentQuestion question_;
  const MadeContent& content_;
  const View view_;
  const Carried carried_;

  std::vector<Side> asked_;
  std::string source_at_;        // where the next page of the source starts
  bool source_ended_ = false;    // there is none
  std::optional<Listing> next_;  // page of the source, read ahead
  bool without_source_ = false;

  bool listed_ = false;    // a batch is under way: these objects of the source …
  std::string batch_end_;  // … up to there, and the target …
  std::string target_at_;  // … from there on
  std::vector<ListedObject> source_;
  std::unordered_map<std::string_view, std::size_t> by_name_;  // of source_
  std::vector<bool> met_;                                      // at the target, too

  std::uint64_t alike_ = 0, bytes_ = 0, to_copy_ = 0, changed_ = 0, only_there_ = 0;
  std::uint64_t forgotten_ = 0, target_objects_ = 0;
  Tally missing_, drifted_;
  ledger::SetDigest digest_;  // of the target
  bool ended_ = false;
  bool unreachable_ = false;
  std::vector<Finding> findings_;
};

}  // namespace

bool has_content(const Book& book, bool ours) {
  const Stage stage = stage_of(book.state);
  // What was copied is left behind, and nobody's.
  if (stage == Stage::rolling_back || stage == Stage::rolled_back) return false;
  if (ours) return true;
  for (StepIndex step = 0; step < book.workflow->steps.size(); ++step) {
    const Walk* walk = book.workflow->steps[step].walk;
    if (walk && walk->goal == WalkGoal::copy &&
        book.made.walked(step_of(book, book.workflow->steps[step].name)))
      return true;
  }
  return false;
}

void compare_contents(
    const Books& books, const std::vector<ContentQuestion>& questions, Cloud& cloud, Clock& clock,
    CallId& next_call,
    const std::function<void(const ContentQuestion&, Finding, bool unreachable)>& say) {
  for (std::size_t first = 0; first < questions.size(); first += kAtOnce) {
    std::vector<std::unique_ptr<ContentCheck>> checks;
    for (std::size_t i = first; i < std::min(first + kAtOnce, questions.size()); ++i)
      checks.push_back(std::make_unique<ContentCheck>(books, questions[i]));
    for (;;) {
      std::vector<Request> requests;
      std::vector<std::pair<ContentCheck*, std::size_t>> asking;  // and how much each asks for
      for (const auto& check : checks) {
        if (check->ended()) continue;
        auto wanted = check->ask();
        asking.emplace_back(check.get(), wanted.size());
        std::move(wanted.begin(), wanted.end(), std::back_inserter(requests));
      }
      if (asking.empty()) break;
      auto answers = read_all(cloud, clock, next_call, std::move(requests), Reader::Extent::page);
      auto answer = answers.begin();
      for (const auto& [check, count] : asking) {
        std::vector<Reply> replies;
        for (std::size_t i = 0; i < count; ++i) replies.push_back(std::move((answer++)->reply));
        check->take(replies);
      }
    }
    for (const auto& check : checks)
      for (auto& finding : check->take_findings())
        say(check->question(), std::move(finding), check->unreachable());
  }
}

}  // namespace migledger::workflow
