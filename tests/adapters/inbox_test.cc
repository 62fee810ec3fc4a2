#include "adapters/inbox/inbox.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include "adapters/inbox/order_json.h"
#include "tests/support/scratch.h"

namespace migledger::testing {

using adapters::give_order;
using adapters::Inbox;
using workflow::Order;
using workflow::OrderAnswer;
using workflow::Verb;

namespace {

Order an_order(std::string id) {
  Order order;
  order.id = std::move(id);
  order.verb = Verb::APPROVE;
  order.migration = "web-1";
  order.step = "approve-downtime";
  order.resource = "ocid1.image.oc1..a";
  order.reason = "\"quoted\" — and more\n";
  order.user = "alice";
  order.host = "box";
  order.pid = 4711;
  return order;
}

// Waits until it was called.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    ++rung_;
    changed_.notify_all();
  }
  bool await() {
    std::unique_lock lock(mutex_);
    const bool rung =
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return rung_ > heard_; });
    heard_ = rung_;
    return rung;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int rung_ = 0, heard_ = 0;
};

}  // namespace

TEST_CASE("an order and an answer are the same after their journey as JSON") {
  const auto order = adapters::order_from_json(adapters::to_json(an_order("0a")));
  REQUIRE(order);
  CHECK(order->id == "0a");
  CHECK(order->verb == Verb::APPROVE);
  CHECK(order->migration == "web-1");
  CHECK(order->step == "approve-downtime");
  CHECK(order->resource == "ocid1.image.oc1..a");
  CHECK(order->reason == "\"quoted\" — and more\n");
  CHECK(order->user == "alice");
  CHECK(order->host == "box");
  CHECK(order->pid == 4711);
  const auto answer = adapters::answer_from_json(adapters::to_json(OrderAnswer{true, 42, "yes"}));
  REQUIRE(answer);
  CHECK(answer->taken);
  CHECK(answer->position == 42);
  CHECK(answer->words == "yes");
  for (const char* bad : {"", "{", "[]", "{}", R"({"id":"x"})", R"({"id":"x","verb":"fly"})",
                          R"({"verb":"note"})", R"({"id":7,"verb":"note"})"})
    CHECK_FALSE(adapters::order_from_json(bad));
  for (const char* bad : {"", "[]", "{}", R"({"taken":1})"})
    CHECK_FALSE(adapters::answer_from_json(bad));
}

TEST_CASE("an order reaches the writer, and its answer whoever waits for it") {
  Scratch scratch;
  Bell bell;
  Inbox inbox(scratch / "inbox", [&] { bell.ring(); });
  CHECK(inbox.take().empty());
  std::optional<OrderAnswer> answer;
  std::thread client(
      [&] { answer = give_order(scratch / "inbox", an_order("1f"), [] { return true; }); });
  REQUIRE(bell.await());
  const auto orders = inbox.take();
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].id == "1f");
  CHECK(orders[0].reason == an_order("").reason);
  CHECK(inbox.take().empty());
  inbox.answer(orders[0], {true, 7, "approved"});
  client.join();
  REQUIRE(answer);
  CHECK(answer->position == 7);
  CHECK(std::filesystem::is_empty(scratch / "inbox"));
}

TEST_CASE("an order that lies there when the writer comes is taken, too") {
  Scratch scratch;
  Bell there;
  std::optional<OrderAnswer> answer;
  std::thread client([&] {
    answer = give_order(scratch / "inbox", an_order("2f"), [&] {
      there.ring();
      return true;
    });
  });
  REQUIRE(there.await());
  Inbox inbox(scratch / "inbox", [] {});
  const auto orders = inbox.take();
  REQUIRE(orders.size() == 1);
  inbox.answer(orders[0], {false, 0, "no"});
  client.join();
  REQUIRE(answer);
  CHECK_FALSE(answer->taken);
}

TEST_CASE("an order is withdrawn when the writer is gone") {
  Scratch scratch;
  CHECK_FALSE(give_order(scratch / "inbox", an_order("3f"), [] { return false; }));
  CHECK(std::filesystem::is_empty(scratch / "inbox"));
  Inbox inbox(scratch / "inbox", [] {});
  CHECK(inbox.take().empty());
}

TEST_CASE("what nobody waits for, or is no order, is not carried out") {
  Scratch scratch;
  std::filesystem::create_directory(scratch / "inbox");
  // The file of somebody who was killed: nobody holds its lock.
  std::ofstream(scratch / "inbox" / "4f.order") << adapters::to_json(an_order("4f"));
  std::ofstream(scratch / "inbox" / "5f.order") << "not an order";
  std::ofstream(scratch / "inbox" / "notes.txt") << "somebody's";
  Inbox inbox(scratch / "inbox", [] {});
  CHECK(inbox.take().empty());
  CHECK_FALSE(std::filesystem::exists(scratch / "inbox" / "4f.order"));
  CHECK(std::filesystem::exists(scratch / "inbox" / "notes.txt"));
}

}  // namespace migledger::testing
