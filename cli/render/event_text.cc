#include "cli/render/event_text.h"

#include <fmt/format.h>
#include <kj/encoding.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/render/approvals.h"
#include "cli/render/event_json.h"
#include "cli/render/event_kind.h"
#include "ledger/base/printable.h"
#include "ledger/fold/migration_state.h"
#include "ledger/merkle/merkle.h"

namespace migledger::cli {

namespace {

using namespace ledger::schema;
using ledger::view;

constexpr std::size_t kLongestName = 40;

// Columns that a name may take in a line.
constexpr std::size_t kWidestName = 24;
// Columns are as wide as this from the first line on, so that the usual names do not widen them.
constexpr std::size_t kUsualName = 6;
constexpr std::size_t kUsualStep = 15;  // "launch-instance"

// "ml-…-3": the ledger, migration and step in a key are in the line already.
std::string short_key(std::string_view key) {
  const std::size_t dash = key.rfind('-');
  if (key.size() <= 16 || dash == std::string_view::npos) return std::string(key);
  return fmt::format("{}…{}", key.substr(0, 3), key.substr(dash));
}

// "name" of "target_instance_id" is "target instance".
std::string fact_title(std::string_view name) {
  if (name.ends_with("_id")) name.remove_suffix(3);
  std::string title = printable(name, kLongestName);
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

std::string_view failure_words(ErrorClass error) {
  switch (error) {
    case ErrorClass::NONE:
      return "failed";
    case ErrorClass::RETRY:
      return "failed, will retry";
    case ErrorClass::THROTTLED:
      return "failed, will retry";
    case ErrorClass::BLOCKED:
      return "failed, a limit or quota is used up";
    case ErrorClass::CAPACITY:
      return "failed, out of host capacity";
    case ErrorClass::CREDENTIALS:
      return "failed, the credentials were not accepted";
    case ErrorClass::TOKEN_INVALIDATED:
      return "failed, the retry token is no longer valid";
    case ErrorClass::EXISTS:
      return "failed, something of that name is already there";
    case ErrorClass::PRECONDITION:
      return "failed, a precondition does not hold";
    case ErrorClass::NOT_FOUND:
      return "failed, what it needs was not found";
    case ErrorClass::FATAL:
      return "failed for good";
    case ErrorClass::UNKNOWN:
      return "failed, and whether it happened cannot be told";
  }
  return "failed, in a way that a newer version knows";
}

// One sentence a kind of event.
class Sentence {
 public:
  Sentence(Event::Reader event, Names& names, const Wording& wording)
      : event_(event), names_(names), wording_(wording) {}

  std::string make() const {
    const auto body = event_.getBody();
    switch (body.which()) {
      case Event::Body::LEDGER_CREATED:
        return of(body.getLedgerCreated());
      case Event::Body::SESSION_OPENED:
        return of(body.getSessionOpened());
      case Event::Body::SESSION_CLOSED:
        return of(body.getSessionClosed());
      case Event::Body::TAIL_DROPPED:
        return of(body.getTailDropped());
      case Event::Body::RESTORED:
        return of(body.getRestored());
      case Event::Body::FORKED:
        return of(body.getForked());
      case Event::Body::CHECKPOINTED:
        return of(body.getCheckpointed());
      case Event::Body::MIGRATION_STARTED:
        return of(body.getMigrationStarted());
      case Event::Body::PLAN_CHANGED:
        return of(body.getPlanChanged());
      case Event::Body::PROBED:
        return of(body.getProbed());
      case Event::Body::INTENT:
        return of(body.getIntent());
      case Event::Body::OUTCOME:
        return of(body.getOutcome());
      case Event::Body::OBSERVED:
        return of(body.getObserved());
      case Event::Body::CHECKED:
        return of(body.getChecked());
      case Event::Body::READ_FAILED:
        return "could not look, will look again" + because(body.getReadFailed().getError());
      case Event::Body::PARKED:
        return of(body.getParked());
      case Event::Body::APPROVED:
        return of(body.getApproved());
      case Event::Body::ENDED:
        return of(body.getEnded());
      case Event::Body::STEERED:
        return of(body.getSteered());
      case Event::Body::BULK_BEGUN:
        return of(body.getBulkBegun());
      case Event::Body::BULK_ENDED:
        return of(body.getBulkEnded());
      default:
        return fmt::format("an event of a kind that this version does not know (number {})",
                           static_cast<unsigned>(body.which()));
    }
  }

 private:
  std::string show(capnp::Text::Reader text) const {
    return printable(view(text), wording_.longest);
  }
  std::string key(capnp::Text::Reader text) const {
    return printable(wording_.whole_ids ? std::string(view(text)) : short_key(view(text)),
                     wording_.longest);
  }
  std::string because(Error::Reader error) const {
    const std::string words = error_words(error, wording_.longest);
    return words.empty() ? words : ": " + words;
  }
  std::string step(std::uint16_t index) const {
    return printable(names_.step(event_.getStream(), index), kLongestName);
  }
  std::string actor() const { return printable(names_.actor(event_.getSession()), kLongestName); }
  std::string facts(capnp::List<Field>::Reader list) const {
    return fact_words(ledger::fields_of(list), wording_.longest);
  }

  std::string of(LedgerCreated::Reader created) const {
    std::string text =
        fmt::format("ledger {} created, format {}, bound to {}", show(created.getLedgerId()),
                    created.getFormat(), show(created.getCloud()));
    if (created.getTenancy().size() > 0) text += ", tenancy " + show(created.getTenancy());
    const unsigned endpoints = created.getEndpoints().size();
    if (endpoints > 0) text += fmt::format(", {} configured endpoint(s)", endpoints);
    return text;
  }

  std::string of(SessionOpened::Reader session) const {
    std::string text =
        fmt::format("session opened by {}@{}, pid {}, migledger {}", show(session.getUser()),
                    show(session.getHost()), session.getPid(), show(session.getVersion()));
    if (session.getPrincipal().size() > 0)
      text +=
          fmt::format(", as {} ({})", show(session.getPrincipal()), show(session.getAuthKind()));
    if (session.getCommand().size() > 0) text += ": " + show(session.getCommand());
    return text;
  }

  std::string of(SessionClosed::Reader closed) const {
    return fmt::format("session closed, exit code {}{}{}", closed.getExitCode(),
                       closed.getReason().size() > 0 ? ": " : "", show(closed.getReason()));
  }

  std::string of(TailDropped::Reader dropped) const {
    return fmt::format(
        "{} bytes that nothing had relied on were cut off the torn end of {}; the files as they "
        "were are kept in {}",
        dropped.getBytes(), show(dropped.getFile()), show(dropped.getKept()));
  }

  std::string of(Restored::Reader restored) const {
    if (restored.hasReconciled()) return of(restored.getReconciled());
    return fmt::format("restored from {}, which ends at #{}; what happened after that is unknown{}",
                       show(restored.getFrom()), restored.getPosition(),
                       restored.getReason().size() > 0 ? ": " + show(restored.getReason()) : "");
  }

  std::string of(Reconciled::Reader found) const {
    std::string text = fmt::format("compared with the cloud since #{}: {} known", event_.getCause(),
                                   found.getKnown());
    const std::pair<std::uint32_t, std::string_view> others[] = {
        {found.getOrphaned(), "orphaned"},
        {found.getAdopted(), "of them to be adopted now"},
        {found.getMissing(), "missing"},
        {found.getDrifted(), "drifted"},
        {found.getUnseen(), "unseen"}};
    for (const auto& [count, what] : others)
      if (count != 0) text += fmt::format(", {} {}", count, what);
    return text + (found.getSettled() ? "; runs may go on" : "; a person must look first");
  }

  std::string of(Forked::Reader forked) const {
    const auto root = forked.getRoot();
    std::string digits;
    for (std::size_t i = 0; i < std::min<std::size_t>(root.size(), 4); ++i)
      digits += fmt::format("{:02x}", root[i]);
    return fmt::format(
        "forked from #{} of ledger {} ({}), whose root there begins with {}: from here on a "
        "rehearsal",
        forked.getPosition(), show(forked.getLedgerId()), show(forked.getCloud()), digits);
  }

  std::string of(Checkpointed::Reader signed_head) const {
    return fmt::format("the log up to #{} was signed, root {}, as {} with the key {}+{:08x}",
                       signed_head.getSize(), kj::encodeHex(signed_head.getRoot()).cStr(),
                       show(signed_head.getOrigin()), show(signed_head.getKeyName()),
                       signed_head.getKeyId());
  }

  std::string of(MigrationStarted::Reader started) const {
    const ledger::Fields plan = ledger::fields_of(started.getPlan());
    // Those that undo and clean up are no part of what is started.
    const unsigned steps =
        started.getForward() != 0 ? started.getForward() : started.getSteps().size();
    std::string text =
        fmt::format("started: {} workflow, {} steps", show(started.getWorkflow()), steps);
    if (plan.has("source_region") && plan.has("target_region"))
      text += fmt::format(", {} → {}", printable(plan.get("source_region"), kLongestName),
                          printable(plan.get("target_region"), kLongestName));
    return text + after(started.getDependsOn());
  }

  static std::string after(capnp::List<capnp::Text>::Reader others) {
    constexpr unsigned kMost = 5;
    std::string text;
    for (unsigned i = 0; i < std::min(others.size(), kMost); ++i)
      text += (i == 0 ? ", after " : ", ") + printable(view(others[i]), kLongestName);
    if (others.size() > kMost) text += fmt::format(" and {} more", others.size() - kMost);
    return text;
  }

  std::string of(PlanChanged::Reader changed) const {
    std::string text = "plan changed";
    if (changed.getReason().size() > 0) text += ": " + show(changed.getReason());
    std::string_view separator = ", makes again ";
    for (const auto index : changed.getRecheck()) {
      text.append(separator).append(step(index));
      separator = ", ";
    }
    return text;
  }

  std::string candidates(Probed::Reader probed) const {
    constexpr unsigned kMost = 3;
    const auto list = probed.getCandidates();
    std::string text;
    for (unsigned i = 0; i < std::min(list.size(), kMost); ++i) {
      text += fmt::format("{}{}", i == 0 ? ": " : ", ",
                          show(list[i].getId().size() > 0 ? list[i].getId() : list[i].getName()));
      if (list[i].getState().size() > 0) text += fmt::format(" ({})", show(list[i].getState()));
    }
    if (list.size() > kMost) text += fmt::format(" and {} more", list.size() - kMost);
    return text;
  }

  std::string of(Probed::Reader probed) const {
    const std::string_view scope = view(probed.getScope());
    const std::string_view how = scope == "tag"  ? "searched by tag"
                                 : scope == "id" ? "looked at what was named"
                                                 : "looked";
    const std::string shown = candidates(probed);
    switch (probed.getResult()) {
      case Probed::Result::ABSENT: {
        // A look before a removal or an update has found something and calls its effect absent.
        const auto known = ledger::fields_of(probed.getFacts());
        const std::string found = known.has("remove")
                                      ? printable(known.get("remove"), wording_.longest)
                                      : facts(probed.getFacts());
        if (known.has("replicas"))
          return fmt::format("{}: its list of replicas is to change: {}", how, found);
        if (!found.empty()) return fmt::format("{}: to be removed: {}", how, found);
        return fmt::format("{}: it is not there{}", how, shown);
      }
      case Probed::Result::OURS:
        // Without a candidate, it is the effect of a removal that was found.
        if (probed.getCandidates().size() == 0 && probed.getFacts().size() == 0)
          return fmt::format("{}: nothing of it is there any more", how);
        return fmt::format("{}: found ours{}", how, shown);
      case Probed::Result::SEVERAL:
        return fmt::format("{}: several could be ours{}", how, shown);
      case Probed::Result::FOREIGN:
        return fmt::format("{}: in the way, and not ours{}", how, shown);
      case Probed::Result::UNDER_WAY:
        return fmt::format("{}: not there yet, the cloud is at work on it{}", how, shown);
    }
    return fmt::format("{}: found what a newer version knows{}", how, shown);
  }

  std::string of(Intent::Reader intent) const {
    const std::string number =
        intent.getGeneration() > 1
            ? fmt::format("attempt {} of generation {}", intent.getSend(), intent.getGeneration())
            : fmt::format("attempt {}", intent.getSend());
    const Position resends = intent.getResends();
    const std::string request =
        printable(resends == 0 ? request_words(intent.getRequest()) : names_.request(resends),
                  wording_.longest);
    const std::string again =
        resends == 0 ? std::string() : fmt::format(" again as recorded in #{}", resends);
    return fmt::format("sending {}{}, {}, key {}", request, again, number, key(intent.getKey()));
  }

  std::string of(Outcome::Reader outcome) const {
    switch (outcome.getResult()) {
      case Outcome::Result::SUCCEEDED:
        break;
      case Outcome::Result::FAILED: {
        if (outcome.getHow() == Outcome::How::PROVEN)
          return "nothing came of it" + because(outcome.getError());
        std::string text(failure_words(outcome.getError().getClass()));
        text += because(outcome.getError());
        const auto pause = outcome.getError().getRetryAfterMillis();
        if (pause > 0)
          text += fmt::format(" (asked to wait {})", format_duration(pause_from_millis(pause)));
        return text;
      }
      case Outcome::Result::UNKNOWN:
        return "outcome unknown, will be looked for" + because(outcome.getError());
      default:
        return "ended in a way that a newer version knows";
    }
    std::string text = "succeeded";
    switch (outcome.getHow()) {
      case Outcome::How::REPLIED:
      case Outcome::How::LOST:  // never of a success
      case Outcome::How::PROVEN:
        break;
      case Outcome::How::ADOPTED:
        text = outcome.getFacts().size() > 0 ? "adopted what was found" : "it is gone";
        break;
      case Outcome::How::CLAIMED:
        text = "taken over from an earlier state file";
        break;
      case Outcome::How::BY_PERSON:
        text = "adopted what a person named";
        break;
    }
    const std::string made = facts(outcome.getFacts());
    if (!made.empty()) text += ": " + made;
    if (outcome.getWorkRequest().size() > 0)
      text += fmt::format(" (work request {})", show(outcome.getWorkRequest()));
    return text;
  }

  std::string of(Observed::Reader observed) const {
    const std::string state = show(observed.getState());
    if (observed.getPercent() == 0) return "observed " + state;
    return fmt::format("observed {} % {}", static_cast<unsigned>(observed.getPercent()), state);
  }

  std::string findings(Checked::Reader checked) const {
    std::string text;
    for (const auto finding : checked.getFindings())
      text += (text.empty() ? "noticed: " : "; ") + show(finding);
    return text;
  }

  std::string of(Checked::Reader checked) const {
    std::string text;
    switch (checked.getResult()) {
      case Checked::Result::OK:
        text = "ok";
        break;
      case Checked::Result::DEAD:
        text = fmt::format("what was made has failed, goes back to {}{}",
                           step(checked.getReopens()), because(checked.getError()));
        break;
      case Checked::Result::REFUSED:
        text = "cannot go on" + because(checked.getError());
        if (checked.getReopens() != 0) text += ", will go back to " + step(checked.getReopens());
        break;
      default:
        text = "ended in a way that a newer version knows";
        break;
    }
    const std::string noticed = findings(checked);
    return noticed.empty() ? text : text + ", " + noticed;
  }

  std::string of(Parked::Reader parked) const {
    std::string_view what = "waits for a person";
    if (parked.getKind() == Parked::Kind::APPROVE) what = "waits for approval";
    if (parked.getKind() == Parked::Kind::RESOLVE) what = "waits for a person to decide";
    std::string text = fmt::format("{}: {}", what, show(parked.getReason()));
    if (parked.getNeed().size() > 0) text += fmt::format(". To do: {}", show(parked.getNeed()));
    return text;
  }

  std::string of(Approved::Reader approved) const {
    const auto line = approval_line(event_, names_);
    std::string text = fmt::format("approved by {}: {}", printable(line->by, kLongestName),
                                   show(approved.getWhat()));
    if (!line->how.empty()) text += fmt::format(" ({})", printable(line->how, wording_.longest));
    if (!line->reason.empty())
      text += fmt::format(": {}", printable(line->reason, wording_.longest));
    return text;
  }

  std::string of(Ended::Reader ended) const {
    std::string text = "migration " + std::string(result_of(event_));
    if (ended.getResult() == Ended::Result::ROLLED_BACK) text = "migration rolled back";
    if (ended.getReason().size() > 0) text += ": " + show(ended.getReason());
    return text;
  }

  std::string of(Steered::Reader steered) const {
    std::string text = fmt::format("{} asked by {}@{}", result_of(event_), show(steered.getUser()),
                                   show(steered.getHost()));
    if (steered.getResource().size() > 0) text += ", " + show(steered.getResource());
    if (steered.getReason().size() > 0) text += ": " + show(steered.getReason());
    return text;
  }

  std::string of(BulkBegun::Reader page) const {
    std::string text = fmt::format("page {}: {} objects", page.getPage(), page.getObjects());
    if (page.getStart().size() > 0) text += fmt::format(" from \"{}\"", show(page.getStart()));
    if (page.getEnd().size() > 0) text += fmt::format(" to before \"{}\"", show(page.getEnd()));
    return text;
  }

  std::string of(BulkEnded::Reader page) const {
    std::string text =
        fmt::format("page {}: {} objects, {} at the target already, {} copied", page.getPage(),
                    page.getObjects(), page.getThere(), page.getCopied());
    if (page.getFailed() > 0) text += fmt::format(", {} failed", page.getFailed());
    constexpr unsigned kMost = 3;
    std::string_view separator = ": ";
    for (unsigned i = 0; i < std::min(page.getFailures().size(), kMost); ++i) {
      const auto failure = page.getFailures()[i];
      text +=
          fmt::format("{}{} ({})", separator, show(failure.getName()), show(failure.getValue()));
      separator = ", ";
    }
    text += fmt::format("; {} so far", page.getSoFar());
    return page.getPercent() == 0
               ? text
               : text + fmt::format(", {} %", static_cast<unsigned>(page.getPercent()));
  }

  using Position = ledger::Position;
  Event::Reader event_;
  Names& names_;
  const Wording& wording_;
};

// "request.method", one line a value.
void flatten(const std::string& path, const boost::json::value& value,
             std::vector<std::pair<std::string, std::string>>& lines) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.get_object())
      flatten(path.empty() ? std::string(name) : path + "." + std::string(name), member, lines);
  } else if (value.is_array()) {
    std::size_t i = 0;
    for (const auto& element : value.get_array())
      flatten(fmt::format("{}[{}]", path, i++), element, lines);
  } else if (value.is_string()) {
    lines.emplace_back(path, std::string(value.get_string()));
  } else {
    lines.emplace_back(path, boost::json::serialize(value));
  }
}

}  // namespace

