#include "adapters/sim/world/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/sim/world/pack.h"
#include "adapters/sim/world/regions.h"

namespace migledger::adapters::sim {

namespace {

// Rows: a letter, then
//   ! the one row about the whole   i image, n instance, w work request, t token: id
//   b bucket: region/name           o object, p PAR: region/bucket/name or id
//   a arrival: due and number       c creation: number, dense from 0
//   P replication policy: region/bucket of its source
//   B volume, R replica, K backup, A attachment (volume_records.h): id
//   v known: text                   x counter: name
constexpr std::uint64_t kFormat = 3;

struct Whole {
  std::uint64_t format = kFormat, seed = 0, drawn = 0, calls = 0, seq = 0, creations = 0;
  Time mark{};
  std::vector<std::string> regions;
};

template <typename A>
void visit(A& a, Whole& w) {
  a(w.format, w.seed, w.drawn, w.calls, w.seq, w.creations, w.mark, w.regions);
}

std::string big_endian(std::uint64_t v) {
  std::string out;
  for (int i = 7; i >= 0; --i) out.push_back(static_cast<char>(v >> (8 * i)));
  return out;
}

std::string arrival_key(const Arrival& a) {
  return "a" + big_endian(static_cast<std::uint64_t>(to_micros(a.due))) + big_endian(a.seq);
}

std::string token_row(std::string_view region, std::string_view token) {
  return fmt::format("{}/{}", region, token);
}

std::string letters(std::uint64_t bits, int count) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  for (int i = 0; i < count; ++i, bits >>= 5) out.push_back(kAlphabet[bits & 31]);
  return out;
}

}  // namespace

std::string bucket_row(std::string_view region, std::string_view bucket) {
  return fmt::format("{}/{}", region, bucket);
}

World::World(const TenancyOptions& options, StateStore* store)
    : dice(options.seed),
      clock(options.start),
      mark(options.start),
      durations_(options.durations),
      no_service_policy_(options.faults.no_service_policy),
      store_(store) {
  if (store_) load();
  for (const std::string& name : options.regions) subscribe(name);
}

// ---- opening and saving -------------------------------------------------------------------------

void World::load() {
  bool found = false;
  std::uint64_t creations = 0;
  store_->load([&](std::string_view key, std::string_view value) {
    if (key != "!") return take_row(key, value);
    // "!" sorts before all letters.
    Unpacker first(value);
    std::uint64_t format = 0;
    first(format);
    if (format != kFormat)
      throw StateError(StateErrorKind::refused,
                       fmt::format("the simulated tenancy has format {}, this program knows {}: "
                                   "use the version that wrote it, or start another tenancy",
                                   format, kFormat));
    const Whole whole = unpack<Whole>(value);
    dice = Dice(whole.seed, whole.drawn);
    saved_draws_ = whole.drawn;
    clock = mark = whole.mark;
    calls = whole.calls;
    seq = whole.seq;
    creations = whole.creations;
    for (const std::string& name : whole.regions)
      regions_.push_back(Region{name, availability_domains_of(name), {}});
    found = true;
  });
  if (creations != creations_.size() || (!found && !bucket_rows_.empty()))
    throw StateError(StateErrorKind::corrupt,
                     fmt::format("the simulated tenancy counts {} creations but holds {}",
                                 creations, creations_.size()));
  for (auto& [id, image] : image_rows_) {
    index(image);
    if (image.origin == ImageOrigin::platform)
      if (Region* r = region(image.region)) r->platform_image = id;
  }
  for (auto& [id, instance] : instance_rows_) index(instance);
  for (auto& [id, work] : work_rows_) index(work);
  for (auto& [id, token] : token_rows_)
    forget_later(token.used + durations_.token_life, Kind::token, id);
  for (Region& r : regions_)
    for (const std::string& name : known_after("ad/" + r.name + "/"))
      if (std::find(r.domains.begin(), r.domains.end(), name) == r.domains.end())
        r.domains.push_back(name);
}

