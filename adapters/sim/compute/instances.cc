// Instances: launch, power actions, termination.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/catalog/names.h"
#include "adapters/catalog/shapes.h"
#include "adapters/sim/compute/launch_checks.h"
#include "adapters/sim/services/handlers.h"
#include "adapters/sim/world/regions.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

json::value parsed(const std::string& text) {
  return text.empty() ? json::value(json::object()) : json::parse(text);
}

json::object show(const Instance& i, Time now) {
  json::object o;
  o["id"] = i.id;
  o["compartmentId"] = i.compartment;
  o["displayName"] = i.name;
  o["availabilityDomain"] = i.domain;
  o["faultDomain"] = i.fault_domain;
  o["lifecycleState"] = word_of(i.timeline.at(now));
  o["region"] = ocid_region(i.region);
  o["shape"] = i.shape;
  const Shape* shape = find_shape(i.shape);
  o["shapeConfig"] = {{"ocpus", i.ocpus},
                      {"memoryInGBs", i.memory_gb},
                      {"vcpus", static_cast<std::int64_t>(i.ocpus * 2)},
                      {"gpus", 0},
                      {"localDisks", 0},
                      {"maxVnicAttachments", 2},
                      {"networkingBandwidthInGbps", i.ocpus},
                      {"processorDescription", shape ? shape->processor : std::string_view()}};
  o["imageId"] = i.image;
  o["sourceDetails"] = {
      {"sourceType", "image"}, {"imageId", i.image}, {"bootVolumeSizeInGBs", i.boot_gb}};
  o["launchMode"] = "PARAVIRTUALIZED";
  o["metadata"] = parsed(i.metadata);
  o["extendedMetadata"] = json::object();
  o["freeformTags"] = tags_json(i.tags);
  o["timeCreated"] = format_millis(i.created);
  show_kept(o, i.options);
  o.erase("bootVolume");
  return o;
}

Answer reply_with(const Call& call, const Instance& i, const std::string& work_request = {},
                  int status = 200) {
  Answer a = answer(status, show(i, call.now()));
  a.headers.emplace_back("etag", etag_of(i.id, i.version));
  if (!work_request.empty()) a.headers.emplace_back("opc-work-request-id", work_request);
  return a;
}

Instance& find(Call& call, const std::string& id) {
  Instance* instance = call.world.instance(id);
  if (!instance || instance->region != call.region.name) not_found();
  return *instance;
}

Answer list(Call& call) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const auto name = call.parameter("displayName");
  const auto state = call.parameter("lifecycleState");
  const auto domain = call.parameter("availabilityDomain");
  const Page page = page_of(call);
  ListText items;
  std::uint64_t next = 0;
  const std::uint64_t hash = name.empty() ? key_of("in", call.region.name, compartment)
                                          : key_of("name", call.region.name, compartment, name);
  call.world.instances.scan(hash, page.after, [&](std::uint64_t seq, Instance& i) {
    const State now = i.timeline.at(call.now());
    if (i.region != call.region.name || i.compartment != compartment || i.listed > call.now() ||
        (!name.empty() && i.name != name) || (!state.empty() && word_of(now) != state) ||
        (!domain.empty() && i.domain != domain))
      return true;
    if (items.size() == page.limit) {
      next = seq - 1;
      return false;
    }
    items.add(show(i, call.now()));
    return true;
  });
  Answer a = std::move(items).answer();
  if (next > 0) a.headers.emplace_back("opc-next-page", std::to_string(next));
  return a;
}

// The OCID of the image to launch.
std::string image_for(const json::object& body) {
  const json::object* source = member(body, "sourceDetails");
  std::string id = text(body, "imageId");
  if (source) {
    const std::string type = text(*source, "sourceType");
    if (type == "bootVolume")
      refuse(501, "MethodNotImplemented",
             "Launching from a boot volume is not part of the simulated tenancy.");
    if (type.empty()) missing("sourceDetails.sourceType");
    if (type != "image") invalid("sourceDetails.sourceType must be one of image, bootVolume");
    check_fields(*source, "sourceDetails.",
                 {{"sourceType", Type::text, true, {}},
                  {"imageId", Type::text, true, {}},
                  {"bootVolumeSizeInGBs", Type::number},
                  {"bootVolumeVpusPerGB", Type::number},
                  {"instanceSourceImageFilterDetails", Type::object},
                  {"kmsKeyId"}});
    id = text(*source, "imageId");
  }
  if (id.empty()) missing("sourceDetails");
  return id;
}

