// How check steps read an answer, and what they say of one that shows nothing.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

// Findings about what goes as it should: one of a volume that is moved begins so, and one of a
// bucket that is to be made ends so.
inline constexpr std::string_view kMovesAlong = "moves along: ";
inline constexpr std::string_view kWillBeCreated = "it will be created there";

// The value of a successful answer; null: it is none, or not JSON.
inline const boost::json::value* shown(const Answer& answer) {
  return answer.reply.ok() ? answer.json.get() : nullptr;
}

// The error of an answer, for people.
inline std::string error_words(const Answer& answer) {
  return describe(classify(answer.reply, false));
}

// Whether the answer says for good that the thing is not there, or may not be seen: asking again
// shows no more.
inline bool is_hidden_or_gone(const Answer& answer) {
  return answer.reply.status == 404 || answer.reply.status == 403;
}

inline Verdict refused_as_absent(const Answer& answer, std::string_view what, std::string_view name,
                                 std::string_view need) {
  return Verdict::refused(fmt::format("{} {}: {}", what, name, error_words(answer)),
                          std::string(need));
}

inline bool is_true(const boost::json::value* value, std::string_view key) {
  const auto* flag = member(value, key);
  return flag && flag->is_bool() && flag->get_bool();
}

}  // namespace migledger::workflow
