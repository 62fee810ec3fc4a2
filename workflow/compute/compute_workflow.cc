#include "workflow/compute/compute_workflow.h"

#include <fmt/format.h>

#include "workflow/compute/steps.h"
#include "workflow/steps/claim.h"
#include "workflow/steps/made.h"
#include "workflow/steps/step_table.h"
#include "workflow/volume/steps.h"
#include "workflow/volume/volume_workflow.h"

namespace migledger::workflow {

namespace {

using namespace compute;
using namespace std::chrono_literals;

// The instance moved by way of an image.
std::vector<Step> steps_of_the_image() {
  return {
      approved_by("allow_source_downtime", downtime_allowed,
                  approve("approve-downtime", "approve the source's downtime",
                          ApprovalKind::DOWNTIME, downtime_needs_approval, downtime_question)),

      nameable(tagged(act("create-image", "create the image", Guard::TOKEN,
                          {ask_source_images, sight_source_image, create_image, receive_image}),
                      tag_search_source_image, sight_tagged_source_image),
               ask_named_source_image, sight_named_source_image),
      await("await-image", "wait for the image", "create-image", 10min, ask_image_ready,
            read_image_ready, image_postmortem),

      only_if(by_par,
              act("sweep-export-par", "remove export URLs left over", Guard::NATURAL_KEY,
                  {ask_export_pars, sight_no_export_par, delete_export_par, receive_deleted})),
      only_if(by_par,
              act("create-export-par", "make the export URL", Guard::NONE,
                  {ask_export_pars, sight_export_par, create_export_par, receive_export_par})),
      with_secret_of("sweep-export-par",
                     act("export-image", "export the image", Guard::TOKEN,
                         {ask_export, sight_export, export_image, receive_export})),
      await("await-export", "wait for the exported object", "export-image", 12min, ask_exported,
            read_exported, export_postmortem),
      only_if(by_par,
              act("drop-export-par", "remove the export URL", Guard::NATURAL_KEY,
                  {ask_export_pars, sight_no_export_par, delete_export_par, receive_deleted})),
      only_if(by_par, await("await-no-export-par", "see that no export URL is left",
                            "drop-export-par", 0s, ask_export_pars, read_no_export_par, nullptr)),

      only_if(bucket_is_to_be_made,
              act("create-bucket", "create the target bucket", Guard::NATURAL_KEY,
                  {ask_bucket, sight_bucket, create_bucket, receive_bucket})),
      permitted(act("copy-object", "copy the object to the target region", Guard::NATURAL_KEY,
                    {ask_copy, sight_copy, copy_object, receive_copy}),
                copy_permission),
      await("await-copy", "wait for the copied object", "copy-object", 8min, ask_copied,
            read_copied, copy_postmortem),

      only_if(by_par,
              act("sweep-import-par", "remove import URLs left over", Guard::NATURAL_KEY,
                  {ask_import_pars, sight_no_import_par, delete_import_par, receive_deleted})),
      only_if(by_par,
              act("create-import-par", "make the import URL", Guard::NONE,
                  {ask_import_pars, sight_import_par, create_import_par, receive_import_par})),
      with_secret_of("sweep-import-par",
                     nameable(tagged(act("import-image", "import the image", Guard::TOKEN,
                                         {ask_target_images, sight_target_image, import_image,
                                          receive_import}),
                                     tag_search_target_image, sight_tagged_target_image),
                              ask_named_target_image, sight_named_target_image)),
      await("await-import", "wait for the imported image", "import-image", 12min, ask_import_ready,
            read_import_ready, import_postmortem),
      only_if(by_par,
              act("drop-import-par", "remove the import URL", Guard::NATURAL_KEY,
                  {ask_import_pars, sight_no_import_par, delete_import_par, receive_deleted})),
      only_if(by_par, await("await-no-import-par", "see that no import URL is left",
                            "drop-import-par", 0s, ask_import_pars, read_no_import_par, nullptr)),

      with_fallbacks(
          further_placements,
          nameable(tagged(act("launch-instance", "launch the new instance", Guard::TOKEN,
                              {ask_instances, sight_instance, launch_instance, receive_instance}),
                          tag_search_instance, sight_tagged_instance),
                   ask_named_instance, sight_named_instance)),
      await("await-running", "wait for the new instance", "launch-instance", 2min, ask_running,
            read_running, launch_postmortem),
  };
}

std::vector<Step> steps_to_remove() {
  return {
      removal("remove-instance", "remove the new instance", "target_instance_id", kUndo,
              may_have_made, ask_new_instance_gone, sight_new_instance_gone, remove_new_instance),
      removal("remove-import-urls", "remove import URLs", {}, kUndo | kCleanUp, may_have_made_urls,
              ask_import_urls_gone, sight_import_urls_gone, remove_import_url),
      removal("remove-imported-image", "remove the imported image", "target_image_id",
              kUndo | kCleanUp, drops_target_image, ask_target_image_gone, sight_target_image_gone,
              remove_target_image),
      removal("remove-copy", "remove the copied object", "copy_name", kUndo | kCleanUp,
              may_have_made, ask_copy_gone, sight_copy_gone, remove_copy),
      removal("remove-export-urls", "remove export URLs", {}, kUndo | kCleanUp, may_have_made_urls,
              ask_export_pars, sight_export_urls_gone, remove_export_url),
      removal("remove-export", "remove the exported object", "object_name", kUndo | kCleanUp,
              may_have_made, ask_export_gone, sight_export_gone, remove_export),
      removal("remove-image", "remove the source's image", "image_id", kUndo | kCleanUp,
              may_have_made, ask_source_image_gone, sight_source_image_gone, remove_source_image),
      removal("release-claim", "release the claim on the source", "claim", kUndo | kCleanUp,
              may_have_made, ask_claim, sight_claim_gone, remove_claim),

      not_before(quiet_period_end,
                 in_modes(kDecommission,
                          approve("approve-decommission", "approve the end of the source",
                                  ApprovalKind::TERMINATION, nullptr, decommission_question))),
      in_modes(kDecommission,
               check("check-target-health", "check the new instance", ask_final, read_final)),
      removal("terminate-source", "terminate the source instance", {}, kDecommission, nullptr,
              ask_source_gone, sight_source_gone, terminate_source),
  };
}

std::vector<Step> make_steps() {
  std::vector<Step> steps{
      check("check-source", "check the source instance", ask_source, read_source),
      only_if(volume::carries_volumes,
              check("check-attached", "check the instance's volumes", volume::ask_attached_sources,
                    volume::read_attached_sources)),
      check("check-buckets", "check namespace and buckets", ask_buckets, read_buckets),
      check("check-target", "check subnet, availability domain and shape", ask_target, read_target),
      check("check-names", "check that nothing is in the way", ask_names, read_names),
      act("claim-source", "claim the source instance", Guard::NATURAL_KEY,
          {ask_claim, sight_claim, put_claim, receive_claim}),
  };
  // The first sync takes long, so it is begun early. A replica that ends later is no reason to go
  // back beyond the image.
  add(steps, {volume::step_to_enable("enable-replica", "enable the replicas of the volumes")});
  add(steps, steps_of_the_image());
  add(steps, {volume::step_to_enable("renew-replica", "see that the replicas are enabled")});
  add(steps, volume::steps_to_finish("renew-replica"));
  add(steps, {skippable(gathered(
                 2min, check("final-check", "check the new instance", ask_final, read_final)))});
  add(steps, volume::steps_to_remove());
  add(steps, steps_to_remove());
  return steps;
}

// Other migrations may use it by now.
std::string left_by_rollback(const View& view) {
  if (view.fact("target_bucket") != "ours") return {};
  return fmt::format("the bucket {} in {}, which migrations share", target_bucket(view),
                     view.plan("target_region"));
}

}  // namespace

const Workflow& compute_workflow() {
  static const std::vector<Step> steps = make_steps();
  static const Workflow workflow{"compute", 3, steps, made_kinds, left_by_rollback};
  return workflow;
}

}  // namespace migledger::workflow
