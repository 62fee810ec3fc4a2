// The cloud's side of reconcile(): asking, and making out what the answers show.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "workflow/model/list_index.h"
#include "workflow/reconcile/read_all.h"
#include "workflow/steps/made.h"

namespace migledger::workflow {

// Requests that are alike are sent once.
class Readings {
 public:
  Readings(Cloud& cloud, Clock& clock) : cloud_(cloud), clock_(clock) {}

  // The number of the reading; it is made by the next read().
  std::size_t ask(Request request);
  void read();

  // For calls of others.
  Cloud& cloud() { return cloud_; }
  Clock& clock() { return clock_; }
  CallId& next_call() { return next_call_; }

  const std::string& region(std::size_t reading) const { return requests_[reading].region; }
  const Answer& answer(std::size_t reading) const { return answers_[reading]; }

 private:
  using Key = std::tuple<std::string, Service, std::string, std::string, std::string>;

  Cloud& cloud_;
  Clock& clock_;
  CallId next_call_ = 0;
  std::map<Key, std::size_t> index_;
  std::vector<Request> requests_;
  std::vector<Answer> answers_;
};

// Whether what an element or a reply shows is there still.
bool is_there(const MadeKind& kind, const boost::json::value& item);

// Its state, or "there".
std::string state_words(const boost::json::value& item);

// The element of a list; null: it has none of that id.
ListIndex::Item element(const MadeKind& kind, const ListIndex& list, std::string_view id);

// Whether the element of a list tells that it contains that and nothing else.
bool contains_just(const boost::json::value& item, std::string_view content);

// What a reading of one thing by its id shows.
struct Seen {
  bool absent = false;
  ListIndex::Item item;  // null, and not absent: the answer is none
};
Seen see(const MadeKind& kind, std::string_view id, const Answer& answer);

// The key of an element that bears the ledger's marks; empty: what it contains must tell.
std::optional<std::string> key_of(const MadeKind& kind, const boost::json::value& item,
                                  std::string_view ledger_id);

}  // namespace migledger::workflow
