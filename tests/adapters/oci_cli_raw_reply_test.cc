#include <catch2/catch.hpp>
#include <string>

#include "adapters/oci_cli/login/text.h"
#include "adapters/oci_cli/program/raw_reply.h"
#include "tests/adapters/captures.h"

namespace migledger::adapters {
namespace {

using workflow::Reply;
using Delivery = Reply::Delivery;

Reply parse(const std::string& name) {
  static const auto runs = captured_runs();
  INFO("captured run \"" << name << "\"");
  REQUIRE(runs.contains(name));
  const CapturedRun& captured = runs.at(name);
  RawRun run;
  run.exit_code = captured.exit_code;
  run.out = captured.out;
  run.err = captured.err;
  run.target = captured.target;
  return parse_raw_request(run);
}

Reply parse_output(std::string_view out, int exit_code = 0) {
  RawRun run;
  run.exit_code = exit_code;
  run.out = out;
  run.target = "http://127.0.0.1:1/x";
  return parse_raw_request(run);
}

Reply parse_error(std::string_view err, std::string_view target) {
  RawRun run;
  run.exit_code = 1;
  run.err = err;
  run.target = target;
  return parse_raw_request(run);
}

std::string document(const std::string& data, const std::string& headers) {
  return R"({"data": )" + data + R"(, "headers": {)" + headers + R"(}, "status": "200 OK"})";
}

TEST_CASE("A captured success has status, lower-case headers and the body as JSON") {
  const Reply reply = parse("create");
  CHECK(reply.delivery == Delivery::replied);
  CHECK(reply.ok());
  CHECK(reply.status == 200);
  CHECK(reply.etag() == "E");
  CHECK(reply.work_request() == "ocid1.wr");
  CHECK(reply.request_id() == "REQ1");
  CHECK(reply.date().has_value());
  CHECK(reply.body ==
        "{\"big\":12345678901234567890,\"displayName\":\"é\",\"id\":\"ocid1.image.oc1..i\","
        "\"n\":13}");
  CHECK(reply.error.empty());
}

TEST_CASE("An HTTP error is a reply, although the program exits 0") {
  CHECK(parse("not authenticated").status == 401);
  CHECK(parse("unavailable (3.89.3)").status == 503);
  CHECK(parse("invalidated token (3.89.3)").status == 409);
  CHECK(parse("invalidated token (3.89.3)").body ==
        R"({"code":"InvalidatedRetryToken","message":"x"})");
  CHECK(parse("throttled").retry_after() == std::chrono::seconds(7));
  CHECK(parse("not authenticated").delivery == Delivery::replied);
}

TEST_CASE("A JSON string, plain text and a body that is no JSON are told apart") {
  CHECK(parse("json string").body == "\"name\"");
  CHECK(parse("plain text").body == "plain words");
  CHECK(parse("html error").body == "<html>oops</html>");
  CHECK(parse("html error").status == 502);
  // Without a length, the content type decides.
  CHECK(parse_output(document("\"a\"", R"("Content-Type": "application/json")")).body == "\"a\"");
  CHECK(parse_output(document("\"a\"", R"("Content-Type": "text/plain")")).body == "a");
  // The length wins over the content type.
  CHECK(parse_output(document("\"a\"", R"("content-type": "text/plain", "content-length": "3")"))
            .body == "\"a\"");
}

TEST_CASE("Replies without a body have an empty one") {
  CHECK(parse("no content").status == 204);
  CHECK(parse("no content").body.empty());
  CHECK(parse("head").ok());
  CHECK(parse("head").body.empty());
  CHECK(parse("empty body (3.89.3)").body.empty());
}

TEST_CASE("No connection to the target means not sent") {
  for (const char* name : {"refused", "no such host", "bad certificate", "proxy refuses"}) {
    const Reply reply = parse(name);
    CAPTURE(name, reply.error);
    CHECK(reply.delivery == Delivery::not_sent);
    CHECK(reply.error.starts_with("network: "));
    CHECK_FALSE(reply.ok());
  }
  CHECK(parse("refused").error.find("Connection refused") != std::string::npos);
  // The words of urllib3 1.26.
  CHECK(parse_error("ConnectionError: HTTPConnectionPool(host='h', port=80): Max retries exceeded "
                    "with url: / (Caused by NewConnectionError('<urllib3.connection.HTTPConnection "
                    "object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection "
                    "refused'))",
                    "http://h")
            .delivery == Delivery::not_sent);
}

TEST_CASE("A refused connection after a redirect does not mean not sent") {
  const Reply reply = parse("refused after redirect");
  CHECK(reply.delivery == Delivery::unknown);
  CHECK(reply.error.starts_with("network: "));
}

TEST_CASE("A proxy that makes no tunnel means not sent") {
  CHECK(
      parse_error("ProxyError: HTTPSConnectionPool(host='h', port=443): Max retries exceeded with "
                  "url: /x (Caused by ProxyError('Unable to connect to proxy', OSError('Tunnel "
                  "connection failed: 407 Proxy Authentication Required')))",
                  "https://h/x")
          .delivery == Delivery::not_sent);
}

TEST_CASE("A shell wrapper that cannot find its program has sent nothing") {
  RawRun run;
  run.exit_code = 127;
  run.err = "/usr/local/bin/oci: 2: /opt/oci/bin/oci: not found\n";
  CHECK(parse_raw_request(run).delivery == Delivery::not_sent);
  CHECK(parse_raw_request(run).error.starts_with("program: "));
  run.err = "ConnectionError: ('Connection aborted.')\nsh: notify: not found\n";
  CHECK(parse_raw_request(run).delivery == Delivery::unknown);
}

TEST_CASE("A connection that broke leaves the outcome unknown") {
  for (const char* name : {"dropped", "cut in a chunk"}) {
    const Reply reply = parse(name);
    CAPTURE(name, reply.error);
    CHECK(reply.delivery == Delivery::unknown);
    CHECK(reply.error.starts_with("network: "));
  }
  // A certificate problem in the middle of a connection is no certificate problem before it.
  CHECK(parse_error("SSLError: HTTPSConnectionPool(host='h', port=443): Max retries exceeded with "
                    "url: /x (Caused by SSLError(SSLEOFError(8, 'EOF occurred')))",
                    "https://h/x")
            .delivery == Delivery::unknown);
  CHECK(parse_error("ReadTimeout: HTTPSConnectionPool(host='h', port=443): Read timed out.",
                    "https://h/x")
            .delivery == Delivery::unknown);
}

TEST_CASE("Problems of the login are not sent, and named") {
  for (const char* name : {"no config", "no profile", "no key file", "garbage key", "encrypted key",
                           "no token file"}) {
    const Reply reply = parse(name);
    CAPTURE(name, reply.error);
    CHECK(reply.delivery == Delivery::not_sent);
    CHECK(reply.error.starts_with("credentials: "));
    CHECK(reply.error.find('\n') == std::string::npos);
  }
  CHECK(parse("encrypted key").error.find("OCI_CLI_PASSPHRASE") != std::string::npos);
}

TEST_CASE("A login that the program cannot use is not sent, and named") {
  const std::pair<const char*, const char*> kRuns[] = {
      {"byte order mark",
       "MissingSectionHeaderError: File contains no section headers file: "
       "'/home/user/cfg', line: 1; mend the login"},
      {"no section", "file: '/home/user/cfg', line: 1; mend the login"},
      {"no section, with a secret", "file: '/home/user/cfg', line: 1; mend the login"},
      {"no key and value, with a secret", "parsing errors: '/home/user/cfg' [line  7]; mend"},
      {"key twice", "option 'region' in section 'DEFAULT' already exists; mend the login"},
      {"key twice, session", "option 'region' in section 'DEFAULT' already exists; mend the login"},
      {"not UTF-8", "'utf-8' codec can't decode byte 0xe9 in position 167"},
      {"percent in key_file", "'%' must be followed by '%' or '('"},
      {"token with a line end", "padding; run: oci session authenticate"},
      {"token of one part", "Not enough segments; run: oci session authenticate"},
      {"token without an end", "KeyError: 'exp'; run: oci session authenticate"},
      {"log_requests", "'maybe' is not a valid alias for True/False"},
      {"key_content", "'key_content' cannot be specified in a config file"},
      {"public key", "but a public key was provided"},
      {"key of another kind", "OCI takes RSA keys"},
      {"malformed fingerprint", "ERROR: The config file at /home/user/cfg is invalid"},
      {"bad auth", "mend oci.auth"},
      {"no bundle of certificates", "mend REQUESTS_CA_BUNDLE"},
      {"resource principal elsewhere", "choose another oci.auth"},
      {"delegation token", "location of the delegation_token_file"}};
  for (const auto& [name, words] : kRuns) {
    const Reply reply = parse(name);
    CAPTURE(name, reply.error);
    CHECK(reply.delivery == Delivery::not_sent);
    CHECK(reply.error.starts_with("credentials: "));
    CHECK(reply.error.find(words) != std::string::npos);
    CHECK(reply.error.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("A file of the login that cannot be read ends the run, also where it is not known when") {
  for (const char* name : {"not UTF-8, session", "token is not UTF-8"}) {
    const Reply reply = parse(name);
    CAPTURE(name, reply.error);
    CHECK(reply.delivery == Delivery::unknown);
    CHECK(reply.error.starts_with("credentials: UnicodeDecodeError: "));
  }
  CHECK(
      parse_error("PermissionError: [Errno 13] Permission denied: '/home/user/k.pem'\n", "http://h")
          .error.starts_with("credentials: PermissionError: "));
}

TEST_CASE("A program that fails before it sends is broken, and has sent nothing") {
  for (const char* name :
       {"import error", "module missing", "module with a fault", "other error when it starts"}) {
    const Reply reply = parse(name);
    CAPTURE(name, reply.error);
    CHECK(reply.delivery == Delivery::not_sent);
    CHECK(reply.error.starts_with("program: "));
  }
  CHECK(parse("module missing").error ==
        "program: ModuleNotFoundError: No module named 'nothere'; install oci-cli again");
  CHECK(parse("other error when it starts").error.find("No space left on device") !=
        std::string::npos);
  for (const char* err :
       {"/usr/bin/python3: can't open file '/opt/oci/bin/oci': [Errno 2] No such file or "
        "directory\n",
        "/opt/python: /lib/libc.so.6: version `GLIBC_2.38' not found (required by /opt/python)\n",
        "Fatal Python error: init_fs_encoding: failed to get the Python codec\n"}) {
    CAPTURE(err);
    CHECK(parse_error(err, "http://h").delivery == Delivery::not_sent);
    CHECK(parse_error(err, "http://h").error.starts_with("program: "));
  }
}

TEST_CASE("A failure while a request may be under way is not taken for one before it") {
  const std::string begin =
      "Traceback (most recent call last):\n"
      "  File \"/opt/oci/oci_cli/raw_request_cli.py\", line 40, in _make_raw_request\n"
      "    response = retry_strategy.make_retrying_call(\n";
  const std::string sending =
      "  File \"/opt/oci/oci/retry/retry.py\", line 30, in make_retrying_call\n    x\n";
  for (const std::string& err :
       {begin + sending +
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position 1\n",
        begin + sending + "ImportError: cannot import name 'x'\n",
        begin + "OSError: [Errno 28] No space left on device\n",
        // The words of an exception, in a URL.
        std::string(
            "requests.exceptions.ConnectionError: HTTPConnectionPool(host='h', port=80): Max "
            "retries exceeded with url: /n/ns/b/x/configparser.DuplicateOptionError: (Caused "
            "by ProtocolError('Connection aborted.'))\n"),
        std::string(
            "ConnectionError: ('Connection aborted.') /n/ns/b/x/o/Usage:DecodeError:UsageError:"
            "InvalidHeader:\n"),
        // A wrapper that is told of the end of the program that it started.
        std::string(
            "Traceback (most recent call last):\n  File \"/usr/bin/oci\", line 5, in <module>\n"
            "  File \"/usr/lib/python3.11/subprocess.py\", line 413, in check_call\n"
            "subprocess.CalledProcessError: Command '['oci']' returned non-zero exit status 1.\n"),
        std::string(
            "DecodeError: ('Received response with content-encoding: gzip, but failed to decode "
            "it.', error('x'))\n"),
        std::string("JSONDecodeError: Invalid control character at: line 1 column 5 (char 4)\n")}) {
    const Reply reply = parse_error(err, "http://h/n/ns/b/x");
    CAPTURE(err, reply.error);
    CHECK(reply.delivery == Delivery::unknown);
  }
}

TEST_CASE("A call that the program refuses is not sent, and named") {
  for (const char* name : {"unknown option", "bad body", "endpoint", "bad header"}) {
    const Reply reply = parse(name);
    CAPTURE(name, reply.error);
    CHECK(reply.delivery == Delivery::not_sent);
    CHECK(reply.error.starts_with("usage: "));
  }
  CHECK(parse("unknown option").error == "usage: Error: No such option '--bogus'.");
  CHECK(parse("bad body").error.find("hunter2") == std::string::npos);
}

TEST_CASE("A broken installation is not sent, and a token that is refused is unknown") {
  const Reply broken = parse_error(
      "Traceback (most recent call last):\n  File \"/usr/bin/oci\", line 5\n"
      "ModuleNotFoundError: No module named 'oci_cli'\n",
      "https://h/x");
  CHECK(broken.delivery == Delivery::not_sent);
  CHECK(broken.error.starts_with("program: "));
  const std::string no_token =
      "ERROR: Failed retrieving certificates from localhost. Instance principal auth is only "
      "possible from OCI compute instances. \nException: ";
  const Reply stranger =
      parse_error(no_token + "{'status': 401, 'message': 'no'}\n", "https://h/x");
  CHECK(stranger.delivery == Delivery::not_sent);
  CHECK(stranger.error.starts_with("credentials: "));
  const Reply away = parse_error(no_token + "{'status': 503, 'message': 'no'}\n", "https://h/x");
  CHECK(away.delivery == Delivery::not_sent);
  CHECK(away.error.starts_with("network: "));
  const Reply refused = parse_error("ServiceError:\n{\n  \"status\": 401\n}\n", "https://h/x");
  CHECK(refused.delivery == Delivery::unknown);
  CHECK(refused.error.starts_with("credentials: "));
}

TEST_CASE("Output that is no whole reply leaves the outcome unknown") {
  const std::string whole = document(R"({"id": "x"})", R"("etag": "E")");
  REQUIRE(parse_output(whole).ok());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Reply reply = parse_output(std::string_view(whole).substr(0, length));
    CAPTURE(length, reply.error);
    CHECK(reply.delivery == Delivery::unknown);
    CHECK(reply.error.starts_with("garbled: "));
  }
  for (const char* text :
       {"[]", "null", "7", R"({"data": 1})", R"({"data":1,"headers":{},"status":200})",
        R"({"data":1,"headers":{},"status":"OK"})", R"({"data":1,"headers":[],"status":"200 OK"})",
        R"({"data":1,"headers":{},"status":"2000 OK"})", R"({"data":1,"headers":{},"status":"20"})",
        R"({"headers":{},"status":"200 OK"})", R"({"data":1,"headers":{},"status":"200 OK"} x)",
        R"({"data":NaN,"headers":{},"status":"200 OK"})"}) {
    CAPTURE(text);
    CHECK(parse_output(text).delivery == Delivery::unknown);
  }
}

TEST_CASE("The words of a partial reply are not taken for the program's own") {
  const Reply reply =
      parse_output(R"({"data": {"message": "Usage: Could not find config file at)", 1);
  CHECK(reply.delivery == Delivery::unknown);
  CHECK(reply.error.starts_with("failed: "));
}

TEST_CASE("A whole reply counts however the program ended") {
  const std::string whole = document("{}", "");
  CHECK(parse_output(whole, 1).ok());
  RawRun run;
  run.out = whole;
  run.signal = 15;
  run.timed_out = true;
  CHECK(parse_raw_request(run).ok());
  run.out_cut = true;
  CHECK(parse_raw_request(run).delivery == Delivery::unknown);
}

TEST_CASE("Ends without a reply name their cause") {
  RawRun run;
  run.timed_out = true;
  run.signal = 15;
  CHECK(parse_raw_request(run).error.starts_with("timeout: "));
  run.timed_out = false;
  CHECK(parse_raw_request(run).error.starts_with("failed: "));
  CHECK(parse_raw_request(run).error.find("signal 15") != std::string::npos);
  run.signal = 0;
  run.exit_code = 3;
  CHECK(parse_raw_request(run).error == "failed: the oci program exited with 3 and said nothing");
  CHECK(parse_raw_request(run).delivery == Delivery::unknown);
}

TEST_CASE("Deep nesting is read, and absurd nesting refused, without harm") {
  const auto nested = [](std::size_t depth) {
    return document(std::string(depth, '[') + std::string(depth, ']'), "");
  };
  CHECK(parse_output(nested(500)).ok());
  CHECK(parse_output(nested(1'000'000)).delivery == Delivery::unknown);
}

TEST_CASE("Printable lines hold no control characters, no broken UTF-8, and an end") {
  CHECK(printable_line("a\x1b[31mb\nc\x7f") == "a [31mb c ");
  CHECK(printable_line("\xc2\x9b"
                       "31m") == " 31m");
  CHECK(printable_line("\xff\xc3-é") == "\?\?-é");
  CHECK(printable_line("\xed\xa0\x80") == "???");
  CHECK(printable_line(std::string(1000, 'x'), 10) == "xxxxxxx…");
  CHECK(printable_line("") == "");
}

}  // namespace
}  // namespace migledger::adapters
