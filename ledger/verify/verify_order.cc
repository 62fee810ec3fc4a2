#include "ledger/verify/verify_order.h"

#include <algorithm>

#include "ledger/base/printable.h"

namespace migledger::ledger {

namespace {

using Kind = EventFacts::Kind;

}  // namespace

void OrderCheck::report(Check check, const std::string& what) {
  findings_.add({check, position_, "", "the event at " + position_words(position_) + " " + what,
                 "nothing here writes such an event: restore the ledger's directory from a copy, "
                 "and find out who changed it"});
}

bool OrderCheck::in_gap(Position position) const {
  const auto after = std::upper_bound(gaps_.begin(), gaps_.end(), position,
                                      [](Position at, const auto& gap) { return at < gap.first; });
  return after != gaps_.begin() && std::prev(after)->second >= position;
}

void OrderCheck::add(const Stretch& stretch) {
  for (const auto& [position, name] : stretch.names) {
    const auto [known, is_new] = names_.emplace(name, position);
    if (is_new) continue;
    position_ = position;
    report(Check::header, "starts a second migration named '" + printable(name, 63) +
                              "'; the first is at " + position_words(known->second));
  }
  position_ = stretch.first - 1;
  for (const EventFacts& facts : stretch.facts) {
    ++position_;
    if (facts.kind == Kind::unreadable) {
      if (!gaps_.empty() && gaps_.back().second + 1 == position_)
        gaps_.back().second = position_;
      else
        gaps_.emplace_back(position_, position_);
      time_known_ = false;
      continue;
    }
    check_header(facts);
  }
}

void OrderCheck::check_header(const EventFacts& facts) {
  const std::int64_t expected = std::max(facts.raw_time, time_);
  if (facts.time != expected && (time_known_ || facts.time < expected))
    report(Check::header, "has the time " + format_utc(time_from_micros(facts.time)) +
                              ", not the later of what the clock read (" +
                              format_utc(time_from_micros(facts.raw_time)) +
                              ") and the time of the event before");
  time_ = std::max(time_, facts.time);
  time_known_ = true;

  if ((facts.kind == Kind::ledger_created) != (position_ == 1))
    report(Check::header, position_ == 1 ? "does not create the ledger" : "creates a ledger");
  if ((facts.kind == Kind::migration_started) != (facts.stream == position_))
    report(Check::header, facts.kind == Kind::migration_started
                              ? "starts a migration in the stream " + std::to_string(facts.stream)
                              : "begins a stream without starting a migration");
  Stream& stream = streams_[facts.stream];
  const bool after_gap = stream.gaps != gaps_.size();
  if (stream.version == 0 && facts.stream != position_ && facts.stream != kLedgerStream &&
      !in_gap(facts.stream))
    report(Check::header,
           "is of the stream " + std::to_string(facts.stream) + ", which no migration has begun");
  const std::uint64_t version = stream.version + 1;
  if (facts.version != version && !(after_gap && facts.version > version))
    report(Check::header, "has version " + std::to_string(facts.version) + " of stream " +
                              std::to_string(facts.stream) + ", not " + std::to_string(version));
  stream.version = facts.version;
  stream.gaps = gaps_.size();
  check_names(facts, stream);
}

void OrderCheck::check_names(const EventFacts& facts, Stream& stream) {
  const Position session = facts.session;
  if (session != 0 && session != last_session_) {
    if (session < position_ && (sessions_.contains(session) || in_gap(session)))
      last_session_ = session;
    else
      report(Check::session,
             "names the session of " + position_words(session) +
                 (session < position_ ? ", where none was opened" : ", which is not before it"));
  }
  if (facts.cause >= position_)
    report(Check::cause, "says that it reacts to the event at " + position_words(facts.cause) +
                             ", which is not before it");
  switch (facts.kind) {
    case Kind::session_opened:
      sessions_.insert(position_);
      break;
    case Kind::migration_started:
      ++migrations_;
      break;
    case Kind::unknown:
      ++unknown_;
      break;
    case Kind::intent:
      ++intents_;
      if (facts.refers != 0) {
        check_intent(facts, stream);
      } else if (!facts.has_request) {
        report(Check::intent, "is an intent without the request that it is about");
      }
      stream.intents.push_back(
          {position_, facts.step, facts.generation, facts.refers == 0 && facts.has_request});
      break;
    case Kind::outcome:
      if (facts.refers != 0) {
        check_intent(facts, stream);
      } else if (facts.needs_intent) {
        report(Check::intent, "is the outcome of something sent, and names no intent");
      }
      break;
    default:
      break;
  }
}

void OrderCheck::check_intent(const EventFacts& facts, const Stream& stream) {
  const bool resends = facts.kind == Kind::intent;
  const auto refuse = [&](const char* why) {
    report(Check::intent,
           (resends ? "says that it sends the intent of " + position_words(facts.refers) + " again"
                    : "is the outcome of the intent at " + position_words(facts.refers)) +
               why);
  };
  if (facts.refers >= position_) return refuse(", which is not before it");
  if (in_gap(facts.refers)) return;
  const auto intent = std::lower_bound(
      stream.intents.begin(), stream.intents.end(), facts.refers,
      [](const Intent& one, Position position) { return one.position < position; });
  if (intent == stream.intents.end() || intent->position != facts.refers)
    return refuse(", where its migration has none");
  if (intent->step != facts.step || intent->generation != facts.generation)
    return refuse(", which is of another step or generation");
  if (resends && !intent->has_request) refuse(", which has no request of its own");
}

}  // namespace migledger::ledger
