#include "workflow/volume/volume_workflow.h"

#include "workflow/steps/claim.h"
#include "workflow/steps/made.h"
#include "workflow/volume/steps.h"

namespace migledger::workflow {

namespace volume {

using namespace std::chrono_literals;

namespace {

// What to do where OCI does not replicate: between some regions, and some volumes.
constexpr std::string_view kByBackup =
    "move the data by backup: \"method\": \"backup\" (of the volumes of an instance: \"volumes\": "
    "\"backup\"), with --accept-plan-change; or, if what was refused was mended, migledger retry";

Step several(decltype(Step::more) more, Step step) {
  step.more = more;
  return step;
}

Step or_else(std::string_view otherwise, Step step) {
  step.otherwise = otherwise;
  return step;
}

}  // namespace

Step step_to_enable(std::string_view name, std::string_view title) {
  return only_if(replicates, or_else(kByBackup, several(more_to_enable,
                                                        act(name, title, Guard::IF_MATCH,
                                                            {ask_to_enable, sight_enabled,
                                                             enable_replica, receive_enabled}))));
}

std::vector<Step> steps_to_finish(std::string_view enabling) {
  return {
      only_if(replicates, await("await-replica", "wait for the replica", enabling, 1h, ask_replicas,
                                read_replicas, nullptr)),
      approve("approve-cutover", "approve the cut-over of the data", ApprovalKind::CUTOVER,
              moves_volumes, cutover_question),
      only_if(replicates,
              check("set-fence", "see since when nothing is to be written", ask_fence, read_fence)),
      only_if(replicates, await("await-sync", "wait until the replica has it all", enabling, 15min,
                                ask_replicas, read_synced, nullptr)),

      only_if(backs_up, several(more_to_back_up,
                                act("create-backup", "make the backup", Guard::TOKEN,
                                    {ask_backups, sight_backup, create_backup, receive_backup}))),
      only_if(backs_up, await("await-backup", "wait for the backup", "create-backup", 12min,
                              ask_backup_ready, read_backup_ready, nullptr)),
      only_if(backs_up,
              several(more_to_copy,
                      act("copy-backup", "copy the backup to the target region", Guard::TOKEN,
                          {ask_copies, sight_copy, copy_backup, receive_copy}))),
      only_if(backs_up, await("await-backup-copy", "wait for the copied backup", "copy-backup",
                              25min, ask_copy_ready, read_copy_ready, nullptr)),

      only_if(
          moves_volumes,
          several(more_to_create,
                  nameable(tagged(act("create-volume", "create the new volume", Guard::TOKEN,
                                      {ask_volumes, sight_volume, create_volume, receive_volume}),
                                  tag_search_volume, sight_tagged_volume),
                           ask_named_volume, sight_named_volume))),
      only_if(moves_volumes, await("await-volume", "wait for the new volume", "create-volume", 1min,
                                   ask_new_volumes, read_available, nullptr)),
      only_if(attaches,
              several(more_to_attach,
                      act("attach-volume", "attach the new volume", Guard::TOKEN,
                          {ask_attachments, sight_attachment, attach_volume, receive_attachment}))),
      only_if(attaches, await("await-attachment", "wait for the attachment", "attach-volume", 30s,
                              ask_attached, read_attached, nullptr)),
      only_if(moves_volumes, await("await-hydration", "wait until the new volume has its data",
                                   "create-volume", 5min, ask_new_volumes, read_hydrated, nullptr)),
      removal("disable-replica", "disable the replica", "volume.1.replica", in(Mode::forward),
              replicates, ask_to_disable, sight_disabled, disable_replica),
      only_if(replicates, await("await-no-replica", "wait until the replica is gone", enabling,
                                2min, ask_replicas, read_replicas_gone, nullptr)),
      only_if(moves_volumes,
              skippable(check("check-volumes", "check the new volume", ask_final, read_final))),
  };
}

std::vector<Step> steps_to_remove() {
  return {
      removal("detach-volume", "detach the new volume", "volume.1.attachment", kUndo, may_have_made,
              ask_attachment_gone, sight_attachment_gone, remove_attachment),
      removal("remove-volume", "remove the new volume", "volume.1.new", kUndo, may_have_made,
              ask_volume_gone, sight_volume_gone, remove_volume),
      removal("remove-members", "remove the volumes of the new group", {}, kUndo, has_members,
              ask_members_gone, sight_members_gone, remove_member),
      removal("remove-replica", "disable the replica", "volume.1.replica", kUndo,
              may_have_replicated, ask_to_disable, sight_disabled, disable_replica),
      in_modes(kUndo,
               only_if(may_have_replicated,
                       await("await-replica-removed", "wait until the replica is gone",
                             "remove-replica", 2min, ask_replicas, read_replicas_gone, nullptr))),
      removal("remove-backup-copy", "remove the copied backup", "volume.1.copy", kUndo | kCleanUp,
              may_have_backed_up, ask_copy_gone, sight_copy_gone, remove_copy),
      removal("remove-backup", "remove the backup", "volume.1.backup", kUndo | kCleanUp,
              may_have_backed_up, ask_backup_gone, sight_backup_gone, remove_backup),
  };
}

}  // namespace volume

namespace {

std::vector<Step> make_steps() {
  using namespace volume;
  std::vector<Step> steps{
      check("check-source", "check the source volume", ask_source, read_source),
      check("check-staging", "check namespace and bucket", ask_staging, read_staging),
      check("check-target", "check availability domain, limits and instance", ask_target,
            read_target),
      check("check-names", "check that nothing is in the way", ask_names, read_names),
      act("claim-source", "claim the source volume", Guard::NATURAL_KEY,
          {ask_claim, sight_claim, put_claim, receive_claim}),
  };
  add(steps, {step_to_enable("enable-replica", "enable the replica")});
  add(steps, steps_to_finish("enable-replica"));
  add(steps, steps_to_remove());
  add(steps,
      {removal("release-claim", "release the claim on the source", "claim", kUndo | kCleanUp,
               may_have_made, ask_claim, sight_claim_gone, remove_claim),
       not_before(quiet_period_end,
                  in_modes(kDecommission,
                           approve("approve-decommission", "approve the end of the source",
                                   ApprovalKind::TERMINATION, nullptr, decommission_question))),
       in_modes(kDecommission,
                check("check-target-health", "check the new volume", ask_final, read_final)),
       removal("delete-source", "delete the source volume", {}, kDecommission, nullptr,
               volume::ask_source_gone, volume::sight_source_gone, remove_source)});
  return steps;
}

}  // namespace

namespace {

std::span<const MadeKind> all_made_kinds() {
  static const std::vector<MadeKind> kinds = [] {
    std::vector<MadeKind> all{claim_kind()};
    for (const auto& kind : volume::made_kinds()) all.push_back(kind);
    return all;
  }();
  return kinds;
}

}  // namespace

const Workflow& volume_workflow() {
  static const std::vector<Step> steps = make_steps();
  static const Workflow workflow{"volume-replication", 1, steps, all_made_kinds};
  return workflow;
}

}  // namespace migledger::workflow
