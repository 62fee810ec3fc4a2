#include "adapters/sim/services/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "adapters/catalog/names.h"
#include "ledger/base/hex.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

void refuse(int status, std::string code, std::string message) {
  throw ServiceError{status, std::move(code), std::move(message)};
}
void invalid(std::string message) { refuse(400, "InvalidParameter", std::move(message)); }
void missing(std::string_view what) {
  refuse(400, "MissingParameter", fmt::format("{} must not be null or empty", what));
}
void not_found() {
  refuse(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.");
}
void incorrect_state(std::string message) { refuse(409, "IncorrectState", std::move(message)); }

namespace {

std::string decode(std::string_view text, bool plus_is_space) {
  std::string encoded(text);
  if (plus_is_space) std::replace(encoded.begin(), encoded.end(), '+', ' ');
  return ledger::percent_decoded(encoded);
}

bool has_type(const json::value& value, Type type) {
  switch (type) {
    case Type::text:
      return value.is_string();
    case Type::boolean:
      return value.is_bool();
    case Type::number:
      return value.is_number();
    case Type::list:
      return value.is_array();
    case Type::object:
      return value.is_object();
  }
  return false;
}

std::string_view word_for(Type type) {
  constexpr std::string_view kWords[] = {"a string", "a boolean", "a number", "a list",
                                         "an object"};
  return kWords[static_cast<std::size_t>(type)];
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// Of method, path and the JSON value of the body: what makes two requests the same.
std::uint64_t digest_of(const Call& call) {
  std::string body = call.request.body;
  json::error_code error;
  const json::value value = json::parse(body, error);
  if (!error) body = json::serialize(value);
  return key_of("request", call.request.method, call.request.path, body);
}

}  // namespace

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    if (path.front() == '/') path.remove_prefix(1);
    const auto slash = path.find('/');
    out.push_back(decode(path.substr(0, slash), false));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> split_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view one = query.substr(0, end);
    const auto equals = one.find('=');
    out.emplace_back(decode(one.substr(0, equals), true),
                     equals == std::string_view::npos ? "" : decode(one.substr(equals + 1), true));
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
  }
  return out;
}

std::string_view Call::parameter(std::string_view name) const {
  for (const auto& [n, value] : query)
    if (n == name) return value;
  return {};
}

const std::string& Call::required_parameter(std::string_view name) const {
  for (const auto& [n, value] : query)
    if (n == name && !value.empty()) return value;
  missing(name);
}

json::object body_of(const Call& call, std::initializer_list<Field> fields) {
  json::error_code error;
  json::value value = json::parse(call.request.body, error);
  if (error || !value.is_object())
    refuse(400, "CannotParseRequest",
           "Incorrectly formatted request. Please refer to our documentation for help.");
  check_fields(value.get_object(), "", fields);
  return std::move(value.get_object());
}

void check_fields(const json::object& object, std::string_view where,
                  std::initializer_list<Field> fields) {
  for (const auto& [name, value] : object)
    if (std::none_of(fields.begin(), fields.end(),
                     [&name = name](const Field& f) { return f.name == std::string_view(name); }))
      refuse(400, "CannotParseRequest",
             fmt::format("Unrecognized field \"{}{}\".", where, std::string_view(name)));
  for (const Field& f : fields) {
    const json::value* value = object.if_contains(f.name);
    const bool absent = !value || value->is_null();
    if (f.required && (absent || (value->is_string() && value->get_string().empty())))
      missing(fmt::format("{}{}", where, f.name));
    if (absent) continue;
    if (!has_type(*value, f.type))
      refuse(400, "CannotParseRequest",
             fmt::format("{}{} must be {}", where, f.name, word_for(f.type)));
    if (f.words.size() > 0 && std::find(f.words.begin(), f.words.end(),
                                        std::string_view(value->get_string())) == f.words.end())
      invalid(fmt::format("{}{} must be one of {}", where, f.name, fmt::join(f.words, ", ")));
  }
}

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::object* member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

double number(const json::object& object, std::string_view name, double absent) {
  const json::value* value = object.if_contains(name);
  return value && value->is_number() ? value->to_number<double>() : absent;
}

