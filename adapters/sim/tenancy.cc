#include "adapters/sim/tenancy.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/sim/services/handlers.h"
#include "adapters/sim/services/network.h"
#include "adapters/sim/volumes/volumes.h"
#include "adapters/sim/world/world.h"
#include "ledger/base/utf8.h"

namespace migledger::adapters::sim {

namespace json = boost::json;
using workflow::Reply;
using workflow::Request;
using workflow::Service;

namespace {

constexpr std::string_view kCore = "20160918";

Answer route(Call& call) {
  const auto& path = call.path;
  const auto version = path.empty() ? std::string_view() : std::string_view(path[0]);
  switch (call.request.service) {
    case Service::core: {
      if (version != kCore || path.size() < 2) break;
      const std::string& what = path[1];
      if (what == "images") return handle_images(call);
      if (what == "instances") return handle_instances(call);
      if (what == "workRequests") return handle_work_requests(call);
      if (what == "shapes" || what == "computeCapacityReports") return handle_capacity(call);
      if (what == "volumeAttachments") return handle_volume_attachments(call);
      if (what == "volumeGroups") return handle_volume_groups(call);
      if (what == "subnets") return handle_subnets(call);
      if (what == "networkSecurityGroups") return handle_groups(call);
      if (what == "privateIps") return handle_private_ips(call);
      if (what == "volumeBackupPolicyAssignments") return handle_backup_policies(call);
      if (!placement_kind(what).empty()) return handle_placement(call);
      if (const auto kind = kind_of(&VolumeWords::collection, what))
        return handle_volumes(call, *kind);
      if (const auto kind = kind_of(&VolumeWords::replicas, what))
        return handle_volume_replicas(call, *kind);
      if (const auto kind = kind_of(&VolumeWords::backups, what))
        return handle_volume_backups(call, *kind);
      return handle_attachments(call);
    }
    case Service::identity:
      if (version != kCore) break;
      return handle_identity(call);
    case Service::limits:
      if (version != "20190729") break;
      return handle_limits(call);
    case Service::search:
      if (version != "20180409") break;
      return handle_search(call);
    case Service::object_storage:
      if (version == "n") return handle_object_storage(call);
      if (version == "workRequests") return handle_work_requests(call);
      break;
  }
  no_such_operation(call);
}

Answer error_answer(const ServiceError& error) {
  return answer(error.status, {{"code", error.code}, {"message", error.message}});
}

Reply delivered(const Request& request, World& world, Answer answer) {
  Reply reply;
  reply.delivery = Reply::Delivery::replied;
  reply.status = answer.status;
  reply.headers = std::move(answer.headers);
  const auto has = [&](std::string_view name) { return !reply.header(name).empty(); };
  if (!answer.body.empty() && !has("content-type"))
    reply.headers.emplace_back("content-type", "application/json");
  reply.headers.emplace_back("date", format_http_date(world.clock));
  // Ours, if given, then the service's own part.
  const std::string ours = request.request_id.empty() ? world.hex(32) : request.request_id;
  reply.headers.emplace_back("opc-request-id",
                             fmt::format("{}/{}/{}", ours, world.hex(32), world.hex(32)));
  if (request.method != "HEAD") reply.body = std::move(answer.body);
  return reply;
}

// Names that are no text could not be told to anybody again.
void check_text(const Call& call) {
  const auto check = [](std::string_view text, std::string_view what) {
    if (invalid_utf8_at(text) != std::string_view::npos)
      refuse(400, "InvalidParameter", fmt::format("The {} is not UTF-8.", what));
  };
  check(call.request.path, "path");
  for (const auto& part : call.path) check(part, "path");
  check(call.request.query, "query");
  for (const auto& [name, value] : call.query) {
    check(name, "query");
    check(value, "query");
  }
  check(call.request.retry_token, "opc-retry-token");
  check(call.request.if_match, "if-match");
}

}  // namespace

void no_such_operation(const Call& call) {
  const std::string& m = call.request.method;
  if (m != "GET" && m != "HEAD" && m != "POST" && m != "PUT" && m != "DELETE")
    refuse(405, "MethodNotAllowed", fmt::format("{} is not allowed here.", m));
  refuse(404, "NotFound",
         fmt::format("The simulated tenancy has no operation {} {}", m, call.request.path));
}

Tenancy::Tenancy(TenancyOptions options, StateStore* store)
    : options_(std::move(options)), world_(std::make_unique<World>(options_, store)) {
  world_->touch();
  world_->commit();
}

Tenancy::~Tenancy() = default;

Reply Tenancy::handle(const Request& request, Time now, Fault fault) {
  world_->advance(now);
  World::Region* region = world_->region(request.region);
  if (!region) {
    Reply reply;
    reply.delivery = Reply::Delivery::not_sent;
    reply.error = fmt::format("Failed to resolve the host of {} in region '{}'",
                              workflow::name_of(request.service), request.region);
    world_->commit();
    return reply;
  }
  Call call{*world_,
            options_,
            request,
            *region,
            fault,
            split_path(request.path),
            split_query(request.query)};
  Answer answer;
  try {
    check_text(call);
    answer = route(call);
  } catch (const ServiceError& error) {
    answer = error_answer(error);
  }
  Reply reply = delivered(request, *world_, std::move(answer));
  world_->commit();
  return reply;
}

std::string Tenancy::tenancy_id() const { return world_->tenancy_id(); }
std::string Tenancy::object_namespace() const { return world_->object_namespace(); }
std::vector<std::string> Tenancy::regions() const {
  std::vector<std::string> names;
  for (const World::Region& r : world_->regions()) names.push_back(r.name);
  return names;
}
std::uint64_t Tenancy::seed() const { return world_->dice.seed(); }
Time Tenancy::clock() const { return std::max(world_->clock, world_->mark); }

void Tenancy::keep_clock(Time t, bool exactly) {
  if (exactly) world_->advance(t);
  world_->mark = exactly ? std::max(t, world_->clock) : std::max(t, world_->mark);
  world_->touch();
  world_->commit();
}

Duration Tenancy::draw(Range range) { return world_->dice.between(range); }
bool Tenancy::chance(double rate) { return world_->dice.chance(rate); }
std::uint64_t Tenancy::count_up(const std::string& counter) { return world_->count_up(counter); }
std::uint64_t Tenancy::arrived() { return ++world_->calls; }
void Tenancy::save() {
  world_->touch();
  world_->commit();
}

namespace {

void hold(json::array& held, std::string_view kind, std::string_view region, std::string_view id,
          std::string_view name, std::string_view state) {
  held.push_back(
      {{"kind", kind}, {"region", region}, {"id", id}, {"name", name}, {"state", state}});
}

std::string_view kind_of(ImageOrigin origin) {
  switch (origin) {
    case ImageOrigin::platform:
      return "platform-image";
    case ImageOrigin::from_instance:
      return "image";
    case ImageOrigin::imported:
      return "imported-image";
  }
  return "image";
}

json::array held_by(World& world) {
  json::array held;
  const Time now = world.clock;
  for (const World::Region& r : world.regions()) {
    world.images.scan(key_of("region", r.name), 0, [&](std::uint64_t, Image& i) {
      const State s = i.timeline.at(now);
      if (s != State::gone && s != State::deleted)
        hold(held, kind_of(i.origin), i.region, i.id, i.name, word_of(s));
      return true;
    });
    world.instances.scan(key_of("region", r.name), 0, [&](std::uint64_t, Instance& i) {
      const State s = i.timeline.at(now);
      if (s != State::terminated) hold(held, "instance", i.region, i.id, i.name, word_of(s));
      return true;
    });
    const auto hold_rows = [&](auto& table, const auto& name_kind) {
      table.scan(key_of("region", r.name), 0, [&](std::uint64_t, auto& row) {
        const State s = row.timeline.at(now);
        if (!ends_life(s)) hold(held, name_kind(row), row.region, row.id, row.name, word_of(s));
        return true;
      });
    };
    hold_rows(world.volumes, [](const Volume& v) { return words_of(v.kind).ocid; });
    hold_rows(world.replicas, [](const Replica& v) { return words_of(v.kind).replica_ocid; });
    hold_rows(world.backups, [](const Backup& b) { return words_of(b.kind).backup_ocid; });
    hold_rows(world.attachments,
              [](const Attachment&) { return std::string_view("volumeattachment"); });
    for (const std::string& subnet : world.known_after("subnet/" + r.name + "/"))
      hold(held, "subnet", r.name, subnet, "subnet", "AVAILABLE");
  }
  for (const auto& [row, p] : world.policies())
    hold(held, "replication-policy", p.region, p.id, p.name,
         world.trouble_of(p).empty() ? "ACTIVE" : "CLIENT_ERROR");
  for (const auto& [row, b] : world.buckets()) {
    hold(held, "bucket", b.region, b.id, b.name, "ACTIVE");
    for (const auto& [name, o] : b.objects)
      hold(held, "object", b.region,
           fmt::format("/n/{}/b/{}/o/{}", world.object_namespace(), b.name, name), name,
           "AVAILABLE");
    for (const auto& [id, p] : b.pars)
      hold(held, "par", b.region, id, p.name, p.expires > now ? "ACTIVE" : "EXPIRED");
  }
  return held;
}

}  // namespace

std::string Tenancy::report() const {
  json::array created;
  for (const Creation& c : world_->creations())
    created.push_back({{"kind", c.kind},
                       {"region", c.region},
                       {"id", c.id},
                       {"name", c.name},
                       {"key", c.key},
                       {"at", format_millis(c.at)}});
  return json::serialize(json::object{{"created", std::move(created)}, {"held", held_by(*world_)}});
}

std::vector<Tenancy::Created> Tenancy::created_from(std::size_t from) const {
  std::vector<Created> out;
  const auto& all = world_->creations();
  for (std::size_t i = from; i < all.size(); ++i) {
    const Creation& c = all[i];
    out.push_back({c.kind, c.region, c.id, c.name, c.key, c.at});
  }
  return out;
}

namespace {

// Lets a tenancy be opened from a store that nobody may write.
class ReadOnce : public StateStore {
 public:
  explicit ReadOnce(StateStore& from) : from_(from) {}
  void load(const std::function<void(std::string_view, std::string_view)>& row) override {
    from_.load(row);
  }
  void write(const std::vector<Change>&) override {}

 private:
  StateStore& from_;
};

}  // namespace

std::string report_of(const std::string& directory) {
  // A read-only opening can miss rows while the writer flushes: what is read says whether it is
  // whole, and if not, the next opening sees it.
  for (int attempt = 1;; ++attempt) {
    try {
      const auto store = open_disk_store_read_only(directory);
      ReadOnce once(*store);
      return Tenancy({}, &once).report();
    } catch (const StateError& error) {
      const bool may_be_torn =
          error.kind == StateErrorKind::corrupt || error.kind == StateErrorKind::disk;
      if (!may_be_torn || attempt == 5) throw;
    }
  }
}

}  // namespace migledger::adapters::sim
