// Custom images: made from an instance, exported to and imported from Object Storage.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "adapters/catalog/shapes.h"
#include "adapters/sim/services/handlers.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

constexpr std::int64_t kMaxImageMb = 400 * 1024;  // of an export or import

json::object show(const Image& i, Time now) {
  json::object o;
  o["id"] = i.id;
  o["compartmentId"] = i.compartment.empty() ? json::value(nullptr) : json::value(i.compartment);
  o["displayName"] = i.name;
  o["lifecycleState"] = word_of(i.timeline.at(now));
  o["baseImageId"] = i.base_image.empty() ? json::value(nullptr) : json::value(i.base_image);
  o["createImageAllowed"] = true;
  o["operatingSystem"] = i.os;
  o["operatingSystemVersion"] = i.os_version;
  o["launchMode"] = i.launch_mode;
  o["launchOptions"] = {{"bootVolumeType", "PARAVIRTUALIZED"},
                        {"firmware", "UEFI_64"},
                        {"networkType", "PARAVIRTUALIZED"},
                        {"remoteDataVolumeType", "PARAVIRTUALIZED"}};
  o["listingType"] = "NONE";
  o["sizeInMBs"] = i.size_mb;
  o["billableSizeInGBs"] = (i.size_mb + 1023) / 1024;
  o["freeformTags"] = tags_json(i.tags);
  o["timeCreated"] = format_millis(i.created);
  show_kept(o, i.extra);
  return o;
}

Answer reply_with(const Call& call, const Image& image, const std::string& work_request = {},
                  int status = 200) {
  Answer a = answer(status, show(image, call.now()));
  a.headers.emplace_back("etag", etag_of(image.id, image.version));
  if (!work_request.empty()) a.headers.emplace_back("opc-work-request-id", work_request);
  return a;
}

Image& find_image(Call& call, const std::string& id) {
  Image* image = call.world.image(id);
  if (!image || image->region != call.region.name || image->timeline.at(call.now()) == State::gone)
    not_found();
  return *image;
}

Answer list_images(Call& call) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const auto name = call.parameter("displayName");
  const auto state = call.parameter("lifecycleState");
  const auto os = call.parameter("operatingSystem");
  const Page page = page_of(call);
  ListText items;
  std::uint64_t next = 0;
  const auto take = [&](std::uint64_t seq, Image& i, std::string_view owner) {
    const State now = i.timeline.at(call.now());
    if (i.region != call.region.name || i.compartment != owner || now == State::gone ||
        now == State::deleted || i.listed > call.now() || (!name.empty() && i.name != name) ||
        (!state.empty() && word_of(now) != state) || (!os.empty() && i.os != os))
      return true;
    if (items.size() == page.limit) {
      next = seq - 1;
      return false;
    }
    items.add(show(i, call.now()));
    return true;
  };
  // As in OCI, the platform images are in every compartment's list.
  if (page.after == 0)
    if (Image* platform = call.world.image(call.region.platform_image)) take(1, *platform, "");
  const std::uint64_t hash = name.empty() ? key_of("in", call.region.name, compartment)
                                          : key_of("name", call.region.name, compartment, name);
  call.world.images.scan(hash, page.after,
                         [&](std::uint64_t seq, Image& i) { return take(seq, i, compartment); });
  Answer a = std::move(items).answer();
  if (next > 0) a.headers.emplace_back("opc-next-page", std::to_string(next));
  return a;
}

// A custom image cannot be named as a platform image is.
void check_image_name(const Call& call, const std::string& name) {
  const Image* platform = call.world.image(call.region.platform_image);
  if (platform && platform->name == name)
    invalid(fmt::format("displayName {} is the name of a platform image", name));
}

// The shapes that the image can be launched with: those of its processors.
Answer list_compatible_shapes(Call& call, const std::string& id) {
  const Image& image = find_image(call, id);
  json::array items;
  for (const Shape& shape : all_shapes())
    if (shape.is_arm() == image.arm)
      items.push_back({{"imageId", image.id}, {"shape", shape.name}});
  return answer(200, items);
}

void check_image_limit(const Call& call) {
  check_limit_fault(call, "custom-image-count");
  for (const auto& [name, value] : call.options.faults.limits)
    if (name == "custom-image-count" && custom_images(call) >= value)
      refuse(400, "LimitExceeded",
             "The following service limits were exceeded: custom-image-count.");
}

