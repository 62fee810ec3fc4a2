#include "cli/report/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>

#include "cli/render/event_kind.h"
#include "cli/render/event_text.h"
#include "cli/report/escape.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

using ledger::Position;
using ledger::schema::Event;
using workflow::MigrationTimeline;

constexpr std::size_t kLongestForeignText = 400;  // of any one text that came from outside
constexpr std::size_t kLongestReason = 2000;

std::int64_t millis(Time t) { return to_micros(t) / 1000; }
std::int64_t millis(Duration d) { return d.count() / 1000; }

// Values by the order in which they were first asked for.
template <typename Key>
class Numbers {
 public:
  std::size_t of(const Key& key) {
    const auto [at, added] = numbers_.try_emplace(key, keys_.size());
    if (added) keys_.push_back(&at->first);
    return at->second;
  }
  const std::vector<const Key*>& keys() const { return keys_; }

 private:
  std::map<Key, std::size_t> numbers_;
  std::vector<const Key*> keys_;
};

// Texts as lists of words. The most frequent words get the smallest numbers.
class Texts {
 public:
  std::size_t of(const std::string& text) { return texts_.of(text); }

  void write(std::string& out) const {
    Numbers<std::string> words;
    std::vector<std::vector<std::size_t>> lists;
    std::vector<std::size_t> uses;
    for (const auto* text : texts_.keys()) {
      auto& list = lists.emplace_back();
      for (std::size_t at = 0;;) {
        const std::size_t space = text->find(' ', at);
        const std::size_t word = words.of(text->substr(at, space - at));
        list.push_back(word);
        if (uses.size() <= word) uses.resize(word + 1);
        ++uses[word];
        if (space == std::string::npos) break;
        at = space + 1;
      }
    }
    std::vector<std::size_t> order(uses.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return uses[a] > uses[b]; });
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    out += "\"words\":[";
    for (std::size_t i = 0; i < order.size(); ++i)
      out += (i == 0 ? "" : ",") + script_string(*words.keys()[order[i]]);
    out += "],\n\"texts\":[";
    for (std::size_t i = 0; i < lists.size(); ++i) {
      out += i == 0 ? "[" : ",[";
      for (std::size_t w = 0; w < lists[i].size(); ++w)
        fmt::format_to(std::back_inserter(out), "{}{}", w == 0 ? "" : ",", place[lists[i][w]]);
      out += "]";
    }
    out += "]";
  }

 private:
  Numbers<std::string> texts_;
};

int level_of(Event::Reader event) {
  const auto body = event.getBody();
  if (!is_known(event) || body.isReadFailed() || body.isTailDropped()) return 3;
  if (body.isParked()) return 2;
  if (body.isOutcome() && result_of(event) == "unknown") return 3;
  switch (colour_of(event)) {
    case Colour::green:
      return 1;
    case Colour::red:
      return 4;
    default:
      return 0;
  }
}

template <typename Values>
void write_list(std::string& out, const Values& values) {
  fmt::format_to(std::back_inserter(out), "[{}]", fmt::join(values, ","));
}

}  // namespace

class ReportJson::Writer {
 public:
  explicit Writer(const ledger::EventStore& store) : names_(store) { step_number(""); }

  void add(Event::Reader event) {
    names_.learn(event);
    const Position position = event.getPosition();
    const std::int64_t time = millis(time_from_micros(event.getTime()));
    if (positions_.empty()) begun_ = last_time_ = time;
    dense_ = dense_ && position == last_position_ + 1;
    positions_.push_back(position - last_position_);
    times_.push_back(time - last_time_);
    last_position_ = position;
    last_time_ = time;
    streams_.push_back(event.getStream());
    const auto mention = step_of(event);
    const std::size_t step =
        mention ? step_number(printable(names_.step(event.getStream(), mention->step))) : 0;
    const std::size_t kind = kinds_.of(std::string(kind_of(event)));
    shape_.push_back(shapes_.of({kind, step, static_cast<std::size_t>(level_of(event))}));
    text_.push_back(texts_.of(describe(event, names_, Wording{kLongestForeignText, true})));
    causes_.push_back(event.getCause() == 0 ? 0 : position - event.getCause());
    const Position session =
        event.getBody().isSessionOpened() ? position : Position{event.getSession()};
    if (runs_.empty() || runs_.back().session != session) runs_.push_back({0, session});
    ++runs_.back().events;
  }

