// Objects as they are listed, and archived ones.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/sim/storage/object_storage.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

// How long what was restored stays so, unless the request says otherwise.
constexpr double kRestoredHours = 24;

// Fields of a listed object, in the order of OCI's reference.
struct Shown {
  bool size, etag, md5, created, modified, tier, archival;

  explicit Shown(std::string_view fields) {
    const auto has = [&](std::string_view field) {
      return ("," + std::string(fields) + ",").find(fmt::format(",{},", field)) !=
             std::string::npos;
    };
    size = has("size");
    etag = has("etag");
    md5 = has("md5");
    created = has("timeCreated");
    modified = has("timeModified");
    tier = has("storageTier");
    archival = has("archivalState");
  }
};

json::object show(const Object& o, const Shown& shown, Time now) {
  json::object one;
  one["name"] = o.name;
  if (shown.size) one["size"] = o.size;
  if (shown.etag) one["etag"] = o.etag;
  if (shown.md5) one["md5"] = o.md5;
  if (shown.created) one["timeCreated"] = format_millis(o.created);
  if (shown.modified) one["timeModified"] = format_millis(o.created);
  if (shown.tier) one["storageTier"] = tier_of(o);
  if (shown.archival && is_archived(o)) one["archivalState"] = archival_state(o, now);
  return one;
}

}  // namespace

Answer list_objects(Call& call, const Bucket& bucket) {
  const std::string prefix(call.parameter("prefix"));
  const std::string start(call.parameter("start"));
  const std::string end(call.parameter("end"));
  const Shown shown(call.parameter("fields"));
  const std::size_t limit = limit_of(call, 1000);
  ListText items;
  std::string next;
  for (auto it = bucket.objects.lower_bound(std::max(prefix, start));
       it != bucket.objects.end() && it->first.starts_with(prefix) &&
       (end.empty() || it->first < end);
       ++it) {
    if (items.size() == limit) {
      next = it->first;
      break;
    }
    items.add(show(it->second, shown, call.now()));
  }
  Answer a = std::move(items).answer();
  a.body = "{\"objects\":" + std::move(a.body);
  if (!next.empty()) a.body += ",\"nextStartWith\":" + json::serialize(json::string(next));
  a.body += '}';
  return a;
}

std::string_view tier_of(const Object& object) {
  return object.storage_tier.empty() ? std::string_view("Standard") : object.storage_tier;
}

bool is_archived(const Object& object) { return object.storage_tier == "Archive"; }

std::string_view archival_state(const Object& object, Time now) {
  if (object.restored == Time{}) return "Archived";
  return now < object.restored ? "Restoring" : "Restored";
}

void check_readable(const Call& call, const Object& object) {
  if (is_archived(object) && archival_state(object, call.now()) != "Restored")
    refuse(409, "NotRestored",
           fmt::format("The object '{}' is archived. Restore it first.", object.name));
  if (!object.sse_c.empty())
    invalid(
        fmt::format("The object '{}' is encrypted with a key of the customer's, which the "
                    "request does not have.",
                    object.name));
}

Answer restore_object(Call& call, Bucket& bucket) {
  const json::object body =
      body_of(call, {{"objectName", Type::text, true, {}}, {"hours", Type::number}, {"versionId"}});
  const auto object = bucket.objects.find(text(body, "objectName"));
  if (object == bucket.objects.end())
    refuse(404, "ObjectNotFound",
           fmt::format("The object '{}' was not found in the bucket '{}'", text(body, "objectName"),
                       bucket.name));
  const double hours = number(body, "hours", kRestoredHours);
  if (hours < 1 || hours > 240) invalid("hours must be between 1 and 240");
  if (!is_archived(object->second))
    refuse(409, "NotArchived", "The object is not of the Archive tier.");
  call.world.restore(bucket, object->first, call.now() + call.options.durations.restore);
  Answer a;
  a.status = 202;
  return a;
}

}  // namespace migledger::adapters::sim
