#include "cli/export/export_otlp.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>

#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/output_file.h"
#include "cli/report/data.h"
#include "cli/report/report.h"
#include "cli/session/open_to_read.h"
#include "ledger/base/printable.h"
#include "ledger/base/sha256.h"
#include "workflow/cloud/error_class.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using workflow::Ending;
using workflow::MigrationTimeline;
using workflow::Stay;
using workflow::TimelineAttempt;
using workflow::Wait;

// enum SpanKind and StatusCode of opentelemetry/proto/trace/v1/trace.proto.
constexpr int kInternal = 1;
constexpr int kClient = 3;
constexpr int kUnset = 0;
constexpr int kOk = 1;
constexpr int kError = 2;

constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanDigits = 16;

// 64-bit integers are decimal strings in JSON.
json::value nanos(Time t) { return json::value(fmt::format("{}", to_micros(t) * 1000)); }

class Attributes {
 public:
  Attributes& text(std::string_view key, std::string_view value) {
    if (!value.empty()) add(key, {{"stringValue", json_text(value)}});
    return *this;
  }
  Attributes& number(std::string_view key, std::uint64_t value) {
    add(key, {{"intValue", fmt::format("{}", value)}});
    return *this;
  }
  Attributes& flag(std::string_view key, bool value) {
    if (value) add(key, {{"boolValue", true}});
    return *this;
  }
  json::array take() { return std::move(list_); }

 private:
  void add(std::string_view key, json::object value) {
    list_.push_back(json::object{{"key", key}, {"value", std::move(value)}});
  }

  json::array list_;
};

struct SpanId {
  std::string hex;
};

struct SpanStatus {
  int code = kUnset;
  std::string message;
};

class OtlpExporter {
 public:
  explicit OtlpExporter(const ReportData& data) : timeline_(data.timeline) {}

  // Spans are written migration by migration: as values, all of them would take much memory.
  std::string make() {
    const json::object scope{{"name", "migledger"}, {"version", MIGLEDGER_VERSION}};
    std::string out = fmt::format(
        "{{\"resourceSpans\":[{{\"resource\":{},\"scopeSpans\":[{{\"scope\":{},\"spans\":[",
        json::serialize(json::object{{"attributes", resource()}}), json::serialize(scope));
    std::string_view separator;
    for (const auto& migration : timeline_.migrations()) {
      add(*migration);
      for (const auto& span : spans_) {
        out.append(separator).append(json::serialize(span));
        separator = ",";
      }
      spans_.clear();
    }
    return out + "]}]}]}\n";
  }

 private:
  json::array resource() const {
    return Attributes()
        .text("service.name", "migledger")
        .text("service.version", MIGLEDGER_VERSION)
        .text("migledger.ledger.id", timeline_.ledger_id())
        .text("migledger.ledger.cloud", timeline_.cloud())
        .flag("migledger.simulated", timeline_.simulated())
        .number("migledger.ledger.position", timeline_.position())
        .text("cloud.provider", timeline_.simulated() ? "" : "oracle_cloud")
        .text("cloud.account.id", timeline_.tenancy())
        .take();
  }

  std::string digest(std::string_view text, std::size_t digits) const {
    return ledger::to_hex(ledger::sha256(ledger::bytes_of(text))).substr(0, digits);
  }
  SpanId span_id(std::string_view what, ledger::Position position) const {
    return {digest(fmt::format("migledger span\n{}\n{}\n{}", timeline_.ledger_id(), what, position),
                   kSpanDigits)};
  }

  void span(const SpanId& id, const SpanId& parent, std::string_view name, int kind,
            const workflow::Period& period, const SpanStatus& status, json::array attributes,
            json::array events = {}) {
    json::object span{{"traceId", trace_},
                      {"spanId", id.hex},
                      {"name", json_text(name)},
                      {"kind", kind},
                      {"startTimeUnixNano", nanos(period.from)},
                      {"endTimeUnixNano", nanos(period.to)}};
    if (!parent.hex.empty()) span["parentSpanId"] = parent.hex;
    span["attributes"] = std::move(attributes);
    if (!events.empty()) span["events"] = std::move(events);
    json::object said;
    if (status.code != kUnset) said["code"] = status.code;
    // Only errors have a message.
    if (status.code == kError && !status.message.empty())
      said["message"] = json_text(status.message);
    span["status"] = std::move(said);
    spans_.push_back(std::move(span));
  }

