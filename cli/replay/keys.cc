#include "cli/replay/keys.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cctype>
#include <istream>
#include <ostream>
#include <string_view>

namespace migledger::cli {

namespace {

class LineKeys final : public Keys {
 public:
  explicit LineKeys(std::istream& in) : in_(in) {}
  std::optional<std::string> next(const std::string&) override {
    std::string line;
    if (!std::getline(in_, line)) return std::nullopt;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line.empty() ? std::string("n") : line;
  }

 private:
  std::istream& in_;
};

// Single keys, unechoed, while it lives.
class SingleKeys {
 public:
  explicit SingleKeys(int fd) : fd_(fd) {
    is_terminal_ = tcgetattr(fd, &before_) == 0;
    if (!is_terminal_) return;
    termios single = before_;
    single.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    single.c_cc[VMIN] = 1;
    single.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSADRAIN, &single);
  }
  ~SingleKeys() {
    if (is_terminal_) tcsetattr(fd_, TCSADRAIN, &before_);
  }
  SingleKeys(const SingleKeys&) = delete;
  SingleKeys& operator=(const SingleKeys&) = delete;

 private:
  int fd_;
  bool is_terminal_ = false;
  termios before_{};
};

class TerminalKeys final : public Keys {
 public:
  TerminalKeys(int fd, std::ostream& out) : fd_(fd), out_(out) {}

  std::optional<std::string> next(const std::string& prompt) override {
    out_ << prompt << std::flush;
    std::optional<std::string> command;
    {
      const SingleKeys single(fd_);
      command = read_key();
    }
    if (command && (*command == "g" || *command == "/" || *command == "m")) {
      out_ << *command << (*command == "/" ? "" : " ") << std::flush;
      const auto rest = read_line();
      if (!rest) return std::nullopt;
      return *command == "/" ? *command + *rest : *command + " " + *rest;
    }
    out_ << "\r\x1b[K" << std::flush;
    return command;
  }

 private:
  std::optional<char> read_byte() {
    char byte = 0;
    return read(fd_, &byte, 1) == 1 ? std::optional(byte) : std::nullopt;
  }

  // What follows an escape key at once belongs to it.
  bool more_at_once() const {
    pollfd waiting{fd_, POLLIN, 0};
    constexpr int kMilliseconds = 30;
    return poll(&waiting, 1, kMilliseconds) == 1;
  }

  std::optional<std::string> read_key() {
    const auto byte = read_byte();
    constexpr char kControlC = 3;
    constexpr char kControlD = 4;
    constexpr char kEscape = 27;
    if (!byte) return std::nullopt;
    if (*byte == kControlC || *byte == kControlD) return "q";
    if (*byte == '\n' || *byte == '\r' || *byte == ' ') return "n";
    if (*byte != kEscape) return std::string(1, *byte);
    // An escape sequence goes on up to its letter.
    std::string sequence;
    while (sequence.size() < 8 && more_at_once()) {
      const auto next = read_byte();
      if (!next) break;
      sequence += *next;
      const bool introduces = sequence == "[" || sequence == "O";
      if (!introduces && (std::isalpha(static_cast<unsigned char>(*next)) != 0 || *next == '~'))
        break;
    }
    if (sequence == "[C" || sequence == "OC" || sequence == "[B" || sequence == "OB") return "n";
    if (sequence == "[D" || sequence == "OD" || sequence == "[A" || sequence == "OA") return "p";
    return "?";
  }

  std::optional<std::string> read_line() {
    std::string line;
    while (const auto byte = read_byte()) {
      if (*byte == '\n') return line;
      line += *byte;
    }
    return std::nullopt;
  }

  const int fd_;
  std::ostream& out_;
};

}  // namespace

std::unique_ptr<Keys> keys_of_lines(std::istream& in) { return std::make_unique<LineKeys>(in); }

std::unique_ptr<Keys> keys_of_terminal(int fd, std::ostream& out) {
  return std::make_unique<TerminalKeys>(fd, out);
}

}  // namespace migledger::cli
