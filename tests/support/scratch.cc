#include "tests/support/scratch.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>

namespace migledger::testing {

namespace fs = std::filesystem;

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "migledger-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_all(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!(out << bytes) || !out.flush()) throw std::runtime_error("cannot write " + file.string());
}

void copy_directory(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::create_directory(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    const fs::path target = to / entry.path().filename();
    if (entry.is_directory()) {
      copy_directory(entry.path(), target);
    } else {
      std::error_code gone;
      fs::copy_file(entry.path(), target, gone);
    }
  }
}

void copy_at_rest(const fs::path& from, const fs::path& to) {
  const auto listing = [&] {
    std::map<std::string, std::uintmax_t> sizes;
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
      std::error_code gone;
      sizes[entry.path()] = entry.file_size(gone);
    }
    return sizes;
  };
  std::map<std::string, std::uintmax_t> before;
  do {
    before = listing();
    copy_directory(from, to);
  } while (listing() != before);
}

}  // namespace migledger::testing
