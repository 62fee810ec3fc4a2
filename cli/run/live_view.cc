#include "cli/run/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/base/names.h"
#include "cli/base/table.h"
#include "cli/render/fleet_text.h"
#include "cli/session/signals.h"
#include "ledger/base/printable.h"
#include "workflow/decide/decide.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

using ledger::MigrationState;
using ledger::Status;

constexpr std::size_t kMostRows = 20;

bool wants_a_person(const MigrationState& state) {
  return state.status == Status::parked || state.status == Status::failed;
}

// How many migrations stand how.
class Counts {
 public:
  void add(Status status) { ++counts_.at(static_cast<std::size_t>(status)); }
  std::size_t of(Status status) const { return counts_.at(static_cast<std::size_t>(status)); }

  std::string words(std::size_t planned) const {
    std::size_t begun = 0;
    for (const auto count : counts_) begun += count;
    const std::size_t undone = of(Status::cancelled) + of(Status::rolled_back);
    std::string text =
        fmt::format("{} under way, {} done, {} waiting for a person, {} failed",
                    of(Status::running), of(Status::done), of(Status::parked), of(Status::failed));
    if (undone > 0) text += fmt::format(", {} cancelled or rolled back", undone);
    if (planned > begun) text += fmt::format(", {} not begun", planned - begun);
    return text;
  }

 private:
  std::array<std::size_t, 6> counts_{};
};

// Those that want a person first, then those under way, then the rest, in the order of their
// start. When not all have room, neither of the first two keeps the other out.
std::vector<const MigrationState*> chosen(std::vector<const MigrationState*> states,
                                          std::size_t rows) {
  const auto by_start = [](const auto* a, const auto* b) { return a->stream < b->stream; };
  std::sort(states.begin(), states.end(), by_start);
  const auto running = [](const auto* state) { return state->status == Status::running; };
  const auto first = std::stable_partition(states.begin(), states.end(),
                                           [](auto* s) { return wants_a_person(*s); });
  const auto rest = std::stable_partition(first, states.end(), running);
  if (states.size() <= rows) return states;
  const auto waiting = static_cast<std::size_t>(first - states.begin());
  const auto going = static_cast<std::size_t>(rest - first);
  const std::size_t half = rows - rows / 2;
  const std::size_t kept = going >= rows - half ? half : rows - going;
  if (waiting > kept) states.erase(states.begin() + static_cast<std::ptrdiff_t>(kept), first);
  states.resize(std::min(states.size(), rows));
  return states;
}

// The table is drawn over itself: up by as many lines as it takes on the terminal, and on from
// there.
class LiveView final : public workflow::Observer {
 public:
  LiveView(const RunViewOptions& options, const ledger::EventStore& store, ForEachState states,
           std::ostream& out)
      : options_(options),
        ledger_id_(ledger_facts(store).id),
        states_(std::move(states)),
        out_(out) {}
  ~LiveView() override {
    if (!drawn_.empty()) draw(last_);
  }

  void appended(const MigrationState&, ledger::schema::Event::Reader event) override {
    last_ = std::max(last_, time_from_micros(event.getTime()));
    draw_now_and_then(last_);
  }
  Time waiting(Time now) override {
    last_ = std::max(last_, now);
    draw_now_and_then(last_);
    const double pause = options_.speed > 0 ? options_.speed / 4 : 1;
    return now + Duration(static_cast<std::int64_t>(pause * 1e6));
  }

 private:
  using Real = std::chrono::steady_clock;

  bool stopping() const { return options_.stopping && options_.stopping(); }

  void draw_now_and_then(Time now) {
    const auto real = options_.stopwatch ? options_.stopwatch() : Real::now();
    const bool news = stopping() != said_stopping_;
    if (!drawn_.empty() && !news && real - drawn_at_ < std::chrono::milliseconds(200)) return;
    drawn_at_ = real;
    draw(now);
  }

  static std::string waits_for(const MigrationState& state) {
    if (wants_a_person(state)) return printable(state.reason);
    if (state.attempt.phase == ledger::Phase::open) return "the reply";
    if (state.reading.failures > 0) return "being able to look";
    return printable(state.reading.state);
  }