  std::string write(const ReportData& data) {
    const auto& timeline = data.timeline;
    std::string tail;  // all that asks for texts goes before they are written
    write_sessions(timeline, tail);
    write_notes(data, tail);
    write_approvals(data, tail);
    write_waits("holds", timeline.holds(), nullptr, tail);
    tail += ",\n";
    write_migrations(timeline, tail);
    write_costs(timeline, tail);
    write_events(timeline, tail);
    std::string out = "{";
    write_ledger(data, out);
    texts_.write(out);
    out += ",\n\"kinds\":[";
    write_strings(kinds_, out);
    out += "],\n\"steps\":[";
    write_strings(steps_, out);
    out += "],\n\"titles\":[";
    for (std::size_t i = 0; i < steps_.keys().size(); ++i)
      out += (i == 0 ? "" : ",") + script_string(i < titles_.size() ? titles_[i] : "");
    out += "],\n\"shapes\":[";
    for (std::size_t i = 0; i < shapes_.keys().size(); ++i) {
      out += i == 0 ? "" : ",";
      write_list(out, *shapes_.keys()[i]);
    }
    out += "],\n";
    return out + tail + "}\n";
  }

 private:
  template <typename... T>
  static void append(std::string& out, fmt::format_string<T...> format, T&&... values) {
    fmt::format_to(std::back_inserter(out), format, std::forward<T>(values)...);
  }

  static void write_strings(const Numbers<std::string>& strings, std::string& out) {
    for (std::size_t i = 0; i < strings.keys().size(); ++i)
      out += (i == 0 ? "" : ",") + script_string(*strings.keys()[i]);
  }

  std::size_t step_number(const std::string& name) { return steps_.of(name); }

  std::size_t step_number(const workflow::Book& book, ledger::StepIndex step) {
    if (step == ledger::kNoStep) return 0;
    const std::size_t number = step_number(printable(book.state.step_name(step)));
    if (titles_.size() <= number) titles_.resize(number + 1);
    if (titles_[number].empty()) titles_[number] = printable(workflow::title_of(book, step));
    return number;
  }

  std::size_t text(std::string_view words, std::size_t longest = kLongestReason) {
    return texts_.of(printable(words, longest));
  }

  void write_ledger(const ReportData& data, std::string& out) {
    const auto& timeline = data.timeline;
    append(out,
           "\"ledger\":{{\"id\":{},\"cloud\":{},\"tenancy\":{},\"simulated\":{},\"position\":{},"
           "\"begun\":{},\"length\":{},\"events\":{},\"unknown\":{},\"tails\":{},\"whole\":{},"
           "\"head\":{}}},\n",
           script_string(printable(timeline.ledger_id())),
           script_string(printable(timeline.cloud())), script_string(printable(timeline.tenancy())),
           timeline.simulated(), data.scope.until, millis(timeline.begun()),
           millis(timeline.time()) - millis(timeline.begun()), data.events, data.unknown_events,
           timeline.tails_dropped(), data.scope.migrations.empty(), data.scope.is_head);
  }

  std::int64_t since_begun(Time t) const { return millis(t) - begun_; }

  void write_sessions(const workflow::Timeline& timeline, std::string& out) {
    out += "\"sessions\":[";
    for (std::size_t i = 0; i < timeline.sessions().size(); ++i) {
      const auto& session = timeline.sessions()[i];
      session_numbers_.emplace(session.position, i + 1);
      std::string as = session.principal;
      if (!session.auth_kind.empty()) as += fmt::format(" ({})", session.auth_kind);
      append(out, "{}[{},{},{},{},{},{},{},{},{},{},{},{}]", i == 0 ? "" : ",", session.position,
             session.last, since_begun(session.period.from), millis(session.period.length()),
             session.closed ? 1 : 0, session.exit_code, text(session.user + "@" + session.host),
             text(session.version), text(session.command), text(as), session.events,
             text(session.reason));
    }
    out += "],\n";
  }

