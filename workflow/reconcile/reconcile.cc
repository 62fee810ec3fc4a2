#include "workflow/reconcile/reconcile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "workflow/reconcile/reconcile_cloud.h"
#include "workflow/reconcile/reconcile_content.h"
#include "workflow/reconcile/reconcile_ledger.h"
#include "workflow/reconcile/reconcile_words.h"
#include "workflow/steps/made.h"
#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

namespace {

using boost::json::value;
using Judgement = Finding::Verdict;

// An entry, whose it is, and the list that is to show it.
struct Placed {
  Entry entry;
  std::size_t book = 0;
  std::size_t list = 0;
};

// Something in a list that bears this ledger's marks, or may, and that no book has.
struct Suspect {
  const MadeKind* kind = nullptr;  // of the list
  std::size_t list = 0;
  std::string id;
  std::string key;  // empty: what it contains must tell whose it is
};

// A kind of things to be told by their marks in a list, and whose view asks for them.
struct Scope {
  const MadeKind* kind = nullptr;
  std::size_t book = 0;
};

// Where a finding is said: by migration, from 1, and then by kind; 0: it is of none.
using Place = std::pair<std::size_t, const MadeKind*>;

class Reconciler {
 public:
  Reconciler(const std::function<Books()>& read, Cloud& cloud, Clock& clock)
      : read_(read), readings_(cloud, clock) {}

  Reconciled run() {
    books_ = read_();
    find_namespaces();
    ask_for_lists();
    books_ = read_();
    fill_in_namespaces();
    ask_for_lists();
    for (std::size_t book = 0; book < books_.migrations.size(); ++book) enter(book);
    judge_failed_lists();
    for (const auto& placed : entries_) look_up(placed);
    for (const auto& [place, scope] : scopes_) look_through(place.first, scope);
    for (const auto& [search, scope] : searches_) look_through_search(search, scope);
    readings_.read();
    for (const auto& [placed, reading] : doubtful_) judge(*placed, readings_.answer(reading));
    for (const auto& [suspect, reading] : suspects_) judge(suspect, readings_.answer(reading));
    look_into_buckets();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [place, finding] : found_) result_.findings.push_back(std::move(finding));
    return std::move(result_);
  }

 private:
  View view(std::size_t book) const {
    return {books_.migrations[book].state, books_.ledger_id, ledger::kNoStep, 1};
  }

  std::span<const MadeKind> kinds(std::size_t book) const {
    const auto* workflow = books_.migrations[book].workflow;
    return workflow && workflow->makes ? workflow->makes() : std::span<const MadeKind>();
  }

  // ---- asking ----------------------------------------------------------------------------------

  // A tenancy has one namespace; a migration that has just begun does not know it yet.
  void find_namespaces() {
    std::map<std::string, std::size_t> asked;
    for (const auto& book : books_.migrations) {
      if (!book.state.facts.get("namespace").empty()) continue;
      const std::string region(book.state.plan.get("source_region"));
      asked.emplace(region, readings_.ask(storage(region, "GET", "/n")));
    }
    readings_.read();
    for (const auto& [region, reading] : asked) {
      const Answer& answer = readings_.answer(reading);
      if (answer.reply.ok() && answer.json && answer.json->is_string())
        namespaces_[region] = answer.json->get_string().c_str();
      else
        say_unread("the namespace of object storage", region, answer);
    }
    fill_in_namespaces();
  }

  void fill_in_namespaces() {
    for (auto& book : books_.migrations) {
      const auto known = namespaces_.find(std::string(book.state.plan.get("source_region")));
      if (known != namespaces_.end() && book.state.facts.get("namespace").empty())
        book.state.facts.set("namespace", known->second);
    }
  }

  // Nothing: the migration cannot have made any.
  std::optional<std::size_t> list_of(std::size_t book, const MadeKind& kind) {
    if (kind.may_be && !kind.may_be(view(book))) return std::nullopt;
    return readings_.ask(kind.list(view(book)));
  }

  void ask_for_lists() {
    // What was said about the books as they were before.
    scopes_.clear();
    searches_.clear();
    nouns_.clear();
    for (std::size_t book = 0; book < books_.migrations.size(); ++book) {
      for (const auto& kind : kinds(book)) {
        const auto list = list_of(book, kind);
        if (!list) continue;
        scopes_.emplace(std::pair(*list, kind.marks), Scope{&kind, book});
        if (kind.search)
          searches_.emplace(readings_.ask(kind.search(view(book))), Scope{&kind, book});
        nouns_[*list].insert(kind.noun);
      }
    }
    readings_.read();
  }

