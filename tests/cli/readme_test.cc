// What README.md says of the program is true of the program.
#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

#include "adapters/config/rules/rules.h"
#include "adapters/config/rules/storage_form.h"
#include "adapters/config/rules/volume_form.h"
#include "tests/support/paths.h"
#include "tests/support/program_run.h"
#include "tests/support/temp_directory.h"

using namespace migledger;

namespace {

std::string source(const std::string& path) { return test::read_file(testing::source_path(path)); }

// The text of the section with that heading, up to the next heading of its level.
std::string section(const std::string& heading) {
  const std::string readme = "\n" + source("README.md");
  const std::size_t begin = readme.find("\n" + heading + "\n");
  REQUIRE(begin != std::string::npos);
  const std::string level = heading.substr(0, heading.find(' ') + 1);
  return readme.substr(begin + 1, readme.find("\n" + level, begin + 1) - begin - 1);
}

std::vector<std::string> code_blocks(const std::string& text) {
  std::vector<std::string> blocks;
  std::istringstream lines(text);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = !inside;
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it)
    found.insert((*it)[1]);
  return found;
}

}  // namespace

TEST_CASE("Quick start and Tests are one command each") {
  CHECK(code_blocks(section("## Quick start")) == std::vector<std::string>{".ci/quickstart\n"});
  CHECK(code_blocks(section("## Tests")) == std::vector<std::string>{".ci/test\n"});
}

TEST_CASE("The table of exit codes is that of the program") {
  CHECK(matches(section("## Exit codes"), "\\| ([0-9]+) \\|") ==
        matches(source("cli/base/exit_status.h"), "= ([0-9]+),"));
}

TEST_CASE("Every key of the configuration is explained") {
  const std::string text = section("## Configuration");
  for (const auto keys :
       {adapters::configuration_keys(), adapters::volume_keys(), adapters::storage_keys()}) {
    for (const adapters::KeyRule& rule : keys) {
      CAPTURE(std::string(rule.key));
      CHECK(text.find("`" + std::string(rule.key) + "`") != std::string::npos);
      for (const adapters::KeyRule& nested : rule.value->keys)
        CHECK(text.find("`" + std::string(nested.key)) != std::string::npos);
    }
  }
}

TEST_CASE("The table of commands says which want a reason, and where a tenancy is looked for") {
  testing::Workplace work;
  std::istringstream rows(section("## Commands"));
  unsigned commands = 0;
  for (std::string row; std::getline(rows, row);) {
    if (!row.starts_with("| `")) continue;
    const std::string names = row.substr(0, row.find('|', 1));
    for (const std::string& name : matches(names, "`([a-z]+(?: [a-z]+)?)")) {
      CAPTURE(row, name);
      std::istringstream words(name + " --help");
      std::vector<std::string> command;
      for (std::string word; words >> word;) command.push_back(word);
      const auto help = work.run(command);
      CHECK(help.exit_code == 0);
      ++commands;
      if (help.out.find("--reason TEXT REQUIRED") != std::string::npos)
        CHECK(row.find("`--reason`") != std::string::npos);
    }
  }
  CHECK(commands > 25);
  CHECK(work.run({"sim", "report", "--help"}).out.find("(default: <ledger>.sim") !=
        std::string::npos);
  CHECK(section("## Commands").find("(`--sim-state DIR`; default `<ledger>.sim`)") !=
        std::string::npos);
}