  void write_notes(const ReportData& data, std::string& out) {
    out += "\"notes\":[";
    std::string_view separator;
    for (const auto& note : data.notes) {
      append(out, "{}[{},{},{},{}]", separator, note.position, since_begun(note.time),
             text(note.kind), text(note.words));
      separator = ",";
    }
    out += "],\n";
  }

  void write_approvals(const ReportData& data, std::string& out) {
    out += "\"approvals\":[";
    std::string_view separator;
    for (const auto& one : data.approvals) {
      append(out, "{}[{},{},{},{},{},{},{},{}]", separator, one.position, since_begun(one.time),
             text(one.migration), text(one.kind), text(one.what), text(one.by), text(one.how),
             text(one.reason));
      separator = ",";
    }
    out += "],\n";
  }

  void write_waits(std::string_view name, const std::vector<workflow::Wait>& waits,
                   const workflow::Book* book, std::string& out) {
    if (!name.empty()) append(out, "\"{}\":", name);
    out += "[";
    for (std::size_t i = 0; i < waits.size(); ++i) {
      const auto& wait = waits[i];
      append(out, "{}[{},{},{},{},{},{},{},{}]", i == 0 ? "" : ",", static_cast<int>(wait.kind),
             book ? step_number(*book, wait.step) : 0, since_begun(wait.period.from),
             millis(wait.period.length()), wait.first, wait.last, text(wait.reason),
             text(wait.need));
    }
    out += "]";
  }

  void write_stays(const MigrationTimeline& migration, std::string& out) {
    out += "[";
    Time before = migration.period.from;
    for (std::size_t i = 0; i < migration.stays.size(); ++i) {
      const auto& stay = migration.stays[i];
      append(out, "{}[{},{},{},{},{},[", i == 0 ? "" : ",", step_number(migration.book, stay.step),
             millis(stay.period.from) - millis(before),
             millis(stay.period.to) - millis(stay.period.from), static_cast<int>(stay.ending),
             stay.first);
      before = stay.period.to;
      const auto from_first = [&](Position position) {
        return position == 0 ? std::int64_t{-1} : static_cast<std::int64_t>(position - stay.first);
      };
      for (std::size_t a = 0; a < stay.attempts.size(); ++a) {
        const auto& attempt = stay.attempts[a];
        append(out, "{}[{},{},{}]", a == 0 ? "" : ",", from_first(attempt.intent),
               from_first(attempt.outcome), static_cast<int>(attempt.ending));
      }
      out += "]]";
    }
    out += "]";
  }

  void write_resources(const workflow::Timeline& timeline, const MigrationTimeline& migration,
                       std::string& out) {
    out += "[";
    std::string_view separator;
    for (const auto& entry : timeline.resources(migration)) {
      append(out, "{}[{},{},{},{},{},{},{}]", separator, text(entry.kind->noun),
             text(entry.id, kLongestForeignText), step_number(migration.book, entry.recorded->step),
             text(name_of(entry.fate)), text(origin_of(entry)), entry.recorded->position,
             entry.removal);
      separator = ",";
    }
    out += "]";
  }

  void write_migrations(const workflow::Timeline& timeline, std::string& out) {
    std::string list = "\"migrations\":[";
    std::size_t number = 0;
    for (const auto& pointer : timeline.migrations()) {
      const MigrationTimeline& migration = *pointer;
      const auto& state = migration.book.state;
      migration_numbers_.emplace(state.stream, ++number);
      const auto spent = workflow::time_spent(timeline, migration);
      std::size_t done = 0;
      for (ledger::StepIndex step = 0; step < state.forward_count(); ++step)
        done += state.is_done(step) ? 1 : 0;
      const bool stopped = needs_attention(migration);
      append(list, "{}[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},", number == 1 ? "" : ",\n",
             text(state.name), text(state.workflow), standing_number(migration),
             since_begun(migration.period.from), millis(migration.period.length()),
             migration.events, migration.attempts, migration.failures,
             text(stopped ? state.reason.empty() ? state.pause_words : state.reason
                          : std::string_view()),
             text(what_to_do(migration)), text(state.plan.get("source_region")),
             text(state.plan.get("target_region")), done, millis(spent.working),
             millis(spent.waiting), millis(spent.idle));
      write_stays(migration, list);
      list += ",";
      write_waits("", migration.waits, &migration.book, list);
      list += ",";
      write_resources(timeline, migration, list);
      list += "]";
    }
    list += "],\n";
    out += "\"standings\":[";
    for (std::size_t i = 0; i < standings_.keys().size(); ++i)
      append(out, "{}[{},\"{}\"]", i == 0 ? "" : ",", script_string(standings_.keys()[i]->first),
             standings_.keys()[i]->second);
    out += "],\n" + list;
  }

