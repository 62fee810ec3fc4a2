// Object Storage: buckets, objects, copies, pre-authenticated requests. No retry tokens here:
// names and preconditions are what keeps a request from taking effect twice.
#include "adapters/sim/storage/object_storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/catalog/names.h"
#include "adapters/sim/services/handlers.h"
#include "adapters/sim/services/references.h"
#include "ledger/base/md5.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxContent = 1 << 20;  // what is kept of an object; larger ones are refused

Bucket& find_bucket(Call& call, const std::string& name) {
  Bucket* bucket = call.world.bucket(call.region.name, name);
  if (!bucket)
    refuse(404, "BucketNotFound",
           fmt::format("Either the bucket named '{}' does not exist in the namespace '{}' or you "
                       "are not authorized to access it",
                       name, call.world.object_namespace()));
  return *bucket;
}

Object& find_object(Bucket& bucket, const std::string& name) {
  const auto object = bucket.objects.find(name);
  if (object == bucket.objects.end())
    refuse(404, "ObjectNotFound",
           fmt::format("The object '{}' was not found in the bucket '{}'", name, bucket.name));
  return object->second;
}

std::string path_of(const Call& call, std::string_view bucket, std::string_view object) {
  return fmt::format("/n/{}/b/{}/o/{}", call.world.object_namespace(), bucket, object);
}

// The name behind …/o/, which may hold slashes.
std::string object_name(const Call& call) {
  std::string name = call.path[5];
  for (std::size_t i = 6; i < call.path.size(); ++i) name += "/" + call.path[i];
  return name;
}

// ---- buckets ------------------------------------------------------------------------------------

json::object summary(const Call& call, const Bucket& b) {
  json::object o;
  o["namespace"] = call.world.object_namespace();
  o["name"] = b.name;
  o["compartmentId"] = b.compartment;
  o["createdBy"] = fmt::format("ocid1.user.oc1..aaaaaaaa{:016x}", hash_of("user"));
  o["timeCreated"] = format_millis(b.created);
  o["etag"] = b.etag;
  o["freeformTags"] = tags_json(b.tags);
  show_kept(o, b.extra);
  return o;
}

Answer show_bucket(Call& call, const Bucket& b) {
  check_if_match(call, b.etag);
  json::object o;
  o["autoTiering"] = "Disabled";
  o["objectEventsEnabled"] = false;
  const json::object shown = summary(call, b);
  for (const auto& [name, value] : shown) o[name] = value;
  o["id"] = b.id;
  o["metadata"] = tags_json(b.metadata);
  o["publicAccessType"] = b.public_access;
  o["storageTier"] = b.storage_tier;
  o["versioning"] = b.versioning;
  o.erase("retentionRules");  // a list of its own shows them
  o["replicationEnabled"] = call.world.policy_of(b.region, b.name) != nullptr;
  o["isReadOnly"] = b.read_only;
  if (!b.kms_key.empty()) o["kmsKeyId"] = b.kms_key;
  const auto fields = call.parameter("fields");
  if (fields.find("approximateCount") != std::string_view::npos)
    o["approximateCount"] = b.objects.size();
  if (fields.find("approximateSize") != std::string_view::npos) {
    std::int64_t size = 0;
    for (const auto& [name, object] : b.objects) size += object.size;
    o["approximateSize"] = size;
  }
  Answer a = answer(200, o);
  a.headers.emplace_back("etag", b.etag);
  return a;
}

