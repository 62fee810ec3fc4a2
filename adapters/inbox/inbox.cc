#include "adapters/inbox/inbox.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "adapters/inbox/order_json.h"

namespace migledger::adapters {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr auto kOrder = ".order";
constexpr auto kAnswer = ".answer";
// How often whoever waits looks whether the writer is still there.
constexpr int kTickMillis = 200;

[[noreturn]] void fail(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

void make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) fail(directory);
}

UniqueFd watch_for_renames(const fs::path& directory) {
  UniqueFd changes(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!changes || ::inotify_add_watch(changes.get(), directory.c_str(), IN_MOVED_TO) < 0)
    fail(directory);
  return changes;
}

void drain(int fd) {
  std::array<char, 4096> buffer;
  while (::read(fd, buffer.data(), buffer.size()) > 0) {
  }
}

std::string read_all(int fd) {
  std::string text(kMostBytes, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::pread(fd, text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

// Written beside it and renamed, so that nobody sees half of it. Returns the open file; `locked`
// holds a lock from before it can be seen.
UniqueFd put(const fs::path& file, const std::string& text, bool locked) {
  const fs::path beside = file.string() + ".tmp";
  UniqueFd fd(::open(beside.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) fail(beside);
  if (locked && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fail(beside);
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    fail(beside);
  if (::rename(beside.c_str(), file.c_str()) != 0) fail(file);
  return fd;
}

}  // namespace

fs::path inbox_of(const fs::path& ledger) { return ledger / "inbox"; }

Inbox::Inbox(fs::path directory, std::function<void()> wake)
    : directory_(std::move(directory)), wake_(std::move(wake)) {
  make_directory(directory_);
  changes_ = watch_for_renames(directory_);
  end_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  if (!end_) fail(directory_);
  watcher_ = std::thread([this] { watch(); });
}

Inbox::~Inbox() {
  const std::uint64_t one = 1;
  // An eventfd takes eight bytes whole, or the counter is full and readable already.
  [[maybe_unused]] const auto written = ::write(end_.get(), &one, sizeof one);
  watcher_.join();
}

void Inbox::watch() {
  std::array<pollfd, 2> ready{{{changes_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}}};
  while (true) {
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return;
    if (ready[1].revents != 0) return;
    if (ready[0].revents == 0) continue;
    drain(changes_.get());
    changed_ = true;
    wake_();
  }
}

std::vector<workflow::Order> Inbox::take() {
  std::vector<workflow::Order> orders;
  if (!changed_.exchange(false)) return orders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const fs::path& file = entry.path();
    if (file.extension() != kOrder) continue;
    UniqueFd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd) continue;
    const bool waited_for = ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0;
    const auto order = order_from_json(read_all(fd.get()));
    ::unlink(file.c_str());
    if (waited_for && order && order->id == file.stem()) orders.push_back(*order);
  }
  return orders;
}

void Inbox::answer(const workflow::Order& order, const workflow::OrderAnswer& answer) {
  put(directory_ / (order.id + kAnswer), to_json(answer), false);
}

std::optional<workflow::OrderAnswer> give_order(const fs::path& directory,
                                                const workflow::Order& order,
                                                const std::function<bool()>& writer_is_there) {
  make_directory(directory);
  const fs::path file = directory / (order.id + kOrder);
  const fs::path answer_file = directory / (order.id + kAnswer);
  const UniqueFd changes = watch_for_renames(directory);
  const UniqueFd held = put(file, to_json(order), true);
  const auto answered = [&]() -> std::optional<workflow::OrderAnswer> {
    UniqueFd fd(::open(answer_file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return std::nullopt;
    const auto answer = answer_from_json(read_all(fd.get()));
    ::unlink(answer_file.c_str());
    return answer;
  };
  while (true) {
    if (auto answer = answered()) return answer;
    if (!writer_is_there()) break;
    pollfd ready{changes.get(), POLLIN, 0};
    if (::poll(&ready, 1, kTickMillis) > 0) drain(changes.get());
  }
  ::unlink(file.c_str());
  return answered();
}

}  // namespace migledger::adapters
