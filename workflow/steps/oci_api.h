// OCI's REST API as the workflows use it: how to ask, and how to read what comes back.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/cloud/json.h"
#include "workflow/model/list_index.h"
#include "workflow/model/ownership.h"
#include "workflow/model/plan.h"
#include "workflow/model/step.h"

namespace migledger::workflow {

// ---- asking ------------------------------------------------------------------------------------

Request core_get(std::string_view region, std::string path, std::string query = {});
Request storage(std::string_view region, std::string method, std::string path,
                std::string query = {}, std::string body = {});

// "/n/NAMESPACE/b/BUCKET" + rest.
std::string bucket_path(std::string_view name_space, std::string_view bucket,
                        std::string_view rest = {});

// All objects whose name starts with `name`, with size, etag, md5 and time of creation. In bulk,
// all those that this ledger could have named so: one list serves many.
Request list_objects(const View& view, std::string_view region, std::string_view bucket,
                     std::string_view name);

// One item by id, or, in bulk, the list of the compartment that holds it.
Request one_or_list(const View& view, std::string_view region, std::string_view collection,
                    std::string_view id, std::string_view compartment);

// Whether `id` is on record as something of ours that died: one of the words of the fact
// "dead_ids".
bool known_dead(const View& view, std::string_view id);
// That fact, once `id` has died, too.
std::string dead_with(const View& view, std::string_view id);

// The answers to a reading, in turn, and the request of the first that is not there yet: a reading
// is then written once, for asking and for what came.
class Turn {
 public:
  explicit Turn(Answers answers) : answers_(answers) {}

  // The next answer; null when it has still to be asked for.
  const Answer* take(Request request);
  // The answer that shows the item of that id: a list of all there are, in bulk, else or where that
  // does not show it, itself.
  const Answer* take_item(const View& view, Request list, Request itself, std::string_view id);

  std::optional<Request> wanted() const { return wanted_; }

 private:
  Answers answers_;
  std::size_t taken_ = 0;
  std::optional<Request> wanted_;
};

// The tags every resource of ours bears: the user's, then our three.
boost::json::object our_tags(const View& view);

// The statement of a policy without which Object Storage copies nothing out of the source region.
std::string copy_permission(const View& view);

// Gives what the body creates the defined tags of the plan, if it has any.
void add_defined_tags(boost::json::object& body, const View& view);

// ---- reading -----------------------------------------------------------------------------------

// The item of `one_or_list`, from either form; null when the answer has none of that id.
ListIndex::Item item_of(const Answer& answer, std::string_view id);

// Whether the answer is a successful list.
bool is_list(const Answer& answer);

// The elements of a list answer, all of them parsed; null unless is_list().
const boost::json::array* items_of(const Answer& answer);

// What hangs on an instance, of a list of attachments: of that instance's, or in bulk, of all.
ListIndex::Found attached_to(const View& view, const Answer& list, std::string_view instance);

enum class WorkState { running, succeeded, failed, gone, cannot_tell };
struct Work {
  WorkState state = WorkState::cannot_tell;
  std::string status;
  int percent = 0;
};
// A work request of compute ("SUCCEEDED") or of object storage ("COMPLETED").
Work work_of(const Answer& answer, std::string_view id);

// What to read about a failed work request before it expires.
std::vector<Request> work_postmortem(std::string_view region, Service service,
                                     std::string_view work_request);

struct Sift {
  std::string_view name;                  // the display name that would be ours
  std::string_view compartment;           // items of any other are not looked at; empty: all
  bool (*alive)(std::string_view state);  // by lifecycleState
  std::string_view fact;                  // the fact that holds the id
  // That of the work request: of what is found it is not known, and another's must not be read for
  // it. Empty: there is no such fact.
  std::string_view work = {};

  void set_found(ledger::Fields& facts, std::string_view id) const {
    facts.set(fact, id);
    if (!work.empty()) facts.set(work, "");
  }
};
// Tells ours from foreign ones in a list answer.
Sighting sift(const View& view, const Answer& answer, const Sift& how);

// A look that an imported state file shortens: the claimed resource, read by its id, is taken when
// it is there and alive. Nothing when it is not.
std::optional<Sighting> claimed(const Answer& answer, std::string_view id, const Sift& how);

// A resource that a person names as what the step made, read by its id: ours when it is alive, in
// the compartment and not another ledger's or migration's, else foreign, with the reason.
Sighting sight_named(const View& view, const Answer& answer, std::string_view id, const Sift& how);

// A search for our key stem in every compartment of a region, by tag.
Request search_by_tag(const View& view, std::string_view region, std::string_view resource_type);

// JSON text of a plan field, as a value; null when there is none.
boost::json::value plan_json(const View& view, std::string_view field);

// A plan field that is a decimal number; nothing when there is none.
std::optional<double> number_field(const View& view, std::string_view field);

// The receipt for a reply that shows a resource with an id.
Receipt receipt_with_id(const Answer& answer, std::string_view id_fact, std::string_view work_fact);

}  // namespace migledger::workflow
