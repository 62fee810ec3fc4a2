// The live table is watched as a terminal shows it: lines wrap, scroll away, and are written over.
#include "cli/run/live_view.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/support/history.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/pseudo_terminal.h"
#include "tests/support/sample_migration.h"

namespace migledger::cli {

namespace {

using ledger::MigrationState;
using testing::History;

// What a terminal of this size makes of bytes: letters, line ends, "up" and "clear what follows".
class Screen {
 public:
  Screen(std::size_t columns, std::size_t lines) : columns_(columns), height_(lines) {}

  void feed(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\x1b') {
        std::size_t number = 0;
        for (i += 2; text[i] >= '0' && text[i] <= '9'; ++i)
          number = number * 10 + static_cast<std::size_t>(text[i] - '0');
        if (text[i] == 'A') y_ -= std::min(y_, number);
        if (text[i] == 'J') {
          lines_.resize(y_ + 1);
          lines_[y_].resize(x_, ' ');
        }
      } else if (c == '\r') {
        x_ = 0;
      } else if (c == '\n') {
        next_line();
      } else if ((static_cast<unsigned char>(c) & 0xc0u) != 0x80u) {
        if (x_ == columns_) next_line();
        lines_[y_].resize(std::max(lines_[y_].size(), x_ + 1), ' ');
        lines_[y_][x_++] = c;
      }
    }
  }
  std::size_t scrolled() const { return scrolled_; }
  std::string text() const {
    std::string all;
    for (const auto& line : lines_) all.append(line).append("\n");
    return all;
  }

 private:
  void next_line() {
    x_ = 0;
    if (++y_ == lines_.size()) lines_.emplace_back();
    if (lines_.size() <= height_) return;
    lines_.erase(lines_.begin());
    ++scrolled_;
    --y_;
  }

  std::size_t columns_, height_, x_ = 0, y_ = 0, scrolled_ = 0;
  std::vector<std::string> lines_{1};
};

std::size_t count(const std::string& text, std::string_view word) {
  std::size_t n = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

MigrationState waiting() {
  auto plan = testing::sample_migration("web-1");
  plan.fields.set("allow_source_downtime", "false");
  History history(std::move(plan));
  history.ok("check-source", {{"source_state", "RUNNING"}});
  return history.done_before("approve-downtime")
      .parked(ledger::schema::Parked::Kind::APPROVE)
      .state();
}

MigrationState running() {
  History history(testing::sample_migration("web-1"));
  return history.done_before("await-image").seen("await-image", "IN_PROGRESS", 30).state();
}

// A view of these migrations; each drawing comes a second after the one before.
struct Watched {
  explicit Watched(std::vector<MigrationState> shown, unsigned short columns = 100,
                   unsigned short lines = 24)
      : states(std::move(shown)) {
    pty.resize(columns, lines);
    options.terminal = detect_terminal(
        pty.fd(), [](const char* name) { return name == std::string("TERM") ? "xterm" : nullptr; });
    options.stopping = [this] { return stopping; };
    options.stopwatch = [this] { return real += std::chrono::seconds(1); };
    options.planned = states.size();
    for (std::size_t i = 0; i < states.size(); ++i) {
      states[i].stream = i + 1;
      states[i].name = fmt::format("app-{:02}", i);
    }
  }
  void open() {
    view = make_live_view(
        options, store,
        [this](const auto& visit) {
          for (const auto& state : states) visit(state);
        },
        out);
  }
  std::string draw() {
    if (!view) open();
    out.str({});
    view->waiting(Time{});
    return out.str();
  }

  testing::PseudoTerminal pty;
  testing::MemoryEventStore store;
  RunViewOptions options;
  std::vector<MigrationState> states;
  bool stopping = false;
  std::chrono::steady_clock::time_point real{};
  std::ostringstream out;
  std::unique_ptr<workflow::Observer> view;
};

}  // namespace

TEST_CASE(
    "live view: the step is the one that status names, steps that are left out do not count") {
  const std::string text = Watched({waiting(), running()}).draw();
  CHECK(text.find("8/45 approve-downtime") != std::string::npos);
  CHECK(text.find("await-image") != std::string::npos);
  CHECK(text.find("replica") == std::string::npos);
}

TEST_CASE("live view: a picture is drawn over itself at every size of the window") {
  for (const unsigned short columns : {1, 2, 5, 10, 20, 27, 40, 80, 200})
    for (const unsigned short lines : {2, 3, 4, 5, 6, 12, 15, 24, 60}) {
      Watched watched(std::vector<MigrationState>(30, running()), columns, lines);
      Screen screen(columns, lines);
      for (int i = 0; i < 4; ++i) screen.feed(watched.draw());
      INFO(columns << " x " << lines << "\n" << screen.text());
      CHECK(screen.scrolled() == 0);
      CHECK(count(screen.text(), "migration") <= 1);
      CHECK(count(screen.text(), "under way") <= 1);
    }
}

TEST_CASE("live view: a window that is made smaller or larger keeps one picture") {
  Watched watched(std::vector<MigrationState>(5, running()), 100, 24);
  const std::string wide = watched.draw();
  watched.pty.resize(40, 24);
  Screen screen(40, 24);  // as a terminal that breaks its lines anew
  screen.feed(wide);
  screen.feed(watched.draw());
  CHECK(count(screen.text(), "migration") == 1);
  CHECK(count(screen.text(), "app-00") == 1);
  watched.pty.resize(120, 24);
  CHECK(watched.draw().find("waits for") != std::string::npos);
}

TEST_CASE("live view: what waits for a person is on the screen, and so is what goes on") {
  std::vector<MigrationState> states(50, running());
  for (int i = 0; i < 31; ++i) states.push_back(waiting());
  const std::string text = Watched(std::move(states), 100, 24).draw();
  CHECK(count(text, "approve-downtime") >= 5);
  CHECK(count(text, "await-image") >= 5);
  CHECK(text.find("app-50") < text.find("app-00"));
  CHECK(text.find("50 under way, 0 done, 31 waiting for a person") != std::string::npos);
}

TEST_CASE("live view: what has not begun is counted") {
  Watched watched({running()});
  watched.options.planned = 9;
  CHECK(watched.draw().find("0 failed, 8 not begun") != std::string::npos);
}

TEST_CASE("live view: an end that was asked for is said at once, stays, and goes at the end") {
  Watched watched({running()}, 120);
  watched.options.stopwatch = [] { return std::chrono::steady_clock::time_point{}; };
  Screen screen(120, 24);
  screen.feed(watched.draw());
  CHECK(watched.draw().empty());  // too soon, and nothing new
  watched.stopping = true;
  screen.feed("^C");
  screen.feed(watched.draw());
  CHECK(count(screen.text(), "once more stops at once") == 1);
  CHECK(count(screen.text(), "migration ") == 1);
  CHECK(screen.text().find("^C") == std::string::npos);
  watched.stopping = false;
  watched.out.str({});
  watched.view.reset();
  screen.feed(watched.out.str());
  CHECK(count(screen.text(), "once more stops at once") == 0);
  CHECK(count(screen.text(), "migration ") == 1);
}

TEST_CASE("live view: a terminal that cannot move its cursor gets lines") {
  Watched watched({running()});
  watched.options.terminal.redraws = false;
  const auto view = make_run_view(
      watched.options, watched.store, [](const auto&) {}, watched.out);
  CHECK(view->waiting(Time{}) == Time::max());
  CHECK(watched.out.str().empty());
}

}  // namespace migledger::cli
