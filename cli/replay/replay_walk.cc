#include "cli/replay/replay_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

#include "cli/base/moment.h"
#include "cli/base/usage_error.h"
#include "cli/history/history_filter.h"
#include "cli/render/event_text.h"
#include "cli/replay/next_action.h"
#include "cli/replay/replay_diff.h"
#include "cli/replay/replayed.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

using ledger::Position;
using ledger::StreamId;

constexpr std::string_view kHelp =
    "  Enter, n, →   the next event\n"
    "  p, ←          the one before\n"
    "  g MOMENT      the event at a position, time or hash\n"
    "  m MIGRATION   only events of that migration; m alone: of all\n"
    "  /TEXT         only events that hold that text, as history --text; / alone: all\n"
    "  q             leave\n";

class Walk {
 public:
  Walk(const ledger::EventStore& store, const Terminal& terminal, const FleetStart& fleet,
       std::ostream& out)
      : store_(store),
        terminal_(terminal),
        fleet_(fleet),
        out_(out),
        names_(store),
        head_(store.head().position) {
    EventLines::Options lines;
    lines.last = head_;
    lines.terminal = terminal;
    lines_.emplace(names_, lines);
  }

  void run(const WalkStart& start, Keys& keys) {
    if (head_ == 0) {
      out_ << "the ledger is empty\n";
      return;
    }
    if (start.stream) narrow_to(*start.stream);
    // The nearest that is shown, from there on or else before.
    const Position from = std::clamp<Position>(start.position, 1, head_);
    if (const auto first = matching_from(from)) {
      show(*first);
    } else if (const auto last = matching_before(from)) {
      show(*last);
    }
    while (const auto command = keys.next(prompt())) {
      if (*command == "q") break;
      try {
        carry_out(*command);
      } catch (const UsageError& e) {
        out_ << e.what() << '\n';
      }
    }
    out_.flush();
  }

 private:
  std::string prompt() const {
    std::string words = fmt::format("[#{} of {}", at_, head_);
    if (stream_) words += ", " + printable(names_of_stream_, 40);
    if (!text_.empty()) words += fmt::format(", \"{}\"", printable(text_, 40));
    return words + "] n p g m / q ? ";
  }

  void carry_out(const std::string& command) {
    const char key = command.front();
    std::string rest = command.substr(1);
    if (key != '/') rest.erase(0, rest.find_first_not_of(' '));
    if (command == "n") {
      const auto next = at_ == head_ ? std::nullopt : matching_from(at_ + 1);
      next ? show(*next) : tell_end("after");
    } else if (command == "p") {
      const auto before = matching_before(at_);
      before ? show(*before) : tell_end("before");
    } else if (key == 'g' && !rest.empty()) {
      const Position to = last_until(store_, "g", parse_moment("g", rest));
      show(std::max<Position>(to, 1));
    } else if (key == 'm') {
      if (rest.empty()) {
        stream_.reset();
        out_ << "all migrations\n";
      } else {
        narrow_to(find_migration(store_, rest, fleet_));
        show_nearest();
      }
    } else if (key == '/') {
      look_for(rest);
      text_.empty() ? void(out_ << "any text\n") : show_nearest();
    } else {
      if (command != "?") out_ << fmt::format("there is no \"{}\" here:\n", printable(command, 40));
      out_ << kHelp;
    }
  }

  void tell_end(std::string_view where) {
    out_ << fmt::format("there is no event {} #{}{}\n", where, at_,
                        stream_ || !text_.empty() ? " that is looked for" : "");
  }

  void narrow_to(StreamId stream) {
    stream_ = stream;
    names_of_stream_ = names_.migration(stream);
    positions_.clear();
    for (const auto cursor = store_.scan_stream(stream); cursor->next();)
      positions_.push_back(cursor->event().getPosition());
  }

  // After narrowing: where one stands if that matches, or else the next, or else the one before.
  void show_nearest() {
    const Position from = std::max<Position>(at_, 1);
    if (const auto next = matching_from(from)) {
      show(*next);
    } else if (const auto before = matching_before(from)) {
      show(*before);
    } else {
      tell_none();
    }
  }

