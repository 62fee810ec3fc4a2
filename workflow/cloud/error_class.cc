#include "workflow/cloud/error_class.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "ledger/base/letter_case.h"
#include "workflow/cloud/redact.h"

namespace migledger::workflow {

namespace {

using namespace std::chrono_literals;

// A message is for people; a service that answers with pages of it must not fill an event.
constexpr std::size_t kLongestMessage = 2000;

// A resource that is busy stays so for minutes: an instance cannot be imaged again for 20.
constexpr Duration kBusy = 3min;
// What was just made is known to every service some minutes later. Oracle's Go SDK tries such a
// request again for four minutes (retry_eventual_consistency).
constexpr Duration kSettling = 60s;

// What a code means, with whatever status it comes.
struct CodeRow {
  std::string_view code;
  ErrorClass error_class;
  Duration pause{};           // before the next sending, unless the service names one
  std::string_view repair{};  // what a person can do when it stays so
};

// Oracle's table (error_class.h), and where services do otherwise what they do.
constexpr CodeRow kCodes[] = {
    {"LimitExceeded",
     ErrorClass::BLOCKED,
     {},
     "have the service limit raised (Console: Limits, Quotas and Usage), or free some of it"},
    {"QuotaExceeded",
     ErrorClass::BLOCKED,
     {},
     "have the compartment's quota policy changed, or free some of it"},
    {"ResourceLocked",
     ErrorClass::BLOCKED,
     {},
     "somebody has locked the resource: have the lock removed (Console: the resource, Locks)"},
    {"OutOfHostCapacity", ErrorClass::CAPACITY},
    {"OutOfCapacity", ErrorClass::CAPACITY},
    {"InvalidatedRetryToken", ErrorClass::TOKEN_INVALIDATED},
    // Busy: it passes by itself. Oracle calls Conflict final; the services answer it where another
    // operation on the resource is under way.
    {"IncorrectState", ErrorClass::RETRY, kBusy,
     "see what else is done to the resource, and wait until it has ended"},
    {"Conflict", ErrorClass::RETRY, kBusy,
     "see what else is done to the resource, or uses it, and wait until it has ended"},
    {"LockConflict", ErrorClass::RETRY, kBusy,
     "see what else is done to the resource, and wait until it has ended"},
    {"ExternalServerIncorrectState", ErrorClass::RETRY, kBusy,
     "see what else is done to the resource, and wait until it has ended"},
    {"ConcurrentObjectUpdate", ErrorClass::RETRY},
    // Not there, not to be seen, or not yet known to this service.
    {"RelatedResourceNotAuthorizedOrNotFound", ErrorClass::NOT_FOUND, kSettling,
     "check that the resources the request names exist in that region, and that the policies let "
     "this user use them"},
    {"InsufficientServicePermissions", ErrorClass::NOT_FOUND, kSettling,
     "a service may not do its part: have a policy \"Allow service … to …\" written"},
    {"ResourceDisabled", ErrorClass::NOT_FOUND, kSettling,
     "enable what the request names, or whatever belongs to it, such as a key"},
    // Something of that name is there. A look shows whose it is, if it may be seen.
    {"NotAuthorizedOrResourceAlreadyExists", ErrorClass::EXISTS, kSettling,
     "something of that name is there already and may not be seen, or the policies do not let this "
     "user make it: configure another name, or have the policies changed"},
    {"ResourceAlreadyExists", ErrorClass::EXISTS, kSettling,
     "something of that name is there already: configure another name"},
    {"BucketAlreadyExists", ErrorClass::EXISTS, kSettling,
     "a bucket of that name is there already, perhaps in a compartment that may not be seen: "
     "configure another name"},
    {"ObjectAlreadyExists", ErrorClass::EXISTS},
    {"NoEtagMatch", ErrorClass::PRECONDITION},
    {"IfMatchFailed", ErrorClass::PRECONDITION},
    {"IfNoneMatchFailed", ErrorClass::PRECONDITION},
    {"TooManyRequests", ErrorClass::THROTTLED},
};

// What a status means with any other code. 5xx, and what nobody defined, stand below.
constexpr std::pair<int, ErrorClass> kStatuses[] = {
    {401, ErrorClass::CREDENTIALS},  {404, ErrorClass::NOT_FOUND}, {409, ErrorClass::FATAL},
    {412, ErrorClass::PRECONDITION}, {429, ErrorClass::THROTTLED}, {501, ErrorClass::FATAL},
};

const CodeRow* row_of(std::string_view code) {
  const auto* found = std::find_if(std::begin(kCodes), std::end(kCodes),
                                   [&](const CodeRow& row) { return row.code == code; });
  return found == std::end(kCodes) ? nullptr : found;
}

// The texts of OCI's services, in any letter case.
bool says_out_of_capacity(std::string_view message) {
  constexpr std::array<std::string_view, 3> kSaid = {"out of host capacity", "outofhostcapacity",
                                                     "out of capacity"};
  const std::string lower = lower_case(message);
  return std::any_of(kSaid.begin(), kSaid.end(),
                     [&](std::string_view said) { return lower.find(said) != std::string::npos; });
}

// A launch in an availability domain that does not have the shape: another one may.
bool says_no_such_shape(int status, std::string_view message) {
  const std::string lower = lower_case(message);
  return status == 404 && lower.starts_with("shape ") &&
         lower.find("not found") != std::string::npos;
}

ErrorClass classify_status(int status, std::string_view code, std::string_view message,
                           bool mutates) {
  if (says_out_of_capacity(message) || says_no_such_shape(status, message))
    return ErrorClass::CAPACITY;
  // The code of a 401 may be one that a server error has, too; who asks is refused all the same.
  if (const auto* row = row_of(code); row && status >= 400 && status != 401)
    return row->error_class;
  for (const auto& [known, error_class] : kStatuses)
    if (known == status) return error_class;
  // A proxy gave up waiting for the request: as a server error, it leaves open what happened.
  if (status >= 400 && status < 500 && status != 408) return ErrorClass::FATAL;
  // A 5xx, a 3xx, or a status nobody defined: whether anything happened cannot be told.
  return mutates ? ErrorClass::UNKNOWN : ErrorClass::RETRY;
}

}  // namespace

std::string_view name_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::NONE:
      return "none";
    case ErrorClass::RETRY:
      return "retry";
    case ErrorClass::THROTTLED:
      return "throttled";
    case ErrorClass::BLOCKED:
      return "blocked";
    case ErrorClass::CAPACITY:
      return "capacity";
    case ErrorClass::CREDENTIALS:
      return "credentials";
    case ErrorClass::TOKEN_INVALIDATED:
      return "token invalidated";
    case ErrorClass::EXISTS:
      return "exists";
    case ErrorClass::PRECONDITION:
      return "precondition";
    case ErrorClass::NOT_FOUND:
      return "not found";
    case ErrorClass::FATAL:
      return "fatal";
    case ErrorClass::UNKNOWN:
      return "unknown";
  }
  return "of a newer version";
}

