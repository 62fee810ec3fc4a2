#include "tests/support/reconciling.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "workflow/workflows.h"

namespace migledger::testing {

using workflow::Finding;
using workflow::Plan;
using workflow::Reconciled;

workflow::Books books_of(Rehearsal& rehearsal, const Plan& plan, bool running) {
  return workflow::read_books(rehearsal.store(), plan, running, workflow::workflow_named);
}

Reconciled reconcile(Rehearsal& rehearsal, const Plan& plan, bool running) {
  adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 256});
  return workflow::reconcile([&] { return books_of(rehearsal, plan, running); }, cloud, cloud);
}

std::string words(const Finding& finding) {
  return fmt::format("{} {} {} {} {} {}: {} | {}", name_of(finding.verdict), finding.migration,
                     finding.step, finding.what, finding.region, finding.id, finding.seen,
                     finding.advice);
}

std::string words(const Reconciled& result) {
  std::string all;
  for (const auto& finding : result.findings) all += words(finding) + "\n";
  return all;
}

std::vector<Finding> with(const Reconciled& result, Finding::Verdict verdict) {
  std::vector<Finding> found;
  std::copy_if(result.findings.begin(), result.findings.end(), std::back_inserter(found),
               [&](const Finding& finding) { return finding.verdict == verdict; });
  return found;
}

std::set<std::string> ids(const std::vector<Finding>& findings) {
  std::set<std::string> ids;
  for (const auto& finding : findings) ids.insert(finding.id);
  return ids;
}

void check_all_known(const Reconciled& result) {
  INFO(words(result));
  CHECK(with(result, Finding::Verdict::known).size() == result.findings.size());
  CHECK_FALSE(result.unreachable);
}

workflow::Reply refusal(int status, const std::string& code) {
  workflow::Reply reply;
  reply.delivery = workflow::Reply::Delivery::replied;
  reply.status = status;
  reply.body = fmt::format(R"({{"code":"{}","message":"no"}})", code);
  return reply;
}

Reconciled reconcile_with(Rehearsal& rehearsal, const std::string& path, workflow::Reply reply) {
  Half half(rehearsal, path, std::move(reply));
  return workflow::reconcile([&] { return books_of(rehearsal, {}); }, half, half);
}

}  // namespace migledger::testing
