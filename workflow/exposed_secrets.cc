#include "workflow/exposed_secrets.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>
#include <set>
#include <tuple>

#include "ledger/event.h"
#include "workflow/secrets.h"

namespace migledger::workflow {

namespace {

constexpr std::size_t kMostNamed = 5;

class Exposed {
 public:
  void look_at(ledger::schema::Event::Reader event) {
    const auto body = event.getBody();
    if (body.isMigrationStarted()) {
      const auto started = body.getMigrationStarted();
      auto& name = names_[event.getPosition()];
      name = ledger::view(started.getName());
      look_at(started.getPlan(), name, event.getPosition());
    } else if (body.isPlanChanged()) {
      look_at(body.getPlanChanged().getPlan(), names_[event.getStream()], event.getPosition());
    }
  }

  std::vector<ExposedSecret> found;

 private:
  void look_at(capnp::List<ledger::schema::Field>::Reader plan, const std::string& migration,
               ledger::Position position) {
    for (const auto field : plan) {
      if (ledger::view(field.getName()) != "metadata") continue;
      boost::json::error_code bad;
      const auto metadata = boost::json::parse(ledger::view(field.getValue()), bad);
      if (bad || !metadata.is_object()) continue;
      for (const auto& [key, value] : metadata.get_object()) {
        if (is_public_metadata(key) || !value.is_string()) continue;
        const auto exposure = exposure_of(std::string_view(value.get_string()));
        if (exposure == Exposure::none) continue;
        const bool clear = exposure == Exposure::clear;
        if (known_.emplace(migration, key, clear).second)
          found.push_back({migration, std::string(key), clear, position});
      }
    }
  }

  std::map<ledger::StreamId, std::string> names_;
  std::set<std::tuple<std::string, std::string, bool>> known_;
};

}  // namespace

std::vector<ExposedSecret> exposed_secrets(const ledger::EventStore& store,
                                           ledger::Position until) {
  Exposed exposed;
  for (auto cursor = store.scan(1, until); cursor->next();) exposed.look_at(cursor->event());
  return std::move(exposed.found);
}

std::string words_of(const std::vector<ExposedSecret>& exposed) {
  if (exposed.empty()) return {};
  std::string named;
  for (std::size_t i = 0; i < exposed.size() && i < kMostNamed; ++i)
    named += fmt::format("{}\"{}\" of {} ({}, #{})", i == 0 ? "" : ", ", exposed[i].key,
                         exposed[i].migration, exposed[i].clear ? "in clear" : "as a plain digest",
                         exposed[i].position);
  if (exposed.size() > kMostNamed)
    named += fmt::format(" and {} more", exposed.size() - kMostNamed);
  return fmt::format(
      "an older version recorded values of metadata that may be secret: {}. Whoever has this "
      "ledger, a copy or an export of it may know them: change those secrets",
      named);
}

}  // namespace migledger::workflow
