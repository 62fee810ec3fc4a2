// migledger export --jsonl and import --jsonl, as a program.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr char kOneError[] =
    R"({"scripted": [{"fault": "work_request_fails", "method": "POST", "path": "/20160918/images",
    "call": 1}]})";

// A ledger of a whole run, exported with its evidence.
void export_a_run(Workplace& work) {
  work.write("plan.json", json::serialize(simulated_plan(2)));
  // What a failed work request says is kept as evidence.
  work.write("faults.json", kOneError);
  REQUIRE(work.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "ledger",
                    "--sim-speed", "0", "--sim-faults", "faults.json", "--json"})
              .exit_code == 0);
  const auto result =
      work.run({"export", "--jsonl", "all.jsonl", "--evidence", "--ledger", "ledger"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

// Imports `text`, which must be refused; returns what was said.
std::string refused(Workplace& work, const std::string& text) {
  work.write("bad.jsonl", text);
  const auto result = work.run({"import", "--jsonl", "bad.jsonl", "--ledger", "again"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 4);
  CHECK(contains(result.err, "nothing was imported"));
  for (const auto& entry : fs::directory_iterator(work.path()))
    CHECK_FALSE(entry.path().filename().string().starts_with("again"));
  return result.err;
}

json::object object_of(const std::string& line) { return json::parse(line).as_object(); }

template <typename Value>
std::string with(const std::string& line, const std::string& key, const Value& value) {
  auto object = object_of(line);
  object[key] = json::value_from(value);
  return json::serialize(object);
}

}  // namespace

TEST_CASE("export: what is imported is exported again to the byte") {
  Workplace work;
  export_a_run(work);
  const auto imported = work.run({"import", "--jsonl", "all.jsonl", "--ledger", "again", "--json"});
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
  const auto exported = work.run({"export", "--jsonl", "-", "--evidence", "--ledger", "again"});
  REQUIRE(exported.exit_code == 0);
  const std::string first = read_all(work / "all.jsonl");
  CHECK(exported.out == first);
  const auto header = object_of(lines_of(first).front());
  CHECK(text_of(object_of(imported.out), "root") == text_of(header, "root"));
  CHECK(number_of(object_of(imported.out), "head") == number_of(header, "head"));
  CHECK(history_of(work, "again") == history_of(work, "ledger"));
  // It is a ledger that goes on.
  CHECK(work.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "again",
                  "--sim-state", "ledger.sim", "--sim-speed", "0"})
            .exit_code == 0);
}

TEST_CASE("export: a line an event, readable, between a header and a trailer") {
  Workplace work;
  export_a_run(work);
  const auto lines = lines_of(read_all(work / "all.jsonl"));
  const auto header = object_of(lines.front());
  const auto trailer = object_of(lines.back());
  CHECK(text_of(header, "kind") == "header");
  CHECK(text_of(trailer, "kind") == "trailer");
  CHECK(text_of(trailer, "root") == text_of(header, "root"));
  const auto events = history_of(work, "ledger");
  REQUIRE(lines.size() == events.size() + 2 + number_of(trailer, "evidence"));
  CHECK(number_of(trailer, "evidence") > 0);
  for (std::size_t n = 0; n < events.size(); ++n) {
    auto line = object_of(lines[n + 1]);
    line.erase("leaf");
    line.erase("bytes");
    REQUIRE(line == events[n]);
  }
}

TEST_CASE("export: never over a file") {
  Workplace work;
  export_a_run(work);
  work.write("there", "mine");
  const auto over = work.run({"export", "--jsonl", "there", "--ledger", "ledger"});
  CHECK(over.exit_code == 2);
  CHECK(read_all(work / "there") == "mine");
  CHECK(work.run({"export", "--ledger", "ledger"}).exit_code == 2);
  CHECK(work.run({"import", "--jsonl", "all.jsonl", "--ledger", "ledger"}).exit_code == 2);
  CHECK(work.run({"import", "--jsonl", "none.jsonl", "--ledger", "again"}).exit_code == 2);
}

TEST_CASE("import: a file that was cut off is refused wherever it was cut") {
  Workplace work;
  export_a_run(work);
  const std::string whole = read_all(work / "all.jsonl");
  const auto lines = lines_of(whole);
  for (const std::size_t kept :
       {std::size_t{0}, std::size_t{1}, lines.size() / 2, lines.size() - 1})
    CHECK(contains(refused(work, joined({lines.begin(), lines.begin() + static_cast<long>(kept)})),
                   "bad.jsonl:" + std::to_string(kept + 1) + ": "));
  for (const std::size_t bytes : {whole.size() / 3, whole.size() - 1})
    CHECK(contains(refused(work, whole.substr(0, bytes)), "cut off"));
}

