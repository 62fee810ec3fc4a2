#include "cli/simulation/universe/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

namespace migledger::simulation {

namespace {

using namespace std::chrono_literals;
using adapters::sim::Fault;
using workflow::Completion;
using workflow::Reply;
using workflow::Request;

// OCI refuses what was signed longer ago, or by a clock that is further off.
constexpr Duration kSignatureLife = 5min;

Reply error_reply(Time now, int status, std::string_view code, std::string_view message) {
  Reply reply;
  reply.delivery = Reply::Delivery::replied;
  reply.status = status;
  reply.headers = {{"content-type", "application/json"},
                   {"date", format_http_date(now)},
                   {"opc-request-id", "sim"}};
  reply.body = boost::json::serialize(boost::json::object{{"code", code}, {"message", message}});
  return reply;
}

Reply no_reply(Reply::Delivery delivery, std::string error) {
  Reply reply;
  reply.delivery = delivery;
  reply.error = std::move(error);
  return reply;
}

}  // namespace

Network::Network(adapters::sim::Tenancy& tenancy, const ChaosPlan& chaos, std::uint64_t seed,
                 Trace& trace, TrafficWatch& watch)
    : tenancy_(tenancy),
      chaos_(chaos),
      seed_(seed),
      dice_(dice_for(seed, "network")),
      trace_(trace),
      watch_(watch),
      now_(tenancy.clock()) {}

Network::Inbox& Network::inbox(ProcessId process) {
  while (inboxes_.size() <= process) inboxes_.push_back({});
  return inboxes_[process];
}

bool Network::strikes(Chaos kind) {
  const bool struck = dice_.chance(chaos_.rate(kind));
  return struck && !calm_;
}

void Network::schedule(Time when, std::size_t flight, bool arrives) {
  events_.push({when, ++order_, flight, arrives});
}

void Network::draw_fate(Flight& flight) {
  const bool writes = !flight.request.reads();
  const auto pick = [&](Chaos kind, Fate fate) {
    if (strikes(kind) && flight.fate == Fate::normal) flight.fate = fate;
  };
  pick(Chaos::refused_connections, Fate::refused);
  pick(Chaos::lost_requests, Fate::lost_request);
  pick(Chaos::lost_replies, Fate::lost_reply);
  pick(Chaos::late_requests, Fate::late_request);
  pick(Chaos::throttling, Fate::throttled);
  pick(Chaos::server_errors, dice_.chance(0.5) ? Fate::error_before : Fate::error_after);
  pick(Chaos::unauthorized, Fate::unauthorized);
  if (strikes(Chaos::refusals) && writes && flight.fate == Fate::normal)
    flight.fate = Fate::refused_for_good;
  const auto within = [&](Chaos kind, Fault fault) {
    if (strikes(kind) && flight.fault == Fault::none && writes) flight.fault = fault;
  };
  within(Chaos::failing_work, Fault::work_request_fails);
  within(Chaos::no_capacity, Fault::out_of_capacity);
  within(Chaos::limits, Fault::limit_exceeded);
  within(Chaos::invalid_tokens, Fault::token_invalidated);
  if (strikes(Chaos::duplicates) && flight.fate == Fate::normal && writes) flight.copies = 2;
}

void Network::send(ProcessId process, workflow::CallId call, Request request, Duration skew) {
  ++calls_;
  watch_.starts(request);
  const std::size_t index = flights_.size();
  Flight& flight = flights_.emplace_back();
  flight.process = process;
  flight.call = call;
  flight.request = std::move(request);
  flight.copies = 1;
  flight.leaves = now_ + between(10ms, 400ms);
  draw_fate(flight);
  if (skew > kSignatureLife || skew < -kSignatureLife) flight.fate = Fate::unauthorized;
  ++inbox(process).under_way;
  const Time arrival = flight.leaves + between(20ms, 300ms);
  switch (flight.fate) {
    case Fate::lost_request:
      flight.copies = 0;
      schedule(flight.leaves + between(1s, 60s), index, false);
      break;
    case Fate::late_request:
      // Whoever waits gives up first, or is told at last; the request comes when it comes.
      schedule(flight.leaves + between(1s, 60s), index, false);
      schedule(flight.leaves + between(100ms, kSignatureLife), index, true);
      break;
    default:
      schedule(arrival, index, true);
      if (flight.copies > 1) {
        flight.stray = dice_.chance(0.3);
        schedule(flight.leaves + (flight.stray ? between(1s, kSignatureLife) : between(300ms, 30s)),
                 index, true);
      }
  }
}

std::size_t Network::under_way(ProcessId process) const {
  return process < inboxes_.size() ? inboxes_[process].under_way : 0;
}

std::optional<Completion> Network::take(ProcessId process) {
  Inbox& box = inbox(process);
  if (box.completions.empty()) return std::nullopt;
  Completion completion = std::move(box.completions.front());
  box.completions.pop_front();
  --box.under_way;
  return completion;
}

void Network::lose(ProcessId process) {
  Inbox& box = inbox(process);
  box.gone = true;
  box.completions.clear();
  box.under_way = 0;
  for (std::size_t index = 0; index < flights_.size(); ++index) {
    Flight& flight = flights_[index];
    if (flight.process != process || flight.orphan) continue;
    flight.orphan = true;
    if (flight.leaves <= now_ || flight.copies == 0) continue;  // it has sent, or never will
    if (!strikes(Chaos::outliving_children)) {
      flight.never = true;
      continue;
    }
    // It signs and sends when it gets to it, and holds the children's lock until it ends.
    flight.leaves = now_ + between(100ms, 3min);
    const Duration takes = dice_.chance(0.5) ? between(20ms, 500ms) : between(1s, kSignatureLife);
    flight.copies = 1;
    flight.stray = false;
    schedule(flight.leaves + takes, index, true);
    // Some children end before their request has arrived: it is in the network then.
    const Time ends = flight.leaves + (dice_.chance(0.7) ? takes : between(10ms, 200ms));
    children_until_ = std::max(children_until_, ends);
    trace_.note("a child lives on");
  }
}

Time Network::clock_of(std::string_view region) const {
  if (!chaos_.active(Chaos::cloud_clocks)) return now_;
  const Duration most =
      std::chrono::duration_cast<Duration>(10min * chaos_.rate(Chaos::cloud_clocks));
  return now_ + dice_for(seed_, fmt::format("clock of {}", region)).between({-most, most});
}

Reply Network::handle(const Flight& flight, bool doubled) {
  Reply reply = tenancy_.handle(flight.request, now_, flight.fault);
  for (auto& [name, value] : reply.headers)
    if (name == "date") value = format_http_date(clock_of(flight.request.region));
  note_secrets(reply);
  name_secrets(flight.request, reply);
  watch_.after(flight.request, reply, doubled);
  return reply;
}

void Network::note_secrets(const Reply& reply) {
  constexpr std::string_view kMember = "\"accessUri\":\"";
  for (std::size_t found = reply.body.find(kMember); found != std::string::npos;
       found = reply.body.find(kMember, found + 1)) {
    const auto begin = reply.body.find("/p/", found);
    const auto end = begin == std::string::npos ? begin : reply.body.find('/', begin + 3);
    if (end == std::string::npos) continue;
    std::string token = reply.body.substr(begin + 3, end - begin - 3);
    if (std::find(secrets_.begin(), secrets_.end(), token) == secrets_.end())
      secrets_.push_back(std::move(token));
  }
}

// The errors of a work request name what could not be read, with the URL that it was read from.
void Network::name_secrets(const Request& request, Reply& reply) const {
  if (secrets_.empty() || !request.path.ends_with("/errors") || !reply.ok()) return;
  boost::system::error_code bad;
  auto errors = boost::json::parse(reply.body, bad);
  if (bad || !errors.is_array()) return;
  for (auto& error : errors.get_array())
    if (error.is_object())
      error.get_object()["message"] = fmt::format(
          "cannot read https://objectstorage.example/p/{}/n/namespace/b/bucket/o/object",
          secrets_.back());
  reply.body = boost::json::serialize(errors);
}

Reply Network::ask(const Request& request) { return tenancy_.handle(request, now_); }

void Network::arrive(std::size_t index) {
  Flight& flight = flights_[index];
  if (flight.copies == 0 || flight.never) return;
  // A child that lives on sends later than it would have.
  if (flight.leaves > now_) return;
  --flight.copies;
  const bool doubled = std::exchange(flight.arrived, true);
  const Time sent = clock_of(flight.request.region);
  Reply reply;
  Duration takes = between(20ms, 700ms);
  switch (flight.fate) {
    case Fate::refused:
      reply = no_reply(Reply::Delivery::not_sent, "Connection refused");
      break;
    case Fate::throttled:
      reply = error_reply(sent, 429, "TooManyRequests", "Too many requests for the tenancy.");
      reply.headers.emplace_back("retry-after", std::to_string(1 + dice_.below(20)));
      break;
    case Fate::unauthorized:
      reply = error_reply(sent, 401, "NotAuthenticated", "The signature could not be verified.");
      break;
    case Fate::refused_for_good:
      // As some services do, it repeats what it was asked.
      reply = error_reply(sent, 400, "InvalidParameter",
                          "The request is not valid: " + flight.request.body);
      break;
    case Fate::error_before:
      reply = error_reply(sent, dice_.chance(0.5) ? 500 : 503, "InternalServerError",
                          "An internal server error occurred.");
      break;
    case Fate::error_after:
      handle(flight, doubled);
      reply = error_reply(sent, dice_.chance(0.5) ? 500 : 503, "InternalServerError",
                          "An internal server error occurred.");
      break;
    case Fate::lost_reply:
      handle(flight, doubled);
      reply = no_reply(Reply::Delivery::unknown, "Connection aborted without a response");
      takes = between(1s, 60s);
      break;
    default:
      reply = handle(flight, doubled);
      break;
  }
  if (!flight.request.reads())
    trace_.note(fmt::format("{} {} {} {} [{}] is answered {}{}", format_utc(now_),
                            flight.request.region, flight.request.method, flight.request.path,
                            flight.request.retry_token, reply.status,
                            flight.orphan ? ", which nobody hears" : ""));
  if (flight.fate == Fate::late_request) return;  // nobody waits for this reply
  if (strikes(Chaos::slow_replies)) takes = between(5s, 4min);
  flight.reply = std::move(reply);
  if (flight.copies == 0 || flight.stray) {
    if (flight.replied) return;
    flight.replied = true;
    schedule(now_ + takes, index, false);
  }
}

void Network::happen(const Event& event) {
  now_ = std::max(now_, event.at);
  if (event.arrives) return arrive(event.flight);
  Flight& flight = flights_[event.flight];
  if (flight.orphan) return;
  if (flight.fate == Fate::lost_request || flight.fate == Fate::late_request)
    flight.reply = no_reply(Reply::Delivery::unknown, "Connection timed out");
  inbox(flight.process).completions.push_back({flight.call, std::move(flight.reply)});
}

bool Network::step(Time until) {
  if (events_.empty() || events_.top().at > until) {
    if (until != Time::max()) now_ = std::max(now_, until);
    return false;
  }
  const Event event = events_.top();
  events_.pop();
  happen(event);
  return true;
}

void Network::pass(Time until) {
  while (step(until)) {
  }
}

}  // namespace migledger::simulation
