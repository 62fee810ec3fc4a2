// HistoryBuilder: a ledger for tests, written down event by event as a person would tell it.
//
//   HistoryBuilder history;
//   history.session("alice", "box").start("web-1").sending("create-image")
//       .succeeded("create-image", {{"image_id", "ocid1.image.oc1..x"}});
//
// The first event, ledgerCreated, is of 2026-11-23T09:00:00Z; each further one comes a second after
// the one before, unless at() or after() says otherwise. Steps are those of the compute workflow.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/fields.h"
#include "tests/support/memory_event_store.h"
#include "workflow/cloud/error_class.h"
#include "workflow/run/records.h"

namespace migledger::testing {

inline constexpr const char* kLedgerId = "00112233445566778899aabbccddeeff";

class HistoryBuilder {
 public:
  // `cloud`: "oci" or "sim".
  explicit HistoryBuilder(std::string_view cloud = "oci");

  const MemoryEventStore& store() const { return *store_; }
  ledger::Position last() const { return store_->head().position; }

  // When the next event happens. `time` is an RFC 3339 date-time.
  HistoryBuilder& at(std::string_view time);
  HistoryBuilder& after(Duration pause);

  HistoryBuilder& session(std::string_view user = "alice", std::string_view host = "box");
  HistoryBuilder& close(int exit_code, std::string_view reason);
  HistoryBuilder& tail_dropped(std::string_view file, std::uint64_t bytes, std::string_view kept);

  // Starts a migration; the events that follow are of it. Its plan: regions, source and `plan`.
  HistoryBuilder& start(std::string_view name, const ledger::Fields& plan = {},
                        std::vector<std::string> depends_on = {});
  // The events that follow are of a migration started earlier.
  HistoryBuilder& on(std::string_view name);
  HistoryBuilder& plan_changed(const ledger::Fields& plan, std::string_view reason,
                               const std::vector<std::string_view>& recheck = {});

  using Sighting = workflow::Sighting;
  HistoryBuilder& looked(std::string_view step, Sighting::Kind kind,
                         std::vector<Sighting::Candidate> candidates = {}, bool by_tag = false,
                         std::uint16_t generation = 1, ledger::Fields facts = {});
  // POST /20160918/images in us-ashburn-1.
  HistoryBuilder& sending(std::string_view step, std::uint16_t generation = 1);
  HistoryBuilder& sending_again(std::string_view step, ledger::Position recorded,
                                std::uint32_t send, std::uint16_t generation = 1);
  HistoryBuilder& succeeded(std::string_view step, const ledger::Fields& facts = {},
                            std::string_view work_request = {}, std::uint16_t generation = 1);
  using How = ledger::schema::Outcome::How;
  HistoryBuilder& found(std::string_view step, How how, const ledger::Fields& facts);
  HistoryBuilder& failed(std::string_view step, const workflow::Failure& failure,
                         std::uint16_t generation = 1);
  HistoryBuilder& unknown(std::string_view step, const workflow::Failure& failure);
  HistoryBuilder& observed(std::string_view step, std::string_view state, int percent);
  HistoryBuilder& ok(std::string_view step, const ledger::Fields& facts = {},
                     std::vector<std::string> findings = {});
  HistoryBuilder& dead(std::string_view step, std::string_view reopens,
                       const workflow::Failure& failure);
  HistoryBuilder& refused(std::string_view step, std::string_view message);
  HistoryBuilder& read_failed(std::string_view step, const workflow::Failure& failure);
  using ParkedKind = ledger::schema::Parked::Kind;
  HistoryBuilder& parked(std::string_view step, std::string_view reason, std::string_view need,
                         ParkedKind kind = ParkedKind::MEND);
  HistoryBuilder& approved(std::string_view step, std::string_view what, std::string_view reason);
  HistoryBuilder& done();
  HistoryBuilder& gave_up(std::string_view step, std::string_view reason);
  // An event of a kind that no version knows yet.
  HistoryBuilder& newer_kind(std::uint16_t discriminant);

  // check-source to claim-source done, without approval of downtime.
  HistoryBuilder& checks_done();

  // The position of the current migration's first event.
  ledger::StreamId stream() const { return stream_; }

 private:
  workflow::Origin origin(ledger::StreamId stream) const;
  HistoryBuilder& append(ledger::EventDraft draft);
  HistoryBuilder& outcome(const workflow::OutcomeRecord& record);
  workflow::Decision decision(std::string_view step, std::uint16_t generation,
                              workflow::Row row) const;

  std::unique_ptr<MemoryEventStore> store_ = std::make_unique<MemoryEventStore>();
  Time now_;
  ledger::Position session_ = 0;
  ledger::StreamId stream_ = 0;
  std::string name_;
  ledger::Position intent_ = 0;
};

// A failure as the cloud would report it.
workflow::Failure failure(workflow::ErrorClass error, int status, std::string code,
                          std::string message = {});

}  // namespace migledger::testing