Answer create_bucket(Call& call) {
  const json::object body =
      body_of(call, {{"name", Type::text, true, {}},
                     {"compartmentId", Type::text, true, {}},
                     {"metadata", Type::object},
                     {"publicAccessType",
                      Type::text,
                      false,
                      {"NoPublicAccess", "ObjectRead", "ObjectReadWithoutList"}},
                     {"storageTier", Type::text, false, {"Standard", "Archive"}},
                     {"objectEventsEnabled", Type::boolean},
                     {"freeformTags", Type::object},
                     {"definedTags", Type::object},
                     {"kmsKeyId"},
                     {"isBucketKeyEnabled", Type::boolean},
                     {"bucketScope"},
                     {"versioning", Type::text, false, {"Enabled", "Disabled"}},
                     {"autoTiering"}});
  check_compartment(call, text(body, "compartmentId"));
  Bucket b;
  b.region = call.region.name;
  b.name = text(body, "name");
  if (!is_bucket_name(b.name))
    refuse(400, "InvalidBucketName",
           "A bucket's name has 1 to 256 letters, digits, hyphens, underscores and periods.");
  if (call.world.bucket(b.region, b.name))
    refuse(409, "BucketAlreadyExists",
           fmt::format("Either the bucket '{}' in namespace '{}' already exists or you are not "
                       "authorized to create it",
                       b.name, call.world.object_namespace()));
  const auto or_else = [](std::string given, std::string_view otherwise) {
    return given.empty() ? std::string(otherwise) : given;
  };
  b.compartment = text(body, "compartmentId");
  b.tags = tags_of(body);
  if (const json::object* metadata = member(body, "metadata"))
    for (const auto& [key, value] : *metadata)
      if (value.is_string()) b.metadata.emplace_back(key, std::string(value.get_string()));
  b.public_access = or_else(text(body, "publicAccessType"), "NoPublicAccess");
  b.storage_tier = or_else(text(body, "storageTier"), "Standard");
  b.versioning = or_else(text(body, "versioning"), "Disabled");
  b.kms_key = text(body, "kmsKeyId");
  check_key(b.kms_key, call.region.name);
  const std::string tiering = text(body, "autoTiering");
  if (!tiering.empty() && tiering != "Disabled" && tiering != "InfrequentAccess")
    invalid("autoTiering must be one of Disabled, InfrequentAccess");
  if (tiering == "InfrequentAccess" && b.storage_tier == "Archive")
    invalid("autoTiering needs a bucket of the Standard tier");
  b.extra = kept_members(body, {"autoTiering", "definedTags", "objectEventsEnabled"});
  b.id = call.world.mint("bucket", call.region.name);
  b.etag = call.world.hex(32);
  b.created = call.now();
  b.searched = searched_at(call);
  const Bucket& made = call.world.add(std::move(b));
  call.world.note({"bucket", made.region, made.id, made.name,
                   creation_key(call, made.tags, made.name), call.now()});
  Answer a = show_bucket(call, made);
  a.headers.emplace_back("location",
                         fmt::format("/n/{}/b/{}", call.world.object_namespace(), made.name));
  return a;
}

Answer list_buckets(Call& call) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const std::size_t limit = limit_of(call);
  const std::string prefix = call.region.name + "/";
  const auto& rows = call.world.buckets();
  json::array items;
  std::string last;
  bool more = false;
  for (auto it = rows.upper_bound(prefix + std::string(call.parameter("page")));
       it != rows.end() && it->first.starts_with(prefix); ++it) {
    if (it->second.compartment != compartment) continue;
    if (items.size() == limit) {
      more = true;
      break;
    }
    items.push_back(summary(call, it->second));
    last = it->second.name;
  }
  Answer a = answer(200, items);
  if (more) a.headers.emplace_back("opc-next-page", last);
  return a;
}

Answer delete_bucket(Call& call, Bucket& b) {
  check_if_match(call, b.etag);
  if (!b.objects.empty() || !b.pars.empty())
    refuse(409, "BucketNotEmpty",
           fmt::format("Bucket named '{}' is not empty. Delete all object versions and "
                       "preauthenticated requests first.",
                       b.name));
  if (b.read_only || call.world.policy_of(b.region, b.name))
    refuse(409, "Conflict", fmt::format("Bucket '{}' takes part in a replication.", b.name));
  call.world.erase(b);
  Answer a;
  a.status = 204;
  return a;
}