  // ---- the ledger's side -----------------------------------------------------------------------

  void enter(std::size_t b) {
    const Book& book = books_.migrations[b];
    owners_.emplace(book.state.name, b);
    if (!book.workflow)
      say_unknown(b, fmt::format("this migledger has no workflow {}", book.state.workflow));
    if (book.state.unknown_events > 0)
      say_unknown(
          b, fmt::format("{} event(s) were written by a newer one", book.state.unknown_events));
    if (book.workflow && !book.workflow->makes)
      say_unknown(b, fmt::format("it is not known what workflow {} makes", book.state.workflow));
    for (const auto& kind : kinds(b)) {
      for (const auto& made : kind.made_as(view(b)))
        for (const auto& stem : made.stems) stems_.emplace(stem, std::pair(b, &kind));
      const auto list = list_of(b, kind);
      if (!list) continue;
      for (auto& entry : entries_of(book, view(b), kind)) {
        if (kind.marks == Marks::tags) ids_.emplace(readings_.region(*list), entry.id);
        index_.emplace(*list, entry.id, b);
        entries_.push_back({std::move(entry), b, *list});
      }
    }
  }

  bool has_entry(std::size_t list, const std::string& id) const {
    const auto first = index_.lower_bound(std::tuple(list, id, std::size_t{0}));
    return first != index_.end() && std::get<0>(*first) == list && std::get<1>(*first) == id;
  }

  // ---- lists -----------------------------------------------------------------------------------

  void judge_failed_lists() {
    std::map<std::size_t, std::pair<Scope, std::size_t>> buckets;  // by list
    for (const auto& [place, scope] : scopes_) {
      const auto list = place.first;
      if (readings_.answer(list).reply.status == 404 && scope.kind->bucket)
        buckets.try_emplace(list, scope, readings_.ask(scope.kind->buckets(view(scope.book))));
    }
    readings_.read();
    std::set<std::size_t> expected;
    for (const auto& placed : entries_)
      if (placed.entry.fate == Fate::there) expected.insert(placed.list);
    for (const auto& [list, nouns] : nouns_) {
      const Answer& answer = readings_.answer(list);
      if (is_list(answer)) continue;
      if (const auto bucket = buckets.find(list); bucket != buckets.end()) {
        const auto& [scope, reading] = bucket->second;
        const Answer& all = readings_.answer(reading);
        const bool none =
            is_list(all) && all.list->named(scope.kind->bucket(view(scope.book))).empty();
        // A bucket that nobody has made yet.
        if (none && expected.count(list) == 0) continue;
      }
      say_unread(fmt::format("the list of {}s", fmt::join(nouns, "s and ")), readings_.region(list),
                 answer);
    }
  }

  void look_up(const Placed& placed) {
    const Entry& entry = placed.entry;
    if (entry.fate == Fate::being_removed)
      return say(placed, Judgement::known,
                 fmt::format("its removal was asked for (#{})", entry.removal));
    const Answer& answer = readings_.answer(placed.list);
    if (!is_list(answer)) {
      if (entry.fate == Fate::there)
        say(placed, Judgement::unseen, "not looked for: the list could not be read");
      return;
    }
    const auto item = element(*entry.kind, *answer.list, entry.id);
    const bool listed = item && is_there(*entry.kind, *item);
    if (entry.fate != Fate::there && !listed) return;
    if (entry.fate == Fate::there && listed && is_as_recorded(placed, *item)) {
      certain_.emplace(placed.list, entry.id);
      return say_known(placed, *item);
    }
    doubtful_.emplace_back(&placed, readings_.ask(entry.kind->one(view(placed.book), entry.id)));
  }

  // By the element of a list alone.
  bool is_as_recorded(const Placed& placed, const value& item) const {
    const MadeKind& kind = *placed.entry.kind;
    if (kind.marks == Marks::content)
      return kind.content && contains_just(item, kind.content(view(placed.book)));
    return differences(placed, item).empty();
  }