  void tell_none() {
    const std::string where = stream_ ? " of " + printable(names_of_stream_, 40) : "";
    if (text_.empty()) {
      out_ << fmt::format("there is no event{}\n", where);
      return;
    }
    out_ << fmt::format("no event{} has \"{}\"; / alone lets all through again\n", where,
                        printable(text_, 40));
  }

  void look_for(const std::string& text) {
    text_ = text;
    filter_.reset();
    filtering_.texts = {text};
    if (!text.empty()) filter_.emplace(filtering_);
  }

  bool matches(const ledger::EventCursor& cursor) {
    return !filter_ || filter_->matches(cursor.event(), cursor.bytes(), names_);
  }

  bool matches_at(Position position) {
    const auto cursor = store_.scan(position, position);
    return cursor->next() && matches(*cursor);
  }

  // The first that is looked for at `from` or after it.
  std::optional<Position> matching_from(Position from) {
    if (stream_) {
      for (auto it = std::lower_bound(positions_.begin(), positions_.end(), from);
           it != positions_.end(); ++it)
        if (matches_at(*it)) return *it;
      return std::nullopt;
    }
    const auto cursor = store_.scan(from);
    while (cursor->next())
      if (matches(*cursor)) return cursor->event().getPosition();
    return std::nullopt;
  }

  // The last that is looked for before `before`.
  std::optional<Position> matching_before(Position before) {
    if (stream_) {
      for (auto it = std::lower_bound(positions_.begin(), positions_.end(), before);
           it != positions_.begin();)
        if (matches_at(*--it)) return *it;
      return std::nullopt;
    }
    while (before > 1)
      if (matches_at(--before)) return before;
    return std::nullopt;
  }

  void show(Position position) {
    at_ = position;
    const auto cursor = store_.scan(position, position);
    if (!cursor->next()) return;
    const auto event = cursor->event();
    lines_->print(event, cursor->bytes(), out_);
    const Vantage vantage = vantage_at(store_, position);
    if (event.getCause() != 0)
      if (const auto cause = store_.scan(event.getCause(), event.getCause()); cause->next())
        out_ << fmt::format("  reacts to #{}: {}\n", event.getCause(),
                            describe(cause->event(), names_));
    if (event.getStream() == ledger::kLedgerStream) {
      const Position held = vantage_at(store_, position - 1).held;
      if (held != vantage.held)
        out_ << (vantage.held != 0 ? "  all migrations are paused from here on\n"
                                   : "  all migrations may go on from here on\n");
      return;
    }
    const Replayed before = replay_stream(store_, event.getStream(), position - 1);
    const Replayed after = replay_stream(store_, event.getStream(), position);
    Terminal indented = terminal_;
    if (indented.width > 2) indented.width -= 2;
    std::ostringstream changes;
    print_diff(diff_migration(before, after), indented, changes);
    std::istringstream lines(changes.str());
    for (std::string line; std::getline(lines, line);) out_ << "  " << line << '\n';
    const NextAction next = next_action(after.state, vantage);
    out_ << fit("  then: " + next_words(next), terminal_.width) << '\n';
    if (next.cannot_tell.empty())
      out_ << fit("        " + row_words(next.decision.row), terminal_.width) << '\n';
  }

  const ledger::EventStore& store_;
  const Terminal& terminal_;
  const FleetStart& fleet_;
  std::ostream& out_;
  Names names_;
  const Position head_;
  std::optional<EventLines> lines_;
  Position at_ = 0;
  std::optional<StreamId> stream_;
  std::string names_of_stream_;
  std::vector<Position> positions_;  // of the stream
  std::string text_;                 // looked for; empty: all is shown
  HistoryOptions filtering_;         // of the filter, which refers to it
  std::optional<HistoryFilter> filter_;
};

}  // namespace

void walk_events(const ledger::EventStore& store, const WalkStart& start, Keys& keys,
                 const Terminal& terminal, const FleetStart& fleet, std::ostream& out) {
  Walk(store, terminal, fleet, out).run(start, keys);
}

}  // namespace migledger::cli
