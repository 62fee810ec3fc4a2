// Waiting for a word to change, without spinning: std::atomic::wait yields the processor several
// times before it sleeps, which with many more threads than processors costs more than the sync
// they wait for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace migledger::ledger {

// Returns once `word` is not `value`; synchronises with the store that changed it.
void wait_while(std::atomic<std::uint32_t>& word, std::uint32_t value);

// The same, but for `at_most` only; false when it is still `value` then.
bool wait_while(std::atomic<std::uint32_t>& word, std::uint32_t value,
                std::chrono::nanoseconds at_most);

// Wakes up to `waiters` threads that wait for `word`, after it was changed.
void wake(std::atomic<std::uint32_t>& word, int waiters);

}  // namespace migledger::ledger
