#include "cli/replayed.h"

#include "cli/names.h"

namespace migledger::cli {

namespace {

using namespace ledger::schema;
using ledger::StepIndex;
using ledger::view;

void note_steps(Replayed& replayed, Event::Reader event) {
  const auto& state = replayed.state;
  replayed.done.resize(state.step_count());
  for (StepIndex step = 0; step < replayed.done.size(); ++step) {
    StepDone& done = replayed.done[step];
    if (!state.is_done(step)) {
      done = {};
    } else if (done.position == 0) {
      done = {event.getPosition(), time_from_micros(event.getTime())};
    }
  }
}

void note_sending(Replayed& replayed, Event::Reader event) {
  const auto intent = event.getBody().getIntent();
  Sending& sending = replayed.sending;
  sending.position = event.getPosition();
  sending.key = view(intent.getKey());
  // A request that is sent again is the one of the generation's first intent.
  if (intent.getResends() == 0) sending.request = request_words(intent.getRequest());
  sending.request_id = view(intent.getRequest().getRequestId());
  sending.transport = view(intent.getTransport());
  sending.row = view(intent.getRow());
}

void note_resource(Replayed& replayed, Event::Reader event) {
  const auto outcome = event.getBody().getOutcome();
  if (outcome.getResult() != Outcome::Result::SUCCEEDED) return;
  Resource resource;
  resource.step = outcome.getStep();
  resource.generation = outcome.getGeneration();
  resource.position = event.getPosition();
  resource.how = outcome.getHow();
  resource.facts = ledger::fields_of(outcome.getFacts());
  resource.work_request = view(outcome.getWorkRequest());
  replayed.resources.push_back(std::move(resource));
}

void note_death(Replayed& replayed, Checked::Reader checked) {
  if (checked.getResult() != Checked::Result::DEAD) return;
  auto& resources = replayed.resources;
  for (auto resource = resources.rbegin(); resource != resources.rend(); ++resource) {
    if (resource->step != checked.getReopens()) continue;
    resource->dead = true;
    return;
  }
}

}  // namespace

Replayed replay_stream(const ledger::EventStore& store, ledger::StreamId stream,
                       ledger::Position until) {
  Replayed replayed;
  const auto cursor = store.scan_stream(stream);
  while (cursor->next()) {
    const auto event = cursor->event();
    if (event.getPosition() > until) break;
    replayed.state.apply(event);
    note_steps(replayed, event);
    const auto body = event.getBody();
    if (body.isIntent()) note_sending(replayed, event);
    if (body.isOutcome()) note_resource(replayed, event);
    if (body.isChecked()) note_death(replayed, body.getChecked());
  }
  return replayed;
}

}  // namespace migledger::cli