// ---- objects ------------------------------------------------------------------------------------

void describe(const Object& o, Answer& a) {
  a.headers.emplace_back("etag", o.etag);
  a.headers.emplace_back(o.multipart ? "opc-multipart-md5" : "content-md5", o.md5);
  a.headers.emplace_back("last-modified", format_http_date(o.created));
  a.headers.emplace_back("content-type", o.type);
  a.headers.emplace_back("storage-tier", tier_of(o));
  if (!o.sse_c.empty()) a.headers.emplace_back("opc-sse-customer-key-sha256", o.sse_c);
}

Answer get_object(Call& call, const Object& o) {
  check_if_match(call, o.etag);
  Answer a;
  describe(o, a);
  if (is_archived(o)) a.headers.emplace_back("archival-state", archival_state(o, call.now()));
  a.headers.emplace_back("content-length", std::to_string(o.size));
  if (call.request.method == "HEAD") return a;
  check_readable(call, o);
  if (o.image_mb > 0)
    refuse(501, "MethodNotImplemented",
           "The simulated tenancy keeps no content of exported images.");
  a.body = o.content;
  return a;
}

void check_object_conditions(const Call& call, const Bucket& bucket, const std::string& name) {
  const auto there = bucket.objects.find(name);
  const std::string& none = call.request.if_none_match;
  if (!none.empty() && none != "*") invalid("if-none-match can only be *");
  if (!none.empty() && there != bucket.objects.end())
    refuse(412, "IfNoneMatchFailed", "The If-None-Match condition failed: the object exists.");
  const std::string& match = call.request.if_match;
  if (!match.empty() && (there == bucket.objects.end() || there->second.etag != match))
    refuse(412, "NoEtagMatch", "The If-Match condition failed.");
}

Answer put_object(Call& call, Bucket& bucket, const std::string& name) {
  check_writable(bucket);
  check_object_conditions(call, bucket, name);
  check_object_name(name);
  if (call.request.body.size() > kMaxContent)
    refuse(413, "RequestEntityTooLarge", "The simulated tenancy takes objects of up to 1 MiB.");
  Object o;
  o.name = name;
  o.content = call.request.body;
  o.size = static_cast<std::int64_t>(o.content.size());
  o.md5 = ledger::content_md5(o.content);
  o.etag = call.world.hex(32);
  o.type = "application/octet-stream";
  o.created = call.now();
  Answer a;
  a.headers.emplace_back("etag", o.etag);
  a.headers.emplace_back("opc-content-md5", o.md5);
  a.headers.emplace_back("last-modified", format_http_date(o.created));
  call.world.note({"object", bucket.region, path_of(call, bucket.name, name), name,
                   creation_key(call, {}, name), call.now()});
  call.world.put(bucket, std::move(o));
  return a;
}

Answer delete_object(Call& call, Bucket& bucket, const std::string& name) {
  check_writable(bucket);
  const Object& o = find_object(bucket, name);
  check_if_match(call, o.etag);
  call.world.erase_object(bucket, name);
  Answer a;
  a.status = 204;
  return a;
}

