#include "cli/recall_known.h"

#include <boost/json.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "workflow/compute_workflow.h"
#include "workflow/oci_api.h"

namespace migledger::cli {

namespace {

namespace sim = adapters::sim;
using ledger::MigrationState;

// What the ledger knows of one migration, as the cloud would hold it.
void recall_compute(const MigrationState& state, const std::string& ledger_id,
                    sim::Recalled& known) {
  const auto& workflow = workflow::compute_workflow();
  const auto fact = [&](std::string_view name) { return std::string(state.facts.get(name)); };
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

}  // namespace

void recall_known(const MigrationState& state, const std::string& ledger_id, sim::Recalled& known) {
  recall_compute(state, ledger_id, known);
}

}  // namespace migledger::cli
