// A library that is preloaded into migledger and ends it by SIGKILL at the Nth point of a run, or
// lets time pass. The program knows nothing of it. Points, counted from 1 in the order in which
// they are reached:
//
//   append, not begun     a write to the ledger's log
//   append, half written  the same write, cut in the middle
//   append, synced        the log was synced; nothing has acted on that yet
//   send, not begun       in process: the simulated tenancy is about to take a change
//   send, not heard of    it has taken it; nothing was told of that yet
//   child, not begun      a child that sends something is about to become the oci program
//   child, not heard of   it has ended; its reply was not read
//
// MIGLEDGER_KILL_AT=N ends at point N; unset, nothing happens. MIGLEDGER_KILL_SAID=FILE gets a line
// that says where.
//
// MIGLEDGER_CLOCK_AHEAD=FILE: the time of day is ahead by the seconds that the file holds, 8 bytes
// in this machine's order; they may change at any time.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

long wanted() {
  static const long at = [] {
    const char* text = std::getenv("MIGLEDGER_KILL_AT");
    return text == nullptr ? 0L : std::strtol(text, nullptr, 10);
  }();
  return at;
}

std::atomic<long> reached{0};

// Counts a point; true: it is the one to end at.
bool is_the_one() { return wanted() > 0 && ++reached == wanted(); }

[[noreturn]] void end(pid_t whom, const char* where) {
  if (const char* file = std::getenv("MIGLEDGER_KILL_SAID")) {
    static auto* const real_write = next<ssize_t(int, const void*, size_t)>("write");
    const int fd = ::open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0) real_write(fd, where, std::strlen(where));
  }
  ::kill(whom, SIGKILL);
  for (;;) ::pause();
}

void point(const char* where) {
  if (is_the_one()) end(::getpid(), where);
}

const std::int64_t* map_seconds_ahead() {
  static const std::int64_t none = 0;
  const char* file = std::getenv("MIGLEDGER_CLOCK_AHEAD");
  const int fd = file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return &none;
  void* const mapped = ::mmap(nullptr, sizeof none, PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  return mapped == MAP_FAILED ? &none : static_cast<const std::int64_t*>(mapped);
}

// Found before the program begins: a sanitizer asks for the time while it allocates, and an answer
// that allocates would wait for it for ever.
int (*real_clock)(clockid_t, timespec*) = nullptr;
const std::int64_t* seconds_ahead = nullptr;

__attribute__((constructor)) void find_clock() {
  seconds_ahead = map_seconds_ahead();
  real_clock = next<int(clockid_t, timespec*)>("clock_gettime");
}

enum class Kind { other, ledger, tenancy };

// What a descriptor is of: the log of RocksDB in "events" is the ledger's, in "state" the
// tenancy's.
Kind kind_of(int fd) {
  char link[64] = "/proc/self/fd/";
  char digits[16];
  int count = 0;
  for (int n = fd; n > 0 || count == 0; n /= 10) digits[count++] = static_cast<char>('0' + n % 10);
  char* to = link + std::strlen(link);
  while (count > 0) *to++ = digits[--count];
  *to = '\0';
  char path[4096];
  const ssize_t size = ::readlink(link, path, sizeof path - 1);
  if (size < 4) return Kind::other;
  path[size] = '\0';
  if (std::strcmp(path + size - 4, ".log") != 0) return Kind::other;
  if (std::strstr(path, "/events/") != nullptr) return Kind::ledger;
  return std::strstr(path, "/state/") != nullptr ? Kind::tenancy : Kind::other;
}

// Whether a record of the tenancy's log holds more than its clock: 7 bytes of the record's own
// header and 8 of a sequence number come before the number of rows.
bool changes_rows(const void* bytes, size_t size) {
  std::uint32_t rows = 0;
  if (size < 19) return false;
  std::memcpy(&rows, static_cast<const char*>(bytes) + 15, sizeof rows);
  return rows > 1;
}

// Children that send. The one that becomes the program shares our memory until it does.
constexpr int kMost = 4096;
std::atomic<pid_t> senders[kMost];
std::atomic<int> sender_count{0};

bool sends(char* const arguments[]) {
  for (int i = 0; arguments[i] != nullptr; ++i)
    if (std::strcmp(arguments[i], "--http-method") == 0 && arguments[i + 1] != nullptr)
      return std::strcmp(arguments[i + 1], "GET") != 0;
  return false;
}

bool is_sender(pid_t pid) {
  for (int i = 0; i < sender_count && i < kMost; ++i)
    if (senders[i] == pid) return true;
  return false;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  if (wanted() <= 0) return real(fd, bytes, size);
  Kind kind = kind_of(fd);
  if (kind == Kind::tenancy && !changes_rows(bytes, size)) kind = Kind::other;
  if (kind == Kind::ledger) {
    point("append, not begun");
    if (is_the_one()) {
      real(fd, bytes, size / 2);
      end(::getpid(), "append, half written");
    }
  } else if (kind == Kind::tenancy) {
    point("send, not begun");
  }
  const ssize_t written = real(fd, bytes, size);
  if (kind == Kind::tenancy) point("send, not heard of");
  return written;
}

int fdatasync(int fd) {
  static auto* const real = next<int(int)>("fdatasync");
  const int result = real(fd);
  if (wanted() > 0 && kind_of(fd) == Kind::ledger) point("append, synced");
  return result;
}

int execve(const char* program, char* const arguments[], char* const environment[]) {
  static auto* const real = next<int(const char*, char* const[], char* const[])>("execve");
  if (wanted() > 0 && sends(arguments)) {
    if (is_the_one()) end(::getppid(), "child, not begun");
    const int index = sender_count++;
    if (index < kMost) senders[index] = ::getpid();
  }
  return real(program, arguments, environment);
}

int clock_gettime(clockid_t clock, timespec* time) {
  if (real_clock == nullptr) return static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  const int result = real_clock(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += *seconds_ahead;
  return result;
}

pid_t waitpid(pid_t pid, int* status, int options) {
  static auto* const real = next<pid_t(pid_t, int*, int)>("waitpid");
  if (wanted() > 0 && is_sender(pid)) point("child, not heard of");
  return real(pid, status, options);
}

}  // extern "C"
