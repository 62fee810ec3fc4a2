// What keeps the simulated tenancy from being served; that it serves is tested with the real oci
// program (tests/oci) and in tests/adapters/sim_http_server_test.cc.
#include <catch2/catch.hpp>
#include <sstream>

#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/state_store.h"
#include "adapters/system_clock.h"
#include "cli/base/usage_error.h"
#include "cli/rehearse/sim_serve.h"
#include "tests/support/temp_directory.h"

namespace migledger::cli {
namespace {

class Fixture {
 public:
  Fixture() {
    options.state = directory.file("state");
    options.regions = {"us-ashburn-1"};
    options.no_auth = true;
  }

  std::string refusal() {
    try {
      run_sim_serve(options, out, err);
    } catch (const UsageError& e) {
      return e.what();
    }
    return "served";
  }

  test::TempDirectory directory;
  SimServeOptions options;
  std::ostringstream out, err;
};

using Catch::Contains;

TEST_CASE_METHOD(Fixture, "Regions and ports are checked before anything is opened") {
  options.regions = {"ashburn"};
  CHECK_THAT(refusal(), Contains("\"ashburn\" is no region"));
  options.regions = {"us-ashburn-1=80000"};
  CHECK_THAT(refusal(), Contains("\"80000\" is no port"));
  options.regions = {"us-ashburn-1=", "sa-bogota-1"};
  CHECK_THAT(refusal(), Contains("\"\" is no port"));
  options.regions = {"us-ashburn-1=1", "us-ashburn-1=2"};
  CHECK_THAT(refusal(), Contains("given twice"));
  CHECK_FALSE(std::filesystem::exists(options.state));
}

TEST_CASE_METHOD(Fixture, "Without keys or --no-auth nothing is served") {
  options.no_auth = false;
  CHECK_THAT(refusal(), Contains("--public-key FILE") && Contains("--no-auth"));
  options.public_keys = {directory.write("key.pem", "no key")};
  CHECK_THAT(refusal(), Contains("key.pem") && Contains("no public key"));
  options.public_keys = {"ocid1.tenancy.oc1..a/ocid1.user.oc1..b/f=" + directory.file("none.pem")};
  CHECK_THAT(refusal(), Contains("--public-key " + directory.file("none.pem")));
}

TEST_CASE_METHOD(Fixture,
                 "A tenancy without regions, or with a clock ahead of time, is not served") {
  options.regions = {};
  CHECK_THAT(refusal(), Contains("no region yet"));
  {
    const auto store = adapters::sim::open_disk_store(options.state);
    adapters::sim::Tenancy tenancy({}, store.get());
    tenancy.keep_clock(adapters::SystemClock().now() + std::chrono::hours(1));
  }
  options.regions = {"us-ashburn-1"};
  CHECK_THAT(refusal(), Contains("ahead of real time"));
  CHECK(out.str().empty());
}

}  // namespace
}  // namespace migledger::cli
