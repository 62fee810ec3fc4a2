// Structured search, as far as a migration asks: conditions with "=" joined by && or "and".
//   query image, instance resources where (freeformTags.key = 'k' && freeformTags.value = 'v')
// The index lags behind (Durations::search_lag).
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "adapters/sim/services/handlers.h"
#include "ledger/base/letter_case.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

struct Query {
  std::vector<std::string> types;  // lower case; "all"
  std::vector<std::pair<std::string, std::string>> conditions;

  std::string_view condition(std::string_view name) const {
    for (const auto& [n, value] : conditions)
      if (n == name) return value;
    return {};
  }
  bool wants(std::string_view type) const {
    return std::any_of(types.begin(), types.end(),
                       [&](const std::string& t) { return t == type || t == "all"; });
  }
};

std::string_view domain_of(const Volume& volume) { return volume.domain; }
std::string_view domain_of(const Backup&) { return {}; }  // lies in the region

[[noreturn]] void cannot_parse(std::string_view at) {
  invalid(fmt::format("The query cannot be understood at \"{}\".", at));
}

// Words, quoted texts (with their quote before them) and operators.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (std::isspace(static_cast<unsigned char>(c)) || c == ',' || c == '(' || c == ')') {
      ++i;
    } else if (c == '\'' || c == '"') {
      const auto end = text.find(c, i + 1);
      if (end == std::string_view::npos) cannot_parse(text.substr(i));
      out.push_back("'" + std::string(text.substr(i + 1, end - i - 1)));
      i = end + 1;
    } else if (c == '=' || c == '&') {
      const auto end = text.find_first_not_of(c, i);
      out.emplace_back(text.substr(i, end - i));
      i = end == std::string_view::npos ? text.size() : end;
    } else {
      const auto end = std::min(text.find_first_of(" \t\n,()='\"&", i), text.size());
      out.emplace_back(text.substr(i, end - i));
      i = end;
    }
  }
  return out;
}

Query parse(std::string_view text) {
  Query q;
  const auto tokens = tokens_of(text);
  std::size_t i = 0;
  if (tokens.empty() || tokens[i++] != "query") cannot_parse(text);
  for (; i < tokens.size() && tokens[i] != "resources"; ++i) {
    q.types.push_back(lower_case(tokens[i]));
  }
  if (i++ >= tokens.size() || q.types.empty()) cannot_parse("resources");
  if (i == tokens.size()) return q;
  if (tokens[i++] != "where") cannot_parse(tokens[i - 1]);
  for (;;) {
    if (i + 2 >= tokens.size() || (tokens[i + 1] != "=" && tokens[i + 1] != "==") ||
        tokens[i + 2].front() != '\'')
      cannot_parse(i < tokens.size() ? tokens[i] : text);
    static const std::string_view kNames[] = {"freeformTags.key", "freeformTags.value",
                                              "displayName",      "lifecycleState",
                                              "compartmentId",    "identifier"};
    if (std::find(std::begin(kNames), std::end(kNames), tokens[i]) == std::end(kNames))
      cannot_parse(tokens[i]);
    q.conditions.emplace_back(tokens[i], tokens[i + 2].substr(1));
    i += 3;
    if (i == tokens.size()) return q;
    if (tokens[i] != "&&" && tokens[i] != "and") cannot_parse(tokens[i]);
    ++i;
  }
}

struct Found {
  std::string_view type, id, name, compartment, state, domain;
  const Tags& tags;
  Time created, searched;
};

bool matches(const Query& q, const Found& f, Time now) {
  if (f.searched > now) return false;
  const auto key = q.condition("freeformTags.key");
  const auto value = q.condition("freeformTags.value");
  if (!key.empty() || !value.empty())
    if (std::none_of(f.tags.begin(), f.tags.end(), [&](const auto& tag) {
          return (key.empty() || tag.first == key) && (value.empty() || tag.second == value);
        }))
      return false;
  const auto agrees = [&](std::string_view name, std::string_view actual) {
    const auto wanted = q.condition(name);
    return wanted.empty() || wanted == actual;
  };
  return agrees("displayName", f.name) && agrees("lifecycleState", f.state) &&
         agrees("compartmentId", f.compartment) && agrees("identifier", f.id);
}

