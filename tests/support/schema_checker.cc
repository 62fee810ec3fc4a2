#include "tests/support/schema_checker.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <regex>
#include <stdexcept>

namespace migledger::test {

namespace {

namespace json = boost::json;

// UTF-8 that Boost.JSON has already found good.
std::wstring wide(json::string_view text) {
  std::wstring out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (std::size_t k = 1; k < size; ++k)
      code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    out += static_cast<wchar_t>(code);
    i += size;
  }
  return out;
}

bool is_type(const json::value& instance, json::string_view type) {
  if (type == "object") return instance.is_object();
  if (type == "array") return instance.is_array();
  if (type == "string") return instance.is_string();
  if (type == "boolean") return instance.is_bool();
  if (type == "number") return instance.is_number();
  if (type == "integer")
    return instance.is_number() &&
           std::floor(instance.to_number<double>()) == instance.to_number<double>();
  throw std::logic_error("type " + std::string(type));
}

bool all_differ(const json::array& items) {
  for (std::size_t i = 0; i < items.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (items[i] == items[k]) return false;
  return true;
}

double number(const json::value& value) { return value.to_number<double>(); }

}  // namespace

bool SchemaChecker::valid(const json::value& instance, const json::value& schema) const {
  if (schema.is_bool()) return schema.get_bool();
  const json::object& keywords = schema.as_object();
  return std::all_of(keywords.begin(), keywords.end(), [&](const json::key_value_pair& k) {
    return keyword(instance, keywords, std::string(k.key()), k.value());
  });
}

bool SchemaChecker::keyword(const json::value& instance, const json::object& schema,
                            const std::string& name, const json::value& argument) const {
  if (name == "$schema" || name == "$comment" || name == "$defs" || name == "title" ||
      name == "then" || name == "else")
    return true;
  if (name == "$ref") {
    const std::string target(argument.as_string());
    return valid(instance, schema_.at_pointer(target.substr(1)));
  }
  if (name == "if") {
    const json::value* branch = schema.if_contains(valid(instance, argument) ? "then" : "else");
    return branch == nullptr || valid(instance, *branch);
  }
  if (name == "anyOf") {
    const json::array& options = argument.as_array();
    return std::any_of(options.begin(), options.end(),
                       [&](const json::value& option) { return valid(instance, option); });
  }
  if (name == "type") return is_type(instance, argument.as_string());
  if (name == "enum") {
    const json::array& words = argument.as_array();
    return std::find(words.begin(), words.end(), instance) != words.end();
  }

  if (name == "minimum") return !instance.is_number() || number(instance) >= number(argument);
  if (name == "maximum") return !instance.is_number() || number(instance) <= number(argument);
  if (name == "multipleOf")
    return !instance.is_number() || std::fmod(number(instance), number(argument)) == 0;

  if (name == "minLength" || name == "maxLength" || name == "pattern") {
    if (!instance.is_string()) return true;
    const std::wstring text = wide(instance.get_string());
    if (name == "pattern") return std::regex_search(text, std::wregex(wide(argument.as_string())));
    return name == "minLength" ? text.size() >= argument.to_number<std::size_t>()
                               : text.size() <= argument.to_number<std::size_t>();
  }

  if (name == "minItems" || name == "maxItems" || name == "uniqueItems" || name == "items") {
    if (!instance.is_array()) return true;
    const json::array& items = instance.get_array();
    if (name == "minItems") return items.size() >= argument.to_number<std::size_t>();
    if (name == "maxItems") return items.size() <= argument.to_number<std::size_t>();
    if (name == "uniqueItems") return !argument.as_bool() || all_differ(items);
    return std::all_of(items.begin(), items.end(),
                       [&](const json::value& item) { return valid(item, argument); });
  }

  if (name == "required" || name == "maxProperties" || name == "propertyNames" ||
      name == "properties" || name == "additionalProperties") {
    if (!instance.is_object()) return true;
    const json::object& members = instance.get_object();
    if (name == "maxProperties") return members.size() <= argument.to_number<std::size_t>();
    if (name == "required") {
      const json::array& keys = argument.as_array();
      return std::all_of(keys.begin(), keys.end(),
                         [&](const json::value& key) { return members.contains(key.as_string()); });
    }
    const json::value* named = schema.if_contains("properties");
    return std::all_of(members.begin(), members.end(), [&](const json::key_value_pair& member) {
      if (name == "propertyNames") return valid(json::value(member.key()), argument);
      if (name == "properties") {
        const json::value* rule = argument.as_object().if_contains(member.key());
        return rule == nullptr || valid(member.value(), *rule);
      }
      const bool is_named = named != nullptr && named->as_object().contains(member.key());
      return is_named || valid(member.value(), argument);
    });
  }
  throw std::logic_error("schema keyword " + name);
}

}  // namespace migledger::test
