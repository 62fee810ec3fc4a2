// What a person types at an interactive command, one command at a time: single keys on a terminal,
// lines from anything else.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

namespace migledger::cli {

class Keys {
 public:
  virtual ~Keys() = default;
  // The next command: "n", "p", "q", "?", "g 42", "/text", "m web-1", or whatever else was typed;
  // nothing at the end of the input. `prompt` is shown where somebody sees it.
  virtual std::optional<std::string> next(const std::string& prompt) = 0;
};

// A command a line; an empty line is "n".
std::unique_ptr<Keys> keys_of_lines(std::istream& in);

// Keys of the terminal on `fd`, echoed to `out`: Enter, space, → and ↓ are "n", ← and ↑ are "p",
// Ctrl-C and Ctrl-D are "q"; g, / and m take the rest of their line. The terminal is as it was
// while nothing is asked for, and afterwards.
std::unique_ptr<Keys> keys_of_terminal(int fd, std::ostream& out);

}  // namespace migledger::cli
