#include "cli/base/disk_advice.h"

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

constexpr const char* kWrongKind =
    "there is something else where a file or directory of it is to be. Look at it, restore the "
    "directory from a copy or name another, ";

// Of causes whose words begin alike, the longer first.
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
    Cause{
        ENFILE,
        "all programs together have too many files open. Raise the limit (sysctl fs.file-max), or "
        "end what needs so many, "},
    Cause{EMFILE, "too many files are open. Raise the limit (ulimit -n), "},
    Cause{EISDIR, kWrongKind},
    Cause{ENOTDIR, kWrongKind},
    Cause{ELOOP, kWrongKind},
    Cause{ENOLCK,
          "the file system gives no locks, as some network file systems do. Use a local one, "},
    Cause{
        ESTALE,
        "the file system was taken away or mounted anew. See that it is there, better use a local "
        "one, "},
    Cause{ENOMEM, "the system has no more memory for that. Free some, "},
    Cause{EAGAIN, "the system gives no more of what that takes (ulimit -a). Raise the limit, "},
};

}  // namespace

std::string disk_advice(std::string_view error) {
  for (const Cause& cause : kCauses)
    if (error.find(std::strerror(cause.error)) != error.npos)
      return std::string(cause.what) + kThen;
  return std::string("mend what the system complains of, ") + kThen;
}

}  // namespace migledger::cli
