#include "workflow/cloud/error_class.h"

#include <capnp/message.h>

#include <catch2/catch.hpp>

namespace migledger::workflow {

namespace {

Reply reply(int status, const std::string& code, const std::string& message = "") {
  Reply reply;
  reply.delivery = Reply::Delivery::replied;
  reply.status = status;
  reply.body = R"({"code":")" + code + R"(","message":")" + message + R"("})";
  return reply;
}

}  // namespace

TEST_CASE("what an error of the API means for a request that changes something") {
  struct Row {
    int status;
    const char* code;
    ErrorClass expected;
  };
  const Row rows[] = {
      {200, "", ErrorClass::NONE},
      {204, "", ErrorClass::NONE},
      {302, "", ErrorClass::UNKNOWN},
      {400, "CannotParseRequest", ErrorClass::FATAL},
      {400, "InvalidParameter", ErrorClass::FATAL},
      {400, "MissingParameter", ErrorClass::FATAL},
      {400, "LimitExceeded", ErrorClass::BLOCKED},
      {400, "QuotaExceeded", ErrorClass::BLOCKED},
      {400, "RelatedResourceNotAuthorizedOrNotFound", ErrorClass::NOT_FOUND},
      {400, "InsufficientServicePermissions", ErrorClass::NOT_FOUND},
      {400, "ResourceDisabled", ErrorClass::NOT_FOUND},
      {401, "NotAuthenticated", ErrorClass::CREDENTIALS},
      {401, "LimitExceeded", ErrorClass::CREDENTIALS},
      {403, "NotAllowed", ErrorClass::FATAL},
      {403, "NotAuthorized", ErrorClass::FATAL},
      {403, "SignUpRequired", ErrorClass::FATAL},
      {404, "NotAuthorizedOrNotFound", ErrorClass::NOT_FOUND},
      {404, "BucketNotFound", ErrorClass::NOT_FOUND},
      {404, "NamespaceNotFound", ErrorClass::NOT_FOUND},
      {404, "ObjectNotFound", ErrorClass::NOT_FOUND},
      {404, "", ErrorClass::NOT_FOUND},
      {405, "MethodNotAllowed", ErrorClass::FATAL},
      {408, "", ErrorClass::UNKNOWN},
      {409, "Conflict", ErrorClass::RETRY},
      {409, "ResourceLocked", ErrorClass::BLOCKED},
      {409, "ConcurrentObjectUpdate", ErrorClass::RETRY},
      {409, "BucketNotEmpty", ErrorClass::FATAL},
      {409, "", ErrorClass::FATAL},
      {409, "IncorrectState", ErrorClass::RETRY},
      {409, "ExternalServerIncorrectState", ErrorClass::RETRY},
      {409, "LockConflict", ErrorClass::RETRY},
      {409, "InvalidatedRetryToken", ErrorClass::TOKEN_INVALIDATED},
      {409, "NotAuthorizedOrResourceAlreadyExists", ErrorClass::EXISTS},
      {409, "BucketAlreadyExists", ErrorClass::EXISTS},
      {409, "ResourceAlreadyExists", ErrorClass::EXISTS},
      {412, "NoEtagMatch", ErrorClass::PRECONDITION},
      {412, "IfNoneMatchFailed", ErrorClass::PRECONDITION},
      {412, "IfMatchFailed", ErrorClass::PRECONDITION},
      {412, "", ErrorClass::PRECONDITION},
      {413, "RequestEntityTooLarge", ErrorClass::FATAL},
      {422, "UnprocessableEntity", ErrorClass::FATAL},
      {431, "RequestHeaderFieldsTooLarge", ErrorClass::FATAL},
      {429, "TooManyRequests", ErrorClass::THROTTLED},
      {500, "InternalServerError", ErrorClass::UNKNOWN},
      {501, "MethodNotImplemented", ErrorClass::FATAL},
      {502, "", ErrorClass::UNKNOWN},
      {503, "ServiceUnavailable", ErrorClass::UNKNOWN},
      {503, "ExternalServerUnreachable", ErrorClass::UNKNOWN},
      {503, "ExternalServerTimeout", ErrorClass::UNKNOWN},
      {503, "ExternalServerInvalidResponse", ErrorClass::UNKNOWN},
      {504, "", ErrorClass::UNKNOWN},
  };
  for (const auto& row : rows) {
    INFO(row.status << " " << row.code);
    CHECK(classify(reply(row.status, row.code), true).error_class == row.expected);
  }
}

TEST_CASE("out of host capacity is not a server error, wherever it is said") {
  CHECK(classify(reply(500, "InternalError", "Out of host capacity."), true).error_class ==
        ErrorClass::CAPACITY);
  CHECK(classify(reply(400, "OutOfHostCapacity"), true).error_class == ErrorClass::CAPACITY);
  CHECK(classify_work_error("OutOfHostCapacity", "") == ErrorClass::CAPACITY);
  CHECK(classify_work_error("InternalError", "Out of host capacity.") == ErrorClass::CAPACITY);
  CHECK(classify_work_error("LimitExceeded", "") == ErrorClass::BLOCKED);
  CHECK(classify_work_error("InternalError", "it broke") == ErrorClass::RETRY);
  CHECK(classify(reply(500, "InternalError", "OUT OF CAPACITY for shape X"), true).error_class ==
        ErrorClass::CAPACITY);
}

TEST_CASE("what a failed work request says is for a person where it will not pass by itself") {
  CHECK(classify_work_error("NotAuthorizedOrNotFound", "") == ErrorClass::NOT_FOUND);
  CHECK(classify_work_error("RelatedResourceNotAuthorizedOrNotFound", "") == ErrorClass::NOT_FOUND);
  CHECK(classify_work_error("InsufficientServicePermissions", "") == ErrorClass::NOT_FOUND);
  CHECK(classify_work_error("QuotaExceeded", "") == ErrorClass::BLOCKED);
  CHECK(classify_work_error("InvalidParameter", "") == ErrorClass::FATAL);
  CHECK(classify_work_error("Conflict", "") == ErrorClass::RETRY);
  CHECK(classify_work_error("", "") == ErrorClass::RETRY);
}

TEST_CASE("every error that waits for a person says what it takes") {
  for (const char* code :
       {"LimitExceeded", "QuotaExceeded", "ResourceLocked", "IncorrectState", "Conflict",
        "RelatedResourceNotAuthorizedOrNotFound", "NotAuthorizedOrNotFound",
        "InsufficientServicePermissions", "ResourceDisabled", "BucketAlreadyExists",
        "NotAuthorizedOrResourceAlreadyExists"}) {
    INFO(code);
    CHECK(!repair_of(code).empty());
  }
  CHECK(repair_of("NeverHeardOf").empty());
}

TEST_CASE("a read that met a server error, or got no reply, is simply made again") {
  CHECK(classify(reply(500, "InternalServerError"), false).error_class == ErrorClass::RETRY);
  CHECK(classify(reply(302, ""), false).error_class == ErrorClass::RETRY);
  Reply none;
  none.delivery = Reply::Delivery::unknown;
  CHECK(classify(none, false).error_class == ErrorClass::RETRY);
}

TEST_CASE("without a reply, what matters is whether the request may have left") {
  Reply none;
  none.delivery = Reply::Delivery::unknown;
  none.error = "timed out";
  CHECK(classify(none, true).error_class == ErrorClass::UNKNOWN);
  CHECK(describe(classify(none, true)) == "NoReply: timed out");
  none.delivery = Reply::Delivery::not_sent;
  CHECK(classify(none, true).error_class == ErrorClass::RETRY);
  none.error = "credentials: no such profile";
  CHECK(classify(none, true).error_class == ErrorClass::CREDENTIALS);
}

TEST_CASE("a failure keeps what a person and the retry policy need") {
  Reply busy = reply(429, "TooManyRequests", "slow down");
  busy.headers = {{"retry-after", "7"}, {"opc-request-id", "ABC"}};
  const Failure failure = classify(busy, true);
  CHECK(failure.status == 429);
  CHECK(failure.request_id == "ABC");
  CHECK(failure.retry_after == std::chrono::seconds(7));
  CHECK(describe(failure) == "429 TooManyRequests: slow down");
}

TEST_CASE("a resource that is busy is left alone for some minutes") {
  for (const char* code : {"IncorrectState", "Conflict", "LockConflict"}) {
    INFO(code);
    CHECK(classify(reply(409, code), true).retry_after >= std::chrono::minutes(1));
  }
  Reply told = reply(409, "IncorrectState");
  told.headers = {{"retry-after", "5"}};
  CHECK(classify(told, true).retry_after == std::chrono::seconds(5));
}

TEST_CASE("an error page is shown in part, without secrets, also where the cut meets one") {
  Reply page;
  page.delivery = Reply::Delivery::replied;
  page.status = 503;
  page.body = std::string(485, 'x') + " /p/TOPSECRETTOKEN/n/ns/b/bucket/o/x";
  const Failure failure = classify(page, true);
  CHECK(failure.message.size() <= 500);
  CHECK(failure.message.find("TOPSECRET") == std::string::npos);
}

TEST_CASE("a failure is recorded within bounds") {
  Failure failure;
  failure.error_class = ErrorClass::FATAL;
  failure.status = 400;
  failure.code = std::string(1000, 'c');
  failure.message = std::string(100'000, 'm');
  failure.retry_after = std::chrono::milliseconds(1500);
  capnp::MallocMessageBuilder message;
  auto error = message.initRoot<ledger::schema::Error>();
  fill(error, failure);
  CHECK(error.getClass() == ErrorClass::FATAL);
  CHECK(error.getCode().size() == 200);
  CHECK(error.getMessage().size() == 2000);
  CHECK(error.getRetryAfterMillis() == 1500);
}

TEST_CASE("a body is kept where it says more than its event can") {
  const auto says = [](const Reply& r) { return says_more(r, classify(r, true)); };
  CHECK(!says(reply(429, "TooManyRequests", "slow down")));
  CHECK(!says(reply(500, "InternalError")));
  CHECK(says(reply(500, "InternalError", std::string(3000, 'x'))));
  Reply other = reply(400, "x");
  other.body = R"({"code":"x","message":"y","opc-request-id":"z"})";
  CHECK(says(other));
  other.body = "<html>bad gateway</html>";
  CHECK(says(other));
  other.body = R"({"code":["x"]})";
  CHECK(says(other));
  other.body.clear();
  CHECK(!says(other));
}

}  // namespace migledger::workflow
