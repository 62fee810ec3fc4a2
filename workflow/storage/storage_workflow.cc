// The order of the steps follows from what replication does. It carries only what is written after
// its policy exists, so what is there before must be copied. But from then on the target bucket is
// read-only, for copies, too: so they come first. What is written, overwritten or deleted between
// the last look at a page and the policy falls into a gap that neither of them covers. A second
// walk right before the policy makes the gap short, and a last one closes it, when writers have
// stopped, the policy has carried over all they wrote, and the target is writable again.
//
// Nothing claims the source as an object would: it would be replicated, too. The policy, of which a
// bucket has at most one, bears our name instead; until it exists, all is done by natural key, and
// two ledgers at it would copy each object once.
#include "workflow/storage/storage_workflow.h"

#include <fmt/format.h>

#include "workflow/steps/made.h"
#include "workflow/steps/step_table.h"
#include "workflow/storage/steps.h"

namespace migledger::workflow {

namespace {

using namespace storage_replication;
using namespace std::chrono_literals;

Step walk(std::string_view name, std::string_view title, const Walk& walk,
          decltype(Step::read) judge) {
  Step step = check(name, title, nullptr, judge);
  step.kind = StepKind::bulk;
  step.walk = &walk;
  return step;
}

std::vector<Step> make_steps() {
  const Act remove_policy{ask_policy, sight_no_policy, delete_policy, receive_done};
  const Act unlock{ask_bucket, sight_writable, make_writable, receive_done};
  const Act unlock_again{ask_to_unlock, sight_unlocked, make_writable, receive_done};
  return {
      check("check-source", "check both buckets", ask_buckets, read_buckets),
      skippable(check("check-policy", "check the service policy", ask_service_policy,
                      read_service_policy)),
      only_if(not_replicating, walk("survey", "look through both buckets", kSurvey, judge_survey)),
      only_if(bucket_is_to_be_made,
              act("create-bucket", "create the target bucket", Guard::NATURAL_KEY,
                  {ask_bucket, sight_bucket, create_bucket, receive_bucket})),
      only_if(not_replicating,
              walk("back-fill", "copy what is there already", kCopy, judge_copies)),
      only_if(not_replicating,
              walk("back-fill-again", "copy what was written meanwhile", kCopy, judge_copies)),
      act("create-policy", "create the replication policy", Guard::NATURAL_KEY,
          {ask_policy, sight_policy, create_policy, receive_policy}),
      await("await-sync", "wait for the first synchronization", "create-policy", 5min, ask_policy,
            read_first_sync, nullptr),
      approve("approve-cutover", "approve the cutover", ApprovalKind::CUTOVER, nullptr,
              cutover_question),
      check("fence", "note when writing ended", ask_fence, read_fence),
      await("await-fence", "wait until all written before is replicated", "create-policy", 5min,
            ask_policy, read_fence_passed, nullptr),
      act("delete-policy", "end the replication", Guard::NATURAL_KEY, remove_policy),
      act("make-writable", "make the target bucket writable", Guard::NATURAL_KEY, unlock),
      walk("catch-up", "copy what fell between", kCopy, judge_copies),
      walk("compare", "compare both buckets", kCompare, judge_comparison),

      // What was copied stays: it is nobody else's, and the source has it, too.
      in_modes(kUndo, only_if(has_namespace, act("undo-policy", "end the replication",
                                                 Guard::NATURAL_KEY, remove_policy))),
      in_modes(kUndo,
               only_if(has_namespace, act("undo-read-only", "make the target bucket writable",
                                          Guard::NATURAL_KEY, unlock_again))),
  };
}

std::string left_by_rollback(const View& view) {
  return fmt::format("{}what was copied to {} in {}",
                     view.fact("target_bucket") == "ours" ? "the new bucket and " : "",
                     target_bucket(view), view.plan("target_region"));
}

}  // namespace

const Workflow& storage_workflow() {
  static const std::vector<Step> steps = make_steps();
  static const Workflow workflow{"storage-replication", 1, steps, made_kinds, left_by_rollback};
  return workflow;
}

}  // namespace migledger::workflow
