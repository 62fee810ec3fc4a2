#include "cli/report/report.h"

#include <fmt/format.h>

#include "cli/base/exit_status.h"
#include "cli/base/moment.h"
#include "cli/base/output_file.h"
#include "cli/base/usage_error.h"
#include "cli/report/data.h"
#include "cli/report/html.h"
#include "cli/report/json.h"
#include "cli/report/markdown.h"
#include "cli/session/open_to_read.h"
#include "ledger/base/printable.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/tlog/publish.h"

namespace migledger::cli {

namespace {

constexpr char kDash[] = "-";

void check_size(std::uint64_t events, std::uint64_t most) {
  if (events <= most) return;
  throw UsageError(fmt::format(
      "a page holds at most {} events, and these are {} or more: name some migrations with "
      "--migration, or an earlier moment with --until",
      most, events));
}

std::string size_words(std::size_t bytes) {
  return bytes < 1'000'000 ? fmt::format("{} kB", (bytes + 999) / 1000)
                           : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

ReportScope report_scope(const ledger::EventStore& store,
                         const std::vector<std::string>& migrations,
                         const std::optional<std::string>& until, const FleetStart& start) {
  ReportScope scope;
  const auto head = store.head().position;
  scope.until = until ? last_until(store, "--until", parse_moment("--until", *until)) : head;
  scope.is_head = scope.until == head;
  scope.migrations = migrations;
  for (const auto& name : migrations) {
    const auto stream = find_migration(store, name, start);
    if (stream > scope.until)
      throw UsageError(fmt::format("\"{}\" had not started at #{}; it began with #{}",
                                   printable(name, 60), scope.until, stream));
    scope.streams.insert(stream);
  }
  if (scope.until == 0)
    throw UsageError("the ledger holds nothing at that moment, so there is nothing to report");
  return scope;
}

int run_report(const ledger::EventStore& store, const ReportOptions& options, std::ostream& out,
               const FleetStart& start) {
  const bool markdown = options.markdown || !options.html;
  const std::string markdown_file =
      options.markdown && !options.markdown->empty() ? *options.markdown : kDash;
  if (options.html && markdown && *options.html == kDash && markdown_file == kDash)
    throw UsageError("--html and --md cannot both go to the standard output; name a file");
  if (options.html && markdown && *options.html == markdown_file)
    throw UsageError("--html and --md name the same file");
  std::optional<OutputFile> page_file, text_file;
  if (options.html) page_file.emplace(*options.html, unless(options.force), out);
  if (markdown) text_file.emplace(markdown_file, unless(options.force), out);
  ReportScope scope = report_scope(store, options.migrations, options.until, start);
  if (options.html && scope.streams.empty()) check_size(scope.until, options.most_events);

  ReportJson json(store);
  std::uint64_t events = 0;
  ReportData data = gather_report(store, std::move(scope), [&](auto event) {
    if (!options.html) return;
    check_size(++events, options.most_events);
    json.add(event);
  });
  if (options.checkpoint) data.signed_checkpoint = options.checkpoint(data.scope.until);
  const auto wrote = [&](const std::string& file, std::size_t bytes) {
    if (file == kDash || (markdown && markdown_file == kDash)) return;
    out << fmt::format("Wrote {} ({}): {} migration(s), {} events, up to #{}\n", printable(file),
                       size_words(bytes), data.timeline.migrations().size(), data.events,
                       data.scope.until);
  };
  if (options.html) {
    const std::string page = report_page(data, json.write(data), options.directory);
    page_file->write(page);
    page_file->finish();
    wrote(*options.html, page.size());
  }
  if (markdown) {
    const std::string text = report_markdown(data);
    text_file->write(text);
    text_file->finish();
    wrote(markdown_file, text.size());
  }
  return static_cast<int>(ExitStatus::done);
}

int read_report(const std::string& directory, ReportOptions options, std::ostream& out,
                std::ostream& err) {
  const auto store = open_to_read(directory, err);
  options.directory = directory;
  options.checkpoint = [&](ledger::Position at_most) -> std::string {
    const ledger::CheckpointStore published(directory);
    const auto sizes = published.sizes();
    for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
      if (*size > at_most) continue;
      std::string why;
      try {
        const auto read = published.read(*size);
        if (!read) continue;
        why = ledger::why_inconsistent(*store, read->checkpoint, published.file_of(*size).string());
        if (why.empty()) return read->bytes;
      } catch (const ledger::LedgerError& e) {
        if (e.kind != ledger::LedgerErrorKind::refused) throw;
        why = e.what();
      }
      err << "migledger: " << printable(why, 1000) << "; that checkpoint is left out\n";
    }
    return {};
  };
  return run_report(*store, options, out, snapshots_of(directory, *store));
}

}  // namespace migledger::cli
