#include <fmt/format.h>

#include <algorithm>

#include "workflow/cloud/json.h"
#include "workflow/run/executor_loop.h"
#include "workflow/run/pacing.h"
#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

namespace {

// From here on lists are read: one call serves all who ask about something in it. But a list holds
// what all migrations move or have made, this many a page, and when its pages are more than those
// who ask, each of these asks for itself.
constexpr std::size_t kBulk = 4;
constexpr std::size_t kItemsACall = 500;

// Beyond this, lists are read at common moments: each for itself would cost the square of them.
constexpr std::size_t kMany = 1000;

}  // namespace

bool Executor::Loop::in_bulk() const {
  return active_ >= std::max(kBulk, (migrations_.size() + unstarted_.size()) / kItemsACall);
}

// How old the answers of a reading may be. Where something of the kind may have been sent, where an
// end is waited for, and before anything is removed, it matters what there is now. Else a list that
// others read a moment ago will do: what it is about is older than that.
Time Executor::Loop::oldest_answer(const Migration& migration, Job::Purpose purpose,
                                   const Step& step) const {
  const MigrationState& state = migration.state;
  const bool first_look =
      purpose == Job::Purpose::look && state.generation(workflow_.index_of(step.name)) == 0;
  const bool check = step.kind == StepKind::check && step.gather == Duration::zero();
  if (state.mode != Mode::forward || !(first_look || check)) return now_;
  const Time kept = now_ - Reader::kKept;
  // Without a token of its own, it may be about what the step before has made.
  return step.guard == Guard::TOKEN ? kept : std::max(kept, state.attempt.ended);
}

void Executor::Loop::begin_job(Migration& migration, Job::Purpose purpose,
                               const Decision& decision) {
  migration.job = std::make_unique<Job>();
  Job& job = *migration.job;
  job.number = ++jobs_;
  job.purpose = purpose;
  job.step = decision.step;
  job.generation = decision.generation;
  job.because = decision.because;
  job.in_bulk = in_bulk();
  // What could not be read a moment ago is not passed over.
  job.thorough =
      !job.in_bulk || migration.state.reading.failures > 0 || thorough(migration.state, now_);
  job.since = oldest_answer(migration, purpose, workflow_.steps[decision.step]);
  ask_on(migration);
}

void Executor::Loop::ask_on(Migration& migration) {
  Job& job = *migration.job;
  const Step& step = workflow_.steps[job.step];
  View view = view_of(workflow_, migration.state, ledger_id_, job.step, job.generation);
  view.in_bulk = job.in_bulk;
  view.thorough = job.thorough;
  std::optional<Request> request;
  if (job.purpose == Job::Purpose::postmortem) {
    if (job.answers.size() < job.remaining.size()) request = job.remaining[job.answers.size()];
  } else if (job.purpose == Job::Purpose::look_by_tag) {
    if (job.answers.empty()) request = step.ask_by_tag(view);
  } else if (job.purpose == Job::Purpose::look_named) {
    if (job.answers.empty()) request = step.ask_named(view, migration.state.named);
  } else if (step.ask) {
    request = step.ask(view, job.answers);
  }
  if (!request) {
    conclude(migration);
    return;
  }
  const StreamId stream = migration.state.stream;
  const Time due = active_ > kMany && reads_list(*request) ? common_moment(now_) : now_;
  reader_.read(
      std::move(*request),
      [this, stream, number = job.number](const Answer& answer) {
        take_answer(stream, number, answer);
      },
      job.since, due);
}

void Executor::Loop::take_answer(StreamId stream, std::uint64_t number, const Answer& answer) {
  Migration& migration = at(stream);
  if (!migration.job || migration.job->number != number) return;
  Job& job = *migration.job;
  const Failure failure = classify(answer.reply, false);
  const bool no_answer = failure && (failure.error_class == ErrorClass::RETRY ||
                                     failure.error_class == ErrorClass::THROTTLED ||
                                     failure.error_class == ErrorClass::CREDENTIALS);
  if (no_answer && job.purpose != Job::Purpose::postmortem) {
    append(read_failed(origin(migration, job.because), job.step, failure));
    migration.job.reset();
    return;
  }
  job.answers.push_back(answer);
  ask_on(migration);
}

void Executor::Loop::conclude(Migration& migration) {
  Job& job = *migration.job;
  View view = view_of(workflow_, migration.state, ledger_id_, job.step, job.generation);
  view.in_bulk = job.in_bulk;
  view.thorough = job.thorough;
  switch (job.purpose) {
    case Job::Purpose::read:
      conclude_reading(migration, view);
      break;
    case Job::Purpose::look:
    case Job::Purpose::look_by_tag:
    case Job::Purpose::look_named:
      conclude_look(migration, view);
      break;
    case Job::Purpose::postmortem:
      record_death(migration);
      break;
  }
}

