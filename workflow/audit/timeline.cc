#include "workflow/audit/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "ledger/fold/fleet_summary.h"
#include "workflow/decide/transitions.h"
#include "workflow/workflows.h"

namespace migledger::workflow {

namespace {

using namespace ledger::schema;
using ledger::kNoStep;
using ledger::Position;
using ledger::Status;
using ledger::view;

Time time_of(Event::Reader event) { return time_from_micros(event.getTime()); }

std::string error_text(Error::Reader error) {
  std::string text;
  if (error.getStatus() != 0) text = fmt::format("{}", error.getStatus());
  for (const auto part : {error.getCode(), error.getMessage()}) {
    if (part.size() == 0) continue;
    if (!text.empty()) text += " ";
    text += view(part);
  }
  return text;
}

std::string_view words_of(Probed::Result result) {
  switch (result) {
    case Probed::Result::ABSENT:
      return "absent";
    case Probed::Result::OURS:
      return "found ours";
    case Probed::Result::SEVERAL:
      return "found several";
    case Probed::Result::FOREIGN:
      return "found foreign";
    case Probed::Result::UNDER_WAY:
      return "under way";
  }
  return "found something that a newer version knows";
}

Wait::Kind kind_of(Parked::Kind kind) {
  switch (kind) {
    case Parked::Kind::MEND:
      return Wait::Kind::mend;
    case Parked::Kind::APPROVE:
      return Wait::Kind::approve;
    case Parked::Kind::RESOLVE:
      return Wait::Kind::resolve;
  }
  return Wait::Kind::mend;
}

bool enters_mode(Steered::Verb verb) {
  return verb == Steered::Verb::CANCEL || verb == Steered::Verb::ROLLBACK ||
         verb == Steered::Verb::CLEANUP || verb == Steered::Verb::DECOMMISSION;
}

// Adds the events of one stream to its timeline.
class Folding {
 public:
  Folding(MigrationTimeline& migration, Event::Reader event)
      : migration_(migration),
        event_(event),
        now_(time_of(event)),
        entered_(migration.book.state.entered) {}

  void apply() {
    auto& state = migration_.book.state;
    const bool parked = state.status == Status::parked;
    const bool paused = state.paused != 0;
    const bool over = state.is_over() || migration_.active.empty();
    state.apply(event_);
    migration_.book.made.apply(event_);
    ++migration_.events;
    migration_.period.to = now_;
    if (event_.getBody().isMigrationStarted()) migration_.period.from = now_;
    if (over && !state.is_over()) migration_.active.push_back({now_, now_});
    if (!over) migration_.active.back().to = now_;

    if (parked && (state.status != Status::parked || event_.getBody().isParked())) end_wait(false);
    if (paused && state.paused == 0) end_wait(true);
    if (!paused && state.paused != 0)
      migration_.waits.push_back(
          {Wait::Kind::paused, kNoStep, position(), 0, Period{now_, now_}, state.pause_words, {}});
    note();
  }

 private:
  Position position() const { return event_.getPosition(); }
  bool is_done(StepIndex step) const { return migration_.book.state.is_done(step); }

  Stay* open_stay() {
    auto& stays = migration_.stays;
    return stays.empty() || stays.back().ending != Ending::open ? nullptr : &stays.back();
  }

  void close(Ending ending, std::string reason = {}) {
    Stay* stay = open_stay();
    if (!stay) return;
    stay->ending = ending;
    stay->period.to = now_;
    stay->last = position();
    stay->reason = std::move(reason);
  }

  Stay& stay_at(StepIndex step) {
    if (Stay* open = open_stay(); open && open->step != step) close(Ending::left);
    if (!open_stay()) {
      Time from = entered_;
      if (!migration_.stays.empty()) from = std::max(from, migration_.stays.back().period.to);
      Stay& stay = migration_.stays.emplace_back();
      stay.step = step;
      stay.first = position();
      stay.period = {std::min(from, now_), now_};
    }
    Stay& stay = migration_.stays.back();
    stay.last = position();
    stay.period.to = now_;
    return stay;
  }

  void mark(Stay& stay, Mark::Kind kind, std::string words) {
    stay.marks.push_back({kind, position(), now_, std::move(words)});
  }

  void end_wait(bool pause) {
    for (auto wait = migration_.waits.rbegin(); wait != migration_.waits.rend(); ++wait) {
      if (wait->last != 0 || (wait->kind == Wait::Kind::paused) != pause) continue;
      wait->last = position();
      wait->period.to = now_;
      return;
    }
  }

