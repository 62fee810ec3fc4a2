#include "adapters/sim_http/signature.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ledger/base/letter_case.h"
#include "ledger/base/sha256.h"

namespace migledger::adapters::sim_http {

namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

// `Signature keyId="…",headers="…",…`; nothing when it is not of that form.
std::optional<Parameters> parse_authorization(std::string_view text) {
  constexpr std::string_view kScheme = "signature ";
  if (lower_case(text.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  text.remove_prefix(kScheme.size());
  Parameters out;
  while (true) {
    const auto begin = text.find_first_not_of(" ,");
    if (begin == std::string_view::npos) return out;
    text.remove_prefix(begin);
    const auto equals = text.find("=\"");
    if (equals == std::string_view::npos) return std::nullopt;
    const auto end = text.find('"', equals + 2);
    if (end == std::string_view::npos) return std::nullopt;
    // A parameter given twice could mean one thing here and another there.
    if (!out.emplace(text.substr(0, equals), text.substr(equals + 2, end - equals - 2)).second)
      return std::nullopt;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return out;
    text.remove_prefix(begin);
    const auto end = std::min(text.find(' '), text.size());
    out.push_back(lower_case(text.substr(0, end)));
    text.remove_prefix(end);
  }
}

std::string base64(std::span<const std::byte> bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const auto padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(size - padding));
  return out;
}

bool verifies(evp_pkey_st* key, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  const bool good =
      context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) == 1;
  ERR_clear_error();
  return good;
}

// PutObject and UploadPart may leave their body unsigned.
bool puts_object(const HttpRequest& request) {
  const std::string_view path = request.path();
  return request.method == "PUT" && path.starts_with("/n/") &&
         (path.find("/o/") != std::string_view::npos || path.find("/u/") != std::string_view::npos);
}

bool has_signed_body(const HttpRequest& request) {
  return (request.method == "POST" || request.method == "PUT" || request.method == "PATCH") &&
         !puts_object(request);
}

std::string date_problem(const std::string& date, Time now) {
  const auto time = parse_http_date(date);
  if (!time) return fmt::format("Date '{}' is not an HTTP date.", date);
  if (*time >= now - kDateSkew && *time <= now + kDateSkew) return {};
  return fmt::format(
      "Date '{}' is not within allowed clock skew. Current '{}', valid datetime range: ['{}', "
      "'{}']",
      date, format_http_date(now), format_http_date(now - kDateSkew),
      format_http_date(now + kDateSkew));
}

}  // namespace

std::string signature_problem(const HttpRequest& request, const PublicKeys& keys, Time now) {
  const std::string authorization = request.header("authorization");
  if (authorization.empty()) return "The request has no Authorization header.";
  const auto parameters = parse_authorization(authorization);
  if (!parameters) return "The Authorization header is not an HTTP signature.";
  const auto parameter = [&](std::string_view name) {
    const auto found = parameters->find(name);
    return found == parameters->end() ? std::string() : found->second;
  };
  if (parameter("algorithm") != "rsa-sha256") return "The signature's algorithm is not rsa-sha256.";

  const std::vector<std::string> names = words_of(parameter("headers"));
  const auto is_signed = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<std::string_view> wanted = {"(request-target)", "host",
                                          is_signed("x-date") ? "x-date" : "date"};
  if (has_signed_body(request))
    wanted.insert(wanted.end(), {"x-content-sha256", "content-type", "content-length"});
  for (const auto name : wanted)
    if (!is_signed(name)) return fmt::format("The signature does not cover {}.", name);

  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += '\n';
    if (name == "(request-target)") {
      text += name + ": " + lower_case(request.method) + " " + request.target;
    } else if (request.has(name)) {
      text += name + ": " + request.header(name);
    } else {
      return fmt::format("The signature covers {}, which the request does not have.", name);
    }
  }

  const auto key = keys.find(parameter("keyId"));
  if (!key)
    return "The required information to complete authentication was not provided or was "
           "incorrect.";
  const auto signature = from_base64(parameter("signature"));
  if (!signature || !verifies(key.get(), text, *signature))
    return "Failed to verify the HTTP(S) Signature";
  if (std::string problem =
          date_problem(request.header(is_signed("x-date") ? "x-date" : "date"), now);
      !problem.empty())
    return problem;
  if (is_signed("x-content-sha256") &&
      request.header("x-content-sha256") != base64(ledger::sha256(ledger::bytes_of(request.body))))
    return "The x-content-sha256 of the request is not that of its body.";
  return {};
}

}  // namespace migledger::adapters::sim_http