Answer copy_object(Call& call, Bucket& from) {
  const json::object body = body_of(call, {{"sourceObjectName", Type::text, true, {}},
                                           {"destinationRegion", Type::text, true, {}},
                                           {"destinationNamespace", Type::text, true, {}},
                                           {"destinationBucket", Type::text, true, {}},
                                           {"destinationObjectName", Type::text, true, {}},
                                           {"sourceObjectIfMatchETag"},
                                           {"sourceVersionId"},
                                           {"destinationObjectIfMatchETag"},
                                           {"destinationObjectIfNoneMatchETag"},
                                           {"destinationObjectMetadata", Type::object},
                                           {"destinationObjectStorageTier",
                                            Type::text,
                                            false,
                                            {"Standard", "InfrequentAccess", "Archive"}}});
  const Object& source = find_object(from, text(body, "sourceObjectName"));
  const std::string wanted = text(body, "sourceObjectIfMatchETag");
  if (!wanted.empty() && wanted != source.etag)
    refuse(412, "NoEtagMatch", "The source object does not have the ETag in the request.");
  check_readable(call, source);
  const std::string region = text(body, "destinationRegion");
  if (!call.world.region(region))
    invalid(
        fmt::format("destinationRegion {} is not a region this tenancy is subscribed to", region));
  if (text(body, "destinationNamespace") != call.world.object_namespace())
    refuse(404, "NamespaceNotFound", "The destination namespace does not exist.");
  const std::string to_name = text(body, "destinationBucket");
  const Bucket* to = call.world.bucket(region, to_name);
  if (!to)
    refuse(404, "BucketNotFound",
           fmt::format("The bucket '{}' does not exist in {}", to_name, region));
  check_writable(*to);
  const std::string name = text(body, "destinationObjectName");
  check_object_name(name);
  const std::string none = text(body, "destinationObjectIfNoneMatchETag");
  const std::string match = text(body, "destinationObjectIfMatchETag");
  if (!none.empty() && none != "*") invalid("destinationObjectIfNoneMatchETag can only be *");
  const auto there = to->objects.find(name);
  if (!none.empty() && there != to->objects.end())
    refuse(412, "IfNoneMatchFailed", "The destination object exists.");
  if (!match.empty() && (there == to->objects.end() || there->second.etag != match))
    refuse(412, "NoEtagMatch", "The destination object does not have the ETag in the request.");

  const auto& durations = call.options.durations;
  const Range takes = source.image_mb > 0 ? durations.copy_object : durations.copy_small;
  const Time end = call.now() + how_long(call, takes, "copy", source.name);
  const bool fails = call.fault == Fault::work_request_fails;
  WorkRequest w;
  w.id = fmt::format("{}-{}-{}-{}-{}", call.world.hex(8), call.world.hex(4), call.world.hex(4),
                     call.world.hex(4), call.world.hex(12));
  w.region = call.region.name;
  w.compartment = from.compartment;
  w.operation = "COPY_OBJECT";
  w.of_object_storage = true;
  w.source = path_of(call, from.name, source.name);
  w.resource = region + path_of(call, to_name, name);
  w.listed = call.now();
  if (fails) {
    w.error_code = "InternalServerError";
    w.error = "The object could not be copied. Try again later.";
  }
  const Duration begin = std::min<Duration>((end - call.now()) / 10, std::chrono::seconds(2));
  w.timeline = {{{call.now(), State::accepted},
                 {call.now() + begin, State::in_progress},
                 {end, fails ? State::failed : State::completed}}};
  const std::string work_request = call.world.add(std::move(w)).id;
  if (!fails) {
    Arrival arrival;
    arrival.due = end;
    arrival.region = region;
    arrival.bucket = to_name;
    arrival.kind = "object-copy";
    arrival.key = creation_key(call, {}, name);
    arrival.work_request = work_request;
    arrival.object = source;
    arrival.object.name = name;
    arrival.object.etag = call.world.hex(32);  // a copy has an ETag of its own, and the same MD5
    arrival.source_region = call.region.name;
    arrival.source_bucket = from.name;
    arrival.source_object = source.name;
    arrival.source_etag = source.etag;
    arrival.if_match = match;
    arrival.if_none_match = !none.empty();
    call.world.add(std::move(arrival));
  }
  Answer a;
  a.status = 202;
  a.headers.emplace_back("opc-work-request-id", work_request);
  return a;
}

// ---- pre-authenticated requests -----------------------------------------------------------------

json::object show_par(const Par& p) {
  return {{"id", p.id},
          {"name", p.name},
          {"objectName", p.object.empty() ? json::value(nullptr) : json::value(p.object)},
          {"bucketListingAction", "Deny"},
          {"accessType", p.access},
          {"timeCreated", format_millis(p.created)},
          {"timeExpires", format_millis(p.expires)}};
}

