#include "cli/simulation/universe/people.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "workflow/steps/oci_api.h"
#include "workflow/workflows.h"

namespace migledger::simulation {

namespace {

namespace json = boost::json;
using workflow::Order;
using workflow::Plan;
using workflow::Request;
using workflow::Verb;

// How often each is asked for.
constexpr std::pair<Verb, unsigned> kOrders[] = {
    {Verb::PAUSE, 3}, {Verb::RESUME, 5}, {Verb::APPROVE, 6}, {Verb::RETRY, 5},
    {Verb::SKIP, 1},  {Verb::NOTE, 1},   {Verb::ADOPT, 2}};
constexpr std::pair<Verb, unsigned> kUndoing[] = {
    {Verb::CANCEL, 2}, {Verb::ROLLBACK, 3}, {Verb::CLEANUP, 2}, {Verb::DECOMMISSION, 2}};

template <std::size_t n>
Verb draw(const std::pair<Verb, unsigned> (&table)[n], adapters::sim::Dice& dice) {
  unsigned all = 0;
  for (const auto& [verb, weight] : table) all += weight;
  auto left = dice.below(all);
  for (const auto& [verb, weight] : table) {
    if (left < weight) return verb;
    left -= weight;
  }
  return table[0].first;
}

}  // namespace

People::People(const ChaosPlan& chaos, std::uint64_t seed, adapters::sim::Tenancy& tenancy)
    : chaos_(chaos),
      dice_(dice_for(seed, "people")),
      repeats_(dice_for(seed, "repeated orders")),
      tenancy_(tenancy) {}

Order People::order(Verb verb, std::string migration) {
  Order order;
  order.id = fmt::format("order-{}", ++orders_);
  order.verb = verb;
  order.migration = std::move(migration);
  order.reason = "because";
  order.user = "alice";
  order.host = "box";
  order.pid = 7;
  return order;
}

Order People::draw_order(const Plan& plan) {
  const bool both = chaos_.active(Chaos::orders) && chaos_.active(Chaos::undoing);
  const bool undo = both ? dice_.chance(0.3) : chaos_.active(Chaos::undoing);
  const Verb verb = undo ? draw(kUndoing, dice_) : draw(kOrders, dice_);
  const bool all =
      (verb == Verb::PAUSE || verb == Verb::RESUME || verb == Verb::NOTE) && dice_.chance(0.25);
  Order asked = order(verb, all ? "" : plan.migrations[dice_.below(plan.migrations.size())].name);
  if (verb == Verb::PAUSE && !all && dice_.chance(0.3)) {
    const auto& steps = workflow::workflow_named(plan.workflow)->steps;
    asked.step = steps[dice_.below(steps.size())].name;
  }
  if (verb != Verb::ADOPT) return asked;
  const auto made = tenancy_.created_from(0);
  if (!made.empty()) {
    const auto& chosen = made[dice_.below(made.size())];
    asked.resource = chosen.id;
    asked.step = chosen.kind == "image"            ? "create-image"
                 : chosen.kind == "imported-image" ? "import-image"
                 : chosen.kind == "instance"       ? "launch-instance"
                                                   : "create-volume";
  }
  return asked;
}

std::vector<Order> People::ask(const Plan& plan, double often) {
  const double rate = std::max(chaos_.rate(Chaos::orders), chaos_.rate(Chaos::undoing));
  if (!dice_.chance(rate * often)) return {};
  std::vector<Order> asked{draw_order(plan)};
  // Given again by somebody who saw no answer, or by two who do not know of each other.
  if (repeats_.chance(0.2)) asked.push_back(asked.front());
  if (repeats_.chance(0.2)) {
    Order twin = asked.front();
    twin.id += "-twin";
    twin.user = "bob";
    asked.push_back(std::move(twin));
  }
  return asked;
}

void People::make_look_alike(const Plan& plan, Network& network, CloudInvariants& invariants,
                             Trace& trace) {
  const auto& m = plan.migrations[dice_.below(plan.migrations.size())];
  const auto field = [&](std::string_view name) { return std::string(m.fields.get(name)); };
  Request request;
  request.method = "POST";
  json::object tags;
  if (dice_.chance(0.5))
    tags = {{"migledger-ledger", "ffffffffffffffffffffffffffffffff"},
            {"migledger-key", "ml-ffffffffffff-ffffffffffff-create-image-1"},
            {"migledger-source", workflow::source_of(m.fields)}};
  json::object body{{"freeformTags", tags}};
  const std::uint64_t kind = dice_.below(4);
  if (kind == 0 && m.fields.has("migration_bucket_name")) {
    const auto claim = claim_place(tenancy_, m.fields);
    request = workflow::storage(claim.region, "PUT", claim.path);
    request.if_none_match = "*";
    body = {{"ledger", "ffffffffffffffffffffffffffffffff"}, {"migration", m.name}};
  } else if (m.fields.has("source_instance_id")) {
    request.region = field("source_region");
    request.path = "/20160918/images";
    body["compartmentId"] = field("source_compartment_id");
    body["displayName"] = field("new_image_name");
    body["instanceId"] = field("source_instance_id");
  } else if (m.fields.has("source_volume_id")) {
    request.region = field("target_region");
    request.path = "/20160918/volumes";
    body["compartmentId"] = field("target_compartment_id");
    body["availabilityDomain"] = field("target_ad");
    body["displayName"] = field("new_volume_name");
    body["sizeInGBs"] = 50;
  } else {
    request.region = field("target_region");
    request.service = workflow::Service::object_storage;
    request.path = fmt::format("/n/{}/b", tenancy_.object_namespace());
    body["compartmentId"] = field("target_compartment_id");
    body["name"] = field("target_bucket_name");
  }
  request.body = json::serialize(body);
  // What is due by now is migledger's.
  Request look;
  look.region = field("source_region");
  look.service = workflow::Service::object_storage;
  look.path = "/n";
  network.ask(look);
  invariants.after(look, {}, false);
  const auto reply = network.ask(request);
  invariants.count_as_others();
  trace.note(
      fmt::format("others: {} {} is answered {}", request.method, request.path, reply.status));
}

}  // namespace migledger::simulation
