// Rules of the source tree that no compiler checks.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "tests/support/paths.h"
#include "tests/support/scratch.h"

using namespace migledger::testing;
namespace fs = std::filesystem;

namespace {

const fs::path kRoot = source_path();

bool is_source(const fs::path& file) {
  static const std::set<std::string> kEndings = {".cc", ".h", ".capnp", ".in", ".py"};
  return kEndings.count(file.extension()) != 0;
}

// All files of the product, without what is built or kept by version control, by their path from
// the root.
std::vector<std::string> all_files() {
  std::vector<std::string> files;
  for (auto it = fs::recursive_directory_iterator(kRoot); it != fs::recursive_directory_iterator();
       ++it) {
    const std::string path = fs::relative(it->path(), kRoot);
    const bool built = path == ".git" ||
                       (it.depth() == 0 && (path.starts_with("build") || path.starts_with("demo")));
    if (built) {
      if (it->is_directory()) it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(path);
    }
  }
  REQUIRE(files.size() > 100);
  return files;
}

// The folders of ours that `file` includes from.
std::set<std::string> included_folders(const std::string& file) {
  static const std::regex kInclude("(?:^|\n)#include \"([^\"/]+)/[^\"]*\"");
  const std::string text = read_all(kRoot / file);
  std::set<std::string> folders;
  for (std::sregex_iterator it(text.begin(), text.end(), kInclude), end; it != end; ++it)
    folders.insert((*it)[1]);
  return folders;
}

// Sources of the four layers.
std::vector<std::string> product_files() {
  static const std::set<std::string> kLayers = {"ledger", "workflow", "adapters", "cli"};
  std::vector<std::string> files = all_files();
  std::erase_if(files, [](const std::string& file) {
    return !is_source(file) || !kLayers.contains(file.substr(0, file.find('/')));
  });
  return files;
}

}  // namespace

TEST_CASE("Includes point inwards only: cli, adapters, workflow, ledger") {
  const std::map<std::string, std::set<std::string>> allowed = {
      {"ledger", {"ledger"}},
      {"workflow", {"ledger", "workflow"}},
      {"adapters", {"adapters", "ledger", "workflow"}},
      {"cli", {"adapters", "cli", "ledger", "workflow"}},
      {"tests", {"adapters", "cli", "ledger", "tests", "workflow"}}};
  for (const auto& file : all_files()) {
    if (!is_source(file)) continue;
    const auto rule = allowed.find(file.substr(0, file.find('/')));
    CAPTURE(file);
    REQUIRE(rule != allowed.end());
    for (const auto& folder : included_folders(file)) {
      CAPTURE(folder);
      CHECK(rule->second.count(folder) == 1);
    }
  }
}

TEST_CASE("Folders of a layer include each other in one direction only") {
  // What each folder of the product includes from others.
  std::map<std::string, std::set<std::string>> includes;
  static const std::regex kInclude("(?:^|\n)#include \"([^\"]+)/[^\"/]*\"");
  for (const auto& file : product_files()) {
    const std::string folder = fs::path(file).parent_path();
    const std::string text = read_all(kRoot / file);
    for (std::sregex_iterator it(text.begin(), text.end(), kInclude), end; it != end; ++it)
      if ((*it)[1] != folder) includes[folder].insert((*it)[1]);
  }
  REQUIRE(includes.size() > 40);
  // Takes away again and again what includes nothing that is left: a circle stays.
  for (bool taken = true; taken;) {
    taken = false;
    for (auto it = includes.begin(); it != includes.end();) {
      std::erase_if(it->second,
                    [&](const std::string& other) { return !includes.contains(other); });
      taken = taken || it->second.empty();
      it = it->second.empty() ? includes.erase(it) : std::next(it);
    }
  }
  for (const auto& [folder, others] : includes)
    for (const auto& other : others)
      FAIL_CHECK(folder << " and " << other << " include each other, directly or by way of others");
}

TEST_CASE("No folder of the product is too large to take in, and its layer's README names it") {
  constexpr int kMostFiles = 26;
  std::map<std::string, int> files;
  for (const auto& file : product_files()) ++files[fs::path(file).parent_path()];
  for (const auto& [folder, count] : files) {
    CAPTURE(folder);
    CHECK(count <= kMostFiles);
    const auto layer = folder.substr(0, folder.find('/'));
    if (folder == layer) continue;
    const std::string text = read_all(kRoot / layer / "README.md");
    const std::string name = folder.substr(folder.rfind('/') + 1);
    CHECK(text.find(name + "/`") != std::string::npos);
  }
}

TEST_CASE("Adapters know the ports of workflows and ledger, not their engines") {
  // A simulated tenancy or a command line knows nothing of stores, decisions and executors.
  static const std::regex kEngine(
      "#include \"(ledger/(event/event_store|store/|rocks/|index/|fold/)|"
      "workflow/(run/(executor|records)|decide/|compute/(compute_|steps|made)|volume/|storage/"
      ")).*\"");
  for (const auto& file : all_files()) {
    if (!file.starts_with("adapters/") || !is_source(file)) continue;
    CAPTURE(file);
    CHECK_FALSE(std::regex_search(read_all(kRoot / file), kEngine));
  }
}

TEST_CASE("Headers that compile slowly stay in source files") {
  static const std::regex kHeavy("#include <(boost/process|CLI/|rocksdb/|catch2/)[^>]*>");
  for (const auto& file : all_files()) {
    const bool public_header = fs::path(file).extension() == ".h" && !file.starts_with("tests/");
    if (!public_header) continue;
    CAPTURE(file);
    CHECK(read_all(kRoot / file).find("#pragma once") != std::string::npos);
    if (file == "ledger/rocks/rocks_database.h" || file == "ledger/rocks/rocks_cursor.h") continue;
    CHECK_FALSE(std::regex_search(read_all(kRoot / file), kHeavy));
  }
}

TEST_CASE("The top of the tree holds what it is known to hold") {
  const std::set<std::string> known = {
      ".ci",       ".clang-format", ".clang-tidy", ".gitignore", "CMakeLists.txt", "LICENSE.md",
      "README.md", "adapters",      "cli",         "ledger",     "tests",          "workflow"};
  std::set<std::string> found;
  for (const auto& file : all_files()) found.insert(file.substr(0, file.find('/')));
  found.erase(".git");  // of a work tree it is a file
  CHECK(found == known);
}

TEST_CASE("Nothing is left to be done in a comment, and no file is too long to read") {
  constexpr std::ptrdiff_t kMostLines = 900;
  // Spelt so that this file is not found by itself.
  const std::regex kLeftOver(std::string("\\b(TO") + "DO|FIX" + "ME)\\b");
  for (const auto& file : all_files()) {
    CAPTURE(file);
    const std::string text = read_all(kRoot / file);
    CHECK_FALSE(std::regex_search(text, kLeftOver));
    if (is_source(file)) CHECK(std::count(text.begin(), text.end(), '\n') <= kMostLines);
  }
}
