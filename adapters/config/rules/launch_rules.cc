#include "adapters/config/rules/launch_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "adapters/catalog/names.h"
#include "adapters/catalog/shapes.h"
#include "adapters/config/rules/check.h"
#include "adapters/config/rules/forms.h"
#include "ledger/base/letter_case.h"
#include "ledger/base/printable.h"
#include "workflow/cloud/ipv6.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

bool is(const JsonNode* value, std::string_view word) {
  return value && value->kind == Kind::boolean && value->text == word;
}

// ---- shape and shape_config ---------------------------------------------------------------------

// The shape that a name which is none was surely meant to be: it differs in letter case, or lacks
// the ".Flex" that every flexible shape of its family has.
const Shape* surely_meant(std::string_view name) {
  const std::string given = lower_case(name);
  for (const Shape& shape : all_shapes()) {
    const std::string known = lower_case(shape.name);
    if (known == given || known == given + ".flex") return &shape;
  }
  return nullptr;
}

void check_shape(const MigrationSource& migration, Problems& problems) {
  const std::string_view name = migration.text("target_instance_shape");
  const Shape* shape = find_shape(name);
  if (!shape) {
    if (const Shape* meant = surely_meant(name))
      add_problem(migration, "target_instance_shape",
                  fmt::format("there is no shape \"{}\"; did you mean \"{}\"?", printable(name, 60),
                              meant->name),
                  problems);
    return;
  }
  const JsonNode* config = migration.find("shape_config");
  if (!config || config->kind != Kind::object) return;
  const auto number_of = [&](std::string_view key) -> std::optional<double> {
    const JsonNode* value = config->find(key);
    if (!value || value->kind != Kind::number) return std::nullopt;
    return number_value(value->text);
  };
  workflow::ShapeRequest request;
  request.ocpus = number_of("ocpus");
  request.memory = number_of("memoryInGBs");
  request.vcpus = number_of("vcpus");
  request.nvmes = number_of("nvmes");
  request.local_gigabytes = number_of("localVolumeSizeInGBs");
  if (const JsonNode* baseline = config->find("baselineOcpuUtilization"))
    request.baseline = baseline->text;
  const std::string path = migration.path_of("shape_config");
  if (const auto problem = problem_with(limits_of(*shape), request)) {
    const JsonNode* member = config->find(problem->member);
    problems.add(member ? member->offset : config->offset,
                 member ? join_path(path, problem->member) : path, problem->message);
  } else if (shape->flexible() && !request.ocpus && !request.vcpus) {
    problems.add(config->offset, path,
                 fmt::format("has no ocpus, which the flexible shape {} needs", shape->name));
  }
}

// ---- launch_options -----------------------------------------------------------------------------

class OptionsCheck {
 public:
  OptionsCheck(const MigrationSource& migration, const JsonNode& options, Problems& problems)
      : options_(options),
        path_(migration.path_of("launch_options")),
        shape_(migration.text("target_instance_shape")),
        problems_(problems) {}

  void run() {
    check_interface();
    check_place();
    check_encryption();
    check_platform();
    check_required();
  }

 private:
  const JsonNode* find(std::string_view key) const { return options_.find(key); }

  void add(std::string_view key, std::string message) {
    const JsonNode* value = find(key);
    problems_.add(value ? value->offset : options_.offset, join_path(path_, key),
                  std::move(message));
  }

  // Members of which OCI takes one at most.
  void exclude(std::string_view one, std::string_view other, std::string_view why) {
    if (find(one) && find(other))
      add(other, fmt::format("cannot stand beside {}: {}; keep one of the two", one, why));
  }

  void check_interface() {
    if (find("hostnameLabel") && is(find("assignPrivateDnsRecord"), "false"))
      add("assignPrivateDnsRecord",
          "cannot be false beside hostnameLabel: the host name is a DNS record; leave one out");
    exclude("privateIp", "privateIpId", "both say which address the interface gets");
    exclude("privateIp", "subnetCidr", "the address lies in its block already");
    exclude("privateIpId", "subnetCidr", "the address lies in its block already");
    if (find("ipv6AddressIpv6SubnetCidrPairDetails") && is(find("assignIpv6Ip"), "false"))
      add("assignIpv6Ip",
          "cannot be false beside ipv6AddressIpv6SubnetCidrPairDetails, which asks for an IPv6 "
          "address; leave one out");
    check_ipv6_pairs();
  }

  // Each address lies in the prefix beside it, and is given once.
  void check_ipv6_pairs() {
    constexpr std::string_view kPairs = "ipv6AddressIpv6SubnetCidrPairDetails";
    const JsonNode* pairs = find(kPairs);
    std::set<workflow::Ipv6> seen;
    for (std::size_t i = 0; pairs && i < pairs->items.size(); ++i) {
      const JsonNode* value = pairs->items[i].find("ipv6Address");
      const auto address = value ? workflow::parse_ipv6(value->text) : std::nullopt;
      if (!address) continue;
      const auto say = [&](std::string message) {
        problems_.add(value->offset, fmt::format("{}.{}[{}].ipv6Address", path_, kPairs, i),
                      std::move(message));
      };
      const JsonNode* beside = pairs->items[i].find("ipv6SubnetCidr");
      const auto prefix = beside ? workflow::parse_ipv6_prefix(beside->text) : std::nullopt;
      if (prefix && !prefix->contains(*address))
        say(fmt::format("{} does not lie in {}, the prefix beside it", describe(*value),
                        describe(*beside)));
      if (!seen.insert(*address).second)
        say(fmt::format("{} is given twice; leave one out", describe(*value)));
    }
  }

