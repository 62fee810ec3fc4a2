// A file on which every child holds a shared lock for as long as it, or anything it started, lives.
// Taking it exclusively proves that no child of an earlier session can still send anything.
//
// A child that outlives us is real: PR_SET_PDEATHSIG reaches the direct child only, and a shell
// wrapper around the oci program dies while the program goes on. flock belongs to the open file,
// not to the process, so it passes through fork and exec. What it cannot see is a program whose
// parent closed all descriptors for it; the settle window of recovery is for that.
#pragma once

#include <chrono>
#include <string>

#include "adapters/unique_fd.h"

namespace migledger::adapters {

class ChildrenLock {
 public:
  // Makes the file (0600) if it is not there. Throws std::system_error.
  explicit ChildrenLock(std::string path);

  // An open file that holds the lock, shared, to be inherited by one child. Throws
  // std::system_error (EWOULDBLOCK while somebody else holds it exclusively).
  UniqueFd share() const;

  // True when nobody holds it.
  bool is_free() const;

  // "oci (process 4711), sh (process 4712)": who holds it, as far as /proc lets us see; else a
  // sentence that says where to look.
  std::string holders() const;

 private:
  std::string path_;
};

}  // namespace migledger::adapters
