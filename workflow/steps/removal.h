// Removing what a migration made: for rolling it back and for cleaning up after it. A removal
// looks, removes one thing and looks again until nothing is left, so that what it reports was seen.
// Only what bears this migration's marks is removed.
#pragma once

#include <string>
#include <string_view>

#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

// The goal of a removal, as its look sees it.
Sighting nothing_left();
// One thing that is left, and is to be removed next.
Sighting to_remove(std::string_view id, std::string_view etag);
// It is left, and cannot be removed yet: in the state it is in, or for another reason.
Sighting not_removable_yet(std::string_view id, std::string_view state,
                           std::string_view why = "not to be removed yet");

// What the latest look said is to be removed next.
std::string_view next_to_remove(const View& view);
// The request, if what it removes is still as the latest look saw it.
Request guarded_removal(const View& view, Request request);

// After each removal there is another look.
bool more_to_remove(const View& view, const ledger::Fields& facts);
Receipt receive_removed(const View& view, const Answer& answer);

// What takes no retry token is kept from being made twice by its name, while it is there. Were it
// removed, a request whose reply was lost, and that was sent once more, could still make it again.
enum class Latest { answered, lost };  // what became of the latest sending
// Records as `fact` until when that is so of this act step; nothing when it is not.
void record_late(const View& view, Latest latest, std::string_view fact, ledger::Fields& facts);
// Whether it is so at the date of `answer`; not when that has none. The cloud's clock decides, for
// it is that which takes requests by the time, of ours, at which they were sent.
bool may_be_made_again(const View& view, std::string_view fact, const Answer& answer);
// What to say then to those who wait.
std::string late_words(const View& view, std::string_view fact);

// The resources with OCIDs of one kind that a migration made in one region.
struct Made {
  std::string_view region;
  std::string_view compartment;
  std::string_view collection;
  std::string_view known;  // the one the ledger knows of; empty: none
  std::string stem;        // of the keys of all it may have made; empty: only the known one
  bool named = false;      // these cannot bear tags, and their keys are their names
};
enum class Life { gone, busy, removable };

// The one that is known by its id, which is not late as lists are; then all.
std::optional<Request> ask_made(const Made& made, Answers answers);
Sighting sight_made(const View& view, const Made& made, Life (*life)(std::string_view),
                    Answers answers);
Request remove_made(const View& view, const Made& made, std::string query = {});

// Removes the object that is next, of a bucket.
Request remove_object(const View& view, std::string_view region, std::string_view bucket);

// When the quiet period after the move is over: a source is not decommissioned before.
Time quiet_period_end(const View& view);

}  // namespace migledger::workflow
