// Group commit: whatever callers meet, each is answered once, in order, and one group at a time.
#include "ledger/store/group_commit.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace migledger::ledger {
namespace {

struct Member {
  int number = 0;
  bool processed = false;
};

struct Members {
  std::vector<Member*> all;
  void clear() { all.clear(); }
};

struct Counted {
  GroupCommit<Members> commits;
  int entered = 0;  // guarded by commits
  std::atomic<int> in_process = 0;
  int last = 0;  // number of the last one that was processed
  int groups = 0;
  std::atomic<int> finished = 0;
  std::atomic<int> wrong = 0;

  // `work` is what processing takes, in turns of a loop.
  void submit(int work) {
    Member member;
    commits.submit(
        [&](Members& group) {
          member.number = ++entered;
          group.all.push_back(&member);
        },
        [&](Members& group) {
          if (in_process++ != 0) ++wrong;
          if (group.all.empty()) ++wrong;
          for (Member* one : group.all) {
            if (one->processed || one->number != ++last) ++wrong;
            one->processed = true;
          }
          ++groups;
          for (std::atomic<int> turn = 0; turn < work;) ++turn;
          --in_process;
        },
        [&](Pressure) { ++finished; });
    if (!member.processed) ++wrong;
  }
};

}  // namespace

TEST_CASE("group commit: each caller is answered, in order, one group at a time") {
  const int threads = GENERATE(1, 2, 3, 16, 64);
  const int work = GENERATE(0, 3'000, 60'000);
  const int pause = GENERATE(0, 20'000);  // of some of them, before they come back
  const int each = work == 60'000 ? 30 : 300;
  INFO(threads << " threads, work " << work << ", pause " << pause);
  Counted counted;
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&, t] {
      // They do not end together, so that those who are waited for do not always come.
      for (int i = 0; i < each - t; ++i) {
        counted.submit(work);
        if (t % 3 != 0)
          for (std::atomic<int> turn = 0; turn < pause;) ++turn;
      }
    });
  int expected = 0;
  for (int t = 0; t < threads; ++t) expected += std::max(0, each - t);
  for (auto& thread : all) thread.join();
  CHECK(counted.wrong == 0);
  CHECK(counted.last == expected);
  CHECK(counted.groups <= expected);
  CHECK(counted.finished >= counted.groups);
  if (threads == 1) CHECK(counted.groups == expected);
  // Whoever comes later, alone, is not kept waiting for those who have gone.
  counted.submit(work);
  counted.submit(work);
  CHECK(counted.last == expected + 2);
}

}  // namespace migledger::ledger
