#include "ledger/directory/evidence_store.h"

#include <catch2/catch.hpp>

#include "ledger/base/errors.h"
#include "tests/support/scratch.h"

namespace migledger::ledger {

using testing::Scratch;

TEST_CASE("evidence: kept under its digest, once, for the owner only") {
  const Scratch scratch;
  EvidenceStore store(scratch.path());
  const Digest digest = store.put(bytes_of("{\"code\":\"OutOfHostCapacity\"}"));
  CHECK(store.put(bytes_of("{\"code\":\"OutOfHostCapacity\"}")) == digest);
  const std::string hex = to_hex(digest);
  const auto file = scratch / "evidence" / hex.substr(0, 2) / hex;
  CHECK(testing::read_all(file) == "{\"code\":\"OutOfHostCapacity\"}");
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::mask) ==
        std::filesystem::perms(0600));
  CHECK(EvidenceStore(scratch.path()).get(digest)->size() == 28);
  CHECK_FALSE(store.get(sha256(bytes_of("other"))));
  CHECK(store.get(store.put({}))->empty());
}

TEST_CASE("evidence: damage is found, and mended by keeping it again") {
  const Scratch scratch;
  EvidenceStore store(scratch.path());
  const Digest digest = store.put(bytes_of("reply"));
  const std::string hex = to_hex(digest);
  testing::write_all(scratch / "evidence" / hex.substr(0, 2) / hex, "reqly");
  try {
    store.get(digest);
    FAIL("not found");
  } catch (const LedgerError& e) {
    CHECK(e.kind == LedgerErrorKind::corrupt);
    CHECK_THAT(e.what(), Catch::Contains(hex));
  }
  store.put(bytes_of("reply"));
  CHECK(store.get(digest)->size() == 5);
}

TEST_CASE("evidence: what was added is there once it is synced, however much it is") {
  for (const unsigned count : {1U, 3U, 40U}) {
    const Scratch directory;
    EvidenceStore store(directory.path());
    std::vector<Digest> digests;
    for (unsigned i = 0; i < count; ++i)
      digests.push_back(store.add(bytes_of("reply " + std::to_string(i))));
    CHECK(store.add(bytes_of("reply 0")) == digests[0]);
    for (const auto& digest : digests) CHECK(!store.get(digest));
    CHECK(store.all().empty());
    store.sync();
    for (const auto& digest : digests) CHECK(store.get(digest));
    CHECK(store.all().size() == count);
  }
}

TEST_CASE("evidence: what a crash left half added is no evidence, and is added again") {
  const Scratch directory;
  Digest digest{};
  {
    EvidenceStore store(directory.path());
    digest = store.add(bytes_of("reply"));
  }
  EvidenceStore store(directory.path());
  CHECK(store.all().empty());
  CHECK(!store.get(digest));
  CHECK(store.put(bytes_of("reply")) == digest);
  CHECK(store.get(digest));
}

}  // namespace migledger::ledger
