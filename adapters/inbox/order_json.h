// An order and its answer as JSON, as they lie in the inbox of a ledger.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "workflow/run/steering.h"

namespace migledger::adapters {

std::string to_json(const workflow::Order& order);
std::string to_json(const workflow::OrderAnswer& answer);

// Nothing when the text is not an order, or not an answer.
std::optional<workflow::Order> order_from_json(std::string_view text);
std::optional<workflow::OrderAnswer> answer_from_json(std::string_view text);

}  // namespace migledger::adapters
