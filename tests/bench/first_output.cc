#include "tests/bench/first_output.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <system_error>

#include "tests/bench/measure.h"

extern char** environ;

namespace migledger::bench {

double first_output(std::vector<std::string> arguments) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "making a pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  int error = 0;
  char byte = 0;
  ssize_t got = 0;
  const double seconds = seconds_of([&] {
    error = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
    ::close(pipe[1]);
    if (error == 0) got = ::read(pipe[0], &byte, 1);
  });
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), arguments[0]);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(pipe[0]);
  if (got != 1) throw std::runtime_error(arguments[0] + " " + arguments[1] + " said nothing");
  return 1e3 * seconds;
}

}  // namespace migledger::bench
