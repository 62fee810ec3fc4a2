// The functions behind the table of the compute workflow, by what they are about.
#pragma once

#include "workflow/steps/oci_api.h"

namespace migledger::workflow::compute {

// ---- names that follow from the plan -----------------------------------------------------------
std::string image_name(const View& view);
std::string instance_name(const View& view);
std::string_view target_bucket(const View& view);
bool by_par(const View& view);
// The step whose key is in the name of the exported object.
std::string_view export_namer(const View& view);

// ---- checks (compute/source_check.cc, compute/target_check.cc, compute/checks.cc) --------------
std::optional<Request> ask_source(const View& view, Answers answers);
Verdict read_source(const View& view, Answers answers);
std::optional<Request> ask_target(const View& view, Answers answers);
Verdict read_target(const View& view, Answers answers);
std::optional<Request> ask_buckets(const View& view, Answers answers);
Verdict read_buckets(const View& view, Answers answers);
std::optional<Request> ask_names(const View& view, Answers answers);
Verdict read_names(const View& view, Answers answers);
bool downtime_needs_approval(const View& view);
// It would be asked for, and the plan allows it.
bool downtime_allowed(const View& view);
std::string downtime_question(const View& view);

// ---- images (compute/image.cc) -----------------------------------------------------------------
std::optional<Request> ask_source_images(const View& view, Answers answers);
Sighting sight_source_image(const View& view, Answers answers);
Request tag_search_source_image(const View& view);
Sighting sight_tagged_source_image(const View& view, const Answer& answer);
Request create_image(const View& view);
Receipt receive_image(const View& view, const Answer& answer);
std::optional<Request> ask_image_ready(const View& view, Answers answers);
Verdict read_image_ready(const View& view, Answers answers);
std::vector<Request> image_postmortem(const View& view);

std::optional<Request> ask_target_images(const View& view, Answers answers);
Sighting sight_target_image(const View& view, Answers answers);
Request tag_search_target_image(const View& view);
Sighting sight_tagged_target_image(const View& view, const Answer& answer);
Request import_image(const View& view);
Receipt receive_import(const View& view, const Answer& answer);
std::optional<Request> ask_import_ready(const View& view, Answers answers);
Verdict read_import_ready(const View& view, Answers answers);
std::vector<Request> import_postmortem(const View& view);

// ---- export and copy (compute/transfer.cc) -----------------------------------------------------
std::optional<Request> ask_export(const View& view, Answers answers);
Sighting sight_export(const View& view, Answers answers);
Request export_image(const View& view);
Receipt receive_export(const View& view, const Answer& answer);
std::optional<Request> ask_exported(const View& view, Answers answers);
Verdict read_exported(const View& view, Answers answers);
std::vector<Request> export_postmortem(const View& view);

std::optional<Request> ask_bucket(const View& view, Answers answers);
Sighting sight_bucket(const View& view, Answers answers);
Request create_bucket(const View& view);
Receipt receive_bucket(const View& view, const Answer& answer);

std::optional<Request> ask_copy(const View& view, Answers answers);
Sighting sight_copy(const View& view, Answers answers);
Request copy_object(const View& view);
Receipt receive_copy(const View& view, const Answer& answer);
std::optional<Request> ask_copied(const View& view, Answers answers);
Verdict read_copied(const View& view, Answers answers);
std::vector<Request> copy_postmortem(const View& view);
// Whether a copy is on its way, as a list of the source region's work requests says: of what this
// migration has exported, or, where the ledger has forgotten what that is, of any export of its
// own.
bool copy_under_way(const View& view, const Answer& answer);

// ---- pre-authenticated requests (compute/par.cc) -----------------------------------------------
std::optional<Request> ask_export_pars(const View& view, Answers answers);
std::optional<Request> ask_import_pars(const View& view, Answers answers);
// For removing them: the goal is that none is left.
Sighting sight_no_export_par(const View& view, Answers answers);
Sighting sight_no_import_par(const View& view, Answers answers);
Request delete_export_par(const View& view);
Request delete_import_par(const View& view);
Receipt receive_deleted(const View& view, const Answer& answer);
Sighting sight_export_par(const View& view, Answers answers);
Sighting sight_import_par(const View& view, Answers answers);
Request create_export_par(const View& view);
Request create_import_par(const View& view);
Receipt receive_export_par(const View& view, const Answer& answer);
Receipt receive_import_par(const View& view, const Answer& answer);
Verdict read_no_export_par(const View& view, Answers answers);
Verdict read_no_import_par(const View& view, Answers answers);

// ---- the new instance (compute/launch.cc) ------------------------------------------------------
std::optional<Request> ask_instances(const View& view, Answers answers);
Sighting sight_instance(const View& view, Answers answers);
Request tag_search_instance(const View& view);
Sighting sight_tagged_instance(const View& view, const Answer& answer);
Request launch_instance(const View& view);
Receipt receive_instance(const View& view, const Answer& answer);
unsigned further_placements(const View& view);
std::optional<Request> ask_running(const View& view, Answers answers);
Verdict read_running(const View& view, Answers answers);
std::vector<Request> launch_postmortem(const View& view);
std::optional<Request> ask_final(const View& view, Answers answers);
Verdict read_final(const View& view, Answers answers);

// ---- a resource that a person names ------------------------------------------------------------
Request ask_named_source_image(const View& view, std::string_view id);
Sighting sight_named_source_image(const View& view, const Answer& answer, std::string_view id);
Request ask_named_target_image(const View& view, std::string_view id);
Sighting sight_named_target_image(const View& view, const Answer& answer, std::string_view id);
Request ask_named_instance(const View& view, std::string_view id);
Sighting sight_named_instance(const View& view, const Answer& answer, std::string_view id);

// ---- all that the steps make (compute/made.cc) -------------------------------------------------
std::span<const MadeKind> made_kinds();

// ---- removing what was made (compute/undo.cc) --------------------------------------------------
bool may_have_made(const View& view);
bool may_have_made_urls(const View& view);
bool drops_target_image(const View& view);
std::optional<Request> ask_new_instance_gone(const View& view, Answers answers);
Sighting sight_new_instance_gone(const View& view, Answers answers);
Request remove_new_instance(const View& view);
std::optional<Request> ask_target_image_gone(const View& view, Answers answers);
Sighting sight_target_image_gone(const View& view, Answers answers);
Request remove_target_image(const View& view);
std::optional<Request> ask_source_image_gone(const View& view, Answers answers);
Sighting sight_source_image_gone(const View& view, Answers answers);
Request remove_source_image(const View& view);
std::optional<Request> ask_export_gone(const View& view, Answers answers);
Sighting sight_export_gone(const View& view, Answers answers);
Request remove_export(const View& view);
std::optional<Request> ask_copy_gone(const View& view, Answers answers);
Sighting sight_copy_gone(const View& view, Answers answers);
Request remove_copy(const View& view);
Sighting sight_export_urls_gone(const View& view, Answers answers);
Request remove_export_url(const View& view);
std::optional<Request> ask_import_urls_gone(const View& view, Answers answers);
Sighting sight_import_urls_gone(const View& view, Answers answers);
Request remove_import_url(const View& view);

// The source, which nothing else touches.
std::string decommission_question(const View& view);
std::optional<Request> ask_source_gone(const View& view, Answers answers);
Sighting sight_source_gone(const View& view, Answers answers);
Request terminate_source(const View& view);

// What is looked through for what is ours, and how to tell.
Request list_source_images(const View& view);
Request list_target_images(const View& view);
Request list_instances(const View& view);
Sift source_image_sift(const View& view, const std::string& name);
Sift target_image_sift(const View& view, const std::string& name);
Sift instance_sift(const View& view, const std::string& name);

}  // namespace migledger::workflow::compute
