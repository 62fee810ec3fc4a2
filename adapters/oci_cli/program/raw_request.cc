#include "adapters/oci_cli/program/raw_request.h"

#include <boost/json.hpp>

namespace migledger::adapters {

namespace {

std::string headers_json(const workflow::Request& request) {
  boost::json::object headers;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) headers[name] = value;
  };
  add("opc-retry-token", request.retry_token);
  add("if-match", request.if_match);
  add("if-none-match", request.if_none_match);
  return headers.empty() ? std::string() : boost::json::serialize(headers);
}

std::string descriptor_path(int fd) { return "/dev/fd/" + std::to_string(fd); }

}  // namespace

RawCall make_raw_call(const workflow::Request& request, std::string_view base,
                      std::string_view proxy, const OciLogin& login) {
  RawCall call;
  call.target = std::string(base) + request.path;
  if (!request.query.empty()) call.target += "?" + request.query;
  call.body = request.body;
  // Section and key as the program's populate_aliases_canned_queries_and_settings() reads them.
  if (!proxy.empty()) call.rc = "[OCI_CLI_SETTINGS]\nproxy=" + std::string(proxy) + "\n";

  auto& arguments = call.arguments;
  const auto option = [&](std::string_view name, std::string value) {
    arguments.emplace_back(name);
    arguments.push_back(std::move(value));
  };
  if (!login.config_file.empty()) option("--config-file", login.config_file);
  option("--profile", login.profile);
  option("--auth", login.auth);
  option("--cli-rc-file", descriptor_path(kRcFd));
  option("--region", request.region);
  option("--max-retries", "1");
  if (!request.request_id.empty()) option("--request-id", request.request_id);
  arguments.emplace_back("raw-request");
  option("--http-method", request.method);
  option("--target-uri", call.target);
  if (std::string headers = headers_json(request); !headers.empty())
    option("--request-headers", std::move(headers));
  if (!call.body.empty()) option("--request-body", "file://" + descriptor_path(kBodyFd));
  return call;
}

}  // namespace migledger::adapters