  void note() {
    const auto body = event_.getBody();
    switch (body.which()) {
      case Event::Body::PROBED: {
        const auto probed = body.getProbed();
        std::string words(words_of(probed.getResult()));
        if (view(probed.getScope()) == "tag") words += ", by tag";
        mark(stay_at(probed.getStep()), Mark::Kind::looked, std::move(words));
        break;
      }
      case Event::Body::INTENT:
        note_intent(body.getIntent());
        break;
      case Event::Body::OUTCOME:
        note_outcome(body.getOutcome());
        break;
      case Event::Body::OBSERVED: {
        const auto observed = body.getObserved();
        std::string words(view(observed.getState()));
        if (observed.getPercent() != 0)
          words += fmt::format(" {} %", static_cast<unsigned>(observed.getPercent()));
        mark(stay_at(observed.getStep()), Mark::Kind::observed, std::move(words));
        break;
      }
      case Event::Body::CHECKED:
        note_checked(body.getChecked());
        break;
      case Event::Body::READ_FAILED:
        mark(stay_at(body.getReadFailed().getStep()), Mark::Kind::read_failed,
             error_text(body.getReadFailed().getError()));
        break;
      case Event::Body::PARKED: {
        const auto parked = body.getParked();
        stay_at(parked.getStep());
        migration_.waits.push_back({kind_of(parked.getKind()), parked.getStep(), position(), 0,
                                    Period{now_, now_}, std::string(view(parked.getReason())),
                                    std::string(view(parked.getNeed()))});
        break;
      }
      case Event::Body::APPROVED:
        stay_at(body.getApproved().getStep());
        close(Ending::succeeded);
        break;
      case Event::Body::ENDED:
        note_end(body.getEnded());
        break;
      case Event::Body::STEERED:
        note_steered(body.getSteered());
        break;
      case Event::Body::BULK_BEGUN:
        note_page(body.getBulkBegun());
        break;
      case Event::Body::BULK_ENDED:
        note_page(body.getBulkEnded());
        break;
      default:
        break;
    }
  }

  // The attempt of that intent, wherever it was made.
  TimelineAttempt* attempt_of(Position intent) {
    if (intent == 0) return nullptr;
    for (auto stay = migration_.stays.rbegin(); stay != migration_.stays.rend(); ++stay)
      for (auto attempt = stay->attempts.rbegin(); attempt != stay->attempts.rend(); ++attempt)
        if (attempt->intent == intent) return &*attempt;
    return nullptr;
  }

  void note_intent(Intent::Reader intent) {
    TimelineAttempt attempt;
    attempt.intent = position();
    attempt.period = {now_, now_};
    attempt.generation = intent.getGeneration();
    attempt.send = intent.getSend();
    attempt.resends = intent.getResends();
    attempt.key = view(intent.getKey());
    attempt.row = view(intent.getRow());
    const auto request = intent.getRequest();
    attempt.method = view(request.getMethod());
    attempt.path = view(request.getPath());
    attempt.region = view(request.getRegion());
    attempt.request_id = view(request.getRequestId());
    if (const auto* first = attempt_of(intent.getResends())) {
      attempt.method = first->method;
      attempt.path = first->path;
      attempt.region = first->region;
    }
    ++migration_.attempts;
    stay_at(intent.getStep()).attempts.push_back(std::move(attempt));
  }

  void note_outcome(Outcome::Reader outcome) {
    Stay& stay = stay_at(outcome.getStep());
    TimelineAttempt* attempt = attempt_of(outcome.getIntent());
    if (!attempt) {
      attempt = &stay.attempts.emplace_back();
      attempt->period = {now_, now_};
      attempt->generation = outcome.getGeneration();
    }
    const bool failed_before = attempt->ending != Ending::open;
    attempt->outcome = position();
    attempt->period.to = now_;
    attempt->how = outcome.getHow();
    if (outcome.getStatus() != 0) attempt->status = outcome.getStatus();
    if (outcome.getRequestId().size() > 0) attempt->request_id = view(outcome.getRequestId());
    switch (outcome.getResult()) {
      case Outcome::Result::SUCCEEDED:
        attempt->ending = Ending::succeeded;
        break;
      case Outcome::Result::FAILED:
        attempt->ending = Ending::failed;
        break;
      case Outcome::Result::UNKNOWN:
        attempt->ending = Ending::unknown;
        break;
    }
    if (outcome.getResult() != Outcome::Result::SUCCEEDED) {
      const auto error = outcome.getError();
      attempt->error = error.getClass();
      attempt->code = view(error.getCode());
      attempt->message = view(error.getMessage());
      if (error.getStatus() != 0) attempt->status = error.getStatus();
      if (!failed_before) ++migration_.failures;
    }
    if (is_done(outcome.getStep())) close(Ending::succeeded);
  }