void World::take_row(std::string_view key, std::string_view value) {
  const std::string rest(key.substr(1));
  switch (key.front()) {
    case 'i':
      image_rows_[rest] = unpack<Image>(value);
      return;
    case 'n':
      instance_rows_[rest] = unpack<Instance>(value);
      return;
    case 'w':
      work_rows_[rest] = unpack<WorkRequest>(value);
      return;
    case 't':
      token_rows_[rest] = unpack<Token>(value);
      return;
    case 'v':
      known_.insert(rest);
      return;
    case 'x': {
      Unpacker counter(value);
      counter(counters_[rest]);
      return;
    }
    case 'c':
      creations_.push_back(unpack<Creation>(value));
      return;
    case 'b':
      bucket_rows_[rest] = unpack<Bucket>(value);
      return;
    case 'B':
      return volumes.load(rest, value);
    case 'R':
      return replicas.load(rest, value);
    case 'K':
      return backups.load(rest, value);
    case 'A':
      return attachments.load(rest, value);
    case 'a': {
      auto arrival = unpack<Arrival>(value);
      await_replica(arrival);
      arrivals_.emplace(std::pair(arrival.due, arrival.seq), std::move(arrival));
      return;
    }
    case 'P':
      policies_[rest] = unpack<ReplicationPolicy>(value);
      return;
    case 'o':
    case 'p': {
      // "b" sorts before both, so the bucket is there already.
      const auto slash = rest.find('/', rest.find('/') + 1);
      const std::string row = rest.substr(0, slash);
      const auto bucket = bucket_rows_.find(row);
      if (bucket == bucket_rows_.end())
        throw StateError(StateErrorKind::corrupt,
                         "the simulated tenancy holds an object in no bucket: " + rest);
      if (key.front() == 'o') {
        bucket->second.objects[rest.substr(slash + 1)] = unpack<Object>(value);
      } else {
        Par par = unpack<Par>(value);
        par_tokens_[par.token] = {row, par.id};
        bucket->second.pars[par.id] = std::move(par);
      }
      return;
    }
    default:
      throw StateError(StateErrorKind::corrupt,
                       "the simulated tenancy holds a row of unknown kind: " + std::string(key));
  }
}

void World::save(std::string key, std::string value) {
  if (store_) changes_.emplace_back(std::move(key), std::move(value));
}

void World::drop(std::string key) {
  if (store_) changes_.emplace_back(std::move(key), std::nullopt);
}

void World::ends(Time at, char letter, const std::string& id) {
  forget_later(at + durations_.dead_resource_life, Kind::table, letter + id);
}

void World::commit() {
  if (!store_) return;
  if (broken_)
    throw StateError(StateErrorKind::disk,
                     "the simulated tenancy could not write before: start again");
  if (changes_.empty() && !touched_ && dice.drawn() == saved_draws_) return;
  Whole whole;
  whole.seed = dice.seed();
  whole.drawn = dice.drawn();
  whole.calls = calls;
  whole.seq = seq;
  whole.creations = creations_.size();
  mark = std::max(mark, clock);
  whole.mark = mark;
  for (const Region& r : regions_) whole.regions.push_back(r.name);
  changes_.emplace_back("!", pack(whole));
  broken_ = true;  // memory is ahead of the disk unless the write succeeds
  store_->write(changes_);
  broken_ = false;
  changes_.clear();
  saved_draws_ = dice.drawn();
  touched_ = false;
}

// ---- names --------------------------------------------------------------------------------------

std::string World::tenancy_id() const {
  std::string unique;
  for (std::uint64_t i = 0; i < 5; ++i)
    unique += letters(mix(hash_of("tenancy", dice.seed()) + i), 12);
  return "ocid1.tenancy.oc1..aaaaaaaa" + unique.substr(8);
}

std::string World::object_namespace() const {
  if (const auto recalled = known_after("namespace/"); !recalled.empty()) return recalled.front();
  return "ax" + letters(hash_of("namespace", dice.seed()), 10);
}

std::string World::mint_unique() {
  std::string unique = "aaaaaaaa";
  for (int i = 0; i < 4; ++i) unique += letters(dice.draw(), 12);
  return unique + letters(dice.draw(), 4);
}

std::string World::mint(std::string_view kind, std::string_view region) {
  return fmt::format("ocid1.{}.oc1.{}.{}", kind, ocid_region(region), mint_unique());
}

std::string World::hex(std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += fmt::format("{:016x}", dice.draw());
  out.resize(digits);
  return out;
}

// ---- what stands --------------------------------------------------------------------------------

World::Region* World::region(std::string_view name) {
  for (Region& r : regions_)
    if (r.name == name) return &r;
  return nullptr;
}

