#include "workflow/steps/limits.h"

#include <fmt/format.h>

#include "workflow/steps/check_answers.h"

namespace migledger::workflow {

namespace {

std::string_view region_of(const View& view, const Need& need) {
  return view.plan(need.at_source ? "source_region" : "target_region");
}

std::string_view place_of(const View& view, const Need& need) {
  return need.limit->of_domain ? view.plan("target_ad") : region_of(view, need);
}

}  // namespace

Request ask_limit(const View& view, const Need& need) {
  Request request;
  request.region = region_of(view, need);
  request.service = Service::limits;
  request.path = fmt::format("/20190729/services/{}/limits/{}/resourceAvailability",
                             need.limit->service, need.limit->name);
  const auto compartment =
      view.plan(need.at_source ? "source_compartment_id" : "target_compartment_id");
  const auto domain = need.limit->of_domain ? view.plan("target_ad") : std::string_view();
  request.query = make_query({{"compartmentId", compartment}, {"availabilityDomain", domain}});
  return request;
}

std::optional<Verdict> lack_of(const View& view, const Need& need, const Answer& answer) {
  const auto available = number(shown(answer), "available");
  if (!available || *available >= need.amount) return std::nullopt;
  return Verdict::refused(
      fmt::format("{} {} may still be made in {}, {} are needed", *available, need.limit->unit,
                  place_of(view, need), need.amount),
      fmt::format("have the limit {} raised, or free some of it; then run again",
                  need.limit->name));
}

void note_unseen(const View& view, const Need& need, const Answer& answer, Verdict& verdict) {
  if (number(shown(answer), "available")) return;
  verdict.findings.push_back(fmt::format("{} may still be made in {} could not be seen ({})",
                                         need.limit->how_much, place_of(view, need),
                                         error_words(answer)));
}

}  // namespace migledger::workflow