  void note_checked(Checked::Reader checked) {
    Stay& stay = stay_at(checked.getStep());
    switch (checked.getResult()) {
      case Checked::Result::OK:
        close(Ending::succeeded);
        break;
      case Checked::Result::DEAD: {
        std::string words = error_text(checked.getError());
        mark(stay, Mark::Kind::dead, words);
        close(Ending::failed, std::move(words));
        break;
      }
      case Checked::Result::REFUSED: {
        std::string words = error_text(checked.getError());
        mark(stay, Mark::Kind::refused, words);
        if (checked.getReopens() != 0) close(Ending::left, std::move(words));
        break;
      }
    }
  }

  void note_end(Ended::Reader ended) {
    const Stay* stay = open_stay();
    if (!stay) return;
    const Ending ending = ended.getResult() == Ended::Result::FAILED ? Ending::failed
                          : is_done(stay->step)                      ? Ending::succeeded
                                                                     : Ending::left;
    close(ending, std::string(view(ended.getReason())));
  }

  void note_steered(Steered::Reader steered) {
    using Verb = Steered::Verb;
    const Verb verb = steered.getVerb();
    const StepIndex step = steered.getStep();
    const bool completes = (verb == Verb::SKIP || verb == Verb::APPROVE) && step != kNoStep;
    Stay* stay = completes ? &stay_at(step) : open_stay();
    if (stay) {
      std::string words(name_of(verb));
      if (steered.getReason().size() > 0) words.append(": ").append(view(steered.getReason()));
      mark(*stay, Mark::Kind::steered, std::move(words));
    }
    if (completes && is_done(step)) close(Ending::succeeded);
    if (enters_mode(verb)) close(Ending::left, std::string(name_of(verb)));
  }

  void note_page(BulkBegun::Reader begun) {
    TimelineAttempt attempt;
    attempt.intent = position();
    attempt.period = {now_, now_};
    attempt.page = begun.getPage();
    attempt.row = view(begun.getRow());
    stay_at(begun.getStep()).attempts.push_back(std::move(attempt));
  }

  void note_page(BulkEnded::Reader ended) {
    Stay& stay = stay_at(ended.getStep());
    const auto open = std::find_if(stay.attempts.rbegin(), stay.attempts.rend(), [&](auto& a) {
      return a.page == ended.getPage() && a.ending == Ending::open;
    });
    TimelineAttempt& attempt = open == stay.attempts.rend() ? stay.attempts.emplace_back() : *open;
    if (attempt.intent == 0) attempt.period.from = now_;
    attempt.page = ended.getPage();
    attempt.outcome = position();
    attempt.period.to = now_;
    attempt.ending = ended.getFailed() == 0 ? Ending::succeeded : Ending::failed;
    attempt.message = ledger::bulk_words(ended);
    if (ended.getFailures().size() > 0)
      attempt.message +=
          fmt::format("; {}: {}", std::string_view(view(ended.getFailures()[0].getName())),
                      std::string_view(view(ended.getFailures()[0].getValue())));
  }