bool flag(const json::object& object, std::string_view name, bool absent) {
  const json::value* value = object.if_contains(name);
  return value && value->is_bool() ? value->get_bool() : absent;
}

Tags tags_of(const json::object& object) {
  Tags out;
  const json::object* tags = member(object, "freeformTags");
  if (!tags) return out;
  if (tags->size() > kMostFreeformTags)
    invalid(fmt::format("freeformTags: a resource can have at most {} freeform tags",
                        kMostFreeformTags));
  for (const auto& [key, value] : *tags) {
    if (!value.is_string()) invalid("freeformTags: every value must be a string");
    const std::string_view text(value.get_string());
    if (!is_tag_name(key))
      invalid(
          "freeformTags: a key has 1 to 100 printable ASCII characters without space and period");
    if (!is_tag_text(text)) invalid("freeformTags: a value has at most 256 characters");
    out.emplace_back(std::string(key), std::string(text));
  }
  return out;
}

json::object object_of(std::string_view text) {
  if (text.empty()) return {};
  return json::parse({text.data(), text.size()}).as_object();
}

namespace {

void check_defined_tags(const json::object& tags) {
  std::size_t count = 0;
  for (const auto& [space, members] : tags) {
    if (!members.is_object()) invalid("definedTags: every namespace must be an object");
    if (!is_tag_name(space)) invalid("definedTags: the name of a namespace has a wrong character");
    for (const auto& [key, value] : members.get_object()) {
      if (!is_tag_name(key)) invalid("definedTags: a key has a wrong character");
      if (value.is_object() || value.is_array()) invalid("definedTags: a value must be simple");
      if (value.is_string() && !is_tag_text(value.get_string()))
        invalid("definedTags: a value has at most 256 characters");
      ++count;
    }
  }
  if (count > kMostDefinedTags)
    invalid(
        fmt::format("definedTags: a resource can have at most {} defined tags", kMostDefinedTags));
}

}  // namespace

std::string kept_members(const json::object& body, std::initializer_list<std::string_view> names) {
  json::object kept;
  for (const std::string_view name : names) {
    const json::value* value = body.if_contains(name);
    if (!value || value->is_null()) continue;
    if (name == "definedTags") check_defined_tags(value->get_object());
    kept[name] = *value;
  }
  return kept.empty() ? std::string() : json::serialize(kept);
}

std::string replaced_members(const std::string& kept, const std::string& by) {
  if (by.empty()) return kept;
  json::object members = object_of(kept);
  const json::object others = object_of(by);
  for (const auto& [name, value] : others) members[name] = value;
  return json::serialize(members);
}

void show_kept(json::object& shown, const std::string& kept) {
  if (!shown.contains("definedTags")) shown["definedTags"] = json::object();
  const json::object members = object_of(kept);
  for (const auto& [name, value] : members) shown[name] = value;
}

void check_display_name(const json::object& object) {
  if (characters(text(object, "displayName")) > 255)
    invalid("displayName must have at most 255 characters");
}

json::object tags_json(const Tags& tags) {
  json::object out;
  for (const auto& [key, value] : tags) out[key] = value;
  return out;
}

Answer answer(int status, const json::value& body) {
  Answer a;
  a.status = status;
  a.body = json::serialize(body);
  return a;
}

void ListText::add(const json::object& item) {
  if (size_++ > 0) text_ += ',';
  text_ += json::serialize(item);
}

Answer ListText::answer() && {
  Answer a;
  a.status = 200;
  a.body = std::move(text_) + ']';
  return a;
}

std::string format_millis(Time t) {
  std::string out = format_utc(t);
  out.erase(out.size() - 4, 3);  // microseconds to milliseconds
  return out;
}

namespace {
template <typename T>
bool read_number(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}
}  // namespace

std::size_t limit_of(const Call& call, std::size_t default_limit) {
  const std::string_view given = call.parameter("limit");
  std::size_t limit = default_limit;
  if (!given.empty() && (!read_number(given, limit) || limit < 1 || limit > 1000))
    invalid("limit must be between 1 and 1000");
  return limit;
}

Page page_of(const Call& call, std::size_t default_limit) {
  Page page{limit_of(call, default_limit), 0};
  const std::string_view token = call.parameter("page");
  if (!token.empty() && !read_number(token, page.after))
    invalid("page is not a token that this service gave out");
  return page;
}

