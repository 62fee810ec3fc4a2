#include "cli/rehearse/sim_serve.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <ostream>
#include <set>

#include "adapters/config/config.h"
#include "adapters/config/text/text_file.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/regions.h"
#include "adapters/sim_http/server.h"
#include "adapters/sim_http/signature.h"
#include "adapters/sim_http/speed.h"
#include "adapters/system_clock.h"
#include "cli/base/usage_error.h"
#include "cli/session/sim_faults.h"

namespace migledger::cli {

namespace {

namespace sim = adapters::sim;
namespace sim_http = adapters::sim_http;

constexpr std::size_t kMaxKeyBytes = 64 * 1024;

sim_http::Listening listening_of(const std::string& text) {
  sim_http::Listening one;
  const auto equals = text.find('=');
  one.region = text.substr(0, equals);
  if (!sim::is_region_name(one.region))
    throw UsageError(fmt::format(
        "--region {}: \"{}\" is no region; expected NAME or NAME=PORT, as in us-ashburn-1=8001",
        text, one.region));
  if (equals == std::string::npos) return one;
  const std::string_view port = std::string_view(text).substr(equals + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), one.port);
  if (error != std::errc() || end != port.data() + port.size())
    throw UsageError(fmt::format("--region {}: \"{}\" is no port from 0 to 65535", text, port));
  return one;
}

std::vector<sim_http::Listening> listening_of(const std::vector<std::string>& texts) {
  std::vector<sim_http::Listening> out;
  std::set<std::string> names;
  for (const std::string& text : texts) {
    out.push_back(listening_of(text));
    if (!names.insert(out.back().region).second)
      throw UsageError(fmt::format("--region {}: {} is given twice", text, out.back().region));
  }
  return out;
}

// All regions that the tenancy is subscribed to, each on a free port.
std::vector<sim_http::Listening> all_regions(const sim::Tenancy& tenancy) {
  std::vector<sim_http::Listening> out;
  for (const std::string& name : tenancy.regions()) out.push_back({name, 0});
  if (out.empty())
    throw UsageError("this tenancy has no region yet: give --region NAME=PORT or --provision FILE");
  return out;
}

// A key id has a "/" or begins with "ST$", which a path before "=" hardly does.
std::pair<std::string, std::string> key_and_file(const std::string& text) {
  const auto equals = text.find('=');
  const std::string before = text.substr(0, std::min(equals, text.size()));
  if (equals == std::string::npos || !(before.starts_with("ST$") || before.starts_with("ocid1.")))
    return {"", text};
  return {before, text.substr(equals + 1)};
}

sim_http::PublicKeys registered_keys(const SimServeOptions& options) {
  const std::string directory = options.state + "/keys";
  try {
    for (const std::string& text : options.public_keys) {
      const auto [key_id, file] = key_and_file(text);
      try {
        sim_http::keep_key(directory, adapters::read_text_file(file, kMaxKeyBytes), key_id);
      } catch (const std::runtime_error& e) {
        throw UsageError(fmt::format("--public-key {}: {}", file, e.what()));
      }
    }
    sim_http::PublicKeys keys = sim_http::load_keys(directory);
    if (keys.empty())
      throw UsageError(
          "nobody could sign a request: give --public-key FILE, the public half of the key in "
          "~/.oci/config, or --no-auth");
    return keys;
  } catch (const sim_http::KeyError& e) {
    throw UsageError(e.what());
  }
}

}  // namespace

int run_sim_serve(const SimServeOptions& options, std::ostream& out, std::ostream& err) {
  if (!(options.speed > 0)) throw UsageError("--speed must be a number above 0");
  std::vector<sim_http::Listening> listen = listening_of(options.regions);
  std::vector<adapters::Config> configs;
  for (const std::string& file : options.provision) configs.push_back(adapters::load_config(file));

  adapters::SystemClock clock;
  sim::TenancyOptions tenancy_options;
  tenancy_options.seed = options.seed;
  tenancy_options.start = clock.now();
  for (const auto& one : listen) tenancy_options.regions.push_back(one.region);
  tenancy_options.bucket_objects = options.objects.value_or(tenancy_options.bucket_objects);
  tenancy_options.writes_for = Duration(static_cast<std::int64_t>(options.writes_for * 1e6));
  if (!options.faults.empty()) tenancy_options.faults = read_faults("--faults", options.faults);
  sim_http::accelerate(tenancy_options, options.speed);

  const auto store = sim::open_disk_store(options.state);
  sim::Tenancy tenancy(tenancy_options, store.get());
  // Its time would stand still until the clients' time caught up.
  if (tenancy.clock() > clock.now() + sim_http::kDateSkew)
    throw UsageError(fmt::format(
        "the clock of the simulated tenancy in {} is at {}, ahead of real time, because "
        "`migledger run --cloud sim` accelerated it: serve a tenancy of its own",
        options.state, format_utc(tenancy.clock())));
  for (const auto& config : configs)
    for (const auto& migration : config.plan.migrations) tenancy.provision(migration);
  if (listen.empty()) listen = all_regions(tenancy);
  std::optional<sim_http::PublicKeys> keys;
  if (!options.no_auth) keys = registered_keys(options);

  sim_http::Front front(tenancy, clock, std::move(keys));
  try {
    sim_http::Server server(front, options.address, listen);
    server.stop_on_signals([&err] { err << "migledger: ending the requests under way\n"; });
    const std::string host = options.address.find(':') == std::string::npos
                                 ? options.address
                                 : "[" + options.address + "]";
    out << "tenancy " << tenancy.tenancy_id() << "\n";
    for (const auto& one : server.listening())
      out << one.region << " http://" << host << ":" << one.port << "\n";
    out << "ready" << std::endl;
    server.run();
  } catch (const sim_http::ServerError& e) {
    throw UsageError(e.what());
  }
  return 0;
}

}  // namespace migledger::cli