Answer create_par(Call& call, Bucket& bucket) {
  const json::object body =
      body_of(call, {{"name", Type::text, true, {}},
                     {"accessType",
                      Type::text,
                      true,
                      {"ObjectRead", "ObjectWrite", "ObjectReadWrite", "AnyObjectWrite",
                       "AnyObjectRead", "AnyObjectReadWrite"}},
                     {"timeExpires", Type::text, true, {}},
                     {"objectName"},
                     {"bucketListingAction", Type::text, false, {"Deny", "ListObjects"}}});
  Par p;
  p.name = text(body, "name");
  p.access = text(body, "accessType");
  p.object = text(body, "objectName");
  const auto expires = parse_rfc3339(text(body, "timeExpires"));
  if (!expires) invalid("timeExpires must be an RFC 3339 date-time");
  if (*expires <= call.now()) invalid("timeExpires must be in the future");
  const bool any = p.access.starts_with("Any");
  if (!any && p.object.empty()) missing(fmt::format("objectName, which {} needs,", p.access));
  if (any && !p.object.empty()) invalid("objectName cannot be given with " + p.access);
  if (!p.object.empty()) check_object_name(p.object);
  p.expires = *expires;
  p.created = call.now();
  p.id = call.world.hex(32);
  p.token = call.world.hex(64);
  const std::string uri =
      fmt::format("/p/{}/n/{}/b/{}/o/{}", p.token, call.world.object_namespace(),
                  workflow::percent_encode(bucket.name), workflow::percent_encode(p.object, true));
  json::object o = show_par(p);
  // Shown here and never again.
  o["accessUri"] = uri;
  o["fullPath"] = fmt::format("https://objectstorage.{}.oraclecloud.com{}", bucket.region, uri);
  call.world.note({"par", bucket.region, p.id, p.name, creation_key(call, {}, p.name), call.now()});
  call.world.put(bucket, std::move(p));
  return answer(200, o);
}

Answer list_pars(Call& call, const Bucket& bucket) {
  const std::string prefix(call.parameter("objectNamePrefix"));
  json::array items;
  std::string last;
  bool more = false;
  const std::size_t limit = limit_of(call);
  for (auto it = bucket.pars.upper_bound(std::string(call.parameter("page")));
       it != bucket.pars.end(); ++it) {
    if (!it->second.object.starts_with(prefix)) continue;
    if (items.size() == limit) {
      more = true;
      break;
    }
    items.push_back(show_par(it->second));
    last = it->first;
  }
  Answer a = answer(200, items);
  if (more) a.headers.emplace_back("opc-next-page", last);
  return a;
}

Answer handle_pars(Call& call, Bucket& bucket) {
  const std::string& method = call.request.method;
  if (call.path.size() == 5) {
    if (method == "GET") return list_pars(call, bucket);
    if (method == "POST") return create_par(call, bucket);
  } else if (call.path.size() == 6) {
    const auto par = bucket.pars.find(call.path[5]);
    if (par == bucket.pars.end())
      refuse(404, "NotFound", "The preauthenticated request was not found.");
    if (method == "GET") return answer(200, show_par(par->second));
    if (method == "DELETE") {
      call.world.erase_par(bucket, par->second.id);
      Answer a;
      a.status = 204;
      return a;
    }
  }
  no_such_operation(call);
}

Answer handle_objects(Call& call, Bucket& bucket) {
  const std::string& method = call.request.method;
  if (call.path.size() == 5) {
    if (method == "GET") return list_objects(call, bucket);
    no_such_operation(call);
  }
  const std::string name = object_name(call);
  if (method == "GET" || method == "HEAD") return get_object(call, find_object(bucket, name));
  if (method == "PUT") return put_object(call, bucket, name);
  if (method == "DELETE") return delete_object(call, bucket, name);
  no_such_operation(call);
}

}  // namespace