std::string error_words(Error::Reader error, std::size_t longest) {
  std::string text;
  if (error.getStatus() != 0) text = fmt::format("{}", error.getStatus());
  const auto add = [&](std::string_view separator, capnp::Text::Reader part) {
    if (part.size() == 0) return;
    if (!text.empty()) text += separator;
    text += printable(view(part), longest);
  };
  add(" ", error.getCode());
  add(": ", error.getMessage());
  return text;
}

std::string fact_words(const ledger::Fields& facts, std::size_t longest) {
  std::string ids;
  std::string others;
  facts.for_each([&](std::string_view name, std::string_view value) {
    // Work requests are named beside the facts, and digests and sizes tell a person little.
    if (value.empty() || name.ends_with("_work") || name.ends_with("_md5") ||
        name.ends_with("_etag") || name.ends_with("_config"))
      return;
    std::string& to = name.ends_with("_id") ? ids : others;
    if (!to.empty()) to += ", ";
    to += fact_title(name) + " " + printable(value, longest);
  });
  return ids.empty() ? others : ids;
}

std::string describe(Event::Reader event, Names& names, const Wording& wording) {
  const std::string text = Sentence(event, names, wording).make();
  return wording.whole_ids ? text : shorten_ocids(text);
}

Colour colour_of(Event::Reader event) {
  const auto body = event.getBody();
  const auto result = result_of(event);
  const bool put_back = body.isRestored() && !(body.getRestored().hasReconciled() &&
                                               body.getRestored().getReconciled().getSettled());
  if (body.isParked() || body.isTailDropped() || put_back || !is_known(event))
    return Colour::yellow;
  if (body.isReadFailed() || (body.isOutcome() && result == "unknown")) return Colour::yellow;
  if (result == "failed" || result == "dead" || result == "refused") return Colour::red;
  if (result == "foreign" || result == "several") return Colour::red;
  if (result == "succeeded" || result == "ok" || result == "done") return Colour::green;
  return Colour::plain;
}