json::object show(const Found& f) {
  return {{"resourceType", f.type},
          {"identifier", f.id},
          {"displayName", f.name},
          {"compartmentId", f.compartment},
          {"lifecycleState", f.state},
          {"availabilityDomain", f.domain.empty() ? json::value(nullptr) : json::value(f.domain)},
          {"freeformTags", tags_json(f.tags)},
          {"definedTags", json::object()},
          {"timeCreated", format_millis(f.created)}};
}

}  // namespace

Answer handle_search(Call& call) {
  if (call.request.method != "POST" || call.path.size() != 2 || call.path[1] != "resources")
    no_such_operation(call);
  const json::object body = body_of(call, {{"type", Type::text, true, {"Structured", "FreeText"}},
                                           {"query"},
                                           {"text"},
                                           {"matchingContextType"}});
  if (text(body, "type") != "Structured")
    refuse(501, "MethodNotImplemented", "The simulated tenancy has structured search only.");
  if (text(body, "query").empty()) missing("query");
  const Query q = parse(text(body, "query"));
  const Page page = page_of(call, 500);
  const auto& region = call.region.name;
  const auto key = q.condition("freeformTags.key");
  const auto value = q.condition("freeformTags.value");
  const std::uint64_t hash =
      !key.empty() && !value.empty() ? key_of("tag", region, key, value) : key_of("region", region);

  // In order of age over all types; `next` is where the page ends.
  std::map<std::uint64_t, json::object> hits;
  const auto take = [&](std::uint64_t seq, const Found& f) {
    if (matches(q, f, call.now())) hits.emplace(seq, show(f));
    return hits.size() <= page.limit;
  };
  if (q.wants("image"))
    call.world.images.scan(hash, page.after, [&](std::uint64_t seq, Image& i) {
      const State state = i.timeline.at(call.now());
      if (i.region != region || i.compartment.empty() || state == State::gone) return true;
      return take(seq, {"Image", i.id, i.name, i.compartment, word_of(state), "", i.tags, i.created,
                        i.searched});
    });
  // What was found of others does not make a table's own page shorter.
  const auto take_after = [&](std::size_t others, std::uint64_t seq, const Found& f) {
    take(seq, f);
    return hits.size() <= others + page.limit;
  };
  if (q.wants("instance"))
    call.world.instances.scan(hash, page.after, [&, others = hits.size()](auto seq, Instance& i) {
      if (i.region != region) return true;
      return take_after(
          others, seq,
          {"Instance", i.id, i.name, i.compartment, word_of(i.timeline.at(call.now())), i.domain,
           i.tags, i.created, i.searched});
    });
  const auto search_table = [&](auto& table, const auto& type_of) {
    table.scan(hash, page.after, [&, others = hits.size()](std::uint64_t seq, auto& row) {
      const std::string_view type = type_of(row);
      if (row.region != region || !q.wants(lower_case(type))) return true;
      return take_after(
          others, seq,
          {type, row.id, row.name, row.compartment, word_of(row.timeline.at(call.now())),
           domain_of(row), row.tags, row.created, row.searched});
    });
  };
  search_table(call.world.volumes, [](const Volume& v) { return words_of(v.kind).search_type; });
  search_table(call.world.backups, [](const Backup& b) { return words_of(b.kind).backup_type; });
  if (q.wants("bucket"))
    for (const auto& [row, b] : call.world.buckets())
      if (b.region == region && b.seq > page.after)
        take(b.seq,
             {"Bucket", b.id, b.name, b.compartment, "ACTIVE", "", b.tags, b.created, b.searched});
  json::array items;
  std::uint64_t last = 0;
  for (auto& [seq, item] : hits) {
    if (items.size() == page.limit) break;
    items.push_back(std::move(item));
    last = seq;
  }
  const bool more = hits.size() > items.size();
  Answer a = answer(200, {{"items", std::move(items)}});
  if (more) a.headers.emplace_back("opc-next-page", std::to_string(last));
  return a;
}

}  // namespace migledger::adapters::sim