World::Region& World::subscribe(const std::string& name) {
  if (Region* r = region(name)) return *r;
  regions_.push_back(Region{name, availability_domains_of(name), {}});
  touch();
  Image image;
  image.id = mint("image", name);
  image.region = name;
  image.name = "Oracle-Linux-8.10-2025.09.16-0";
  image.os = "Oracle Linux";
  image.os_version = "8";
  image.launch_mode = "NATIVE";
  image.size_mb = 47694;
  image.created = clock - std::chrono::days(60);
  image.listed = image.searched = image.created;
  image.timeline = {{{image.created, State::available}}};
  regions_.back().platform_image = add(std::move(image)).id;
  return regions_.back();
}

bool World::first_use(const std::string& what) {
  if (!known_.insert(what).second) return false;
  save("v" + what, "");
  return true;
}

std::vector<std::string> World::known_after(const std::string& prefix) const {
  std::vector<std::string> out;
  for (auto it = known_.lower_bound(prefix); it != known_.end() && it->starts_with(prefix); ++it)
    out.push_back(it->substr(prefix.size()));
  return out;
}

std::uint64_t World::count_up(const std::string& name) {
  const std::uint64_t before = counters_[name]++;
  Packer p;
  std::uint64_t now = before + 1;
  p(now);
  save("x" + name, p.take());
  return before;
}

std::uint64_t World::count(const std::string& name) const {
  const auto it = counters_.find(name);
  return it == counters_.end() ? 0 : it->second;
}

// ---- resources ----------------------------------------------------------------------------------

namespace {
template <typename R, typename K>
auto* row_or_null(R& rows, const K& key) {
  const auto it = rows.find(key);
  return it == rows.end() ? nullptr : &it->second;
}
}  // namespace

Image* World::image(std::string_view id) { return row_or_null(image_rows_, id); }
Instance* World::instance(std::string_view id) { return row_or_null(instance_rows_, id); }
Instance* World::instance_of(std::string_view unique) {
  Instance** row = row_or_null(by_unique_, unique);
  return row ? *row : nullptr;
}
WorkRequest* World::work_request(std::string_view id) { return row_or_null(work_rows_, id); }
Bucket* World::bucket(std::string_view region, std::string_view name) {
  return row_or_null(bucket_rows_, bucket_row(region, name));
}
Token* World::token(std::string_view region, std::string_view token) {
  return row_or_null(token_rows_, token_row(region, token));
}
Par* World::par_of_token(std::string_view region, std::string_view bucket, std::string_view token) {
  const auto* at = row_or_null(par_tokens_, token);
  if (!at || at->first != bucket_row(region, bucket)) return nullptr;
  Bucket* row = row_or_null(bucket_rows_, at->first);
  return row ? row_or_null(row->pars, at->second) : nullptr;
}

void World::index(Image& i) {
  images.add(key_of("in", i.region, i.compartment), i.seq, &i);
  images.add(key_of("name", i.region, i.compartment, i.name), i.seq, &i);
  images.add(key_of("region", i.region), i.seq, &i);
  for (const auto& [key, value] : i.tags)
    images.add(key_of("tag", i.region, key, value), i.seq, &i);
  if (ends_life(i.timeline.last()))
    forget_later(i.timeline.end() + durations_.dead_resource_life, Kind::image, i.id);
}

void World::unindex(Image& i) {
  images.remove(key_of("in", i.region, i.compartment), i.seq);
  images.remove(key_of("name", i.region, i.compartment, i.name), i.seq);
  images.remove(key_of("region", i.region), i.seq);
  for (const auto& [key, value] : i.tags) images.remove(key_of("tag", i.region, key, value), i.seq);
}

void World::index(Instance& i) {
  instances.add(key_of("in", i.region, i.compartment), i.seq, &i);
  instances.add(key_of("name", i.region, i.compartment, i.name), i.seq, &i);
  instances.add(key_of("region", i.region), i.seq, &i);
  for (const auto& [key, value] : i.tags)
    instances.add(key_of("tag", i.region, key, value), i.seq, &i);
  by_unique_[i.unique] = &i;
  if (ends_life(i.timeline.last()))
    forget_later(i.timeline.end() + durations_.dead_resource_life, Kind::instance, i.id);
}

void World::unindex(Instance& i) {
  instances.remove(key_of("in", i.region, i.compartment), i.seq);
  instances.remove(key_of("name", i.region, i.compartment, i.name), i.seq);
  instances.remove(key_of("region", i.region), i.seq);
  for (const auto& [key, value] : i.tags)
    instances.remove(key_of("tag", i.region, key, value), i.seq);
  by_unique_.erase(i.unique);
}

