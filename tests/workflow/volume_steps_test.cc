// The judgements of the volume workflow's steps.
#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"
#include "tests/support/scripted_cloud.h"
#include "tests/support/step_names.h"
#include "workflow/volume/steps.h"
#include "workflow/volume/volume_workflow.h"

namespace migledger::testing {

using namespace workflow;

namespace {

// Of the steps that make one thing for each volume, with what that one is called in the facts.
struct Making {
  std::string_view step, what;
};

constexpr Making kMakings[] = {{"enable-replica", "replica"},
                               {"create-backup", "backup"},
                               {"copy-backup", "copy"},
                               {"create-volume", "new"},
                               {"attach-volume", "attachment"}};

ledger::MigrationState volume_state() {
  ledger::MigrationState state;
  state.name = "disk";
  state.plan = {{"source_volume_id", "ocid1.volume.oc1.iad.one"},
                {"source_region", "us-ashburn-1"},
                {"target_region", "sa-bogota-1"}};
  state.facts = {{"volumes", "2"}, {"volume.1.id", "one"}, {"volume.2.id", "two"}};
  state.steps = step_names(volume_workflow());
  return state;
}

}  // namespace

TEST_CASE("volume steps: what every volume has already is not made once more") {
  for (const auto& [step, what] : kMakings) {
    INFO(step);
    auto state = volume_state();
    for (unsigned item = 1; item <= 2; ++item)
      state.facts.set(volume::fact_name(item, what), "there");
    const Step& making = volume_workflow().steps[volume_workflow().index_of(step)];
    const View view =
        view_of(volume_workflow(), state, kLedgerId, volume_workflow().index_of(step));
    std::vector<Answer> answers;
    if (making.ask(view, answers)) answers.push_back(Answer::of(json_reply("[]")));
    const Sighting sighting = making.sight(view, answers);
    CHECK(sighting.kind == Sighting::Kind::ours);
    CHECK(sighting.facts.empty());
  }
}

TEST_CASE("volume steps: a volume that a person names is looked at, whatever there is already") {
  auto state = volume_state();
  for (unsigned item = 1; item <= 2; ++item)
    state.facts.set(volume::fact_name(item, "new"), "there");
  const View view =
      view_of(volume_workflow(), state, kLedgerId, volume_workflow().index_of("create-volume"));
  const Answer gone = Answer::of(json_reply("{}", 404));
  CHECK(volume::sight_named_volume(view, gone, "ocid1.volume.oc1.bog.x").kind !=
        Sighting::Kind::ours);
}

}  // namespace migledger::testing
