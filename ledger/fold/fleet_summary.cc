#include "ledger/fold/fleet_summary.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "ledger/base/planted.h"

namespace migledger::ledger {

using schema::Event;

unsigned FleetRow::steps_done() const {
  StepSet forward = done;
  clear_from(forward, step_count);
  return static_cast<unsigned>(forward.count());
}

void FleetRow::end(schema::Ended::Reader ended) {
  using Result = schema::Ended::Result;
  step = ended.getStep();
  percent = 0;
  need.clear();
  state = view(ended.getReason());
  switch (ended.getResult()) {
    case Result::DONE:
      status = Status::done;
      if (mode == Mode::forward) moved = true;
      state.clear();
      mode = Mode::forward;
      break;
    case Result::FAILED:
      status = Status::failed;
      break;
    case Result::CANCELLED:
      status = moved ? Status::done : Status::cancelled;
      if (moved) state.clear();
      mode = Mode::forward;
      break;
    case Result::ROLLED_BACK:
      status = Status::rolled_back;
      moved = false;
      break;
  }
}

void FleetRow::steer(schema::Steered::Reader steered) {
  using Verb = schema::Steered::Verb;
  const auto run_on = [&](Mode next) {
    status = Status::running;
    mode = next;
    state.clear();
    need.clear();
  };
  const auto enter = [&](Mode next) {
    run_on(next);
    paused = false;
    clear_from(done, step_count);
  };
  switch (steered.getVerb()) {
    case Verb::PAUSE:
      paused = paused || steered.getStep() == kNoStep;
      return;
    case Verb::RESUME:
      paused = false;
      return;
    case Verb::SKIP:
    case Verb::APPROVE:
      run_on(mode);
      if (steered.getStep() < kMaxSteps) done.set(steered.getStep());
      return;
    case Verb::RETRY:
    case Verb::ADOPT:
      return run_on(mode);
    case Verb::NOTE:
      return;
    case Verb::CANCEL:
      return enter(Mode::cancel);
    case Verb::ROLLBACK:
      return enter(Mode::rollback);
    case Verb::CLEANUP:
      return enter(Mode::cleanup);
    case Verb::DECOMMISSION:
      return enter(Mode::decommission);
  }
}

Position hold_after(Position held, Event::Reader event) {
  if (!event.getBody().isSteered()) return held;
  switch (event.getBody().getSteered().getVerb()) {
    case schema::Steered::Verb::PAUSE:
      return event.getPosition();
    case schema::Steered::Verb::RESUME:
      return 0;
    default:
      return held;
  }
}

const FleetRow* FleetSummary::find(StreamId stream) const {
  const auto it =
      std::lower_bound(rows_.begin(), rows_.end(), stream,
                       [](const FleetRow& row, StreamId id) { return row.stream < id; });
  return it == rows_.end() || it->stream != stream ? nullptr : &*it;
}

std::string_view FleetSummary::step_name(const FleetRow& row) const {
  if (row.steps >= step_lists_.size()) return {};
  const auto& names = step_lists_[row.steps];
  return row.step < names.size() ? std::string_view(names[row.step]) : std::string_view();
}

std::uint16_t FleetSummary::list_of(capnp::List<capnp::Text>::Reader names) {
  const auto same = [&](const std::vector<std::string>& list) {
    return list.size() == names.size() &&
           std::equal(list.begin(), list.end(), names.begin(),
                      [](const std::string& a, capnp::Text::Reader b) { return a == view(b); });
  };
  const auto known = std::find_if(step_lists_.begin(), step_lists_.end(), same);
  if (known == step_lists_.end()) {
    auto& list = step_lists_.emplace_back();
    for (const auto name : names) list.emplace_back(view(name));
    return static_cast<std::uint16_t>(step_lists_.size() - 1);
  }
  return static_cast<std::uint16_t>(known - step_lists_.begin());
}

bool operator==(const FleetSummary& a, const FleetSummary& b) {
  return a.position_ == b.position_ && a.time_ == b.time_ && a.session_ == b.session_ &&
         a.session_closed_ == b.session_closed_ && a.held_ == b.held_ &&
         a.unknown_events_ == b.unknown_events_ && a.rows_ == b.rows_ &&
         a.step_lists_ == b.step_lists_;
}

void FleetSummary::apply(Event::Reader event) {
  position_ = event.getPosition();
  time_ = time_from_micros(event.getTime());
  const auto body = event.getBody();
  if (event.getStream() == kLedgerStream) {
    switch (body.which()) {
      case Event::Body::SESSION_OPENED:
        session_ = position_;
        session_closed_ = false;
        break;
      case Event::Body::SESSION_CLOSED:
        session_closed_ = true;
        break;
      case Event::Body::STEERED:
        held_ = hold_after(held_, event);
        break;
      case Event::Body::LEDGER_CREATED:
      case Event::Body::TAIL_DROPPED:
      case Event::Body::RESTORED:
      case Event::Body::CHECKPOINTED:
      case Event::Body::FORKED:
        break;
      default:
        ++unknown_events_;
    }
    return;
  }
  if (index_.size() != rows_.size())
    for (std::size_t i = 0; i < rows_.size(); ++i) index_[rows_[i].stream] = i;
  if (body.isMigrationStarted()) {
    const auto started = body.getMigrationStarted();
    FleetRow row;
    row.stream = position_;
    row.name = view(started.getName());
    row.workflow = view(started.getWorkflow());
    row.started = row.entered = time_;
    row.step_count = started.getForward() != 0
                         ? started.getForward()
                         : static_cast<std::uint16_t>(started.getSteps().size());
    row.steps = list_of(started.getSteps());
    index_[row.stream] = rows_.size();
    rows_.push_back(std::move(row));
  }
  const auto it = index_.find(event.getStream());
  if (it == index_.end()) {
    ++unknown_events_;
    return;
  }
  FleetRow& row = rows_[it->second];
  ++row.events;
  row.position = position_;
  row.updated = time_;
  const auto go_on = [&](std::uint16_t step) {
    if (row.status == Status::parked) row.status = Status::running;
    row.step = step;
    row.need.clear();
  };
  const auto complete = [&](std::uint16_t step) {
    if (step < kMaxSteps) row.done.set(step);
    row.entered = time_;
    row.state.clear();
    row.percent = 0;
  };
  switch (body.which()) {
    case Event::Body::MIGRATION_STARTED:
      break;
    case Event::Body::PLAN_CHANGED:
      for (const auto step : body.getPlanChanged().getRecheck())
        if (step < kMaxSteps) row.done.reset(step);
      if (row.status == Status::parked || row.status == Status::failed)
        row.status = Status::running;
      row.state = "plan changed";
      break;
    case Event::Body::PROBED:
      go_on(body.getProbed().getStep());
      row.state = "looked for it";
      break;
    case Event::Body::INTENT:
      go_on(body.getIntent().getStep());
      row.state = "request sent";
      break;
    case Event::Body::OUTCOME: {
      const auto outcome = body.getOutcome();
      go_on(outcome.getStep());
      if (outcome.getResult() == schema::Outcome::Result::SUCCEEDED) {
        if (!outcome.getMore()) complete(outcome.getStep());
      } else if (outcome.getHow() == schema::Outcome::How::PROVEN) {
        row.state = "nothing came of it";
      } else {
        row.state = outcome.getResult() == schema::Outcome::Result::UNKNOWN
                        ? std::string("outcome unknown")
                        : std::string("failed: ") += view(outcome.getError().getCode());
      }
      break;
    }
    case Event::Body::OBSERVED:
      go_on(body.getObserved().getStep());
      row.state = view(body.getObserved().getState());
      row.percent = body.getObserved().getPercent();
      break;
    case Event::Body::CHECKED: {
      const auto checked = body.getChecked();
      go_on(checked.getStep());
      if (checked.getResult() == schema::Checked::Result::OK) {
        complete(checked.getStep());
      } else if (checked.getResult() == schema::Checked::Result::DEAD) {
        clear_from(row.done, checked.getReopens());
        row.step = checked.getReopens();
        row.state = view(checked.getError().getMessage());
        row.percent = 0;
        row.entered = time_;
      } else if (checked.getReopens() != 0) {
        clear_from(row.done, checked.getReopens());
      }
      break;
    }
    case Event::Body::BULK_BEGUN:
      go_on(body.getBulkBegun().getStep());
      break;
    case Event::Body::BULK_ENDED:
      go_on(body.getBulkEnded().getStep());
      row.state = bulk_words(body.getBulkEnded());
      row.percent = body.getBulkEnded().getPercent();
      break;
    case Event::Body::READ_FAILED:
      row.step = body.getReadFailed().getStep();
      row.state = std::string("cannot look: ") += view(body.getReadFailed().getError().getCode());
      break;
    case Event::Body::PARKED: {
      const auto parked = body.getParked();
      row.status = Status::parked;
      row.parked_kind = parked.getKind();
      row.step = parked.getStep();
      row.state = view(parked.getReason());
      row.need = view(parked.getNeed());
      break;
    }
    case Event::Body::APPROVED:
      go_on(body.getApproved().getStep());
      complete(body.getApproved().getStep());
      break;
    case Event::Body::ENDED:
      row.end(body.getEnded());
      break;
    case Event::Body::STEERED:
      row.steer(body.getSteered());
      if (row.status == Status::running) row.entered = time_;
      break;
    default:
      ++unknown_events_;
  }
}

// ---- bytes -------------------------------------------------------------------------------------

namespace {

class Writer {
 public:
  // Seven bits a byte, the lowest first; the eighth says that more follow.
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::byte>(value | 0x80));
    bytes_.push_back(static_cast<std::byte>(value));
  }
  // Twice the number, or for one below zero twice its negative less one: near to zero is short.
  void difference(std::uint64_t value, std::uint64_t from) {
    const std::uint64_t n = value - from;
    number(n << 1 ^ (n >> 63 ? ~std::uint64_t{0} : 0));
  }
  void text(std::string_view value) {
    number(value.size());
    const auto* begin = reinterpret_cast<const std::byte*>(value.data());
    bytes_.insert(bytes_.end(), begin, begin + value.size());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class Scanner {
 public:
  explicit Scanner(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    std::size_t read = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (read == bytes_.size()) break;
      const auto byte = static_cast<std::uint64_t>(bytes_[read++]);
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) != 0) continue;
      // Written as short as can be, and within 64 bits: then no two texts are one number.
      const bool shortest = byte != 0 || read == 1;
      if (!shortest || (shift == 63 && byte > 1)) break;
      bytes_ = bytes_.subspan(read);
      return value;
    }
    good_ = false;
    return 0;
  }
  std::uint64_t difference(std::uint64_t from) {
    const std::uint64_t n = number();
    return from + (n >> 1 ^ (n & 1 ? ~std::uint64_t{0} : 0));
  }
  // A number that is at most `most`.
  std::uint64_t number_to(std::uint64_t most) {
    const std::uint64_t value = number();
    if (value > most) good_ = false;
    return value;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > bytes_.size()) {
      good_ = false;
      return {};
    }
    std::string value(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
    return value;
  }
  Time time(std::uint64_t since = 0) {
    return time_from_micros(static_cast<std::int64_t>(difference(since)));
  }
  bool good() const { return good_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
  bool good_ = true;
};

