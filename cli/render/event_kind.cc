#include "cli/render/event_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapters/config/text/nearest.h"
#include "cli/base/usage_error.h"
#include "ledger/base/printable.h"
#include "ledger/fold/migration_state.h"
#include "workflow/decide/transitions.h"

namespace migledger::cli {

namespace {

using namespace ledger::schema;

// By the number of the union member's place, which is its discriminant.
constexpr std::array<std::string_view, 22> kKinds = {
    "unset",         "ledgerCreated", "sessionOpened",
    "sessionClosed", "tailDropped",   "migrationStarted",
    "planChanged",   "probed",        "intent",
    "outcome",       "observed",      "checked",
    "readFailed",    "parked",        "approved",
    "ended",         "steered",       "bulkBegun",
    "bulkEnded",     "restored",      "checkpointed",
    "forked"};

}  // namespace

bool is_known(Event::Reader event) {
  const auto which = static_cast<std::size_t>(event.getBody().which());
  return which != Event::Body::UNSET && which < kKinds.size();
}

std::string_view kind_of(Event::Reader event) {
  return is_known(event) ? kKinds[static_cast<std::size_t>(event.getBody().which())] : kUnknownKind;
}

std::optional<std::uint16_t> kind_number(std::string_view name) {
  for (std::size_t i = 1; i < kKinds.size(); ++i)
    if (kKinds[i] == name) return static_cast<std::uint16_t>(i);
  return std::nullopt;
}

void check_kind(std::string_view option, std::string_view name) {
  std::array<std::string_view, kKinds.size()> names = kKinds;
  names[0] = kUnknownKind;
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  const auto near = adapters::nearest(name, names);
  std::sort(names.begin(), names.end());
  throw UsageError(fmt::format(
      "{}: there is no kind of event \"{}\"{}; the kinds are {}", option, printable(name, 60),
      near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near), fmt::join(names, ", ")));
}

namespace {

std::optional<StepMention> mention(Event::Reader event) {
  const auto body = event.getBody();
  switch (body.which()) {
    case Event::Body::PROBED:
      return StepMention{body.getProbed().getStep(), body.getProbed().getGeneration()};
    case Event::Body::INTENT:
      return StepMention{body.getIntent().getStep(), body.getIntent().getGeneration()};
    case Event::Body::OUTCOME:
      return StepMention{body.getOutcome().getStep(), body.getOutcome().getGeneration()};
    case Event::Body::OBSERVED:
      return StepMention{body.getObserved().getStep(), {}};
    case Event::Body::CHECKED:
      return StepMention{body.getChecked().getStep(), {}};
    case Event::Body::READ_FAILED:
      return StepMention{body.getReadFailed().getStep(), {}};
    case Event::Body::PARKED:
      return StepMention{body.getParked().getStep(), {}};
    case Event::Body::APPROVED:
      return StepMention{body.getApproved().getStep(), {}};
    case Event::Body::ENDED:
      return StepMention{body.getEnded().getStep(), {}};
    case Event::Body::STEERED:
      return StepMention{body.getSteered().getStep(), {}};
    case Event::Body::BULK_BEGUN:
      return StepMention{body.getBulkBegun().getStep(), {}};
    case Event::Body::BULK_ENDED:
      return StepMention{body.getBulkEnded().getStep(), {}};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<StepMention> step_of(Event::Reader event) {
  const auto found = mention(event);
  return found && found->step != ledger::kNoStep ? found : std::nullopt;
}

std::string_view result_of(Event::Reader event) {
  constexpr std::string_view kNewer = "of a newer version";
  const auto body = event.getBody();
  switch (body.which()) {
    case Event::Body::PROBED:
      switch (body.getProbed().getResult()) {
        case Probed::Result::ABSENT:
          return "absent";
        case Probed::Result::OURS:
          return "ours";
        case Probed::Result::SEVERAL:
          return "several";
        case Probed::Result::FOREIGN:
          return "foreign";
        case Probed::Result::UNDER_WAY:
          return "underWay";
      }
      return kNewer;
    case Event::Body::OUTCOME:
      switch (body.getOutcome().getResult()) {
        case Outcome::Result::SUCCEEDED:
          return "succeeded";
        case Outcome::Result::FAILED:
          return "failed";
        case Outcome::Result::UNKNOWN:
          return "unknown";
      }
      return kNewer;
    case Event::Body::CHECKED:
      switch (body.getChecked().getResult()) {
        case Checked::Result::OK:
          return "ok";
        case Checked::Result::DEAD:
          return "dead";
        case Checked::Result::REFUSED:
          return "refused";
      }
      return kNewer;
    case Event::Body::PARKED:
      switch (body.getParked().getKind()) {
        case Parked::Kind::MEND:
          return "mend";
        case Parked::Kind::APPROVE:
          return "approve";
        case Parked::Kind::RESOLVE:
          return "resolve";
      }
      return kNewer;
    case Event::Body::ENDED:
      switch (body.getEnded().getResult()) {
        case Ended::Result::DONE:
          return "done";
        case Ended::Result::FAILED:
          return "failed";
        case Ended::Result::CANCELLED:
          return "cancelled";
        case Ended::Result::ROLLED_BACK:
          return "rolledBack";
      }
      return kNewer;
    case Event::Body::STEERED: {
      const auto name = workflow::name_of(body.getSteered().getVerb());
      return name == "?" ? kNewer : name;
    }
    case Event::Body::BULK_ENDED:
      return body.getBulkEnded().getFailed() == 0 ? "ok" : "failed";
    default:
      return {};
  }
}

}  // namespace migledger::cli
