// Requests to `sim serve`, one after the other, with time going on between them; what the tenancy
// has done by then is what it finds again when it is opened anew.
// The input: requests as they are sent, between lines "~~". In them, ${ns} is the object storage
// namespace, ${id} the id in the latest reply that had one; a header "x-after" lets so many seconds
// pass before.
#include <boost/json.hpp>
#include <charconv>

#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/state_store.h"
#include "adapters/sim_http/front.h"
#include "adapters/sim_http/signature.h"
#include "tests/fuzz/target.h"
#include "tests/support/sample_migration.h"

namespace migledger::fuzz {

namespace {

using namespace adapters::sim_http;

constexpr std::size_t kMostRequests = 12;
const Time kStart(std::chrono::seconds(1'800'000'000));

class Standing : public workflow::Clock {
 public:
  Time now() override { return time; }
  Duration elapsed() override { return time.time_since_epoch(); }
  Time time = kStart;
};

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  constexpr std::size_t kMost = 16;
  std::size_t at = 0;
  for (std::size_t n = 0; n < kMost && (at = text.find(what, at)) != std::string::npos; ++n) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

// As Beast hands requests over: a method, a target, headers of one line, names in lower case.
HttpRequest parse(std::string_view text) {
  HttpRequest request;
  std::string_view line = take_line(text);
  const auto space = std::min(line.find(' '), line.size());
  for (const char c : line.substr(0, space))
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-') request.method += c;
  line.remove_prefix(std::min(space + 1, line.size()));
  request.target = line.substr(0, line.find(' '));
  while (!text.empty()) {
    line = take_line(text);
    if (line.empty()) break;
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    std::string name(line.substr(0, colon));
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    request.headers.emplace_back(std::move(name), line.substr(colon + 2));
  }
  request.body = text;
  return request;
}

Duration pause_of(const HttpRequest& request) {
  const std::string after = request.header("x-after");
  unsigned seconds = 0;
  std::from_chars(after.data(), after.data() + after.size(), seconds);
  constexpr unsigned kWeek = 7 * 24 * 3600;
  return std::chrono::seconds(seconds % kWeek);
}

// Of a key whose private half nobody has kept.
constexpr std::string_view kPublicKey = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5ox4sthRtJyLxcHl8xIN
8vYIJ2R47/jm+T9opsz2mi9l7E6GPU8VP8Rn+Z/nh136AuvLfYDKl5zfrcroKz1s
0/G7nqGNhu9zahWRQT75m0KZv193dt1wN51zqDMU8zckm8TgrPuETUes1zzhpQO7
7w0hibJCqI9Ps5BG7OJuswiwGDFadLCp7ZTYL8RTFRItVQGEvXKlpgVipByPcnw8
VriOuzK+GVrhaL/JI21ufZEvWGAo8JZAl1iJkG9LXVO1khXqOc6QsrzVmJH3uKbo
7fkwP45wxc7NhSErZgFDCs7ijsiujaMLktXLAR5lzu12aGLlVXQR5KPy8Iu+Nr9z
JwIDAQAB
-----END PUBLIC KEY-----
)";

const PublicKeys& known_keys() {
  static const PublicKeys keys = [] {
    PublicKeys made;
    made.add(kPublicKey, "key");
    return made;
  }();
  return keys;
}

// A key id that is known, so that the rest of the signature is looked at.
void check_signature(HttpRequest request, Time now) {
  promise(!signature_problem(request, known_keys(), now).empty(), "nothing unsigned is taken");
  request.headers.emplace_back("date", format_http_date(now));
  request.headers.emplace_back("host", "h");
  promise(!signature_problem(request, known_keys(), now).empty(), "nothing forged is taken");
}

std::string id_in(const std::string& body) {
  boost::json::error_code bad;
  const auto value = boost::json::parse(body, bad);
  if (bad || !value.is_object()) return {};
  const auto* id = value.get_object().if_contains("id");
  return id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string();
}

void promise_reply(const HttpReply& reply) {
  boost::json::error_code bad;
  boost::json::parse(reply.body, bad);
  promise(reply.status < 400 || reply.body.empty() || !bad, "a refusal is JSON");
  promise(reply.status >= 200 && reply.status <= 599, "a reply has a status");
  if (reply.status == 500)
    promise(reply.body.find("InternalError") != std::string::npos, "a 500 is one that OCI has");
  for (const auto& [name, value] : reply.headers) {
    promise(name.find_first_of("\r\n: ") == std::string::npos, "a header has a name");
    promise(value.find_first_of("\r\n") == std::string::npos, "a header is one line");
  }
}

}  // namespace

void fuzz_http(std::string_view bytes) {
  adapters::sim::MemoryStore kept;
  adapters::sim::TenancyOptions options;
  options.start = kStart;
  options.data_volumes = 1;
  options.bucket_objects = 3;
  adapters::sim::Tenancy tenancy(options, &kept);
  tenancy.provision(testing::sample_migration("web"));
  Standing clock;
  Front front(tenancy, clock, std::nullopt);

  std::string id;
  std::size_t count = 0;
  for (const auto part : parts_of(bytes)) {
    if (++count > kMostRequests) break;
    std::string text(part);
    replace_all(text, "${ns}", tenancy.object_namespace());
    replace_all(text, "${id}", id);
    HttpRequest request = parse(text);
    clock.time += pause_of(request);
    check_signature(request, clock.time);
    for (const char* region : {"us-ashburn-1", "sa-bogota-1"}) {
      const bool target = !request.header("x-target").empty();
      if (target != (std::string_view(region) == "sa-bogota-1")) continue;
      const auto outcome = front.serve(region, request);
      promise(outcome.ending == adapters::sim_http::Outcome::Ending::replied,
              "without faults, every request gets a reply");
      promise_reply(outcome.reply);
      if (std::string made = id_in(outcome.reply.body); !made.empty()) id = std::move(made);
    }
  }
  const std::string report = tenancy.report();
  boost::json::error_code bad;
  boost::json::parse(report, bad);
  promise(!bad, "the report is JSON");
  const adapters::sim::Tenancy reopened(options, &kept);
  promise(reopened.report() == report, "what was done is found again");
}

}  // namespace migledger::fuzz