// The OCPUs of living instances of the shape's limit, against the limit where one is set.
void check_core_limit(const Call& call, const Instance& wanted) {
  const std::string_view limit = find_shape(wanted.shape)->limit;
  for (const auto& [name, value] : call.options.faults.limits)
    if (name == limit && cores_in_use(call, limit, wanted.domain) + wanted.ocpus > double(value))
      refuse(400, "LimitExceeded",
             fmt::format("The following service limits were exceeded: {}.", limit));
}

void check_capacity(Call& call, const Instance& i, std::string_view asked_fault_domain) {
  const CapacityRule* rule = capacity_rule(call, i.domain, asked_fault_domain);
  if (rule) call.world.count_up(capacity_counter(*rule));
  if (rule || call.fault == Fault::out_of_capacity)
    refuse(500, "InternalError", "Out of host capacity.");
}

json::object launch_body(const Call& call) {
  return body_of(call, {{"availabilityDomain", Type::text, true, {}},
                        {"compartmentId", Type::text, true, {}},
                        {"agentConfig", Type::object},
                        {"availabilityConfig", Type::object},
                        {"capacityReservationId"},
                        {"clusterPlacementGroupId"},
                        {"computeClusterId"},
                        {"createVnicDetails", Type::object},
                        {"dedicatedVmHostId"},
                        {"definedTags", Type::object},
                        {"displayName"},
                        {"extendedMetadata", Type::object},
                        {"faultDomain"},
                        {"freeformTags", Type::object},
                        {"hostnameLabel"},
                        {"imageId"},
                        {"instanceConfigurationId"},
                        {"instanceOptions", Type::object},
                        {"ipxeScript"},
                        {"isAIEnterpriseEnabled", Type::boolean},
                        {"isPvEncryptionInTransitEnabled", Type::boolean},
                        {"launchOptions", Type::object},
                        {"launchVolumeAttachments", Type::list},
                        {"licensingConfigs", Type::list},
                        {"metadata", Type::object},
                        {"placementConstraintDetails", Type::object},
                        {"platformConfig", Type::object},
                        {"preemptibleInstanceConfig", Type::object},
                        {"securityAttributes", Type::object},
                        {"shape"},
                        {"shapeConfig", Type::object},
                        {"sourceDetails", Type::object},
                        {"subnetId"}});
}

// What is only kept and shown again; "bootVolume" by the boot volume.
std::string kept_options(const json::object& body) {
  std::string kept = kept_members(
      body, {"agentConfig", "availabilityConfig", "capacityReservationId",
             "clusterPlacementGroupId", "dedicatedVmHostId", "definedTags", "extendedMetadata",
             "instanceOptions", "isAIEnterpriseEnabled", "launchOptions", "licensingConfigs",
             "platformConfig", "preemptibleInstanceConfig", "securityAttributes"});
  const json::object* source = member(body, "sourceDetails");
  if (!source) return kept;
  json::object boot;
  if (const json::value* vpus = source->if_contains("bootVolumeVpusPerGB"))
    boot["vpusPerGB"] = *vpus;
  if (const json::value* key = source->if_contains("kmsKeyId")) boot["kmsKeyId"] = *key;
  if (flag(body, "isPvEncryptionInTransitEnabled", false))
    boot["isPvEncryptionInTransitEnabled"] = true;
  if (boot.empty()) return kept;
  return replaced_members(kept, json::serialize(json::object{{"bootVolume", std::move(boot)}}));
}

void check_metadata(const json::object& body, Instance& i) {
  const json::object* metadata = member(body, "metadata");
  if (!metadata) return;
  for (const auto& [name, value] : *metadata)
    if (!value.is_string())
      invalid(fmt::format("metadata.{} must be a string", std::string_view(name)));
  i.metadata = json::serialize(*metadata);
  std::size_t bytes = 0;
  for (const auto& [name, value] : *metadata) bytes += name.size() + value.get_string().size();
  if (const json::object* extended = member(body, "extendedMetadata"))
    bytes += json::serialize(*extended).size();
  if (bytes > kMostMetadataBytes)
    invalid(
        fmt::format("metadata and extendedMetadata may have at most {} bytes", kMostMetadataBytes));
}

