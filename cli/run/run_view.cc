#include "cli/run/run_view.h"

#include <boost/json.hpp>
#include <ostream>

#include "cli/render/event_json.h"
#include "cli/render/event_text.h"
#include "cli/run/live_view.h"
#include "ledger/event/codec.h"

namespace migledger::cli {

namespace {

using ledger::MigrationState;

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

}  // namespace

std::unique_ptr<workflow::Observer> make_run_view(const RunViewOptions& options,
                                                  const ledger::EventStore& store,
                                                  ForEachState states, std::ostream& out) {
  if (options.json) return std::make_unique<JsonView>(store, options.simulated, out);
  if (options.terminal.redraws) return make_live_view(options, store, std::move(states), out);
  return std::make_unique<LineView>(store, options, out);
}

}  // namespace migledger::cli
