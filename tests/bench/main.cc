// migledger_bench: measures what the product promises about speed and size, as ratios to baselines
// of the same run.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "tests/bench/bare_open.h"
#include "tests/bench/bench.h"

namespace {

using migledger::bench::Context;
namespace fs = std::filesystem;

struct Bench {
  const char* name;
  void (*run)(Context&);
};

constexpr Bench kBenches[] = {
    {"append", migledger::bench::bench_append},   {"steps", migledger::bench::bench_steps},
    {"spawn", migledger::bench::bench_spawn},     {"executor", migledger::bench::bench_executor},
    {"replay", migledger::bench::bench_replay},   {"open", migledger::bench::bench_open},
    {"calls", migledger::bench::bench_calls},     {"volumes", migledger::bench::bench_volumes},
    {"objects", migledger::bench::bench_objects}, {"verify", migledger::bench::bench_verify},
};

// A directory of our own: within `within`, under a name that another run finds again, or else
// within TMPDIR.
fs::path make_directory(const std::string& within) {
  if (!within.empty()) {
    const fs::path directory = fs::absolute(within) / "migledger-bench";
    fs::create_directories(directory);
    return directory;
  }
  std::string name = (fs::temp_directory_path() / "migledger-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("cannot make a directory in " + fs::temp_directory_path().string() +
                             "; set TMPDIR or give --dir");
  return name;
}

struct Cleaning {
  const Context& context;
  ~Cleaning() {
    std::error_code ignored;
    if (!context.keep) fs::remove_all(context.directory, ignored);
  }
};

}  // namespace

int main(int argc, char** argv) {
  // What the benchmark of opening compares to: this program doing nothing but that.
  if (argc == 3 && std::string_view(argv[1]) == migledger::bench::kBareOpen)
    return migledger::bench::bare_open(argv[2]);

  CLI::App app("Measures migledger and prints ratios to baselines of the same run.");
  std::vector<std::string> names;
  std::string directory;
  bool json = false;
  Context context;
  app.add_option(
      "NAME", names,
      "append, steps, spawn, executor, replay, open, calls, volumes, objects, verify; all "
      "when none");
  app.add_option("--events", context.events, "of verify: how long the ledger is");
  app.add_flag("--quick", context.quick, "about a second each, to see that they run");
  app.add_flag("--json", json, "one JSON object a line");
  app.add_option("--dir", directory, "where to work, on the disk to be measured");
  app.add_flag("--keep", context.keep, "keep generated ledgers in --dir, and use those there");
  CLI11_PARSE(app, argc, argv);
  for (const auto& name : names)
    if (std::none_of(std::begin(kBenches), std::end(kBenches),
                     [&](const Bench& bench) { return bench.name == name; })) {
      fmt::print(stderr, "there is no benchmark '{}'; see --help\n", name);
      return 2;
    }
  try {
    context.directory = make_directory(directory);
    const Cleaning cleaning{context};
    context.self = fs::read_symlink("/proc/self/exe");
    context.migledger = context.self.parent_path().parent_path() / "migledger";
    context.report = migledger::bench::Report(json);
    for (const Bench& bench : kBenches)
      if (names.empty() || std::find(names.begin(), names.end(), bench.name) != names.end())
        bench.run(context);
  } catch (const std::exception& e) {
    fmt::print(stderr, "migledger_bench: {}\n", e.what());
    return 70;
  }
  return 0;
}
