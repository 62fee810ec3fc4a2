// INI files as Python's configparser reads them; the table is made by it (captured/ini_cases.py).
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "adapters/oci_cli/login/ini.h"
#include "tests/support/paths.h"

namespace migledger::adapters {
namespace {

namespace json = boost::json;

json::object as_json(const IniSection& section) {
  json::object object;
  for (const auto& [key, value] : section) object[key] = value.text;
  return object;
}

// As the table has it: what was read, or the line of what is refused.
json::object read(const std::string& text) {
  json::object out{{"text", text}};
  try {
    const Ini ini = parse_ini(text);
    json::object& sections = out["sections"].emplace_object();
    sections["DEFAULT"] = as_json(*ini.section("DEFAULT"));
    for (const auto& [name, values] : ini.sections) sections[name] = as_json(*ini.section(name));
  } catch (const IniError& error) {
    out["line"] = error.line;
  }
  return out;
}

TEST_CASE("INI files are read, and refused, as Python's configparser does it") {
  std::ifstream in(testing::source_path("tests/adapters/captured/ini_cases.jsonl"));
  std::size_t read_ones = 0, refused = 0;
  for (std::string line; std::getline(in, line);) {
    json::object expected = json::parse(line).as_object();
    (expected.contains("error") ? refused : read_ones)++;
    expected.erase("error");
    const auto text = json::value_to<std::string>(expected.at("text"));
    CAPTURE(text);
    CHECK(json::value(read(text)) == json::value(expected));
  }
  CHECK(read_ones > 300);
  CHECK(refused > 300);
}

TEST_CASE("A value knows the line of its key") {
  const Ini ini = parse_ini("# comment\r\n[DEFAULT]\r\n\r\nuser = U\r\n  goes on\r\nregion=R\r\n");
  CHECK(ini.defaults.at("user").line == 4);
  CHECK(ini.defaults.at("region").line == 6);
  CHECK_FALSE(ini.section("OTHER"));
}

TEST_CASE("A file in another encoding is refused with the line and what to do") {
  const auto refused = [](std::string_view text) {
    try {
      parse_ini(text);
    } catch (const IniError& error) {
      return std::to_string(error.line) + " " + error.what();
    }
    return std::string("accepted");
  };
  CHECK(refused("\xEF\xBB\xBF[DEFAULT]\n").find("1 the file starts with a byte order mark") == 0);
  CHECK(refused(std::string_view("\xFF\xFE[\0D\0", 6)).find("1 the file is UTF-16") == 0);
  CHECK(refused("[DEFAULT]\r\nuser=U\r\nkey_file=/home/Andr\xE9/k.pem\r\n")
            .find("3 the line is not UTF-8") == 0);
  CHECK(refused("[DEFAULT]\rx=\x80\r").find("2 the line is not UTF-8") == 0);
}

}  // namespace
}  // namespace migledger::adapters
