#include "cli/render/event_text.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/support/history_builder.h"
#include "tests/support/time_zone.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::failure;
using migledger::testing::HistoryBuilder;
using migledger::testing::TimeZone;
using workflow::ErrorClass;
using Kind = HistoryBuilder::Sighting::Kind;
using How = HistoryBuilder::How;

namespace {

const std::string kImage = "ocid1.image.oc1.iad." + std::string(50, 'a') + "k3x9pq";

// The sentence of the last event.
std::string last(const HistoryBuilder& history, const Wording& wording = {}) {
  Names names(history.store());
  const auto cursor = history.store().scan(history.last(), history.last());
  REQUIRE(cursor->next());
  return describe(cursor->event(), names, wording);
}

// All lines of the ledger.
std::string lines(const HistoryBuilder& history, EventLines::Options options = {}) {
  Names names(history.store());
  options.last = history.last();
  EventLines printer(names, options);
  std::ostringstream out;
  const auto cursor = history.store().scan(1, history.last());
  while (cursor->next()) printer.print(cursor->event(), cursor->bytes(), out);
  return out.str();
}

// Every run of spaces as one.
std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' || out.empty() || out.back() != ' ') out += c;
  return out;
}

HistoryBuilder started() {
  HistoryBuilder history;
  history.session().start("web-1");
  return history;
}

}  // namespace

TEST_CASE("The ledger's own events") {
  HistoryBuilder history;
  CHECK(last(history) ==
        "ledger 00112233445566778899aabbccddeeff created, format 1, bound to oci, tenancy "
        "ocid1.tenancy…tenant");
  CHECK(last(history.session()) ==
        "session opened by alice@box, pid 7, migledger 0.1.0, as ocid1.user…omeone (api_key): "
        "migledger run -c config.json");
  CHECK(last(history.close(0, "done")) == "session closed, exit code 0: done");
  CHECK(last(history.tail_dropped("000012.log", 17, "kept/1")) ==
        "17 bytes that nothing had relied on were cut off the torn end of 000012.log; the files as "
        "they were are kept in kept/1");
}

TEST_CASE("The plan of a migration") {
  HistoryBuilder history;
  CHECK(last(history.session().start("a", {}, {"b", "c"})) ==
        "started: compute workflow, 45 steps, us-ashburn-1 → eu-frankfurt-1, after b, c");
  CHECK(last(history.start("d", {}, {"1", "2", "3", "4", "5", "6", "7"})) ==
        "started: compute workflow, 45 steps, us-ashburn-1 → eu-frankfurt-1, after 1, 2, 3, 4, 5 "
        "and 2 more");
  CHECK(last(history.plan_changed({}, "another shape")) == "plan changed: another shape");
  CHECK(last(history.plan_changed({}, "moved", {"check-target", "check-names"})) ==
        "plan changed: moved, makes again check-target, check-names");
}

TEST_CASE("What a look found") {
  HistoryBuilder history = started();
  CHECK(last(history.looked("create-image", Kind::absent)) == "looked: it is not there");
  CHECK(last(history.looked("create-image", Kind::absent, {}, true)) ==
        "searched by tag: it is not there");
  CHECK(last(history.looked("create-image", Kind::ours, {{kImage, "n", "AVAILABLE", "key"}})) ==
        "looked: found ours: ocid1.image…k3x9pq (AVAILABLE)");
  CHECK(last(history.looked(
            "create-image", Kind::several,
            {{"a", "", "X", ""}, {"b", "", "", ""}, {"c", "", "", ""}, {"d", "", "", ""}})) ==
        "looked: several could be ours: a (X), b, c and 1 more");
  CHECK(last(history.looked("create-image", Kind::foreign, {{"", "named", "", ""}})) ==
        "looked: in the way, and not ours: named");
  CHECK(last(history.looked("copy-object", Kind::under_way)) ==
        "looked: not there yet, the cloud is at work on it");
}