void from_instance(Call& call, const json::object& body, Image& image, Work& work) {
  Instance* instance = call.world.instance(text(body, "instanceId"));
  if (!instance || instance->region != call.region.name) not_found();
  const State state = instance->timeline.at(call.now());
  if (state != State::running && state != State::stopped)
    incorrect_state(
        fmt::format("The instance is {}; an image can be made of it when it is RUNNING "
                    "or STOPPED.",
                    word_of(state)));
  if (call.now() < instance->imaging_lock)
    incorrect_state(
        fmt::format("An image of this instance was begun less than 20 minutes ago; another one can "
                    "be made after {}.",
                    format_millis(instance->imaging_lock)));
  image.origin = ImageOrigin::from_instance;
  image.base_image = instance->image;
  image.size_mb = instance->boot_gb * 1024;
  if (const Shape* shape = find_shape(instance->shape)) image.arm = shape->is_arm();
  if (const Image* base = call.world.image(instance->image)) {
    image.os = base->os;
    image.os_version = base->os_version;
    if (image.launch_mode.empty()) image.launch_mode = base->launch_mode;
  }
  work.end = call.now() + how_long(call, call.options.durations.create_image, "image", image.name);
  work.operation = "CreateImage";
  const bool fails = call.fault == Fault::work_request_fails;
  if (fails) {
    work.error_code = "InternalError";
    work.error = "The image could not be created: the boot volume could not be read.";
  }
  image.timeline = {
      {{call.now(), State::provisioning}, {work.end, fails ? State::gone : State::available}}};
  instance->imaging_lock = call.now() + call.options.durations.imaging_lock;
  if (state == State::running)
    instance->timeline = {{{call.now(), State::creating_image}, {work.end, State::running}}};
  call.world.changed(*instance);
}

void from_object(Call& call, const json::object& source, Image& image, Work& work) {
  ObjectLocation at;
  const std::string type = text(source, "sourceType");
  if (type == "objectStorageTuple") {
    check_fields(source, "imageSourceDetails.",
                 {{"sourceType", Type::text, true, {}},
                  {"namespaceName", Type::text, true, {}},
                  {"bucketName", Type::text, true, {}},
                  {"objectName", Type::text, true, {}},
                  {"operatingSystem"},
                  {"operatingSystemVersion"},
                  {"sourceImageType", Type::text, false, {"QCOW2", "VMDK"}}});
    if (text(source, "namespaceName") != call.world.object_namespace())
      invalid("Invalid namespaceName");
    at = {call.region.name, text(source, "bucketName"), text(source, "objectName")};
  } else if (type == "objectStorageUri") {
    check_fields(source, "imageSourceDetails.",
                 {{"sourceType", Type::text, true, {}},
                  {"sourceUri", Type::text, true, {}},
                  {"operatingSystem"},
                  {"operatingSystemVersion"},
                  {"sourceImageType", Type::text, false, {"QCOW2", "VMDK"}}});
    at = locate_uri(call, text(source, "sourceUri"), "Read");
  } else if (type.empty()) {
    missing("imageSourceDetails.sourceType");
  } else {
    invalid("imageSourceDetails.sourceType must be one of objectStorageTuple, objectStorageUri");
  }
  Bucket* bucket = call.world.bucket(at.region, at.bucket);
  if (!bucket) invalid("Invalid bucketName");
  const auto object = bucket->objects.find(at.object);
  if (object == bucket->objects.end()) not_found();
  const Object& found = object->second;
  if (found.image_mb > kMaxImageMb) invalid("The image exceeds the maximum size of 400 GB.");
  image.origin = ImageOrigin::imported;
  image.os =
      text(source, "operatingSystem").empty() ? found.image_os : text(source, "operatingSystem");
  image.os_version = text(source, "operatingSystemVersion").empty()
                         ? found.image_os_version
                         : text(source, "operatingSystemVersion");
  if (!found.image_launch_mode.empty()) image.launch_mode = found.image_launch_mode;
  if (image.launch_mode.empty()) image.launch_mode = "PARAVIRTUALIZED";
  image.size_mb = found.image_mb;
  image.arm = found.image_arm;
  work.end = call.now() + how_long(call, call.options.durations.import_image, "import", image.name);
  work.operation = "ImportImage";
  // An object that no export wrote is not an image.
  const bool not_an_image = found.image_mb == 0;
  if (not_an_image || call.fault == Fault::work_request_fails) {
    work.error_code = not_an_image ? "InvalidImage" : "InternalError";
    work.error = not_an_image ? "The object is not an image in a supported format."
                              : "The image could not be imported: the object could not be read.";
  }
  image.timeline = {{{call.now(), State::importing},
                     {work.end, work.error.empty() ? State::available : State::gone}}};
}