  static SpanStatus status_of(const MigrationTimeline& migration) {
    const auto& state = migration.book.state;
    switch (state.status) {
      case ledger::Status::done:
        return {kOk, {}};
      case ledger::Status::failed:
        return {kError, state.reason};
      case ledger::Status::running:
      case ledger::Status::parked:
      case ledger::Status::cancelled:  // somebody wanted it so: neither good nor bad
      case ledger::Status::rolled_back:
        break;
    }
    return {};
  }

  void add(const MigrationTimeline& migration) {
    const auto& state = migration.book.state;
    trace_ = digest(fmt::format("migledger trace\n{}\n{}", timeline_.ledger_id(), state.stream),
                    kTraceDigits);
    const SpanId root = span_id("migration", state.stream);
    span(root, {}, state.name, kInternal, migration.period, status_of(migration),
         Attributes()
             .text("migledger.migration", state.name)
             .number("migledger.stream", state.stream)
             .text("migledger.workflow", state.workflow)
             .number("migledger.workflow.version", state.workflow_version)
             .text("migledger.standing", standing_of(migration))
             .text("migledger.source_region", state.plan.get("source_region"))
             .text("migledger.target_region", state.plan.get("target_region"))
             .text("migledger.reason", needs_attention(migration) ? state.reason : std::string())
             .number("migledger.events", migration.events)
             .flag("migledger.unfinished", !state.is_over())
             .take());
    std::vector<std::pair<const Stay*, SpanId>> stays;
    for (const auto& stay : migration.stays) stays.emplace_back(&stay, add(migration, stay, root));
    for (const auto& wait : migration.waits)
      add(migration, wait, span_id("wait", wait.first), parent_of(wait, stays, root));
    // What held all of them held this one as long as it was there.
    for (Wait hold : timeline_.holds()) {
      const bool before = hold.last != 0 && hold.last < state.stream;
      const bool after = state.is_over() && hold.first > state.position;
      if (before || after) continue;
      hold.period = {std::max(hold.period.from, migration.period.from),
                     std::min(hold.period.to, migration.period.to)};
      add(migration, hold, span_id(fmt::format("hold {}", state.stream), hold.first), root);
    }
  }

  // The stay within which somebody was waited for; a pause may go over several.
  static const SpanId& parent_of(const Wait& wait,
                                 const std::vector<std::pair<const Stay*, SpanId>>& stays,
                                 const SpanId& root) {
    for (const auto& [stay, id] : stays)
      if (stay->step == wait.step && stay->first <= wait.first && wait.first <= stay->last)
        return id;
    return root;
  }

  SpanId add(const MigrationTimeline& migration, const Stay& stay, const SpanId& root) {
    const auto& book = migration.book;
    const std::string_view name = book.state.step_name(stay.step);
    const SpanId id = span_id("step", stay.first);
    SpanStatus status;
    if (stay.ending == Ending::succeeded) status.code = kOk;
    if (stay.ending == Ending::failed) status = {kError, stay.reason};
    json::array events;
    for (const auto& mark : stay.marks)
      events.push_back(json::object{{"timeUnixNano", nanos(mark.time)},
                                    {"name", workflow::name_of(mark.kind)},
                                    {"attributes", Attributes()
                                                       .text("migledger.seen", mark.words)
                                                       .number("migledger.position", mark.position)
                                                       .take()}});
    span(id, root, name, kInternal, stay.period, status,
         Attributes()
             .text("migledger.migration", book.state.name)
             .text("migledger.step", name)
             .text("migledger.step.title", workflow::title_of(book, stay.step))
             .text("migledger.ending", workflow::name_of(stay.ending))
             .number("migledger.position", stay.first)
             .flag("migledger.unfinished", stay.ending == Ending::open)
             .take(),
         std::move(events));
    for (const auto& attempt : stay.attempts) add(migration, stay, attempt, id);
    return id;
  }

