#include "adapters/oci_cli/program/raw_reply.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <charconv>
#include <optional>

#include "adapters/oci_cli/login/text.h"
#include "adapters/oci_cli/program/program_failure.h"
#include "ledger/base/letter_case.h"

namespace migledger::adapters {

namespace {

namespace json = boost::json;
using workflow::Reply;
using Delivery = Reply::Delivery;

// "503 Service Unavailable" → 503.
std::optional<int> status_code(std::string_view text) {
  int code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool three_digits = error == std::errc() && end == text.data() + 3;
  if (!three_digits || code < 100 || code > 599) return std::nullopt;
  if (text.size() > 3 && text[3] != ' ') return std::nullopt;
  return code;
}

// The program prints a JSON string and a body that is no JSON alike. The length that was announced
// tells them apart; without it, the content type.
std::string body_of_string(const json::string& data, const Reply& reply) {
  std::string plain(data);
  if (plain.empty()) return plain;
  std::string quoted = json::serialize(data);
  const std::string_view length = reply.header("content-length");
  if (length == std::to_string(plain.size())) return plain;
  if (length == std::to_string(quoted.size())) return quoted;
  const bool is_json = reply.header("content-type").find("json") != std::string_view::npos;
  return is_json ? quoted : plain;
}

// The reply, or what is wrong with the document.
std::optional<Reply> read_document(std::string_view text, std::string& problem) {
  json::parse_options options;
  options.max_depth = 1000;
  json::error_code error;
  json::value document = json::parse(text, error, {}, options);
  if (error) {
    problem = "it is no whole JSON document (" + error.message() + ")";
    return std::nullopt;
  }
  const json::object* const object = document.if_object();
  const json::value* const status = object ? object->if_contains("status") : nullptr;
  const json::value* const headers = object ? object->if_contains("headers") : nullptr;
  const json::value* const data = object ? object->if_contains("data") : nullptr;
  if (!status || !status->is_string() || !headers || !headers->is_object() || !data) {
    problem = "it lacks \"status\", \"headers\" or \"data\"";
    return std::nullopt;
  }
  const auto code = status_code(status->get_string());
  if (!code) {
    problem = "its \"status\" is no HTTP status";
    return std::nullopt;
  }
  Reply reply;
  reply.delivery = Delivery::replied;
  reply.status = *code;
  for (const auto& [name, value] : headers->get_object())
    if (value.is_string())
      reply.headers.emplace_back(lower_case(name), std::string(value.get_string()));
  reply.body =
      data->is_string() ? body_of_string(data->get_string(), reply) : json::serialize(*data);
  return reply;
}

}  // namespace

Reply parse_raw_request(const RawRun& run) {
  std::string problem = "there is more of it than the 64 MiB that are kept";
  if (!run.out_cut) {
    const std::string_view text = trimmed(run.out);
    problem = "it is empty";
    if (!text.empty())
      if (auto reply = read_document(text, problem)) return *std::move(reply);
  }
  return reply_of_failure(run, problem);
}

}  // namespace migledger::adapters
