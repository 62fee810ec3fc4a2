#include "ledger/event/terms.h"

#include <algorithm>
#include <array>

#include "ledger/base/hex.h"

namespace migledger::ledger {

namespace {

using namespace schema;
using Each = std::function<void(TermKind, std::string_view)>;

constexpr std::string_view kOcid = "ocid1.";

bool is_ocid_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

// "ours/theirs/theirs" is filed under what we sent.
std::string_view our_part(std::string_view request_id) {
  return request_id.substr(0, request_id.find('/'));
}

// Whether the whole value of a fact, or of a field of a plan, is a name.
bool is_name(std::string_view field) {
  return field == "name" || field.ends_with("_name") || field.ends_with("_object") ||
         field.ends_with("_id");
}

class Terms {
 public:
  explicit Terms(const Each& f) : f_(f) {}

  void of(Event::Reader event) {
    const auto body = event.getBody();
    const auto type = static_cast<std::uint16_t>(body.which());
    if (is_rare_type(type)) f_(TermKind::type, Term::type(type).value);
    switch (body.which()) {
      case Event::Body::MIGRATION_STARTED:
        fields(body.getMigrationStarted().getPlan());
        break;
      case Event::Body::PLAN_CHANGED:
        fields(body.getPlanChanged().getPlan());
        break;
      case Event::Body::PROBED:
        fields(body.getProbed().getFacts());
        for (const auto candidate : body.getProbed().getCandidates()) {
          whole(view(candidate.getId()));
          whole(view(candidate.getName()));
        }
        break;
      case Event::Body::INTENT:
        add(TermKind::key, view(body.getIntent().getKey()));
        request(body.getIntent().getRequest());
        break;
      case Event::Body::OUTCOME: {
        const auto outcome = body.getOutcome();
        fields(outcome.getFacts());
        add(TermKind::request, view(outcome.getRequestId()));
        add(TermKind::request, view(outcome.getWorkRequest()));
        error(outcome.getError());
        break;
      }
      case Event::Body::CHECKED:
        fields(body.getChecked().getFacts());
        error(body.getChecked().getError());
        break;
      case Event::Body::READ_FAILED:
        error(body.getReadFailed().getError());
        break;
      case Event::Body::STEERED:
        whole(view(body.getSteered().getResource()));
        break;
      case Event::Body::BULK_ENDED:
        for (const auto failure : body.getBulkEnded().getFailures()) whole(view(failure.getName()));
        break;
      default:
        break;
    }
  }

 private:
  void add(TermKind kind, std::string_view value) {
    if (!value.empty()) f_(kind, value);
  }

  // A text that is an identifier or a name.
  void whole(std::string_view text) {
    if (!names_everywhere(text)) add(TermKind::resource, text);
  }

  // The OCIDs in a text.
  void ocids(std::string_view text) {
    for (std::size_t at = text.find(kOcid); at != std::string_view::npos;
         at = text.find(kOcid, at)) {
      std::size_t end = at + kOcid.size();
      while (end < text.size() && is_ocid_char(text[end])) ++end;
      whole(text.substr(at, end - at));
      at = end;
    }
  }

  void fields(capnp::List<Field>::Reader list) {
    for (const auto field : list) {
      const std::string_view name = view(field.getName());
      const std::string_view value = view(field.getValue());
      if (name.ends_with("_work")) add(TermKind::request, value);
      if (is_name(name) && !value.starts_with(kOcid)) add(TermKind::resource, value);
      ocids(value);
    }
  }

  void error(Error::Reader error) {
    if (error.getClass() != ErrorClass::NONE)
      f_(TermKind::error, Term::error(error.getClass()).value);
    add(TermKind::request, view(error.getRequestId()));
  }

  void request(Request::Reader request) {
    const std::string_view path = view(request.getPath());
    ocids(path);
    bucket_and_object(path);
    ocids(view(request.getQuery()));
    ocids(view(request.getBody()));
    names(view(request.getBody()));
    add(TermKind::request, view(request.getRequestId()));
  }

  // Of "/n/NAMESPACE/b/BUCKET/o/OBJECT".
  void bucket_and_object(std::string_view path) {
    if (!path.starts_with("/n/")) return;
    const std::size_t b = path.find("/b/");
    if (b == std::string_view::npos) return;
    const std::string_view rest = path.substr(b + 3);
    const std::size_t end = rest.find('/');
    add(TermKind::resource, percent_decoded(rest.substr(0, end)));
    if (end != std::string_view::npos && rest.substr(end).starts_with("/o/"))
      add(TermKind::resource, percent_decoded(rest.substr(end + 3)));
  }

  // The strings of JSON members that are called "name" or "…Name", where nothing is escaped.
  void names(std::string_view json) {
    for (std::size_t at = json.find("ame\""); at != std::string_view::npos;
         at = json.find("ame\"", at + 4)) {
      const bool is_one = at > 0 && (json[at - 1] == 'N' || json.substr(0, at).ends_with("\"n"));
      const std::size_t colon = at + 4;
      if (!is_one || !json.substr(colon).starts_with(":\"")) continue;
      const std::size_t begin = colon + 2;
      const std::size_t end = json.find_first_of("\"\\", begin);
      if (end != std::string_view::npos && json[end] == '"') whole(json.substr(begin, end - begin));
    }
  }

  const Each& f_;
};

}  // namespace

Term Term::resource(std::string_view id_or_name) {
  return {TermKind::resource, std::string(id_or_name)};
}
Term Term::request(std::string_view id) { return {TermKind::request, std::string(id)}; }
Term Term::error(ErrorClass error) {
  return {TermKind::error, std::to_string(static_cast<unsigned>(error))};
}
Term Term::key(std::string_view key) { return {TermKind::key, std::string(key)}; }
Term Term::type(std::uint16_t discriminant) {
  return {TermKind::type, std::to_string(discriminant)};
}

bool is_rare_type(std::uint16_t discriminant) {
  switch (static_cast<Event::Body::Which>(discriminant)) {
    case Event::Body::UNSET:
    case Event::Body::PROBED:
    case Event::Body::INTENT:
    case Event::Body::OUTCOME:
    case Event::Body::OBSERVED:
    case Event::Body::CHECKED:
    case Event::Body::READ_FAILED:
    case Event::Body::BULK_BEGUN:
    case Event::Body::BULK_ENDED:
      return false;
    default:
      return true;
  }
}

bool names_everywhere(std::string_view ocid) {
  return ocid.starts_with("ocid1.compartment.") || ocid.starts_with("ocid1.tenancy.");
}

void for_each_term(Event::Reader event, const Each& f) { Terms(f).of(event); }

std::string_view filed_under(TermKind kind, std::string_view value) {
  return kind == TermKind::request ? our_part(value) : value;
}

bool bears_any(Event::Reader event, std::span<const Term> terms) {
  bool found = false;
  for_each_term(event, [&](TermKind kind, std::string_view value) {
    for (const Term& term : terms)
      found = found ||
              (term.kind == kind && (term.value == value ||
                                     (kind == TermKind::request && term.value == our_part(value))));
  });
  return found;
}

}  // namespace migledger::ledger
