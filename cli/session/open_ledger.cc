#include "cli/session/open_ledger.h"

#include <fmt/format.h>

namespace migledger::cli {

namespace {

using ledger::EventDraft;
using ledger::LedgerError;
using ledger::LedgerErrorKind;

EventDraft ledger_created(const workflow::CloudIdentity& identity, Time now,
                          const std::string& id) {
  EventDraft draft(ledger::kLedgerStream, now, 0);
  auto body = draft.body().initLedgerCreated();
  body.setLedgerId(id);
  body.setFormat(1);
  body.setCloud(identity.kind);
  body.setTenancy(identity.tenancy);
  const auto endpoints = identity.endpoints.sorted();
  ledger::fill(body.initEndpoints(ledger::count(endpoints)), endpoints);
  return draft;
}

std::string words(const ledger::Fields& endpoints) {
  std::string out;
  endpoints.for_each([&](std::string_view region, std::string_view url) {
    out += fmt::format("{}{} → {}", out.empty() ? "" : ", ", region, url);
  });
  return out.empty() ? "OCI's own" : out;
}

[[noreturn]] void refuse(const std::string& directory, std::string_view what,
                         std::string_view bound, std::string_view now) {
  throw LedgerError(LedgerErrorKind::refused,
                    fmt::format("{} is bound to {} {}, and this run is for {}; name another ledger "
                                "with --ledger",
                                directory, what, bound, now));
}

}  // namespace

void check_cloud(const std::string& directory, std::string_view bound, std::string_view wanted) {
  if (bound == wanted) return;
  throw LedgerError(
      LedgerErrorKind::refused,
      bound == "sim" ? fmt::format("{} belongs to a simulated tenancy: give --cloud sim, or name "
                                   "another ledger with --ledger",
                                   directory)
                     : fmt::format("{} belongs to the real cloud ({}), and --cloud sim is a "
                                   "rehearsal: name another ledger for it with --ledger",
                                   directory, bound));
}

void check_binding(const ledger::EventStore& store, const workflow::CloudIdentity& identity,
                   const std::string& directory) {
  const auto cursor = store.scan(1, 1);
  if (!cursor->next() || !cursor->event().getBody().isLedgerCreated())
    throw LedgerError(LedgerErrorKind::corrupt, directory + ": position 1 is not ledgerCreated");
  const auto created = cursor->event().getBody().getLedgerCreated();
  const std::string cloud(ledger::view(created.getCloud()));
  check_cloud(directory, cloud, identity.kind);
  const std::string tenancy(ledger::view(created.getTenancy()));
  if (!tenancy.empty() && !identity.tenancy.empty() && tenancy != identity.tenancy)
    refuse(directory, "the tenancy", tenancy, identity.tenancy);
  ledger::Fields endpoints;
  ledger::merge(endpoints, created.getEndpoints());
  if (!(endpoints.sorted() == identity.endpoints.sorted()))
    refuse(directory, "the endpoints", words(endpoints.sorted()),
           words(identity.endpoints.sorted()));
}

void record_dropped_tail(ledger::EventStore& store, const ledger::OpeningReport& report, Time now) {
  if (!report.dropped_tail) return;
  EventDraft dropped(ledger::kLedgerStream, now, 0);
  auto body = dropped.body().initTailDropped();
  body.setFile(report.dropped_tail->file);
  body.setBytes(report.dropped_tail->bytes);
  body.setKept(report.dropped_tail->kept);
  store.append_one(dropped);
}

RunLedger open_run_ledger(const std::filesystem::path& directory,
                          const workflow::CloudIdentity& identity, const workflow::Actor& actor,
                          Time now, const std::function<std::string()>& new_id) {
  RunLedger opened;
  ledger::OpeningReport report;
  const ledger::Holder holder{actor.pid, actor.host, now};
  opened.store = ledger::RocksEventStore::create_or_open(
      directory, holder,
      [&] {
        opened.created = true;
        return ledger_created(identity, now, new_id());
      },
      report);
  opened.said = report.sentences();
  check_binding(*opened.store, identity, directory.string());
  record_dropped_tail(*opened.store, report, now);
  return opened;
}

}  // namespace migledger::cli
