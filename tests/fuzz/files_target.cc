// What lies beside the events: the anchor, snapshots, the end of a write-ahead log; and the state
// that a simulated tenancy keeps.
// The input: a line that says which; the bytes.
#include <boost/json.hpp>

#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/state_store.h"
#include "ledger/directory/anchor.h"
#include "ledger/directory/wal_tail.h"
#include "ledger/fold/fleet_summary.h"
#include "tests/fuzz/target.h"

namespace migledger::fuzz {

namespace {

void anchor(std::string_view text) {
  try {
    const auto anchor = ledger::parse_anchor(text);
    const std::string written = ledger::serialise(anchor);
    promise(ledger::serialise(ledger::parse_anchor(written)) == written,
            "an anchor that is written is read again");
  } catch (const std::invalid_argument&) {
  }
}

void snapshot(std::string_view text) {
  const auto fleet = ledger::FleetSummary::load(std::as_bytes(std::span(text)));
  if (!fleet) return;
  for (const auto& row : fleet->rows()) {
    (void)fleet->step_name(row);
    (void)row.steps_done();
    (void)fleet->find(row.stream);
  }
  const auto again = ledger::FleetSummary::load(fleet->save());
  promise(again && *again == *fleet, "a snapshot that is written is read again");
}

void log_tail(std::string_view text) {
  const auto tail = ledger::find_tail(std::as_bytes(std::span(text)));
  promise(tail.end <= tail.at && tail.at <= text.size(), "the tail lies within the log");
  promise((tail.state == ledger::WalTail::State::whole) == (tail.at == text.size()),
          "a whole log has no tail");
}

// Rows "KEY=VALUE", between lines "~~".
void tenancy(std::string_view text) {
  adapters::sim::MemoryStore store;
  std::vector<adapters::sim::StateStore::Change> rows;
  for (const auto row : parts_of(text)) {
    const auto equals = row.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    rows.emplace_back(std::string(row.substr(0, equals)), std::string(row.substr(equals + 1)));
  }
  store.write(rows);
  try {
    adapters::sim::TenancyOptions options;
    options.start = Time(std::chrono::seconds(1'800'000'000));
    adapters::sim::Tenancy tenancy(options, &store);
    (void)tenancy.report();
    workflow::Request request;
    request.region = "us-ashburn-1";
    request.path = "/20160918/images";
    request.query = "compartmentId=ocid1.compartment.oc1..c";
    (void)tenancy.handle(request, tenancy.clock());
  } catch (const adapters::sim::StateError&) {
  }
}

}  // namespace

void fuzz_files(std::string_view bytes) {
  const auto which = take_line(bytes);
  if (which == "anchor") return anchor(bytes);
  if (which == "snapshot") return snapshot(bytes);
  if (which == "log") return log_tail(bytes);
  if (which == "tenancy") return tenancy(bytes);
}

}  // namespace migledger::fuzz