void check_object_name(const std::string& name) {
  if (!is_object_name(name))
    refuse(400, "InvalidObjectName",
           "An object's name has 1 to 1024 bytes without line feed, carriage return and NUL.");
}

ObjectLocation locate_uri(Call& call, const std::string& uri, std::string_view access) {
  constexpr std::string_view kScheme = "https://objectstorage.";
  const std::string_view view(uri);
  const auto slash = view.find('/', std::min(view.size(), kScheme.size()));
  if (!view.starts_with(kScheme) || slash == std::string_view::npos)
    invalid("The URI is not one of Object Storage.");
  const std::string_view host = view.substr(kScheme.size(), slash - kScheme.size());
  const std::string region(host.substr(0, host.find('.')));
  auto parts = split_path(view.substr(slash));
  std::string token;
  if (parts.size() > 2 && parts[0] == "p") {
    token = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  if (parts.size() < 6 || parts[0] != "n" || parts[2] != "b" || parts[4] != "o" ||
      parts[1] != call.world.object_namespace())
    invalid("The URI does not name an object.");
  ObjectLocation at{region, parts[3], parts[5]};
  for (std::size_t i = 6; i < parts.size(); ++i) at.object += "/" + parts[i];
  if (!call.world.bucket(at.region, at.bucket)) invalid("Invalid bucketName");
  if (token.empty()) return at;
  const Par* par = call.world.par_of_token(at.region, at.bucket, token);
  // What a URL reveals to who does not know it: nothing.
  if (!par || par->expires <= call.now() || par->access.find(access) == std::string::npos ||
      (!par->object.empty() && par->object != at.object))
    refuse(404, "NotAuthorizedOrNotFound",
           "The preauthenticated request does not exist, has expired, or does not allow this.");
  return at;
}

namespace {

Answer list_retention_rules(const Bucket& bucket) {
  const json::object kept = object_of(bucket.extra);
  const json::value* rules = kept.if_contains("retentionRules");
  return answer(200, {{"items", rules ? *rules : json::array()}});
}

}  // namespace

Answer handle_object_storage(Call& call) {
  const std::string& method = call.request.method;
  if (call.path.size() == 1 && method == "GET")
    return answer(200, json::value(call.world.object_namespace()));
  if (call.path.size() < 3 || call.path[2] != "b") no_such_operation(call);
  if (call.path[1] != call.world.object_namespace())
    refuse(404, "NamespaceNotFound",
           fmt::format("You are not authorized to access the namespace '{}' or it does not exist",
                       call.path[1]));
  if (call.path.size() == 3) {
    if (method == "GET") return list_buckets(call);
    if (method == "POST") return create_bucket(call);
    no_such_operation(call);
  }
  Bucket& bucket = find_bucket(call, call.path[3]);
  if (call.path.size() == 4) {
    if (method == "GET" || method == "HEAD") return show_bucket(call, bucket);
    if (method == "DELETE") return delete_bucket(call, bucket);
    no_such_operation(call);
  }
  const std::string& what = call.path[4];
  if (what == "o") return handle_objects(call, bucket);
  if (what == "p") return handle_pars(call, bucket);
  if (what == "replicationPolicies") return handle_replication_policies(call, bucket);
  if (what == "replicationSources") return list_replication_sources(call, bucket);
  if (what == "retentionRules" && call.path.size() == 5 && method == "GET")
    return list_retention_rules(bucket);
  if (what == "actions" && call.path.size() == 6 && method == "POST") {
    if (call.path[5] == "makeBucketWritable") return make_bucket_writable(call, bucket);
    if (call.path[5] == "restoreObjects") return restore_object(call, bucket);
  }
  if (what == "actions" && call.path.size() == 6 && call.path[5] == "copyObject" &&
      method == "POST")
    return copy_object(call, bucket);
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