Failure classify(const Reply& reply, bool mutates) {
  Failure failure;
  if (reply.ok()) return failure;
  failure.request_id = reply.request_id();
  failure.retry_after = reply.retry_after().value_or(Duration::zero());
  if (reply.delivery != Reply::Delivery::replied) {
    const bool sent = reply.delivery == Reply::Delivery::unknown;
    failure.error_class = sent && mutates ? ErrorClass::UNKNOWN : ErrorClass::RETRY;
    if (reply.error.starts_with("credentials: ")) failure.error_class = ErrorClass::CREDENTIALS;
    failure.code = sent ? "NoReply" : "NotSent";
    failure.message = redact_text(reply.error);
    return failure;
  }
  failure.status = reply.status;
  boost::system::error_code bad;
  const auto parsed = boost::json::parse(reply.body, bad);
  if (!bad && parsed.is_object()) {
    const auto text = [&](const char* key) -> std::string {
      const auto* value = parsed.as_object().if_contains(key);
      return value && value->is_string() ? std::string(value->as_string()) : std::string();
    };
    failure.code = text("code");
    failure.message = redact_text(text("message"));
  } else {
    // Redacted before it is cut: half a secret is not seen to be one.
    failure.message = redact_text(reply.body).substr(0, 500);
  }
  failure.error_class = classify_status(reply.status, failure.code, failure.message, mutates);
  if (failure.retry_after == Duration::zero() && mutates) {
    const auto* row = row_of(failure.code);
    if (row) failure.retry_after = row->pause;
    if (!row && reply.status == 404) failure.retry_after = kSettling;
  }
  return failure;
}

ErrorClass classify_work_error(std::string_view code, std::string_view message) {
  if (says_out_of_capacity(message)) return ErrorClass::CAPACITY;
  if (const auto* row = row_of(code)) {
    switch (row->error_class) {
      case ErrorClass::CAPACITY:
      case ErrorClass::BLOCKED:
      case ErrorClass::NOT_FOUND:
        return row->error_class;
      default:
        return ErrorClass::RETRY;
    }
  }
  if (code == "NotAuthorizedOrNotFound" || code == "NotAuthorized" || code == "NotFound")
    return ErrorClass::NOT_FOUND;
  // As it is, the request can never succeed.
  if (code == "InvalidParameter" || code == "MissingParameter" || code == "CannotParseRequest")
    return ErrorClass::FATAL;
  return ErrorClass::RETRY;
}

std::string_view repair_of(std::string_view code) {
  if (const auto* row = row_of(code)) return row->repair;
  if (code == "NotAuthorizedOrNotFound")
    return "check that what the request names exists there, and that the policies let this user "
           "use it";
  return {};
}

std::string describe(const Failure& failure) {
  std::string out;
  if (failure.status != 0) out = fmt::format("{} ", failure.status);
  out += failure.code.empty() ? std::string(name_of(failure.error_class)) : failure.code;
  if (!failure.message.empty()) out += ": " + failure.message;
  return out;
}

bool says_more(const Reply& reply, const Failure& failure) {
  if (failure.message.size() > kLongestMessage) return true;
  boost::system::error_code bad;
  const auto parsed = boost::json::parse(reply.body, bad);
  if (bad || !parsed.is_object()) return !reply.body.empty();
  return std::any_of(parsed.as_object().begin(), parsed.as_object().end(), [](const auto& member) {
    return (member.key() != "code" && member.key() != "message") || !member.value().is_string();
  });
}

void fill(ledger::schema::Error::Builder to, const Failure& failure) {
  to.setClass(failure.error_class);
  to.setStatus(static_cast<std::uint16_t>(failure.status));
  to.setCode(failure.code.substr(0, 200));
  to.setMessage(failure.message.substr(0, kLongestMessage));
  to.setRequestId(failure.request_id.substr(0, 200));
  to.setRetryAfterMillis(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(failure.retry_after).count()));
}

}  // namespace migledger::workflow
