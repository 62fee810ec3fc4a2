// reconcile: what the ledger says was made, compared with what is in the cloud. Changes neither.
//
//  there    marks  in the ledger         verdict
//  yes      any    made, as it is        known
//  yes      any    made, otherwise       drifted
//  yes      any    made, then failed     known (left behind)
//  yes      ours   removed               drifted
//  yes      ours   not at all            orphaned; known while a run is at work on it
//  no       -      made                  missing; known while not awaited yet, or being removed
//  no       -      removed, failed       no finding
//  unseen   -      made                  unseen
//
// A list alone says only that something is there as recorded. Anything else is read by its id, too,
// because lists are late; and missing is only what neither a full list nor its id shows.
//
// What walks have copied is in no list of the ledger: reconcile_content.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/event_store.h"
#include "workflow/cloud/cloud.h"
#include "workflow/model/plan.h"
#include "workflow/model/step.h"
#include "workflow/run/steering.h"
#include "workflow/steps/made_log.h"

namespace migledger::workflow {

// A migration as the ledger has it, or as it is configured where the ledger has none.
struct Book {
  MigrationState state;
  MadeLog made;
  const Workflow* workflow = nullptr;  // null: this version has none of that name
  bool recorded = false;               // in the ledger
};

struct Books {
  std::string ledger_id;
  std::vector<Book> migrations;
  ledger::Position running = 0;  // the session of the run that goes on meanwhile; 0: none does
};

// All migrations of `store`, and those of `configured` that it does not have. `running`: somebody
// is writing to it. `workflow_named` finds a workflow; null when there is none of that name.
Books read_books(const ledger::EventStore& store, const Plan& configured, bool running,
                 const Workflow* (*workflow_named)(std::string_view));

struct Finding {
  enum class Verdict {
    known,
    orphaned,
    missing,
    drifted,
    unseen,  // could not look
  };
  Verdict verdict = Verdict::unseen;
  std::string what;  // "image", "exported object"; of what was unseen: the list
  std::string region;
  std::string id;               // or the name of an object; empty: the finding is about a list
  std::string migration;        // empty: none that is known
  std::string step;             // that makes it, or that its key stands for
  ledger::Position position{};  // of the event that records it; 0: none does
  std::string seen;             // for people
  std::string advice;           // what to do; empty: nothing
  std::string not_adoptable;  // orphaned: why the order to adopt it would be refused; empty: taken
};
std::string_view name_of(Finding::Verdict verdict);

// The order to record something orphaned as what its step made; `asked` has its id and who asks.
Order adoption_of(const Finding& finding, Order asked = {});

struct Reconciled {
  std::vector<Finding> findings;  // by migration, those without one first
  bool unreachable = false;       // something was unseen because no service answered or let us in
};

// `read` gives the books; it is called before the cloud is asked, and again afterwards, so that
// what a run makes and records meanwhile is not taken for unknown. Only reads, whatever it finds.
Reconciled reconcile(const std::function<Books()>& read, Cloud& cloud, Clock& clock);

}  // namespace migledger::workflow
