#include "cli/base/failure.h"

#include <fmt/format.h>
#include <kj/exception.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <exception>
#include <ostream>
#include <system_error>

#include "adapters/config/text/problem.h"
#include "adapters/oci_cli/login/setup_error.h"
#include "adapters/sim/world/faults.h"
#include "adapters/sim/world/state_store.h"
#include "cli/base/disk_advice.h"
#include "cli/base/json_text.h"
#include "cli/base/usage_error.h"
#include "ledger/base/errors.h"
#include "ledger/base/made_whole.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using ledger::LedgerErrorKind;

constexpr std::string_view kNoThread =
    "the system gives this user no more threads. Raise the limit (ulimit -u, or the limit of pids "
    "of the container or service), then run the same command again: nothing that was recorded is "
    "lost";

int code_of(ExitStatus status) { return static_cast<int>(status); }

ExitStatus status_of(LedgerErrorKind kind) {
  switch (kind) {
    case LedgerErrorKind::in_use:
      return ExitStatus::ledger_in_use;
    case LedgerErrorKind::missing:
      return ExitStatus::usage;
    case LedgerErrorKind::refused:
    case LedgerErrorKind::corrupt:
    case LedgerErrorKind::disk:
    case LedgerErrorKind::too_large:
      break;
  }
  return ExitStatus::ledger_refused;
}

ExitStatus status_of(adapters::SetupErrorKind kind) {
  switch (kind) {
    case adapters::SetupErrorKind::usage:
      return ExitStatus::usage;
    case adapters::SetupErrorKind::program:
    case adapters::SetupErrorKind::credentials:
      return ExitStatus::cloud_unreachable;
    case adapters::SetupErrorKind::system:
      break;
  }
  return ExitStatus::internal_error;
}

// Whether the error is one of files and disks.
bool is_of_disk(const std::error_code& error) {
  constexpr std::errc kOfDisk[] = {
      std::errc::no_space_on_device,    std::errc::file_too_large,
      std::errc::read_only_file_system, std::errc::io_error,
      std::errc::permission_denied,     std::errc::operation_not_permitted,
      std::errc::too_many_files_open,   std::errc::too_many_files_open_in_system,
      std::errc::is_a_directory,        std::errc::not_a_directory,
      std::errc::no_lock_available};
  return std::ranges::any_of(kOfDisk, [&](std::errc one) { return error == one; });
}

json::object json_of(const adapters::Problem& problem) {
  json::object object{{"file", json_text(problem.file)}};
  if (problem.line > 0) {
    object["line"] = problem.line;
    object["column"] = problem.column;
  }
  if (!problem.key.empty()) object["key"] = json_text(problem.key);
  object["message"] = json_text(problem.message);
  return object;
}

// A line at the lowest level: nothing may be allocated any more.
void write_line(std::string_view text) {
  for (const std::string_view part :
       {std::string_view("migledger: "), text, std::string_view("\n")})
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, part.data(), part.size());
}

[[noreturn]] void on_terminate() {
  std::string_view what =
      "it cannot go on. Perhaps the system gave it no more threads (ulimit -u), files (ulimit -n) "
      "or memory: see to that, then run the same command again: nothing that was recorded is lost";
  try {
    if (const auto current = std::current_exception()) std::rethrow_exception(current);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::resource_unavailable_try_again) what = kNoThread;
  } catch (const std::bad_alloc&) {
    what =
        "there is no more memory; run the same command again when there is: nothing that was "
        "recorded is lost";
  } catch (...) {
    // The words above must do.
  }
  write_line(what);
  ::_exit(code_of(ExitStatus::internal_error));
}

}  // namespace

int FailureReport::fail(ExitStatus status, std::string_view what, std::string_view advice) const {
  if (json_) {
    json::object object{{"error", json_text(what)}};
    if (!advice.empty()) object["advice"] = json_text(advice);
    object["exit_code"] = code_of(status);
    err_ << json::serialize(object) << "\n";
  } else {
    err_ << "migledger: " << printable(what, 4000) << "\n";
    if (!advice.empty()) err_ << "migledger: " << printable(advice, 4000) << "\n";
  }
  return code_of(status);
}

int FailureReport::guard(const std::function<int()>& command) const {
  try {
    return command();
  } catch (...) {
    return rethrown();
  }
}

int FailureReport::rethrown() const {
  try {
    throw;
  } catch (const UsageError& e) {
    return fail(ExitStatus::usage, e.what());
  } catch (const ledger::AlreadyThere& e) {
    return fail(ExitStatus::usage, e.what());
  } catch (const adapters::ConfigError& e) {
    if (json_) {
      json::object object{{"error", json_text(e.what())},
                          {"exit_code", code_of(ExitStatus::usage)}};
      auto& problems = object["problems"].emplace_array();
      for (const auto& problem : e.problems) problems.push_back(json_of(problem));
      err_ << json::serialize(object) << "\n";
    } else {
      for (const auto& problem : e.problems)
        err_ << "migledger: " << problem.text() << "\n";  // printable already
      if (e.left_out > 0) err_ << fmt::format("migledger: … and {} more\n", e.left_out);
    }
    return code_of(ExitStatus::usage);
  } catch (const adapters::sim::FaultsError& e) {
    return fail(ExitStatus::usage, e.what());
  } catch (const ledger::LedgerError& e) {
    return fail(status_of(e.kind), e.what(),
                e.kind == LedgerErrorKind::disk ? disk_advice(e.what()) : std::string());
  } catch (const adapters::SetupError& e) {
    return fail(status_of(e.kind), e.what());
  } catch (const adapters::sim::StateError& e) {
    using adapters::sim::StateErrorKind;
    return fail(e.kind == StateErrorKind::in_use    ? ExitStatus::ledger_in_use
                : e.kind == StateErrorKind::missing ? ExitStatus::usage
                                                    : ExitStatus::ledger_refused,
                e.what(), e.kind == StateErrorKind::disk ? disk_advice(e.what()) : std::string());
  } catch (const kj::Exception& e) {
    return fail(ExitStatus::ledger_refused,
                std::string("an event of the ledger cannot be read: ") + e.getDescription().cStr());
  } catch (const std::system_error& e) {
    if (is_of_disk(e.code()))
      return fail(ExitStatus::ledger_refused, e.what(), disk_advice(e.what()));
    if (e.code() == std::errc::resource_unavailable_try_again)
      return fail(ExitStatus::internal_error,
                  std::string("a thread or process cannot be started: ") + e.what(), kNoThread);
    return fail(ExitStatus::internal_error, e.what());
  } catch (const std::bad_alloc&) {
    return fail(
        ExitStatus::internal_error,
        "there is no more memory; run the same command again when there is: nothing that was "
        "recorded is lost");
  } catch (const std::exception& e) {
    return fail(ExitStatus::internal_error, e.what());
  }
}

void end_on_terminate() { std::set_terminate(on_terminate); }

}  // namespace migledger::cli