void Executor::Loop::conclude_reading(Migration& migration, const View& view) {
  Job& job = *migration.job;
  const Step& step = workflow_.steps[job.step];
  Verdict verdict = step.read(view, job.answers);
  const Origin from = origin(migration, job.because);
  if (!fits(checked(from, job.step, verdict, 0, {}))) {
    verdict = {};
    verdict.failure = does_not_fit();
  }
  switch (verdict.kind) {
    case Verdict::Kind::pending: {
      migration.next_poll = next_poll(step, migration.state, now_);
      const auto& seen = migration.state.reading;
      // Going on after a stop is recorded, too: the time limit counts anew from there.
      const bool changed = seen.state != verdict.state || seen.failures > 0 ||
                           seen.percent / 10 != verdict.percent / 10 ||
                           migration.state.status == Status::parked;
      if (changed) append(observed(from, job.step, verdict.state, verdict.percent));
      migration.job.reset();
      queue(migration);
      return;
    }
    case Verdict::Kind::ok:
      append(checked(from, job.step, verdict, 0, {}));
      break;
    case Verdict::Kind::dead:
      begin_postmortem(migration, view, std::move(verdict));
      return;
    case Verdict::Kind::refused: {
      const StepIndex back =
          verdict.go_back_to.empty() ? StepIndex{0} : workflow_.index_of(verdict.go_back_to);
      append(checked(from, job.step, verdict, back, {}));
      append(parked(from, job.step, verdict.failure.message, verdict.need,
                    schema::Parked::Kind::MEND));
      break;
    }
    case Verdict::Kind::cannot_look:
      append(read_failed(from, job.step, verdict.failure));
      break;
  }
  migration.job.reset();
}

void Executor::Loop::conclude_look(Migration& migration, const View& view) {
  Job& job = *migration.job;
  const Step& step = workflow_.steps[job.step];
  Sighting sighting;
  std::string_view scope = "list";
  if (job.purpose == Job::Purpose::look_by_tag) {
    scope = "tag";
    sighting = step.sight_by_tag(view, job.answers.back());
  } else if (job.purpose == Job::Purpose::look_named) {
    scope = "id";
    sighting = step.sight_named(view, job.answers.back(), migration.state.named);
  } else {
    sighting = step.sight(view, job.answers);
  }
  const Origin from = origin(migration, job.because);
  if (sighting.kind == Sighting::Kind::cannot_look) {
    append(read_failed(from, job.step, sighting.failure));
  } else {
    Time cloud_time{};
    for (const auto& answer : job.answers)
      cloud_time = std::max(cloud_time, answer.reply.date().value_or(Time{}));
    EventDraft seen = probed(from, job.step, job.generation, sighting, scope, cloud_time);
    append(fits(seen) ? std::move(seen) : read_failed(from, job.step, does_not_fit()));
  }
  migration.job.reset();
}

// Work requests are gone after some hours; what they say about a failure is read while it can be.
void Executor::Loop::begin_postmortem(Migration& migration, const View& view, Verdict verdict) {
  Job& job = *migration.job;
  const Step& step = workflow_.steps[job.step];
  job.purpose = Job::Purpose::postmortem;
  job.verdict = std::move(verdict);
  job.answers.clear();
  if (step.postmortem && job.verdict.failure.error_class != ErrorClass::NONE)
    job.remaining = step.postmortem(view);
  ask_on(migration);
}

void Executor::Loop::record_death(Migration& migration) {
  Job& job = *migration.job;
  Failure& failure = job.verdict.failure;
  for (const auto& answer : job.answers) {
    const bool as_pages = answer.list && answer.reply.body.empty();
    for (const auto& body : as_pages ? answer.list->pages() : std::vector{answer.reply.body})
      if (const auto digest = keep(body); !digest.empty()) job.evidence.push_back(digest);
    const auto* entries = items_of(answer);
    if (!entries) continue;
    for (const auto& entry : *entries) {
      const auto code = text(&entry, "code");
      const auto message = text(&entry, "message");
      if (code.empty()) continue;  // a log entry, not an error
      failure.code = code;
      failure.message += fmt::format("; {}: {}", code, redact_text(message));
      failure.error_class = classify_work_error(code, message);
    }
  }
  const StepIndex reopens = workflow_.index_of(workflow_.steps[job.step].of);
  append(checked(origin(migration, job.because), job.step, job.verdict, reopens, job.evidence));
  migration.job.reset();
}

}  // namespace migledger::workflow
