// What was typed, for the files that add commands to it.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "cli/base/terminal.h"

namespace CLI {
class App;
}

namespace migledger::cli {

struct CommandLine {
  CLI::App& app;
  Terminal terminal;
  std::string typed;  // all of it, for the record
  // Takes the command that was typed, which returns an exit code. To be called by a callback.
  std::function<void(std::function<int()>)> run;
  // The same for one that does nothing but tell: it ends quietly when nobody reads any more.
  std::function<void(std::function<int()>)> tell;
};

// Each adds commands; what is typed is kept in `line.app`.
void add_run(CommandLine& line);
void add_status(CommandLine& line);
void add_history(CommandLine& line);
void add_replay(CommandLine& line);
void add_why(CommandLine& line);
void add_verify(CommandLine& line);
void add_report(CommandLine& line);
void add_export(CommandLine& line);
void add_init(CommandLine& line);
void add_check_config(CommandLine& line);
void add_doctor(CommandLine& line);
void add_reconcile(CommandLine& line);
void add_signing(CommandLine& line);   // keygen, checkpoint, prove
void add_steering(CommandLine& line);  // pause, resume, approve, retry, skip, cancel, note, adopt
void add_undoing(CommandLine& line);   // rollback, cleanup, decommission
void add_keeping(CommandLine& line);   // backup, restore, import
void add_simulate(CommandLine& line);
void add_sim(CommandLine& line);  // sim report, sim serve

}  // namespace migledger::cli
