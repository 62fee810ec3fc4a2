// Steps as data: a workflow is a table of steps, a step is a handful of pure functions. No loops,
// sleeps or I/O here; the executor does those.
#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/fold/migration_state.h"
#include "workflow/cloud/error_class.h"
#include "workflow/cloud/request.h"
#include "workflow/model/approval.h"
#include "workflow/model/plan.h"

namespace migledger::workflow {

using ledger::MigrationState;
using ledger::Mode;
using ledger::StepIndex;

enum class StepKind { check, approve, act, await, bulk };

// What makes sending again safe.
using Guard = ledger::schema::Intent::Guard;

// What a step may look at.
struct View {
  const MigrationState& state;
  std::string_view ledger_id;
  StepIndex step;
  std::uint16_t generation;  // of the act step that this step is about
  bool in_bulk = false;      // many are under way: reading a list serves them all
  // Whether to read, too, what tells only of failure and percentages. In bulk it is not always.
  bool thorough = true;
  std::string_view about = {};  // the one of several things moved that this is about; empty: all

  std::string_view plan(std::string_view field) const { return state.plan.get(field); }
  std::string_view fact(std::string_view name) const { return state.facts.get(name); }
  // What is moved, as source_of() names it, or the one thing of it that this is about.
  std::string_view source() const { return about.empty() ? source_of(state.plan) : about; }
  // Whether it is enough to know, for now, that it is not over: it was seen under way.
  bool skims() const { return !thorough && !state.reading.state.empty(); }
  // The idempotency key of `generation` of this step.
  std::string key() const;
};

class ListIndex;
struct Walk;

// One answer to a reading, with all pages of a list. Many readers share what it holds.
struct Answer {
  Reply reply;
  std::shared_ptr<const boost::json::value> json;  // null when the body is empty or not JSON
  std::shared_ptr<const ListIndex> list;           // of the elements; null unless it is a list

  // Reads the body of `reply`, the last page after `earlier_pages`. A list of several pages, or a
  // long one, is in `list` only: its text moves there, and `json` is null.
  static Answer of(Reply reply, std::vector<std::string> earlier_pages = {});
};
using Answers = std::span<const Answer>;

// What a check or an await step made of the answers.
struct Verdict {
  enum class Kind {
    pending,  // not yet; look again
    ok,
    dead,         // what the act step made has failed
    refused,      // a person must change something
    cannot_look,  // the answer is no answer
  };
  Kind kind = Kind::cannot_look;
  std::string state;                  // pending: as the cloud calls it
  int percent = 0;                    // pending
  ledger::Fields facts;               // ok
  std::vector<std::string> findings;  // ok, refused: for people
  Failure failure;                    // dead, refused, cannot_look
  std::string need;                   // refused: what a person must do
  std::string_view go_back_to = {};   // refused: the step to go on with then; empty: this one

  static Verdict pending(std::string_view state, int percent = 0);
  static Verdict pending_as_before(const View& view);  // as last observed
  static Verdict ok(ledger::Fields facts = {});
  static Verdict dead(ErrorClass error_class, std::string code, std::string message);
  static Verdict refused(std::string message, std::string need);
  static Verdict cannot_look(const Answer& answer);
};

// What a look for an act step's resource found.
struct Sighting {
  enum class Kind { absent, ours, several, foreign, under_way, cannot_look };
  struct Candidate {
    std::string id;
    std::string name;
    std::string state;
    std::string why;
  };
  Kind kind = Kind::cannot_look;
  std::vector<Candidate> candidates;
  ledger::Fields facts;  // ours: what adopting records
  bool claimed = false;  // ours, because an imported state file says so
  Failure failure;       // cannot_look

  static Sighting of(Kind kind) {
    Sighting sighting;
    sighting.kind = kind;
    return sighting;
  }
  static Sighting cannot_look(const Answer& answer);
};

// What an act step made of a reply of success.
struct Receipt {
  bool understood = false;  // false: the reply does not show what it should; fate unknown
  ledger::Fields facts;
  // Secrets that the reply handed out, by placeholder; they stay in memory.
  std::vector<std::pair<std::string, std::string>> secrets;
};

// A set of modes.
using Modes = std::uint8_t;
constexpr Modes in(Mode mode) { return static_cast<Modes>(1U << static_cast<unsigned>(mode)); }

struct Step {
  std::string_view name;
  std::string_view title;  // for people: "create the image"
  StepKind kind = StepKind::check;

