// What happens to an act step after whatever happened: the recovery table. Pure, exhaustive, and
// tested row by row (tests/workflow/recovery_test.cc).
//
// Before anything is sent, the first time too, the resource is looked for: a ledger restored from
// an older copy has forgotten what it did. The look must be fresh: made by this session, after the
// last event about the attempt, and not long ago.
//
//  row                  attempt                          look says            decision
//  in-flight            intent of this session           -                    wait for the reply
//  credentials          failed, 401, this session        -                    stop the run
//  back-off             failed, unknown or dead          -                    wait, as the policy
//                                                                             says
//  look                 any that may send                not fresh            look
//  cannot-look          any that may send                cannot look          wait, look again
//  adopt                any                              one of ours          adopt it
//  several              any                              several              ask a person
//  foreign              any                              foreign              ask a person
//  under-way            any                              cloud is at work     wait, look again
//  first                none                             absent               send
//  same-token           lost/unknown, token, young       absent               send the same again
//  same-name            lost/unknown, natural key        absent               send the same again
//  read-again           the same, or failed: an update   absent               new generation, from
//                       or removal, guarded by if-match                       what was just read
//  nothing-happened     failed, may retry, no doubt      absent               send the same again
//  clock-back           lost/unknown, token, clock ran   absent               wait
//                       backwards
//  settle               lost/unknown, no usable token    absent, too early    wait
//  look-twice           … settled                        absent once          look again
//  search-tag           … settled                        absent twice         search by tag
//  new-after-proof      … settled                        absent, by tag too   new generation
//  dead                 accepted, then failed            absent               new generation
//  next-placement       failed or dead, no capacity      absent *             new generation there
//  plan-changed         failed, plan changed since       absent *             new generation
//  renewed              failed for good, a person asked  absent *             new generation
//                       to try again
//  blocked              failed: limit or quota           absent if in doubt   ask a person
//  no-capacity          failed or dead, no placement     absent               ask a person
//  not-found            failed a few times or dead:      absent if in doubt   ask a person
//                       not found
//  attempts-used-up     failed, may retry; or unknown    absent               ask a person
//  generations-used-up  dead                             absent               migration failed
//  final                failed or dead: will never       any; in doubt *      migration failed
//                       succeed
//  given-up             lost/unknown or in doubt, and    absent *             record that nothing
//                       the migration is cancelled or                         came of it
//                       rolled back
//
// A resource that a person named is read by its id instead: ours is adopted, anything else is asked
// about again.
//
// In doubt, an earlier sending (guarded by a version: of an earlier generation, too) may have its
// effect yet. The rows with * need proof then that it has none: settle, look-twice and search-tag
// come first. Any other failure leads to what an unknown outcome leads to.
#pragma once

#include <string_view>

#include "workflow/cloud/error_class.h"
#include "workflow/model/step.h"

namespace migledger::workflow {

enum class Row {
  in_flight,
  credentials,
  back_off,
  look,
  cannot_look,
  adopt,
  several,
  foreign,
  under_way,
  first,
  same_token,
  same_name,
  read_again,
  nothing_happened,
  clock_back,
  settle,
  look_twice,
  search_tag,
  new_after_proof,
  dead,
  next_placement,
  plan_changed,
  renewed,
  given_up,
  blocked,
  no_capacity,
  not_found,
  attempts_used_up,
  generations_used_up,
  final,
  // Rows of decide() outside this table.
  read,
  walk,
  approval,
  finished,
  parked,
  unknown_event,
  timed_out,
  unanswered,
  secret_lost,
  paused,
  too_early,
};
std::string_view name_of(Row row);

// Everything the table looks at.
struct Circumstance {
  enum class Attempt { none, open, lost, unknown, failed, dead };
  enum class Sight { not_fresh, cannot_look, absent, ours, several, foreign, under_way };

  Attempt attempt = Attempt::none;
  ErrorClass error = ErrorClass::NONE;  // of a failed or dead attempt
  bool doubt = false;         // an earlier sending may have had its effect, or have it yet
  bool this_session = false;  // the attempt's last event is of this session
  bool plan_changed = false;  // since the attempt failed
  bool renewed = false;       // since it failed, a person asked to try again
  bool giving_up = false;     // it is only to be known what came of it
  bool named = false;         // a person says what came of it
  Guard guard = Guard::NONE;
  bool token_young = false;  // below 23 h, by our clock and the cloud's
  bool clock_back = false;   // now is before the first intent
  Sight sight = Sight::not_fresh;
  bool settled = false;       // the look was made after the settle window
  bool absent_twice = false;  // and one more before it, settled too
  bool tag_absent = false;    // searched by tag, settled; or the step has no tags
  bool backed_off = true;     // the pause after the last failure is over
  bool attempts_left = true;
  bool settling = false;  // too few failed to say that what is needed will not be found
  bool generations_left = true;
  bool placements_left = false;
};

Row recover(const Circumstance& c);

}  // namespace migledger::workflow
