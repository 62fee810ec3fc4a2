// Starting a child must not cost more out of a large process: a fork would copy its page tables.
#include <vector>

#include "tests/bench/bench.h"
#include "tests/bench/measure.h"
#include "tests/support/spawn_cost.h"

namespace migledger::bench {

void bench_spawn(Context& context) {
  context.report.section("spawn");
  const int rounds = context.quick ? 5 : 200;
  const auto milliseconds = [&](std::size_t resident) {
    // A byte a page, so that it is resident.
    std::vector<char> memory(resident);
    for (std::size_t i = 0; i < memory.size(); i += 4096) memory[i] = 1;
    return std::chrono::duration<double, std::milli>(support::least_spawn_time(rounds)).count();
  };
  const auto least =
      compare(context.quick ? 1 : 5, context.random,
              {[&] { return milliseconds(10 << 20); }, [&] { return milliseconds(1 << 30); }});
  context.report.ratio("a child with 1 GiB resident, over 10 MiB", "ms", least[1], least[0],
                       Goal::most(1.25));
}

}  // namespace migledger::bench
