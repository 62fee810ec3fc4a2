// Events as sentences that a person can read aloud.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "cli/base/names.h"
#include "cli/base/terminal.h"
#include "ledger/event/event.h"

namespace migledger::cli {

struct Wording {
  std::size_t longest = 200;  // characters of any one text that came from outside
  bool whole_ids = false;     // OCIDs and keys as they are, instead of shortened in the middle
};

// What happened, without when, where and who: "sending POST images (us-ashburn-1), attempt 1,
// key ml-…-1". Printable, one line. An intent says "sending": it is recorded before the request
// leaves, and whether it left is for the outcome to say.
std::string describe(ledger::schema::Event::Reader event, Names& names,
                     const Wording& wording = {});

// "429 TooManyRequests: slow down", as far as it is known; empty for no error.
std::string error_words(ledger::schema::Error::Reader error, std::size_t longest);

// Facts for people: identifiers and names, "image ocid1.image…x, namespace ns".
std::string fact_words(const ledger::Fields& facts, std::size_t longest);

// Green for what succeeded, red for what failed, yellow for what waits or is unknown.
Colour colour_of(ledger::schema::Event::Reader event);

// Writes events one after the other, as lines in columns:
//   #42 09:14:03 web-1 create-image  sending POST images (us-ashburn-1), attempt 1, key ml-…-1
// Times are local. A line with the date and the offset stands before the first event, and wherever
// either changes.
class EventLines {
 public:
  struct Options {
    bool verbose = false;        // everything an event holds, in indented lines below it
    bool show_migration = true;  // false where all are of one
    ledger::Position last = 0;   // the largest position expected, for the column's width
    Terminal terminal;           // lines are shortened to its width, unless verbose
    // Columns of names of migrations and of steps to begin with; 0: as is usual.
    std::size_t name_width = 0;
    std::size_t step_width = 0;
  };

  EventLines(Names& names, const Options& options);

  // What follows is of another ledger: its names, and what it is called, in a column of its own
  // before all others; empty: there is only one.
  void of(Names& names, std::string_view ledger);

  // `bytes`: as stored.
  void print(ledger::schema::Event::Reader event, std::span<const std::byte> bytes,
             std::ostream& out);

 private:
  void print_details(ledger::schema::Event::Reader event, std::span<const std::byte> bytes,
                     std::ostream& out);

  Names* names_;
  const Options options_;
  std::string ledger_;
  std::string date_;
  // Columns grow with what they have held: events are not known in advance.
  std::size_t ledger_width_ = 0;
  std::size_t position_width_;
  std::size_t name_width_;
  std::size_t step_width_;
};

}  // namespace migledger::cli
