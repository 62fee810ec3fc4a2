// Walking through the objects of both buckets: before, to see that nothing is in the way; to copy
// what replication does not carry; and at the end, to compare.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "workflow/storage/steps.h"

namespace migledger::workflow::storage_replication {

namespace {

constexpr std::size_t kDefaultParallel = 16;
constexpr std::string_view kFields =
    "name,size,etag,md5,timeCreated,timeModified,storageTier,archivalState";

std::uint64_t number_of(std::string_view text, std::uint64_t otherwise) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

std::optional<Request> list(const View& view, Side side, NameRange range) {
  if (side == Side::target && bucket_is_missing(view)) return std::nullopt;
  return list_side(view, side, range);
}

Request copy(const View& view, const ListedObject& object, const ListedObject* older) {
  boost::json::object body{{"sourceObjectName", object.name},
                           {"sourceObjectIfMatchETag", object.etag},
                           {"destinationRegion", view.plan("target_region")},
                           {"destinationNamespace", view.fact("namespace")},
                           {"destinationBucket", target_bucket(view)},
                           {"destinationObjectName", object.name}};
  if (older) {
    body["destinationObjectIfMatchETag"] = older->etag;
  } else {
    body["destinationObjectIfNoneMatchETag"] = "*";
  }
  return storage(view.plan("source_region"), "POST",
                 bucket_path(view.fact("namespace"), source_bucket(view), "/actions/copyObject"),
                 {}, boost::json::serialize(body));
}

Request work_request(const View& view, std::string_view id) {
  return storage(view.plan("source_region"), "GET", "/workRequests/" + percent_encode(id));
}

Request work_errors(const View& view, std::string_view id) {
  return storage(view.plan("source_region"), "GET",
                 "/workRequests/" + percent_encode(id) + "/errors");
}

std::uint64_t expected(const View& view) { return number_of(view.fact("source_objects"), 0); }

std::size_t parallel(const View& view) {
  return number_of(view.plan("copy_parallel"), kDefaultParallel);
}

constexpr Walk walk_for(WalkGoal goal) {
  return {goal, list, copy, work_request, work_errors, expected, parallel};
}

// "3 objects …: a (why), b (why) and 1 more".
std::string tell(const ledger::BulkProgress& walk, std::string_view what) {
  constexpr std::size_t kMost = 5;
  const auto failures = walk.failures();
  const auto count = walk.totals().failed;
  std::string text = fmt::format("{} object{} {}: ", count, count == 1 ? "" : "s", what);
  for (std::size_t i = 0; i < std::min(failures.size(), kMost); ++i)
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", failures[i].first, failures[i].second);
  const std::size_t told = std::min(failures.size(), kMost);
  if (count > told) text += fmt::format(" and {} more", count - told);
  return text;
}

void set_number(ledger::Fields& facts, std::string_view name, std::uint64_t value) {
  facts.set(name, std::to_string(value));
}

}  // namespace

Request list_side(const View& view, Side side, NameRange range) {
  return storage(
      view.plan(side == Side::source ? "source_region" : "target_region"), "GET",
      bucket_path(view.fact("namespace"), bucket_of(view, side), "/o"),
      make_query(
          {{"start", range.start}, {"end", range.end}, {"fields", kFields}, {"limit", "1000"}}));
}

constinit const Walk kSurvey = walk_for(WalkGoal::survey);
constinit const Walk kCopy = walk_for(WalkGoal::copy);
constinit const Walk kCompare = walk_for(WalkGoal::compare);

Verdict judge_survey(const View& view, Answers) {
  const auto& walk = view.state.bulk;
  const auto totals = walk.totals();
  if (totals.failed > 0)
    return Verdict::refused(
        tell(walk, "cannot be brought over as they are"),
        "restore what is archived (oci os object restore); of what is at the target only, or "
        "another there, move it away, or configure another \"target_bucket_name\"; then run again");
  Verdict verdict = Verdict::ok();
  set_number(verdict.facts, "source_objects", totals.objects);
  set_number(verdict.facts, "source_bytes", totals.bytes);
  return verdict;
}

Verdict judge_copies(const View& view, Answers) {
  const auto& walk = view.state.bulk;
  const auto totals = walk.totals();
  const auto failures = walk.failures();
  const bool not_allowed = std::ranges::any_of(failures, [](const auto& failure) {
    return failure.second.find("NotAuthorizedOrNotFound") != std::string::npos;
  });
  if (not_allowed)
    return Verdict::refused(
        tell(walk, "could not be copied"),
        fmt::format("see that both buckets are there and that this policy exists: {}; then run "
                    "again: these are tried again",
                    copy_permission(view)));
  if (totals.failed > 0)
    return Verdict::refused(
        tell(walk, "could not be copied"),
        "restore what is archived; copy by hand what is encrypted with a key of its own, as only "
        "its owner can; see what else is said of each; then run again: these are tried again");
  Verdict verdict = Verdict::ok();
  set_number(verdict.facts, "source_objects", totals.objects);
  verdict.findings.push_back(fmt::format("{} copied, {} at the target already, {} bytes in all",
                                         totals.copied, totals.there, totals.bytes));
  return verdict;
}

Verdict judge_comparison(const View& view, Answers) {
  const auto& walk = view.state.bulk;
  const auto totals = walk.totals();
  if (totals.failed > 0) {
    Verdict refused = Verdict::refused(
        tell(walk, "are not the same in both buckets"),
        "see that nothing writes to either bucket, and remove at the target what is only there and "
        "not wanted; then run again: what is missing is copied, and all is compared again");
    refused.go_back_to = "catch-up";
    return refused;
  }
  Verdict verdict = Verdict::ok();
  set_number(verdict.facts, "compared_objects", totals.objects);
  set_number(verdict.facts, "compared_bytes", totals.bytes);
  verdict.facts.set("compared_digest", ledger::to_hex(totals.digest.value()));
  verdict.findings.push_back(fmt::format("{} objects of {} bytes are the same in both buckets",
                                         totals.objects, totals.bytes));
  if (totals.by_size > 0)
    verdict.findings.push_back(fmt::format(
        "{} of them were uploaded in parts: only size and age could be compared", totals.by_size));
  return verdict;
}

}  // namespace migledger::workflow::storage_replication
