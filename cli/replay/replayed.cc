#include "cli/replay/replayed.h"

#include "cli/base/names.h"

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

}  // namespace

Replayed replay_stream(const ledger::EventStore& store, ledger::StreamId stream,
                       ledger::Position until) {
  Replayed replayed;
  workflow::MadeLog made;
  const auto cursor = store.scan_stream(stream);
  while (cursor->next()) {
    const auto event = cursor->event();
    if (event.getPosition() > until) break;
    replayed.state.apply(event);
    note_steps(replayed, event);
    const auto body = event.getBody();
    if (body.isIntent()) note_sending(replayed, event);
    made.apply(event);
  }
  replayed.resources = made.resources();
  return replayed;
}

}  // namespace migledger::cli