TEST_CASE("What a look before a removal found") {
  HistoryBuilder history = started();
  CHECK(last(history.looked("drop-export-par", Kind::absent, {}, false, 1,
                            {{"export_par_id", "par1"}})) ==
        "looked: to be removed: export par par1");
  CHECK(last(history.looked("drop-export-par", Kind::ours)) ==
        "looked: nothing of it is there any more");
  CHECK(last(history.found("drop-export-par", How::ADOPTED, {})) == "it is gone");
}

TEST_CASE("What is sent") {
  HistoryBuilder history = started();
  CHECK(last(history.sending("create-image")) ==
        "sending POST images (us-ashburn-1), attempt 1, key ml-…-1");
  const auto recorded = history.last();
  CHECK(last(history.sending_again("create-image", recorded, 2)) ==
        "sending POST images (us-ashburn-1) again as recorded in #4, attempt 2, key ml-…-1");
  CHECK(last(history.sending("create-image", 2)) ==
        "sending POST images (us-ashburn-1), attempt 1 of generation 2, key ml-…-2");
  CHECK(last(history, {200, true}).find(", key ml-001122334455-") != std::string::npos);
}

TEST_CASE("How an attempt ended") {
  HistoryBuilder history = started();
  history.sending("create-image");
  CHECK(last(history.succeeded("create-image",
                               {{"image_id", kImage}, {"image_work", "ocid1.wr"}, {"x", "y"}},
                               "ocid1.workrequest.oc1..abcdefghijkl")) ==
        "succeeded: image ocid1.image…k3x9pq (work request ocid1.workrequest…ghijkl)");
  CHECK(last(history.succeeded("export-image", {{"object_name", "x.oci"}})) ==
        "succeeded: object name x.oci");
  CHECK(last(history.found("create-image", How::ADOPTED, {{"image_id", kImage}})) ==
        "adopted what was found: image ocid1.image…k3x9pq");
  CHECK(last(history.found("create-image", How::CLAIMED, {{"image_id", "i"}})) ==
        "taken over from an earlier state file: image i");
  CHECK(last(history.found("create-image", How::BY_PERSON, {{"image_id", "i"}})) ==
        "adopted what a person named: image i");
  workflow::Failure slow = failure(ErrorClass::THROTTLED, 429, "TooManyRequests", "slow down");
  slow.retry_after = std::chrono::seconds(30);
  CHECK(last(history.failed("create-image", slow)) ==
        "failed, will retry: 429 TooManyRequests: slow down (asked to wait 30s)");
  CHECK(last(history.failed("create-image", failure(ErrorClass::BLOCKED, 400, "LimitExceeded"))) ==
        "failed, a limit or quota is used up: 400 LimitExceeded");
  CHECK(last(history.failed("create-image", failure(ErrorClass::FATAL, 400, "InvalidParameter"))) ==
        "failed for good: 400 InvalidParameter");
  CHECK(last(history.unknown("create-image",
                             failure(ErrorClass::UNKNOWN, 0, "timeout", "no reply"))) ==
        "outcome unknown, will be looked for: timeout: no reply");
}

TEST_CASE("Each class of error has words of its own") {
  HistoryBuilder history = started();
  std::vector<std::string> said;
  for (const auto error :
       {ErrorClass::BLOCKED, ErrorClass::CAPACITY, ErrorClass::CREDENTIALS,
        ErrorClass::TOKEN_INVALIDATED, ErrorClass::EXISTS, ErrorClass::PRECONDITION,
        ErrorClass::NOT_FOUND, ErrorClass::FATAL, ErrorClass::UNKNOWN, ErrorClass::RETRY}) {
    history.failed("create-image", failure(error, 400, ""));
    said.push_back(last(history));
  }
  for (const auto& text : said) {
    CAPTURE(text);
    CHECK(std::count(said.begin(), said.end(), text) == 1);
    CHECK(text.starts_with("failed"));
  }
}

