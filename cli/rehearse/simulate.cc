#include "cli/rehearse/simulate.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "cli/base/exit_status.h"
#include "cli/base/usage_error.h"
#include "cli/simulation/universe/simulation.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

using simulation::SimulationOptions;
using simulation::SimulationResult;

SimulationOptions options_of(const SimulateCommand& command) {
  SimulationOptions options;
  options.workflow = command.workflow;
  options.migrations = command.migrations;
  options.steps = command.steps;
  options.on_rocksdb = command.on_rocksdb;
  for (const auto& name : command.without) {
    const auto kind = simulation::chaos_named(name);
    if (!kind) {
      std::string all;
      for (std::size_t i = 0; i < simulation::kChaosKinds; ++i)
        all.append(i == 0 ? "" : ", ").append(name_of(static_cast<simulation::Chaos>(i)));
      throw UsageError("--without: there is no kind of faults \"" + printable(name, 60) +
                       "\"; there are " + all);
    }
    options.without.set(static_cast<std::size_t>(*kind));
  }
  return options;
}

// So many seeds give every rule something to judge.
constexpr std::uint64_t kSeedsForAllRules = 1000;

// Rules that judged nothing, although they should have: with faults, workflows or runs left out,
// some have nothing to judge. Empty: none.
std::string idle_rules(const SimulateCommand& command, const simulation::Judgements& judgements) {
  const bool all_drawn = command.without.empty() && command.workflow.empty() &&
                         command.migrations == 0 && command.steps == 0;
  if (command.seeds < kSeedsForAllRules || !all_drawn) return {};
  return simulation::names_of_idle(judgements);
}

// What one process has done, in numbers that can be added.
struct Tally {
  std::uint64_t seeds = 0, failed = 0, runs = 0, kills = 0, events = 0, calls = 0, created = 0;
  std::int64_t simulated_micros = 0;
  simulation::Judgements judgements{};

  void add(const SimulationResult& result) {
    ++seeds;
    failed += result.ok ? 0 : 1;
    runs += result.runs;
    kills += result.kills;
    events += result.events;
    calls += result.calls;
    created += result.created;
    simulated_micros += result.simulated.count();
    add(result.judgements);
  }
  void add(const Tally& other) {
    seeds += other.seeds;
    failed += other.failed;
    runs += other.runs;
    kills += other.kills;
    events += other.events;
    calls += other.calls;
    created += other.created;
    simulated_micros += other.simulated_micros;
    add(other.judgements);
  }
  void add(const simulation::Judgements& more) {
    for (std::size_t i = 0; i < more.size(); ++i) judgements[i] += more[i];
  }
};

std::string kinds_of(const simulation::ChaosSet& set) {
  std::string kinds;
  for (std::size_t i = 0; i < simulation::kChaosKinds; ++i)
    if (set[i])
      kinds.append(kinds.empty() ? "" : ", ").append(name_of(static_cast<simulation::Chaos>(i)));
  return kinds.empty() ? "none" : kinds;
}

// A promise was broken: says how, finds the smallest way, and how to see it again.
void tell_failure(const SimulationOptions& options, const SimulationResult& failed, bool json,
                  std::ostream& out) {
  // Looking for the smallest way can take minutes.
  if (!json)
    out << fmt::format("seed {} breaks {}: {}\n", options.seed, failed.invariant,
                       printable(failed.seen, 2000))
        << std::flush;
  SimulationOptions smallest = simulation::shrink(options, failed);
  smallest.keep_trace = true;
  const SimulationResult shown = simulation::simulate(smallest);
  const std::string command = simulation::command_for(smallest);
  if (json) {
    boost::json::array trace;
    for (const auto& line : shown.trace) trace.emplace_back(line);
    out << boost::json::serialize(boost::json::object{{"seed", options.seed},
                                                      {"invariant", failed.invariant},
                                                      {"seen", failed.seen},
                                                      {"digest", failed.digest},
                                                      {"command", command},
                                                      {"smallest_seen", shown.seen},
                                                      {"trace", std::move(trace)}})
        << "\n";
    return;
  }
  constexpr std::size_t kShown = 60;
  const std::size_t from = shown.trace.size() > kShown ? shown.trace.size() - kShown : 0;
  out << fmt::format("the shortest trace found, of {} lines{}; faults: {}\n", shown.trace.size(),
                     from > 0 ? fmt::format(" (the last {})", kShown) : "", kinds_of(shown.active));
  for (std::size_t i = from; i < shown.trace.size(); ++i)
    out << "  " << printable(shown.trace[i], 1000) << "\n";
  out << "see it again with: " << command << "\n";
}

