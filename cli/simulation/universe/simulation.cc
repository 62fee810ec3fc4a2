#include "cli/simulation/universe/simulation.h"

#include <fmt/format.h>

#include "cli/simulation/promises/violation.h"
#include "cli/simulation/universe/trace.h"
#include "cli/simulation/universe/universe.h"

namespace migledger::simulation {

SimulationResult simulate(const SimulationOptions& options) {
  SimulationResult result;
  take_judgements();  // of whoever was here before
  Trace trace(options.keep_trace);
  Universe universe(options, trace);
  try {
    universe.run();
  } catch (const Violation& violation) {
    result.ok = false;
    result.invariant = violation.invariant;
    result.seen = violation.seen;
    trace.note(fmt::format("{}: {}", violation.invariant, violation.seen));
  }
  universe.tell(result);
  result.judgements = take_judgements();
  result.digest = trace.digest();
  result.trace = trace.take_lines();
  return result;
}

SimulationOptions shrink(const SimulationOptions& options, const SimulationResult& failed,
                         unsigned most) {
  SimulationOptions best = options;
  best.keep_trace = false;
  best.workflow = failed.workflow;
  best.migrations = failed.migrations;
  best.steps = failed.steps;
  best.on_rocksdb = failed.on_rocksdb;
  constexpr std::uint64_t kMostCalls = 2'000'000;
  unsigned tried = 0;
  std::uint64_t calls = 0;
  const auto is_over = [&] { return tried >= most || calls >= kMostCalls; };
  const auto breaks = [&](const SimulationOptions& smaller) {
    if (is_over()) return false;
    ++tried;
    const auto result = simulate(smaller);
    calls += result.calls;
    if (result.ok || result.invariant != failed.invariant) return false;
    best = smaller;
    return true;
  };
  for (bool smaller = true; smaller && !is_over();) {
    smaller = false;
    for (std::size_t kind = 0; kind < kChaosKinds; ++kind) {
      if (!failed.active[kind] || best.without[kind]) continue;
      SimulationOptions less = best;
      less.without.set(kind);
      smaller = breaks(less) || smaller;
    }
    for (const unsigned fewer : {1U, best.migrations / 2, best.migrations - 1}) {
      if (fewer == 0 || fewer >= best.migrations) continue;
      SimulationOptions less = best;
      less.migrations = fewer;
      smaller = breaks(less) || smaller;
    }
    for (const unsigned fewer : {1U, best.steps / 2, best.steps - 1}) {
      if (fewer == 0 || fewer >= best.steps) continue;
      SimulationOptions less = best;
      less.steps = fewer;
      smaller = breaks(less) || smaller;
    }
  }
  best.keep_trace = options.keep_trace;
  return best;
}

std::string command_for(const SimulationOptions& options) {
  std::string command = fmt::format("migledger simulate --seed {}", options.seed);
  if (!options.workflow.empty()) command += " --workflow " + options.workflow;
  if (options.migrations != 0) command += fmt::format(" --migrations {}", options.migrations);
  if (options.steps != 0) command += fmt::format(" --steps {}", options.steps);
  std::string without;
  for (std::size_t kind = 0; kind < kChaosKinds; ++kind)
    if (options.without[kind])
      without.append(without.empty() ? "" : ",").append(name_of(static_cast<Chaos>(kind)));
  if (!without.empty()) command += " --without " + without;
  if (options.on_rocksdb) command += " --rocksdb";
  return command + " --verbose";
}

}  // namespace migledger::simulation
