// Front: HTTP requests as requests to the simulated tenancy, and its replies as HTTP. It knows no
// sockets and waits for nothing.
#pragma once

#include <optional>
#include <string>

#include "adapters/sim/tenancy.h"
#include "adapters/sim/wire.h"
#include "adapters/sim_http/http_message.h"
#include "adapters/sim_http/public_keys.h"
#include "workflow/cloud/cloud.h"

namespace migledger::adapters::sim_http {

class Front {
 public:
  // `tenancy` and `clock` must outlive this. Without `keys` nobody has to sign.
  Front(sim::Tenancy& tenancy, workflow::Clock& clock, std::optional<PublicKeys> keys);

  // What becomes of a request that was sent to `region`. Its effect is kept when this returns.
  // Throws sim::StateError when it could not be kept.
  Outcome serve(const std::string& region, const HttpRequest& request);

  // A refusal in OCI's form, {"code": …, "message": …}, with the date and a request id.
  HttpReply refusal(int status, std::string_view code, std::string_view message,
                    std::string_view request_id = {});

 private:
  std::string new_request_id();

  sim::Tenancy& tenancy_;
  workflow::Clock& clock_;
  sim::Wire wire_;
  const std::optional<PublicKeys> keys_;
  std::uint64_t ids_ = 0;
};

// The service that a path belongs to: all services of a region share one port. Nothing: none does.
std::optional<workflow::Service> service_of(std::string_view path);

}  // namespace migledger::adapters::sim_http