Answer create_image(Call& call) {
  const json::object body =
      body_of(call, {{"compartmentId", Type::text, true, {}},
                     {"displayName"},
                     {"freeformTags", Type::object},
                     {"definedTags", Type::object},
                     {"instanceId"},
                     {"imageSourceDetails", Type::object},
                     {"launchMode",
                      Type::text,
                      false,
                      {"NATIVE", "EMULATED", "PARAVIRTUALIZED", "ACCELERATEDPV", "CUSTOM"}}});
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.image(token->resource), token->work_request, token->status);
  check_compartment(call, text(body, "compartmentId"));
  check_display_name(body);
  Image image;
  image.tags = tags_of(body);
  image.extra = kept_members(body, {"definedTags"});
  image.region = call.region.name;
  image.compartment = text(body, "compartmentId");
  image.launch_mode = text(body, "launchMode");
  image.created = call.now();
  image.name = text(body, "displayName");
  check_image_name(call, image.name);
  if (image.name.empty()) image.name = "image" + format_millis(call.now());
  const json::object* source = member(body, "imageSourceDetails");
  if (text(body, "instanceId").empty() == (source == nullptr))
    invalid("Exactly one of instanceId and imageSourceDetails must be given");
  check_image_limit(call);
  Work work;
  if (source) {
    from_object(call, *source, image, work);
  } else {
    from_instance(call, body, image, work);
  }
  image.id = call.world.mint("image", call.region.name);
  image.listed = listed_at(call);
  image.searched = searched_at(call);
  const Image& made = call.world.add(std::move(image));
  work.compartment = made.compartment;
  work.entity = "image";
  work.resource = made.id;
  const std::string work_request = start_work(call, work);
  call.world.note({source ? "imported-image" : "image", made.region, made.id, made.name,
                   creation_key(call, made.tags, ""), call.now()});
  remember_token(call, made.id, work_request);
  return reply_with(call, made, work_request);
}

Answer export_to_object(Call& call, const std::string& id) {
  const json::object body = body_of(
      call, {{"destinationType", Type::text, true, {"objectStorageTuple", "objectStorageUri"}},
             {"exportFormat", Type::text, false, {"QCOW2", "VMDK", "OCI", "VHD", "VDI"}},
             {"namespaceName"},
             {"bucketName"},
             {"objectName"},
             {"destinationUri"}});
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.image(token->resource), token->work_request, token->status);
  Image& image = find_image(call, id);
  check_if_match(call, etag_of(image.id, image.version));
  if (image.origin == ImageOrigin::platform) invalid("A platform image cannot be exported.");
  if (const State state = image.timeline.at(call.now()); state != State::available)
    incorrect_state(
        fmt::format("The image is {}; it can be exported when it is AVAILABLE.", word_of(state)));
  if (image.size_mb > kMaxImageMb) invalid("The image exceeds the maximum size of 400 GB.");
  ObjectLocation to;
  if (text(body, "destinationType") == "objectStorageTuple") {
    for (const std::string_view name : {"namespaceName", "bucketName", "objectName"})
      if (text(body, name).empty()) missing(name);
    if (text(body, "namespaceName") != call.world.object_namespace())
      invalid("Invalid namespaceName");
    to = {call.region.name, text(body, "bucketName"), text(body, "objectName")};
  } else {
    if (text(body, "destinationUri").empty()) missing("destinationUri");
    to = locate_uri(call, text(body, "destinationUri"), "Write");
  }
  if (!call.world.bucket(to.region, to.bucket)) invalid("Invalid bucketName");
  check_object_name(to.object);

  const bool fails = call.fault == Fault::work_request_fails;
  Work work;
  work.operation = "ExportImage";
  work.compartment = image.compartment;
  work.entity = "image";
  work.resource = image.id;
  work.action = "RELATED";
  work.end = call.now() + how_long(call, call.options.durations.export_image, "export", image.name);
  if (fails) {
    work.error_code = "InternalError";
    work.error = "The image could not be exported: the object could not be written.";
  }
  const std::string work_request = start_work(call, work);
  image.timeline = {{{call.now(), State::exporting}, {work.end, State::available}}};
  ++image.version;
  call.world.changed(image);
  if (!fails) {
    Arrival arrival;
    arrival.due = work.end;
    arrival.region = to.region;
    arrival.bucket = to.bucket;
    arrival.kind = "object";
    arrival.key = creation_key(call, {}, to.object);
    arrival.work_request = work_request;
    Object& object = arrival.object;
    object.name = to.object;
    object.etag = call.world.hex(32);
    // Compressed; written in parts of 128 MiB.
    object.size = static_cast<std::int64_t>(double(image.size_mb) * 1048576.0 *
                                            (0.08 + 0.2 * call.world.dice.unit()));
    object.multipart = true;
    object.md5 = fmt::format("{}==-{}", call.world.hex(22), object.size / (128 << 20) + 1);
    object.type = "application/octet-stream";
    object.image_os = image.os;
    object.image_os_version = image.os_version;
    object.image_launch_mode = image.launch_mode;
    object.image_mb = image.size_mb;
    object.image_arm = image.arm;
    call.world.add(std::move(arrival));
  }
  remember_token(call, image.id, work_request);
  return reply_with(call, image, work_request);
}