EventLines::EventLines(Names& names, const Options& options)
    : names_(&names),
      options_(options),
      position_width_(fmt::formatted_size("#{}", options.last)),
      name_width_(options.name_width == 0 ? kUsualName : std::min(options.name_width, kWidestName)),
      step_width_(options.step_width == 0 ? kUsualStep
                                          : std::min(options.step_width, kWidestName)) {}

void EventLines::of(Names& names, std::string_view ledger) {
  names_ = &names;
  ledger_ = printable(ledger);
  ledger_width_ = std::max(ledger_width_, std::min(display_width(ledger_), kWidestName));
}

void EventLines::print(Event::Reader event, std::span<const std::byte> bytes, std::ostream& out) {
  names_->learn(event);
  const std::string local = format_local(time_from_micros(event.getTime()));
  std::string date = fmt::format("{} ({})", local.substr(0, 10), local.substr(19));
  if (date != date_) {
    date_ = std::move(date);
    out << paint(options_.terminal, Colour::dim, date_) << '\n';
  }
  const std::string position = fmt::format("#{}", event.getPosition());
  position_width_ = std::max(position_width_, position.size());
  std::string line;
  if (!ledger_.empty()) line = pad(fit(ledger_, kWidestName), ledger_width_) + " ";
  line += std::string(position_width_ - position.size(), ' ') + position;
  line.append(" ").append(local.substr(11, 8)).append(" ");
  const auto column = [&](const std::string& text, std::size_t& width) {
    const std::string cell =
        options_.verbose ? text : fit(text, std::max(kWidestName, std::size_t{1}));
    width = std::max(width, std::min(display_width(cell), kWidestName));
    line += pad(cell, width) + " ";
  };
  if (options_.show_migration) {
    const auto& name = names_->migration(event.getStream());
    column(event.getStream() == ledger::kLedgerStream ? "-" : printable(name, 255), name_width_);
  }
  const auto mention = step_of(event);
  column(mention ? printable(names_->step(event.getStream(), mention->step), 255) : "",
         step_width_);
  line += " ";
  const std::string words = describe(event, *names_, Wording{200, options_.verbose});
  const Terminal& terminal = options_.terminal;
  if (terminal.width > 0 && !options_.verbose) {
    const std::size_t used = display_width(line);
    if (used >= terminal.width) {
      out << fit(line, terminal.width) << '\n';
      return;
    }
    out << line << paint(terminal, colour_of(event), fit(words, terminal.width - used)) << '\n';
  } else {
    out << line << paint(terminal, colour_of(event), words) << '\n';
  }
  if (options_.verbose) print_details(event, bytes, out);
}

