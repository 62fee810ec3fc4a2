// What is settled before a call: hosts, environment, login, arguments.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "adapters/catalog/regions.h"
#include "adapters/oci_cli/login/endpoints.h"
#include "adapters/oci_cli/login/environment.h"
#include "adapters/oci_cli/login/oci_config.h"
#include "adapters/oci_cli/login/setup_error.h"
#include "adapters/oci_cli/program/raw_request.h"
#include "tests/adapters/scratch.h"

namespace migledger::adapters {
namespace {

using workflow::Service;

TEST_CASE("Hosts follow service, region and realm") {
  CHECK(public_base_url(Service::core, "us-ashburn-1") ==
        "https://iaas.us-ashburn-1.oraclecloud.com");
  CHECK(public_base_url(Service::object_storage, "sa-bogota-1") ==
        "https://objectstorage.sa-bogota-1.oraclecloud.com");
  CHECK(public_base_url(Service::identity, "us-ashburn-1") ==
        "https://identity.us-ashburn-1.oci.oraclecloud.com");
  CHECK(public_base_url(Service::limits, "uk-gov-london-1") ==
        "https://limits.uk-gov-london-1.oci.oraclegovcloud.uk");
  CHECK(public_base_url(Service::search, "us-gov-phoenix-1") ==
        "https://query.us-gov-phoenix-1.oci.oraclegovcloud.com");
  CHECK(realm_of("us-langley-1") == "oc2");
}

// The realms and their domains as OCI's SDK for Python 2.189 has them (oci/regions_definitions.py).
TEST_CASE("Hosts of every region are in the domain of its realm, for every service") {
  const std::map<std::string_view, std::string> domains = {
      {"oc1", "oraclecloud.com"},    {"oc2", "oraclegovcloud.com"}, {"oc3", "oraclegovcloud.com"},
      {"oc4", "oraclegovcloud.uk"},  {"oc8", "oraclecloud8.com"},   {"oc9", "oraclecloud9.com"},
      {"oc10", "oraclecloud10.com"}, {"oc14", "oraclecloud14.com"}, {"oc15", "oraclecloud15.com"},
      {"oc19", "oraclecloud.eu"},    {"oc20", "oraclecloud20.com"}, {"oc21", "oraclecloud21.com"},
      {"oc23", "oraclecloud23.com"}, {"oc24", "oraclecloud24.com"}, {"oc26", "oraclecloud26.com"},
      {"oc29", "oraclecloud29.com"}, {"oc35", "oraclecloud35.com"}, {"oc42", "oraclecloud42.com"},
      {"oc51", "oraclecloud51.com"}, {"oc52", "oraclecloud52.com"}};
  std::set<std::string_view> seen;
  for (const auto& region : all_regions()) {
    const std::string name(region.name);
    INFO(name);
    REQUIRE(domains.count(region.realm) == 1);
    seen.insert(region.realm);
    const std::string& domain = domains.at(region.realm);
    CHECK(public_base_url(Service::core, name) == "https://iaas." + name + "." + domain);
    CHECK(public_base_url(Service::object_storage, name) ==
          "https://objectstorage." + name + "." + domain);
    CHECK(public_base_url(Service::identity, name) ==
          "https://identity." + name + ".oci." + domain);
    CHECK(public_base_url(Service::limits, name) == "https://limits." + name + ".oci." + domain);
    CHECK(public_base_url(Service::search, name) == "https://query." + name + ".oci." + domain);
  }
  CHECK(seen.size() == domains.size());
}

TEST_CASE("An unknown region has no host, unless an endpoint is configured") {
  CHECK_FALSE(public_base_url(Service::core, "us-asburn-1"));
  CHECK_FALSE(public_base_url(Service::core, ""));
  CHECK_FALSE(public_base_url(Service::core, "zz-last-9"));
  const ledger::Fields endpoints = {{"here-1", "http://127.0.0.1:8080/"},
                                    {"us-ashburn-1", "https://private.example"}};
  CHECK(base_url(Service::core, "here-1", endpoints) == "http://127.0.0.1:8080");
  CHECK(base_url(Service::identity, "us-ashburn-1", endpoints) == "https://private.example");
  CHECK(base_url(Service::core, "sa-bogota-1", endpoints) ==
        "https://iaas.sa-bogota-1.oraclecloud.com");
}

TEST_CASE("A base URL is checked") {
  CHECK(base_url_problem("http://127.0.0.1:8080") == "");
  CHECK(base_url_problem("https://[::1]:8080/stub/") == "");
  for (const char* url :
       {"", "127.0.0.1", "ftp://x", "http://", "http:///x", "http://:80", "https://u:p@host",
        "https://host?x", "https://host#x", "https://ho st", "https://h\xc3\xa9"}) {
    CAPTURE(url);
    CHECK_FALSE(base_url_problem(url).empty());
  }
}

TEST_CASE("A child's environment holds what logins need, and nothing that changes a call") {
  const Environment user = {{"PATH", "/opt/bin"},
                            {"HOME", "/home/u"},
                            {"OCI_CLI_PASSPHRASE", "secret"},
                            {"OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"},
                            {"OCI_CLI_ENDPOINT", "http://evil"},
                            {"OCI_CLI_AUTO_PROMPT", "True"},
                            {"OCI_CLI_RC_FILE", "/evil"},
                            {"OCI_CLI_CONFIG_FILE", "/read/by/us"},
                            {"LC_ALL", "POSIX"},
                            {"PYTHONIOENCODING", "ascii"},
                            {"LD_PRELOAD", "/evil.so"}};
  const auto variables = child_environment(user, "migledger/1");
  const auto has = [&](std::string_view entry) {
    return std::ranges::find(variables, entry) != variables.end();
  };
  CHECK(has("PATH=/opt/bin"));
  CHECK(has("HOME=/home/u"));
  CHECK(has("OCI_CLI_PASSPHRASE=secret"));
  CHECK(has("OCI_RESOURCE_PRINCIPAL_VERSION=2.2"));
  CHECK(has("LC_ALL=C.UTF-8"));
  CHECK(has("PYTHONIOENCODING=utf-8"));
  CHECK(has("OCI_SDK_APPEND_USER_AGENT=migledger/1"));
  for (const char* name : {"OCI_CLI_ENDPOINT=", "OCI_CLI_AUTO_PROMPT=", "OCI_CLI_RC_FILE=",
                           "LD_PRELOAD=", "OCI_CLI_CONFIG_FILE="})
    CHECK(std::ranges::none_of(variables,
                               [&](const std::string& entry) { return entry.starts_with(name); }));
  CHECK(std::ranges::count_if(variables, [](const std::string& entry) {
          return entry.starts_with("PYTHONIOENCODING=");
        }) == 1);
}

TEST_CASE("The proxy follows the usual variables") {
  const Environment user = {{"https_proxy", "http://u:p@proxy:3128"},
                            {"no_proxy", "localhost, .internal.example,10.0.0.1:8443"}};
  const std::string proxy = "http://u:p@proxy:3128";
  CHECK(proxy_for("https://iaas.us-ashburn-1.oraclecloud.com", user) == proxy);
  CHECK(proxy_for("https://iaas.internal.example/x", user) == "");
  CHECK(proxy_for("https://INTERNAL.example", user) == "");
  CHECK(proxy_for("https://notinternal.example", user) == proxy);
  CHECK(proxy_for("https://10.0.0.1:8443/x", user) == "");
  CHECK(proxy_for("https://10.0.0.1/x", user) == proxy);
  CHECK(proxy_for("http://anything", user) == "");
  CHECK(proxy_for("https://x", {{"HTTPS_PROXY", proxy}, {"NO_PROXY", "*"}}) == "");
  CHECK(proxy_for("https://x", {}) == "");
}

TEST_CASE("Programs are found by PATH, and only executable files") {
  const Scratch scratch;
  scratch.write("bin/tool", "#!/bin/sh\n", true);
  scratch.write("plain/tool", "text", false);
  std::filesystem::create_directory(scratch.path("folders"));
  std::filesystem::create_directory(scratch.path("folders/tool"));
  const Environment user = {{"PATH", "bin:" + scratch.path("plain") + ":" +
                                         scratch.path("folders") + "::" + scratch.path("bin")},
                            {"HOME", scratch.path("")}};
  CHECK(find_program("tool", user) == scratch.path("bin/tool"));
  CHECK(find_program(scratch.path("bin/tool"), user) == scratch.path("bin/tool"));
  CHECK(find_program(scratch.path("plain/tool"), user) == "");
  CHECK(find_program("~/bin/tool", user) == scratch.path("") + "/bin/tool");
  CHECK(find_program("no-such-tool", user) == "");
  CHECK(find_program("", user) == "");
}

// What a configuration file is refused with.
std::string refusal_of(const std::string& text, const std::string& auth = "") {
  const Scratch scratch;
  const std::string file = scratch.write("config", text, false);
  try {
    const OciLogin login = read_login(file, "", auth, {{"HOME", scratch.path("")}});
    CHECK(login.tenancy == "T");
  } catch (const SetupError& error) {
    CHECK(error.kind == SetupErrorKind::credentials);
    std::string what = error.what();
    for (auto at = what.find(file); at != std::string::npos; at = what.find(file))
      what.replace(at, file.size(), "FILE");
    return what;
  }
  return "";
}

const std::string kGood = "user=U\nfingerprint=F\ntenancy=T\nregion=R\n";

TEST_CASE("A configuration that the oci program cannot read is refused with its line") {
  CHECK(refusal_of("[DEFAULT]\n" + kGood) == "");
  const auto begins = [](const std::string& text, const std::string& words) {
    CAPTURE(text);
    const std::string what = refusal_of(text);
    CHECK(what.substr(0, words.size()) == words);
    CHECK(what.find("oci setup config") != std::string::npos);
  };
  begins("\xEF\xBB\xBF[DEFAULT]\n" + kGood, "FILE, line 1: the file starts with a byte order mark");
  begins("[DEFAULT]\n" + kGood + "region=x\n",
         "FILE, line 6: \"region\" is given twice in [DEFAULT]; it stands in line 5, too");
  begins("[DEFAULT]\n" + kGood + "[A]\nx=1\n[A]\n", "FILE, line 8: the section [A] is given twice");
  begins("[DEFAULT]\n" + kGood + "# caf\xE9\n", "FILE, line 6: the line is not UTF-8");
  begins(kGood, "FILE, line 1: a line before the first section");
  begins("[DEFAULT\n" + kGood, "FILE, line 1: a line before the first section");
  begins("[DEFAULT]\nuser\n" + kGood, "FILE, line 2: expected \"key = value\"");
  begins("[DEFAULT]\n" + kGood + "key_content=x\n", "FILE, line 6: the oci program takes no key_c");
  begins("[DEFAULT]\n" + kGood + "log_requests=maybe\n", "FILE, line 6: log_requests takes");
  begins("[DEFAULT]\n" + kGood + "key_file=/100%/k.pem\n", "FILE, line 6: key_file has a \"%\"");
  begins("[DEFAULT]\n" + kGood + "key_file=k.pem\n", "FILE, line 6: key_file is a relative path");
  CHECK(refusal_of("[DEFAULT]\n" + kGood + "key_file=~/100%%/k.pem\nlog_requests=On\n") == "");
}

TEST_CASE("A file whose lines are indented is read") {
  CHECK(refusal_of("  [DEFAULT]\n  user=U\n  fingerprint=F\n  tenancy=T\n") == "");
  CHECK(refusal_of("[DEFAULT]\n\tuser=U\n\tfingerprint=F\n\ttenancy=T\n") == "");
  CHECK(refusal_of("[DEFAULT]\n  user=U\n  fingerprint=F\ntenancy=T\n") == "");
}

TEST_CASE("The profile of a session without a user is told apart") {
  const std::string text = "[DEFAULT]\nfingerprint=F\ntenancy=T\nsecurity_token_file=/t\n";
  CHECK(refusal_of(text).find("but a security_token_file: it is the profile of a session. Set "
                              "\"auth\": \"security_token\"") != std::string::npos);
  CHECK(refusal_of(text, "security_token") == "");
}

// What check_session() says of a token; the file is shown as FILE.
std::string refusal_of_token(const std::string& text, Time now = {}) {
  const Scratch scratch;
  OciLogin login;
  login.profile = "P";
  login.auth = "security_token";
  login.security_token_file = scratch.write("token", text, false);
  try {
    check_session(login, now);
  } catch (const SetupError& error) {
    CHECK(error.kind == SetupErrorKind::credentials);
    const std::string what = error.what();
    CHECK(what.ends_with("; run: oci session authenticate"));
    CHECK((text.size() < 10 || what.find(text) == std::string::npos));  // it is a secret
    return what;
  }
  return "";
}

// {"alg":"RS256"}, {"exp":2000000000}, and a signature.
const std::string kToken = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjIwMDAwMDAwMDB9.c2lnbmF0dXJl";

TEST_CASE("A token that the oci program cannot read is refused") {
  CHECK(refusal_of_token(kToken) == "");
  const auto holds = [](const std::string& text, const std::string& words) {
    CAPTURE(text);
    CHECK(refusal_of_token(text).find(words) != std::string::npos);
  };
  holds(kToken + "\n", "it ends with a line end");
  holds(kToken + "\r\n", "it ends with a line end");
  holds(kToken + "\n" + kToken, "it has more than one line");
  holds(kToken + " ", "it has white space in it");
  holds("\xEF\xBB\xBF" + kToken, "it has a character that no token has");
  holds("", "it is empty");
  holds("token", "it is no token: that has three parts");
  holds("eyJhbGciOiJSUzI1NiJ9.c2ln.c2ln", "its second part is no JSON object");
  holds("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "it does not say when the session ends");
}

TEST_CASE("A session that is over is refused, and one that ends later is not") {
  const Time end(std::chrono::seconds(2'000'000'000));
  CHECK(refusal_of_token(kToken, end) == "");
  CHECK(refusal_of_token(kToken, end + std::chrono::seconds(1))
            .find("the session of profile P ended") == 0);
}

TEST_CASE("The file of a token must be there, by its whole path") {
  OciLogin login;
  login.auth = "security_token";
  CHECK_THROWS_WITH(check_session(login, {}),
                    Catch::Contains("no value for \"security_token_file\""));
  login.security_token_file = "token";
  CHECK_THROWS_WITH(check_session(login, {}), Catch::Contains("is a relative path"));
  login.security_token_file = "/no/such/token";
  CHECK_THROWS_WITH(check_session(login, {}), Catch::Contains("cannot read /no/such/token"));
  login.auth = "api_key";
  check_session(login, {});
}

constexpr const char* kConfig =
    "[DEFAULT]\nuser=U\ntenancy=T\nfingerprint=F\nkey_file=/no/such/key\nregion=R\n"
    "[HALF]\nuser=\n[SESSION]\nsecurity_token_file=/x\n";

TEST_CASE("The login comes from options, then the environment, then the file") {
  const Scratch scratch;
  scratch.write("home/.oci/config", kConfig, false);
  Environment user = {{"HOME", scratch.path("home")}};
  const OciLogin login = read_login("", "", "", user);
  CHECK(login.config_file == scratch.path("home/.oci/config"));
  CHECK(login.profile == "DEFAULT");
  CHECK(login.auth == "api_key");
  CHECK(login.tenancy == "T");
  CHECK(login.user == "U");
  CHECK(login.fingerprint == "F");
  CHECK(login.region == "R");

  user["OCI_CLI_PROFILE"] = "SESSION";
  user["OCI_CLI_AUTH"] = "security_token";
  user["OCI_CLI_USER"] = "U2";
  CHECK(read_login("", "", "", user).profile == "SESSION");
  CHECK(read_login("", "", "", user).auth == "security_token");
  CHECK(read_login("", "", "", user).user == "U2");
  CHECK(read_login("", "DEFAULT", "api_key", user).profile == "DEFAULT");
  CHECK(read_login("", "DEFAULT", "api_key", user).auth == "api_key");
}

TEST_CASE("A login that cannot work is refused, and says what to do") {
  const Scratch scratch;
  scratch.write("home/.oci/config", kConfig, false);
  const Environment user = {{"HOME", scratch.path("home")}};
  const auto refused = [&](const std::string& file, const std::string& profile) {
    try {
      read_login(file, profile, "", user);
    } catch (const SetupError& error) {
      CHECK(error.kind == SetupErrorKind::credentials);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(refused(scratch.path("absent"), "").find("No such file") != std::string::npos);
  CHECK(refused("", "NOPE").find("no profile \"NOPE\"") != std::string::npos);
  CHECK(refused("", "NOPE").find("which has DEFAULT, HALF, SESSION;") != std::string::npos);
  CHECK(refused("", "HALF").find("no value for \"user\"") != std::string::npos);
  CHECK(refused(scratch.path("home"), "") != "accepted");  // a folder
}

TEST_CASE("No configuration file is needed for principals of the cloud or a full environment") {
  const Scratch scratch;
  Environment user = {{"HOME", scratch.path("home")}};
  CHECK(read_login("", "", "instance_principal", user).config_file.empty());
  CHECK_THROWS_AS(read_login("", "", "", user), SetupError);
  for (const char* name : {"USER", "TENANCY", "FINGERPRINT", "KEY_CONTENT"})
    user["OCI_CLI_" + std::string(name)] = name;
  const OciLogin login = read_login("", "", "", user);
  CHECK(login.config_file.empty());
  CHECK(login.tenancy == "TENANCY");
}

workflow::Request a_request() {
  workflow::Request request;
  request.region = "us-ashburn-1";
  request.method = "POST";
  request.path = "/20160918/images";
  request.query = "a=b%20c";
  request.body = R"({"uri": "https://secret-url"})";
  request.retry_token = "token";
  request.if_none_match = "*";
  request.request_id = "ID";
  return request;
}

TEST_CASE("A call has the documented form, and no secret in its arguments") {
  const OciLogin login{"/c", "P", "api_key", "T", "U", "F", "R", ""};
  const RawCall call = make_raw_call(a_request(), "https://host", "http://u:password@proxy", login);
  CHECK(call.target == "https://host/20160918/images?a=b%20c");
  CHECK(call.arguments ==
        std::vector<std::string>{"--config-file",
                                 "/c",
                                 "--profile",
                                 "P",
                                 "--auth",
                                 "api_key",
                                 "--cli-rc-file",
                                 "/dev/fd/5",
                                 "--region",
                                 "us-ashburn-1",
                                 "--max-retries",
                                 "1",
                                 "--request-id",
                                 "ID",
                                 "raw-request",
                                 "--http-method",
                                 "POST",
                                 "--target-uri",
                                 "https://host/20160918/images?a=b%20c",
                                 "--request-headers",
                                 R"({"opc-retry-token":"token","if-none-match":"*"})",
                                 "--request-body",
                                 "file:///dev/fd/3"});
  CHECK(call.body == R"({"uri": "https://secret-url"})");
  CHECK(call.rc == "[OCI_CLI_SETTINGS]\nproxy=http://u:password@proxy\n");
}

TEST_CASE("What a request lacks is not in the call") {
  workflow::Request request;
  request.region = "r";
  request.path = "/x";
  const RawCall call =
      make_raw_call(request, "http://h", "", OciLogin{"", "P", "A", "", "", "", "", ""});
  for (const char* name : {"--config-file", "--request-body", "--request-headers", "--request-id"})
    CHECK(std::ranges::find(call.arguments, name) == call.arguments.end());
  CHECK(call.rc.empty());
  CHECK(call.target == "http://h/x");
}

}  // namespace
}  // namespace migledger::adapters
