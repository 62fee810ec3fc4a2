// Ends a test that loops without progress: each test case may use so many seconds of processor
// time. Waiting costs none, and neither does a machine that is busy with something else. Compiled
// into every program of tests whose cases take a few seconds at most.
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#define CATCH_CONFIG_EXTERNAL_INTERFACES  // event listeners
#include <catch2/catch.hpp>
#include <cstdlib>

namespace {

constexpr time_t kSeconds = MIGLEDGER_TEST_PROCESSOR_SECONDS;

// Catch2 reports an abort with the name of the test, and the section in which it is.
void end(int) {
  constexpr char kWords[] =
      "this test has used more processor time than any needs: it loops without progress, or it is "
      "too slow (tests/support/processor_limit.cc)\n";
  (void)!::write(STDERR_FILENO, kWords, sizeof kWords - 1);
  std::abort();
}

class ProcessorLimit : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    TestEventListenerBase::testCaseStarting(info);
    ::signal(SIGPROF, end);
    set(kSeconds);
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    set(0);
    TestEventListenerBase::testCaseEnded(stats);
  }

 private:
  static void set(time_t seconds) {
    const itimerval after = {{0, 0}, {seconds, 0}};
    ::setitimer(ITIMER_PROF, &after, nullptr);
  }
};

}  // namespace

CATCH_REGISTER_LISTENER(ProcessorLimit)