Answer launch(Call& call) {
  const json::object body = launch_body(call);
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.instance(token->resource), token->work_request,
                      token->status);
  check_compartment(call, text(body, "compartmentId"));
  check_display_name(body);
  Instance i;
  i.region = call.region.name;
  i.compartment = text(body, "compartmentId");
  i.tags = tags_of(body);
  i.domain = text(body, "availabilityDomain");
  const auto& domains = call.region.domains;
  if (std::find(domains.begin(), domains.end(), i.domain) == domains.end())
    invalid(fmt::format("availabilityDomain {} is not one of {}", i.domain, call.region.name));
  const std::string asked_fault_domain = text(body, "faultDomain");
  const auto& faults = fault_domains();
  if (!asked_fault_domain.empty() &&
      std::find(faults.begin(), faults.end(), asked_fault_domain) == faults.end())
    invalid(fmt::format("faultDomain {} does not exist in {}", asked_fault_domain, i.domain));
  const Size size = check_shape(call, body);
  i.shape = text(body, "shape");
  i.ocpus = size.ocpus;
  i.memory_gb = size.memory;
  check_launch_members(call, body);
  check_metadata(body, i);
  i.options = kept_options(body);
  i.image = image_for(body);
  const Image* image = call.world.image(i.image);
  if (!image || image->region != call.region.name ||
      image->timeline.at(call.now()) == State::gone ||
      image->timeline.at(call.now()) == State::deleted)
    not_found();
  if (const State s = image->timeline.at(call.now());
      s != State::available && s != State::exporting)
    incorrect_state(
        fmt::format("The image is {}; it can be launched when it is AVAILABLE.", word_of(s)));
  check_compatible(*image, i.shape);
  const Interface interface = check_interface(call, body);
  i.subnet = interface.subnet;
  check_limit_fault(call, find_shape(i.shape)->limit);
  check_core_limit(call, i);
  check_capacity(call, i, asked_fault_domain);

  const json::object* source = member(body, "sourceDetails");
  const double boot_gb = source ? number(*source, "bootVolumeSizeInGBs", 0) : 0;
  i.boot_gb = (image->size_mb + 1023) / 1024;
  if (boot_gb != 0 && boot_gb < double(i.boot_gb))
    invalid("sourceDetails.bootVolumeSizeInGBs must not be smaller than the image");
  if (boot_gb != 0) i.boot_gb = static_cast<std::int64_t>(boot_gb);
  i.fault_domain = asked_fault_domain.empty() ? faults[call.world.dice.below(faults.size())]
                                              : asked_fault_domain;
  i.id = call.world.mint("instance", call.region.name);
  i.unique = call.world.mint_unique();
  i.name = text(body, "displayName");
  if (i.name.empty()) i.name = "instance" + format_millis(call.now());
  if (const json::object* vnic = member(body, "createVnicDetails")) i.vnic = json::serialize(*vnic);
  const std::uint64_t host = call.world.dice.draw();
  i.private_ip = fmt::format("10.0.{}.{}", host >> 8 & 255, 2 + host % 250);
  if (!interface.private_ip.empty()) i.private_ip = interface.private_ip;
  if (interface.public_ip) i.public_ip = fmt::format("203.0.113.{}", 1 + host % 254);
  i.created = call.now();
  i.listed = listed_at(call);
  i.searched = searched_at(call);
  Work work;
  work.end = call.now() + how_long(call, call.options.durations.launch, "launch", i.name);
  const Time starting = call.now() + (work.end - call.now()) * 6 / 10;
  if (call.fault == Fault::work_request_fails) {
    work.error_code = "InternalError";
    work.error = "Out of host capacity.";
    i.timeline = {{{call.now(), State::provisioning},
                   {starting, State::terminating},
                   {work.end, State::terminated}}};
  } else {
    i.timeline = {{{call.now(), State::provisioning},
                   {starting, State::starting},
                   {work.end, State::running}}};
  }
  const Instance& made = call.world.add(std::move(i));
  work.operation = "LaunchInstance";
  work.compartment = made.compartment;
  work.entity = "instance";
  work.resource = made.id;
  const std::string work_request = start_work(call, work);
  call.world.note(
      {"instance", made.region, made.id, made.name, creation_key(call, made.tags, ""), call.now()});
  remember_token(call, made.id, work_request);
  return reply_with(call, made, work_request);
}

