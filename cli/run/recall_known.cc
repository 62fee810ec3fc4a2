#include "cli/run/recall_known.h"

#include <boost/json.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "workflow/compute/compute_workflow.h"
#include "workflow/decide/decide.h"
#include "workflow/steps/made_log.h"
#include "workflow/steps/oci_api.h"
#include "workflow/volume/items.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

namespace sim = adapters::sim;
using ledger::MigrationState;
using workflow::MadeLog;
namespace volume = workflow::volume;

// Whether the ledger says that it is gone again.
bool is_removed(const MadeLog& made, std::string_view id) {
  const auto* removal = made.removal_of(id);
  return removal != nullptr && removal->succeeded;
}

// What the ledger knows of one migration, as the cloud would hold it.
void recall_compute(const MigrationState& state, const MadeLog& made, const std::string& ledger_id,
                    sim::Recalled& known) {
  const auto& workflow = workflow::compute_workflow();
  const auto fact = [&](std::string_view name) {
    const auto value = state.facts.get(name);
    return std::string(is_removed(made, value) ? std::string_view() : value);
  };
  const auto plan = [&](std::string_view name) { return std::string(state.plan.get(name)); };
  const auto tags = [&](std::string_view step) {
    const auto index = workflow.index_of(step);
    return std::vector<std::pair<std::string, std::string>>{
        {std::string(workflow::kTagLedger), ledger_id},
        {std::string(workflow::kTagKey),
         workflow::idempotency_key(ledger_id, state.name, plan("source_instance_id"), step,
                                   std::max<std::uint16_t>(state.generation(index), 1))},
        {std::string(workflow::kTagSource), plan("source_instance_id")}};
  };
  const auto named = [&](std::string_view key, std::string_view otherwise) {
    return plan(key).empty() ? std::string(otherwise) : plan(key);
  };
  if (!fact("namespace").empty()) known.object_namespace = fact("namespace");
  if (!fact("image_id").empty())
    known.images.push_back({plan("source_region"), plan("source_compartment_id"), fact("image_id"),
                            named("new_image_name", state.name), tags("create-image"), "", "", "",
                            false});
  if (!fact("target_image_id").empty())
    known.images.push_back({plan("target_region"), plan("target_compartment_id"),
                            fact("target_image_id"), named("new_image_name", state.name),
                            tags("import-image"), "", "", "", true});
  if (!fact("target_instance_id").empty())
    known.instances.push_back({plan("target_region"), plan("target_compartment_id"),
                               fact("target_instance_id"), named("new_instance_name", state.name),
                               tags("launch-instance"), fact("target_image_id"),
                               plan("target_subnet_id"), fact("target_shape"), false});
  std::int64_t size = 47LL << 30;
  const std::string recorded = fact("object_size");
  std::from_chars(recorded.data(), recorded.data() + recorded.size(), size);
  const std::string source_bucket = plan("migration_bucket_name");
  const std::string target_bucket = named("target_bucket_name", source_bucket);
  if (!fact("claim").empty())
    known.objects.push_back({plan("source_region"), source_bucket, plan("source_compartment_id"),
                             fact("claim"), 100, "", "",
                             boost::json::serialize(boost::json::object{{"ledger", ledger_id},
                                                                        {"migration", state.name}}),
                             false});
  if (!fact("object_name").empty())
    known.objects.push_back({plan("source_region"), source_bucket, plan("source_compartment_id"),
                             fact("object_name"), size, fact("object_md5"), fact("object_etag"), "",
                             true});
  if (fact("target_bucket") == "ours" || fact("target_bucket") == "exists")
    known.objects.push_back({plan("target_region"), target_bucket, plan("target_compartment_id"),
                             fact("copy_name"), size, fact("object_md5"), fact("copy_etag"), "",
                             true});
}

