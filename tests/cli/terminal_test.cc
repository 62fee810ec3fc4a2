#include "cli/base/terminal.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "tests/support/pseudo_terminal.h"

using namespace migledger::cli;
using migledger::testing::PseudoTerminal;

namespace {

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

}  // namespace

TEST_CASE("A pipe is no terminal: no colour, any width") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const Terminal terminal = detect_terminal(ends[1], environment({{"TERM", "xterm"}}));
  CHECK_FALSE(terminal.is_terminal);
  CHECK_FALSE(terminal.colour);
  CHECK(terminal.width == 0);
  CHECK(paint(terminal, Colour::red, "x") == "x");
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE(
    "A terminal has its width and colour, unless NO_COLOR or a dumb terminal says otherwise") {
  PseudoTerminal pty;
  CHECK(detect_terminal(pty.fd(), environment({})).width == 80);
  CHECK(detect_terminal(pty.fd(), environment({})).height == 24);
  pty.resize(123, 45);
  const Terminal terminal =
      detect_terminal(pty.fd(), environment({{"TERM", "xterm"}, {"NO_COLOR", ""}}));
  CHECK(terminal.is_terminal);
  CHECK(terminal.redraws);
  CHECK(terminal.width == 123);
  CHECK(terminal.height == 45);
  CHECK(terminal.colour);
  pty.resize(60, 10);
  CHECK(resized(terminal).width == 60);
  CHECK(resized(terminal).height == 10);
  CHECK(paint(terminal, Colour::green, "x") == "\x1b[32mx\x1b[0m");
  const Terminal plain =
      detect_terminal(pty.fd(), environment({{"TERM", "xterm"}, {"NO_COLOR", "1"}}));
  CHECK_FALSE(plain.colour);
  CHECK(plain.redraws);
  for (const auto& nothing :
       {environment({{"TERM", "dumb"}}), environment({{"TERM", ""}}), environment({})}) {
    const Terminal dumb = detect_terminal(pty.fd(), nothing);
    CHECK(dumb.is_terminal);
    CHECK_FALSE(dumb.redraws);
    CHECK_FALSE(dumb.colour);
  }
}

TEST_CASE("Widths are columns: wide characters take two, combining ones none") {
  CHECK(display_width("web-1") == 5);
  CHECK(display_width("zürich") == 6);
  CHECK(display_width("東京") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("\xff") == 1);
}

TEST_CASE("What does not fit ends with an ellipsis, within the width") {
  CHECK(fit("abcdef", 6) == "abcdef");
  CHECK(fit("abcdefg", 6) == "abcde…");
  CHECK(fit("東京都庁", 5) == "東京…");
  CHECK(fit("東京都庁", 6) == "東京…");
  CHECK(display_width(fit("東京都庁", 4)) <= 4);
  CHECK(fit("abc", 1) == "…");
  CHECK(fit("abc", 0) == "abc");
  CHECK(pad("東", 4) == "東  ");
}

TEST_CASE("What does not fit a line goes on in the next, at spaces where there are any") {
  CHECK(wrapped("one two three", 0) == "one two three");
  CHECK(wrapped("one two three", 13) == "one two three");
  CHECK(wrapped("one two three", 12) == "one two\nthree");
  CHECK(wrapped("one two three", 8, 2) == "one two\n  three");
  CHECK(wrapped("  a bcdef g", 6, 2) == "  a\n  bcde\n  f g");
  CHECK(wrapped("東京都庁 x", 5) == "東京\n都庁\nx");
  CHECK(wrapped("abc", 1, 4) == "a\nb\nc");
  for (std::size_t width = 1; width < 30; ++width) {
    std::string all = wrapped("  db-1: to go on, where it stopped: migledger", width, 4);
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t end = std::min(all.find('\n', at), all.size());
      CHECK(display_width(all.substr(at, end - at)) <= width);
      at = end + 1;
    }
  }
}

TEST_CASE("OCIDs are shortened in the middle wherever they stand") {
  const std::string image = "ocid1.image.oc1.iad." + std::string(50, 'a') + "k3x9pq";
  CHECK(shorten_ocids(image) == "ocid1.image…k3x9pq");
  CHECK(shorten_ocids("made " + image + ", " + image + ".") ==
        "made ocid1.image…k3x9pq, ocid1.image…k3x9pq.");
  CHECK(shorten_ocids("ocid1.a.b") == "ocid1.a.b");
  CHECK(shorten_ocids("ocid1.") == "ocid1.");
  CHECK(shorten_ocids("ocid1....") == "ocid1....");
  CHECK(shorten_ocids("no id") == "no id");
}