std::uint64_t bits(Time t) { return static_cast<std::uint64_t>(to_micros(t)); }

}  // namespace

std::vector<std::byte> FleetSummary::save() const {
  Writer w;
  w.number(position_);
  w.difference(bits(time_), 0);
  w.number(session_);
  w.number(session_closed_ ? 1 : 0);
  w.number(planted(PlantedBug::forget_hold) ? 0 : held_);
  w.number(unknown_events_);
  w.number(step_lists_.size());
  for (const auto& list : step_lists_) {
    w.number(list.size());
    for (const auto& name : list) w.text(name);
  }
  w.number(rows_.size());
  for (const auto& row : rows_) {
    w.number(row.stream);
    w.text(row.name);
    w.text(row.workflow);
    w.number(row.events);
    w.number(row.position);
    w.difference(bits(row.started), 0);
    w.difference(bits(row.updated), bits(row.started));
    w.number(static_cast<std::uint64_t>(row.status));
    w.number(static_cast<std::uint64_t>(row.mode));
    w.number((row.paused ? 1U : 0U) | (row.moved ? 2U : 0U));
    w.number(static_cast<std::uint64_t>(row.parked_kind));
    w.number(row.step);
    w.number(row.step_count);
    w.number(row.steps);
    for (std::size_t word = 0; word < kMaxSteps; word += 64)
      w.number((row.done >> word & StepSet(~std::uint64_t{0})).to_ullong());
    w.number(row.percent);
    w.difference(bits(row.entered), bits(row.started));
    w.text(row.state);
    w.text(row.need);
  }
  return w.take();
}

