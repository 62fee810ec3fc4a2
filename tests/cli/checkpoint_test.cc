// Keys, checkpoints, proofs and exported logs, as a person uses them.
#include <sys/stat.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
using Catch::Contains;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

unsigned mode_of(const fs::path& file) {
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

std::string keygen(Workplace& work, const std::string& file = "ledger.key") {
  const auto made = work.run({"keygen", "--name", "example.com/migrations", file});
  REQUIRE(made.exit_code == 0);
  return made.out;
}

// A plan of one migration whose runs sign.
void write_plan(Workplace& work, bool with_key = true) {
  auto plan = simulated_plan(1);
  if (with_key) plan["checkpoint_key"] = "ledger.key";
  work.write("plan.json", json::serialize(plan));
}

const std::vector<std::string> kRun = {"run",      "--config", "plan.json",   "--cloud", "sim",
                                       "--ledger", "ledger",   "--sim-speed", "0",       "--json"};

json::object last_object(const ProgramResult& result) {
  REQUIRE_FALSE(result.lines().empty());
  return json::parse(result.lines().back()).as_object();
}

std::size_t checkpoints_in(const fs::path& ledger) {
  std::size_t count = 0;
  std::error_code none;
  for ([[maybe_unused]] const auto& file : fs::directory_iterator(ledger / "checkpoints", none))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("keygen: a private file, a public one beside it, and never over a file") {
  Workplace work;
  const std::string printed = keygen(work);
  CHECK(printed.starts_with("example.com/migrations+"));
  CHECK(read_all(work / "ledger.key.pub") == printed);
  CHECK(mode_of(work / "ledger.key") == 0600);
  const std::string secret = read_all(work / "ledger.key");
  CHECK(secret.starts_with("PRIVATE+KEY+example.com/migrations+"));
  const auto again = work.run({"keygen", "ledger.key"});
  CHECK(again.exit_code == 2);
  CHECK_THAT(again.err, Contains("is there already"));
  fs::remove(work / "ledger.key.pub");
  CHECK(work.run({"keygen", "ledger.key"}).exit_code == 2);
  CHECK(read_all(work / "ledger.key") == secret);
  CHECK(work.run({"keygen", "--name", "a b", "other.key"}).exit_code == 2);
  CHECK_FALSE(fs::exists(work / "other.key"));
}

TEST_CASE(
    "Each run signs the log when it ends, and whoever has the checkpoint can hold it against it") {
  Workplace work;
  const std::string key = keygen(work);
  write_plan(work);
  const auto done = work.run(kRun);
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  const auto events = history_of(work, "ledger");
  CHECK(text_of(events.back(), "kind") == "checkpointed");
  const auto said = last_object(done).at("checkpoint").as_object();
  CHECK(said.at("size").to_number<std::size_t>() == events.size() - 1);
  CHECK(checkpoints_in(work / "ledger") == 1);
  // Nothing is said of the secret anywhere.
  const std::string secret = read_all(work / "ledger.key");
  CHECK(read_all(work / "migration.log").find(secret.substr(60, 15)) == std::string::npos);

  const auto made = work.run(
      {"checkpoint", "--key", "ledger.key", "--ledger", "ledger", "--out", "copy", "--json"});
  REQUIRE(made.exit_code == 0);
  CHECK(last_object(made).at("checkpoint").as_string() == read_all(work / "copy"));
  CHECK(last_object(made).at("simulated").as_bool());
  for (const std::string& given : {std::string("ledger.key.pub"), key.substr(0, key.size() - 1)}) {
    const auto verified = work.run(
        {"verify", "--ledger", "ledger", "--checkpoint", "copy", "--key", given, "--json"});
    INFO(verified.out << verified.err);
    CHECK(verified.exit_code == 0);
    CHECK(last_object(verified).at("checkpoints").to_number<int>() == 2);
  }
  // Another key, another ledger.
  keygen(work, "other.key");
  const auto wrong_key =
      work.run({"verify", "--ledger", "ledger", "--checkpoint", "copy", "--key", "other.key.pub"});
  CHECK(wrong_key.exit_code == 4);
  CHECK_THAT(wrong_key.out, Contains("not signed by the key"));
  CHECK(work.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "second",
                  "--sim-state", "tenancy", "--sim-speed", "0"})
            .exit_code == 0);
  const auto other = work.run({"verify", "--ledger", "second", "--checkpoint", "copy"});
  CHECK(other.exit_code == 4);
  // Which is a log of its own, under the same key.
  const auto refused =
      work.run({"checkpoint", "--key", "ledger.key", "--ledger", "second", "--out", "copy"});
  CHECK(refused.exit_code == 4);
  CHECK_THAT(refused.err, Contains("another log"));
}

