// The way without replicas: a backup, copied to the target region.
#include <fmt/format.h>

#include "workflow/volume/steps.h"

namespace migledger::workflow::volume {

namespace {

bool backup_alive(std::string_view state) {
  return state != "TERMINATED" && state != "TERMINATING" && state != "FAULTY";
}

std::string list_query(const View& view) {
  return make_query({{"compartmentId", view.plan("source_compartment_id")}, {"limit", "1000"}});
}

Each backups_to_read(const View& view) {
  return {view.plan("source_region"), api(view).backups, list_query(view), "backup"};
}
Each copies_to_read(const View& view) {
  return {view.plan("target_region"), api(view).backups, list_query(view), "copy"};
}

Verdict read_ready(const View& view, Answers answers, const Each& each) {
  return judge_each(
      view, answers, each, [&](unsigned item, const auto* backup, const Answer& answer) {
        if (!backup) return not_shown(answer);
        const auto state = text(backup, "lifecycleState");
        if (state == "AVAILABLE") return Verdict::ok();
        if (backup_alive(state)) return Verdict::pending(state);
        const auto id = get(view, item, each.what);
        Verdict verdict = Verdict::dead(ErrorClass::RETRY, std::string(state),
                                        fmt::format("the backup {} is {}", id, state));
        verdict.facts.set("dead_ids", dead_with(view, id));
        set(verdict.facts, item, each.what, "");
        return verdict;
      });
}

// A list that, unless many wait for it, has only those that `parameter` is `value` of.
Request list_backups(const View& view, std::string_view region, std::string_view parameter,
                     std::string_view value) {
  const auto compartment = view.plan("source_compartment_id");
  return core_get(
      region, std::string(api(view).backups),
      view.in_bulk
          ? list_query(view)
          : make_query({{"compartmentId", compartment}, {parameter, value}, {"limit", "1000"}}));
}

}  // namespace

bool backs_up(const View& view) { return moves_volumes(view) && by_backup(view); }

// ---- the backup --------------------------------------------------------------------------------

std::optional<Request> ask_backups(const View& view, Answers answers) {
  const unsigned item = next_without(view, "backup");
  if (!answers.empty() || item == 0) return std::nullopt;
  return list_backups(view, view.plan("source_region"), api(view).backup_of, get(view, item, "id"));
}

Sighting sight_backup(const View& view, Answers answers) {
  const unsigned item = next_without(view, "backup");
  if (item == 0) return nothing_left();
  const View one = about(view, item);
  const std::string fact = fact_name(item, "backup"), name = one.key();
  return sift(one, answers[0], {name, view.plan("source_compartment_id"), backup_alive, fact});
}

Request create_backup(const View& view) {
  const View one = about(view, next_without(view, "backup"));
  Request request = core_get(view.plan("source_region"), std::string(api(view).backups));
  request.method = "POST";
  request.retry_token = one.key();
  boost::json::object body{{api(view).backup_of, one.about},
                           {"displayName", one.key()},
                           {"freeformTags", our_tags(one)},
                           {"type", "FULL"}};
  add_defined_tags(body, view);
  request.body = boost::json::serialize(body);
  return request;
}

Receipt receive_backup(const View& view, const Answer& answer) {
  return receipt_with_id(answer, fact_name(next_without(view, "backup"), "backup"), "backup_work");
}

bool more_to_back_up(const View& view, const ledger::Fields& facts) {
  return any_without(view, facts, "backup");
}

std::optional<Request> ask_backup_ready(const View& view, Answers answers) {
  return backups_to_read(view).ask(view, answers);
}
Verdict read_backup_ready(const View& view, Answers answers) {
  return read_ready(view, answers, backups_to_read(view));
}

// ---- its copy ----------------------------------------------------------------------------------

std::optional<Request> ask_copies(const View& view, Answers answers) {
  const unsigned item = next_without(view, "copy");
  if (!answers.empty() || item == 0) return std::nullopt;
  return list_backups(view, view.plan("target_region"), api(view).copied_from,
                      get(view, item, "backup"));
}

// A copy cannot be given tags: it is ours by what it is a copy of, and by its name.
Sighting sight_copy(const View& view, Answers answers) {
  const unsigned item = next_without(view, "copy");
  if (item == 0) return nothing_left();
  const auto* items = items_of(answers[0]);
  if (!items) return Sighting::cannot_look(answers[0]);
  const std::string stem = stem_of(about(view, item), "copy-backup");
  Sighting sighting = Sighting::of(Sighting::Kind::absent);
  for (const auto& copy : *items) {
    const auto id = text(&copy, "id");
    const auto state = text(&copy, "lifecycleState");
    if (text(&copy, api(view).copied_from) != get(view, item, "backup") ||
        key_stem(text(&copy, "displayName")) != stem || !backup_alive(state) ||
        known_dead(view, id))
      continue;
    sighting.kind = sighting.candidates.empty() ? Sighting::Kind::ours : Sighting::Kind::several;
    set(sighting.facts, item, "copy", id);
    sighting.candidates.push_back({std::string(id), std::string(text(&copy, "displayName")),
                                   std::string(state), "a copy of our backup"});
  }
  return sighting;
}

Request copy_backup(const View& view) {
  const unsigned item = next_without(view, "copy");
  const View one = about(view, item);
  Request request =
      core_get(view.plan("source_region"), fmt::format("{}/{}/actions/copy", api(view).backups,
                                                       percent_encode(get(view, item, "backup"))));
  request.method = "POST";
  request.retry_token = one.key();
  boost::json::object body{{"destinationRegion", view.plan("target_region")},
                           {"displayName", one.key()}};
  if (const auto key = view.plan("target_kms_key_id"); !key.empty()) body["kmsKeyId"] = key;
  request.body = boost::json::serialize(body);
  return request;
}

Receipt receive_copy(const View& view, const Answer& answer) {
  const unsigned item = next_without(view, "copy");
  return receipt_with_id(answer, fact_name(item, "copy"), fact_name(item, "copy_work"));
}

bool more_to_copy(const View& view, const ledger::Fields& facts) {
  return any_without(view, facts, "copy");
}

std::optional<Request> ask_copy_ready(const View& view, Answers answers) {
  return copies_to_read(view).ask(view, answers);
}
Verdict read_copy_ready(const View& view, Answers answers) {
  return read_ready(view, answers, copies_to_read(view));
}

}  // namespace migledger::workflow::volume
