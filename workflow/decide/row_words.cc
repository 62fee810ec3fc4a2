#include "workflow/decide/row_words.h"

namespace migledger::workflow {

RowWords words_of(Row row) {
  constexpr std::string_view recovery = "recovery";
  constexpr std::string_view decide = "decide";
  switch (row) {
    case Row::in_flight:
      return {recovery, "a request of this session is under way", "", "wait for the reply"};
    case Row::credentials:
      return {recovery, "the cloud refused the credentials (401) in this session", "",
              "stop the run"};
    case Row::back_off:
      return {recovery, "failed, unknown or dead, and the pause after it is not over", "",
              "wait, as the retry policy says"};
    case Row::look:
      return {recovery, "about to send, or to know what came of a sending",
              "not made by this session since the last event about it, or too long ago",
              "look for the resource"};
    case Row::cannot_look:
      return {recovery, "about to send, or to know what came of a sending", "cannot be made",
              "wait, and look again; never send"};
    case Row::adopt:
      return {recovery, "any", "found one of ours", "adopt it"};
    case Row::several:
      return {recovery, "any", "found several that could be ours", "ask a person; touch none"};
    case Row::foreign:
      return {recovery, "any", "found what somebody else made", "ask a person"};
    case Row::under_way:
      return {recovery, "any", "the cloud is at work on it", "wait, and look again"};
    case Row::first:
      return {recovery, "nothing was sent yet", "absent", "send"};
    case Row::same_token:
      return {recovery, "outcome lost or unknown, sent with a retry token below 23 hours of age",
              "absent", "send the same request again"};
    case Row::same_name:
      return {recovery, "outcome lost or unknown, sent with a name and a precondition", "absent",
              "send the same request again"};
    case Row::read_again:
      return {recovery, "outcome lost, unknown or failed; a change guarded by if-match",
              "read again, and not as wanted", "a new request, from what was just read"};
    case Row::nothing_happened:
      return {recovery, "failed, may be tried again, and nothing had happened", "absent",
              "send the same request again"};
    case Row::clock_back:
      return {recovery, "outcome lost or unknown, and the clock ran backwards", "absent",
              "wait until it has caught up"};
    case Row::settle:
      return {recovery, "outcome lost or unknown, and no usable token", "absent, but too early",
              "wait until it must show"};
    case Row::look_twice:
      return {recovery, "outcome lost or unknown, and no usable token", "absent once, settled",
              "look a second time"};
    case Row::search_tag:
      return {recovery, "outcome lost or unknown, and no usable token", "absent twice, settled",
              "search everywhere by tag"};
    case Row::new_after_proof:
      return {recovery, "outcome lost or unknown, and no usable token",
              "absent twice, settled, and by tag, too", "a new generation"};
    case Row::dead:
      return {recovery, "accepted, and then what it made failed", "absent", "a new generation"};
    case Row::next_placement:
      return {recovery, "failed or dead for lack of capacity, and a placement is left", "absent",
              "a new generation in the next configured placement"};
    case Row::plan_changed:
      return {recovery, "failed, and the plan was changed since", "absent", "a new generation"};
    case Row::renewed:
      return {recovery, "failed for good, and a person asked to try again", "absent",
              "a new generation"};
    case Row::given_up:
      return {recovery, "outcome lost, unknown or in doubt, and the migration is to end",
              "absent, proven", "record that nothing came of it"};
    case Row::blocked:
      return {recovery, "failed: a limit or quota is used up", "", "ask a person"};
    case Row::no_capacity:
      return {recovery, "failed or dead for lack of capacity, and no placement is left", "absent",
              "ask a person"};
    case Row::not_found:
      return {recovery, "failed a few times, or dead: what it needs was not found", "",
              "ask a person"};
    case Row::attempts_used_up:
      return {recovery, "failed or unknown as often as may be in a session", "absent",
              "ask a person"};
    case Row::generations_used_up:
      return {recovery, "what was made failed as often as may be", "absent",
              "the migration has failed"};
    case Row::final:
      return {recovery, "failed: it will never succeed as it is", "", "the migration has failed"};
    case Row::read:
      return {decide, "a check or a wait is current", "", "read, and judge"};
    case Row::walk:
      return {decide, "a walk through objects is current, and pages are left", "", "walk on"};
    case Row::approval:
      return {decide, "an approval is current", "", "ask a person to approve"};
    case Row::finished:
      return {decide, "every step is done, or the migration has ended", "", "nothing is left"};
    case Row::parked:
      return {decide, "it was stopped for a person in this session, or waits for an approval", "",
              "nothing, until a person acts"};
    case Row::unknown_event:
      return {decide, "an event of a newer version is in its history", "",
              "ask for the newer version"};
    case Row::timed_out:
      return {decide, "a wait has taken longer than its configured time", "", "ask a person"};
    case Row::unanswered:
      return {decide, "what is to be read could not be read for an hour", "", "ask a person"};
    case Row::secret_lost:
      return {decide, "the request needs a URL that was lost with the process that held it", "",
              "go back to the step that makes one"};
    case Row::paused:
      return {decide, "a person paused it", "", "begin nothing new"};
    case Row::too_early:
      return {decide, "a period must pass first", "", "wait for its end"};
  }
  return {decide, "?", "", "?"};
}

}  // namespace migledger::workflow