// A directory of this process, gone with it.
class Scratch {
 public:
  Scratch() {
    const auto base = std::filesystem::temp_directory_path() / "migledger-simulate-XXXXXX";
    path_ = base.string();
    if (::mkdtemp(path_.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "cannot make " + path_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Every `jobs`th seed from the `first` on. Returns after the first that fails.
Tally run_seeds(const SimulateCommand& command, const SimulationOptions& base, unsigned first,
                std::ostream& out) {
  Tally tally;
  const Scratch scratch;
  for (std::uint64_t i = first; i < command.seeds; i += command.jobs) {
    SimulationOptions options = base;
    options.seed = command.seed + i;
    options.scratch = scratch.path();
    options.keep_trace = command.verbose;
    const SimulationResult result = simulation::simulate(options);
    tally.add(result);
    if (command.verbose)
      for (const auto& line : result.trace) out << printable(line, 4000) << "\n";
    if (command.verbose || (command.seeds == 1 && !command.json))
      out << fmt::format("seed {}: {} migration{} of {}, {} runs under faults ({})\ndigest {}\n",
                         options.seed, result.migrations, result.migrations == 1 ? "" : "s",
                         result.workflow, result.steps, kinds_of(result.active), result.digest);
    if (!result.ok && command.all) {
      out << fmt::format("seed {} breaks {}: {}\n", options.seed, result.invariant,
                         printable(result.seen, 600))
          << std::flush;
    } else if (!result.ok) {
      tell_failure(options, result, command.json, out);
      break;
    }
  }
  out << std::flush;
  return tally;
}

// Each seed is a universe of its own, so processes share nothing but the output.
Tally run_in_processes(const SimulateCommand& command, const SimulationOptions& base,
                       std::ostream& out) {
  struct Worker {
    pid_t pid = -1;
    int pipe = -1;
  };
  std::vector<Worker> workers;
  out << std::flush;
  for (unsigned job = 0; job < command.jobs; ++job) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    const pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(ends[0]);
      int status = 0;
      try {
        const Tally tally = run_seeds(command, base, job, out);
        if (::write(ends[1], &tally, sizeof tally) != sizeof tally) status = 1;
      } catch (...) {
        status = 1;
      }
      ::_exit(status);
    }
    ::close(ends[1]);
    workers.push_back({pid, ends[0]});
  }
  Tally all;
  bool lost = false;
  for (const Worker& worker : workers) {
    Tally tally;
    const bool told = ::read(worker.pipe, &tally, sizeof tally) == sizeof tally;
    ::close(worker.pipe);
    int status = 0;
    ::waitpid(worker.pid, &status, 0);
    lost = lost || !told || status != 0;
    if (told) all.add(tally);
  }
  if (lost) throw std::runtime_error("a process that ran seeds ended before it was done");
  return all;
}

}  // namespace

int run_simulate(const SimulateCommand& command, std::ostream& out, std::ostream& err) {
  const SimulationOptions base = options_of(command);
  const auto begun = std::chrono::steady_clock::now();
  const bool alone = command.jobs == 1 || command.seeds == 1;
  const Tally tally =
      alone ? run_seeds(command, base, 0, out) : run_in_processes(command, base, out);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const double hours = static_cast<double>(tally.simulated_micros) / 3.6e9;
  const std::string idle = tally.failed == 0 ? idle_rules(command, tally.judgements) : "";
  const auto for_each_rule = [&](const auto& tell) {
    for (std::size_t i = 0; i < simulation::kRules; ++i)
      tell(name_of(static_cast<simulation::Rule>(i)), tally.judgements[i]);
  };
  if (command.json) {
    boost::json::object judged;
    for_each_rule([&](const std::string& name, std::uint64_t times) { judged[name] = times; });
    out << boost::json::serialize(boost::json::object{{"seeds", tally.seeds},
                                                      {"failed", tally.failed},
                                                      {"runs", tally.runs},
                                                      {"kills", tally.kills},
                                                      {"events", tally.events},
                                                      {"calls", tally.calls},
                                                      {"created", tally.created},
                                                      {"judged", std::move(judged)},
                                                      {"simulated_hours", hours},
                                                      {"seconds", seconds}})
        << "\n";
  } else {
    if (command.verbose)
      for_each_rule([&](const std::string& name, std::uint64_t times) {
        out << fmt::format("{} judged {} time{}\n", name, times, times == 1 ? "" : "s");
      });
    out << fmt::format(
        "{} seed{}, {} runs, {} kills, {} events, {} calls, {} things created; {:.0f} simulated "
        "hours in {:.1f} s ({:.0f} seeds a minute, {:.0f} hours a second): {}\n",
        tally.seeds, tally.seeds == 1 ? "" : "s", tally.runs, tally.kills, tally.events,
        tally.calls, tally.created, hours, seconds, double(tally.seeds) / seconds * 60,
        hours / seconds,
        tally.failed == 0 ? "every promise holds"
                          : fmt::format("{} of them break a promise", tally.failed));
  }
  if (!idle.empty())
    err << "migledger simulate: these rules judged nothing in " << tally.seeds
        << " seeds, so they prove nothing: " << idle << "\n";
  return static_cast<int>(tally.failed == 0 && idle.empty() ? ExitStatus::done
                                                            : ExitStatus::migration_failed);
}

}  // namespace migledger::cli
