#include "adapters/oci_cli/oci_cli.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "adapters/oci_cli/login/text.h"
#include "adapters/oci_cli/program/raw_reply.h"
#include "adapters/oci_cli/program/raw_request.h"

namespace migledger::adapters {

namespace {

using workflow::Completion;
using workflow::Reply;
using SteadyClock = std::chrono::steady_clock;

// A wait is cut into pieces, so that a clock that was set is noticed.
constexpr std::chrono::seconds kLongestWait{30};
constexpr std::chrono::milliseconds kLockPoll{20};

std::string find_or_refuse(const std::string& program, const Environment& user) {
  std::string path = find_program(program, user);
  if (path.empty())
    throw SetupError(
        SetupErrorKind::program,
        "cannot find the program \"" + printable_line(program) +
            "\", or it is not executable. Install Oracle's command line, for instance with: "
            "python3 -m venv ~/oci-cli && ~/oci-cli/bin/pip install oci-cli, and put "
            "~/oci-cli/bin into PATH; or say where it is with oci.program");
  return path;
}

OciCliOptions checked(OciCliOptions options) {
  if (options.parallel == 0)
    options.parallel = std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
  options.endpoints.for_each([](std::string_view region, std::string_view url) {
    const std::string problem = base_url_problem(url);
    if (!problem.empty())
      throw SetupError(SetupErrorKind::usage, "endpoints, " + printable_line(region) + ": \"" +
                                                  printable_line(url) +
                                                  "\" is no base URL: " + problem);
  });
  return options;
}

OciLogin checked_login(const OciCliOptions& options, Time now) {
  OciLogin login =
      read_login(options.config_file, options.profile, options.auth, options.environment);
  check_session(login, now);
  return login;
}

// Text a child reads from a descriptor: never in a file system, never in an argument.
UniqueFd memory_file(const char* name, std::string_view text) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd) throw std::system_error(errno, std::generic_category(), "memfd_create");
  while (!text.empty()) {
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "cannot fill a memory file");
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fd;
}

Reply not_sent(std::string error) {
  Reply reply;
  reply.delivery = Reply::Delivery::not_sent;
  reply.error = std::move(error);
  return reply;
}

Reply reply_of(const ChildEnd& end, std::string_view target) {
  if (!end.spawn_error.empty()) return not_sent("program: " + printable_line(end.spawn_error));
  RawRun run;
  run.exit_code = end.exit_code;
  run.signal = end.signal;
  run.out = end.out;
  run.err = end.err;
  run.out_cut = end.out_cut;
  run.timed_out = end.timed_out;
  run.abandoned = end.abandoned;
  run.target = target;
  return parse_raw_request(run);
}

}  // namespace

PrivateDirectory::PrivateDirectory(const Environment& environment) {
  const std::string_view parent = variable(environment, "TMPDIR");
  path_ = std::string(parent.empty() ? "/tmp" : parent) + "/migledger-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr)
    throw SetupError(SetupErrorKind::system, "cannot make a working directory " + path_ + ": " +
                                                 std::generic_category().message(errno) +
                                                 "; set TMPDIR to another place");
}

PrivateDirectory::~PrivateDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

OciCli::OciCli(OciCliOptions options, workflow::Clock& clock)
    : options_(checked(std::move(options))),
      clock_(clock),
      program_(find_or_refuse(options_.program, options_.environment)),
      login_(checked_login(options_, clock_.now())),
      child_environment_(child_environment(options_.environment, options_.user_agent)),
      lock_(options_.children_lock),
      directory_(options_.environment) {}

workflow::CloudIdentity OciCli::identity() const {
  workflow::CloudIdentity identity;
  identity.kind = "oci";
  identity.transport = "oci-cli";
  identity.tenancy = login_.tenancy;
  identity.principal = login_.user.empty() ? login_.profile : login_.user;
  identity.auth_kind = login_.auth;
  identity.key_fingerprint = login_.fingerprint;
  identity.endpoints = options_.endpoints;
  return identity;
}

std::size_t OciCli::capacity() const {
  return options_.parallel - std::min(options_.parallel, launcher_.running());
}

Completion OciCli::completion_of(const ChildEnd& end) {
  const auto target = targets_.extract(end.id);
  return {end.id, reply_of(end, target ? target.mapped() : std::string())};
}

void OciCli::start(workflow::CallId call, workflow::Request request) {
  if (capacity() == 0)
    throw std::logic_error("start() beyond capacity(): " + std::to_string(options_.parallel) +
                           " calls are under way");
  const auto base = base_url(request.service, request.region, options_.endpoints);
  if (!base) {
    early_.push_back({call, not_sent("usage: the region \"" + printable_line(request.region) +
                                     "\" is not in the table of regions; correct its name, or give "
                                     "its base URL under endpoints")});
    return;
  }
  const RawCall raw = make_raw_call(request, *base, proxy_for(*base, options_.environment), login_);
  try {
    const UniqueFd lock = lock_.share();
    const UniqueFd rc = memory_file("oci-settings", raw.rc);
    UniqueFd body;
    ChildSpec spec;
    spec.inherited = {{lock.get(), kLockFd}, {rc.get(), kRcFd}};
    if (!raw.body.empty()) {
      body = memory_file("request-body", raw.body);
      spec.inherited.push_back({body.get(), kBodyFd});
    }
    spec.program = program_;
    spec.arguments = raw.arguments;
    spec.environment = child_environment_;
    spec.directory = directory_.path();
    spec.limits.wall_clock = options_.call_timeout;
    spec.limits.term_grace = options_.term_grace;
    spec.limits.drain = options_.drain_timeout;
    targets_[call] = raw.target;
    launcher_.start(call, spec);
  } catch (const std::system_error& error) {
    early_.push_back({call, not_sent("program: " + printable_line(error.what()))});
  }
}

std::optional<Completion> OciCli::next(Time deadline) {
  for (;;) {
    if (!early_.empty()) {
      Completion completion = std::move(early_.front());
      early_.pop_front();
      return completion;
    }
    // Compared first: the distance to a deadline like Time::min() is no Duration.
    const Time now = clock_.now();
    const Duration left = deadline > now ? deadline - now : Duration::zero();
    const auto until = SteadyClock::now() + std::min<Duration>(left, kLongestWait);
    if (const auto end = launcher_.wait(until)) return completion_of(*end);
    const bool interrupted = SteadyClock::now() < until;
    if (interrupted || clock_.now() >= deadline) return std::nullopt;
  }
}

void OciCli::interrupt() { launcher_.interrupt(); }

std::string OciCli::quiesce(Duration patience) {
  const auto deadline = SteadyClock::now() + patience;
  while (!lock_.is_free()) {
    const auto until = std::min(SteadyClock::now() + kLockPoll, deadline);
    bool interrupted = false;
    if (const auto end = launcher_.wait(until)) {
      early_.push_back(completion_of(*end));
    } else {
      interrupted = SteadyClock::now() < until;
    }
    if (interrupted) launcher_.interrupt();  // for the next() that the caller meant
    if (interrupted || SteadyClock::now() >= deadline) return lock_.holders();
  }
  return {};
}

void OciCli::abandon() { launcher_.kill_all(); }

}  // namespace migledger::adapters
