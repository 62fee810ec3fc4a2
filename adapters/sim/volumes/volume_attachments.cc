// Block volumes on instances.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/catalog/names.h"
#include "adapters/sim/volumes/volumes.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

// An attachment ends with its instance.
State state_of(const Call& call, const Attachment& t) {
  const Instance* i = call.world.instance(t.instance);
  const bool alone = !i || i->timeline.at(call.now()) == State::terminated;
  return alone ? State::detached : t.timeline.at(call.now());
}

bool holds(State s) { return s == State::attaching || s == State::attached; }

json::object show(const Call& call, const Attachment& t) {
  json::object o;
  o["id"] = t.id;
  o["attachmentType"] = t.type;
  o["availabilityDomain"] = t.domain;
  o["compartmentId"] = t.compartment;
  o["device"] = t.device.empty() ? json::value(nullptr) : json::value(t.device);
  o["displayName"] = t.name;
  o["instanceId"] = t.instance;
  o["volumeId"] = t.volume;
  o["isReadOnly"] = t.read_only;
  o["isShareable"] = t.shareable;
  o["isPvEncryptionInTransitEnabled"] = false;
  o["isMultipath"] = false;
  o["lifecycleState"] = word_of(state_of(call, t));
  if (t.type == "iscsi") {
    o["ipv4"] = "169.254.2.2";
    o["port"] = 3260;
    o["iqn"] = "iqn.2015-12.com.oracleiaas:" + t.id.substr(t.id.rfind('.') + 1);
  }
  o["timeCreated"] = format_millis(t.created);
  return o;
}

Answer reply_with(const Call& call, const Attachment& t, const std::string& work_request = {},
                  int status = 200) {
  Answer a = answer(status, show(call, t));
  a.headers.emplace_back("etag", etag_of(t.id, t.version));
  if (!work_request.empty()) a.headers.emplace_back("opc-work-request-id", work_request);
  return a;
}

Attachment& find(Call& call, const std::string& id) {
  Attachment* t = call.world.attachments.find(id);
  if (!t || t->region != call.region.name) not_found();
  return *t;
}

Answer list(Call& call) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const auto instance = call.parameter("instanceId");
  const auto volume = call.parameter("volumeId");
  const auto domain = call.parameter("availabilityDomain");
  const auto hash = !instance.empty() ? key_of("on", instance)
                    : !volume.empty() ? key_of("of", volume)
                                      : key_of("in", call.region.name, compartment);
  return list_rows(
      call, call.world.attachments, hash,
      [&](const Attachment& t) {
        return (instance.empty() || t.instance == instance) &&
               (volume.empty() || t.volume == volume) && (domain.empty() || t.domain == domain);
      },
      [&](const Attachment& t) { return show(call, t); });
}

void check_free(Call& call, const Attachment& wanted) {
  call.world.attachments.scan(key_of("of", wanted.volume), 0, [&](std::uint64_t, Attachment& t) {
    const bool both_share = t.shareable && wanted.shareable;
    if (holds(state_of(call, t)) && (!both_share || t.instance == wanted.instance))
      incorrect_state(fmt::format("The volume is attached to {} already.", t.instance));
    return true;
  });
  std::size_t attached = 0;
  call.world.attachments.scan(key_of("on", wanted.instance), 0, [&](std::uint64_t, Attachment& t) {
    if (!holds(state_of(call, t))) return true;
    ++attached;
    if (!wanted.device.empty() && t.device == wanted.device)
      incorrect_state(fmt::format("The device {} is in use by {}.", t.device, t.volume));
    return true;
  });
  if (attached >= kMostAttachedVolumes)
    refuse(400, "LimitExceeded",
           fmt::format("An instance can have at most {} attached volumes.", kMostAttachedVolumes));
}

