// One request as the handlers see it, and what they answer.
#pragma once

#include <boost/json/fwd.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sim/world/faults.h"
#include "adapters/sim/world/options.h"
#include "adapters/sim/world/records.h"
#include "adapters/sim/world/world.h"
#include "workflow/cloud/request.h"

namespace migledger::adapters::sim {

// An error as OCI answers it: {"code": …, "message": …} under an HTTP status.
// https://docs.oracle.com/en-us/iaas/Content/API/References/apierrors.htm
struct ServiceError {
  int status;
  std::string code;
  std::string message;
};

[[noreturn]] void refuse(int status, std::string code, std::string message);
[[noreturn]] void invalid(std::string message);          // 400 InvalidParameter
[[noreturn]] void missing(std::string_view what);        // 400 MissingParameter
[[noreturn]] void not_found();                           // 404 NotAuthorizedOrNotFound
[[noreturn]] void incorrect_state(std::string message);  // 409 IncorrectState

struct Answer {
  int status = 200;
  std::string body;  // JSON unless a content-type header says otherwise
  std::vector<std::pair<std::string, std::string>> headers;
};

struct Call {
  World& world;
  const TenancyOptions& options;
  const workflow::Request& request;
  World::Region& region;
  Fault fault = Fault::none;
  std::vector<std::string> path;  // decoded segments
  std::vector<std::pair<std::string, std::string>> query;

  Time now() const { return world.clock; }
  std::string_view parameter(std::string_view name) const;             // empty: absent
  const std::string& required_parameter(std::string_view name) const;  // 400 when absent
};

std::vector<std::string> split_path(std::string_view path);
std::vector<std::pair<std::string, std::string>> split_query(std::string_view query);

// ---- bodies -------------------------------------------------------------------------------------

enum class Type : std::uint8_t { text, boolean, number, list, object };

// One member of a request's model, as OCI's API reference has it.
struct Field {
  std::string_view name;
  Type type = Type::text;
  bool required = false;
  std::initializer_list<std::string_view> words = {};  // of an enumeration
};

// The body as a JSON object, checked against its model: 400 CannotParseRequest, MissingParameter
// or InvalidParameter.
boost::json::object body_of(const Call& call, std::initializer_list<Field> fields);
void check_fields(const boost::json::object& object, std::string_view where,
                  std::initializer_list<Field> fields);

// Members; empty or null when absent. Types are those checked before.
std::string text(const boost::json::object& object, std::string_view name);
const boost::json::object* member(const boost::json::object& object, std::string_view name);
double number(const boost::json::object& object, std::string_view name, double absent);
bool flag(const boost::json::object& object, std::string_view name, bool absent);

// The freeform tags of a body, within the limits of catalog/names.h.
Tags tags_of(const boost::json::object& object);
void check_display_name(const boost::json::object& object);
boost::json::object tags_json(const Tags& tags);

// A JSON object of the tenancy's own; empty when the text is empty.
boost::json::object object_of(std::string_view text);

// Members of a body that are only kept and shown again, as JSON text; empty: it has none of them.
// "definedTags" is checked as OCI does it.
std::string kept_members(const boost::json::object& body,
                         std::initializer_list<std::string_view> names);
// Those with others in their place.
std::string replaced_members(const std::string& kept, const std::string& by);
// Shows them, and no defined tags where none are kept.
void show_kept(boost::json::object& shown, const std::string& kept);

Answer answer(int status, const boost::json::value& body);

// "2026-11-23T05:18:00.123Z".
std::string format_millis(Time t);

// ---- lists --------------------------------------------------------------------------------------

// A page of a list as text. Items are written one by one: a thousand JSON objects held at once cost
// several times as much.
class ListText {
 public:
  void add(const boost::json::object& item);
  std::size_t size() const { return size_; }
  Answer answer() &&;  // 200, with a JSON array

 private:
  std::string text_ = "[";
  std::size_t size_ = 0;
};

// Size of a page (`limit`, 1 to 1000) and where it begins (`page`).
struct Page {
  std::size_t limit = 100;
  std::uint64_t after = 0;
};
Page page_of(const Call& call, std::size_t default_limit = 100);
// The size alone, where pages begin with a name.
std::size_t limit_of(const Call& call, std::size_t default_limit = 100);

// ---- what several handlers do -------------------------------------------------------------------

// 404 unless it is a compartment of this tenancy, or the tenancy.
void check_compartment(const Call& call, std::string_view id);

std::string etag_of(std::string_view id, std::uint64_t version);
// 412 NoEtagMatch unless the request has no if-match or this one.
void check_if_match(const Call& call, const std::string& etag);

// The key by which a creation is counted.
std::string creation_key(const Call& call, const Tags& tags, std::string_view natural);

// A retry token's earlier use, if the request has one that was used: to be answered with the same
// resource. 400 when it was used for another request, 409 when its resource is gone.
const Token* used_token(Call& call);
void remember_token(Call& call, const std::string& resource, const std::string& work_request,
                    int status = 200);

struct Work {
  std::string operation;
  std::string compartment;
  std::string entity;
  std::string resource;
  std::string action = "CREATED";
  Time end{};
  std::string error_code;  // empty: succeeds
  std::string error;
};
// A work request of a core service that ends at work.end; returns its id.
std::string start_work(Call& call, const Work& work);

// 400 LimitExceeded when the fault says so.
void check_limit_fault(const Call& call, std::string_view limit);

// How long an operation on what has that name takes.
Duration how_long(Call& call, Range range, std::string_view operation, std::string_view name);

Time listed_at(Call& call);
Time searched_at(Call& call);

}  // namespace migledger::adapters::sim