  // What the migration must be about for this step to be one of its steps. Those of the forward
  // mode come first in the table.
  Modes modes = in(Mode::forward);

  // Whether the step is part of this migration; null: always.
  bool (*applies)(const View&) = nullptr;

  // The next request of a reading, given the answers so far; nothing when there are enough.
  // check, await: for read(); act: for sight().
  std::optional<Request> (*ask)(const View&, Answers) = nullptr;
  Verdict (*read)(const View&, Answers) = nullptr;

  // act
  Guard guard = Guard::NONE;
  Sighting (*sight)(const View&, Answers) = nullptr;
  Request (*ask_by_tag)(const View&) = nullptr;  // null: has no tags
  Sighting (*sight_by_tag)(const View&, const Answer&) = nullptr;
  Request (*act)(const View&) = nullptr;
  Receipt (*receive)(const View&, const Answer&) = nullptr;
  // A step for several items, one a generation: whether some are left once `facts` are known, too.
  // Null: there is one.
  bool (*more)(const View&, const ledger::Fields& facts) = nullptr;
  // The resource that a person says this step made: how to read it, and whether it can be that
  // (ours, with the facts that adopting records; else foreign, and why). Null: cannot be named.
  Request (*ask_named)(const View&, std::string_view id) = nullptr;
  Sighting (*sight_named)(const View&, const Answer&, std::string_view id) = nullptr;
  // What a person can change when the cloud refuses the request for good: it waits for that then.
  // Empty: the migration has failed.
  std::string_view otherwise = {};
  // The policy statement without which the cloud does not find what the step needs. Null: none is
  // known beyond those of the user.
  std::string (*permission)(const View&) = nullptr;
  // How many further placements the plan offers when the cloud is out of capacity; null: none.
  unsigned (*fallbacks)(const View&) = nullptr;

  // act: the request holds a secret that lives only in the memory of the session that made it;
  // when it is lost, the workflow goes back to this step.
  std::string_view remake_secret_at = {};

  // act: the fact that names what this step removes; empty: it removes nothing that has one.
  std::string_view removes = {};

  // bulk: through what it walks, and what for; read() judges the whole of it.
  const Walk* walk = nullptr;

  // await: the name of the act step whose resource this is, and what to read when it is dead, for
  // the record; approve: what is to be approved.
  std::string_view of = {};
  std::vector<Request> (*postmortem)(const View&) = nullptr;
  std::string (*question)(const View&) = nullptr;
  // approve: of which kind, and whether the plan approves what would otherwise be asked for, and
  // the key of the configuration that does.
  ApprovalKind approval = ApprovalKind::UNSAID;
  bool (*approved_by_plan)(const View&) = nullptr;
  std::string_view plan_key = {};

  // check, await: the migration can go on without what it would have found; a person may skip it.
  bool may_skip = false;

  // approve, check: not before this moment; null: at once. For periods that must pass.
  Time (*not_before)(const View&) = nullptr;

  // await: how long it usually takes. Polls are rare before and frequent when it is due.
  Duration usual{};
  // check: how long it may be put off while many are under way; zero: not at all.
  Duration gather{};
};

struct MadeKind;

struct Workflow {
  std::string_view name;
  std::uint32_t version = 1;
  std::span<const Step> steps;
  std::span<const MadeKind> (*makes)() = nullptr;  // what the steps make (made.h); null: not told
  // What a rollback leaves of what they made, in words for people; null or empty: nothing.
  std::string (*left_by_rollback)(const View&) = nullptr;

  StepIndex index_of(std::string_view step) const;  // kNoStep: has none of that name
  std::uint16_t forward_count() const;              // of steps that move the workload
  // Whether a migration, as recorded, follows these very steps: then it can be gone on with, and
  // its decisions can be made again. A step whose meaning changes gets another name.
  bool matches(const MigrationState& state) const;
};

// "ml-<ledger>-<migration>-<step>-<generation>", at most 64 characters: a function of what the
// plan names, never of positions, so that a ledger restored from an older copy computes it again.
std::string idempotency_key(std::string_view ledger_id, std::string_view migration,
                            std::string_view source, std::string_view step,
                            std::uint16_t generation);

// The part of a key before its generation.
std::string_view key_stem(std::string_view key);

// That of the keys of a step's attempts.
std::string stem_of(const View& view, std::string_view step);

// Whether a key, or what passes for one, is of that ledger.
bool is_key_of(std::string_view key, std::string_view ledger_id);

}  // namespace migledger::workflow
