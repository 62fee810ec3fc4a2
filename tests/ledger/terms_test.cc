#include "ledger/event/terms.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/drafts.h"

namespace migledger::ledger {
namespace {

using namespace schema;
using Set = std::set<std::string>;

// "o:ocid1.image…", all of the event's, each once.
Set terms_of(const EventDraft& draft) {
  Set terms;
  for_each_term(draft.reader(), [&](TermKind kind, std::string_view value) {
    terms.insert(std::string(1, static_cast<char>(kind)) + ":" + std::string(value));
  });
  return terms;
}

EventDraft draft() { return EventDraft(2, {}, 1); }

}  // namespace

TEST_CASE("terms: an intent is found by what its request names") {
  EventDraft event = draft();
  auto intent = event.body().initIntent();
  intent.setKey("ml-l-web-1-copy-1");
  auto request = intent.initRequest();
  request.setPath("/n/ns/b/staging%20bucket/o/web-1%2Fdisk.oci");
  request.setQuery("compartmentId=ocid1.compartment.oc1..c&imageId=ocid1.image.oc1.iad.q");
  request.setBody(
      R"({"subnetId":"ocid1.subnet.oc1.iad.s","ids":["ocid1.image.oc1.iad.b"],"displayName":"web-1",)"
      R"("sourceObjectName":"a.oci","name":"plain","frame":"no","escaped_Name":"a\"b"})");
  request.setRequestId("ABC");
  CHECK(terms_of(event) == Set{"k:ml-l-web-1-copy-1", "o:staging bucket", "o:web-1/disk.oci",
                               "o:ocid1.image.oc1.iad.q", "o:ocid1.subnet.oc1.iad.s",
                               "o:ocid1.image.oc1.iad.b", "o:web-1", "o:a.oci", "o:plain",
                               "r:ABC"});
}

TEST_CASE("terms: an outcome is found by facts, requests and its error") {
  EventDraft event = draft();
  auto outcome = event.body().initOutcome();
  const Fields facts = {{"image_id", "ocid1.image.oc1.iad.a"},
                        {"export_par_id", "Vf8/object"},
                        {"object_name", "web-1.oci"},
                        {"export_work", "ocid1.workrequest.oc1.iad.w"},
                        {"object_size", "77"},
                        {"dead_ids", " ocid1.instance.oc1.iad.x ocid1.instance.oc1.iad.y"}};
  fill(outcome.initFacts(count(facts)), facts);
  outcome.setRequestId("OURS/theirs/more");
  outcome.setWorkRequest("ocid1.workrequest.oc1.iad.v");
  outcome.initError().setClass(ErrorClass::THROTTLED);
  CHECK(terms_of(event) == Set{"o:ocid1.image.oc1.iad.a", "o:Vf8/object", "o:web-1.oci",
                               "r:ocid1.workrequest.oc1.iad.w", "o:ocid1.workrequest.oc1.iad.w",
                               "o:ocid1.instance.oc1.iad.x", "o:ocid1.instance.oc1.iad.y",
                               "r:OURS/theirs/more", "r:ocid1.workrequest.oc1.iad.v", "e:2"});
  // A request is found by all of its id, and by the part that is ours.
  const auto found = [&](Term term) { return bears_any(event.reader(), std::span(&term, 1)); };
  CHECK(found(Term::request("OURS")));
  CHECK(found(Term::request("OURS/theirs/more")));
  CHECK_FALSE(found(Term::request("OURS/theirs")));
  CHECK_FALSE(found(Term::request("theirs")));
  CHECK_FALSE(found(Term::resource("OURS")));
  CHECK(found(Term::error(ErrorClass::THROTTLED)));
  CHECK_FALSE(found(Term::error(ErrorClass::RETRY)));
}

TEST_CASE("terms: looks, checks, failed reads, orders and pages are found, too") {
  EventDraft probed = draft();
  auto candidates = probed.body().initProbed().initCandidates(1);
  candidates[0].setId("ocid1.image.oc1.iad.c");
  candidates[0].setName("web-1-image");
  CHECK(terms_of(probed) == Set{"o:ocid1.image.oc1.iad.c", "o:web-1-image"});
  EventDraft failed = draft();
  failed.body().initReadFailed().initError().setClass(ErrorClass::NOT_FOUND);
  failed.body().getReadFailed().getError().setRequestId("R");
  CHECK(terms_of(failed) == Set{"e:9", "r:R"});
  EventDraft steered = draft();
  steered.body().initSteered().setResource("ocid1.instance.oc1.iad.i");
  CHECK(terms_of(steered) == Set{"t:16", "o:ocid1.instance.oc1.iad.i"});
  EventDraft page = draft();
  page.body().initBulkEnded().initFailures(1)[0].setName("photo.jpg");
  CHECK(terms_of(page) == Set{"o:photo.jpg"});
  EventDraft seen = draft();
  seen.body().initObserved().setState("RUNNING");
  CHECK(terms_of(seen).empty());
}

TEST_CASE("terms: a newer kind is a rare one, and is found by its number") {
  CHECK(is_rare_type(4000));
  CHECK(is_rare_type(Event::Body::ENDED));
  CHECK_FALSE(is_rare_type(Event::Body::OUTCOME));
  CHECK_FALSE(is_rare_type(Event::Body::UNSET));
}

}  // namespace migledger::ledger