TEST_CASE("Waiting, checking, and people") {
  HistoryBuilder history = started();
  CHECK(last(history.observed("await-image", "IN_PROGRESS", 40)) == "observed 40 % IN_PROGRESS");
  CHECK(last(history.observed("await-image", "ACCEPTED", 0)) == "observed ACCEPTED");
  CHECK(last(history.ok("await-image")) == "ok");
  CHECK(last(history.ok("check-source", {}, {"one volume stays", "so does another"})) ==
        "ok, noticed: one volume stays; so does another");
  CHECK(last(history.dead("await-image", "create-image",
                          failure(ErrorClass::RETRY, 0, "FAILED", "it broke"))) ==
        "what was made has failed, goes back to create-image: FAILED: it broke");
  CHECK(last(history.refused("check-source", "the instance is TERMINATED")) ==
        "cannot go on: the instance is TERMINATED");
  CHECK(last(history.read_failed("await-image",
                                 failure(ErrorClass::RETRY, 503, "ServiceUnavailable"))) ==
        "could not look, will look again: 503 ServiceUnavailable");
  using Parked = HistoryBuilder::ParkedKind;
  CHECK(last(history.parked("create-image", "quota", "raise it")) ==
        "waits for a person: quota. To do: raise it");
  CHECK(last(history.parked("approve-downtime", "it runs", "--yes", Parked::APPROVE)) ==
        "waits for approval: it runs. To do: --yes");
  CHECK(last(history.parked("create-image", "two", "choose", Parked::RESOLVE)) ==
        "waits for a person to decide: two. To do: choose");
  CHECK(last(history.approved("approve-downtime", "downtime", "--yes")) ==
        "approved by alice@box: downtime (--yes)");
  CHECK(last(history.done()) == "migration done");
  CHECK(last(history.gave_up("create-image", "refused")) == "migration failed: refused");
}

TEST_CASE("A kind of event of a newer version is shown as such") {
  HistoryBuilder history = started();
  history.newer_kind(77);
  CHECK(last(history) == "an event of a kind that this version does not know (number 77)");
  EventLines::Options options;
  options.verbose = true;
  CHECK(lines(history, options).find("      bytes   ") != std::string::npos);
}

TEST_CASE("Lines stand in columns, under the date and offset they are of") {
  const TimeZone zone("XXX-5:30");
  HistoryBuilder history("sim");
  history.at("2026-11-23T18:29:59Z").session();
  history.start("web-1").looked("create-image", Kind::absent).start("db").sending("create-image");
  CHECK(
      lines(history) ==
      "2026-11-23 (+05:30)\n"
      "#1 14:30:00 -                       ledger 00112233445566778899aabbccddeeff created, format "
      "1, bound to sim, tenancy ocid1.tenancy…tenant\n"
      "#2 23:59:59 -                       session opened by alice@box, pid 7, migledger 0.1.0, as "
      "ocid1.user…omeone (api_key): migledger run -c config.json\n"
      "2026-11-24 (+05:30)\n"
      "#3 00:00:00 web-1                   started: compute workflow, 45 steps, us-ashburn-1 → "
      "eu-frankfurt-1\n"
      "#4 00:00:01 web-1  create-image     looked: it is not there\n"
      "#5 00:00:02 db                      started: compute workflow, 45 steps, us-ashburn-1 → "
      "eu-frankfurt-1\n"
      "#6 00:00:03 db     create-image     sending POST images (us-ashburn-1), attempt 1, key "
      "ml-…-1\n");
}

TEST_CASE("On a terminal no line is wider than it, and in a pipe none is shortened") {
  HistoryBuilder history;
  history.session().start(std::string(3000, 'n'));
  history.sending("create-image").parked("create-image", std::string(1000, 'r'), "x");
  for (const std::size_t width : {1u, 10u, 40u, 80u}) {
    EventLines::Options options;
    options.terminal = {true, true, false, width};
    std::istringstream in(lines(history, options));
    std::size_t count = 0;
    for (std::string line; std::getline(in, line); ++count)
      CHECK((count == 0 || display_width(line) <= width));
    CHECK(count == 6);
  }
  CHECK(lines(history).find(std::string(200, 'r') + "…. To do: x") != std::string::npos);
}

