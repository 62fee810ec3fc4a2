// What is fuzzed: functions that take any bytes at all, and end when a promise is broken. A fuzzer
// gives them bytes of its own (main.cc), the tests those that were once kept (corpus_test.cc).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::fuzz {

struct Target {
  std::string_view name;  // of its folder in corpus/
  void (*run)(std::string_view bytes);
};

std::span<const Target> targets();

void fuzz_arguments(std::string_view bytes);  // moments, times, orders, files of faults, …
void fuzz_config(std::string_view bytes);     // the configuration
void fuzz_events(std::string_view bytes);     // a ledger's events, read and printed
void fuzz_files(std::string_view bytes);      // what lies beside the events, and a tenancy's state
void fuzz_http(std::string_view bytes);       // requests to `sim serve`, and their signatures
void fuzz_oci_program(std::string_view bytes);  // what the oci program prints
void fuzz_replies(std::string_view bytes);      // the cloud's replies, to every step
void fuzz_run(std::string_view bytes);          // a whole run whose cloud garbles its replies

// Thrown when the product broke a promise. Not a std::exception: nobody takes it for an error that
// the product reports.
struct Broken {
  std::string what;
};
inline void promise(bool holds, std::string_view what) {
  if (!holds) throw Broken{std::string(what)};
}

// `text` is UTF-8 without control characters but line ends: safe on a terminal.
void promise_printable(std::string_view text, std::string_view what);

// The parts of an input, between lines that are "~~". They can be changed, cut and joined one by
// one, without lengths that would have to fit.
std::vector<std::string_view> parts_of(std::string_view bytes);

// Takes the first line of `text` off it.
std::string_view take_line(std::string_view& text);

// Decisions drawn from bytes: numbers below a bound, 0 when the bytes are used up.
class Draws {
 public:
  explicit Draws(std::string_view bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  std::size_t below(std::size_t bound) {
    if (rest_.empty() || bound == 0) return 0;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return byte % bound;
  }
  bool flag() { return below(2) == 1; }

 private:
  std::string_view rest_;
};

}  // namespace migledger::fuzz
