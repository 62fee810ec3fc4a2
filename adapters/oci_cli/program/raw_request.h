// The one form in which the oci program is called:
//
//   oci [--config-file F] --profile P --auth A --cli-rc-file /dev/fd/5 --region R --max-retries 1
//       [--request-id ID] raw-request --http-method M --target-uri URL
//       [--request-headers '{"opc-retry-token":"…"}'] [--request-body file:///dev/fd/3]
//
// Arguments are public in the process list: the body, which may hold a secret, and the proxy, which
// may hold a password, come through descriptors. --max-retries 1 means one attempt in all; the
// program takes 0 for "not given" and sends a request up to 8 times then.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/oci_cli/login/oci_config.h"
#include "workflow/cloud/request.h"

namespace migledger::adapters {

// The descriptors a child gets.
constexpr int kBodyFd = 3;
constexpr int kLockFd = 4;  // the children's lock; see children_lock.h
constexpr int kRcFd = 5;    // the program's own settings, which would else come from ~/.oci

struct RawCall {
  std::string target;  // the URL
  std::vector<std::string> arguments;
  std::string body;  // empty: none
  std::string rc;    // the text of the settings file
};

// `base` as from base_url(); `proxy` as from proxy_for().
RawCall make_raw_call(const workflow::Request& request, std::string_view base,
                      std::string_view proxy, const OciLogin& login);

}  // namespace migledger::adapters