void check_compartment(const Call& call, std::string_view id) {
  if (id.empty()) missing("compartmentId");
  if (id != call.world.tenancy_id() && !call.world.knows("compartment/" + std::string(id)))
    not_found();
}

std::string etag_of(std::string_view id, std::uint64_t version) {
  return fmt::format("{:016x}{:016x}", hash_of(id), hash_of(id, version));
}

void check_if_match(const Call& call, const std::string& etag) {
  const std::string& wanted = call.request.if_match;
  if (!wanted.empty() && wanted != etag && wanted != "*")
    refuse(412, "NoEtagMatch", "The entity tag in the request is not that of the resource.");
}

std::string creation_key(const Call& call, const Tags& tags, std::string_view natural) {
  for (const auto& [key, value] : tags)
    if (key == "migledger-key") return value;
  return call.request.retry_token.empty() ? std::string(natural) : call.request.retry_token;
}

const Token* used_token(Call& call) {
  const std::string& given = call.request.retry_token;
  if (given.empty()) return nullptr;
  if (given.size() > 64) invalid("opc-retry-token must have 1 to 64 characters");
  Token* token = call.world.token(call.region.name, given);
  if (!token) return nullptr;
  if (token->digest != digest_of(call))
    invalid("The retry token was used before, for another request.");
  if (call.fault == Fault::token_invalidated && !token->invalidated) {
    token->invalidated = true;
    call.world.changed(*token);
  }
  const auto lives = [&](const auto* row) {
    return row && !ends_life(row->timeline.at(call.now()));
  };
  const std::string& id = token->resource;
  World& world = call.world;
  const bool alive = lives(world.image(id)) || lives(world.instance(id)) ||
                     lives(world.volumes.find(id)) || lives(world.backups.find(id)) ||
                     lives(world.attachments.find(id));
  if (token->invalidated || !alive)
    refuse(409, "InvalidatedRetryToken",
           "The provided retry token was used in an earlier request that resulted in a resource "
           "that does not exist any more, or was invalidated.");
  return token;
}

void remember_token(Call& call, const std::string& resource, const std::string& work_request,
                    int status) {
  if (call.request.retry_token.empty()) return;
  Token token;
  token.region = call.region.name;
  token.token = call.request.retry_token;
  token.digest = digest_of(call);
  token.resource = resource;
  token.work_request = work_request;
  token.status = status;
  token.used = call.now();
  call.world.add(std::move(token));
}

std::string start_work(Call& call, const Work& work) {
  WorkRequest w;
  w.id = call.world.mint("coreservicesworkrequest", call.region.name);
  w.region = call.region.name;
  w.compartment = work.compartment;
  w.operation = work.operation;
  w.entity = work.entity;
  w.resource = work.resource;
  w.action = work.action;
  w.error_code = work.error_code;
  w.error = work.error;
  const Duration begin = std::min<Duration>((work.end - call.now()) / 10, std::chrono::seconds(10));
  w.timeline = {{{call.now(), State::accepted},
                 {call.now() + begin, State::in_progress},
                 {work.end, work.error.empty() ? State::succeeded : State::failed}}};
  w.listed = listed_at(call);
  return call.world.add(std::move(w)).id;
}

void check_limit_fault(const Call& call, std::string_view limit) {
  if (call.fault == Fault::limit_exceeded)
    refuse(400, "LimitExceeded",
           fmt::format("The following service limits were exceeded: {}. Request a service limit "
                       "increase from the service limits page in the console.",
                       limit));
}

Duration how_long(Call& call, Range range, std::string_view operation, std::string_view name) {
  if (!call.options.durations_by_name) return call.world.dice.between(range);
  return Dice(hash_of(name, hash_of(operation, call.world.dice.seed()))).between(range);
}

Time listed_at(Call& call) {
  const auto& lag = call.options.faults.list_lag;
  return call.now() + call.world.dice.between(lag ? *lag : call.options.durations.list_lag);
}

Time searched_at(Call& call) {
  const auto& lag = call.options.faults.search_lag;
  return call.now() + call.world.dice.between(lag ? *lag : call.options.durations.search_lag);
}

}  // namespace migledger::adapters::sim