void World::index(WorkRequest& w) {
  const std::string_view side = w.of_object_storage ? "object" : "core";
  work_requests.add(key_of(side, w.region, w.compartment), w.seq, &w);
  work_requests.add(key_of(side, w.region, w.compartment, w.resource), w.seq, &w);
  forget_later(w.timeline.end() + durations_.work_request_life, Kind::work_request, w.id);
}

Image& World::add(Image image) {
  image.seq = ++seq;
  const std::string id = image.id;
  Image& row = image_rows_[id] = std::move(image);
  index(row);
  changed(row);
  return row;
}

Instance& World::add(Instance instance) {
  instance.seq = ++seq;
  const std::string id = instance.id;
  Instance& row = instance_rows_[id] = std::move(instance);
  index(row);
  changed(row);
  return row;
}

WorkRequest& World::add(WorkRequest work) {
  work.seq = ++seq;
  const std::string id = work.id;
  WorkRequest& row = work_rows_[id] = std::move(work);
  index(row);
  changed(row);
  return row;
}

Bucket& World::add(Bucket bucket) {
  bucket.seq = ++seq;
  const std::string row = bucket_row(bucket.region, bucket.name);
  save("b" + row, pack(bucket));
  return bucket_rows_[row] = std::move(bucket);
}

void World::add(Token token) {
  const std::string row = token_row(token.region, token.token);
  forget_later(token.used + durations_.token_life, Kind::token, row);
  changed(token);
  token_rows_[row] = std::move(token);
}

void World::add(Arrival arrival) {
  arrival.seq = ++seq;
  await_replica(arrival);
  save(arrival_key(arrival), pack(arrival));
  arrivals_.emplace(std::pair(arrival.due, arrival.seq), std::move(arrival));
}

void World::put(Bucket& bucket, Object object) {
  if (bucket.storage_tier == "Archive") object.storage_tier = bucket.storage_tier;
  replicate(bucket, object, object.created, false);
  save("o" + bucket_row(bucket.region, bucket.name) + "/" + object.name, pack(object));
  const std::string name = object.name;
  bucket.objects[name] = std::move(object);
}

void World::put(Bucket& bucket, Par par) {
  const std::string row = bucket_row(bucket.region, bucket.name);
  save("p" + row + "/" + par.id, pack(par));
  par_tokens_[par.token] = {row, par.id};
  const std::string id = par.id;
  bucket.pars[id] = std::move(par);
}

void World::note(Creation creation) {
  save("c" + big_endian(creations_.size()), pack(creation));
  creations_.push_back(std::move(creation));
}

void World::changed(const Image& image) {
  if (store_) save("i" + image.id, pack(image));
  if (ends_life(image.timeline.last()))
    forget_later(image.timeline.end() + durations_.dead_resource_life, Kind::image, image.id);
}

void World::renamed(Image& image, const std::string& new_name) {
  images.remove(key_of("name", image.region, image.compartment, image.name), image.seq);
  image.name = new_name;
  images.add(key_of("name", image.region, image.compartment, image.name), image.seq, &image);
}

void World::retagged(Image& image, Tags tags) {
  for (const auto& [key, value] : image.tags)
    images.remove(key_of("tag", image.region, key, value), image.seq);
  image.tags = std::move(tags);
  for (const auto& [key, value] : image.tags)
    images.add(key_of("tag", image.region, key, value), image.seq, &image);
}

void World::changed(const Instance& instance) {
  if (store_) save("n" + instance.id, pack(instance));
  if (ends_life(instance.timeline.last()))
    forget_later(instance.timeline.end() + durations_.dead_resource_life, Kind::instance,
                 instance.id);
}

void World::changed(const WorkRequest& work) {
  if (store_) save("w" + work.id, pack(work));
}

void World::changed(const Token& token) {
  if (store_) save("t" + token_row(token.region, token.token), pack(token));
}

void World::erase_object(Bucket& bucket, const std::string& name) {
  if (const Object* object = row_or_null(bucket.objects, name))
    replicate(bucket, *object, clock, true);
  drop("o" + bucket_row(bucket.region, bucket.name) + "/" + name);
  bucket.objects.erase(name);
}

void World::erase_par(Bucket& bucket, const std::string& id) {
  const auto par = bucket.pars.find(id);
  if (par == bucket.pars.end()) return;
  drop("p" + bucket_row(bucket.region, bucket.name) + "/" + id);
  par_tokens_.erase(par->second.token);
  bucket.pars.erase(par);
}

void World::erase(Bucket& bucket) {
  const std::string row = bucket_row(bucket.region, bucket.name);
  drop("b" + row);
  bucket_rows_.erase(row);
}

