#include "cli/disk_advice.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace migledger::cli {

namespace {

constexpr const char* kThen =
    "then run the same command again: it goes on where the ledger ends. Nothing that was recorded "
    "is lost, and nothing is made twice";

struct Cause {
  int error;
  const char* what;
};

constexpr std::array kCauses{
    Cause{ENOSPC,
          "the disk is full. Free space where that file is (df -h shows how much there is; "
          "a ledger takes about 1 KB an event), "},
    Cause{EDQUOT, "your quota on that disk is used up. Free space, or have it raised, "},
    Cause{EFBIG,
          "no file may be that large here. Raise the limit (ulimit -f), or use another file "
          "system, "},
    Cause{EROFS,
          "that file system is read-only, perhaps because its disk failed (dmesg says so). "
          "Make it writable, or copy the whole directory to another, "},
    Cause{EIO,
          "the disk failed (dmesg says how). Copy the whole directory to a sound one, let "
          "migledger verify look at the copy, "},
    Cause{EACCES, "this user may not do that there. Run it as the owner of the directory, "},
    Cause{EPERM, "this user may not do that there. Run it as the owner of the directory, "},
    Cause{EMFILE, "too many files are open. Raise the limit (ulimit -n), "},
};

}  // namespace

std::string disk_advice(std::string_view error) {
  for (const Cause& cause : kCauses)
    if (error.find(std::strerror(cause.error)) != error.npos)
      return std::string(cause.what) + kThen;
  return std::string("mend what the system complains of, ") + kThen;
}

}  // namespace migledger::cli