void EventLines::print_details(Event::Reader event, std::span<const std::byte> bytes,
                               std::ostream& out) {
  std::vector<std::pair<std::string, std::string>> lines;
  lines.emplace_back("kind", kind_of(event));
  const Time time = time_from_micros(event.getTime());
  const Time raw = time_from_micros(event.getRawTime());
  lines.emplace_back("time", raw == time ? format_utc(time)
                                         : fmt::format("{} (the clock read {})", format_utc(time),
                                                       format_utc(raw)));
  if (!bytes.empty()) lines.emplace_back("leaf", ledger::to_hex(ledger::leaf_hash(bytes)));
  lines.emplace_back("stream",
                     fmt::format("#{}, version {}", event.getStream(), event.getVersion()));
  if (event.getSession() != 0)
    lines.emplace_back(
        "session", fmt::format("#{}, {}", event.getSession(), names_->actor(event.getSession())));
  if (event.getCause() != 0) lines.emplace_back("reacts to", fmt::format("#{}", event.getCause()));
  if (is_known(event)) {
    flatten("", body_json(event), lines);
  } else {
    lines.emplace_back(
        "bytes",
        kj::encodeBase64({reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()}).cStr());
  }
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, display_width(printable(name)));
  width = std::min<std::size_t>(width, 24);
  for (const auto& [name, value] : lines)
    out << "      " << paint(options_.terminal, Colour::dim, pad(printable(name), width)) << "  "
        << printable(value, ledger::kMaxEventBytes * 2) << '\n';
}

}  // namespace migledger::cli