TEST_CASE("A ledger that lost events that were signed is not signed again, and the run says so") {
  Workplace work;
  keygen(work);
  write_plan(work);
  REQUIRE(work.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "ledger",
                    "--sim-speed", "0"})
              .exit_code == 0);
  copy_directory(work / "ledger", work / "older");
  REQUIRE(work.run({"note", "--reason", "once", "--ledger", "ledger"}).exit_code == 0);
  REQUIRE(work.run({"note", "--reason", "twice", "--ledger", "ledger"}).exit_code == 0);
  const std::vector<std::string> sign = {"checkpoint", "--key", "ledger.key", "--ledger",
                                         "ledger",     "--out", "copy"};
  REQUIRE(work.run(sign).exit_code == 0);
  const std::string copy = read_all(work / "copy");
  // The older copy is put back; the copy of the checkpoint was elsewhere.
  fs::remove_all(work / "ledger");
  fs::rename(work / "older", work / "ledger");
  const auto refused = work.run(sign);
  CHECK(refused.exit_code == 4);
  CHECK_THAT(refused.err, Contains("the ledger has lost some of them, or is an older copy"));
  CHECK(read_all(work / "copy") == copy);
  const auto verified = work.run({"verify", "--ledger", "ledger", "--checkpoint", "copy"});
  CHECK(verified.exit_code == 4);
  CHECK_THAT(verified.out, Contains("some were lost, or this is an older copy"));
  // With the folder kept outside, a run notices, too.
  write_all(work / "ledger/checkpoints/00000000000000009999", copy);
  const auto run = work.run(kRun);
  CHECK(run.exit_code == 4);
  CHECK_THAT(run.err, Contains("Nothing was signed") || Contains("another size"));
}

TEST_CASE("checkpoint: without a key, or while a run is going, it is refused") {
  Workplace work;
  write_plan(work);
  const auto missing = work.run(kRun);
  CHECK(missing.exit_code == 2);
  CHECK_THAT(missing.err, Contains("there is no key at ledger.key"));
  CHECK_FALSE(fs::exists(work / "ledger"));
  keygen(work);
  write_plan(work, false);
  const auto none = work.run({"checkpoint", "--config", "plan.json", "--ledger", "ledger"});
  CHECK(none.exit_code == 2);
  CHECK_THAT(none.err, Contains("no key to sign with"));
  const auto program = work.start({"run", "--config", "plan.json", "--cloud", "sim", "--ledger",
                                   "ledger", "--sim-speed", "1", "--json"});
  program->await_output("\"step\":\"create-image\"");
  const auto in_use = work.run({"checkpoint", "--key", "ledger.key", "--ledger", "ledger"});
  CHECK(in_use.exit_code == 5);
  program->kill();
  const std::string damaged = read_all(work / "ledger.key").substr(0, 70);
  write_all(work / "damaged.key", damaged);
  const auto bad = work.run({"checkpoint", "--key", "damaged.key", "--ledger", "ledger"});
  CHECK(bad.exit_code == 2);
  CHECK(bad.err.find(damaged.substr(50)) == std::string::npos);
}

TEST_CASE("export and prove: from the newest checkpoint, and from nothing else") {
  Workplace work;
  keygen(work);
  write_plan(work, false);
  REQUIRE(work.run(kRun).exit_code == 0);
  const auto unsigned_log = work.run({"export", "--tlog", "log", "--ledger", "ledger"});
  CHECK(unsigned_log.exit_code == 2);
  CHECK_THAT(unsigned_log.err, Contains("published no checkpoint"));
  CHECK_FALSE(fs::exists(work / "log"));
  CHECK(work.run({"prove", "1", "--ledger", "ledger"}).exit_code == 2);
  CHECK(work.run({"export", "--ledger", "ledger"}).exit_code == 2);
  REQUIRE(work.run({"export", "--tlog", "log", "--ledger", "ledger", "--key", "ledger.key"})
              .exit_code == 0);
  const auto size = history_of(work, "ledger").size() - 2;
  const auto verified = work.run({"verify", "--tlog", "log", "--key", "ledger.key.pub", "--json"});
  CHECK(verified.exit_code == 0);
  CHECK(last_object(verified).at("entries").to_number<std::size_t>() == size);
  // No ledger is needed for it.
  fs::rename(work / "ledger", work / "elsewhere");
  CHECK(work.run({"verify", "--tlog", "log", "--key", "ledger.key.pub"}).exit_code == 0);
  const auto proof = work.run({"prove", "1", "--ledger", "elsewhere", "--entry", "first"});
  CHECK(proof.exit_code == 0);
  CHECK(proof.out.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n"));
  CHECK(proof.out.ends_with(read_all(work / "log/checkpoint")));
  CHECK(fs::file_size(work / "first") > 50);
  const auto beyond = work.run({"prove", std::to_string(size + 1), "--ledger", "elsewhere"});
  CHECK(beyond.exit_code == 2);
  CHECK_THAT(beyond.err, Contains("sign a newer one"));
  CHECK(work.run({"prove", "0", "--ledger", "elsewhere"}).exit_code == 2);
  const auto grown = work.run({"prove", "--from", "5", "--ledger", "elsewhere"});
  CHECK(grown.exit_code == 0);
  CHECK(grown.out.starts_with("old 5\n"));
  CHECK(grown.err.empty());
  const auto unsigned_end =
      work.run({"prove", "--from", "5", "--to", "9", "--ledger", "elsewhere"});
  CHECK(unsigned_end.exit_code == 0);
  CHECK_THAT(unsigned_end.err, Contains("is not signed"));
  std::string bundle = read_all(work / ("log/tile/entries/000.p/" + std::to_string(size)));
  bundle[100] = static_cast<char>(bundle[100] ^ 1);
  write_all(work / ("log/tile/entries/000.p/" + std::to_string(size)), bundle);
  const auto altered = work.run({"verify", "--tlog", "log", "--json"});
  CHECK(altered.exit_code == 4);
  CHECK(last_object(altered).at("ending").as_string() == "refused");
}
