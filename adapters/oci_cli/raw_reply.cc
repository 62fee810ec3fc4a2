#include "adapters/oci_cli/raw_reply.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <charconv>
#include <optional>

#include "adapters/oci_cli/environment.h"
#include "adapters/oci_cli/text.h"

namespace migledger::adapters {

namespace {

namespace json = boost::json;
using workflow::Reply;
using Delivery = Reply::Delivery;

// The length of the well-formed UTF-8 sequence at the start of `text` (RFC 3629), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;   // overlong
  if (lead == 0xED && byte(1) >= 0xA0) return 0;  // surrogate
  if (lead == 0xF0 && byte(1) < 0x90) return 0;   // overlong
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;  // beyond U+10FFFF
  return length;
}

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
    if (value.is_string()) reply.headers.emplace_back(lower(name), std::string(value.get_string()));
  reply.body =
      data->is_string() ? body_of_string(data->get_string(), reply) : json::serialize(*data);
  return reply;
}

Reply without_reply(Delivery delivery, std::string error) {
  Reply reply;
  reply.delivery = delivery;
  reply.error = std::move(error);
  return reply;
}

std::string_view line_with(std::string_view text, std::size_t at) {
  const std::size_t begin = text.rfind('\n', at);
  const std::size_t from = begin == std::string_view::npos ? 0 : begin + 1;
  return text.substr(from, text.find('\n', at) - from);
}

