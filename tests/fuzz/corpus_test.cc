// Everything that was kept for the fuzzers, and every input that once broke something, goes through
// the same functions here.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "tests/fuzz/target.h"
#include "tests/support/paths.h"
#include "tests/support/scratch.h"

namespace fs = std::filesystem;
using namespace migledger;

namespace {

fs::path corpus() { return testing::source_path("tests/fuzz/corpus"); }

// Fails the test when the target breaks a promise, or there is nothing to give it.
void replay(std::string_view name) {
  const auto targets = fuzz::targets();
  const auto target = std::find_if(targets.begin(), targets.end(),
                                   [&](const fuzz::Target& t) { return t.name == name; });
  REQUIRE(target != targets.end());
  unsigned files = 0;
  for (const auto& entry : fs::directory_iterator(corpus() / name)) {
    const std::string file = entry.path().string();
    CAPTURE(file);
    ++files;
    try {
      target->run(testing::read_all(entry.path()));
    } catch (const fuzz::Broken& broken) {
      FAIL_CHECK(broken.what);
    } catch (const std::exception& e) {
      FAIL_CHECK("thrown: " << e.what());
    }
  }
  CHECK(files > 1);
}

}  // namespace

TEST_CASE("Corpus: arguments") { replay("arguments"); }
TEST_CASE("Corpus: configurations") { replay("config"); }
TEST_CASE("Corpus: events") { replay("events"); }
TEST_CASE("Corpus: files beside the events") { replay("files"); }
TEST_CASE("Corpus: requests over HTTP") { replay("http"); }
TEST_CASE("Corpus: what the oci program prints") { replay("oci_program"); }
TEST_CASE("Corpus: replies of the cloud") { replay("replies"); }
TEST_CASE("Corpus: runs with garbled replies") { replay("run"); }

TEST_CASE("Every folder of the corpus belongs to a target") {
  std::set<std::string> folders, names;
  for (const auto& entry : fs::directory_iterator(corpus()))
    folders.insert(entry.path().filename());
  for (const auto& target : fuzz::targets()) names.insert(std::string(target.name));
  CHECK(folders == names);
}
