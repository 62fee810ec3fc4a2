// What an answer means for what to do next, after Oracle's table of API errors
// (https://docs.oracle.com/iaas/Content/API/References/apierrors.htm).
#pragma once

#include <string>
#include <string_view>

#include "ledger/event/event.h"
#include "workflow/cloud/request.h"

namespace migledger::workflow {

using ledger::schema::ErrorClass;

struct Failure {
  ErrorClass error_class = ErrorClass::NONE;
  int status = 0;
  std::string code;
  std::string message;
  std::string request_id;
  Duration retry_after{};  // zero: none was given

  explicit operator bool() const { return error_class != ErrorClass::NONE; }
};

std::string_view name_of(ErrorClass error_class);

// Classifies a reply. `mutates`: the request was to change something, so that a server error
// leaves open whether it did.
Failure classify(const Reply& reply, bool mutates);

// The same for the error a failed work request reports.
ErrorClass classify_work_error(std::string_view code, std::string_view message);

// What a person can do about an error of that code which does not pass by itself; empty: nothing is
// known.
std::string_view repair_of(std::string_view code);

// "404 NotAuthorizedOrNotFound: Authorization failed …", for people.
std::string describe(const Failure& failure);

// Whether the reply's body says more about the failure than its event will (fill).
bool says_more(const Reply& reply, const Failure& failure);

void fill(ledger::schema::Error::Builder to, const Failure& failure);

}  // namespace migledger::workflow
