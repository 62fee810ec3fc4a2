#include "workflow/steps/oci_api.h"

#include <fmt/format.h>

#include "ledger/base/planted.h"

namespace migledger::workflow {

namespace json = boost::json;

Request core_get(std::string_view region, std::string path, std::string query) {
  Request request;
  request.region = region;
  request.path = "/20160918/" + std::move(path);
  request.query = std::move(query);
  return request;
}

Request storage(std::string_view region, std::string method, std::string path, std::string query,
                std::string body) {
  Request request;
  request.region = region;
  request.service = Service::object_storage;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = std::move(query);
  request.body = std::move(body);
  return request;
}

std::string bucket_path(std::string_view name_space, std::string_view bucket,
                        std::string_view rest) {
  std::string path = "/n/" + percent_encode(name_space) + "/b";
  if (!bucket.empty()) path += "/" + percent_encode(bucket);
  return path.append(rest);
}

Request list_objects(const View& view, std::string_view region, std::string_view bucket,
                     std::string_view name) {
  std::string_view prefix = name;
  if (view.in_bulk) {
    const std::string keys = fmt::format("migledger/ml-{}-", view.ledger_id.substr(0, 12));
    for (const std::string_view common : {std::string_view(kClaims), std::string_view(keys)})
      if (name.starts_with(common)) prefix = name.substr(0, common.size());
  }
  return storage(
      region, "GET", bucket_path(view.fact("namespace"), bucket, "/o"),
      make_query(
          {{"prefix", prefix}, {"fields", "name,size,etag,md5,timeCreated"}, {"limit", "1000"}}));
}

Request one_or_list(const View& view, std::string_view region, std::string_view collection,
                    std::string_view id, std::string_view compartment) {
  if (view.in_bulk)
    return core_get(region, std::string(collection),
                    make_query({{"compartmentId", compartment}, {"limit", "1000"}}));
  return core_get(region, std::string(collection) + "/" + percent_encode(id));
}

const Answer* Turn::take(Request request) {
  if (wanted_) return nullptr;
  if (taken_ < answers_.size()) return &answers_[taken_++];
  wanted_ = std::move(request);
  return nullptr;
}

const Answer* Turn::take_item(const View& view, Request list, Request itself, std::string_view id) {
  if (view.in_bulk) {
    const Answer* listed = take(std::move(list));
    if (!listed || item_of(*listed, id)) return listed;
  }
  return take(std::move(itself));
}

json::object our_tags(const View& view) {
  json::object tags;
  const auto configured = plan_json(view, "freeform_tags");
  if (configured.is_object()) tags = configured.get_object();
  tags[kTagLedger] = view.ledger_id;
  tags[kTagKey] = view.key();
  tags[kTagSource] = view.source();
  return tags;
}

std::string copy_permission(const View& view) {
  return fmt::format(
      "Allow service objectstorage-{} to manage object-family in tenancy (or in the compartments "
      "of both buckets)",
      view.plan("source_region"));
}

void add_defined_tags(json::object& body, const View& view) {
  auto configured = plan_json(view, "defined_tags");
  if (configured.is_object()) body["definedTags"] = std::move(configured);
}

bool is_list(const Answer& answer) { return answer.reply.ok() && answer.list; }

const json::array* items_of(const Answer& answer) {
  return is_list(answer) ? &answer.list->items() : nullptr;
}

ListIndex::Item item_of(const Answer& answer, std::string_view id) {
  if (!answer.reply.ok()) return nullptr;
  if (answer.list) return answer.list->by_id(id);
  return text(answer.json.get(), "id") == id ? answer.json : nullptr;
}

ListIndex::Found attached_to(const View& view, const Answer& list, std::string_view instance) {
  if (view.in_bulk) return list.list->of_instance(instance);
  const auto& items = list.list->items();
  return {items.begin(), items.end()};
}

Work work_of(const Answer& answer, std::string_view id) {
  Work work;
  if (answer.reply.status == 404) {
    work.state = ledger::planted(ledger::PlantedBug::gone_work_is_failure) ? WorkState::failed
                                                                           : WorkState::gone;
    return work;
  }
  const auto item = item_of(answer, id);
  if (!item) return work;
  work.status = text(item.get(), "status");
  work.percent =
      static_cast<int>(std::min<std::uint64_t>(whole_number(item.get(), "percentComplete"), 100));
  if (work.status == "SUCCEEDED" || work.status == "COMPLETED") {
    work.state = WorkState::succeeded;
  } else if (work.status == "FAILED" || work.status == "CANCELED") {
    work.state = WorkState::failed;
  } else if (!work.status.empty()) {
    work.state = WorkState::running;
  }
  return work;
}

std::vector<Request> work_postmortem(std::string_view region, Service service,
                                     std::string_view work_request) {
  if (work_request.empty()) return {};
  const std::string prefix =
      service == Service::core ? "/20160918/workRequests/" : "/workRequests/";
  std::vector<Request> requests;
  for (const auto part : {"/errors", "/logs"}) {
    Request request;
    request.region = region;
    request.service = service;
    request.path = prefix + percent_encode(work_request) + part;
    requests.push_back(std::move(request));
  }
  return requests;
}

namespace {

std::string_view name_in(const json::value& item) {
  const auto name = text(&item, "displayName");
  return name.empty() ? text(&item, "name") : name;
}

// The search service calls the id "identifier".
std::string_view id_in(const json::value& item) {
  const auto id = text(&item, "id");
  return id.empty() ? text(&item, "identifier") : id;
}

// The search service writes "Running" where compute writes "RUNNING".
std::string state_in(const json::value& item) {
  std::string state(text(&item, "lifecycleState"));
  for (char& c : state)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return state;
}

Sighting::Candidate candidate(const json::value& item, std::string why) {
  return {std::string(id_in(item)), std::string(name_in(item)),
          std::string(text(&item, "lifecycleState")), std::move(why)};
}

}  // namespace

bool known_dead(const View& view, std::string_view id) {
  std::string_view dead = view.fact("dead_ids");
  while (!id.empty() && !dead.empty()) {
    const auto end = std::min(dead.find(' '), dead.size());
    if (dead.substr(0, end) == id) return true;
    dead.remove_prefix(std::min(end + 1, dead.size()));
  }
  return false;
}

std::string dead_with(const View& view, std::string_view id) {
  return fmt::format("{} {}", view.fact("dead_ids"), id);
}

Sighting sift(const View& view, const Answer& answer, const Sift& how) {
  if (!is_list(answer)) return Sighting::cannot_look(answer);
  const std::string key = view.key();
  const auto looked_at = [&](const json::value& item) {
    if (!how.compartment.empty() && text(&item, "compartmentId") != how.compartment) return false;
    return how.alive(state_in(item)) && !known_dead(view, id_in(item));
  };
  const auto ledger_of = [](const json::value& item) {
    return text(member(&item, "freeformTags"), kTagLedger);
  };
  std::vector<Sighting::Candidate> ours, foreign;
  const auto with_key = answer.list->with_stem(key_stem(key));
  const auto of_source = answer.list->from_source(view.source());
  const auto of_name = answer.list->named(how.name);
  // What bears our mark and cannot be read must not pass for absent.
  for (const auto* found : {&with_key, &of_source, &of_name})
    for (const auto& item : *found)
      if (!item.is_object()) return Sighting::cannot_look(answer);
  for (const auto& item : with_key) {
    if (!looked_at(item) || ledger_of(item) != view.ledger_id) continue;
    const auto* tags = member(&item, "freeformTags");
    ours.push_back(candidate(item, fmt::format("key {}", text(tags, kTagKey))));
  }
  for (const auto& item : of_source) {
    const auto ledger = ledger_of(item);
    if (!looked_at(item) || ledger.empty() || ledger == view.ledger_id) continue;
    foreign.push_back(
        candidate(item, fmt::format("made by ledger {} for the same source", ledger)));
  }
  for (const auto& item : of_name) {
    const bool listed = text(member(&item, "freeformTags"), kTagSource) == view.source() &&
                        !ledger_of(item).empty();
    if (!looked_at(item) || listed || ledger_of(item) == view.ledger_id) continue;
    auto& found = ledger::planted(ledger::PlantedBug::adopt_foreign) ? ours : foreign;
    found.push_back(candidate(item, fmt::format("bears the name \"{}\"", how.name)));
  }
  Sighting sighting = Sighting::of(Sighting::Kind::absent);
  if (ours.size() == 1) {
    sighting.kind = Sighting::Kind::ours;
    how.set_found(sighting.facts, ours.front().id);
    sighting.candidates = std::move(ours);
  } else if (ours.size() > 1) {
    sighting.kind = Sighting::Kind::several;
    sighting.candidates = std::move(ours);
  } else if (!foreign.empty()) {
    sighting.kind = Sighting::Kind::foreign;
    sighting.candidates = std::move(foreign);
  }
  return sighting;
}

std::optional<Sighting> claimed(const Answer& answer, std::string_view id, const Sift& how) {
  const auto item = item_of(answer, id);
  if (!item || !how.alive(text(item.get(), "lifecycleState"))) return std::nullopt;
  if (!how.compartment.empty() && text(item.get(), "compartmentId") != how.compartment)
    return std::nullopt;
  Sighting sighting = Sighting::of(Sighting::Kind::ours);
  sighting.claimed = true;
  how.set_found(sighting.facts, id);
  sighting.candidates.push_back(candidate(*item, "named by the imported state file"));
  return sighting;
}

Sighting sight_named(const View& view, const Answer& answer, std::string_view id, const Sift& how) {
  const auto refuse = [&](std::string_view state, std::string why) {
    Sighting sighting = Sighting::of(Sighting::Kind::foreign);
    sighting.candidates.push_back({std::string(id), {}, std::string(state), std::move(why)});
    return sighting;
  };
  if (answer.reply.status == 404)
    return refuse("not found", "there is none that this user may see");
  const auto item = item_of(answer, id);
  if (!item) return Sighting::cannot_look(answer);
  const auto state = text(item.get(), "lifecycleState");
  if (!how.alive(state)) return refuse(state, "it is no more");
  if (text(item.get(), "compartmentId") != how.compartment)
    return refuse(state, "it is in another compartment than configured");
  const auto* tags = member(item.get(), "freeformTags");
  const auto ledger = text(tags, kTagLedger);
  if (!ledger.empty() && ledger != view.ledger_id)
    return refuse(state, fmt::format("it was made by ledger {}", ledger));
  const std::string key = view.key();
  const auto made_as = text(tags, kTagKey);
  if (!made_as.empty() && key_stem(made_as) != key_stem(key))
    return refuse(state, fmt::format("it was made for something else (key {})", made_as));
  Sighting sighting = Sighting::of(Sighting::Kind::ours);
  how.set_found(sighting.facts, id);
  sighting.candidates.push_back(candidate(*item, "named by a person"));
  return sighting;
}

Request search_by_tag(const View& view, std::string_view region, std::string_view resource_type) {
  Request request;
  request.region = region;
  request.service = Service::search;
  request.method = "POST";
  request.path = "/20180409/resources";
  request.body = json::serialize(
      json::object{{"type", "Structured"},
                   {"query", fmt::format("query {} resources where (freeformTags.key = '{}' && "
                                         "freeformTags.value = '{}')",
                                         resource_type, kTagLedger, view.ledger_id)}});
  return request;
}

json::value plan_json(const View& view, std::string_view field) {
  return parse_json(view.plan(field)).value_or(nullptr);
}

std::optional<double> number_field(const View& view, std::string_view field) {
  const auto value = plan_json(view, field);
  if (!value.is_number()) return std::nullopt;
  return value.to_number<double>();
}

Receipt receipt_with_id(const Answer& answer, std::string_view id_fact,
                        std::string_view work_fact) {
  Receipt receipt;
  const auto id = text(answer.json.get(), "id");
  // A reply of success that does not name what was made proves nothing.
  if (id.empty()) return receipt;
  receipt.understood = true;
  receipt.facts.set(id_fact, id);
  receipt.facts.set(work_fact, answer.reply.work_request());
  return receipt;
}

}  // namespace migledger::workflow
