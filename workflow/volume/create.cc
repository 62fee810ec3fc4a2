// The new volumes in the target region: made from a replica or from a copied backup.
#include <fmt/format.h>

#include "workflow/volume/steps.h"

namespace migledger::workflow::volume {

namespace {

Each new_volumes(const View& view) {
  return {view.plan("target_region"), api(view).collection,
          make_query({{"availabilityDomain", view.plan("target_ad")},
                      {"compartmentId", view.plan("target_compartment_id")},
                      {"limit", "1000"}}),
          "new"};
}

boost::json::object source_details(const View& view, unsigned item) {
  const VolumeApi& kind = api(view);
  const auto type = by_backup(view) ? kind.from_backup : kind.from_replica;
  const auto id = get(view, item, by_backup(view) ? "copy" : "replica");
  // A group names its source by the type of that.
  return {{"type", type}, {is_group(kind) ? type : std::string_view("id"), id}};
}

}  // namespace

bool volume_alive(std::string_view state) {
  return state != "TERMINATED" && state != "TERMINATING" && state != "FAULTY";
}

std::string new_name(const View& view, unsigned item) {
  const auto configured = view.plan("new_volume_name");
  return std::string(configured.empty() ? get(view, item, "name") : configured);
}

Request list_volumes(const View& view) {
  const Each each = new_volumes(view);
  return core_get(each.region, std::string(each.collection), each.list_query);
}

std::optional<Request> ask_volumes(const View& view, Answers answers) {
  if (answers.empty()) return list_volumes(view);
  return std::nullopt;
}

Sighting sight_volume(const View& view, Answers answers) {
  const unsigned item = next_without(view, "new");
  if (item == 0) return nothing_left();
  const std::string fact = fact_name(item, "new"), name = new_name(view, item);
  return sift(about(view, item), answers[0],
              {name, view.plan("target_compartment_id"), volume_alive, fact});
}

Request tag_search_volume(const View& view) {
  return search_by_tag(view, view.plan("target_region"), api(view).type);
}

Sighting sight_tagged_volume(const View& view, const Answer& answer) {
  const unsigned item = next_without(view, "new");
  const std::string fact = fact_name(item, "new");
  return sift(about(view, item), answer, {{}, {}, volume_alive, fact});
}

Request create_volume(const View& view) {
  const unsigned item = next_without(view, "new");
  const View one = about(view, item);
  boost::json::object body{{"availabilityDomain", view.plan("target_ad")},
                           {"compartmentId", view.plan("target_compartment_id")},
                           {"displayName", new_name(view, item)},
                           {"freeformTags", our_tags(one)},
                           {"sourceDetails", source_details(view, item)}};
  if (!is_group(api(view))) {
    if (const auto key = view.plan("target_kms_key_id"); !key.empty()) body["kmsKeyId"] = key;
    if (const auto vpus = parse_json(get(view, item, "vpus")); vpus && vpus->is_number())
      body["vpusPerGB"] = *vpus;
  }
  add_defined_tags(body, view);
  Request request = core_get(view.plan("target_region"), std::string(api(view).collection));
  request.method = "POST";
  request.retry_token = one.key();
  request.body = boost::json::serialize(body);
  return request;
}

Receipt receive_volume(const View& view, const Answer& answer) {
  return receipt_with_id(answer, fact_name(next_without(view, "new"), "new"), "volume_work");
}

bool more_to_create(const View& view, const ledger::Fields& facts) {
  return any_without(view, facts, "new");
}

Request ask_named_volume(const View& view, std::string_view id) {
  return core_get(view.plan("target_region"),
                  fmt::format("{}/{}", api(view).collection, percent_encode(id)));
}

Sighting sight_named_volume(const View& view, const Answer& answer, std::string_view id) {
  const unsigned item = next_without(view, "new");
  const std::string fact = fact_name(item, "new");
  return sight_named(about(view, item), answer, id,
                     {{}, view.plan("target_compartment_id"), volume_alive, fact});
}

std::optional<Request> ask_new_volumes(const View& view, Answers answers) {
  return new_volumes(view).ask(view, answers);
}

Verdict judge_new_volumes(
    const View& view, Answers answers,
    const std::function<Verdict(unsigned, const boost::json::value&)>& judge) {
  return judge_each(view, answers, new_volumes(view),
                    [&](unsigned item, const auto* volume, const Answer& answer) {
                      return volume ? judge(item, *volume) : not_shown(answer);
                    });
}

Verdict read_available(const View& view, Answers answers) {
  return judge_new_volumes(view, answers, [&](unsigned item, const boost::json::value& volume) {
    const auto state = text(&volume, "lifecycleState");
    if (state == "AVAILABLE") {
      Verdict verdict = Verdict::ok();
      if (const auto* members = member(&volume, "volumeIds"); members && members->is_array())
        set(verdict.facts, item, "members", boost::json::serialize(*members));
      return verdict;
    }
    if (volume_alive(state)) return Verdict::pending(state);
    const auto id = get(view, item, "new");
    Verdict verdict = Verdict::dead(ErrorClass::RETRY, std::string(state),
                                    fmt::format("the new volume {} is {}", id, state));
    verdict.facts.set("dead_ids", dead_with(view, id));
    set(verdict.facts, item, "new", "");
    return verdict;
  });
}

// Until it is hydrated, data comes from what it was made of, which must not end before.
Verdict read_hydrated(const View& view, Answers answers) {
  return judge_new_volumes(view, answers, [&](unsigned, const boost::json::value& volume) {
    const auto* hydrated = member(&volume, "isHydrated");
    if (hydrated && hydrated->is_bool() && !hydrated->get_bool())
      return Verdict::pending("data still copied in the background");
    return Verdict::ok();
  });
}

}  // namespace migledger::workflow::volume
