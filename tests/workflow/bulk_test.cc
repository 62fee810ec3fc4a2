// How listings are read and compared, and how a page goes about what it finds.
#include "workflow/model/bulk.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/sample_bucket.h"
#include "tests/support/scripted_cloud.h"
#include "tests/support/step_names.h"
#include "workflow/bulk/bulk_page.h"
#include "workflow/decide/decide.h"
#include "workflow/storage/steps.h"
#include "workflow/storage/storage_workflow.h"

namespace migledger::testing {

using namespace workflow;
namespace json = boost::json;
using What = BulkCall::What;

namespace {

constexpr Time kNow{std::chrono::seconds(1'800'000'000)};

ListedObject object(std::string name, std::string etag = "e",
                    std::string md5 = "m==", std::uint64_t size = 5, int second = 0) {
  return {std::move(name),
          std::move(etag),
          std::move(md5),
          size,
          kNow + std::chrono::seconds(second),
          false};
}

json::object listed(const ListedObject& o) {
  return {{"name", o.name},
          {"etag", o.etag},
          {"md5", o.md5},
          {"size", o.size},
          {"timeModified", format_utc(o.modified)}};
}

Reply listing(const std::vector<ListedObject>& objects, const std::string& next = {}) {
  json::array items;
  for (const auto& o : objects) items.push_back(listed(o));
  json::object body{{"objects", std::move(items)}};
  if (!next.empty()) body["nextStartWith"] = next;
  return json_reply(json::serialize(body), 200);
}

Reply refusal(int status, std::string_view code) {
  return json_reply(fmt::format(R"({{"code":"{}","message":"no"}})", code), status);
}

Reply accepted(const std::string& work) {
  Reply reply = json_reply("", 202);
  reply.headers.emplace_back("opc-work-request-id", work);
  return reply;
}

// One page, asked and answered by hand.
class Page {
 public:
  explicit Page(const Walk& walk = storage_replication::kCopy, bool is_new = false,
                ledger::BulkPage range = {1, "", ""})
      : walk_(walk), work(std::move(range), is_new, BulkPacing{}) {
    state_.name = "data";
    state_.plan = sample_bucket("data").fields;
    state_.facts = {{"namespace", "ns"}, {"target_bucket", "exists"}};
    state_.steps = step_names(storage_workflow());
  }

  // The next call; fails the test unless it is for that.
  BulkCall asks(What what) {
    const auto call = next();
    REQUIRE(call);
    REQUIRE(call->what == what);
    return *call;
  }
  std::optional<BulkCall> next() {
    const View view = view_of(storage_workflow(), state_, "0123456789ab",
                              storage_workflow().index_of("back-fill"));
    auto call = work.next(view, walk_, now, true);
    if (!call) return std::nullopt;
    request = std::move(call->first);
    return call->second;
  }
  Failure answers(const BulkCall& call, const Reply& reply) {
    return work.take(walk_, call, reply, now);
  }
  void answer(What what, const Reply& reply) { CHECK_FALSE(answers(asks(what), reply)); }
  // Both sides are listed.
  void lists(const std::vector<ListedObject>& source, const std::vector<ListedObject>& target) {
    answer(What::list_source, listing(source));
    answer(What::list_target, listing(target));
  }
  void wait() { now = std::max(now, work.due()); }

  Request request;  // the last one
  Time now = kNow;

 private:
  const Walk& walk_;
  ledger::MigrationState state_;

 public:
  BulkWork work;
};

}  // namespace

TEST_CASE("listing: what is no listing is none") {
  CHECK_FALSE(listing_of(refusal(404, "BucketNotFound")));
  CHECK_FALSE(listing_of(json_reply("[]", 200)));
  CHECK_FALSE(listing_of(json_reply(R"({"objects":[{"size":1}]})", 200)));
  const auto read = listing_of(json_reply(
      R"({"objects":[{"name":"a","size":7,"archivalState":"Restoring"}],"nextStartWith":"b"})",
      200));
  REQUIRE(read);
  CHECK(read->objects[0].size == 7);
  CHECK(read->objects[0].archived);
  CHECK(read->next == "b");
}

TEST_CASE("likeness: ETag, then MD5, then size and age") {
  const auto source = object("a", "e1", "m1==");
  CHECK(likeness(source, object("a", "e1", "other")) == Likeness::alike);
  CHECK(likeness(source, object("a", "e2", "m1==")) == Likeness::alike);
  CHECK(likeness(source, object("a", "e2", "m2==")) == Likeness::different);
  CHECK(likeness(source, object("a", "e1", "m1==", 6)) == Likeness::different);
  const auto parts = object("a", "e1", "m1==-3");
  CHECK(likeness(parts, object("a", "e2", "m2==-2", 5, 1)) == Likeness::alike_by_size);
  CHECK(likeness(parts, object("a", "e2", "m2==-2", 5, -1)) == Likeness::different);
  CHECK(likeness(parts, object("a", "e2", "", 5, 1)) == Likeness::alike_by_size);
}

TEST_CASE("a page: what is missing is copied to where there is none, what is older over that one") {
  Page page;
  page.lists({object("a"), object("b", "b2", "b2=="), object("c")},
             {object("b", "b1", "b1=="), object("c"), object("x")});
  const auto first = page.asks(What::copy);
  auto body = json::parse(page.request.body).as_object();
  CHECK(body.at("sourceObjectName").as_string() == "a");
  CHECK(body.at("sourceObjectIfMatchETag").as_string() == "e");
  CHECK(body.at("destinationObjectIfNoneMatchETag").as_string() == "*");
  const auto second = page.asks(What::copy);
  body = json::parse(page.request.body).as_object();
  CHECK(body.at("destinationObjectIfMatchETag").as_string() == "b1");
  CHECK(body.if_contains("destinationObjectIfNoneMatchETag") == nullptr);
  page.answers(first, accepted("w1"));
  page.answers(second, accepted("w2"));
  CHECK_FALSE(page.next());  // it waits
  page.wait();
  page.answer(What::list_target,
              listing({object("a", "new"), object("b", "new", "b2=="), object("c")}));
  REQUIRE(page.work.ended());
  CHECK(page.work.totals().objects == 3);
  CHECK(page.work.totals().copied == 2);
  CHECK(page.work.totals().there == 1);
  CHECK(page.work.totals().failed == 0);
}

TEST_CASE("a page: a reply that never came is looked for, and the copy asked for again") {
  Page page;
  page.lists({object("a")}, {});
  Reply lost;
  lost.delivery = Reply::Delivery::unknown;
  page.answers(page.asks(What::copy), lost);
  page.wait();
  page.answer(What::list_target, listing({}));
  page.lists({object("a")}, {});
  page.answers(page.asks(What::copy), accepted("w"));
  page.wait();
  page.answer(What::list_target, listing({object("a", "new")}));
  CHECK(page.work.ended());
  CHECK(page.work.totals().copied == 1);
}

TEST_CASE("a page: throttled, it pauses as asked") {
  Page page;
  page.lists({object("a")}, {});
  Reply throttled = refusal(429, "TooManyRequests");
  throttled.headers.emplace_back("retry-after", "17");
  page.answers(page.asks(What::copy), throttled);
  CHECK(page.work.due() >= kNow + std::chrono::seconds(17));
  CHECK_FALSE(page.next());
  page.wait();
  page.asks(What::copy);
}

TEST_CASE("a page: a work request that fails is told by its own error, after some tries") {
  Page page;
  for (unsigned tried = 0; tried < BulkPacing{}.most_tries; ++tried) {
    page.lists({object("a")}, {});
    page.answers(page.asks(What::copy), accepted("w"));
    page.wait();
    page.answer(What::list_target, listing({}));
    page.answer(What::work_request, json_reply(R"({"id":"w","status":"FAILED"})", 200));
    page.answer(What::work_errors,
                json_reply(R"([{"code":"NotAuthorized","message":"not you"}])", 200));
  }
  page.lists({object("a")}, {});
  REQUIRE(page.work.ended());
  CHECK(page.work.totals().failed == 1);
  REQUIRE(page.work.failures().size() == 1);
  CHECK(page.work.failures()[0] ==
        std::pair<std::string, std::string>("a", "NotAuthorized: not you"));
}

TEST_CASE("a page: while a work request runs, it waits, longer each time") {
  Page page;
  page.lists({object("a")}, {});
  page.answers(page.asks(What::copy), accepted("w"));
  Duration before{};
  for (int i = 0; i < 4; ++i) {
    const Duration pause = page.work.due() - page.now;
    CHECK(pause > before);
    before = pause;
    page.wait();
    page.answer(What::list_target, listing({}));
    page.answer(What::work_request, json_reply(R"({"id":"w","status":"IN_PROGRESS"})", 200));
  }
}

TEST_CASE("a page: what is refused for good is not tried again, and named once") {
  Page page;
  page.lists({object("a"), object("b")}, {});
  const auto a = page.asks(What::copy), b = page.asks(What::copy);
  page.answers(a, refusal(409, "NotRestored"));
  page.answers(b, refusal(412, "NoEtagMatch"));
  // The other changed meanwhile: both sides are listed again.
  page.lists({object("a"), object("b", "e2")}, {object("b", "x")});
  REQUIRE(page.work.ended());
  CHECK(page.work.totals().failed == 1);
  CHECK(page.work.totals().copied == 1);
  REQUIRE(page.work.failures().size() == 1);
  CHECK(page.work.failures()[0].first == "a");
}

TEST_CASE("a page: credentials that are refused end the run, and the copy is still to be made") {
  Page page;
  page.lists({object("a")}, {});
  const auto failure = page.answers(page.asks(What::copy), refusal(401, "NotAuthenticated"));
  CHECK(failure.error_class == ErrorClass::CREDENTIALS);
  CHECK(page.work.to_copy() == 1);
}

TEST_CASE("a page: a new one finds its end, is recorded, and only then goes on") {
  Page page(storage_replication::kCopy, true);
  page.answer(What::list_source, listing({object("a"), object("b")}, "c"));
  CHECK(page.work.found());
  CHECK(page.work.range().end == "c");
  CHECK(page.work.listed() == 2);
  CHECK_FALSE(page.next());
  page.work.recorded();
  page.asks(What::list_target);
  CHECK(page.request.query.find("end=c") != std::string::npos);
}

TEST_CASE("a page: a range that has grown is worked through to its end") {
  Page page(storage_replication::kCompare, false, {3, "a", "z"});
  page.answer(What::list_source, listing({object("a"), object("b")}, "c"));
  page.answer(What::list_target, listing({object("a"), object("b")}));
  CHECK_FALSE(page.work.ended());
  const auto call = page.asks(What::list_source);
  CHECK(page.request.query.find("start=c&end=z") != std::string::npos);
  page.answers(call, listing({object("c")}));
  page.answer(What::list_target, listing({object("c")}));
  CHECK(page.work.ended());
  CHECK(page.work.totals().objects == 3);
  CHECK(page.work.totals().there == 3);
}

TEST_CASE("a page: a comparison names what is missing, what differs and what is left over") {
  Page page(storage_replication::kCompare);
  page.lists({object("a"), object("b"), object("c")},
             {object("b", "x", "other=="), object("c"), object("d")});
  REQUIRE(page.work.ended());
  CHECK(page.work.totals().failed == 3);
  CHECK(page.work.totals().there == 1);
  std::vector<std::string> named;
  for (const auto& [name, why] : page.work.failures()) named.push_back(name);
  std::sort(named.begin(), named.end());
  CHECK(named == std::vector<std::string>{"a", "b", "d"});
}

TEST_CASE("a page: a survey minds what is missing at the target no more than it must") {
  Page page(storage_replication::kSurvey);
  page.lists({object("a"), object("b")}, {object("b")});
  REQUIRE(page.work.ended());
  CHECK(page.work.totals().failed == 0);
  CHECK(page.work.totals().there == 1);
  CHECK(page.work.totals().objects == 2);
}

TEST_CASE("a page: a listing that fails is to be recorded, and asked for again later") {
  Page page;
  const auto failure = page.answers(page.asks(What::list_source), refusal(404, "BucketNotFound"));
  CHECK(failure.code == "BucketNotFound");
  CHECK_FALSE(page.next());
  page.wait();
  page.asks(What::list_source);
}

}  // namespace migledger::testing
