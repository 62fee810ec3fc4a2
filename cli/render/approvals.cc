#include "cli/render/approvals.h"

#include <fmt/format.h>

#include "workflow/decide/transitions.h"
#include "workflow/run/records.h"

namespace migledger::cli {

namespace {

using ledger::view;
using ledger::schema::Approved;
using ledger::schema::Event;
using ledger::schema::Steered;
using Verb = Steered::Verb;

void take(Approved::Reader approved, ApprovalLine& line) {
  line.kind = workflow::name_of(approved.getKind());
  line.what = view(approved.getWhat());
  line.how = view(approved.getGiven());
  line.reason = view(approved.getReason());
  // Versions before said how as the reason, and who only in the session.
  if (approved.getHow() == Approved::How::UNSAID) std::swap(line.how, line.reason);
  if (approved.getUser().size() > 0) line.by = workflow::words_of(workflow::approver_of(approved));
}

void take(Steered::Reader steered, const std::string& step, ApprovalLine& line) {
  const auto verb = steered.getVerb();
  line.how = fmt::format("migledger {}", workflow::name_of(verb));
  line.reason = view(steered.getReason());
  line.by = fmt::format("{}@{}", std::string_view(view(steered.getUser())),
                        std::string_view(view(steered.getHost())));
  if (verb == Verb::APPROVE) {
    line.what = step;
  } else if (verb == Verb::DECOMMISSION) {
    line.kind = workflow::name_of(workflow::ApprovalKind::TERMINATION);
    line.what = "begin the end of the source";
  } else {
    line.kind = "removal";
    line.what = verb == Verb::ROLLBACK ? "remove everything that it made"
                                       : "remove what was only needed on the way";
  }
}

}  // namespace

bool is_approval(Event::Reader event) {
  const auto body = event.getBody();
  if (body.isApproved()) return true;
  if (!body.isSteered()) return false;
  const auto verb = body.getSteered().getVerb();
  return verb == Verb::APPROVE || verb == Verb::ROLLBACK || verb == Verb::CLEANUP ||
         verb == Verb::DECOMMISSION;
}

std::optional<ApprovalLine> approval_line(Event::Reader event, Names& names) {
  if (!is_approval(event)) return std::nullopt;
  ApprovalLine line;
  line.position = event.getPosition();
  line.time = time_from_micros(event.getTime());
  line.migration = names.migration(event.getStream());
  const auto body = event.getBody();
  if (body.isApproved())
    take(body.getApproved(), line);
  else
    take(body.getSteered(), names.step(event.getStream(), body.getSteered().getStep()), line);
  if (line.by.empty()) line.by = names.actor(event.getSession());
  return line;
}

}  // namespace migledger::cli
