#include "cli/report/markdown.h"

#include <fmt/format.h>

#include <iterator>

#include "cli/report/escape.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

constexpr std::size_t kMostRows = 50;

// "2026-11-23 05:18:00": a ticket needs no microseconds.
std::string moment(Time t) {
  std::string utc = format_utc(t);
  utc[10] = ' ';
  return utc.substr(0, 19);
}

// None of it is no figure to read.
std::string amount(Duration d) { return d == Duration::zero() ? "–" : format_duration(d); }

class Markdown {
 public:
  explicit Markdown(const ReportData& data) : data_(data), timeline_(data.timeline) {}

  std::string make() {
    head();
    attention();
    migrations();
    approvals();
    resources();
    steps();
    ledger_itself();
    verification();
    return std::move(out_);
  }

 private:
  template <typename... T>
  void line(fmt::format_string<T...> format, T&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<T>(values)...);
    out_ += '\n';
  }

  void left_out(std::size_t all, std::string_view what) {
    if (all > kMostRows) line("\n… and {} more {}.", all - kMostRows, what);
  }

  void head() {
    line("## Migration report\n");
    if (timeline_.simulated())
      line("> **Simulated ledger: nothing here happened in a real cloud.**\n");
    std::string counts;
    for (const auto& [words, count] : standings(timeline_))
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, words);
    line("| | |\n|---|---|");
    line("| Ledger | {} ({}) |", markdown_code(timeline_.ledger_id(), 40),
         markdown_cell(timeline_.cloud(), 20));
    line("| Migrations | {}{} |", timeline_.migrations().size(),
         counts.empty() ? "" : ": " + counts);
    line("| From | {} UTC |", moment(timeline_.begun()));
    line("| Until | {} UTC, event {}{} |", moment(timeline_.time()), data_.scope.until,
         data_.scope.is_head ? "" : " (there are later ones)");
    std::string who;
    std::set<std::string> seen;
    for (const auto& session : timeline_.sessions())
      if (seen.insert(session.user + "@" + session.host).second && seen.size() <= 5)
        who += (who.empty() ? "" : ", ") + markdown_cell(session.user + "@" + session.host, 80);
    if (seen.size() > 5) who += fmt::format(" and {} more", seen.size() - 5);
    line("| By | {} ({} session(s)) |", who.empty() ? "nobody" : who, timeline_.sessions().size());
    std::uint64_t attempts = 0;
    std::uint64_t failures = 0;
    for (const auto& migration : timeline_.migrations()) {
      attempts += migration->attempts;
      failures += migration->failures;
    }
    line("| Requests that change something | {}, {} of them failed or unclear at first |", attempts,
         failures);
    if (data_.unknown_events > 0)
      line("| Written by a newer version | {} event(s), not understood here |",
           data_.unknown_events);
    if (timeline_.tails_dropped() > 0)
      line("| Torn ends cut off | {} |", timeline_.tails_dropped());
  }

  void attention() {
    std::size_t all = 0;
    for (const auto& migration : timeline_.migrations()) {
      if (!needs_attention(*migration)) continue;
      if (++all == 1)
        line(
            "\n### Needs attention\n\n| Migration | Stands | Step | Why | What to do |\n"
            "|---|---|---|---|---|");
      if (all > kMostRows) continue;
      const auto& state = migration->book.state;
      const bool paused = !state.is_over() && state.paused != 0;
      line("| {} | {} | {} | {} | {} |", markdown_cell(state.name, 63), standing_of(*migration),
           migration->stays.empty() ? std::string()
                                    : markdown_cell(state.step_name(migration->stays.back().step)),
           markdown_cell(paused ? state.pause_words : state.reason, 300),
           markdown_cell(what_to_do(*migration), 500));
    }
    left_out(all, "that need attention");
  }

  void migrations() {
    if (timeline_.migrations().empty()) return;
    line(
        "\n### Migrations\n\n| Migration | Stands | Started | Elapsed | Working | Waiting | Idle | "
        "Requests | Failed |\n|---|---|---|---:|---:|---:|---:|---:|---:|");
    std::size_t shown = 0;
    for (const auto& migration : timeline_.migrations()) {
      if (++shown > kMostRows) break;
      const auto spent = workflow::time_spent(timeline_, *migration);
      line("| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
           markdown_cell(migration->book.state.name, 63), standing_of(*migration),
           moment(migration->period.from), format_duration(migration->period.length()),
           amount(spent.working), amount(spent.waiting), amount(spent.idle), migration->attempts,
           migration->failures);
    }
    left_out(timeline_.migrations().size(), "migrations");
  }

  void approvals() {
    if (data_.approvals.empty()) return;
    line(
        "\n### Approvals\n\n| Event | When (UTC) | Migration | Kind | What | By | How | Why |\n"
        "|---:|---|---|---|---|---|---|---|");
    std::size_t shown = 0;
    for (const auto& one : data_.approvals) {
      if (++shown > kMostRows) break;
      line("| {} | {} | {} | {} | {} | {} | {} | {} |", one.position, moment(one.time),
           markdown_cell(one.migration, 63), markdown_cell(one.kind), markdown_cell(one.what, 500),
           markdown_cell(one.by, 200), markdown_cell(one.how, 200), markdown_cell(one.reason, 500));
    }
    left_out(data_.approvals.size(), "approvals");
  }

  void resources() {
    std::size_t all = 0;
    for (const auto& migration : timeline_.migrations()) {
      for (const auto& entry : timeline_.resources(*migration)) {
        if (++all == 1)
          line(
              "\n### Resources\n\n| Migration | What | Id | How | What became of it | Event |\n"
              "|---|---|---|---|---|---:|");
        if (all > kMostRows) continue;
        line("| {} | {} | {} | {} | {} | {} |", markdown_cell(migration->book.state.name, 63),
             markdown_cell(entry.kind->noun), markdown_code(entry.id, 300), origin_of(entry),
             name_of(entry.fate), entry.recorded->position);
      }
    }
    left_out(all, "resources");
  }

  void steps() {
    const auto costs = workflow::step_costs(timeline_);
    if (costs.empty()) return;
    line(
        "\n### Time by step\n\n| Step | Migrations | Median | Longest | Working | Waiting | Idle | "
        "Requests | Failed |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    const bool several = costs.front().workflow != costs.back().workflow;
    for (const auto& cost : costs)
      line("| {}{} | {} | {} | {} | {} | {} | {} | {} | {} |",
           several ? markdown_cell(cost.workflow + " ") : std::string(), markdown_cell(cost.step),
           cost.migrations, format_duration(cost.median), format_duration(cost.longest),
           amount(cost.spent.working), amount(cost.spent.waiting), amount(cost.spent.idle),
           cost.attempts, cost.failures);
  }

  void ledger_itself() {
    if (data_.notes.empty()) return;
    line("\n### The ledger itself\n\n| Event | When (UTC) | What |\n|---:|---|---|");
    std::size_t shown = 0;
    for (const auto& note : data_.notes) {
      if (++shown > kMostRows) break;
      line("| {} | {} | {} |", note.position, moment(note.time), markdown_cell(note.words, 500));
    }
    left_out(data_.notes.size(), "events of the ledger itself");
  }

  void verification() {
    line("\n### To verify\n");
    line(
        "The Merkle root over events 1 to {} is `{}` (RFC 6962, SHA-256, of the events as stored). "
        "`migledger verify` checks the ledger against it.",
        data_.scope.until, ledger::to_hex(data_.frontier.root()));
    if (!data_.signed_checkpoint.empty()) {
      // Indented text is taken as it is; no line of a checkpoint can end it.
      line("\nThe newest signed checkpoint:\n");
      std::string_view rest = data_.signed_checkpoint;
      while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        line("    {}", printable(rest.substr(0, end), 10'000));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      }
    }
  }

  const ReportData& data_;
  const workflow::Timeline& timeline_;
  std::string out_;
};

}  // namespace

std::string report_markdown(const ReportData& data) { return Markdown(data).make(); }

}  // namespace migledger::cli
