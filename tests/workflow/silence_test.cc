#include "workflow/run/silence.h"

#include <catch2/catch.hpp>

#include "tests/support/reconciling.h"

namespace migledger::testing {

using namespace std::chrono_literals;
using workflow::Reply;
using workflow::Silence;

namespace {

Reply failed(const std::string& error) {
  Reply reply;
  reply.delivery = Reply::Delivery::not_sent;
  reply.error = error;
  return reply;
}

Reply answered(int status) {
  Reply reply;
  reply.delivery = Reply::Delivery::replied;
  reply.status = status;
  return reply;
}

// How many failures of the kind, so far apart, it takes; 0: a thousand are not enough.
unsigned failures_until_verdict(Silence& silence, const Reply& reply, Duration apart) {
  Time now(1'800'000'000s);
  for (unsigned i = 1; i <= 1000; ++i, now += apart) {
    silence.heard(reply, now);
    if (!silence.verdict().empty()) return i;
  }
  return 0;
}

}  // namespace

TEST_CASE("silence: a run that never gets an answer ends after a few tries") {
  Silence silence;
  CHECK(failures_until_verdict(silence, failed("network: Connection refused"), 30s) == 8);
  CHECK(silence.verdict() == "the cloud cannot be reached: network: Connection refused");
}

TEST_CASE("silence: any answer shows that the cloud can be reached") {
  for (const int status : {200, 401, 404, 500, 503}) {
    Silence silence;
    silence.heard(answered(status), Time(1'700'000'000s));
    CHECK(failures_until_verdict(silence, failed("network: timed out"), 30s) == 0);
  }
}

TEST_CASE("silence: a program that fails each time ends the run, also after answers") {
  for (const char* error :
       {"program: no such file", "failed: the oci program exited with 1: ImportError",
        "usage: no such option", "garbled: the oci program's output is no reply"}) {
    Silence silence;
    silence.heard(answered(200), Time(1'700'000'000s));
    INFO(error);
    CHECK(failures_until_verdict(silence, failed(error), 30s) == 5);
    CHECK(silence.verdict() ==
          std::string("the program that talks to the cloud does not work: ") + error);
  }
}

TEST_CASE("silence: answers in between begin the count anew") {
  Silence silence;
  Time now(1'800'000'000s);
  for (int i = 0; i < 100; ++i, now += 30s)
    silence.heard(i % 4 == 3 ? answered(200) : failed("failed: crashed"), now);
  CHECK(silence.verdict().empty());
}

TEST_CASE("silence: what fails together counts once") {
  Silence silence;
  const Time now(1'800'000'000s);
  for (int i = 0; i < 1000; ++i)
    silence.heard(failed("program: too many processes"), now + 1ms * i);
  CHECK(silence.verdict().empty());
}

TEST_CASE("silence: a run at endpoints where nobody listens ends by itself, and can go on later") {
  for (const char* error : {"network: Connection refused", "failed: the oci program exited with 1",
                            "program: cannot be started"}) {
    Rehearsal rehearsal;
    Half deaf(rehearsal, "/", failed(error));
    const auto plan = plan_of(3);
    for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
    workflow::Executor executor(rehearsal.store(), deaf, deaf, workflow::compute_workflow(), {});
    const auto result = executor.run(plan);
    INFO(error);
    CHECK(result.unreachable.find(error) != std::string::npos);
    CHECK(workflow::exit_code(result) == 6);
    CHECK(deaf.calls < 200);
    CHECK(rehearsal.run(plan).done == 3);
    check_each_made_once(rehearsal, 3);
  }
}

}  // namespace migledger::testing
