#include "ledger/fold/bulk_progress.h"

#include <algorithm>
#include <cstring>

namespace migledger::ledger {

namespace {

// Names that are kept to be told; the others are counted.
constexpr std::size_t kMostShown = 20;

std::string_view bytes_of_data(capnp::Data::Reader data) {
  return {reinterpret_cast<const char*>(data.begin()), data.size()};
}

BulkTotals totals_of(schema::BulkEnded::Reader ended) {
  BulkTotals totals;
  totals.objects = ended.getObjects();
  totals.bytes = ended.getBytes();
  totals.there = ended.getThere();
  totals.copied = ended.getCopied();
  totals.failed = ended.getFailed();
  totals.by_size = ended.getBySize();
  totals.digest = SetDigest::of(bytes_of_data(ended.getDigest()));
  return totals;
}

}  // namespace

SetDigest SetDigest::of(std::string_view bytes) {
  SetDigest digest;
  if (bytes.size() == digest.sum_.size())
    std::memcpy(digest.sum_.data(), bytes.data(), bytes.size());
  return digest;
}

Digest SetDigest::sum(const Digest& a, const Digest& b) {
  Digest sum;
  unsigned carry = 0;
  for (std::size_t i = sum.size(); i-- > 0;) {
    carry += static_cast<unsigned>(a[i]) + static_cast<unsigned>(b[i]);
    sum[i] = static_cast<std::byte>(carry & 0xff);
    carry >>= 8;
  }
  return sum;
}

void BulkTotals::add(const BulkTotals& other) {
  objects += other.objects;
  bytes += other.bytes;
  there += other.there;
  copied += other.copied;
  failed += other.failed;
  by_size += other.by_size;
  digest.add(other.digest);
}

BulkTotals BulkProgress::totals() const {
  BulkTotals all = good_;
  for (const auto& page : failed) all.add(page.totals);
  return all;
}

BulkFailures BulkProgress::failures() const {
  BulkFailures shown;
  for (const auto& page : failed)
    for (const auto& failure : page.failures)
      if (shown.size() < kMostShown) shown.push_back(failure);
  return shown;
}

void BulkProgress::begin(schema::BulkBegun::Reader begun) {
  if (!walks(begun.getStep())) {
    *this = {};
    step = begun.getStep();
  }
  if (begun.getPage() <= pages) return;
  pages = begun.getPage();
  next = view(begun.getEnd());
  all_begun = next.empty();
  open.push_back({pages, std::string(view(begun.getStart())), next});
}

void BulkProgress::end(schema::BulkEnded::Reader ended) {
  const auto page = std::find_if(open.begin(), open.end(), [&](const BulkPage& candidate) {
    return candidate.number == ended.getPage();
  });
  if (!walks(ended.getStep()) || page == open.end()) return;
  const BulkTotals totals = totals_of(ended);
  if (totals.failed == 0) {
    good_.add(totals);
  } else {
    FailedPage failure{std::move(*page), totals, {}};
    if (failures().size() < kMostShown)
      for (const auto field : ended.getFailures())
        failure.failures.emplace_back(view(field.getName()), view(field.getValue()));
    failed.push_back(std::move(failure));
  }
  open.erase(page);
}

void BulkProgress::take_up_failed() {
  for (auto& page : failed) {
    good_.copied += page.totals.copied;
    open.push_back(std::move(page.page));
  }
  failed.clear();
  std::sort(open.begin(), open.end(),
            [](const BulkPage& a, const BulkPage& b) { return a.number < b.number; });
}

std::string bulk_words(schema::BulkEnded::Reader ended) {
  return std::to_string(ended.getSoFar()) + (ended.getSoFar() == 1 ? " object" : " objects");
}

}  // namespace migledger::ledger
