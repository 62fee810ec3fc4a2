// The inbox of a ledger: how orders reach the one process that writes to it. An order is a file
// ID.order, put there by renaming; its answer is ID.answer. Whoever gives an order holds a lock
// (flock) on its file for as long as they wait: an order that nobody waits for any more is
// withdrawn.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "adapters/unique_fd.h"
#include "workflow/run/steering.h"

namespace migledger::adapters {

// Of a ledger's directory.
std::filesystem::path inbox_of(const std::filesystem::path& ledger);

// The writer's end.
class Inbox final : public workflow::OrderSource {
 public:
  // Makes the directory if it is not there. `wake` is called from another thread when an order may
  // have come. Throws std::system_error.
  Inbox(std::filesystem::path directory, std::function<void()> wake);
  ~Inbox() override;

  std::vector<workflow::Order> take() override;
  void answer(const workflow::Order& order, const workflow::OrderAnswer& answer) override;

 private:
  void watch();

  std::filesystem::path directory_;
  std::function<void()> wake_;
  UniqueFd changes_, end_;
  std::atomic<bool> changed_{true};  // what came before counts, too
  std::thread watcher_;
};

// The other end: gives `order` and waits for its answer for as long as `writer_is_there` says so.
// Nothing when the writer is gone and the order is withdrawn; then it may still have been recorded,
// by a writer that ended before it answered: carry_out() of workflow/run/steering.h can tell. Throws
// std::system_error.
std::optional<workflow::OrderAnswer> give_order(const std::filesystem::path& directory,
                                                const workflow::Order& order,
                                                const std::function<bool()>& writer_is_there);

}  // namespace migledger::adapters
