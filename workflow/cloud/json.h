// Reading JSON that somebody else wrote: every accessor answers for missing and mistyped members.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace migledger::workflow {

// The member `key` of an object; null when `value` is none or lacks it.
const boost::json::value* member(const boost::json::value* value, std::string_view key);

// The text of a string member; empty when missing or not a string.
std::string_view text(const boost::json::value* value, std::string_view key);

// A number, also when written as an integer.
std::optional<double> number(const boost::json::value* value, std::string_view key);

// A count: what is below zero counts as 0, and what no double holds exactly as the largest that one
// does. 0 when missing.
std::uint64_t whole_number(const boost::json::value* value, std::string_view key);

// `value` with numbers that are whole written so (2, not 2E0): for people who read requests.
boost::json::value tidy(boost::json::value value);

// JSON text as a value; nothing when it is not JSON.
std::optional<boost::json::value> parse_json(std::string_view json);

}  // namespace migledger::workflow