std::string_view last_line(std::string_view text) {
  text = trimmed(text);
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

// A sentence that goes on.
std::string_view without_stop(std::string_view line) {
  while (line.ends_with('.') || line.ends_with(':')) line.remove_suffix(1);
  return line;
}

// Words the program prints before it sends anything, and what they are about.
struct Sign {
  std::string_view words;
  std::string_view prefix;
  std::string_view advice;
};

constexpr std::string_view kLoginAdvice = "; mend the login (oci.config_file, oci.profile)";
constexpr std::string_view kKeyAdvice =
    "; put the passphrase into the configuration file (pass_phrase) or OCI_CLI_PASSPHRASE";
constexpr std::string_view kSessionAdvice = "; run: oci session authenticate";

constexpr std::array kNotSentSigns = {
    Sign{"Could not find config file at", "credentials: ", kLoginAdvice},
    Sign{"not found in config file", "credentials: ", kLoginAdvice},
    Sign{"ERROR: The config file at", "credentials: ", kLoginAdvice},
    Sign{"ERROR: Config file", "credentials: ", kLoginAdvice},
    Sign{"The provided key is not a private key", "credentials: ", kLoginAdvice},
    Sign{"ERROR: Config value for", "credentials: ", kLoginAdvice},
    Sign{"ERROR: File specified by", "credentials: ", kLoginAdvice},
    Sign{"Private key passphrase", "credentials: ", kKeyAdvice},
    Sign{"This CLI session has expired", "credentials: ", kSessionAdvice},
    Sign{"UsageError:", "usage: ", ""},
    Sign{"InvalidHeader:", "usage: ", ""},
    Sign{"must be in JSON format", "usage: ", ""},
    Sign{"No module named 'oci", "program: ", "; install oci-cli again"},
};

const Sign* find_sign(std::string_view text, std::string_view& line) {
  for (const Sign& sign : kNotSentSigns) {
    const std::size_t at = text.find(sign.words);
    if (at == std::string_view::npos) continue;
    line = trimmed(line_with(text, at));
    return &sign;
  }
  return nullptr;
}

// Whether the program says that it got no connection *to the target*. After a followed redirect it
// names another place, and the request had been delivered before.
bool never_connected(std::string_view err, std::string_view target) {
  // The words of urllib3 2, and of 1.26 where they differ.
  constexpr auto kBeforeSending = std::to_array<std::string_view>({
      "newconnectionerror(",
      "nameresolutionerror(",
      "connecttimeouterror(",
      "sslerror(sslcertverificationerror(",
      "proxyerror('unable to connect to proxy', newconnectionerror(",
      "proxyerror('unable to connect to proxy', oserror('tunnel connection failed",
      "proxyerror('cannot connect to proxy.', newconnectionerror(",
      "proxyerror('cannot connect to proxy.', oserror('tunnel connection failed",
  });
  const bool https = target.starts_with("https://");
  std::string_view host = authority_of(target);
  std::string port = https ? "443" : "80";
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  const std::size_t path = target.find('/', target.find("://") + 3);
  const std::string_view url = path == std::string_view::npos ? "/" : target.substr(path);
  const std::string expected =
      lower("Pool(host='" + std::string(host) + "', port=" + port +
            "): Max retries exceeded with url: " + std::string(url) + " (Caused by ");
  const std::string said = lower(err);
  const std::size_t at = said.find(expected);
  if (at == std::string::npos) return false;
  const std::string_view cause = std::string_view(said).substr(at + expected.size());
  return std::ranges::any_of(kBeforeSending,
                             [&](std::string_view words) { return cause.starts_with(words); });
}

bool connection_broke(std::string_view err) {
  constexpr std::array<std::string_view, 7> kSigns = {
      "ConnectionError:", "ChunkedEncodingError:", "ReadTimeout:",     "ConnectTimeout:",
      "SSLError:",        "ProxyError:",           "RequestException:"};
  return std::ranges::any_of(
      kSigns, [&](std::string_view sign) { return err.find(sign) != std::string_view::npos; });
}

// Why there is no reply, from how the program ended and what it said.
Reply explain(const RawRun& run, const std::string& problem) {
  if (run.timed_out)
    return without_reply(Delivery::unknown,
                         "timeout: no reply within the limit of a call (oci.call_timeout_seconds)");
  if (run.abandoned)
    return without_reply(Delivery::unknown, "interrupted: ended before it had replied");
  if (run.signal != 0)
    return without_reply(Delivery::unknown, "interrupted: the oci program was ended by signal " +
                                                std::to_string(run.signal) +
                                                " before it had replied");
  if (run.exit_code == 0)
    return without_reply(Delivery::unknown,
                         "garbled: the oci program's output is no reply: " + problem +
                             "; it begins: " + printable_line(run.out.substr(0, 400), 100));

  // Prompts and some errors stand on stdout; part of a reply there is the service's words, not
  // ours.
  const bool part_of_reply = trimmed(run.out).starts_with('{');
  const std::string_view out = part_of_reply ? std::string_view() : run.out;
  std::string_view line;
  const Sign* sign = find_sign(run.err, line);
  if (sign == nullptr) sign = find_sign(out, line);
  if (sign != nullptr)
    return without_reply(
        Delivery::not_sent,
        std::string(sign->prefix) + printable_line(without_stop(line)) + std::string(sign->advice));

  const std::string_view spoken = trimmed(run.err).empty() ? out : run.err;
  const std::string said = printable_line(last_line(spoken));
  for (const std::string_view text : {std::string_view(run.err), out}) {
    if (text.find("Usage:") == std::string_view::npos) continue;
    const std::size_t at = text.find("Error:");
    const std::string_view why =
        at == std::string_view::npos ? last_line(text) : line_with(text, at);
    return without_reply(Delivery::not_sent, "usage: " + printable_line(trimmed(why)));
  }
  // The shell's codes for what it cannot run or find (POSIX, 2.8.2): a wrapper without its program.
  const bool one_line = trimmed(run.err).find('\n') == std::string_view::npos;
  if ((run.exit_code == 126 || run.exit_code == 127) && trimmed(run.out).empty() && one_line)
    return without_reply(Delivery::not_sent, "program: " + said);
  if (never_connected(run.err, run.target))
    return without_reply(Delivery::not_sent, "network: " + said);
  // Before anything is sent, too. Only a refusal is for a person; the services that hand out tokens
  // may as well be away for a while.
  if (run.err.find("ERROR: Failed retrieving certificates from localhost") != std::string::npos) {
    const bool refused = run.err.find("'status': 4") != std::string::npos;
    return without_reply(Delivery::not_sent,
                         (refused ? "credentials: the instance principal was refused: "
                                  : "network: no token for the instance principal: ") +
                             said);
  }
  // raw-request itself never reports a ServiceError: it comes from fetching a token. That happens
  // before the request is sent, but no run of it has been captured, so it stays unknown.
  if (run.err.find("ServiceError:") != std::string_view::npos)
    return without_reply(Delivery::unknown,
                         "credentials: a token was refused: " + printable_line(trimmed(run.err)));
  if (connection_broke(run.err)) return without_reply(Delivery::unknown, "network: " + said);
  return without_reply(Delivery::unknown,
                       "failed: the oci program exited with " + std::to_string(run.exit_code) +
                           (said.empty() ? std::string(" and said nothing") : ": " + said));
}

}  // namespace

std::string printable_line(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool c1_control = length == 2 && first == 0xC2 && (text[1] & 0xE0) == 0x80;
    const bool control = length == 1 && (first < 0x20 || first == 0x7F);
    const std::string_view piece = length == 0             ? "?"
                                   : control || c1_control ? " "
                                                           : text.substr(0, length);
    if (out.size() + piece.size() + 3 > limit) return out + "…";
    out.append(piece);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

Reply parse_raw_request(const RawRun& run) {
  std::string problem = "there is more of it than the 64 MiB that are kept";
  if (!run.out_cut) {
    const std::string_view text = trimmed(run.out);
    problem = "it is empty";
    if (!text.empty())
      if (auto reply = read_document(text, problem)) return *std::move(reply);
  }
  return explain(run, problem);
}

}  // namespace migledger::adapters
