// Ports of the executor: the cloud and the clock. The executor is one event loop; a cloud never
// blocks it but in next().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/time.h"
#include "ledger/event/fields.h"
#include "workflow/cloud/request.h"

namespace migledger::workflow {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;  // UTC; jumps when somebody sets the clock
  // The time that has passed since some fixed moment. Setting the clock does not change it.
  virtual Duration elapsed() = 0;
};

using CallId = std::uint64_t;

struct Completion {
  CallId call = 0;
  Reply reply;
};

// To whom requests go and as whom; recorded with every session, and what a ledger is bound to.
struct CloudIdentity {
  std::string kind;       // "oci" or "sim"
  std::string transport;  // "oci-cli", "sim"
  std::string tenancy;    // OCID; empty when it cannot be told without a call
  std::string principal;  // user OCID or profile name
  std::string auth_kind;
  std::string key_fingerprint;
  ledger::Fields endpoints;  // region → base URL, as configured
};

class Cloud {
 public:
  virtual ~Cloud() = default;

  virtual CloudIdentity identity() const = 0;

  // How many more calls may be started now. The executor starts no more than that.
  virtual std::size_t capacity() const = 0;

  // Starts a call; never blocks. Its completion comes from next(), exactly once. Placeholders in
  // the body are already filled in.
  virtual void start(CallId call, Request request) = 0;

  // The next completion, waiting for one until `deadline` on the clock that belongs to this cloud.
  // Nothing when the deadline passed or interrupt() was called.
  virtual std::optional<Completion> next(Time deadline) = 0;

  // Makes a next() that waits, or else the next one to wait, return at once. Callable from a
  // signal handler.
  virtual void interrupt() = 0;

  // Waits until no process started by an earlier session can still send anything. Returns what
  // still runs after `patience`, or empty.
  virtual std::string quiesce(Duration patience) = 0;

  // Ends all calls under way without waiting for their replies.
  virtual void abandon() = 0;
};

}  // namespace migledger::workflow
