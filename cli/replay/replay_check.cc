#include "cli/replay/replay_check.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/moment.h"
#include "cli/base/names.h"
#include "cli/base/terminal.h"
#include "ledger/base/printable.h"
#include "workflow/audit/recheck.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using workflow::Disagreement;

std::string shortened(const std::string& text) { return shorten_ocids(printable(text, 300)); }

void print(const Disagreement& d, std::ostream& out) {
  out << fmt::format("#{} {}: {}\n  recorded    {}\n  this build  {}", d.position,
                     printable(d.migration, 63),
                     d.words_only ? "the same, in other words" : "another decision",
                     shortened(d.recorded), shortened(d.decided));
  if (d.because != 0) out << fmt::format(", because of #{}", d.because);
  out << '\n';
}

json::object json_of(const Disagreement& d) {
  return {{"position", d.position},
          {"migration", json_text(d.migration)},
          {"recorded", json_text(d.recorded)},
          {"decided", json_text(d.decided)},
          {"row", d.row},
          {"because", d.because},
          {"words_only", d.words_only}};
}

}  // namespace

int check_decisions(const ledger::EventStore& store, const CheckDecisions& check,
                    std::ostream& out) {
  const LedgerFacts facts = ledger_facts(store);
  workflow::Recheck recheck;
  json::array listed;
  std::uint64_t others = 0;
  std::uint64_t words_only = 0;
  if (check.until != 0) {
    const auto cursor = store.scan(1, check.until);
    while (cursor->next()) {
      const auto found = recheck.add(cursor->event());
      if (!found || (check.stream && *check.stream != found->stream)) continue;
      ++(found->words_only ? words_only : others);
      if (check.json) {
        listed.push_back(json_of(*found));
      } else {
        print(*found, out);
      }
    }
  }
  const auto& counts = recheck.counts();
  if (check.json) {
    json::object object;
    if (facts.simulated()) object["simulated"] = true;
    if (!facts.id.empty()) object["ledger"] = json_text(facts.id);
    object["position"] = check.until;
    if (check.until != 0) object["time"] = format_utc(time_at(store, check.until));
    object["events"] = counts.events;
    object["judged"] = counts.judged;
    object["not_judged"] = json::object{{"people", counts.by_people},
                                        {"ledger", counts.of_ledger},
                                        {"not_known", counts.not_known}};
    object["same"] = others == 0;
    object["disagreements"] = std::move(listed);
    out << json::serialize(object) << '\n';
  } else {
    out << fmt::format(
        "{} events up to #{}: {} judged; not judged: {} by people, {} of the ledger itself, {} "
        "that "
        "this build does not know\n",
        counts.events, check.until, counts.judged, counts.by_people, counts.of_ledger,
        counts.not_known);
    if (words_only > 0)
      out << fmt::format("{} would be said in other words, and mean the same\n", words_only);
    out << (others == 0 ? std::string("this build would decide the same everywhere\n")
                        : fmt::format("this build would decide otherwise {} time(s)\n", others));
    out << "what the cloud answered, and when it was asked again, is taken as recorded\n";
  }
  out.flush();
  return static_cast<int>(others == 0 ? ExitStatus::done : ExitStatus::waits_for_person);
}

}  // namespace migledger::cli
