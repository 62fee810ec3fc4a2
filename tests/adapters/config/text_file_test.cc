#include "adapters/config/text/text_file.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temp_directory.h"

using namespace migledger;
using adapters::FileError;
using adapters::read_text_file;

TEST_CASE("A file is read whole up to the limit and not beyond") {
  const test::TempDirectory directory;
  const std::string content(100'000, 'x');
  const std::string path = directory.write("a", content);
  CHECK(read_text_file(path, content.size()) == content);
  CHECK_THROWS_WITH(read_text_file(path, content.size() - 1),
                    Catch::Contains("larger than 99999 bytes"));
  CHECK(read_text_file(directory.write("empty", ""), 0).empty());
}

TEST_CASE("A file far too large and an endless one are refused unread") {
  const test::TempDirectory directory;
  const std::string path = directory.write("huge", "");
  std::filesystem::resize_file(path, 1ull << 40);  // sparse
  CHECK_THROWS_WITH(read_text_file(path, 16 << 20), Catch::Contains("larger than"));
  CHECK_THROWS_WITH(read_text_file("/dev/zero", 1 << 20), Catch::Contains("larger than"));
}

TEST_CASE("A missing file is told from one that cannot be read") {
  const test::TempDirectory directory;
  const auto missing = [](const std::string& path) {
    try {
      read_text_file(path, 10);
    } catch (const FileError& e) {
      return e.missing;
    }
    FAIL("was read");
    return false;
  };
  CHECK(missing(directory.file("none")));
  CHECK_FALSE(missing(directory.path().string()));
  CHECK_FALSE(missing(directory.write("a", "x") + "/b"));
  CHECK_FALSE(missing(std::string("a\0b", 3)));
}