// ---- the passing of time ------------------------------------------------------------------------

void World::advance(Time now) {
  clock = std::max(clock, now);
  while (!arrivals_.empty() && arrivals_.begin()->first.first <= clock) {
    const Arrival arrival = std::move(arrivals_.begin()->second);
    arrivals_.erase(arrivals_.begin());
    drop(arrival_key(arrival));
    land(arrival);
  }
  while (!expiries_.empty() && expiries_.begin()->first <= clock) {
    const auto [kind, id] = std::move(expiries_.begin()->second);
    expiries_.erase(expiries_.begin());
    forget(kind, id);
  }
}

// The conditions are looked at again, because the world has gone on since the request.
void World::land(const Arrival& a) {
  if (!a.policy.empty()) return land_replica(a);
  if (a.again != Duration::zero()) return write_on_own(a);
  Bucket* to = bucket(a.region, a.bucket);
  if (!to)
    return fail(a.work_request, a.due, "BucketNotFound",
                fmt::format("The bucket '{}' does not exist in {} any more.", a.bucket, a.region));
  if (to->read_only)
    return fail(a.work_request, a.due, "BucketReadOnly",
                fmt::format("Bucket '{}' is the target of a replication policy.", a.bucket));
  if (!a.source_object.empty() && no_service_policy_)
    return fail(a.work_request, a.due, "NotAuthorizedOrNotFound",
                fmt::format("The service objectstorage-{} is not allowed to copy the object.",
                            a.source_region));
  const Object* there = row_or_null(to->objects, a.object.name);
  if (a.if_none_match && there)
    return fail(a.work_request, a.due, "IfNoneMatchFailed",
                fmt::format("The object '{}' exists in bucket '{}'.", a.object.name, a.bucket));
  if (!a.if_match.empty() && (!there || there->etag != a.if_match))
    return fail(a.work_request, a.due, "NoEtagMatch",
                fmt::format("The object '{}' in bucket '{}' is not the one named by its ETag.",
                            a.object.name, a.bucket));
  if (!a.source_object.empty()) {
    Bucket* from = bucket(a.source_region, a.source_bucket);
    const Object* source = from ? row_or_null(from->objects, a.source_object) : nullptr;
    if (!source || source->etag != a.source_etag)
      return fail(a.work_request, a.due, "SourceChanged",
                  fmt::format("The object '{}' was changed or deleted while it was copied.",
                              a.source_object));
  }
  Object object = a.object;
  object.created = a.due;
  note({a.kind, a.region, fmt::format("/n/{}/b/{}/o/{}", object_namespace(), a.bucket, object.name),
        object.name, a.key, a.due});
  put(*to, std::move(object));
}

void World::fail(const std::string& id, Time at, std::string code, std::string message) {
  WorkRequest* work = work_request(id);
  if (!work) return;
  work->timeline.phases.back() = {at, State::failed};
  work->error_code = std::move(code);
  work->error = std::move(message);
  changed(*work);
}

void World::forget_later(Time at, Kind kind, const std::string& id) {
  expiries_.emplace(at, std::pair(kind, id));
}

void World::forget(Kind kind, const std::string& id) {
  switch (kind) {
    case Kind::image:
      if (Image* i = image(id); i && ends_life(i->timeline.at(clock))) {
        unindex(*i);
        image_rows_.erase(id);
        drop("i" + id);
      }
      return;
    case Kind::instance:
      if (Instance* i = instance(id); i && ends_life(i->timeline.at(clock))) {
        unindex(*i);
        instance_rows_.erase(id);
        drop("n" + id);
      }
      return;
    case Kind::work_request:
      if (WorkRequest* w = work_request(id)) {
        const std::string_view side = w->of_object_storage ? "object" : "core";
        work_requests.remove(key_of(side, w->region, w->compartment), w->seq);
        work_requests.remove(key_of(side, w->region, w->compartment, w->resource), w->seq);
        work_rows_.erase(id);
        drop("w" + id);
      }
      return;
    case Kind::token:
      token_rows_.erase(id);
      drop("t" + id);
      return;
    case Kind::table:
      forget_row(id.front(), id.substr(1));
      return;
  }
}

void World::forget_row(char letter, const std::string& id) {
  switch (letter) {
    case 'B':
      return volumes.forget(id, clock);
    case 'R':
      return replicas.forget(id, clock);
    case 'K':
      return backups.forget(id, clock);
    default:
      return attachments.forget(id, clock);
  }
}

}  // namespace migledger::adapters::sim