  // For what bears our marks and is in no book.
  void look_through(std::size_t list, const Scope& scope) {
    const Answer& answer = readings_.answer(list);
    if (!is_list(answer)) return;
    const MadeKind& kind = *scope.kind;
    for (const auto& item : answer.list->items()) {
      if (!item.is_object()) {
        Finding finding = about(list, kind);
        finding.seen = "an element of the list cannot be read";
        finding.advice = "try again; if it stays so, look through the list yourself";
        found_.emplace_back(Place(), std::move(finding));
        continue;
      }
      const auto key = key_of(kind, item, books_.ledger_id);
      const auto id = text(&item, kind.id_member);
      if (!key || !is_there(kind, item)) continue;
      const bool known = kind.marks == Marks::content
                             ? certain_.count(std::pair(list, std::string(id))) != 0
                             : has_entry(list, std::string(id));
      if (!known) suspect(list, scope, id, *key);
    }
  }

  // What was moved to another compartment is in no list of ours.
  void look_through_search(std::size_t search, const Scope& scope) {
    const Answer& answer = readings_.answer(search);
    if (!is_list(answer)) return say_unread("the search by tag", readings_.region(search), answer);
    for (const auto& item : answer.list->items()) {
      const auto key = key_of(*scope.kind, item, books_.ledger_id);
      const auto id = text(&item, "identifier");
      if (key) suspect(search, scope, id, *key);
    }
  }

  void suspect(std::size_t list, const Scope& scope, std::string_view id, const std::string& key) {
    if (scope.kind->marks == Marks::tags && !ids_.emplace(readings_.region(list), id).second)
      return;
    const auto reading = readings_.ask(scope.kind->one(view(scope.book), id));
    suspects_.emplace_back(Suspect{scope.kind, list, std::string(id), key}, reading);
  }

  // ---- what buckets hold -----------------------------------------------------------------------

  void look_into_buckets() {
    std::vector<ContentQuestion> questions;
    std::vector<std::pair<std::size_t, std::size_t>> lists;  // with the target, and the source
    for (std::size_t book = 0; book < books_.migrations.size(); ++book) {
      for (const auto& kind : kinds(book)) {
        const auto list = kind.holds ? list_of(book, kind) : std::nullopt;
        if (!list) continue;
        const bool ours = is_ours(book, kind, readings_.answer(*list));
        if (!has_content(books_.migrations[book], ours)) continue;
        questions.push_back({book, &kind, ours, false, false});
        lists.emplace_back(*list, readings_.ask(kind.holds->buckets(view(book), Side::source)));
      }
    }
    readings_.read();
    const auto shows_none = [&](std::size_t list, std::string_view bucket) {
      return is_list(readings_.answer(list)) && readings_.answer(list).list->named(bucket).empty();
    };
    for (std::size_t i = 0; i < questions.size(); ++i) {
      auto& question = questions[i];
      const auto& content = *question.kind->holds;
      question.no_target =
          shows_none(lists[i].first, content.bucket(view(question.book), Side::target));
      question.no_source =
          shows_none(lists[i].second, content.bucket(view(question.book), Side::source));
    }
    compare_contents(books_, questions, readings_.cloud(), readings_.clock(), readings_.next_call(),
                     [&](const ContentQuestion& question, Finding finding, bool unreachable) {
                       found_.emplace_back(Place(question.book + 1, question.kind),
                                           std::move(finding));
                       result_.unreachable = result_.unreachable || unreachable;
                     });
  }

  // Whether the migration has made the bucket, by the list or the ledger.
  bool is_ours(std::size_t book, const MadeKind& kind, const Answer& answer) const {
    if (!entries_of(books_.migrations[book], view(book), kind).empty()) return true;
    if (!is_list(answer)) return false;
    const auto item = element(kind, *answer.list, kind.holds->bucket(view(book), Side::target));
    const auto key = item ? key_of(kind, *item, books_.ledger_id) : std::nullopt;
    const auto owner = key ? stems_.find(key_stem(*key)) : stems_.end();
    return owner != stems_.end() && owner->second == std::pair(book, &kind);
  }

  // ---- judging ---------------------------------------------------------------------------------

  std::vector<std::string> differences(const Placed& placed, const value& item) const {
    return placed.entry.kind->differences(view(placed.book), *placed.entry.recorded,
                                          placed.entry.id, item);
  }

