#include "workflow/steps/made_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "workflow/cloud/request.h"

namespace migledger::workflow {

using namespace ledger::schema;
using ledger::view;

void MadeLog::apply(Event::Reader event) {
  const auto body = event.getBody();
  if (body.isIntent()) apply_intent(event);
  if (body.isOutcome()) apply_outcome(event);
  if (body.isBulkBegun() || body.isBulkEnded()) apply_bulk(event);
  if (body.isChecked() && body.getChecked().getResult() == Checked::Result::DEAD)
    apply_death(body.getChecked());
}

// A step may have made several things: the one that died is named where it has an id, and else is
// the newest.
void MadeLog::apply_death(Checked::Reader checked) {
  const std::string dead =
      fmt::format(" {} ", ledger::fields_of(checked.getFacts()).get("dead_ids"));
  bool named = false;
  Resource* newest = nullptr;
  for (auto& resource : resources_) {
    if (resource.step != checked.getReopens()) continue;
    newest = &resource;
    if (resource.dead) continue;
    resource.facts.for_each([&](std::string_view, std::string_view value) {
      if (value.empty() || dead.find(fmt::format(" {} ", value)) == std::string::npos) return;
      resource.dead = named = true;
    });
  }
  if (newest && !named) newest->dead = true;
}

void MadeLog::apply_intent(Event::Reader event) {
  const auto intent = event.getBody().getIntent();
  if (intent.getResends() != 0) {
    const auto first = removing_.find(intent.getResends());
    if (first == removing_.end()) return;
    sent_again_.emplace(event.getPosition(), first->first);
    removals_[first->second] = {event.getPosition(), false};
    return;
  }
  if (view(intent.getRequest().getMethod()) != "DELETE") return;
  const std::string_view path = view(intent.getRequest().getPath());
  const std::string_view last = path.substr(path.rfind('/') + 1);
  removing_.emplace(event.getPosition(), last);
  removals_[std::string(last)] = {event.getPosition(), false};
}

void MadeLog::apply_outcome(Event::Reader event) {
  const auto outcome = event.getBody().getOutcome();
  if (outcome.getResult() != Outcome::Result::SUCCEEDED) return;
  Resource resource;
  resource.step = outcome.getStep();
  resource.generation = outcome.getGeneration();
  resource.position = event.getPosition();
  resource.how = outcome.getHow();
  resource.facts = ledger::fields_of(outcome.getFacts());
  resource.work_request = view(outcome.getWorkRequest());
  resources_.push_back(std::move(resource));

  if (outcome.getHow() == Outcome::How::ADOPTED && !outcome.getMore())
    found_done_[outcome.getStep()] = event.getPosition();
  const auto again = sent_again_.find(outcome.getIntent());
  const auto removing =
      removing_.find(again == sent_again_.end() ? outcome.getIntent() : again->second);
  if (removing != removing_.end() && outcome.getHow() == Outcome::How::REPLIED)
    removals_[removing->second] = {event.getPosition(), true};
}

void MadeLog::apply_bulk(Event::Reader event) {
  const auto body = event.getBody();
  if (body.isBulkBegun()) {
    const auto begun = body.getBulkBegun();
    Walked& walk = walks_[begun.getStep()];
    if (begun.getPage() == 1) {
      walk.begun = time_from_micros(event.getTime());
      walk.progress = {};
    }
    walk.progress.begin(begun);
    walk.latest = event.getPosition();
    return;
  }
  const auto ended = body.getBulkEnded();
  Walked& walk = walks_[ended.getStep()];
  auto& progress = walk.progress;
  // It is tried again, with the others that failed.
  if (std::any_of(progress.failed.begin(), progress.failed.end(),
                  [&](const auto& failed) { return failed.page.number == ended.getPage(); }))
    progress.take_up_failed();
  progress.end(ended);
  walk.latest = event.getPosition();
  if (progress.ended() && progress.failed.empty()) walk.through = walk.begun;
}

const Removal* MadeLog::removal_of(std::string_view id) const {
  const auto removal = removals_.find(percent_encode(id));
  return removal == removals_.end() ? nullptr : &removal->second;
}

const Walked* MadeLog::walked(ledger::StepIndex step) const {
  const auto walk = walks_.find(step);
  return walk == walks_.end() ? nullptr : &walk->second;
}

ledger::Position MadeLog::found_done(ledger::StepIndex step) const {
  const auto found = found_done_.find(step);
  return found == found_done_.end() ? 0 : found->second;
}

}  // namespace migledger::workflow
