// Export to the source bucket, the target bucket, and the copy to the target region.
#include <fmt/format.h>

#include "workflow/compute/steps.h"
#include "workflow/steps/made.h"

namespace migledger::workflow::compute {

namespace {

// No other ledger, migration or generation computes the same name.
std::string new_object_name(const View& view) { return object_name_of(view.key()); }

std::optional<boost::json::value> object_named(const Answer& answer, std::string_view name) {
  if (!is_list(answer)) return std::nullopt;
  auto found = answer.list->named(name);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// What the names of a step's objects begin with, whatever their generation.
std::string object_stem(const View& view, std::string_view step) {
  return fmt::format("{}{}-", kOurObjects, stem_of(view, step));
}

// A ledger that was put back from an older copy has forgotten the generations after the one that it
// knows. An object of such a one is there whole, and ours. Empty: there is none.
std::string forgotten_object(const View& view, const Answer& answer, std::string_view step,
                             unsigned known) {
  constexpr unsigned kMost = 8;
  for (unsigned generation = known + kMost; generation > known; --generation) {
    std::string name = fmt::format("{}{}.oci", object_stem(view, step), generation);
    if (object_named(answer, name)) return name;
  }
  return {};
}

std::string size_of(const boost::json::value& object) {
  return fmt::format("{:.0f}", number(&object, "size").value_or(-1));
}

std::string image_path(const View& view) {
  return "images/" + percent_encode(view.fact("image_id"));
}

Sighting::Candidate object_candidate(std::string_view name, const boost::json::value& object) {
  return {std::string(name), std::string(name), size_of(object) + " bytes", "the object is there"};
}

}  // namespace

// ---- work requests -----------------------------------------------------------------------------

namespace {

// What the first answers of a reading say about a work request: in bulk the list, and where that
// does not show it, because it is new or has expired, the work request itself.
struct WorkRead {
  Work work;
  std::size_t answers = 1;
  bool ask_itself = false;
};

WorkRead read_work(const View& view, std::string_view id, Answers answers) {
  WorkRead read{work_of(answers[0], id)};
  if (!view.in_bulk || read.work.state != WorkState::cannot_tell || !answers[0].reply.ok())
    return read;
  if (answers.size() == 1) return {read.work, 1, true};
  return {work_of(answers[1], id), 2, false};
}

}  // namespace

// ---- objects that must be there ----------------------------------------------------------------

namespace {

// What the first answers of a reading say about an object. That one is missing ends a generation,
// so in bulk, where the list may be older than the end of the work request, it is asked for again.
struct ObjectRead {
  std::optional<boost::json::value> object;
  std::size_t answers = 1;
  std::optional<Request> wanted;
};

ObjectRead read_object(const View& view, std::string_view region, std::string_view bucket,
                       std::string_view name, Answers answers) {
  if (answers.empty()) return {std::nullopt, 0, list_objects(view, region, bucket, name)};
  ObjectRead read{object_named(answers[0], name), 1, std::nullopt};
  if (!view.in_bulk || read.object || !is_list(answers[0])) return read;
  View itself = view;
  itself.in_bulk = false;
  if (answers.size() == 1) return {std::nullopt, 1, list_objects(itself, region, bucket, name)};
  return {object_named(answers[1], name), 2, std::nullopt};
}

ObjectRead read_exported_object(const View& view, Answers answers) {
  return read_object(view, view.plan("source_region"), view.plan("migration_bucket_name"),
                     view.fact("object_name"), answers);
}

ObjectRead read_copied_object(const View& view, Answers answers) {
  return read_object(view, view.plan("target_region"), target_bucket(view), view.fact("copy_name"),
                     answers);
}

}  // namespace

// ---- export ------------------------------------------------------------------------------------

std::string_view export_namer(const View& view) {
  return by_par(view) ? "create-export-par" : "export-image";
}

namespace {

// By URL, the object is the one the URL was made for.
std::string export_name(const View& view) {
  return by_par(view) ? std::string(view.fact("export_par_object")) : new_object_name(view);
}

// The generation in that name, as far as it is known.
unsigned export_generation(const View& view) {
  if (!by_par(view)) return view.generation;
  // Each URL has a name of its own. While no export failed, one at any of them will do.
  if (view.generation == 1) return 0;
  for (StepIndex i = 0; i < view.state.step_count(); ++i)
    if (view.state.step_name(i) == "create-export-par") return view.state.generation(i);
  return 0;
}

// The old script wrote the object under the image's name.
std::string claimed_object(const View& view) {
  return view.plan("claimed_export") == "true" ? image_name(view) : std::string();
}

}  // namespace

std::optional<Request> ask_export(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  const auto bucket = view.plan("migration_bucket_name");
  const std::string claim = claimed_object(view);
  if (!claim.empty()) {
    if (answers.empty()) return list_objects(view, region, bucket, claim);
    if (object_named(answers[0], claim)) return std::nullopt;
    answers = answers.subspan(1);
  }
  if (answers.empty())
    return list_objects(view, region, bucket, object_stem(view, export_namer(view)));
  if (answers.size() == 1)
    return one_or_list(view, region, "images", view.fact("image_id"),
                       view.plan("source_compartment_id"));
  if (answers.size() == 2 && view.in_bulk && !item_of(answers[1], view.fact("image_id")))
    return core_get(region, image_path(view));
  return std::nullopt;
}

Sighting sight_export(const View& view, Answers answers) {
  const std::string claim = claimed_object(view);
  if (!claim.empty()) {
    if (const auto object = object_named(answers[0], claim)) {
      Sighting sighting = Sighting::of(Sighting::Kind::ours);
      sighting.claimed = true;
      sighting.facts.set("object_name", claim);
      sighting.candidates.push_back(object_candidate(claim, *object));
      return sighting;
    }
    answers = answers.subspan(1);
  }
  if (answers.size() < 2 || !is_list(answers[0])) return Sighting::cannot_look(answers.back());
  std::string name = export_name(view);
  if (auto later = forgotten_object(view, answers[0], export_namer(view), export_generation(view));
      !later.empty())
    name = std::move(later);
  const auto image = item_of(answers.back(), view.fact("image_id"));
  if (!image) return Sighting::cannot_look(answers.back());
  const auto state = text(image.get(), "lifecycleState");
  if (const auto object = object_named(answers[0], name)) {
    Sighting sighting = Sighting::of(Sighting::Kind::ours);
    sighting.facts.set("object_name", name);
    sighting.facts.set("export_work", "");
    sighting.candidates.push_back(object_candidate(name, *object));
    return sighting;
  }
  if (state == "EXPORTING") return Sighting::of(Sighting::Kind::under_way);
  return Sighting::of(Sighting::Kind::absent);
}

Request export_image(const View& view) {
  boost::json::object body;
  if (by_par(view)) {
    body["destinationType"] = "objectStorageUri";
    body["destinationUri"] = view.fact("export_par_url");
  } else {
    body["destinationType"] = "objectStorageTuple";
    body["namespaceName"] = view.fact("namespace");
    body["bucketName"] = view.plan("migration_bucket_name");
    body["objectName"] = export_name(view);
  }
  body["exportFormat"] = "OCI";
  Request request = core_get(view.plan("source_region"), image_path(view) + "/actions/export");
  request.method = "POST";
  request.retry_token = view.key();
  request.body = boost::json::serialize(body);
  return request;
}

Receipt receive_export(const View& view, const Answer& answer) {
  Receipt receipt;
  receipt.understood = text(answer.json.get(), "id") == view.fact("image_id");
  receipt.facts.set("object_name", export_name(view));
  receipt.facts.set("export_work", answer.reply.work_request());
  return receipt;
}

std::optional<Request> ask_exported(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  const auto work = view.fact("export_work");
  bool succeeded = false;
  if (!work.empty()) {
    if (answers.empty())
      return one_or_list(view, region, "workRequests", work, view.plan("source_compartment_id"));
    const WorkRead read = read_work(view, work, answers);
    if (read.ask_itself) return core_get(region, "workRequests/" + percent_encode(work));
    const auto state = read.work.state;
    if (state == WorkState::running || state == WorkState::failed) return std::nullopt;
    succeeded = state == WorkState::succeeded;
    answers = answers.subspan(read.answers);
  }
  auto object = read_exported_object(view, answers);
  if (object.wanted) return std::move(object.wanted);
  if (!succeeded && answers.size() == object.answers) return core_get(region, image_path(view));
  return std::nullopt;
}

Verdict read_exported(const View& view, Answers answers) {
  const auto work = view.fact("export_work");
  bool succeeded = false;
  if (!work.empty()) {
    const auto [seen, used, ask_itself] = read_work(view, work, answers);
    if (seen.state == WorkState::failed)
      return Verdict::dead(ErrorClass::RETRY, seen.status,
                           fmt::format("the work request for the export is {}", seen.status));
    if (seen.state == WorkState::running) return Verdict::pending(seen.status, seen.percent);
    // A 404 says only that it has expired.
    if (seen.state == WorkState::cannot_tell) return Verdict::cannot_look(answers[used - 1]);
    succeeded = seen.state == WorkState::succeeded;
    answers = answers.subspan(used);
  }
  const auto [object, used, wanted] = read_exported_object(view, answers);
  if (wanted || !is_list(answers[used - 1])) return Verdict::cannot_look(answers.back());
  if (!succeeded) {
    // Without the word of its work request, the image tells whether it is over.
    const auto image = item_of(answers.back(), view.fact("image_id"));
    if (!image) return Verdict::cannot_look(answers.back());
    const auto state = text(image.get(), "lifecycleState");
    if (state == "EXPORTING") return Verdict::pending(state);
    if (object && view.plan("claimed_export").empty() && state != "AVAILABLE")
      return Verdict::pending(state);
  }
  if (!object)
    return Verdict::dead(
        ErrorClass::RETRY, "NoObject",
        fmt::format("the export has ended, but there is no object {}", view.fact("object_name")));
  ledger::Fields facts;
  facts.set("object_size", size_of(*object));
  facts.set("object_md5", text(&*object, "md5"));
  facts.set("object_etag", text(&*object, "etag"));
  return Verdict::ok(std::move(facts));
}

std::vector<Request> export_postmortem(const View& view) {
  return work_postmortem(view.plan("source_region"), Service::core, view.fact("export_work"));
}

// ---- the target bucket -------------------------------------------------------------------------

std::optional<Request> ask_bucket(const View& view, Answers answers) {
  const auto region = view.plan("target_region");
  if (answers.empty())
    return storage(region, "GET", bucket_path(view.fact("namespace"), {}),
                   make_query({{"compartmentId", view.plan("target_compartment_id")},
                               {"fields", "tags"},
                               {"limit", "1000"}}));
  if (answers.size() == 1)
    return storage(region, "GET", bucket_path(view.fact("namespace"), target_bucket(view)));
  return std::nullopt;
}

Sighting sight_bucket(const View& view, Answers answers) {
  if (!is_list(answers[0]) || answers.size() < 2) return Sighting::cannot_look(answers[0]);
  const auto* bucket = answers[1].reply.ok() ? answers[1].json.get() : nullptr;
  if (!bucket) {
    if (answers[1].reply.status != 404) return Sighting::cannot_look(answers[1]);
    return Sighting::of(Sighting::Kind::absent);
  }
  // Migrations of one ledger share a bucket that one of them made.
  const bool ours = text(member(bucket, "freeformTags"), kTagLedger) == view.ledger_id;
  Sighting sighting = Sighting::of(ours ? Sighting::Kind::ours : Sighting::Kind::foreign);
  if (ours) sighting.facts.set("target_bucket", "ours");
  sighting.candidates.push_back({std::string(target_bucket(view)), std::string(target_bucket(view)),
                                 "present",
                                 ours ? "made by this ledger" : "was not there when checked"});
  return sighting;
}

Request create_bucket(const View& view) {
  boost::json::object body{{"name", target_bucket(view)},
                           {"compartmentId", view.plan("target_compartment_id")},
                           {"freeformTags", our_tags(view)}};
  add_defined_tags(body, view);
  return storage(view.plan("target_region"), "POST", bucket_path(view.fact("namespace"), {}), {},
                 boost::json::serialize(body));
}

Receipt receive_bucket(const View& view, const Answer& answer) {
  Receipt receipt;
  receipt.understood = text(answer.json.get(), "name") == target_bucket(view);
  receipt.facts.set("target_bucket", "ours");
  return receipt;
}

// ---- the copy ----------------------------------------------------------------------------------

namespace {

// The name that the copy has, or is to have.
std::string copy_name_in(const View& view, const Answer& answer) {
  std::string later = forgotten_object(view, answer, "copy-object", view.generation);
  return later.empty() ? new_object_name(view) : later;
}

// All work requests of object storage in the source compartment: a copy's are with its source.
Request list_copies(const View& view) {
  return storage(
      view.plan("source_region"), "GET", "/workRequests",
      make_query({{"compartmentId", view.plan("source_compartment_id")}, {"limit", "1000"}}));
}

}  // namespace

std::optional<Request> ask_copy(const View& view, Answers answers) {
  if (answers.empty())
    return list_objects(view, view.plan("target_region"), target_bucket(view),
                        object_stem(view, "copy-object"));
  if (answers.size() > 1 || object_named(answers[0], copy_name_in(view, answers[0])))
    return std::nullopt;
  return list_copies(view);
}

bool copy_under_way(const View& view, const Answer& answer) {
  const auto exported = view.fact("object_name");
  const auto works = exported.empty()
                         ? answer.list->about_objects_of(stem_of(view, export_namer(view)))
                         : answer.list->about_object(exported);
  for (const auto& work : works) {
    const auto status = text(&work, "status");
    if (status == "ACCEPTED" || status == "IN_PROGRESS") return true;
  }
  return false;
}

Sighting sight_copy(const View& view, Answers answers) {
  if (!is_list(answers[0])) return Sighting::cannot_look(answers[0]);
  const std::string name = copy_name_in(view, answers[0]);
  if (const auto object = object_named(answers[0], name)) {
    Sighting sighting = Sighting::of(Sighting::Kind::ours);
    sighting.facts.set("copy_name", name);
    sighting.facts.set("copy_work", "");
    sighting.candidates.push_back(object_candidate(name, *object));
    return sighting;
  }
  if (answers.size() < 2 || !is_list(answers[1])) return Sighting::cannot_look(answers.back());
  return Sighting::of(copy_under_way(view, answers[1]) ? Sighting::Kind::under_way
                                                       : Sighting::Kind::absent);
}

Request copy_object(const View& view) {
  const auto name_space = view.fact("namespace");
  boost::json::object body{{"sourceObjectName", view.fact("object_name")},
                           {"destinationRegion", view.plan("target_region")},
                           {"destinationNamespace", name_space},
                           {"destinationBucket", target_bucket(view)},
                           {"destinationObjectName", new_object_name(view)},
                           // Never over something that is there.
                           {"destinationObjectIfNoneMatchETag", "*"}};
  if (!view.fact("object_etag").empty()) body["sourceObjectIfMatchETag"] = view.fact("object_etag");
  return storage(view.plan("source_region"), "POST",
                 bucket_path(name_space, view.plan("migration_bucket_name"), "/actions/copyObject"),
                 {}, boost::json::serialize(body));
}

Receipt receive_copy(const View& view, const Answer& answer) {
  Receipt receipt;
  receipt.understood = !answer.reply.work_request().empty();
  receipt.facts.set("copy_name", new_object_name(view));
  receipt.facts.set("copy_work", answer.reply.work_request());
  return receipt;
}

namespace {

// The name is of this generation alone, so an object with the export's checksum is its copy.
bool arrived(const View& view, const std::optional<boost::json::value>& object) {
  return object && !view.fact("object_md5").empty() &&
         text(&*object, "md5") == view.fact("object_md5") &&
         size_of(*object) == view.fact("object_size");
}

// In bulk, the list of what has arrived is read first: it tells at once who is done.
bool listed_as_arrived(const View& view, Answers answers) {
  return view.in_bulk && !answers.empty() &&
         arrived(view, object_named(answers[0], view.fact("copy_name")));
}

// That it has not arrived is enough to know, for now, about one that was seen under way.
bool leaves_it_at_that(const View& view, Answers answers) {
  return view.skims() && is_list(answers[0]) && !object_named(answers[0], view.fact("copy_name"));
}

}  // namespace

std::optional<Request> ask_copied(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  const auto work = view.fact("copy_work");
  if (view.in_bulk) {
    if (answers.empty())
      return list_objects(view, view.plan("target_region"), target_bucket(view),
                          view.fact("copy_name"));
    if (listed_as_arrived(view, answers) || leaves_it_at_that(view, answers)) return std::nullopt;
    answers = answers.subspan(1);
  }
  if (!work.empty()) {
    if (answers.empty()) {
      if (view.in_bulk) return list_copies(view);
      return storage(region, "GET", "/workRequests/" + percent_encode(work));
    }
    const WorkRead read = read_work(view, work, answers);
    if (read.ask_itself) return storage(region, "GET", "/workRequests/" + percent_encode(work));
    if (read.work.state == WorkState::running) return std::nullopt;
    answers = answers.subspan(read.answers);
  }
  return read_copied_object(view, answers).wanted;
}

Verdict read_copied(const View& view, Answers answers) {
  const auto work = view.fact("copy_work");
  Work seen;
  std::optional<boost::json::value> object;
  if (listed_as_arrived(view, answers)) {
    object = object_named(answers[0], view.fact("copy_name"));
  } else if (leaves_it_at_that(view, answers)) {
    return Verdict::pending_as_before(view);
  } else {
    if (view.in_bulk) answers = answers.subspan(1);
    if (!work.empty()) {
      const WorkRead read = read_work(view, work, answers);
      seen = read.work;
      if (seen.state == WorkState::running) return Verdict::pending(seen.status, seen.percent);
      if (seen.state == WorkState::cannot_tell)
        return Verdict::cannot_look(answers[read.answers - 1]);
      answers = answers.subspan(read.answers);
    }
    ObjectRead read = read_copied_object(view, answers);
    if (read.wanted || !is_list(answers[read.answers - 1]))
      return Verdict::cannot_look(answers.back());
    object = std::move(read.object);
  }
  // A copy that was sent twice may fail because the first one has arrived.
  if (seen.state == WorkState::failed && !arrived(view, object))
    return Verdict::dead(ErrorClass::RETRY, seen.status,
                         fmt::format("the work request for the copy is {}", seen.status));
  if (!object)
    return Verdict::dead(
        ErrorClass::RETRY, "NoObject",
        fmt::format("the copy has ended, but there is no object {}", view.fact("copy_name")));
  const auto size = size_of(*object);
  if (size != view.fact("object_size"))
    return Verdict::dead(
        ErrorClass::RETRY, "SizeDiffers",
        fmt::format("the copy has {} bytes, the export {}", size, view.fact("object_size")));
  const auto md5 = text(&*object, "md5");
  const auto exported_md5 = view.fact("object_md5");
  if (!md5.empty() && !exported_md5.empty() && md5 != exported_md5)
    return Verdict::dead(ErrorClass::RETRY, "ChecksumDiffers",
                         fmt::format("the copy's MD5 is {}, the export's {}", md5, exported_md5));
  Verdict verdict = Verdict::ok();
  verdict.facts.set("copy_etag", text(&*object, "etag"));
  if (md5.empty() || exported_md5.empty())
    verdict.findings.push_back("one of the two objects has no MD5: only the sizes were compared");
  return verdict;
}

std::vector<Request> copy_postmortem(const View& view) {
  return work_postmortem(view.plan("source_region"), Service::object_storage,
                         view.fact("copy_work"));
}

}  // namespace migledger::workflow::compute
