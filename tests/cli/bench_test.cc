// Whether the benchmark program runs; what it finds is nobody's test.
#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/support/paths.h"

namespace {

struct Ran {
  int exit_code = -1;
  std::string output;
};

Ran run_bench(const std::string& arguments) {
  const auto program =
      std::filesystem::path(migledger::testing::migledger_program()).parent_path() /
      "tests/migledger_bench";
  Ran ran;
  FILE* pipe = ::popen(("'" + program.string() + "' " + arguments).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> piece{};
  for (std::size_t got; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    ran.output.append(piece.data(), got);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.exit_code = WEXITSTATUS(status);
  return ran;
}

}  // namespace

TEST_CASE("the benchmark runs and prints every figure") {
  const Ran ran = run_bench("--quick --json");
  INFO(ran.output);
  REQUIRE(ran.exit_code == 0);
  for (const auto* figure : {"one event, over a bare synced Put",
                             "64 threads, over RocksDB's group commit",
                             "1 at once, over write and fdatasync",
                             "256 at once, over write and fdatasync",
                             "p99 of a step, 64 at once",
                             "a child with 1 GiB resident, over 10 MiB",
                             "a migration, of most over of fewest",
                             "memory a migration, of 10",
                             "one call of oci raw-request",
                             "4 at once, until an end is noticed",
                             "4000 events, folded to the fleet",
                             "4000 events, folded to all states",
                             "state of one of 40, over one of 10",
                             "status of 4000 events",
                             "history --until of 4000 events",
                             "longest log of an unclean end",
                             "5 volumes at once, ledger in RocksDB",
                             "memory of the executor, half way",
                             "ledger on disk",
                             "4000 events, verified",
                             "history by request id in 4000 events: first row",
                             "append with the search index, over without"}) {
    INFO(figure);
    CHECK(ran.output.find(figure) != std::string::npos);
  }
  CHECK(ran.output.find("page of 5 migrations, over history --json") != std::string::npos);
}

TEST_CASE("a benchmark that there is not is a usage error") {
  CHECK(run_bench("nonsense 2>&1").exit_code == 2);
}