std::optional<FleetSummary> FleetSummary::load(std::span<const std::byte> bytes) {
  Scanner s(bytes);
  FleetSummary fleet;
  fleet.position_ = s.number();
  fleet.time_ = s.time();
  fleet.session_ = s.number();
  fleet.session_closed_ = s.number_to(1) != 0;
  fleet.held_ = s.number();
  fleet.unknown_events_ = s.number();
  const std::uint64_t lists = s.number();
  for (std::uint64_t i = 0; i < lists && s.good(); ++i) {
    auto& list = fleet.step_lists_.emplace_back();
    const std::uint64_t names = s.number_to(kMaxSteps);
    for (std::uint64_t n = 0; n < names && s.good(); ++n) list.push_back(s.text());
  }
  const std::uint64_t count = s.number();
  // No row takes less than its numbers; a count beyond that is none to make room for.
  constexpr std::size_t kSmallestRow = 20;
  fleet.rows_.reserve(std::min<std::uint64_t>(count, bytes.size() / kSmallestRow));
  for (std::uint64_t i = 0; i < count && s.good(); ++i) {
    FleetRow row;
    row.stream = s.number();
    row.name = s.text();
    row.workflow = s.text();
    row.events = s.number();
    row.position = s.number();
    row.started = s.time();
    row.updated = s.time(bits(row.started));
    row.status = static_cast<Status>(s.number_to(5));
    row.mode = static_cast<Mode>(s.number_to(kModes - 1));
    const std::uint64_t flags = s.number_to(3);
    row.paused = (flags & 1) != 0;
    row.moved = (flags & 2) != 0;
    row.parked_kind = static_cast<schema::Parked::Kind>(s.number_to(2));
    row.step = static_cast<StepIndex>(s.number_to(0xffff));
    row.step_count = static_cast<std::uint16_t>(s.number_to(0xffff));
    row.steps = static_cast<std::uint16_t>(s.number_to(0xffff));
    for (std::size_t word = 0; word < kMaxSteps; word += 64)
      row.done |= StepSet(s.number()) << word;
    row.percent = static_cast<std::uint8_t>(s.number_to(0xff));
    row.entered = s.time(bits(row.started));
    row.state = s.text();
    row.need = s.text();
    fleet.rows_.push_back(std::move(row));
  }
  if (!s.good() || !s.at_end()) return std::nullopt;
  return fleet;
}

}  // namespace migledger::ledger
