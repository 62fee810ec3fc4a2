#include "adapters/sim/services/references.h"

#include "adapters/catalog/ocid.h"
#include "adapters/catalog/regions.h"

namespace migledger::adapters::sim {

namespace {

bool is_one_of(std::string_view kind, std::string_view kinds) {
  while (!kinds.empty()) {
    const auto end = kinds.find('|');
    if (kinds.substr(0, end) == kind) return true;
    kinds.remove_prefix(end == std::string_view::npos ? kinds.size() : end + 1);
  }
  return false;
}

std::string row_of(std::string_view region, const std::string& id) {
  return "thing/" + std::string(region) + "/" + id;
}

}  // namespace

bool can_be_in(const std::string& id, std::string_view kinds, std::string_view region) {
  const auto ocid = parse_ocid(id);
  if (!ocid || !is_one_of(ocid->kind, kinds) || !names_region(ocid->region, region)) return false;
  const Region* known = find_region(region);
  return !known || known->realm == ocid->realm;
}

void provision_reference(World& world, const std::string& id, std::string_view kinds,
                         const std::string& region, const std::string& beside) {
  if (!can_be_in(id, kinds, region)) return;
  world.first_use(row_of(region, id));
  if (!beside.empty() && world.known_after(row_of(region, id) + "/").empty())
    world.first_use(row_of(region, id) + "/" + beside);
}

void check_reference(const Call& call, const std::string& id, std::string_view kinds) {
  if (id.empty()) return;
  if (!can_be_in(id, kinds, call.region.name) || !call.world.knows(row_of(call.region.name, id)))
    not_found();
}

void check_key(const std::string& id, std::string_view region) {
  if (!id.empty() && !can_be_in(id, "key", region)) not_found();
}

std::string lies_beside(const Call& call, const std::string& id) {
  const auto found = call.world.known_after(row_of(call.region.name, id) + "/");
  return found.empty() ? std::string() : found.front();
}

}  // namespace migledger::adapters::sim
