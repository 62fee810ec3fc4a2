// The events the executor appends, from what it knows in memory.
#pragma once

#include <algorithm>

#include "ledger/event/event.h"
#include "workflow/bulk/bulk_page.h"
#include "workflow/cloud/cloud.h"
#include "workflow/decide/decide.h"
#include "workflow/model/actor.h"
#include "workflow/model/approval.h"
#include "workflow/model/plan.h"

namespace migledger::workflow {

// Where an event belongs and what it reacts to.
struct Origin {
  ledger::StreamId stream = ledger::kLedgerStream;
  Time now{};
  ledger::Position session = 0;
  ledger::Position cause = 0;
};

// Whether the event is small enough to be appended. Those that repeat what the cloud said may not
// be.
bool fits(const ledger::EventDraft& draft);
// Why what the cloud said counts as no answer then.
Failure does_not_fit();

// How a migration ends that has done every step of what it was about.
ledger::schema::Ended::Result end_of(Mode mode);

ledger::EventDraft session_opened(const Origin& origin, const Actor& actor,
                                  const CloudIdentity& identity);
ledger::EventDraft session_closed(const Origin& origin, int exit_code, std::string_view reason);
ledger::EventDraft migration_started(const Origin& origin, const Workflow& workflow,
                                     const PlannedMigration& planned);
ledger::EventDraft plan_changed(const Origin& origin, const PlannedMigration& planned,
                                std::string_view reason, const std::vector<StepIndex>& recheck);
ledger::EventDraft probed(const Origin& origin, StepIndex step, std::uint16_t generation,
                          const Sighting& sighting, std::string_view scope, Time cloud_time);
ledger::EventDraft intent(const Origin& origin, const Decision& decision, Guard guard,
                          std::string_view key, std::string_view transport, std::uint32_t send,
                          const Request& request);
// A recorded request sent again; `recorded` is the position of its intent.
ledger::EventDraft intent_again(const Origin& origin, const Decision& decision, Guard guard,
                                std::string_view key, std::string_view transport,
                                std::uint32_t send, ledger::Position recorded,
                                std::string_view request_id);

// Who approved it, as recorded. In words: "root@box (login uid 1000, sudo by alice, cloud login
// ocid1.user…)".
Person approver_of(ledger::schema::Approved::Reader approved);
std::string words_of(const Person& person);

struct OutcomeRecord {
  StepIndex step = ledger::kNoStep;
  std::uint16_t generation = 0;
  ledger::Position intent = 0;
  ledger::schema::Outcome::Result result = ledger::schema::Outcome::Result::UNKNOWN;
  ledger::schema::Outcome::How how = ledger::schema::Outcome::How::REPLIED;
  Failure failure;
  ledger::Fields facts;
  const Reply* reply = nullptr;
  std::string evidence;
  std::string_view row;
  bool more = false;  // the step has further items
};
ledger::EventDraft outcome(const Origin& origin, const OutcomeRecord& record);

ledger::EventDraft observed(const Origin& origin, StepIndex step, std::string_view state,
                            int percent);
ledger::EventDraft checked(const Origin& origin, StepIndex step, const Verdict& verdict,
                           StepIndex reopens, const std::vector<std::string>& evidence);
ledger::EventDraft read_failed(const Origin& origin, StepIndex step, const Failure& failure);
ledger::EventDraft parked(const Origin& origin, StepIndex step, std::string_view reason,
                          std::string_view need, ledger::schema::Parked::Kind kind);

struct ApprovalRecord {
  StepIndex step = ledger::kNoStep;
  ApprovalKind kind = ApprovalKind::UNSAID;
  ledger::schema::Approved::How how = ledger::schema::Approved::How::UNSAID;
  std::string_view what;     // is approved
  std::string_view reason;   // why
  std::string_view given;    // as it was: "--yes=cutover"
  std::string_view request;  // id of the order; empty: it was none
  Person by;
};
// `state` has the plan.
ledger::EventDraft approved(const Origin& origin, const MigrationState& state,
                            const ApprovalRecord& record);
ledger::EventDraft ended(const Origin& origin, StepIndex step, ledger::schema::Ended::Result result,
                         std::string_view reason);

ledger::EventDraft bulk_begun(const Origin& origin, StepIndex step, const BulkWork& page,
                              std::string_view row);
ledger::EventDraft bulk_ended(const Origin& origin, StepIndex step, const BulkWork& page,
                              std::uint64_t objects_so_far, std::uint64_t expected);

// The request of a recorded intent.
Request request_of(ledger::schema::Request::Reader recorded);

}  // namespace migledger::workflow