Answer act(Call& call, const std::string& id) {
  const std::string& action = call.required_parameter("action");
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.instance(token->resource), "", token->status);
  Instance& i = find(call, id);
  check_if_match(call, etag_of(i.id, i.version));
  const State state = i.timeline.at(call.now());
  const auto need = [&](State wanted) {
    if (state != wanted)
      incorrect_state(fmt::format("The instance is {}; {} needs it to be {}.", word_of(state),
                                  action, word_of(wanted)));
  };
  Dice& dice = call.world.dice;
  if (action == "STOP" || action == "SOFTSTOP") {
    need(State::running);
    i.timeline = {{{call.now(), State::stopping},
                   {call.now() + dice.between(call.options.durations.stop), State::stopped}}};
  } else if (action == "START") {
    need(State::stopped);
    i.timeline = {{{call.now(), State::starting},
                   {call.now() + dice.between(call.options.durations.start), State::running}}};
  } else if (action == "RESET" || action == "SOFTRESET") {
    need(State::running);
  } else {
    invalid("action must be one of STOP, START, SOFTSTOP, RESET, SOFTRESET");
  }
  ++i.version;
  call.world.changed(i);
  remember_token(call, i.id, "");
  return reply_with(call, i);
}

Answer terminate(Call& call, const std::string& id) {
  Instance& i = find(call, id);
  check_if_match(call, etag_of(i.id, i.version));
  const State state = i.timeline.at(call.now());
  if (state == State::terminated) not_found();
  if (state == State::terminating || state == State::creating_image)
    incorrect_state(fmt::format("The instance is {}.", word_of(state)));
  i.keeps_boot_volume = call.parameter("preserveBootVolume") == "true";
  Work work;
  work.operation = "TerminateInstance";
  work.compartment = i.compartment;
  work.entity = "instance";
  work.resource = i.id;
  work.action = "DELETED";
  work.end = call.now() + call.world.dice.between(call.options.durations.terminate);
  const std::string work_request = start_work(call, work);
  i.timeline = {{{call.now(), State::terminating}, {work.end, State::terminated}}};
  ++i.version;
  call.world.changed(i);
  if (Volume* boot = call.world.volumes.find(sibling_id(i, "bootvolume"));
      boot && !i.keeps_boot_volume)
    call.world.volumes.update(*boot, [&](Volume& v) {
      v.timeline = {{{call.now(), State::terminating}, {work.end, State::terminated}}};
    });
  Answer a;
  a.status = 204;
  a.headers.emplace_back("opc-work-request-id", work_request);
  return a;
}

// The 32 consistent device paths, and which of them are free.
Answer list_devices(Call& call, const std::string& id) {
  const Instance& i = find(call, id);
  const auto wanted = call.parameter("isAvailable");
  json::array items;
  const auto add = [&](std::string suffix) {
    const std::string name = "/dev/oracleoci/oraclevd" + std::move(suffix);
    const bool free = !device_in_use(call, i.id, name);
    if (wanted.empty() || (wanted == "true") == free)
      items.push_back({{"name", name}, {"isAvailable", free}});
  };
  for (char c = 'b'; c <= 'z'; ++c) add(std::string(1, c));
  for (char c = 'a'; c <= 'g'; ++c) add(std::string("a") + c);
  return answer(200, items);
}

}  // namespace

double cores_in_use(const Call& call, std::string_view limit, std::string_view domain) {
  double cores = 0;
  call.world.instances.scan(key_of("region", call.region.name), 0, [&](std::uint64_t, Instance& i) {
    const Shape* shape = find_shape(i.shape);
    if (shape && shape->limit == limit && i.domain == domain &&
        i.timeline.at(call.now()) != State::terminated)
      cores += i.ocpus;
    return true;
  });
  return cores;
}

Answer handle_instances(Call& call) {
  const std::string& method = call.request.method;
  if (call.path.size() == 2) {
    if (method == "GET") return list(call);
    if (method == "POST") return launch(call);
  } else if (call.path.size() == 3) {
    if (method == "GET") return reply_with(call, find(call, call.path[2]));
    if (method == "POST") return act(call, call.path[2]);
    if (method == "DELETE") return terminate(call, call.path[2]);
  } else if (call.path.size() == 4 && call.path[3] == "devices" && method == "GET") {
    return list_devices(call, call.path[2]);
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
