#include "workflow/cloud/json_text.h"

#include <cstring>

#include "workflow/cloud/json.h"

namespace migledger::workflow {

namespace {

struct Malformed {};

constexpr int kDeepest = 32;  // as Boost.JSON

// A position in JSON text. Every step throws Malformed where the text is not what is expected.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  const char* at() const { return at_; }

  // The next character that is not white space, which stays; '\0' at the end.
  char peek() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    return at_ == end_ ? '\0' : *at_;
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) throw Malformed();
  }

  // A string with its quotation marks.
  std::string_view string() {
    if (peek() != '"') throw Malformed();
    const char* from = at_++;
    for (;;) {
      const auto* quote =
          static_cast<const char*>(std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_)));
      if (!quote) throw Malformed();
      // Escaped when an odd number of backslashes stands before it.
      const char* before = quote;
      while (before[-1] == '\\') --before;
      at_ = quote + 1;
      if ((quote - before) % 2 == 0) return {from, static_cast<std::size_t>(at_ - from)};
    }
  }

  void skip(int depth = 0) {
    if (depth > kDeepest) throw Malformed();
    switch (peek()) {
      case '"':
        string();
        return;
      case '{':
        members([&](std::string_view) { skip(depth + 1); });
        return;
      case '[':
        elements([&] { skip(depth + 1); });
        return;
      default:
        scalar();
    }
  }

  // Calls f(key, with its quotation marks) before each value of an object; f consumes the value.
  template <typename F>
  void members(F&& f) {
    expect('{');
    if (take('}')) return;
    do {
      const std::string_view key = string();
      expect(':');
      f(key);
    } while (take(','));
    expect('}');
  }

  // Calls f before each element of an array; f consumes the element.
  template <typename F>
  void elements(F&& f) {
    expect('[');
    if (take(']')) return;
    do {
      f();
    } while (take(','));
    expect(']');
  }

 private:
  void scalar() {
    const char* from = at_;
    while (at_ != end_ && std::strchr("+-.0123456789truefalsnE", *at_) && *at_ != '\0') ++at_;
    if (at_ == from) throw Malformed();
  }

  const char* at_;
  const char* end_;
};

// Calls f with what a string in quotation marks says.
template <typename F>
void with_text(std::string_view quoted, F&& f) {
  if (quoted.find('\\') == std::string_view::npos) {
    f(quoted.substr(1, quoted.size() - 2));
  } else if (const auto value = parse_json(quoted)) {
    f(std::string_view(value->get_string()));
  }
}

bool says(std::string_view quoted, std::string_view text) {
  bool same = false;
  with_text(quoted, [&](std::string_view said) { same = said == text; });
  return same;
}

void walk_to(Scanner& scanner, std::span<const std::string_view> path,
             const std::function<void(std::string_view)>& found) {
  const char next = scanner.peek();
  if (next == '"' && path.empty()) {
    with_text(scanner.string(), found);
  } else if (next == '{' && !path.empty()) {
    scanner.members([&](std::string_view key) {
      if (says(key, path.front())) {
        walk_to(scanner, path.subspan(1), found);
      } else {
        scanner.skip();
      }
    });
  } else if (next == '[' && !path.empty()) {
    scanner.elements([&] { walk_to(scanner, path, found); });
  } else {
    scanner.skip();
  }
}

}  // namespace

std::optional<std::vector<std::string_view>> elements_of(std::string_view page) {
  std::vector<std::string_view> found;
  bool is_list = false;
  try {
    Scanner scanner(page);
    const auto take_elements = [&] {
      is_list = true;
      scanner.elements([&] {
        if (scanner.peek() != '{') throw Malformed();
        const char* from = scanner.at();
        scanner.skip();
        found.emplace_back(from, static_cast<std::size_t>(scanner.at() - from));
      });
    };
    if (scanner.peek() == '[') {
      take_elements();
    } else {
      scanner.members([&](std::string_view key) {
        const bool list = says(key, "objects") || says(key, "items");
        if (list && !is_list && scanner.peek() == '[') {
          take_elements();
        } else {
          scanner.skip();
        }
      });
    }
    if (scanner.peek() != '\0') return std::nullopt;
  } catch (const Malformed&) {
    return std::nullopt;
  }
  if (!is_list) return std::nullopt;
  return found;
}

void each_text_at(std::string_view json, std::span<const std::string_view> path,
                  const std::function<void(std::string_view)>& found) {
  Scanner scanner(json);
  try {
    walk_to(scanner, path, found);
  } catch (const Malformed&) {
    // An element of elements_of() is well formed.
  }
}

}  // namespace migledger::workflow
