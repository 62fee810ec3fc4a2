// workflow::Cloud through the oci program, the one the user has set up: it signs, with whatever
// authentication it is configured for. One process a call. See raw_request.h for the call,
// raw_reply.h for the words of a Reply's error, launcher.h for how processes are started and ended.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>

#include "adapters/oci_cli/login/endpoints.h"
#include "adapters/oci_cli/login/environment.h"
#include "adapters/oci_cli/login/oci_config.h"
#include "adapters/oci_cli/login/setup_error.h"
#include "adapters/oci_cli/program/children_lock.h"
#include "adapters/oci_cli/program/launcher.h"
#include "workflow/cloud/cloud.h"

namespace migledger::adapters {

struct OciCliOptions {
  std::string program = "oci";  // a name to be found in PATH, or a path
  std::string config_file;      // empty: OCI_CLI_CONFIG_FILE, else ~/.oci/config
  std::string profile;          // empty: OCI_CLI_PROFILE, else DEFAULT
  std::string auth;             // empty: OCI_CLI_AUTH, else api_key
  std::size_t parallel = 0;     // calls at once; 0: one a processor, at most 8
  ledger::Fields endpoints;     // region → base URL, for all services
  std::string children_lock;    // the file <ledger>/children.lock; its folder must exist
  std::string user_agent = "migledger";
  Environment environment;  // the user's
  std::chrono::milliseconds call_timeout{120'000};
  std::chrono::milliseconds term_grace{3'000};
  std::chrono::milliseconds drain_timeout{2'000};
};

// A private, empty working directory (0700), removed with all it then holds.
class PrivateDirectory {
 public:
  // In TMPDIR, else /tmp. Throws SetupError (system).
  explicit PrivateDirectory(const Environment& environment);
  ~PrivateDirectory();
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class OciCli final : public workflow::Cloud {
 public:
  // Throws SetupError when the program or the login cannot be used, and std::system_error when the
  // system gives no files. Deadlines of next() are on `clock`, which must outlive this.
  OciCli(OciCliOptions options, workflow::Clock& clock);

  workflow::CloudIdentity identity() const override;
  std::size_t capacity() const override;

  // Throws std::logic_error when capacity() is 0. What cannot be sent (an unknown region without an
  // endpoint, no descriptors) completes as not_sent.
  void start(workflow::CallId call, workflow::Request request) override;

  std::optional<workflow::Completion> next(Time deadline) override;
  void interrupt() override;

  // Our own calls count, too: ask before the first. interrupt() ends the wait.
  std::string quiesce(Duration patience) override;

  // Calls under way complete as unknown.
  void abandon() override;

 private:
  workflow::Completion completion_of(const ChildEnd& end);

  OciCliOptions options_;
  workflow::Clock& clock_;
  std::string program_;
  OciLogin login_;
  std::vector<std::string> child_environment_;
  ChildrenLock lock_;
  PrivateDirectory directory_;
  Launcher launcher_;
  std::map<workflow::CallId, std::string> targets_;  // of calls under way
  std::deque<workflow::Completion> early_;           // known before next() asked
};

}  // namespace migledger::adapters
