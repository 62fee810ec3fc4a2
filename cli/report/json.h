// The ledger as the page of `report --html` embeds it: one JSON value, as small as it goes without
// compression. Texts are split at spaces into words, and each word stands there once; times are
// milliseconds, mostly as differences. cli/report/page.js reads it, and nothing else does.
//
//   ledger       object: id, cloud, tenancy, simulated, position, begun (milliseconds since 1970),
//                length (from there to the last event), events, unknown, tails, whole (no
//                migrations were picked), head (it is the newest event)
//   words        the words
//   texts        lists of words, by their numbers: everything below that is "text" is a number here
//   kinds, steps names; steps[0] is ""
//   titles       of steps, for people, by the same number
//   standings    [words, class]
//   shapes       [kind, step, level] of events; levels: 0 plain, 1 good, 2 waits, 3 doubtful, 4 bad
//   events       columns, an element an event:
//                p  position, less that of the event before; null: dense from 1
//                t  time, less that of the event before
//                m  number of the migration, from 1; 0: the ledger's own
//                k  shape
//                x  text
//                c  how far back the event lies that it reacts to; 0: none
//                s  runs [number of events, session from 1, or 0]
//   sessions     [position, last, from, length, closed, exit code, who, version, command, as whom,
//                events, reason]
//   holds        waits of all migrations together
//   migrations   [name, workflow, standing, began, length, events, attempts, failures, reason,
//                need, from region, to region, steps of moving that are done, working, waiting,
//                idle, stays, waits, resources]
//                stay:     [step, began after the stay before ended, length, ending, first event,
//                           attempts]; attempt: [intent, outcome, ending], positions after the
//                           first event, intent −1: adopted without one, outcome −1: none
//                wait:     [kind, step, began, length, first event, last event or 0, reason, need]
//                resource: [noun, id, step, fate, origin, made at, removed at]
//   costs        [workflow, step, migrations, stays, attempts, failures, failed stays, all,
//                working, waiting, idle, median, longest, slowest migration from 1]
#pragma once

#include <memory>
#include <string>

#include "cli/base/names.h"
#include "cli/report/data.h"

namespace migledger::cli {

// Collects the events as they are read, and writes it all.
class ReportJson {
 public:
  explicit ReportJson(const ledger::EventStore& store);
  ~ReportJson();

  void add(ledger::schema::Event::Reader event);

  // The JSON text, which may stand in a script element (report/escape.h).
  std::string write(const ReportData& data);

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace migledger::cli
