#include "tests/support/simulated_plan.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "ledger/event/event.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::testing {

namespace json = boost::json;

std::string vm(unsigned n) { return fmt::format("vm-{:02}", n); }

json::object simulated_plan(unsigned count) {
  json::object defaults = {{"source_region", "us-ashburn-1"},
                           {"target_region", "sa-bogota-1"},
                           {"source_compartment_id", "ocid1.compartment.oc1..aaaaaaaasource"},
                           {"target_compartment_id", "ocid1.compartment.oc1..aaaaaaaatarget"},
                           {"migration_bucket_name", "migration-staging"},
                           {"target_ad", "Uocm:SA-BOGOTA-1-AD-1"},
                           {"target_subnet_id", "ocid1.subnet.oc1.sa-bogota-1.aaaaaaaasubnet"},
                           {"target_instance_shape", "VM.Standard.E4.Flex"},
                           {"allow_source_downtime", true}};
  json::array migrations;
  for (unsigned n = 1; n <= count; ++n)
    migrations.push_back(json::object{
        {"name", vm(n)},
        {"source_instance_id", fmt::format("ocid1.instance.oc1.iad.aaaaaaaavm{:02}", n)}});
  return {{"parallel", std::max(count, 1u)},
          {"defaults", std::move(defaults)},
          {"migrations", std::move(migrations)}};
}

void rehearse_and_sign(Workplace& work) {
  work.write("plan.json", boost::json::serialize(simulated_plan(1)));
  REQUIRE(work.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "ledger",
                    "--sim-speed", "0"})
              .exit_code == 0);
  REQUIRE(work.run({"keygen", "key"}).exit_code == 0);
  REQUIRE(work.run({"checkpoint", "--key", "key", "--ledger", "ledger"}).exit_code == 0);
}

void make_ledger_of_real_cloud(const std::filesystem::path& path) {
  ledger::EventDraft first(ledger::kLedgerStream, Time(std::chrono::seconds(1'800'000'000)), 0);
  auto created = first.body().initLedgerCreated();
  created.setLedgerId("0123456789abcdef0123456789abcdef");
  created.setFormat(1);
  created.setCloud("oci");
  ledger::RocksEventStore::create(path, {}, std::move(first))->close();
}

json::object& migration_at(json::object& plan, unsigned index) {
  return plan.at("migrations").as_array().at(index).as_object();
}

std::vector<json::object> json_lines(std::string_view text) {
  std::vector<json::object> objects;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) break;
    objects.push_back(json::parse(json::string_view(text.data(), end)).as_object());
    text.remove_prefix(end + 1);
  }
  return objects;
}

std::vector<json::object> history_of(Workplace& work, const std::string& ledger) {
  const auto result = work.run({"history", "--ledger", ledger, "--json"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return json_lines(result.out);
}

namespace {

json::array created_list(Workplace& work, const std::string& sim_state) {
  const auto result = work.run({"sim", "report", "--sim-state", sim_state, "--json"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return json::parse(result.out).at("created").as_array();
}

std::string kind_of(const json::object& created) {
  const std::string kind = text_of(created, "kind");
  if (kind != "object") return kind;
  return text_of(created, "name").starts_with("migledger/claims/") ? "claim" : "export";
}

}  // namespace

std::map<std::string, unsigned> created_counts(Workplace& work, const std::string& sim_state) {
  std::map<std::string, unsigned> counts;
  for (const auto& entry : created_list(work, sim_state)) ++counts[kind_of(entry.as_object())];
  return counts;
}

void require_one_of_everything(Workplace& work, const std::string& sim_state, unsigned migrations) {
  const std::map<std::string, unsigned> expected = {{"claim", migrations},
                                                    {"image", migrations},
                                                    {"export", migrations},
                                                    {"object-copy", migrations},
                                                    {"imported-image", migrations},
                                                    {"instance", migrations},
                                                    {"bucket", 1}};
  auto counts = created_counts(work, sim_state);
  counts.erase("par");
  REQUIRE(counts == expected);
  std::set<std::string> keys;
  for (const auto& entry : created_list(work, sim_state)) {
    const auto& created = entry.as_object();
    const std::string key = kind_of(created) + " " + text_of(created, "key");
    CAPTURE(key);
    REQUIRE(keys.insert(key).second);
  }
}

void require_sound_history(const std::vector<json::object>& events) {
  std::uint64_t position = 0;
  std::string time;
  std::map<std::uint64_t, std::uint64_t> versions;
  std::set<std::uint64_t> open;
  for (const auto& event : events) {
    CAPTURE(json::serialize(event));
    REQUIRE(number_of(event, "position") == ++position);
    REQUIRE(text_of(event, "time") >= time);
    time = text_of(event, "time");
    REQUIRE(number_of(event, "version") == ++versions[number_of(event, "stream")]);
    REQUIRE(number_of(event, "cause") < position);
    REQUIRE(number_of(event, "session") < position);
    const std::string kind = text_of(event, "kind");
    // Every decision names what it reacts to; these come before any.
    if (kind != "ledgerCreated" && kind != "sessionOpened" && kind != "tailDropped")
      REQUIRE(number_of(event, "cause") > 0);
    if (kind == "intent") open.insert(position);
    if (kind == "outcome") open.erase(number_of(event.at("body").as_object(), "intent"));
  }
  if (open.empty()) return;
  // Show how the first of them went on.
  const auto& first = events[*open.begin() - 1];
  std::string story;
  for (const auto& event : events)
    if (number_of(event, "stream") == number_of(first, "stream") &&
        text_of(event, "step") == text_of(first, "step"))
      story += json::serialize(event) + "\n";
  FAIL(open.size() << " intents without an outcome, the first at " << *open.begin() << ":\n"
                   << story);
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::uint64_t number_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

std::vector<json::object> events_of_kind(const std::vector<json::object>& events,
                                         std::string_view kind) {
  std::vector<json::object> found;
  for (const auto& event : events)
    if (text_of(event, "kind") == kind) found.push_back(event);
  return found;
}

}  // namespace migledger::testing
