// Replicas in the target region. The list of replicas that an update gives replaces what was there,
// so it is read fresh, merged, and sent only if the volume is still as it was read.
#include <fmt/format.h>

#include <algorithm>

#include "workflow/volume/steps.h"

namespace migledger::workflow::volume {

namespace {

// What a look before an update saw: which item, its other replicas, and its ETag.
constexpr std::string_view kItem = "item";
constexpr std::string_view kReplicas = "replicas";
constexpr std::string_view kEtag = "etag";

std::string path_of(const View& view, unsigned item) {
  return fmt::format("{}/{}", api(view).collection, percent_encode(get(view, item, "id")));
}

const boost::json::array* replicas_of(const View& view, const boost::json::value* volume) {
  const auto* list = member(volume, api(view).replicas);
  return list && list->is_array() ? &list->get_array() : nullptr;
}

bool is_here(const View& view, const boost::json::value& entry) {
  return text(&entry, "availabilityDomain") == view.plan("target_ad");
}

// A replica cannot be tagged: its name is made as a key is, whichever step enables it.
std::string our_name(const View& view, unsigned item) {
  return idempotency_key(view.ledger_id, view.state.name, about(view, item).source(),
                         "enable-replica", view.generation);
}

bool is_ours(const View& view, unsigned item, const boost::json::value& entry) {
  const std::string name = our_name(view, item);
  return key_stem(text(&entry, "displayName")) == key_stem(name);
}

Sighting::Candidate candidate(const View& view, const boost::json::value& entry, std::string why) {
  return {std::string(text(&entry, api(view).replica_id)), std::string(text(&entry, "displayName")),
          std::string(text(&entry, "availabilityDomain")), std::move(why)};
}

// An entry as an update takes it.
boost::json::object entry_to_keep(const boost::json::value& entry) {
  boost::json::object kept{{"availabilityDomain", text(&entry, "availabilityDomain")},
                           {"displayName", text(&entry, "displayName")}};
  if (const auto key = text(&entry, "kmsKeyId"); !key.empty()) kept["xrrKmsKeyId"] = key;
  return kept;
}

// That an update is to be made of `item`, and what it keeps of the list.
Sighting to_update(unsigned item, boost::json::array kept, const Answer& answer) {
  Sighting sighting = Sighting::of(Sighting::Kind::absent);
  sighting.facts.set(kItem, std::to_string(item));
  sighting.facts.set(kReplicas, boost::json::serialize(kept));
  sighting.facts.set(kEtag, answer.reply.etag());
  return sighting;
}

unsigned item_to_update(const View& view) {
  const auto value = parse_json(view.state.look.facts.get(kItem));
  return value && value->is_number() ? value->to_number<unsigned>() : 1;
}

boost::json::array kept_list(const View& view) {
  auto list = parse_json(view.state.look.facts.get(kReplicas));
  return list && list->is_array() ? std::move(list->get_array()) : boost::json::array();
}

Request update(const View& view, unsigned item, boost::json::array replicas) {
  Request request = core_get(view.plan("source_region"), path_of(view, item));
  request.method = "PUT";
  request.if_match = view.state.look.facts.get(kEtag);
  // By default the members of a group keep their replicas when that of the group ends.
  if (is_group(api(view))) request.query = make_query({{"preserveVolumeReplica", "false"}});
  request.body =
      boost::json::serialize(boost::json::object{{api(view).replicas, std::move(replicas)}});
  return request;
}

// The replica of `item` that a volume shows here; the facts of having it.
ledger::Fields facts_of(const View& view, unsigned item, const boost::json::value& entry) {
  const bool ours = is_ours(view, item, entry);
  ledger::Fields facts;
  set(facts, item, "replica", text(&entry, api(view).replica_id));
  set(facts, item, "replica_owner", ours ? "ours" : "theirs");
  return facts;
}

Each replicas_to_read(const View& view) {
  return {view.plan("target_region"), api(view).replicas,
          make_query({{"availabilityDomain", view.plan("target_ad")},
                      {"compartmentId", view.plan("source_compartment_id")},
                      {"limit", "1000"}}),
          "replica"};
}

Verdict replica_ended(const View& view, unsigned item, std::string_view state) {
  const auto id = get(view, item, "replica");
  if (state == "FAULTY")
    return Verdict::refused(
        fmt::format("the replica {} of {} is FAULTY", id, get(view, item, "id")),
        "disable it at its volume and run again, or move the data by backup");
  Verdict verdict =
      Verdict::dead(ErrorClass::RETRY, std::string(state),
                    fmt::format("the replica {} of {} is {}", id, get(view, item, "id"), state));
  set(verdict.facts, item, "replica", "");
  verdict.facts.set("dead_ids", dead_with(view, id));
  return verdict;
}

bool has_ended(std::string_view state) {
  return state == "FAULTY" || state == "TERMINATING" || state == "TERMINATED";
}

}  // namespace

bool moves_volumes(const View& view) { return count(view) > 0; }
bool replicates(const View& view) { return moves_volumes(view) && !by_backup(view); }

// ---- enabling ----------------------------------------------------------------------------------

std::optional<Request> ask_to_enable(const View& view, Answers answers) {
  const unsigned item = next_without(view, "replica");
  if (!answers.empty() || item == 0) return std::nullopt;
  return core_get(view.plan("source_region"), path_of(view, item));
}

Sighting sight_enabled(const View& view, Answers answers) {
  const unsigned item = next_without(view, "replica");
  if (item == 0) return nothing_left();
  const auto volume = item_of(answers[0], get(view, item, "id"));
  const auto* replicas = replicas_of(view, volume.get());
  if (!volume) return Sighting::cannot_look(answers[0]);
  boost::json::array kept;
  for (const auto& entry : replicas ? *replicas : boost::json::array()) {
    if (!is_here(view, entry)) {
      kept.push_back(entry_to_keep(entry));
      continue;
    }
    const auto id = text(&entry, api(view).replica_id);
    const bool ended = known_dead(view, id);
    Sighting sighting = Sighting::of(ended ? Sighting::Kind::under_way : Sighting::Kind::ours);
    const bool ours = is_ours(view, item, entry);
    sighting.candidates.push_back(candidate(view, entry,
                                            ended  ? "it has ended"
                                            : ours ? "bears our key"
                                                   : "is used, and left in place"));
    if (!ended) sighting.facts = facts_of(view, item, entry);
    return sighting;
  }
  return to_update(item, std::move(kept), answers[0]);
}

Request enable_replica(const View& view) {
  const unsigned item = item_to_update(view);
  boost::json::array replicas = kept_list(view);
  boost::json::object wanted{{"availabilityDomain", view.plan("target_ad")},
                             {"displayName", our_name(view, item)}};
  if (const auto key = view.plan("target_kms_key_id"); !key.empty()) wanted["xrrKmsKeyId"] = key;
  replicas.push_back(std::move(wanted));
  return update(view, item, std::move(replicas));
}

Receipt receive_enabled(const View& view, const Answer& answer) {
  const unsigned item = next_without(view, "replica");
  Receipt receipt;
  const auto* replicas = replicas_of(view, answer.json.get());
  for (const auto& entry : replicas ? *replicas : boost::json::array()) {
    if (!is_here(view, entry) || text(&entry, api(view).replica_id).empty()) continue;
    receipt.understood = true;
    receipt.facts = facts_of(view, item, entry);
  }
  return receipt;
}

bool more_to_enable(const View& view, const ledger::Fields& facts) {
  return any_without(view, facts, "replica");
}

std::optional<Request> ask_replicas(const View& view, Answers answers) {
  return replicas_to_read(view).ask(view, answers);
}

Verdict read_replicas(const View& view, Answers answers) {
  return judge_each(view, answers, replicas_to_read(view),
                    [&](unsigned item, const auto* replica, const Answer& answer) {
                      if (!replica) return not_shown(answer);
                      const auto state = text(replica, "lifecycleState");
                      if (has_ended(state)) return replica_ended(view, item, state);
                      if (state != "AVAILABLE" && state != "ACTIVATING")
                        return Verdict::pending(state);
                      Verdict verdict = Verdict::ok();
                      set(verdict.facts, item, "synced", text(replica, "timeLastSynced"));
                      return verdict;
                    });
}

// ---- the cut-over ------------------------------------------------------------------------------

std::string cutover_question(const View& view) {
  const std::string what = count(view) == 1 ? fmt::format("{}", get(view, 1, "id"))
                                            : fmt::format("the {} volumes", count(view));
  if (by_backup(view))
    return fmt::format("stop what writes to {}: what a backup of it holds now is what moves", what);
  return fmt::format(
      "stop what writes to {}: it is replicated until {}, and what is written from now on does not "
      "move",
      what, get(view, 1, "synced"));
}

std::optional<Request> ask_fence(const View& view, Answers answers) {
  if (!answers.empty()) return std::nullopt;
  return core_get(view.plan("source_region"), path_of(view, 1));
}

// The moment after which nothing moves, by the cloud's own clock: syncs are dated by it, too.
Verdict read_fence(const View&, Answers answers) {
  const auto date = answers[0].reply.date();
  if (!answers[0].reply.ok() || !date) return Verdict::cannot_look(answers[0]);
  Verdict verdict = Verdict::ok();
  // Dates of replies have whole seconds.
  verdict.facts.set("fence", format_utc(*date + std::chrono::seconds(1)));
  return verdict;
}

Verdict read_synced(const View& view, Answers answers) {
  const auto fence = parse_rfc3339(view.fact("fence"));
  return judge_each(
      view, answers, replicas_to_read(view),
      [&](unsigned item, const auto* replica, const Answer& answer) {
        if (!replica) return not_shown(answer);
        const auto state = text(replica, "lifecycleState");
        if (has_ended(state)) return replica_ended(view, item, state);
        const auto last = text(replica, "timeLastSynced");
        const auto synced = parse_rfc3339(last);
        if (state != "AVAILABLE") return Verdict::pending(state);
        if (!synced || !fence || *synced < *fence)
          return Verdict::pending(fmt::format("synced until {}", last.empty() ? "never" : last));
        Verdict verdict = Verdict::ok();
        set(verdict.facts, item, "synced", last);
        return verdict;
      });
}

// ---- disabling ---------------------------------------------------------------------------------

std::optional<Request> ask_to_disable(const View& view, Answers answers) {
  if (answers.size() >= count(view)) return std::nullopt;
  return core_get(view.plan("source_region"),
                  path_of(view, static_cast<unsigned>(answers.size() + 1)));
}

Sighting sight_disabled(const View& view, Answers answers) {
  for (unsigned item = 1; item <= count(view); ++item) {
    const Answer& answer = answers[item - 1];
    const auto volume = item_of(answer, get(view, item, "id"));
    if (!volume) return Sighting::cannot_look(answer);
    bool left = false;
    boost::json::array kept;
    const auto* replicas = replicas_of(view, volume.get());
    for (const auto& entry : replicas ? *replicas : boost::json::array()) {
      if (is_here(view, entry) && is_ours(view, item, entry)) {
        left = true;
      } else {
        kept.push_back(entry_to_keep(entry));
      }
    }
    if (left) return to_update(item, std::move(kept), answer);
  }
  return nothing_left();
}

Request disable_replica(const View& view) {
  return update(view, item_to_update(view), kept_list(view));
}

Verdict read_replicas_gone(const View& view, Answers answers) {
  return judge_each(
      view, answers, replicas_to_read(view),
      [&](unsigned item, const auto* replica, const Answer& answer) {
        // Where the ledger has forgotten the replica, it is found by its name.
        ListIndex::Found named;
        if (get(view, item, "replica").empty()) {
          if (!is_list(answer)) return Verdict::cannot_look(answer);
          named = answer.list->named_by_stem(std::string(key_stem(our_name(view, item))));
          const auto left = std::find_if(named.begin(), named.end(), [](const auto& one) {
            return text(&one, "lifecycleState") != "TERMINATED";
          });
          if (left != named.end()) replica = &*left;
        } else if (get(view, item, "replica_owner") != "ours") {
          return Verdict::ok();  // another's stays
        }
        if (!replica)
          return is_list(answer) || answer.reply.status == 404 ? Verdict::ok()
                                                               : Verdict::cannot_look(answer);
        if (!replica->is_object()) return Verdict::cannot_look(answer);
        const auto state = text(replica, "lifecycleState");
        return state == "TERMINATED" ? Verdict::ok() : Verdict::pending(state);
      });
}

}  // namespace migledger::workflow::volume