  void judge(const Placed& placed, const Answer& answer) {
    const Entry& entry = placed.entry;
    const Seen seen = see(*entry.kind, entry.id, answer);
    if (!seen.absent && !seen.item) return say_unseen(placed, answer);
    const bool there = seen.item && is_there(*entry.kind, *seen.item);
    if (entry.fate == Fate::there && seen.absent) return judge_absent(placed);
    if (entry.fate == Fate::there) {
      const auto differs = differences(placed, *seen.item);
      if (differs.empty()) return say_known(placed, *seen.item);
      return say(placed, Judgement::drifted, fmt::format("{}", fmt::join(differs, "; ")),
                 "find out who changed it");
    }
    if (!there) return;
    if (entry.fate == Fate::dead)
      return say(placed, Judgement::known,
                 fmt::format("{}, left behind by generation {}, which failed",
                             state_words(*seen.item), entry.recorded->generation));
    // Another may have put something of that name there.
    if (entry.kind->marks == Marks::content && !differences(placed, *seen.item).empty()) return;
    say(placed, Judgement::drifted,
        fmt::format("is {}, and the ledger has it as removed (#{})", state_words(*seen.item),
                    entry.removal),
        "look at it; if nobody needs it, remove it");
  }

  void judge_absent(const Placed& placed) {
    const Entry& entry = placed.entry;
    if (is_awaited(books_.migrations[placed.book], placed.entry))
      return say(placed, Judgement::known,
                 fmt::format("not there yet; {}, and {} has not seen it", words_of(*entry.recorded),
                             entry.kind->there_after));
    say(placed, Judgement::missing,
        fmt::format("gone; {}, and not removed since", words_of(*entry.recorded)),
        advice_on_missing(books_.migrations[placed.book], *entry.kind));
  }

  void judge(const Suspect& suspect, const Answer& answer) {
    const Seen seen = see(*suspect.kind, suspect.id, answer);
    Finding finding = about(suspect.list, *suspect.kind);
    finding.id = suspect.id;
    if (seen.absent) return;
    if (!seen.item) {
      fill_unseen(finding, answer);
      found_.emplace_back(Place(), std::move(finding));
      return;
    }
    if (!is_there(*suspect.kind, *seen.item)) return;
    std::optional<std::pair<std::size_t, const MadeKind*>> owner;
    if (suspect.key.empty() && suspect.kind->marks == Marks::content) {
      if (text(seen.item.get(), "ledger") != books_.ledger_id) return;
      const auto known = owners_.find(text(seen.item.get(), "migration"));
      if (known != owners_.end()) owner.emplace(known->second, suspect.kind);
      if (owner && index_.count(std::tuple(suspect.list, suspect.id, owner->first)) != 0) return;
    } else if (const auto known = stems_.find(key_stem(suspect.key)); known != stems_.end()) {
      owner = known->second;
    }
    finding.verdict = Judgement::orphaned;
    if (!owner) {
      finding.seen =
          fmt::format("{}; neither the ledger nor the configuration has a migration {}",
                      state_words(*seen.item),
                      suspect.key.empty() ? "that it names" : "for its key " + suspect.key);
      finding.advice = "find out what made it; if nobody needs it, remove it";
      finding.not_adoptable = "no migration that is known can have made it";
      found_.emplace_back(Place(), std::move(finding));
      return;
    }
    say_orphaned(std::move(finding), *owner, state_words(*seen.item));
  }

  void say_orphaned(Finding finding, std::pair<std::size_t, const MadeKind*> owner,
                    const std::string& state) {
    const auto& [b, kind] = owner;
    const Book& book = books_.migrations[b];
    finding.what = kind->noun;
    finding.migration = book.state.name;
    finding.step = kind->step;
    const auto& attempt = book.state.attempt;
    const bool open =
        (attempt.phase == ledger::Phase::open || attempt.phase == ledger::Phase::unknown) &&
        book.state.step_name(attempt.step) == kind->step;
    if (open) finding.position = attempt.latest;
    if (open && books_.running != 0 && attempt.session == books_.running) {
      finding.verdict = Judgement::known;
      finding.seen =
          fmt::format("{}, asked for by the run that is going on (#{})", state, attempt.latest);
    } else {
      finding.seen =
          open ? fmt::format("{}, asked for (#{}), and no reply is recorded", state, attempt.latest)
               : fmt::format("{}, and the ledger does not have it", state);
      advise_on_orphan(finding, books_, book, *kind);
    }
    found_.emplace_back(Place(b + 1, kind), std::move(finding));
  }

