#include "cli/run_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <ostream>
#include <sstream>
#include <vector>

#include "cli/event_json.h"
#include "cli/event_text.h"
#include "cli/fleet_text.h"
#include "cli/printable.h"
#include "cli/table.h"
#include "ledger/codec.h"

namespace migledger::cli {

namespace {

using ledger::MigrationState;
using ledger::Status;

class JsonView final : public workflow::Observer {
 public:
  JsonView(const ledger::EventStore& store, bool simulated, std::ostream& out)
      : names_(store), simulated_(simulated), out_(out) {}

  void appended(const MigrationState&, ledger::schema::Event::Reader event) override {
    const auto bytes = ledger::encode(event);
    out_ << boost::json::serialize(event_json(event, bytes, names_, simulated_)) << "\n"
         << std::flush;
  }
  Time waiting(Time) override { return Time::max(); }

 private:
  Names names_;
  bool simulated_;
  std::ostream& out_;
};

class LineView final : public workflow::Observer {
 public:
  LineView(const ledger::EventStore& store, const RunViewOptions& options, std::ostream& out)
      : names_(store), lines_(names_, line_options(store, options)), out_(out) {}

  void appended(const MigrationState&, ledger::schema::Event::Reader event) override {
    names_.learn(event);
    lines_.print(event, {}, out_);
    out_ << std::flush;
  }
  Time waiting(Time) override { return Time::max(); }

 private:
  static EventLines::Options line_options(const ledger::EventStore& store,
                                          const RunViewOptions& options) {
    // Of a few migrations; the column grows where there are more.
    constexpr ledger::Position kLikely = 999;
    EventLines::Options lines;
    lines.last = store.head().position + kLikely;
    lines.terminal = options.terminal;
    lines.name_width = options.name_width;
    lines.step_width = options.step_width;
    return lines;
  }

  Names names_;
  EventLines lines_;
  std::ostream& out_;
};

// The table is drawn over itself: up by as many lines as it had, and on from there.
class LiveView final : public workflow::Observer {
 public:
  LiveView(const RunViewOptions& options, ForEachState states, std::ostream& out)
      : options_(options), states_(std::move(states)), out_(out) {}
  ~LiveView() override {
    if (drawn_ > 0) draw(last_);
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

  void draw_now_and_then(Time now) {
    const auto real = Real::now();
    if (drawn_ > 0 && real - drawn_at_ < std::chrono::milliseconds(200)) return;
    drawn_at_ = real;
    draw(now);
  }

  static std::string waits_for(const MigrationState& state) {
    if (state.status == Status::parked || state.status == Status::failed)
      return printable(state.reason);
    if (state.attempt.phase == ledger::Phase::open) return "the reply";
    if (state.reading.failures > 0) return "being able to look";
    return printable(state.reading.state);
  }

  void draw(Time now) {
    std::vector<const MigrationState*> shown;
    std::size_t done = 0, running = 0, parked = 0, failed = 0, undone = 0;
    states_([&](const MigrationState& state) {
      shown.push_back(&state);
      switch (state.status) {
        case Status::running:
          ++running;
          break;
        case Status::parked:
          ++parked;
          break;
        case Status::done:
          ++done;
          break;
        case Status::failed:
          ++failed;
          break;
        case Status::cancelled:
        case Status::rolled_back:
          ++undone;
          break;
      }
    });
    // Those that are under way first, then in the order of their start.
    std::sort(shown.begin(), shown.end(), [](const auto* a, const auto* b) {
      const bool over_a = a->status != Status::running, over_b = b->status != Status::running;
      return over_a != over_b ? over_b : a->stream < b->stream;
    });
    constexpr std::size_t kMost = 20;
    const std::size_t left_out = shown.size() > kMost ? shown.size() - kMost : 0;
    shown.resize(std::min(shown.size(), kMost));
    Table table({{"migration"},
                 {"step", false, 12},
                 {"state"},
                 {"%", true, 3, 1},
                 {"elapsed", true, 7, 2},
                 {"waits for", false, 8, 3}});
    for (const auto* state : shown) {
      const auto step = current(*state);
      const Time end = state->status == Status::running ? now : state->updated;
      const bool percent = state->status == Status::running && state->reading.percent > 0;
      table.add(
          {{printable(state->name, 40), Colour::plain},
           {step_words(*state, step), Colour::plain},
           {std::string(standing(state->status, state->mode, state->paused != 0)),
            colour_of(state->status)},
           {percent ? fmt::format("{}", state->reading.percent) : std::string(), Colour::plain},
           {format_duration(end - state->started), Colour::plain},
           {waits_for(*state), Colour::dim}});
    }
    std::ostringstream text;
    table.print(options_.terminal, text);
    if (left_out > 0) text << fmt::format("… and {} more\n", left_out);
    text << fmt::format(
        "{} under way, {} done, {} waiting for a person, {} failed{}\n", running, done, parked,
        failed, undone == 0 ? std::string() : fmt::format(", {} cancelled or rolled back", undone));
    const std::string drawing = text.str();
    if (drawn_ > 0) out_ << "\x1b[" << drawn_ << "A\x1b[J";
    out_ << drawing << std::flush;
    drawn_ = std::count(drawing.begin(), drawing.end(), '\n');
  }

  static std::string step_words(const MigrationState& state, ledger::StepIndex step) {
    const std::size_t all = state.forward_count();
    const std::string number = fmt::format("{}/{}", std::min<std::size_t>(step + 1u, all), all);
    if (state.status == Status::done) return number;
    return fmt::format("{:>5} {}", number, printable(state.step_name(step)));
  }

  static ledger::StepIndex current(const MigrationState& state) {
    ledger::StepIndex last = 0;
    for (ledger::StepIndex i = 0; i < state.step_count(); ++i)
      if (state.is_done(i)) last = static_cast<ledger::StepIndex>(i + 1);
    return last;
  }

  const RunViewOptions options_;
  ForEachState states_;
  std::ostream& out_;
  std::ptrdiff_t drawn_ = 0;  // lines
  Real::time_point drawn_at_{};
  Time last_{};
};

}  // namespace

std::unique_ptr<workflow::Observer> make_run_view(const RunViewOptions& options,
                                                  const ledger::EventStore& store,
                                                  ForEachState states, std::ostream& out) {
  if (options.json) return std::make_unique<JsonView>(store, options.simulated, out);
  if (options.terminal.is_terminal)
    return std::make_unique<LiveView>(options, std::move(states), out);
  return std::make_unique<LineView>(store, options, out);
}

}  // namespace migledger::cli