  MigrationTimeline& migration_;
  Event::Reader event_;
  const Time now_;
  const Time entered_;  // before this event
};

}  // namespace

std::string_view name_of(Ending ending) {
  switch (ending) {
    case Ending::open:
      return "open";
    case Ending::succeeded:
      return "succeeded";
    case Ending::failed:
      return "failed";
    case Ending::unknown:
      return "unknown";
    case Ending::left:
      return "left";
  }
  return "?";
}

std::string_view name_of(Mark::Kind kind) {
  switch (kind) {
    case Mark::Kind::observed:
      return "observed";
    case Mark::Kind::looked:
      return "looked";
    case Mark::Kind::read_failed:
      return "could not look";
    case Mark::Kind::refused:
      return "refused";
    case Mark::Kind::dead:
      return "died";
    case Mark::Kind::steered:
      return "steered";
  }
  return "?";
}

std::string_view name_of(Wait::Kind kind) {
  switch (kind) {
    case Wait::Kind::mend:
      return "something to be mended";
    case Wait::Kind::approve:
      return "approval";
    case Wait::Kind::resolve:
      return "a decision";
    case Wait::Kind::paused:
      return "paused";
  }
  return "?";
}

void Timeline::apply(Event::Reader event) {
  const auto body = event.getBody();
  position_ = event.getPosition();
  time_ = time_of(event);
  if (begun_ == Time{}) begun_ = time_;
  note_session(event);
  const bool starts = body.isMigrationStarted();
  if (event.getStream() == ledger::kLedgerStream && !starts) return apply_to_ledger(event);
  if (starts && (only_.empty() || only_.count(position_) != 0)) {
    migrations_.push_back(std::make_unique<MigrationTimeline>());
    MigrationTimeline& migration = *migrations_.back();
    migration.book.recorded = true;
    migration.book.workflow = workflow_named(view(body.getMigrationStarted().getWorkflow()));
    by_stream_.emplace(position_, &migration);
  }
  const auto stream = by_stream_.find(starts ? position_ : event.getStream());
  if (stream != by_stream_.end()) Folding(*stream->second, event).apply();
}

void Timeline::apply_to_ledger(Event::Reader event) {
  const auto body = event.getBody();
  switch (body.which()) {
    case Event::Body::LEDGER_CREATED:
      ledger_id_ = view(body.getLedgerCreated().getLedgerId());
      cloud_ = view(body.getLedgerCreated().getCloud());
      tenancy_ = view(body.getLedgerCreated().getTenancy());
      break;
    case Event::Body::TAIL_DROPPED:
      ++tails_dropped_;
      break;
    case Event::Body::STEERED: {
      const Position held = ledger::hold_after(held_, event);
      if (held_ == 0 && held != 0) {
        const auto steered = body.getSteered();
        holds_.push_back({Wait::Kind::paused,
                          kNoStep,
                          position_,
                          0,
                          Period{time_, time_},
                          fmt::format("by {}@{}{}{}", std::string_view(view(steered.getUser())),
                                      std::string_view(view(steered.getHost())),
                                      steered.getReason().size() > 0 ? ": " : "",
                                      std::string_view(view(steered.getReason()))),
                          {}});
      } else if (held_ != 0 && held == 0) {
        holds_.back().last = position_;
        holds_.back().period.to = time_;
      }
      held_ = held;
      break;
    }
    default:
      break;
  }
}

void Timeline::note_session(Event::Reader event) {
  const auto body = event.getBody();
  if (body.isSessionOpened()) {
    const auto opened = body.getSessionOpened();
    Session session;
    session.position = position_;
    session.period = {time_, time_};
    session.user = view(opened.getUser());
    session.host = view(opened.getHost());
    session.version = view(opened.getVersion());
    session.command = view(opened.getCommand());
    session.principal = view(opened.getPrincipal());
    session.auth_kind = view(opened.getAuthKind());
    if (tenancy_.empty()) tenancy_ = view(opened.getTenancy());
    sessions_.push_back(std::move(session));
  }
  // Sessions follow each other, but for orders that another process put in: from the newest.
  const Position own = body.isSessionOpened() ? position_ : event.getSession();
  for (auto session = sessions_.rbegin(); session != sessions_.rend(); ++session) {
    if (session->position != own) continue;
    ++session->events;
    session->last = position_;
    session->period.to = time_;
    if (body.isSessionClosed()) {
      session->closed = true;
      session->exit_code = body.getSessionClosed().getExitCode();
      session->reason = view(body.getSessionClosed().getReason());
    }
    return;
  }
}

void Timeline::finish() {
  const auto prolong = [&](std::vector<Wait>& waits) {
    for (auto& wait : waits)
      if (wait.last == 0) wait.period.to = time_;
  };
  prolong(holds_);
  for (auto& migration : migrations_) {
    prolong(migration->waits);
    if (migration->book.state.is_over()) continue;
    migration->period.to = time_;
    migration->active.back().to = time_;
    for (auto& stay : migration->stays) {
      if (stay.ending != Ending::open) continue;
      stay.period.to = time_;
      for (auto& attempt : stay.attempts)
        if (attempt.ending == Ending::open) attempt.period.to = time_;
    }
  }
  run_.clear();
  for (const auto& session : sessions_) {
    if (run_.empty() || run_.back().to < session.period.from)
      run_.push_back(session.period);
    else
      run_.back().to = std::max(run_.back().to, session.period.to);
  }
}

std::vector<Entry> Timeline::resources(const MigrationTimeline& migration) const {
  std::vector<Entry> entries;
  const auto* workflow = migration.book.workflow;
  if (!workflow || !workflow->makes) return entries;
  const View view{migration.book.state, ledger_id_, kNoStep, 1};
  for (const auto& kind : workflow->makes()) {
    if (kind.may_be && !kind.may_be(view)) continue;
    for (auto& entry : entries_of(migration.book, view, kind)) entries.push_back(std::move(entry));
  }
  return entries;
}

TimeSpent Timeline::spent(const MigrationTimeline& migration, Period period) const {
  TimeSpent spent;
  spent.all = period.length();
  std::vector<Period> waits;
  const auto add = [&](const std::vector<Wait>& from) {
    for (const auto& wait : from) {
      const Period part{std::max(wait.period.from, period.from),
                        std::min(wait.period.to, period.to)};
      if (part.from < part.to) waits.push_back(part);
    }
  };
  add(migration.waits);
  add(holds_);
  std::sort(waits.begin(), waits.end(), [](auto& a, auto& b) { return a.from < b.from; });
  // What lies between the waits.
  Time at = period.from;
  const auto between = [&](Time to) {
    if (at >= to) return;
    const Duration run = run_within({at, to});
    spent.working += run;
    spent.idle += (to - at) - run;
  };
  for (const auto& wait : waits) {
    between(wait.from);
    spent.waiting += std::max(Duration::zero(), wait.to - std::max(at, wait.from));
    at = std::max(at, wait.to);
  }
  between(period.to);
  return spent;
}

Duration Timeline::run_within(Period period) const {
  Duration sum{};
  auto run = std::lower_bound(run_.begin(), run_.end(), period.from,
                              [](const Period& p, Time t) { return p.to < t; });
  for (; run != run_.end() && run->from < period.to; ++run)
    sum += std::min(run->to, period.to) - std::max(run->from, period.from);
  return sum;
}

void TimeSpent::add(const TimeSpent& other) {
  all += other.all;
  working += other.working;
  waiting += other.waiting;
  idle += other.idle;
}

TimeSpent time_spent(const Timeline& timeline, const MigrationTimeline& migration) {
  TimeSpent sum;
  for (const auto& period : migration.active) sum.add(timeline.spent(migration, period));
  return sum;
}

std::vector<StepCost> step_costs(const Timeline& timeline) {
  struct Gathered {
    StepCost cost;
    StepIndex index = kNoStep;
    std::vector<Duration> lengths;
    const MigrationTimeline* last = nullptr;
  };
  std::map<std::pair<std::string, std::string>, Gathered> by_step;
  for (const auto& migration : timeline.migrations()) {
    for (const auto& stay : migration->stays) {
      const auto& state = migration->book.state;
      auto& at = by_step[{state.workflow, std::string(state.step_name(stay.step))}];
      at.index = std::min(at.index, stay.step);
      if (at.last != migration.get()) ++at.cost.migrations;
      at.last = migration.get();
      if (at.cost.title.empty()) at.cost.title = title_of(migration->book, stay.step);
      ++at.cost.stays;
      for (const auto& attempt : stay.attempts) {
        if (attempt.page == 0 && attempt.intent != 0) ++at.cost.attempts;
        if (attempt.ending == Ending::failed || attempt.ending == Ending::unknown)
          ++at.cost.failures;
      }
      if (stay.ending == Ending::failed) ++at.cost.failed_stays;
      at.cost.spent.add(timeline.spent(*migration, stay.period));
      at.lengths.push_back(stay.period.length());
      if (!at.cost.slowest || stay.period.length() > at.cost.longest) {
        at.cost.longest = stay.period.length();
        at.cost.slowest = migration.get();
      }
    }
  }
  std::vector<std::pair<StepIndex, StepCost>> sorted;
  for (auto& [key, gathered] : by_step) {
    auto& lengths = gathered.lengths;
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    gathered.cost.median = *middle;
    gathered.cost.workflow = key.first;
    gathered.cost.step = key.second;
    sorted.emplace_back(gathered.index, std::move(gathered.cost));
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::tie(a.second.workflow, a.first) < std::tie(b.second.workflow, b.first);
  });
  std::vector<StepCost> costs;
  for (auto& [index, cost] : sorted) costs.push_back(std::move(cost));
  return costs;
}

std::string_view title_of(const Book& book, StepIndex step) {
  const std::string_view name = book.state.step_name(step);
  if (!book.workflow) return name;
  const StepIndex known = book.workflow->index_of(name);
  return known == kNoStep ? name : book.workflow->steps[known].title;
}

}  // namespace migledger::workflow
