// What is recorded of a cloud that says too much.
#include "workflow/run/records.h"

#include <catch2/catch.hpp>

#include "ledger/base/utf8.h"
#include "ledger/event/codec.h"

namespace migledger::workflow {

namespace {

const Origin kOrigin{2, Time{}, 1, 3};
constexpr std::size_t kPages = 100'000;

std::size_t size_of(const ledger::EventDraft& draft) {
  return ledger::encode(draft.reader()).size();
}

}  // namespace

TEST_CASE("words for people are cut, and at a whole character") {
  std::string reason = "x";
  while (reason.size() < kPages) reason += "é";
  const auto event = parked(kOrigin, 1, reason, reason, ledger::schema::Parked::Kind::MEND);
  CHECK(size_of(event) < ledger::kMaxEventBytes);
  const auto recorded = event.reader().getBody().getParked();
  for (const auto text : {ledger::view(recorded.getReason()), ledger::view(recorded.getNeed())}) {
    CHECK(text.size() > 1000);
    CHECK(reason.starts_with(text));
    CHECK(invalid_utf8_at(text) == std::string_view::npos);
  }
}

TEST_CASE("as many candidates and findings as there may be fit, however long they are") {
  Sighting sighting = Sighting::of(Sighting::Kind::several);
  Verdict verdict = Verdict::ok();
  const std::string text(kPages / 50, 'x');
  for (int i = 0; i < 200; ++i) {
    sighting.candidates.push_back({text, text, text, text});
    verdict.findings.push_back(text);
  }
  const auto looked = probed(kOrigin, 1, 1, sighting, "list", Time{});
  CHECK(fits(looked));
  CHECK(size_of(looked) <= ledger::kMaxEventBytes);
  CHECK(looked.reader().getBody().getProbed().getCandidates().size() == 50);
  const auto judged = checked(kOrigin, 1, verdict, 0, {});
  CHECK(fits(judged));
  CHECK(size_of(judged) <= ledger::kMaxEventBytes);
}

TEST_CASE("facts are never cut: what is too long does not fit, and is told before it is appended") {
  Verdict verdict = Verdict::ok({{"image_id", std::string(65'000, 'x')}});
  const auto event = checked(kOrigin, 1, verdict, 0, {});
  CHECK(fits(event));
  CHECK(size_of(event) <= ledger::kMaxEventBytes);
  verdict.facts.set("image_id", std::string(65'535, 'x'));
  CHECK_FALSE(fits(checked(kOrigin, 1, verdict, 0, {})));
}

}  // namespace migledger::workflow
