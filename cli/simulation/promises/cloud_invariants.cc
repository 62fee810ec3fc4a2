#include "cli/simulation/promises/cloud_invariants.h"

#include <fmt/format.h>

#include <charconv>

namespace migledger::simulation {

using adapters::sim::Tenancy;

std::optional<KeyParts> parts_of_key(std::string_view text) {
  const auto begin = text.find("ml-");
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + 3);
  constexpr std::size_t kDigits = 12;
  if (text.size() < 2 * kDigits + 2 || text[kDigits] != '-' || text[2 * kDigits + 1] != '-')
    return std::nullopt;
  KeyParts parts;
  parts.ledger = text.substr(0, kDigits);
  parts.about = text.substr(kDigits + 1, kDigits);
  text.remove_prefix(2 * kDigits + 2);
  if (const auto dot = text.find('.'); dot != std::string_view::npos) text = text.substr(0, dot);
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  parts.step = text.substr(0, dash);
  std::from_chars(text.data() + dash + 1, text.data() + text.size(), parts.generation);
  return parts;
}

namespace {

std::string_view collection_of(std::string_view kind) {
  if (kind.ends_with("-copy")) kind.remove_suffix(5);
  static constexpr std::pair<std::string_view, std::string_view> kCollections[] = {
      {"image", "images"},
      {"imported-image", "images"},
      {"instance", "instances"},
      {"volume", "volumes"},
      {"bootvolume", "bootVolumes"},
      {"volumegroup", "volumeGroups"},
      {"blockvolumereplica", "blockVolumeReplicas"},
      {"bootvolumereplica", "bootVolumeReplicas"},
      {"volumegroupreplica", "volumeGroupReplicas"},
      {"volumebackup", "volumeBackups"},
      {"bootvolumebackup", "bootVolumeBackups"},
      {"volumegroupbackup", "volumeGroupBackups"},
      {"volumeattachment", "volumeAttachments"}};
  for (const auto& [name, collection] : kCollections)
    if (name == kind) return collection;
  return {};
}

}  // namespace

std::string decoded(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto at = path.find("%2F");
    out.append(path.substr(0, at));
    if (at == std::string_view::npos) break;
    out.push_back('/');
    path.remove_prefix(at + 3);
  }
  return out;
}

bool is_alive(Tenancy& tenancy, Time now, const Tenancy::Created& made) {
  workflow::Request request;
  request.region = made.region;
  if (made.kind.starts_with("object")) {
    request.service = workflow::Service::object_storage;
    request.method = "HEAD";
    const auto object = made.id.find("/o/");
    request.path = made.id.substr(0, object + 3) +
                   workflow::percent_encode(std::string_view(made.id).substr(object + 3));
    return tenancy.handle(request, now).ok();
  }
  const auto collection = collection_of(made.kind);
  if (collection.empty()) return true;  // cannot be asked for
  request.path = fmt::format("/20160918/{}/{}", collection, made.id);
  const auto reply = tenancy.handle(request, now);
  if (!reply.ok()) return false;
  for (const char* state :
       {"TERMINATED", "TERMINATING", "DELETED", "FAULTY", "FAILED", "DETACHED", "DETACHING"})
    if (reply.body.find(fmt::format("\"lifecycleState\":\"{}\"", state)) != std::string::npos)
      return false;
  return true;
}

CloudInvariants::CloudInvariants(Tenancy& tenancy, const workflow::Plan& plan,
                                 std::function<bool(std::string_view)> may_end, SaidDead said_dead)
    : tenancy_(tenancy),
      twice_(tenancy, std::move(said_dead)),
      claim_(tenancy, plan),
      source_(tenancy, plan, std::move(may_end)) {}

void CloudInvariants::starts(const workflow::Request& request) {
  if (!request.retry_token.empty()) tokens_.sent(request);
}

void CloudInvariants::after(const workflow::Request& request, const workflow::Reply& reply,
                            bool doubled) {
  see(tenancy_.clock(), doubled);
  if (request.reads() || !reply.ok()) return;
  source_.done(request, others_);
  if (request.method == "DELETE") twice_.removed(request);
}

void CloudInvariants::see(Time now, bool doubled) {
  for (const auto& made : tenancy_.created_from(seen_)) {
    ++seen_;
    if (doubled)
      doubles_.insert(made.region + made.id);
    else
      doubles_.erase(made.region + made.id);
    twice_.made(made, now);
    claim_.made(made, now);
  }
}

void CloudInvariants::forget(const std::set<std::string>& keys, bool knows) {
  tokens_.forget(keys);
  // A plain copy may be older than the word that the ledger was put back once before.
  forgotten_.insert(keys.begin(), keys.end());
  if (!knows) twice_.forget(forgotten_);
  for (const auto& key : keys)
    if (const auto parts = parts_of_key(key); parts && parts->step == "release-claim")
      claim_.forget_release(*parts);
}

void CloudInvariants::count_as_others() {
  for (const auto& made : tenancy_.created_from(seen_)) {
    ++seen_;
    others_.insert(made.id);
    ever_others_.insert(made.id);
  }
}

}  // namespace migledger::simulation
