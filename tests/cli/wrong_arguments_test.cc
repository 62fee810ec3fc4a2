// What people type that is not quite what there is: each gets told what to type.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
using Catch::Contains;
namespace json = boost::json;

namespace {

std::string refusal(Workplace& work, const std::vector<std::string>& command) {
  CAPTURE(command);
  const auto result = work.run(command);
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("migledger: "));
  return result.err;
}

}  // namespace

TEST_CASE("A mistyped command, option, value or name comes with the one that was meant") {
  Workplace work;
  rehearse_and_sign(work);
  const std::pair<std::vector<std::string>, const char*> kTyped[] = {
      {{"stauts"}, "there is no command \"stauts\"; did you mean \"status\"?"},
      {{"rn"}, "did you mean \"run\"?"},
      {{"sim", "serv"}, "there is no command \"sim serv\"; did you mean \"serve\"?"},
      {{"help", "hsitory"}, "did you mean \"history\"?"},
      {{"run", "--dryrun"}, "there is no option \"--dryrun\"; did you mean \"--dry-run\"?"},
      {{"run", "--paralel=4"}, "there is no option \"--paralel\"; did you mean \"--parallel\"?"},
      {{"run", "--yes="}, "--yes=: name what is approved"},
      {{"rollback", "vm-01", "--reason", "x", "--yes="}, "--yes=: name what is approved"},
      {{"status", "--jsn"}, "did you mean \"--json\"?"},
      {{"-v"}, "did you mean \"-V\"?"},
      {{"--ledger", "x", "status"}, "options come after the command: migledger status --ledger x"},
      {{"status", "../c/shop.ledger"}, "did you mean \"--ledger ../c/shop.ledger\"?"},
      {{"status", "ledger"}, "did you mean \"--ledger ledger\"?"},
      {{"status", "foo"}, "\"foo\" was not expected; \"migledger status --help\""},
      {{"run", "--cloud", "smi"}, "\"smi\" is none of oci, sim; did you mean \"sim\"?"},
      {{"init", "-w", "storage"}, "is none of compute, volume-replication, storage-replication"},
      {{"approve", "vm01", "--ledger", "ledger"}, "did you mean \"vm-01\"?"},
      {{"rollback", "vm01", "--reason", "x", "--ledger", "ledger"}, "did you mean \"vm-01\"?"},
      {{"run", "-c", "plan.json", "--only", "vm01"}, "did you mean \"vm-01\"?"},
      {{"history", "vm01", "--ledger", "ledger"}, "did you mean \"vm-01\"?"},
      {{"report", "--migration", "vm01", "--ledger", "ledger"}, "did you mean \"vm-01\"?"},
      {{"note", "vm-01", "--ledger", "ledger"},
       "\"vm-01\" is a migration, and the remark is missing"},
      {{"note", "--ledger", "ledger"}, "the remark is missing"},
      {{"rollback", "--reason", "x", "--ledger", "ledger"}, "name them, or give --all"},
      {{"approve", "vm-01", "--all", "--ledger", "ledger"}, "exclude each other"},
  };
  for (const auto& [command, words] : kTyped) CHECK_THAT(refusal(work, command), Contains(words));
}

TEST_CASE("help is --help") {
  Workplace work;
  CHECK(work.run({"help"}).out == work.run({"--help"}).out);
  CHECK(work.run({"help", "run"}).out == work.run({"run", "--help"}).out);
  CHECK(work.run({"help", "sim", "serve"}).out == work.run({"sim", "serve", "--help"}).out);
  CHECK(work.run({"-V"}).out == work.run({"--version"}).out);
  // No words of the parser's own.
  for (const char* command : {"run", "simulate", "history"})
    CHECK(work.run({command, "--help"}).out.find(" in [") == std::string::npos);
}

TEST_CASE("With --json an error is one JSON object") {
  Workplace work;
  const auto error = [&](const std::vector<std::string>& command) {
    const auto result = work.run(command);
    CAPTURE(command, result.err);
    auto object = json::parse(result.err).as_object();
    CHECK(object.at("exit_code").as_int64() == result.exit_code);
    return object;
  };
  CHECK(text_of(error({"status", "--json"}), "error").find("there is no ledger in") == 0);
  CHECK(text_of(error({"status", "--json", "--jsn"}), "error").find("no option") !=
        std::string::npos);
  work.write("config.json", "{\n  \"source_region\": 7\n}\n");
  const auto config = error({"run", "--json"});
  const auto& problem = config.at("problems").as_array().at(0).as_object();
  CHECK(text_of(problem, "file") == "config.json");
  CHECK(number_of(problem, "line") > 0);
}