  void add(const MigrationTimeline& migration, const Stay& stay, const TimelineAttempt& attempt,
           const SpanId& parent) {
    const auto first = attempt.intent != 0 ? attempt.intent : attempt.outcome;
    std::string name(migration.book.state.step_name(stay.step));
    if (attempt.page != 0)
      name += fmt::format(" page {}", attempt.page);
    else if (!attempt.method.empty())
      name = attempt.method + " " + name;
    else
      name += " adopted";
    SpanStatus status;
    if (attempt.ending == Ending::succeeded) status.code = kOk;
    if (attempt.ending == Ending::failed || attempt.ending == Ending::unknown)
      status = {kError, attempt.message.empty() ? attempt.code : attempt.message};
    Attributes attributes;
    attributes.text("http.request.method", attempt.method)
        .text("url.path", attempt.path)
        .text("cloud.region", attempt.region);
    if (attempt.status != 0) attributes.number("http.response.status_code", attempt.status);
    if (status.code == kError)
      attributes
          .text("error.type", attempt.code.empty() ? std::string(workflow::name_of(attempt.ending))
                                                   : attempt.code)
          .text("migledger.error.class", workflow::name_of(attempt.error));
    if (attempt.resends != 0) attributes.number("migledger.resends", attempt.resends);
    if (attempt.page == 0)
      attributes.number("migledger.generation", attempt.generation)
          .number("migledger.send", attempt.send);
    attributes.text("migledger.ending", workflow::name_of(attempt.ending))
        .text("migledger.key", attempt.key)
        .text("migledger.row", attempt.row)
        .text("oci.request_id", attempt.request_id)
        .number("migledger.position", first);
    if (attempt.outcome != 0) attributes.number("migledger.outcome.position", attempt.outcome);
    attributes.flag("migledger.unfinished", attempt.ending == Ending::open);
    span(span_id("attempt", first), parent, name, attempt.method.empty() ? kInternal : kClient,
         attempt.period, status, attributes.take());
  }

  void add(const MigrationTimeline& migration, const Wait& wait, const SpanId& id,
           const SpanId& parent) {
    const bool paused = wait.kind == Wait::Kind::paused;
    span(id, parent,
         paused ? std::string("paused") : fmt::format("wait for {}", workflow::name_of(wait.kind)),
         kInternal, wait.period, {},
         Attributes()
             .text("migledger.migration", migration.book.state.name)
             .text("migledger.wait", workflow::name_of(wait.kind))
             .text("migledger.reason", wait.reason)
             .text("migledger.need", wait.need)
             .number("migledger.position", wait.first)
             .flag("migledger.unfinished", wait.last == 0)
             .take());
  }

  const workflow::Timeline& timeline_;
  std::string trace_;
  json::array spans_;
};

}  // namespace

std::string otlp_json(const ReportData& data) { return OtlpExporter(data).make(); }

int export_otlp(const ledger::EventStore& store, const ExportOtlp& options, std::ostream& out,
                const FleetStart& start) {
  OutputFile file(options.file, unless(options.force), out);
  const ReportData data =
      gather_report(store, report_scope(store, options.migrations, options.until, start));
  file.write(otlp_json(data));
  file.finish();
  if (options.file != "-")
    out << fmt::format("Wrote {}: {} trace(s), up to #{}\n", printable(options.file),
                       data.timeline.migrations().size(), data.scope.until);
  return static_cast<int>(ExitStatus::done);
}

int read_otlp(const std::string& directory, const ExportOtlp& options, std::ostream& out,
              std::ostream& err) {
  const auto store = open_to_read(directory, err);
  return export_otlp(*store, options, out, snapshots_of(directory, *store));
}

}  // namespace migledger::cli
