#include "cli/history/history_filter.h"

#include <capnp/dynamic.h>
#include <capnp/schema.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/base/nearest_word.h"
#include "cli/base/usage_error.h"
#include "cli/render/approvals.h"
#include "cli/render/event_kind.h"
#include "cli/render/event_text.h"
#include "ledger/base/letter_case.h"
#include "ledger/base/printable.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

using namespace ledger::schema;
using ledger::Term;
using ledger::view;

// `needle` is in lower case.
bool contains(std::string_view text, std::string_view needle) {
  const auto same = [](char a, char b) { return lower_case(a) == b; };
  return std::search(text.begin(), text.end(), needle.begin(), needle.end(), same) != text.end();
}

// Whether any text in the structure contains `needle`.
bool holds(capnp::DynamicValue::Reader value, std::string_view needle) {
  switch (value.getType()) {
    case capnp::DynamicValue::TEXT:
      return contains(view(value.as<capnp::Text>()), needle);
    case capnp::DynamicValue::LIST:
      for (const auto element : value.as<capnp::DynamicList>())
        if (holds(element, needle)) return true;
      return false;
    case capnp::DynamicValue::STRUCT: {
      const auto structure = value.as<capnp::DynamicStruct>();
      for (const auto field : structure.getSchema().getNonUnionFields())
        if (structure.has(field, capnp::HasMode::NON_NULL) && holds(structure.get(field), needle))
          return true;
      KJ_IF_MAYBE (field, structure.which()) {
        return holds(structure.get(*field), needle);
      }
      return false;
    }
    default:
      return false;
  }
}

bool is_actor(std::string_view wanted, std::string_view user, std::string_view host) {
  const std::size_t at = user.size();
  if (!wanted.starts_with(user) || user.empty()) return false;
  return wanted.size() == at || (wanted[at] == '@' && wanted.substr(at + 1) == host);
}

std::vector<std::string> error_names() {
  std::vector<std::string> names;
  for (const auto one : capnp::Schema::from<ErrorClass>().getEnumerants())
    if (one.getOrdinal() != 0) names.emplace_back(one.getProto().getName().cStr());
  return names;
}

template <typename Make>
std::vector<Term> terms_of(const std::vector<std::string>& values, Make&& make) {
  std::vector<Term> terms;
  for (const auto& value : values) terms.push_back(make(value));
  return terms;
}

void refuse_empty(const char* option, const std::vector<std::string>& values) {
  for (const auto& value : values)
    if (value.empty()) throw UsageError(fmt::format("{}: it is empty", option));
}

}  // namespace

ErrorClass error_class_named(std::string_view option, std::string_view name) {
  const auto names = error_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<ErrorClass>(i + 1);
  throw UsageError(fmt::format(
      "{}: there is no class of errors \"{}\"{} The classes are {}", option, printable(name, 60),
      did_you_mean(name, names).empty() ? "." : did_you_mean(name, names), fmt::join(names, ", ")));
}

HistoryFilter::HistoryFilter(const HistoryOptions& options) : options_(options) {
  for (const auto& type : options.types) check_kind("--type", type);
  refuse_empty("--step", options.steps);
  refuse_empty("--resource", options.resources);
  refuse_empty("--actor", options.actors);
  refuse_empty("--request-id", options.requests);
  refuse_empty("--key", options.keys);
  refuse_empty("--text", options.texts);
  for (const auto& resource : options.resources)
    if (ledger::names_everywhere(resource))
      throw UsageError(
          fmt::format("--resource: {} is a compartment or tenancy, which nearly every request "
                      "names; look for it with --text",
                      printable(resource, 120)));
  for (const auto& text : options.texts) texts_.push_back(lower_case(text));
  // The most selective first: the first one leads.
  const auto add = [&](std::vector<Term> terms, bool few) {
    if (terms.empty()) return;
    if (terms_.empty()) {
      terms_ = terms;
      few_ = few;
    }
    all_.push_back(std::move(terms));
  };
  add(terms_of(options.keys, Term::key), true);
  add(terms_of(options.requests, Term::request), true);
  add(terms_of(options.resources, Term::resource), true);
  std::vector<Term> types;
  for (const auto& type : options.types)
    if (const auto number = kind_number(type); number && ledger::is_rare_type(*number))
      types.push_back(Term::type(*number));
  if (types.size() == options.types.size()) add(std::move(types), false);
  if (options.approvals)
    add({Term::type(Event::Body::APPROVED), Term::type(Event::Body::STEERED)}, false);
  add(terms_of(
          options.errors,
          [](const std::string& name) { return Term::error(error_class_named("--error", name)); }),
      false);
}

bool HistoryFilter::matches(Event::Reader event, std::span<const std::byte> bytes,
                            Names& names) const {
  if (options_.approvals && !is_approval(event)) return false;
  const auto& types = options_.types;
  if (!types.empty() && std::find(types.begin(), types.end(), kind_of(event)) == types.end())
    return false;
  for (const auto& terms : all_)
    if (!ledger::bears_any(event, terms)) return false;
  return has_step(event, names) && is_by(event, names) && has_text(event, bytes, names);
}