  // ---- saying ----------------------------------------------------------------------------------

  Finding about(std::size_t list, const MadeKind& kind) const {
    Finding finding;
    finding.what = kind.noun;
    finding.region = readings_.region(list);
    return finding;
  }

  void say(const Placed& placed, Judgement verdict, std::string seen, std::string advice = {}) {
    const Entry& entry = placed.entry;
    Finding finding = about(placed.list, *entry.kind);
    finding.verdict = verdict;
    finding.id = entry.id;
    finding.migration = books_.migrations[placed.book].state.name;
    finding.step = entry.kind->step;
    finding.position = entry.recorded->position;
    finding.seen = std::move(seen);
    finding.advice = std::move(advice);
    found_.emplace_back(Place(placed.book + 1, entry.kind), std::move(finding));
  }

  void say_known(const Placed& placed, const value& item) {
    say(placed, Judgement::known,
        fmt::format("{}, {}", state_words(item), words_of(*placed.entry.recorded)));
  }

  // The answer is none.
  void fill_unseen(Finding& finding, const Answer& answer) {
    const Failure failure = Sighting::cannot_look(answer).failure;
    finding.verdict = Judgement::unseen;
    finding.seen = "could not be read: " + describe(failure);
    finding.advice = advice_on_failure(failure);
    result_.unreachable = result_.unreachable || is_unreachable(failure);
  }

  void say_unseen(const Placed& placed, const Answer& answer) {
    if (placed.entry.fate != Fate::there) return;
    say(placed, Judgement::unseen, {});
    fill_unseen(found_.back().second, answer);
  }

  void say_unread(std::string what, const std::string& region, const Answer& answer) {
    Finding finding;
    finding.what = std::move(what);
    finding.region = region;
    fill_unseen(finding, answer);
    found_.emplace_back(Place(), std::move(finding));
  }

  // The ledger holds something of this migration that this version does not understand.
  void say_unknown(std::size_t book, std::string seen) {
    Finding finding;
    finding.what = "migration";
    finding.migration = books_.migrations[book].state.name;
    finding.seen = std::move(seen);
    finding.advice = "reconcile with the newer migledger";
    found_.emplace_back(Place(book + 1, nullptr), std::move(finding));
  }

  const std::function<Books()>& read_;
  Readings readings_;
  Books books_;
  Reconciled result_;
  std::map<std::string, std::string> namespaces_;          // by region
  std::map<std::pair<std::size_t, Marks>, Scope> scopes_;  // by list
  std::map<std::size_t, Scope> searches_;
  std::map<std::size_t, std::set<std::string_view>> nouns_;  // by list
  std::map<std::string, std::size_t, std::less<>> owners_;   // migrations by name
  std::map<std::string, std::pair<std::size_t, const MadeKind*>, std::less<>> stems_;
  std::vector<Placed> entries_;
  std::set<std::tuple<std::size_t, std::string, std::size_t>> index_;  // list, id, book
  std::set<std::pair<std::size_t, std::string>> certain_;        // list, id: the list was enough
  std::set<std::pair<std::string, std::string>> ids_;            // of what bears tags, by region
  std::vector<std::pair<const Placed*, std::size_t>> doubtful_;  // and the reading of each
  std::vector<std::pair<Suspect, std::size_t>> suspects_;        // and the reading of each
  std::vector<std::pair<Place, Finding>> found_;                 // by migration
};

}  // namespace

std::string_view name_of(Finding::Verdict verdict) {
  switch (verdict) {
    case Finding::Verdict::known:
      return "known";
    case Finding::Verdict::orphaned:
      return "orphaned";
    case Finding::Verdict::missing:
      return "missing";
    case Finding::Verdict::drifted:
      return "drifted";
    case Finding::Verdict::unseen:
      return "unseen";
  }
  return "?";
}

Order adoption_of(const Finding& finding, Order order) {
  order.verb = Verb::ADOPT;
  order.migration = finding.migration;
  order.step = finding.step;
  order.resource = finding.id;
  order.reason = "found by migledger reconcile";
  return order;
}

Reconciled reconcile(const std::function<Books()>& read, Cloud& cloud, Clock& clock) {
  return Reconciler(read, cloud, clock).run();
}

}  // namespace migledger::workflow
