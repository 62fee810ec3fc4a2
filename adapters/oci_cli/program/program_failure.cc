#include "adapters/oci_cli/program/program_failure.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "adapters/oci_cli/login/environment.h"
#include "adapters/oci_cli/login/text.h"
#include "adapters/oci_cli/program/python_traceback.h"
#include "ledger/base/letter_case.h"

namespace migledger::adapters {

namespace {

using workflow::Reply;
using Delivery = Reply::Delivery;

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

// Words the program prints before it sends anything, and what they are about. Each has a space or a
// quote in it, so that no URL, which a later error may name, can hold it.
struct Sign {
  std::string_view words;
  std::string_view prefix;
  std::string_view advice;
};

constexpr std::string_view kCredentials = "credentials: ";
constexpr std::string_view kProgram = "program: ";
constexpr std::string_view kLoginAdvice = "; mend the login (oci.config_file, oci.profile)";
constexpr std::string_view kKeyAdvice =
    "; put the passphrase into the configuration file (pass_phrase) or OCI_CLI_PASSPHRASE";
constexpr std::string_view kKindOfKeyAdvice = "; OCI takes RSA keys: name one with key_file";
constexpr std::string_view kSessionAdvice = "; run: oci session authenticate";
constexpr std::string_view kBundleAdvice =
    "; mend REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or OCI_CLI_CERT_BUNDLE";
constexpr std::string_view kInstallAdvice = "; install oci-cli again";

constexpr std::array kNotSentSigns = {
    Sign{"Could not find config file at", kCredentials, kLoginAdvice},
    Sign{"not found in config file", kCredentials, kLoginAdvice},
    Sign{"ERROR: The config file at", kCredentials, kLoginAdvice},
    Sign{"ERROR: Config file", kCredentials, kLoginAdvice},
    Sign{"ERROR: Config value for", kCredentials, kLoginAdvice},
    Sign{"ERROR: Config value(s)", kCredentials, kLoginAdvice},
    Sign{"ERROR: File specified by", kCredentials, kLoginAdvice},
    Sign{"ERROR: Please specify the location of the delegation_token_file", kCredentials,
         kLoginAdvice},
    Sign{"ERROR: delegation_token", kCredentials, kLoginAdvice},
    Sign{"is not a valid alias for True/False", kCredentials, kLoginAdvice},
    Sign{"'key_content' cannot be specified in a config file", kCredentials, kLoginAdvice},
    Sign{"Invalid value for '--auth'", kCredentials, "; mend oci.auth"},
    Sign{"OCI_RESOURCE_PRINCIPAL_VERSION is not defined", kCredentials,
         "; resource principals are for functions and the like: choose another oci.auth"},
    Sign{"Kubernetes service host was not provided", kCredentials, "; choose another oci.auth"},
    Sign{"The provided key is not a private key", kCredentials, kLoginAdvice},
    Sign{"a private key, but a public key was provided", kCredentials, kLoginAdvice},
    Sign{"PrivateKey.sign() takes", kCredentials, kKindOfKeyAdvice},
    Sign{"PrivateKey.sign() missing", kCredentials, kKindOfKeyAdvice},
    Sign{"Private key passphrase", kCredentials, kKeyAdvice},
    Sign{"This CLI session has expired", kCredentials, kSessionAdvice},
    Sign{"KeyError: 'exp'", kCredentials, kSessionAdvice},
    Sign{"Cannot find cert_bundle file", kCredentials, kBundleAdvice},
    Sign{"Could not find a suitable TLS CA certificate bundle", kCredentials, kBundleAdvice},
    Sign{"must be in JSON format", "usage: ", ""},
    Sign{"No module named 'oci", kProgram, kInstallAdvice},
    Sign{"can't open file '", kProgram, kInstallAdvice},
    Sign{"' not found (required by", kProgram, kInstallAdvice},
    Sign{"Fatal Python error: ", kProgram, kInstallAdvice},
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

// Of Python's configparser; nothing that sends a request uses it.
constexpr std::array<std::string_view, 8> kConfigErrors = {
    "MissingSectionHeaderError",       "DuplicateOptionError",
    "DuplicateSectionError",           "ParsingError",
    "MultilineContinuationError",      "InterpolationSyntaxError",
    "InterpolationMissingOptionError", "InterpolationDepthError"};
// Of a program that is not installed as a whole.
constexpr std::array<std::string_view, 8> kImportErrors = {
    "ImportError", "ModuleNotFoundError",  "SyntaxError",     "IndentationError",
    "TabError",    "PackageNotFoundError", "VersionConflict", "DistributionNotFound"};
// Of PyJWT, about the token of a session; urllib3 has one of that name about the coding of a reply.
constexpr std::array<std::string_view, 1> kTokenErrors = {"DecodeError"};
constexpr std::array<std::string_view, 1> kUsage = {"Usage"};
constexpr std::array<std::string_view, 2> kUsageErrors = {"UsageError", "InvalidHeader"};
// When files are read: the configuration, a key, a token. But where a reply is read, too.
constexpr std::array<std::string_view, 5> kFileErrors = {"UnicodeDecodeError", "UnicodeEncodeError",
                                                         "PermissionError", "FileNotFoundError",
                                                         "IsADirectoryError"};
// The functions of the program that read the login.
constexpr std::array<std::string_view, 6> kReadsLogin = {"check_key_for_security",
                                                         "get_key_file",
                                                         "build_config",
                                                         "from_file",
                                                         "get_session_token_signer",
                                                         "load_private_key_from_file"};

// Where configparser found the fault: "file: '/x', line: 1", "[line  7]". Not the text of the line,
// which may hold a secret.
std::string place_in_config(std::string_view said) {
  std::string place;
  while (!said.empty()) {
    const std::string_view line = trimmed(said.substr(0, said.find('\n')));
    if (line.starts_with("file: ")) place.append(" ").append(line);
    if (line.starts_with("[line ")) place.append(" ").append(line.substr(0, line.find(']') + 1));
    if (said.find('\n') == std::string_view::npos) break;
    said.remove_prefix(said.find('\n') + 1);
  }
  return place;
}

bool has_function(std::span<const PythonFrame> frames, std::string_view name) {
  return std::ranges::any_of(frames,
                             [&](const PythonFrame& frame) { return frame.function == name; });
}

// Whether every traceback of `frames` ends before the program sends anything. raw-request sends in
// make_retrying_call(), which _make_raw_request() calls; that calls build_raw_requests_session()
// first, to read the login.
bool failed_before_sending(std::span<const PythonFrame> frames) {
  if (frames.empty() || has_function(frames, "make_retrying_call")) return false;
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (frames[i].function == "_make_raw_request" &&
        (i + 1 == frames.size() || frames[i + 1].function != "build_raw_requests_session"))
      return false;
  return true;
}

bool reads_login(std::span<const PythonFrame> frames) {
  return std::ranges::any_of(kReadsLogin,
                             [&](std::string_view name) { return has_function(frames, name); });
}

// Whether the traceback is the program's own, and not of something around it.
bool in_program(std::span<const PythonFrame> frames) {
  return std::ranges::any_of(frames, [](const PythonFrame& frame) {
    return frame.file.find("/oci_cli/") != std::string_view::npos;
  });
}

// What a Python exception says; nothing when it says nothing that is known to come before the
// sending.
std::optional<Reply> reply_of_exception(std::string_view err) {
  const auto said = [](std::string_view line) {
    return printable_line(without_stop(trimmed(line)));
  };
  const auto frames = traceback_frames(err);
  const bool not_sent = failed_before_sending(frames);
  if (const auto line = exception_line(err, kConfigErrors); !line.empty()) {
    const std::size_t at = static_cast<std::size_t>(line.data() - err.data());
    return without_reply(Delivery::not_sent, std::string(kCredentials) + said(line) +
                                                 printable_line(place_in_config(err.substr(at))) +
                                                 std::string(kLoginAdvice));
  }
  if (const auto line = exception_line(err, kTokenErrors);
      !line.empty() && line.find("content-encoding") == std::string_view::npos)
    return without_reply(Delivery::not_sent,
                         std::string(kCredentials) + said(line) + std::string(kSessionAdvice));
  if (const auto line = exception_line(err, kUsageErrors); !line.empty())
    return without_reply(Delivery::not_sent, "usage: " + said(line));
  if (const auto line = exception_line(err, kImportErrors); not_sent && !line.empty())
    return without_reply(Delivery::not_sent,
                         std::string(kProgram) + said(line) + std::string(kInstallAdvice));
  if (not_sent && in_program(frames) && reads_login(frames))
    return without_reply(Delivery::not_sent, std::string(kCredentials) + said(last_line(err)) +
                                                 std::string(kLoginAdvice));
  if (not_sent && in_program(frames))
    return without_reply(Delivery::not_sent, std::string(kProgram) + "it failed when it started: " +
                                                 said(last_line(err)));
  // The program shows some errors as one line, without where they come from.
  const auto line = exception_line(err, kFileErrors);
  if (frames.empty() && !line.empty())
    return without_reply(Delivery::unknown,
                         std::string(kCredentials) + said(line) + std::string(kLoginAdvice));
  return std::nullopt;
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
      lower_case("Pool(host='" + std::string(host) + "', port=" + port +
                 "): Max retries exceeded with url: " + std::string(url) + " (Caused by ");
  const std::string said = lower_case(err);
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

}  // namespace

Reply reply_of_failure(const RawRun& run, const std::string& problem) {
  if (run.timed_out)
    return without_reply(Delivery::unknown,
                         "timeout: no reply within the limit of a call (oci.call_timeout_seconds)");
  if (run.abandoned)
    return without_reply(Delivery::unknown, "interrupted: ended before it had replied");
  if (run.signal != 0)
    return without_reply(Delivery::unknown, "failed: the oci program was ended by signal " +
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
  if (auto reply = reply_of_exception(run.err)) return *std::move(reply);

  const std::string_view spoken = trimmed(run.err).empty() ? out : run.err;
  const std::string said = printable_line(last_line(spoken));
  for (const std::string_view text : {std::string_view(run.err), out}) {
    if (exception_line(text, kUsage).empty()) continue;
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

}  // namespace migledger::adapters
