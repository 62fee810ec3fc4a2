#include "workflow/error_class.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "workflow/redact.h"

namespace migledger::workflow {

namespace {

// A resource that is busy stays so for minutes: an instance cannot be imaged again for 20.
constexpr Duration kBusyPause = std::chrono::minutes(3);

bool says_out_of_capacity(std::string_view message) {
  return message.find("Out of host capacity") != std::string_view::npos ||
         message.find("out of host capacity") != std::string_view::npos ||
         message.find("OutOfHostCapacity") != std::string_view::npos;
}

ErrorClass classify_status(int status, std::string_view code, std::string_view message,
                           bool mutates) {
  if (says_out_of_capacity(message) || code == "OutOfHostCapacity") return ErrorClass::CAPACITY;
  if (code == "LimitExceeded" || code == "QuotaExceeded") return ErrorClass::BLOCKED;
  switch (status) {
    case 401:
      return ErrorClass::CREDENTIALS;
    case 404:
      return ErrorClass::NOT_FOUND;
    case 409:
      if (code == "IncorrectState" || code == "LockConflict" ||
          code == "ExternalServerIncorrectState")
        return ErrorClass::RETRY;
      if (code == "InvalidatedRetryToken") return ErrorClass::TOKEN_INVALIDATED;
      if (code == "NotAuthorizedOrResourceAlreadyExists" || code == "BucketAlreadyExists" ||
          code == "ResourceAlreadyExists")
        return ErrorClass::EXISTS;
      return ErrorClass::FATAL;
    case 412:
      return ErrorClass::PRECONDITION;
    case 429:
      return ErrorClass::THROTTLED;
    case 501:
      return ErrorClass::FATAL;
    default:
      break;
  }
  if (status >= 500) return mutates ? ErrorClass::UNKNOWN : ErrorClass::RETRY;
  if (status >= 400) return ErrorClass::FATAL;
  // A 3xx, or a status nobody defined: whether anything happened cannot be told.
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
  if (failure.code == "IncorrectState" && failure.retry_after == Duration::zero())
    failure.retry_after = kBusyPause;
  return failure;
}

ErrorClass classify_work_error(std::string_view code, std::string_view message) {
  if (code == "OutOfHostCapacity" || says_out_of_capacity(message)) return ErrorClass::CAPACITY;
  if (code == "LimitExceeded" || code == "QuotaExceeded") return ErrorClass::BLOCKED;
  return ErrorClass::RETRY;
}

std::string describe(const Failure& failure) {
  std::string out;
  if (failure.status != 0) out = fmt::format("{} ", failure.status);
  out += failure.code.empty() ? std::string(name_of(failure.error_class)) : failure.code;
  if (!failure.message.empty()) out += ": " + failure.message;
  return out;
}

void fill(ledger::schema::Error::Builder to, const Failure& failure) {
  // A message is for people; a service that answers with pages of it must not fill an event.
  constexpr std::size_t kLongest = 2000;
  to.setClass(failure.error_class);
  to.setStatus(static_cast<std::uint16_t>(failure.status));
  to.setCode(failure.code.substr(0, 200));
  to.setMessage(failure.message.substr(0, kLongest));
  to.setRequestId(failure.request_id.substr(0, 200));
  to.setRetryAfterMillis(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(failure.retry_after).count()));
}

}  // namespace migledger::workflow