bool HistoryFilter::has_step(Event::Reader event, Names& names) const {
  if (options_.steps.empty()) return true;
  const auto mention = step_of(event);
  if (!mention) return false;
  const std::string step = names.step(event.getStream(), mention->step);
  return std::find(options_.steps.begin(), options_.steps.end(), step) != options_.steps.end();
}

bool HistoryFilter::is_by(Event::Reader event, Names& names) const {
  if (options_.actors.empty()) return true;
  const auto body = event.getBody();
  for (const auto& wanted : options_.actors) {
    if (body.isSessionOpened()) {
      const auto session = body.getSessionOpened();
      if (is_actor(wanted, view(session.getUser()), view(session.getHost()))) return true;
      continue;
    }
    if (body.isApproved() && body.getApproved().getUser().size() > 0) {
      const auto approved = body.getApproved();
      if (is_actor(wanted, view(approved.getUser()), view(approved.getHost()))) return true;
      continue;
    }
    // Who asked, and not who wrote it down.
    if (body.isSteered() && body.getSteered().getUser().size() > 0) {
      const auto steered = body.getSteered();
      if (is_actor(wanted, view(steered.getUser()), view(steered.getHost()))) return true;
      continue;
    }
    const std::string_view actor = names.actor(event.getSession());
    const std::size_t at = actor.rfind('@');
    if (at != std::string_view::npos && is_actor(wanted, actor.substr(0, at), actor.substr(at + 1)))
      return true;
  }
  return false;
}

bool HistoryFilter::has_text(Event::Reader event, std::span<const std::byte> bytes,
                             Names& names) const {
  if (texts_.empty()) return true;
  const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto mention = step_of(event);
  std::string sentence;
  for (const auto& text : texts_) {
    if (contains(kind_of(event), text) || contains(names.migration(event.getStream()), text) ||
        (mention && contains(names.step(event.getStream(), mention->step), text)))
      return true;
    // Texts are stored as they are, so most events need not be walked through.
    if (contains(raw, text) && holds(capnp::DynamicStruct::Reader(event), text)) return true;
    if (sentence.empty()) sentence = describe(event, names, Wording{ledger::kMaxEventBytes, true});
    if (contains(sentence, text)) return true;
  }
  return false;
}

void check_steps(const std::vector<std::string>& steps,
                 std::span<const ledger::EventStore* const> ledgers) {
  if (steps.empty()) return;
  std::set<std::string, std::less<>> known;
  for (const auto* workflow : workflow::all_workflows())
    for (const auto& step : workflow->steps) known.emplace(step.name);
  const auto is_known = [&](const std::string& step) { return known.contains(step); };
  if (std::all_of(steps.begin(), steps.end(), is_known)) return;
  // Earlier versions may have had others.
  const std::vector<Term> started = {Term::type(Event::Body::MIGRATION_STARTED)};
  for (const auto* ledger : ledgers)
    for (const auto cursor = ledger->find(started, 1); cursor->next();)
      for (const auto step : cursor->event().getBody().getMigrationStarted().getSteps())
        known.emplace(view(step));
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& step : steps)
    if (!is_known(step))
      throw UsageError(fmt::format("--step: no workflow has a step \"{}\"{}", printable(step, 60),
                                   did_you_mean(step, names)));
}

void check_actors(const std::vector<std::string>& actors,
                  std::span<const ledger::EventStore* const> ledgers) {
  if (actors.empty()) return;
  std::set<std::pair<std::string, std::string>> known;
  const std::vector<Term> who = {Term::type(Event::Body::SESSION_OPENED),
                                 Term::type(Event::Body::STEERED),
                                 Term::type(Event::Body::APPROVED)};
  for (const auto* ledger : ledgers)
    for (const auto cursor = ledger->find(who, 1); cursor->next();) {
      const auto body = cursor->event().getBody();
      if (body.isSessionOpened())
        known.emplace(view(body.getSessionOpened().getUser()),
                      view(body.getSessionOpened().getHost()));
      else if (body.isSteered())
        known.emplace(view(body.getSteered().getUser()), view(body.getSteered().getHost()));
      else if (body.isApproved())
        known.emplace(view(body.getApproved().getUser()), view(body.getApproved().getHost()));
    }
  for (const auto& actor : actors) {
    const bool acted = std::any_of(known.begin(), known.end(), [&](const auto& one) {
      return is_actor(actor, one.first, one.second);
    });
    if (acted) continue;
    constexpr std::size_t kMost = 10;
    std::vector<std::string> names;
    for (const auto& [user, host] : known)
      if (names.size() < kMost)
        names.push_back(printable(std::string(user).append("@").append(host), 60));
    throw UsageError(
        fmt::format("--actor: nobody called \"{}\" ever acted; {}{}", printable(actor, 60),
                    names.empty() ? std::string("nobody did")
                                  : fmt::format("those who did: {}", fmt::join(names, ", ")),
                    known.size() > kMost ? ", …" : ""));
  }
}

}  // namespace migledger::cli
