#include "cli/command_init.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "cli/config_template.h"
#include "cli/exit_status.h"
#include "cli/printable.h"

namespace migledger::cli {

namespace {

// Creates `path` with `content`, whole or not at all. Returns an errno value; 0: done.
int write_new_file(const std::string& path, std::string_view content) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0) return errno;
  int error = 0;
  while (!content.empty() && error == 0) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && ::fsync(fd) != 0 && errno != EINVAL) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error != 0) ::unlink(path.c_str());
  return error;
}

}  // namespace

int run_init(const InitOptions& options, std::ostream& out, std::ostream& err) {
  const std::string file = printable(options.file);
  const int error = write_new_file(options.file, config_template(options.workflow, options.many));
  if (error == EEXIST) {
    err << file
        << ": is there already and was not changed; name another file, or remove it first\n";
    return static_cast<int>(ExitStatus::usage);
  }
  if (error != 0) {
    err << file << ": cannot be written: " << std::generic_category().message(error) << "\n";
    return static_cast<int>(ExitStatus::usage);
  }
  out << "Wrote " << file << ".\n"
      << "Rehearse it as it is:  migledger run --config " << file
      << " --cloud sim --ledger rehearsal.ledger"
      // It would stop at the cut-over otherwise.
      << (options.workflow == "compute" ? "" : " --yes") << "\n"
      << "Then put in your own regions, OCIDs and names, and check:  migledger check-config "
      << file << "\n";
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