std::int64_t number(std::string_view text, std::int64_t otherwise) {
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

// The generation of the attempt whose outcome recorded that fact.
std::uint16_t generation_of(const MadeLog& made, std::string_view fact, std::string_view value) {
  for (const auto& resource : made.resources())
    if (resource.facts.get(fact) == value) return resource.generation;
  return 1;
}

// The instance that a plan of one volume wants it attached to.
std::string attach_instance(const MigrationState& state) {
  boost::system::error_code bad;
  const auto attach = boost::json::parse(state.plan.get("attach"), bad);
  const auto* object = bad ? nullptr : attach.if_object();
  const auto* id = object ? object->if_contains("instance_id") : nullptr;
  return id && id->is_string() ? std::string(id->get_string()) : std::string();
}

void recall_volumes(const workflow::Workflow& workflow, const MigrationState& state,
                    const MadeLog& made, const std::string& ledger_id, sim::Recalled& known) {
  const auto view_at = [&](std::string_view step, std::uint16_t generation) {
    const auto index = workflow.index_of(step);
    return view_of(workflow, state, ledger_id, index == ledger::kNoStep ? 0 : index, generation);
  };
  const workflow::View all = view_at("create-volume", 1);
  const auto plan = [&](std::string_view name) { return std::string(state.plan.get(name)); };
  const bool of_instance = !plan("source_instance_id").empty();
  const bool by_backup = volume::by_backup(all);
  const bool replica_gone = state.is_done(workflow.index_of("disable-replica")) ||
                            state.is_done(workflow.index_of("remove-replica"));
  for (unsigned item = 1; item <= volume::count(all); ++item) {
    const auto fact = [&](std::string_view what) {
      const auto value = volume::get(all, item, what);
      return std::string(is_removed(made, value) ? std::string_view() : value);
    };
    const auto tags = [&](std::string_view step, std::string_view what) {
      const auto generation = generation_of(made, volume::fact_name(item, what), fact(what));
      const auto view = volume::about(view_at(step, generation), item);
      return sim::Recalled::Tags{{std::string(workflow::kTagLedger), ledger_id},
                                 {std::string(workflow::kTagKey), view.key()},
                                 {std::string(workflow::kTagSource), std::string(view.source())}};
    };
    const std::string source = fact("id");
    if (source.empty()) continue;
    const std::int64_t gigabytes = number(fact("gigabytes"), 50);
    const std::string replica = fact("replica"), backup = fact("backup"), copy = fact("copy");
    known.volumes.push_back({plan("source_region"),
                             plan("source_compartment_id"),
                             source,
                             fact("name"),
                             {},
                             {},
                             {},
                             gigabytes,
                             true});
    if (of_instance)
      known.attachments.push_back({plan("source_region"),
                                   plan("source_compartment_id"),
                                   {},
                                   plan("source_instance_id"),
                                   source,
                                   fact("type"),
                                   fact("device"),
                                   fact("read_only") == "true"});
    // One of ours is known by its name, which is its key.
    if (!replica.empty() && !replica_gone) {
      const auto generation = generation_of(made, volume::fact_name(item, "replica"), replica);
      const auto view = volume::about(view_at("enable-replica", generation), item);
      known.replicas.push_back({plan("target_region"), plan("target_compartment_id"), replica,
                                fact("replica_owner") == "ours" ? view.key() : fact("name"),
                                source});
    }
    if (!backup.empty())
      known.backups.push_back({plan("source_region"),
                               plan("source_compartment_id"),
                               backup,
                               source,
                               {},
                               tags("create-backup", "backup")});
    if (!copy.empty())
      known.backups.push_back({plan("target_region"), plan("source_compartment_id"), copy, source,
                               backup, tags("create-backup", "backup")});
    const auto* api = volume::api_of(source);
    const std::string fresh = fact("new");
    if (fresh.empty() || !api) continue;
    known.volumes.push_back(
        {plan("target_region"), plan("target_compartment_id"), fresh,
         plan("new_volume_name").empty() ? fact("name") : plan("new_volume_name"),
         tags("create-volume", "new"),
         std::string(by_backup ? api->from_backup : api->from_replica), by_backup ? copy : replica,
         gigabytes, false});
    if (const auto attachment = fact("attachment"); !attachment.empty())
      known.attachments.push_back({plan("target_region"), plan("target_compartment_id"), attachment,
                                   of_instance ? std::string(state.facts.get("target_instance_id"))
                                               : attach_instance(state),
                                   fresh, fact("type"), fact("device"),
                                   fact("read_only") == "true"});
  }
}

void recall_policy(const workflow::Workflow& workflow, const MigrationState& state,
                   const MadeLog& made, const std::string& ledger_id, sim::Recalled& known) {
  const auto plan = [&](std::string_view name) { return std::string(state.plan.get(name)); };
  const std::string id(state.facts.get("policy_id"));
  if (plan("source_bucket_name").empty() || id.empty() || is_removed(made, id)) return;
  const auto view = view_of(workflow, state, ledger_id, workflow.index_of("create-policy"),
                            generation_of(made, "policy_id", id));
  known.policies.push_back({plan("source_region"), plan("source_compartment_id"),
                            plan("source_bucket_name"), plan("target_region"),
                            plan("target_compartment_id"), plan("target_bucket_name"), id,
                            view.key()});
}

}  // namespace

void recall_known(const ledger::EventStore& store, ledger::StreamId stream, ledger::Position until,
                  const std::string& ledger_id, sim::Recalled& known) {
  MigrationState state;
  MadeLog made;
  for (const auto cursor = store.scan_stream(stream); cursor->next();) {
    if (cursor->event().getPosition() > until) break;
    state.apply(cursor->event());
    made.apply(cursor->event());
  }
  recall_compute(state, made, ledger_id, known);
  const auto* workflow = workflow::workflow_named(state.workflow);
  if (!workflow) return;
  recall_volumes(*workflow, state, made, ledger_id, known);
  recall_policy(*workflow, state, made, ledger_id, known);
}

}  // namespace migledger::cli