  std::size_t standing_number(const MigrationTimeline& migration) {
    const auto& state = migration.book.state;
    std::string_view css = "run";
    if (!state.is_over() && state.paused != 0) {
      css = "wait";
    } else {
      switch (state.status) {
        case ledger::Status::running:
          break;
        case ledger::Status::parked:
          css = "wait";
          break;
        case ledger::Status::done:
          css = "good";
          break;
        case ledger::Status::failed:
          css = "bad";
          break;
        case ledger::Status::cancelled:
        case ledger::Status::rolled_back:
          css = "off";
          break;
      }
    }
    return standings_.of({std::string(standing_of(migration)), std::string(css)});
  }

  void write_costs(const workflow::Timeline& timeline, std::string& out) {
    out += "\"costs\":[";
    std::string_view separator;
    for (const auto& cost : workflow::step_costs(timeline)) {
      const auto slowest = migration_numbers_.find(cost.slowest->book.state.stream);
      append(out, "{}[{},{},{},{},{},{},{},{},{},{},{},{},{},{}]", separator, text(cost.workflow),
             step_number(printable(cost.step)), cost.migrations, cost.stays, cost.attempts,
             cost.failures, cost.failed_stays, millis(cost.spent.all), millis(cost.spent.working),
             millis(cost.spent.waiting), millis(cost.spent.idle), millis(cost.median),
             millis(cost.longest), slowest == migration_numbers_.end() ? 0 : slowest->second);
      separator = ",";
    }
    out += "],\n";
  }

  void write_events(const workflow::Timeline&, std::string& out) {
    out += "\"events\":{\"p\":";
    if (dense_)
      out += "null";
    else
      write_list(out, positions_);
    out += ",\n\"t\":";
    write_list(out, times_);
    std::vector<std::size_t> numbers;
    numbers.reserve(streams_.size());
    for (const auto stream : streams_) {
      const auto number = migration_numbers_.find(stream);
      numbers.push_back(number == migration_numbers_.end() ? 0 : number->second);
    }
    out += ",\n\"m\":";
    write_list(out, numbers);
    out += ",\n\"k\":";
    write_list(out, shape_);
    out += ",\n\"x\":";
    write_list(out, text_);
    out += ",\n\"c\":";
    write_list(out, causes_);
    out += ",\n\"s\":[";
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const auto session = session_numbers_.find(runs_[i].session);
      append(out, "{}[{},{}]", i == 0 ? "" : ",", runs_[i].events,
             session == session_numbers_.end() ? 0 : session->second);
    }
    out += "]}";
  }

  struct Run {
    std::uint64_t events = 0;
    Position session = 0;
  };

  Names names_;
  Texts texts_;
  Numbers<std::string> kinds_;
  Numbers<std::string> steps_;
  std::vector<std::string> titles_;
  Numbers<std::pair<std::string, std::string>> standings_;
  Numbers<std::array<std::size_t, 3>> shapes_;
  std::vector<Position> positions_;
  std::vector<std::int64_t> times_;
  std::vector<ledger::StreamId> streams_;
  std::vector<std::size_t> shape_;
  std::vector<std::size_t> text_;
  std::vector<Position> causes_;
  std::vector<Run> runs_;
  std::map<ledger::StreamId, std::size_t> migration_numbers_;
  std::map<Position, std::size_t> session_numbers_;
  std::int64_t begun_ = 0;
  std::int64_t last_time_ = 0;
  Position last_position_ = 0;
  bool dense_ = true;
};

ReportJson::ReportJson(const ledger::EventStore& store)
    : writer_(std::make_unique<Writer>(store)) {}
ReportJson::~ReportJson() = default;

void ReportJson::add(Event::Reader event) { writer_->add(event); }
std::string ReportJson::write(const ReportData& data) { return writer_->write(data); }

}  // namespace migledger::cli
