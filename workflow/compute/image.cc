// The image of the source, and its import in the target region.
#include <fmt/format.h>

#include "workflow/compute/steps.h"

namespace migledger::workflow::compute {

namespace {

bool image_alive(std::string_view state) { return state != "DELETED" && state != "DISABLED"; }

Request list_images(std::string_view region, std::string_view compartment) {
  return core_get(region, "images",
                  make_query({{"compartmentId", compartment}, {"limit", "1000"}}));
}

// A claim of an imported state file is looked at first; the list follows when it does not hold.
std::optional<Request> ask_images(std::string_view region, std::string_view compartment,
                                  std::string_view claim, const Sift& how, Answers answers) {
  if (!claim.empty()) {
    if (answers.empty()) return core_get(region, "images/" + percent_encode(claim));
    if (claimed(answers[0], claim, how)) return std::nullopt;
    answers = answers.subspan(1);
  }
  if (answers.empty()) return list_images(region, compartment);
  return std::nullopt;
}

Sighting sight_image(const View& view, std::string_view claim, const Sift& how, Answers answers) {
  if (!claim.empty())
    if (const auto sighting = claimed(answers[0], claim, how)) return *sighting;
  return sift(view, answers.back(), how);
}

// What is read about an image under way; null: not read yet, or not needed.
struct Ready {
  Work work;
  const Answer* image_answer = nullptr;
  ListIndex::Item image;
  std::optional<Request> wanted;
};

// An image is ready when it is AVAILABLE; its work request tells of failure, which no state of an
// image does. In bulk, the list of images is read first: it tells at once who is done.
Ready see_ready(const View& view, std::string_view region, std::string_view compartment,
                std::string_view id, std::string_view work, Answers answers) {
  Ready ready;
  Turn turn(answers);
  const auto read_image = [&] {
    ready.image_answer = turn.take(one_or_list(view, region, "images", id, compartment));
    if (ready.image_answer) ready.image = item_of(*ready.image_answer, id);
  };
  const auto read_work = [&] {
    if (work.empty()) return;
    const auto* answer = turn.take(one_or_list(view, region, "workRequests", work, compartment));
    if (answer) ready.work = work_of(*answer, work);
  };
  if (view.in_bulk) {
    read_image();
    const auto state = text(ready.image.get(), "lifecycleState");
    const bool ended = ready.image && (state == "AVAILABLE" || !image_alive(state));
    if (ready.image_answer && !ended && !(view.skims() && is_list(*ready.image_answer)))
      read_work();
    // Lists are late; and what is gone for good is in none of them.
    const auto told = ready.work.state;
    const bool unlisted = ready.image_answer && !ready.image && is_list(*ready.image_answer);
    if (unlisted && !turn.wanted() && !view.skims() && told != WorkState::running &&
        told != WorkState::failed) {
      if (const auto* itself = turn.take(core_get(region, "images/" + percent_encode(id)))) {
        ready.image_answer = itself;
        ready.image = item_of(*itself, id);
      }
    }
  } else {
    read_work();
    const auto state = ready.work.state;
    if (!turn.wanted() && state != WorkState::running && state != WorkState::failed) read_image();
  }
  ready.wanted = turn.wanted();
  return ready;
}

ledger::Fields add_dead(const View& view, std::string_view id) {
  ledger::Fields facts;
  facts.set("dead_ids", dead_with(view, id));
  return facts;
}

Verdict read_ready(const View& view, std::string_view id, std::string_view what, const Ready& ready,
                   Answers answers) {
  const Work& seen = ready.work;
  if (seen.state == WorkState::failed) {
    Verdict verdict =
        Verdict::dead(ErrorClass::RETRY, seen.status,
                      fmt::format("the work request for {} {} is {}", what, id, seen.status));
    verdict.facts = add_dead(view, id);
    return verdict;
  }
  const auto state = text(ready.image.get(), "lifecycleState");
  if (ready.image && !image_alive(state)) {
    Verdict verdict = Verdict::dead(ErrorClass::RETRY, std::string(state),
                                    fmt::format("{} {} is {}", what, id, state));
    verdict.facts = add_dead(view, id);
    return verdict;
  }
  if (state == "AVAILABLE") return Verdict::ok();
  if (!seen.status.empty()) return Verdict::pending(seen.status, seen.percent);
  if (view.skims() && ready.image_answer && is_list(*ready.image_answer))
    return Verdict::pending_as_before(view);
  if (ready.image) return Verdict::pending(state);
  // Lists are late; a single 404 proves nothing either.
  const Answer& told = ready.image_answer ? *ready.image_answer : answers.back();
  if (view.in_bulk && told.reply.ok()) return Verdict::pending("not listed yet");
  return Verdict::cannot_look(told);
}

}  // namespace

Request list_source_images(const View& view) {
  return list_images(view.plan("source_region"), view.plan("source_compartment_id"));
}

Request list_target_images(const View& view) {
  return list_images(view.plan("target_region"), view.plan("target_compartment_id"));
}

Sift source_image_sift(const View& view, const std::string& name) {
  return {name, view.plan("source_compartment_id"), image_alive, "image_id", "image_work"};
}

Sift target_image_sift(const View& view, const std::string& name) {
  return {name, view.plan("target_compartment_id"), image_alive, "target_image_id", "import_work"};
}

std::optional<Request> ask_source_images(const View& view, Answers answers) {
  const std::string name = image_name(view);
  return ask_images(view.plan("source_region"), view.plan("source_compartment_id"),
                    view.plan("claimed_source_image_id"), source_image_sift(view, name), answers);
}

Sighting sight_source_image(const View& view, Answers answers) {
  const std::string name = image_name(view);
  return sight_image(view, view.plan("claimed_source_image_id"), source_image_sift(view, name),
                     answers);
}

Request ask_named_source_image(const View& view, std::string_view id) {
  return core_get(view.plan("source_region"), "images/" + percent_encode(id));
}

Sighting sight_named_source_image(const View& view, const Answer& answer, std::string_view id) {
  return sight_named(view, answer, id, source_image_sift(view, {}));
}

Request ask_named_target_image(const View& view, std::string_view id) {
  return core_get(view.plan("target_region"), "images/" + percent_encode(id));
}

Sighting sight_named_target_image(const View& view, const Answer& answer, std::string_view id) {
  return sight_named(view, answer, id, target_image_sift(view, {}));
}

Request tag_search_source_image(const View& view) {
  return search_by_tag(view, view.plan("source_region"), "image");
}

Sighting sight_tagged_source_image(const View& view, const Answer& answer) {
  return sift(view, answer, {{}, {}, image_alive, "image_id", "image_work"});
}

Request create_image(const View& view) {
  Request request = core_get(view.plan("source_region"), "images");
  request.method = "POST";
  request.retry_token = view.key();
  boost::json::object body{{"compartmentId", view.plan("source_compartment_id")},
                           {"instanceId", view.plan("source_instance_id")},
                           {"displayName", image_name(view)},
                           {"freeformTags", our_tags(view)}};
  add_defined_tags(body, view);
  request.body = boost::json::serialize(body);
  return request;
}

Receipt receive_image(const View&, const Answer& answer) {
  return receipt_with_id(answer, "image_id", "image_work");
}

namespace {

Ready see_image(const View& view, Answers answers) {
  return see_ready(view, view.plan("source_region"), view.plan("source_compartment_id"),
                   view.fact("image_id"), view.fact("image_work"), answers);
}

Ready see_import(const View& view, Answers answers) {
  return see_ready(view, view.plan("target_region"), view.plan("target_compartment_id"),
                   view.fact("target_image_id"), view.fact("import_work"), answers);
}

}  // namespace

std::optional<Request> ask_image_ready(const View& view, Answers answers) {
  return see_image(view, answers).wanted;
}

Verdict read_image_ready(const View& view, Answers answers) {
  return read_ready(view, view.fact("image_id"), "image", see_image(view, answers), answers);
}

std::vector<Request> image_postmortem(const View& view) {
  return work_postmortem(view.plan("source_region"), Service::core, view.fact("image_work"));
}

std::optional<Request> ask_target_images(const View& view, Answers answers) {
  const std::string name = image_name(view);
  return ask_images(view.plan("target_region"), view.plan("target_compartment_id"),
                    view.plan("claimed_target_image_id"), target_image_sift(view, name), answers);
}

Sighting sight_target_image(const View& view, Answers answers) {
  const std::string name = image_name(view);
  return sight_image(view, view.plan("claimed_target_image_id"), target_image_sift(view, name),
                     answers);
}

Request tag_search_target_image(const View& view) {
  return search_by_tag(view, view.plan("target_region"), "image");
}

Sighting sight_tagged_target_image(const View& view, const Answer& answer) {
  return sift(view, answer, {{}, {}, image_alive, "target_image_id", "import_work"});
}

Request import_image(const View& view) {
  boost::json::object source;
  if (by_par(view)) {
    source["sourceType"] = "objectStorageUri";
    source["sourceUri"] = view.fact("import_par_url");
  } else {
    source["sourceType"] = "objectStorageTuple";
    source["namespaceName"] = view.fact("namespace");
    source["bucketName"] = target_bucket(view);
    source["objectName"] = view.fact("copy_name");
  }
  Request request = core_get(view.plan("target_region"), "images");
  request.method = "POST";
  request.retry_token = view.key();
  boost::json::object body{{"compartmentId", view.plan("target_compartment_id")},
                           {"displayName", image_name(view)},
                           {"freeformTags", our_tags(view)},
                           {"imageSourceDetails", std::move(source)}};
  add_defined_tags(body, view);
  request.body = boost::json::serialize(body);
  return request;
}

Receipt receive_import(const View&, const Answer& answer) {
  return receipt_with_id(answer, "target_image_id", "import_work");
}

std::optional<Request> ask_import_ready(const View& view, Answers answers) {
  return see_import(view, answers).wanted;
}

Verdict read_import_ready(const View& view, Answers answers) {
  return read_ready(view, view.fact("target_image_id"), "imported image", see_import(view, answers),
                    answers);
}

std::vector<Request> import_postmortem(const View& view) {
  return work_postmortem(view.plan("target_region"), Service::core, view.fact("import_work"));
}

}  // namespace migledger::workflow::compute