TEST_CASE("import: what was changed is refused, with its line") {
  Workplace work;
  export_a_run(work);
  const auto lines = lines_of(read_all(work / "all.jsonl"));
  const auto changed = [&](std::size_t line, const std::string& text) {
    auto all = lines;
    all.at(line - 1) = text;
    const auto said = refused(work, joined(all));
    CHECK(contains(said, "bad.jsonl:" + std::to_string(line) + ": "));
    return said;
  };
  const std::string other = text_of(object_of(lines[6]), "leaf");
  CHECK(contains(changed(1, "{}"), "kind"));
  CHECK(contains(changed(1, with(lines[0], "migledger_jsonl", 99)), "newer migledger"));
  CHECK(contains(changed(3, "{"), "not JSON"));
  CHECK(contains(changed(3, "[]"), "not a JSON object"));
  CHECK(contains(changed(4, with(lines[3], "leaf", other)), "hash"));
  CHECK(contains(changed(4, with(lines[3], "bytes", "AAAA")), "hash"));
  CHECK(contains(changed(4, with(lines[3], "bytes", "!")), "base64"));
  CHECK(contains(changed(4, with(lines[3], "position", 5)), "\"position\""));
  CHECK(contains(changed(4, with(lines[3], "kind", "noSuch")), "\"kind\""));
  CHECK(contains(changed(4, with(lines[3], "time", "2026-01-01T00:00:00Z")), "\"time\""));
  CHECK(contains(changed(5, lines[3]), "belongs here"));
  const auto evidence = lines.size() - 1;
  CHECK(contains(changed(evidence, with(lines[evidence - 1], "bytes", "AAAA")), "digest"));
  CHECK(contains(changed(lines.size(), with(lines.back(), "root", other)), "trailer"));
  CHECK(contains(changed(lines.size(), with(lines.back(), "evidence", 0)), "evidence"));
}

TEST_CASE("import: what a line tells people is what its bytes say, or it is refused") {
  Workplace work;
  export_a_run(work);
  const auto lines = lines_of(read_all(work / "all.jsonl"));
  const auto changed = [&](std::size_t line, const json::object& to, const std::string& key) {
    auto all = lines;
    all.at(line) = json::serialize(to);
    const auto said = refused(work, joined(all));
    CAPTURE(said);
    CHECK(contains(said, "bad.jsonl:" + std::to_string(line + 1) + ": its \"" + key + "\" is not"));
  };
  // The first event of a step that is about a cause, too.
  std::size_t at = 1;
  while (text_of(object_of(lines.at(at)), "kind") != "outcome") ++at;
  const auto line = object_of(lines.at(at));
  REQUIRE(line.contains("migration"));
  for (const char* key : {"simulated", "raw_time", "actor", "migration", "step", "body"}) {
    REQUIRE(line.contains(key));
    auto other = line;
    other[key] = "another";
    changed(at, other, key);
    other.erase(key);
    changed(at, other, key);
  }
  auto other = line;
  auto& body = other.at("body").as_object();
  REQUIRE_FALSE(body.empty());
  body["invented"] = 1;
  changed(at, other, "body");
  body.erase("invented");
  for (const auto& [member, value] : line.at("body").as_object()) {
    body[member] = "another";
    changed(at, other, "body");
    body[member] = value;
  }
  auto created = object_of(lines.at(1));
  created["migration"] = "vm-01";
  changed(1, created, "migration");
  // The order of members and the spaces between are no part of what it says.
  auto all = lines;
  json::object turned;
  for (auto it = line.end(); it != line.begin();) {
    --it;
    turned[it->key()] = it->value();
  }
  all.at(at) = json::serialize(turned);
  work.write("turned.jsonl", joined(all));
  CHECK(work.run({"import", "--jsonl", "turned.jsonl", "--ledger", "again"}).exit_code == 0);
}

TEST_CASE("import: another root, another ledger, or one event too few are refused") {
  Workplace work;
  export_a_run(work);
  const auto lines = lines_of(read_all(work / "all.jsonl"));
  const std::string other = text_of(object_of(lines[6]), "leaf");
  auto all = lines;
  all.front() = with(all.front(), "root", other);
  all.back() = with(all.back(), "root", other);
  CHECK(contains(refused(work, joined(all)), "Merkle root"));
  all = lines;
  all.front() = with(all.front(), "ledger", std::string(32, '0'));
  CHECK(contains(refused(work, joined(all)), "another ledger"));
  all = lines;
  const auto head = number_of(object_of(all.front()), "head");
  all.erase(all.begin() + static_cast<long>(head));
  CHECK(contains(refused(work, joined(all)), "announces"));
  all = lines;
  all.push_back("{\"kind\": \"note\"}");
  CHECK(contains(refused(work, joined(all)), "follows the trailer"));
  // The input, too, must hold something.
  const auto nothing = work.run({"import", "--jsonl", "-", "--ledger", "again"});
  CHECK(nothing.exit_code == 4);
  CHECK(contains(nothing.err, "standard input:1: "));
}
