#include "workflow/compute_workflow.h"

#include "workflow/compute_steps.h"

namespace migledger::workflow {

namespace {

using namespace compute;
using namespace std::chrono_literals;

constexpr Modes kUndo = in(Mode::rollback);
constexpr Modes kCleanUp = in(Mode::cleanup);
constexpr Modes kDecommission = in(Mode::decommission);

Step check(std::string_view name, std::string_view title, decltype(Step::ask) ask,
           decltype(Step::read) read) {
  Step step;
  step.name = name;
  step.title = title;
  step.kind = StepKind::check;
  step.ask = ask;
  step.read = read;
  return step;
}

Step await(std::string_view name, std::string_view title, std::string_view of, Duration usual,
           decltype(Step::ask) ask, decltype(Step::read) read,
           decltype(Step::postmortem) postmortem) {
  Step step = check(name, title, ask, read);
  step.kind = StepKind::await;
  step.of = of;
  step.usual = usual;
  step.postmortem = postmortem;
  return step;
}

struct Act {
  decltype(Step::ask) ask;
  decltype(Step::sight) sight;
  decltype(Step::act) act;
  decltype(Step::receive) receive;
};

Step act(std::string_view name, std::string_view title, Guard guard, const Act& how) {
  Step step;
  step.name = name;
  step.title = title;
  step.kind = StepKind::act;
  step.guard = guard;
  step.ask = how.ask;
  step.sight = how.sight;
  step.act = how.act;
  step.receive = how.receive;
  return step;
}

Step approve(std::string_view name, std::string_view title, decltype(Step::applies) applies,
             decltype(Step::question) question) {
  Step step;
  step.name = name;
  step.title = title;
  step.kind = StepKind::approve;
  step.applies = applies;
  step.question = question;
  return step;
}

Step only_if(decltype(Step::applies) applies, Step step) {
  step.applies = applies;
  return step;
}

Step tagged(Step step, decltype(Step::ask_by_tag) ask, decltype(Step::sight_by_tag) sight) {
  step.ask_by_tag = ask;
  step.sight_by_tag = sight;
  return step;
}

Step nameable(Step step, decltype(Step::ask_named) ask, decltype(Step::sight_named) sight) {
  step.ask_named = ask;
  step.sight_named = sight;
  return step;
}

Step in_modes(Modes modes, Step step) {
  step.modes = modes;
  return step;
}

// Removes all of a kind that the migration made, one after the other.
Step removal(std::string_view name, std::string_view title, std::string_view fact, Modes modes,
             decltype(Step::applies) applies, decltype(Step::ask) ask, decltype(Step::sight) sight,
             decltype(Step::act) remove) {
  Step step = act(name, title, Guard::IF_MATCH, {ask, sight, remove, receive_removed});
  step.modes = modes;
  step.applies = applies;
  step.more = more_to_remove;
  step.removes = fact;
  return step;
}

Step skippable(Step step) {
  step.may_skip = true;
  return step;
}

Step not_before(decltype(Step::not_before) moment, Step step) {
  step.not_before = moment;
  return step;
}

Step with_secret_of(std::string_view remake_at, Step step) {
  step.remake_secret_at = remake_at;
  return step;
}

Step gathered(Duration gather, Step step) {
  step.gather = gather;
  return step;
}

Step with_fallbacks(decltype(Step::fallbacks) fallbacks, Step step) {
  step.fallbacks = fallbacks;
  return step;
}

std::vector<Step> make_steps() {
  return {
      check("check-source", "check the source instance", ask_source, read_source),
      check("check-buckets", "check namespace and buckets", ask_buckets, read_buckets),
      check("check-target", "check subnet, availability domain and shape", ask_target, read_target),
      check("check-names", "check that nothing is in the way", ask_names, read_names),
      act("claim-source", "claim the source instance", Guard::NATURAL_KEY,
          {ask_claim, sight_claim, put_claim, receive_claim}),
      approve("approve-downtime", "approve the source's downtime", downtime_needs_approval,
              downtime_question),

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

      only_if(bucket_is_missing,
              act("create-bucket", "create the target bucket", Guard::NATURAL_KEY,
                  {ask_bucket, sight_bucket, create_bucket, receive_bucket})),
      act("copy-object", "copy the object to the target region", Guard::NATURAL_KEY,
          {ask_copy, sight_copy, copy_object, receive_copy}),
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
      skippable(
          gathered(2min, check("final-check", "check the new instance", ask_final, read_final))),

      removal("remove-instance", "remove the new instance", "target_instance_id", kUndo,
              may_have_made, ask_new_instance_gone, sight_new_instance_gone, remove_new_instance),
      removal("remove-import-urls", "remove import URLs", {}, kUndo | kCleanUp,
              may_have_import_urls, ask_import_pars, sight_import_urls_gone, remove_import_url),
      removal("remove-imported-image", "remove the imported image", "target_image_id",
              kUndo | kCleanUp, drops_target_image, ask_target_image_gone, sight_target_image_gone,
              remove_target_image),
      removal("remove-copy", "remove the copied object", "copy_name", kUndo | kCleanUp,
              may_have_copied, ask_copy_gone, sight_copy_gone, remove_copy),
      removal("remove-export-urls", "remove export URLs", {}, kUndo | kCleanUp, may_have_made_urls,
              ask_export_pars, sight_export_urls_gone, remove_export_url),
      removal("remove-export", "remove the exported object", "object_name", kUndo | kCleanUp,
              may_have_made, ask_export_gone, sight_export_gone, remove_export),
      removal("remove-image", "remove the source's image", "image_id", kUndo | kCleanUp,
              may_have_made, ask_source_image_gone, sight_source_image_gone, remove_source_image),
      removal("release-claim", "release the claim on the source", "claim", kUndo | kCleanUp,
              may_have_made, ask_claim, sight_claim_gone, remove_claim),

      not_before(
          quiet_period_end,
          in_modes(kDecommission, approve("approve-decommission", "approve the end of the source",
                                          nullptr, decommission_question))),
      in_modes(kDecommission,
               check("check-target-health", "check the new instance", ask_final, read_final)),
      removal("terminate-source", "terminate the source instance", {}, kDecommission, nullptr,
              ask_source_gone, sight_source_gone, terminate_source),
  };
}

}  // namespace

const Workflow& compute_workflow() {
  static const std::vector<Step> steps = make_steps();
  static const Workflow workflow{"compute", 2, steps, made_kinds};
  return workflow;
}

const Workflow* workflow_named(std::string_view name) {
  return name == compute_workflow().name ? &compute_workflow() : nullptr;
}

}  // namespace migledger::workflow