Answer attach(Call& call) {
  const json::object body = body_of(
      call,
      {{"type", Type::text, true, {"iscsi", "paravirtualized", "emulated", "service_determined"}},
       {"instanceId", Type::text, true, {}},
       {"volumeId", Type::text, true, {}},
       {"device"},
       {"displayName"},
       {"encryptionInTransitType"},
       {"isAgentAutoIscsiLoginEnabled", Type::boolean},
       {"isPvEncryptionInTransitEnabled", Type::boolean},
       {"isReadOnly", Type::boolean},
       {"isShareable", Type::boolean},
       {"useChap", Type::boolean}});
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.attachments.find(token->resource), token->work_request,
                      token->status);
  check_display_name(body);
  Attachment t;
  t.instance = text(body, "instanceId");
  t.volume = text(body, "volumeId");
  const Instance* instance = call.world.instance(t.instance);
  if (!instance || instance->region != call.region.name) not_found();
  const State state = instance->timeline.at(call.now());
  if (state != State::running && state != State::stopped)
    incorrect_state(fmt::format("The instance is {}.", word_of(state)));
  const Volume volume = volume_seen(call, VolumeKind::block, t.volume);
  check_available(call, volume);
  const bool bare_metal = instance->shape.starts_with("BM.");
  t.type = text(body, "type");
  if (t.type == "service_determined") t.type = bare_metal ? "iscsi" : "paravirtualized";
  if (bare_metal && t.type != "iscsi")
    invalid(fmt::format("An instance of shape {} takes attachments of type iscsi only",
                        instance->shape));
  if (volume.domain != instance->domain)
    invalid("The volume and the instance must lie in one availability domain");
  t.region = call.region.name;
  t.compartment = instance->compartment;
  t.domain = instance->domain;
  t.name = text(body, "displayName");
  if (t.name.empty()) t.name = "volumeattachment" + format_millis(call.now());
  t.device = text(body, "device");
  if (!t.device.empty() && !is_device_path(t.device))
    invalid(
        fmt::format("device {} is not one of /dev/oracleoci/oraclevdb to oraclevdag", t.device));
  t.read_only = flag(body, "isReadOnly", false);
  t.shareable = flag(body, "isShareable", false);
  check_free(call, t);
  t.id = call.world.mint("volumeattachment", call.region.name);
  t.created = call.now();
  t.listed = listed_at(call);
  const Time end = call.now() + how_long(call, call.options.durations.attach, "attach", t.volume);
  t.timeline = {{{call.now(), State::attaching}, {end, State::attached}}};
  const Attachment& made = call.world.attachments.add(std::move(t));
  Work work;
  work.operation = "AttachVolume";
  work.compartment = made.compartment;
  work.entity = "volumeAttachment";
  work.resource = made.id;
  work.end = end;
  const std::string work_request = start_work(call, work);
  call.world.note({"volumeattachment", made.region, made.id, made.name,
                   creation_key(call, {}, made.volume), call.now()});
  remember_token(call, made.id, work_request);
  return reply_with(call, made, work_request);
}

Answer detach(Call& call, const std::string& id) {
  Attachment& t = find(call, id);
  check_if_match(call, etag_of(t.id, t.version));
  const State state = state_of(call, t);
  if (state == State::detached) not_found();
  if (state != State::attached)
    incorrect_state(fmt::format("The attachment is {}.", word_of(state)));
  Work work;
  work.operation = "DetachVolume";
  work.compartment = t.compartment;
  work.entity = "volumeAttachment";
  work.resource = t.id;
  work.action = "DELETED";
  work.end = call.now() + call.world.dice.between(call.options.durations.detach);
  const std::string work_request = start_work(call, work);
  call.world.attachments.update(t, [&](Attachment& row) {
    row.timeline = {{{call.now(), State::detaching}, {work.end, State::detached}}};
    ++row.version;
  });
  Answer a;
  a.status = 204;
  a.headers.emplace_back("opc-work-request-id", work_request);
  return a;
}

}  // namespace

bool device_in_use(const Call& call, const std::string& instance, const std::string& device) {
  bool used = false;
  call.world.attachments.scan(key_of("on", instance), 0, [&](std::uint64_t, Attachment& t) {
    used = used || (t.device == device && holds(state_of(call, t)));
    return true;
  });
  return used;
}

bool is_attached(const Call& call, const Volume& volume) {
  bool attached = false;
  call.world.attachments.scan(key_of("of", volume.id), 0, [&](std::uint64_t, Attachment& t) {
    attached = attached || state_of(call, t) != State::detached;
    return true;
  });
  return attached;
}

Answer handle_volume_attachments(Call& call) {
  const std::string& method = call.request.method;
  if (call.path.size() == 2) {
    if (method == "GET") return list(call);
    if (method == "POST") return attach(call);
  } else if (call.path.size() == 3) {
    if (method == "GET") return reply_with(call, find(call, call.path[2]));
    if (method == "DELETE") return detach(call, call.path[2]);
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
