// Every intent is durable before its request leaves, and the request that leaves is the recorded
// one; every outcome that says that it was replied follows a reply that this run was given, and
// says of it what it was: an error is of the class that Oracle's documentation gives it, and only
// what is known to have had no effect is called failed.
//
// Exception: objects in bulk have an event a page, not an object; there must be a page.
#include <fmt/format.h>

#include "cli/simulation/promises/ledger_watch.h"
#include "workflow/cloud/error_class.h"
#include "workflow/run/records.h"

namespace migledger::simulation {

using workflow::Reply;
using workflow::Request;

namespace {

std::string words(const Request& r) {
  return fmt::format("{} {} {}?{} token={} if-match={} if-none-match={} {}", r.region, r.method,
                     r.path, r.query, r.retry_token, r.if_match, r.if_none_match, r.body);
}

// Where a secret was filled in, what stands around it must be alike.
bool is_filled(std::string_view recorded, std::string_view sent) {
  const auto begin = recorded.find("${secret:");
  if (begin == std::string_view::npos) return recorded == sent;
  const auto end = recorded.find('}', begin);
  return sent.substr(0, begin) == recorded.substr(0, begin) &&
         sent.ends_with(recorded.substr(recorded.rfind('}', recorded.size()) + 1)) &&
         end != std::string_view::npos;
}

bool is_same(const Request& recorded, const Request& sent) {
  return recorded.region == sent.region && recorded.service == sent.service &&
         recorded.method == sent.method && recorded.path == sent.path &&
         recorded.query == sent.query && recorded.retry_token == sent.retry_token &&
         recorded.if_match == sent.if_match && recorded.if_none_match == sent.if_none_match &&
         is_filled(recorded.body, sent.body);
}

using ledger::schema::ErrorClass;

struct Classed {
  int status;  // 0: any
  std::string_view code;
  ErrorClass error;
};
// Of what the simulated tenancy and its network answer to writes.
constexpr Classed kClasses[] = {
    {0, "LimitExceeded", ErrorClass::BLOCKED},
    {0, "OutOfHostCapacity", ErrorClass::CAPACITY},
    {0, "InvalidatedRetryToken", ErrorClass::TOKEN_INVALIDATED},
    {0, "IncorrectState", ErrorClass::RETRY},
    {0, "TooManyRequests", ErrorClass::THROTTLED},
    {0, "NotAuthenticated", ErrorClass::CREDENTIALS},
    {0, "NotAuthorizedOrNotFound", ErrorClass::NOT_FOUND},
    {400, "InvalidParameter", ErrorClass::FATAL},
    {500, "InternalServerError", ErrorClass::UNKNOWN},
    {503, "InternalServerError", ErrorClass::UNKNOWN},
};

void check_class(ledger::schema::Outcome::Reader outcome) {
  const auto error = outcome.getError();
  for (const auto& known : kClasses) {
    if (known.code != ledger::view(error.getCode())) continue;
    if (known.status != 0 && known.status != error.getStatus()) continue;
    judged(Rule::errors_classed);
    if (known.error != error.getClass())
      throw Violation(
          Rule::errors_classed,
          fmt::format("the outcome of the intent at {} calls {} {} \"{}\"", outcome.getIntent(),
                      error.getStatus(), known.code, workflow::name_of(error.getClass())));
  }
}

}  // namespace

void SentAsRecorded::recorded(ledger::schema::Event::Reader event) {
  const auto body = event.getBody();
  if (body.isBulkBegun()) ++pages_[event.getStream()];
  if (!body.isIntent()) return;
  const auto intent = body.getIntent();
  Request request = workflow::request_of(intent.getRequest());
  const std::string id = request.request_id;
  if (intent.getResends() != 0) {
    judged(Rule::sent_again_as_recorded);
    const auto first = positions_.find(intent.getResends());
    if (first == positions_.end())
      throw Violation(Rule::sent_again_as_recorded,
                      fmt::format("position {} sends position {} again, which is no intent",
                                  event.getPosition(), intent.getResends()));
    request = intents_[first->second].request;
    request.request_id = id;
  }
  if (id.empty())
    throw Violation(Rule::intent_before_sending,
                    fmt::format("position {} has no request id", event.getPosition()));
  intents_[id] = {event.getPosition(), std::move(request)};
  positions_[event.getPosition()] = id;
  told_.erase(id);
}

void SentAsRecorded::put_back(ledger::Position head) {
  for (auto it = positions_.upper_bound(head); it != positions_.end(); it = positions_.erase(it))
    intents_.erase(it->second);
  for (auto it = pages_.upper_bound(head); it != pages_.end();) it = pages_.erase(it);
}

void SentAsRecorded::leaves(const Request& request) const {
  if (request.reads()) return;
  judged(Rule::intent_before_sending);
  if (request.request_id.empty()) {
    // Searches are asked for by POST.
    if (request.service == workflow::Service::search) return;
    if (request.path.find("computeCapacityReports") != std::string::npos) return;
    if (pages_.empty())
      throw Violation(Rule::intent_before_sending,
                      fmt::format("{} leaves without an intent", words(request)));
    return;
  }
  const auto found = intents_.find(request.request_id);
  if (found == intents_.end())
    throw Violation(Rule::intent_before_sending,
                    fmt::format("{} leaves, and no intent of it is durable", words(request)));
  if (!is_same(found->second.request, request))
    throw Violation(
        Rule::intent_before_sending,
        fmt::format("position {} records {}, and what leaves is {}", found->second.position,
                    words(found->second.request), words(request)));
}

void SentAsRecorded::replied(const Request& request, const Reply& reply) {
  if (!request.request_id.empty()) told_[request.request_id] = {reply.delivery, reply.status};
}

void SentAsRecorded::before_append(ledger::schema::Event::Reader event) const {
  using Outcome = ledger::schema::Outcome;
  if (!event.getBody().isOutcome()) return;
  const auto outcome = event.getBody().getOutcome();
  if (outcome.getHow() != Outcome::How::REPLIED) return;
  judged(Rule::outcome_after_reply);
  check_class(outcome);
  const auto id = positions_.find(outcome.getIntent());
  if (id == positions_.end())
    throw Violation(Rule::outcome_after_reply,
                    fmt::format("an outcome is of position {}, which is no intent that is durable",
                                outcome.getIntent()));
  const auto told = told_.find(id->second);
  if (told == told_.end())
    throw Violation(
        Rule::outcome_after_reply,
        fmt::format("an outcome of the intent at {} is recorded before there is a reply",
                    outcome.getIntent()));
  const bool good = told->second.delivery == Reply::Delivery::replied &&
                    told->second.status >= 200 && told->second.status < 300;
  if (outcome.getResult() == Outcome::Result::SUCCEEDED && !good)
    throw Violation(Rule::outcome_after_reply,
                    fmt::format("the intent at {} is recorded as succeeded; the reply was "
                                "{}",
                                outcome.getIntent(), told->second.status));
  if (outcome.getResult() == Outcome::Result::FAILED && good)
    throw Violation(Rule::outcome_after_reply,
                    fmt::format("the intent at {} is recorded as failed; the reply was {}",
                                outcome.getIntent(), told->second.status));
  if (outcome.getResult() == Outcome::Result::FAILED &&
      told->second.delivery == Reply::Delivery::unknown)
    throw Violation(Rule::outcome_after_reply,
                    fmt::format("the intent at {} is recorded as failed; nobody knows "
                                "what became of it",
                                outcome.getIntent()));
}

}  // namespace migledger::simulation