TEST_CASE("Nothing from outside reaches the terminal raw") {
  const std::string hostile = "\x1b[2J\u202Eevil\n\xff" + std::string(10'000, 'x');
  HistoryBuilder history;
  history.session(hostile, hostile).start(hostile, {{"source_region", hostile}}, {hostile});
  history.looked("create-image", Kind::foreign, {{hostile, hostile, hostile, hostile}});
  history.sending("create-image");
  history.succeeded("create-image", {{"image_id", hostile}, {"\x1b[1mname", hostile}});
  history.failed("create-image", failure(ErrorClass::FATAL, 1, hostile, hostile));
  history.observed("await-image", hostile, 1).ok("await-image", {}, {hostile});
  history.parked("create-image", hostile, hostile).approved("approve-downtime", hostile, hostile);
  history.plan_changed({}, hostile).gave_up("create-image", hostile).close(1, hostile);
  history.tail_dropped(hostile, 1, hostile);
  for (const bool verbose : {false, true}) {
    EventLines::Options options;
    options.verbose = verbose;
    const std::string out = lines(history, options);
    CHECK(out.find('\x1b') == std::string::npos);
    CHECK(out.find("\u202E") == std::string::npos);
    CHECK(out.find('\xff') == std::string::npos);
    CHECK(out.find("\\x1b[2J\\u202eevil\\x0a") != std::string::npos);
  }
  const std::string out = lines(history);
  std::istringstream in(out);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line); ++count) CHECK(line.size() < 3000);
  CHECK(count == history.last() + 1);
}

TEST_CASE("Pages of objects say how far they go, and what failed") {
  HistoryBuilder history = started();
  Names names(history.store());
  ledger::EventDraft begun(2, {}, 1);
  auto page = begun.body().initBulkBegun();
  page.setStep(0);
  page.setPage(2);
  page.setStart("m");
  page.setEnd("z\n");
  page.setObjects(1000);
  CHECK(describe(begun.reader(), names) == "page 2: 1000 objects from \"m\" to before \"z\\x0a\"");
  ledger::EventDraft ended(2, {}, 1);
  auto end = ended.body().initBulkEnded();
  end.setPage(2);
  end.setObjects(1000);
  end.setThere(3);
  end.setCopied(995);
  end.setFailed(2);
  auto failures = end.initFailures(1);
  failures[0].setName("pear");
  failures[0].setValue("is archived");
  end.setSoFar(2000);
  end.setPercent(40);
  CHECK(describe(ended.reader(), names) ==
        "page 2: 1000 objects, 3 at the target already, 995 copied, 2 failed: pear (is archived); "
        "2000 so far, 40 %");
  CHECK(colour_of(ended.reader()) == Colour::red);
}

TEST_CASE("Verbose tells everything an event holds") {
  HistoryBuilder history = started();
  history.sending("create-image").at("2026-11-23T08:00:00Z");  // the clock ran backwards
  history.succeeded("create-image", {{"image_id", kImage}}, "ocid1.workrequest.oc1..abcdefghijkl");
  EventLines::Options options;
  options.verbose = true;
  const std::string out = lines(history, options);
  for (const std::string expected :
       {"\n stream #3, version 2\n", "\n session #2, alice@box\n", "\n reacts to #3\n",
        "\n request.method POST\n", "\n request.path /20160918/images\n",
        "\n request.request_id request-4\n", "\n row first\n", "\n reacts to #4\n",
        "\n request_id reply-id\n"}) {
    CAPTURE(expected);
    CHECK(squeezed(out).find(expected) != std::string::npos);
  }
  CHECK(out.find("(the clock read 2026-11-23T08:00:00.000000Z)") != std::string::npos);
  CHECK(out.find(kImage) != std::string::npos);
  CHECK(out.find("abababababababab") != std::string::npos);
}