Answer update_image(Call& call, const std::string& id) {
  const json::object body = body_of(call, {{"displayName"},
                                           {"freeformTags", Type::object},
                                           {"definedTags", Type::object},
                                           {"operatingSystem"},
                                           {"operatingSystemVersion"}});
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.image(token->resource), "", token->status);
  Image& image = find_image(call, id);
  check_if_match(call, etag_of(image.id, image.version));
  if (image.origin == ImageOrigin::platform) not_found();
  check_display_name(body);
  if (member(body, "freeformTags")) call.world.retagged(image, tags_of(body));
  if (!text(body, "displayName").empty()) call.world.renamed(image, text(body, "displayName"));
  if (!text(body, "operatingSystem").empty()) image.os = text(body, "operatingSystem");
  if (!text(body, "operatingSystemVersion").empty())
    image.os_version = text(body, "operatingSystemVersion");
  ++image.version;
  call.world.changed(image);
  remember_token(call, image.id, "");
  return reply_with(call, image);
}

Answer remove_image(Call& call, const std::string& id) {
  Image& image = find_image(call, id);
  check_if_match(call, etag_of(image.id, image.version));
  const State state = image.timeline.at(call.now());
  if (image.origin == ImageOrigin::platform || state == State::deleted) not_found();
  if (state != State::available)
    incorrect_state(
        fmt::format("The image is {}; it can be deleted when it is AVAILABLE.", word_of(state)));
  image.timeline = {{{call.now(), State::deleted}}};
  ++image.version;
  call.world.changed(image);
  Answer a;
  a.status = 204;
  return a;
}

}  // namespace

std::int64_t custom_images(const Call& call) {
  std::int64_t count = 0;
  call.world.images.scan(key_of("region", call.region.name), 0, [&](std::uint64_t, Image& i) {
    const State state = i.timeline.at(call.now());
    count += i.region == call.region.name && i.origin != ImageOrigin::platform &&
             state != State::gone && state != State::deleted;
    return true;
  });
  return count;
}

Answer handle_images(Call& call) {
  const std::string& method = call.request.method;
  if (call.path.size() == 2) {
    if (method == "GET") return list_images(call);
    if (method == "POST") return create_image(call);
  } else if (call.path.size() == 3) {
    if (method == "GET") return reply_with(call, find_image(call, call.path[2]));
    if (method == "PUT") return update_image(call, call.path[2]);
    if (method == "DELETE") return remove_image(call, call.path[2]);
  } else if (call.path.size() == 4 && call.path[3] == "shapes" && method == "GET") {
    return list_compatible_shapes(call, call.path[2]);
  } else if (call.path.size() == 5 && call.path[3] == "actions" && call.path[4] == "export" &&
             method == "POST") {
    return export_to_object(call, call.path[2]);
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
