// What is wrong with a file of the user's, all of it at once.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::adapters {

// Safe to print as it is: names from the file are shortened and escaped.
struct Problem {
  std::string file;
  std::size_t line = 0;    // from 1; 0: the file as a whole
  std::size_t column = 0;  // from 1, in characters
  std::string key;         // "migrations[3].target_ad"; empty: the file as a whole
  std::string message;     // what was expected, what was found, what to do

  // "config.json:12:5: migrations[3].target_ad: expected …, found …"
  std::string text() const;
};

// what(): one line a problem.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<Problem> problems, std::size_t left_out = 0);
  const std::vector<Problem> problems;
  const std::size_t left_out;  // found, but not listed
};

// Gathers the problems of one file.
class Problems {
 public:
  static constexpr std::size_t kMost = 20;

  // Both must outlive this.
  Problems(const std::string& file, std::string_view content) : file_(file), content_(content) {}

  // The same at the same place counts once: what stands in "defaults" is looked at with every
  // migration.
  void add(std::size_t offset, std::string key, std::string message);

  // More are only counted.
  bool full() const { return found_.size() >= kMost; }

  // Throws ConfigError when there are any, in the order of the file.
  void throw_if_any() const;

 private:
  const std::string& file_;
  std::string_view content_;
  std::vector<Problem> found_;
  std::vector<std::size_t> offsets_;  // of those
  std::size_t left_out_ = 0;
};

}  // namespace migledger::adapters