  void draw(Time now) {
    const Terminal terminal = resized(options_.terminal);
    Counts counts;
    std::vector<const MigrationState*> states;
    states_([&](const MigrationState& state) {
      states.push_back(&state);
      counts.add(state.status);
    });
    said_stopping_ = stopping();
    std::vector<std::string> below;
    if (said_stopping_) below.push_back(fmt::format("migledger: {}", kStopping));
    below.push_back(counts.words(options_.planned));
    // The cursor has a line of its own below all of it, the titles one above.
    const std::size_t around = below.size() + 2;
    std::vector<std::string> lines;
    if (terminal.height == 0 || terminal.height > around)
      lines =
          table(states, terminal, terminal.height == 0 ? kMostRows : terminal.height - around, now);
    for (const auto& line : below) lines.push_back(fit(line, terminal.width));
    if (terminal.height > 0 && lines.size() >= terminal.height)
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(
                                                   std::max<std::size_t>(terminal.height, 2) - 1));
    if (!drawn_.empty()) out_ << "\r\x1b[" << lines_taken(terminal) << "A\x1b[J";
    drawn_.clear();
    for (const auto& line : lines) {
      out_ << line << '\n';
      drawn_.push_back(width_without_colour(line));
    }
    out_ << std::flush;
  }

  // At most `room` lines below the titles.
  std::vector<std::string> table(const std::vector<const MigrationState*>& states,
                                 const Terminal& terminal, std::size_t room, Time now) const {
    room = std::min(room, kMostRows + 1);
    const bool all = states.size() <= std::min(room, kMostRows);
    const auto shown = chosen(states, all ? states.size() : room - 1);
    if (shown.empty() && !states.empty()) return {};
    Table table({{"migration"},
                 {"step", false, 12, 1},
                 {"state", false, 6, 2},
                 {"%", true, 3, 3},
                 {"elapsed", true, 7, 4},
                 {"waits for", false, 8, 5}});
    for (const auto* state : shown) {
      const Time end = state->status == Status::running ? now : state->updated;
      const bool percent = state->status == Status::running && state->reading.percent > 0;
      table.add(
          {{printable(state->name, 40), Colour::plain},
           {step_words(*state), Colour::plain},
           {std::string(standing(state->status, state->mode, state->paused != 0)),
            colour_of(state->status)},
           {percent ? fmt::format("{}", state->reading.percent) : std::string(), Colour::plain},
           {format_duration(end - state->started), Colour::plain},
           {waits_for(*state), Colour::dim}});
    }
    std::stringstream text;
    table.print(terminal, text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    if (!all)
      lines.push_back(
          fit(fmt::format("… and {} more", states.size() - shown.size()), terminal.width));
    return lines;
  }

  // As `status` counts: steps that undo or clean up are not among those that move it.
  std::string step_words(const MigrationState& state) const {
    const std::size_t all = state.forward_count();
    const auto step = current(state);
    if (state.status == Status::done || step == ledger::kNoStep) return fmt::format("{0}/{0}", all);
    const std::string name = printable(state.step_name(step));
    if (state.mode != ledger::Mode::forward) return fmt::format("{:>5} {}", "", name);
    return fmt::format("{:>5} {}", fmt::format("{}/{}", step + 1u, all), name);
  }

  // Steps that do not apply to this migration are left out, not come to.
  ledger::StepIndex current(const MigrationState& state) const {
    if (state.status != Status::running && state.stopped_at != ledger::kNoStep)
      return state.stopped_at;
    const auto* workflow = workflow::workflow_named(state.workflow);
    if (!workflow || workflow->steps.size() != state.step_count()) return ledger::kNoStep;
    return workflow::current_step(*workflow, state, ledger_id_);
  }

  static std::size_t width_without_colour(const std::string& line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\x1b')
        i = std::min(line.find('m', i), line.size());
      else
        text += line[i];
    }
    return display_width(text);
  }

  // A line that was drawn on a wider window goes on in the next, once the window is narrower.
  std::size_t lines_taken(const Terminal& terminal) const {
    std::size_t lines = 0;
    for (const auto width : drawn_)
      lines += terminal.width == 0 || width == 0 ? 1 : (width - 1) / terminal.width + 1;
    return lines;
  }

  const RunViewOptions options_;
  const std::string ledger_id_;
  ForEachState states_;
  std::ostream& out_;
  std::vector<std::size_t> drawn_;  // the width of each line
  bool said_stopping_ = false;
  Real::time_point drawn_at_{};
  Time last_{};
};

}  // namespace

std::unique_ptr<workflow::Observer> make_live_view(const RunViewOptions& options,
                                                   const ledger::EventStore& store,
                                                   ForEachState states, std::ostream& out) {
  return std::make_unique<LiveView>(options, store, std::move(states), out);
}

}  // namespace migledger::cli