  void check_place() {
    exclude("dedicatedVmHostId", "capacityReservationId",
            "an instance on a dedicated host takes no reserved capacity");
    exclude("dedicatedVmHostId", "computeClusterId", "a dedicated host is in no compute cluster");
    for (const char* key : {"dedicatedVmHostId", "capacityReservationId"})
      exclude("preemptibleInstanceConfig", key,
              "a preemptible instance takes capacity that nobody has reserved");
    if (shape_.starts_with("BM.") && find("dedicatedVmHostId"))
      add("dedicatedVmHostId",
          fmt::format("a dedicated host takes virtual machines only, and {} is bare metal",
                      shape_));
    if (shape_.starts_with("VM.") && find("computeClusterId"))
      add("computeClusterId",
          fmt::format("a compute cluster takes bare metal shapes only, and {} is a virtual machine",
                      shape_));
    if (shape_.starts_with("BM.") && find("preemptibleInstanceConfig"))
      add("preemptibleInstanceConfig",
          fmt::format("only a virtual machine can be preemptible, and {} is bare metal", shape_));
  }

  void check_encryption() {
    const JsonNode* own = find("isPvEncryptionInTransitEnabled");
    const JsonNode* launch = find("launchOptions");
    const JsonNode* old = launch ? launch->find("isPvEncryptionInTransitEnabled") : nullptr;
    if (own && old && own->text != old->text)
      problems_.add(old->offset, path_ + ".launchOptions.isPvEncryptionInTransitEnabled",
                    "contradicts isPvEncryptionInTransitEnabled beside launchOptions; OCI wants "
                    "the two to be equal");
  }

  void check_platform() {
    const JsonNode* platform = find("platformConfig");
    if (!platform || platform->kind != Kind::object) return;
    const std::string path = path_ + ".platformConfig";
    const JsonNode* type = platform->find("type");
    if (!type)
      return problems_.add(platform->offset, path,
                           "type is missing; it says what kind of platform is configured");
    const Shape* shape = find_shape(shape_);
    if (shape && shape->platform.empty())
      return problems_.add(platform->offset, path,
                           fmt::format("shape {} takes no platformConfig", shape_));
    if (shape && shape->platform != type->text)
      problems_.add(type->offset, path + ".type",
                    fmt::format("must be \"{}\" for shape {}", shape->platform, shape_));
    if (!type->text.ends_with("_VM")) return;
    constexpr std::string_view kOfBareMetal[] = {
        "numaNodesPerSocket", "isAccessControlServiceEnabled", "areVirtualInstructionsEnabled",
        "isInputOutputMemoryManagementUnitEnabled", "percentageOfCoresEnabled"};
    for (const std::string_view key : kOfBareMetal)
      if (const JsonNode* value = platform->find(key))
        problems_.add(
            value->offset, join_path(path, key),
            fmt::format("is a setting of bare metal, and {} is of virtual machines", type->text));
  }

  // What OCI requires inside a member that is given.
  void check_required() {
    const auto require = [&](const JsonNode& object, const std::string& path,
                             std::initializer_list<std::string_view> keys) {
      for (const std::string_view key : keys)
        if (object.kind == Kind::object && !object.find(key))
          problems_.add(object.offset, path, fmt::format("{} is missing", key));
    };
    const auto each = [&](const JsonNode* list, const std::string& path,
                          std::initializer_list<std::string_view> keys) {
      if (!list) return;
      for (std::size_t i = 0; i < list->items.size(); ++i)
        require(list->items[i], fmt::format("{}[{}]", path, i), keys);
    };
    if (const JsonNode* agent = find("agentConfig"))
      each(agent->find("pluginsConfig"), path_ + ".agentConfig.pluginsConfig",
           {"name", "desiredState"});
    each(find("licensingConfigs"), path_ + ".licensingConfigs", {"type"});
    if (const JsonNode* preemptible = find("preemptibleInstanceConfig")) {
      const std::string path = path_ + ".preemptibleInstanceConfig";
      require(*preemptible, path, {"preemptionAction"});
      if (const JsonNode* action = preemptible->find("preemptionAction"))
        require(*action, path + ".preemptionAction", {"type"});
    }
  }

  const JsonNode& options_;
  const std::string path_;
  const std::string_view shape_;
  Problems& problems_;
};

// ---- metadata -----------------------------------------------------------------------------------

void check_metadata(const MigrationSource& migration, Problems& problems) {
  const JsonNode* metadata = migration.find("metadata");
  if (!metadata) return;
  const JsonNode* user_data = metadata->find("user_data");
  const std::string path = migration.path_of("metadata");
  if (user_data && user_data->kind == Kind::string && !is_base64(user_data->text))
    problems.add(user_data->offset, path + ".user_data",
                 "expected base64, as OCI wants it, found something else (not shown, it may be "
                 "secret)");
  const JsonNode* keys = metadata->find("ssh_authorized_keys");
  if (!keys || keys->kind != Kind::string) return;
  if (migration.find("ssh_authorized_keys_file"))
    problems.add(keys->offset, path + ".ssh_authorized_keys",
                 "ssh_authorized_keys_file gives the keys already; keep one of the two");
  else if (!is_public_key_file(keys->text))
    problems.add(keys->offset, path + ".ssh_authorized_keys",
                 "expected public keys such as \"ssh-ed25519 AAAA… name\", one a line, found "
                 "something else (not shown, it may be secret)");
}

}  // namespace

void check_launch(const MigrationSource& migration, Problems& problems) {
  check_shape(migration, problems);
  check_metadata(migration, problems);
  const JsonNode* options = migration.find("launch_options");
  if (options && options->kind == Kind::object) OptionsCheck(migration, *options, problems).run();
}

}  // namespace migledger::adapters
