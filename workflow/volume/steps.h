// The functions behind the steps that move volumes, by what they are about.
#pragma once

#include "workflow/steps/step_table.h"
#include "workflow/volume/items.h"

namespace migledger::workflow::volume {

// The steps that move the volumes of a migration, for the tables of workflows that have volumes:
// the one that enables replicas, under that name; and all that follow, where `enabling` is the name
// of the one that is gone back to when a replica has ended.
Step step_to_enable(std::string_view name, std::string_view title);
std::vector<Step> steps_to_finish(std::string_view enabling);
// Those that remove what was made, when it is rolled back or cleaned up after.
std::vector<Step> steps_to_remove();

// All that those steps make (volume/made.cc).
std::vector<MadeKind> made_kinds();

// ---- checks (volume/checks.cc) -----------------------------------------------------------------
std::optional<Request> ask_source(const View& view, Answers answers);
Verdict read_source(const View& view, Answers answers);
// The volumes that hang on the instance that is moved.
std::optional<Request> ask_attached_sources(const View& view, Answers answers);
Verdict read_attached_sources(const View& view, Answers answers);
std::optional<Request> ask_staging(const View& view, Answers answers);
Verdict read_staging(const View& view, Answers answers);
std::optional<Request> ask_target(const View& view, Answers answers);
Verdict read_target(const View& view, Answers answers);
std::optional<Request> ask_names(const View& view, Answers answers);
Verdict read_names(const View& view, Answers answers);
std::optional<Request> ask_final(const View& view, Answers answers);
Verdict read_final(const View& view, Answers answers);

// The facts of a volume that is moved as item `item`, from its own JSON.
void describe_source(ledger::Fields& facts, unsigned item, const boost::json::value& volume);

// ---- replicas (volume/replica.cc) --------------------------------------------------------------
bool replicates(const View& view);
std::optional<Request> ask_to_enable(const View& view, Answers answers);
Sighting sight_enabled(const View& view, Answers answers);
Request enable_replica(const View& view);
Receipt receive_enabled(const View& view, const Answer& answer);
bool more_to_enable(const View& view, const ledger::Fields& facts);
std::optional<Request> ask_replicas(const View& view, Answers answers);
Verdict read_replicas(const View& view, Answers answers);
bool moves_volumes(const View& view);
std::string cutover_question(const View& view);
std::optional<Request> ask_fence(const View& view, Answers answers);
Verdict read_fence(const View& view, Answers answers);
Verdict read_synced(const View& view, Answers answers);
std::optional<Request> ask_to_disable(const View& view, Answers answers);
Sighting sight_disabled(const View& view, Answers answers);
Request disable_replica(const View& view);
Verdict read_replicas_gone(const View& view, Answers answers);

// ---- backups (volume/backup.cc) ----------------------------------------------------------------
bool backs_up(const View& view);
std::optional<Request> ask_backups(const View& view, Answers answers);
Sighting sight_backup(const View& view, Answers answers);
Request create_backup(const View& view);
Receipt receive_backup(const View& view, const Answer& answer);
bool more_to_back_up(const View& view, const ledger::Fields& facts);
std::optional<Request> ask_backup_ready(const View& view, Answers answers);
Verdict read_backup_ready(const View& view, Answers answers);
std::optional<Request> ask_copies(const View& view, Answers answers);
Sighting sight_copy(const View& view, Answers answers);
Request copy_backup(const View& view);
Receipt receive_copy(const View& view, const Answer& answer);
bool more_to_copy(const View& view, const ledger::Fields& facts);
std::optional<Request> ask_copy_ready(const View& view, Answers answers);
Verdict read_copy_ready(const View& view, Answers answers);

// ---- the new volumes (volume/create.cc) --------------------------------------------------------
bool volume_alive(std::string_view state);
std::string new_name(const View& view, unsigned item);
Request list_volumes(const View& view);
std::optional<Request> ask_volumes(const View& view, Answers answers);
Sighting sight_volume(const View& view, Answers answers);
Request tag_search_volume(const View& view);
Sighting sight_tagged_volume(const View& view, const Answer& answer);
Request create_volume(const View& view);
Receipt receive_volume(const View& view, const Answer& answer);
bool more_to_create(const View& view, const ledger::Fields& facts);
Request ask_named_volume(const View& view, std::string_view id);
Sighting sight_named_volume(const View& view, const Answer& answer, std::string_view id);
std::optional<Request> ask_new_volumes(const View& view, Answers answers);
// The verdict on all of them, by what `judge` says of each that is there.
Verdict judge_new_volumes(
    const View& view, Answers answers,
    const std::function<Verdict(unsigned item, const boost::json::value& volume)>& judge);
Verdict read_available(const View& view, Answers answers);
Verdict read_hydrated(const View& view, Answers answers);

// ---- attachments (volume/attach.cc) ------------------------------------------------------------
// The instance that the new volumes are attached to; empty: none.
std::string target_instance(const View& view);
bool attaches(const View& view);
std::optional<Request> ask_attachments(const View& view, Answers answers);
Sighting sight_attachment(const View& view, Answers answers);
Request attach_volume(const View& view);
Receipt receive_attachment(const View& view, const Answer& answer);
bool more_to_attach(const View& view, const ledger::Fields& facts);
std::optional<Request> ask_attached(const View& view, Answers answers);
Verdict read_attached(const View& view, Answers answers);

// ---- removing what was made (volume/undo.cc) ---------------------------------------------------
bool may_have_made(const View& view);
bool may_have_backed_up(const View& view);
bool may_have_replicated(const View& view);
bool has_members(const View& view);
std::optional<Request> ask_attachment_gone(const View& view, Answers answers);
Sighting sight_attachment_gone(const View& view, Answers answers);
Request remove_attachment(const View& view);
std::optional<Request> ask_volume_gone(const View& view, Answers answers);
Sighting sight_volume_gone(const View& view, Answers answers);
Request remove_volume(const View& view);
std::optional<Request> ask_copy_gone(const View& view, Answers answers);
Sighting sight_copy_gone(const View& view, Answers answers);
Request remove_copy(const View& view);
std::optional<Request> ask_backup_gone(const View& view, Answers answers);
Sighting sight_backup_gone(const View& view, Answers answers);
Request remove_backup(const View& view);
std::optional<Request> ask_members_gone(const View& view, Answers answers);
Sighting sight_members_gone(const View& view, Answers answers);
Request remove_member(const View& view);

// The source, which nothing else touches.
std::string decommission_question(const View& view);
std::optional<Request> ask_source_gone(const View& view, Answers answers);
Sighting sight_source_gone(const View& view, Answers answers);
Request remove_source(const View& view);

}  // namespace migledger::workflow::volume
