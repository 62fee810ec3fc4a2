// The system gives no more files or threads: each command says which, ends with a documented code,
// and the ledger is as good as before.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/paths.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> run_at(const std::string& ledger) {
  return {"run", "--config", "plan.json", "--cloud", "sim", "--ledger", ledger, "--sim-speed", "0"};
}

// `migledger ARGUMENTS…` with at most `files` files open at once.
ProgramResult with_files(const Workplace& work, int files,
                         const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"/bin/bash",
                                      "-c",
                                      "ulimit -n \"$1\"; shift; exec \"$@\"",
                                      "bash",
                                      std::to_string(files),
                                      migledger_program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  static int count = 0;
  return RunningProgram(command, work.path(), work / ("files-" + std::to_string(++count)), {})
      .finish();
}

// How many of the commands were refused, and how many done.
struct Counts {
  int refused = 0, done = 0;
};

// Runs each of `commands`, as `run` does, where "there" is a ledger, and "new" and "kept" are to be
// made; `check` looks at what one that is refused says.
template <typename Run, typename Check>
void try_all(const Workplace& work, const std::vector<std::vector<std::string>>& commands,
             Counts& counts, Run&& run, Check&& check) {
  for (const char* made : {"new", "new.sim", "kept"}) fs::remove_all(work / made);
  for (const auto& command : commands) {
    const ProgramResult result = run(command);
    CAPTURE(command, result.out, result.err);
    REQUIRE(result.signal == 0);
    if (result.exit_code == 0) {
      ++counts.done;
      continue;
    }
    ++counts.refused;
    check(result);
  }
}

void make_ledger(Workplace& work, const std::string& ledger) {
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_at(ledger)).exit_code == 0);
}

}  // namespace

TEST_CASE("Too few files are said to be too few, never to be another program or a damage") {
  Workplace work;
  make_ledger(work, "there");
  const std::vector<std::vector<std::string>> commands = {run_at("new"),
                                                          run_at("there"),
                                                          {"status", "--ledger", "there"},
                                                          {"verify", "--ledger", "there"},
                                                          {"note", "x", "--ledger", "there"}};
  Counts counts;
  // With fewer than 5 the program itself does not start.
  for (int files = 5; files <= 40; ++files) {
    CAPTURE(files);
    const auto limited = [&](const auto& command) { return with_files(work, files, command); };
    try_all(work, commands, counts, limited, [](const ProgramResult& result) {
      REQUIRE(result.exit_code == 4);
      CHECK(contains(result.err + result.out, "Too many open files"));
      CHECK(contains(result.err + result.out, "ulimit -n"));
      CHECK_FALSE(contains(result.err, "another process"));
      CHECK_FALSE(contains(result.err, "is not migledger has"));
      CHECK_FALSE(contains(result.err, "damaged"));
    });
  }
  CHECK(counts.refused > 20);
  CHECK(counts.done > 20);
  CHECK(work.run({"verify", "--ledger", "there"}).exit_code == 0);
}

TEST_CASE("A thread that is refused ends a command with what to raise, never by a signal") {
  Workplace work;
  make_ledger(work, "there");
  const std::vector<std::vector<std::string>> commands = {run_at("new"),
                                                          run_at("there"),
                                                          {"status", "--ledger", "there"},
                                                          {"verify", "--ledger", "there"},
                                                          {"backup", "kept", "--ledger", "there"}};
  Counts counts;
  for (int threads = 0; threads <= 8; ++threads) {
    CAPTURE(threads);
    StartOptions options;
    options.environment["LD_PRELOAD"] = refused_threads_library();
    options.environment["MIGLEDGER_THREADS"] = std::to_string(threads);
    const auto limited = [&](const auto& command) { return work.run(command, options); };
    try_all(work, commands, counts, limited, [](const ProgramResult& result) {
      CHECK(result.exit_code == 70);
      CHECK(contains(result.err, "ulimit -u"));
    });
  }
  CHECK(counts.refused > 5);
  CHECK(counts.done > 5);
  CHECK(work.run({"verify", "--ledger", "there"}).exit_code == 0);
}

TEST_CASE("A lock that cannot be opened is not a lock that somebody holds") {
  Workplace work;
  make_ledger(work, "ledger");
  for (const char* lock : {"ledger/events/LOCK", "ledger/lock", "ledger.sim/state/LOCK"}) {
    CAPTURE(lock);
    fs::remove(work / lock);
    fs::create_directory(work / lock);
    const auto refused = work.run(run_at("ledger"));
    CAPTURE(refused.err);
    CHECK(refused.exit_code == 4);
    CHECK(contains(refused.err, "Is a directory"));
    CHECK(contains(refused.err, "there is something else where a file"));
    fs::remove(work / lock);
  }
  CHECK(work.run(run_at("ledger")).exit_code == 0);
}

TEST_CASE("A database that another program has open is in use") {
  Workplace work;
  make_ledger(work, "ledger");
  for (const char* lock : {"ledger/events/LOCK", "ledger.sim/state/LOCK"}) {
    CAPTURE(lock);
    // As RocksDB locks it, by another program.
    RunningProgram holder(
        {"/usr/bin/python3", "-c",
         "import fcntl,sys,time\nf=open(sys.argv[1],'r+')\nfcntl.lockf(f,fcntl.LOCK_EX)\n"
         "print('held',flush=True)\ntime.sleep(1000)",
         (work / lock).string()},
        work.path(), work / "holder", {});
    holder.await_output("held");
    const auto refused = work.run(run_at("ledger"));
    CAPTURE(refused.err);
    CHECK(refused.exit_code == 5);
    holder.kill();
    fs::remove_all(work / "holder");
  }
}
