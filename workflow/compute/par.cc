// Pre-authenticated requests, for users who may not name a bucket to the image service (federated
// users and instance principals). The URL is a bearer secret that OCI shows once: it lives in the
// memory of the session that made it, the log holds a placeholder and a digest, and one that is
// found later has lost its URL and is removed.
#include <fmt/format.h>

#include "ledger/base/planted.h"
#include "workflow/compute/steps.h"
#include "workflow/steps/made.h"
#include "workflow/steps/removal.h"

namespace migledger::workflow::compute {

namespace {

using namespace std::chrono_literals;

// Long enough for the largest image; it is removed as soon as it has served.
constexpr Duration kParLife = 24h;

// One of the two: writing the export in the source region, or reading the copy in the target's.
struct Par {
  std::string_view region;
  std::string_view bucket;
  std::string object;
  std::string_view access;
  std::string_view id_fact;
  std::string_view url_fact;
  std::string_view object_fact;
  std::string_view purpose;
};

Par export_par(const View& view) {
  return {view.plan("source_region"),
          view.plan("migration_bucket_name"),
          object_name_of(view.key()),
          "ObjectWrite",
          "export_par_id",
          "export_par_url",
          "export_par_object",
          "export"};
}

Par import_par(const View& view) {
  return {view.plan("target_region"),
          target_bucket(view),
          std::string(view.fact("copy_name")),
          "ObjectRead",
          "import_par_id",
          "import_par_url",
          "import_par_object",
          "import"};
}

// Steps that make and steps that remove share the name: by migration and purpose.
std::string par_prefix(const View& view, const Par& par) { return stem_of(view, par.purpose); }

std::string par_path(const View& view, const Par& par) {
  return bucket_path(view.fact("namespace"), par.bucket, "/p");
}

std::optional<Request> ask_pars(const View& view, const Par& par, Answers answers) {
  if (!answers.empty()) return std::nullopt;
  return storage(par.region, "GET", par_path(view, par), make_query({{"limit", "1000"}}));
}

std::vector<const boost::json::value*> ours_in(const View& view, const Par& par,
                                               const boost::json::array& pars) {
  std::vector<const boost::json::value*> ours;
  const std::string prefix = par_prefix(view, par);
  for (const auto& item : pars)
    if (text(&item, "name").starts_with(prefix)) ours.push_back(&item);
  return ours;
}

Sighting sight_none(const View& view, const Par& par, Answers answers) {
  const auto* pars = items_of(answers[0]);
  if (!pars) return Sighting::cannot_look(answers[0]);
  const auto ours = ours_in(view, par, *pars);
  // The goal of removing is that there is none: then there is nothing to send.
  Sighting sighting = Sighting::of(ours.empty() ? Sighting::Kind::ours : Sighting::Kind::absent);
  if (!ours.empty()) sighting.facts.set(par.id_fact, text(ours.front(), "id"));
  return sighting;
}

Sighting sight_par(const View& view, const Par& par, Answers answers) {
  const auto* pars = items_of(answers[0]);
  if (!pars) return Sighting::cannot_look(answers[0]);
  const auto ours = ours_in(view, par, *pars);
  if (ours.empty()) return Sighting::of(Sighting::Kind::absent);
  Sighting sighting = Sighting::of(Sighting::Kind::ours);
  sighting.facts.set(par.id_fact, text(ours.front(), "id"));
  sighting.facts.set(par.url_fact, "");
  sighting.facts.set(par.object_fact, text(ours.front(), "objectName"));
  sighting.candidates.push_back({std::string(text(ours.front(), "id")),
                                 std::string(text(ours.front(), "name")), "present",
                                 "made by this migration; its URL is lost"});
  return sighting;
}

Request delete_par(const View& view, const Par& par) {
  return storage(
      par.region, "DELETE",
      par_path(view, par) + "/" + percent_encode(view.state.look.facts.get(par.id_fact)));
}

Request create_par(const View& view, const Par& par) {
  const Time expires = view.state.look.time + kParLife;
  return storage(par.region, "POST", par_path(view, par), {},
                 boost::json::serialize(boost::json::object{
                     {"name", fmt::format("{}-{}", par_prefix(view, par), view.generation)},
                     {"objectName", par.object},
                     {"accessType", par.access},
                     {"timeExpires", format_utc(expires)}}));
}

Receipt receive_par(const View& view, const Par& par, const Answer& answer) {
  Receipt receipt;
  const auto id = text(answer.json.get(), "id");
  std::string url(text(answer.json.get(), "fullPath"));
  if (url.empty() && !text(answer.json.get(), "accessUri").empty())
    url = fmt::format("https://objectstorage.{}.oraclecloud.com{}", par.region,
                      text(answer.json.get(), "accessUri"));
  if (id.empty() || url.empty()) return receipt;
  receipt.understood = true;
  const std::string placeholder = fmt::format("{}par:ref:{}}}", kSecretOpening, view.key());
  receipt.facts.set(par.id_fact, id);
  receipt.facts.set(par.url_fact, placeholder);
  if (ledger::planted(ledger::PlantedBug::secret_in_facts)) receipt.facts.set("url", url);
  receipt.facts.set(par.object_fact, text(answer.json.get(), "objectName").empty()
                                         ? std::string_view(par.object)
                                         : text(answer.json.get(), "objectName"));
  receipt.secrets.emplace_back(placeholder, std::move(url));
  return receipt;
}

Verdict read_none(const View& view, const Par& par, Answers answers) {
  const auto* pars = items_of(answers[0]);
  if (!pars) return Verdict::cannot_look(answers[0]);
  const auto ours = ours_in(view, par, *pars);
  if (ours.empty()) return Verdict::ok();
  // Nothing has failed: there is one more to remove.
  return Verdict::dead(
      ErrorClass::NONE, "OneMore",
      fmt::format("{} more pre-authenticated request(s) of this migration", ours.size()));
}

}  // namespace

std::optional<Request> ask_export_pars(const View& view, Answers answers) {
  return ask_pars(view, export_par(view), answers);
}
std::optional<Request> ask_import_pars(const View& view, Answers answers) {
  return ask_pars(view, import_par(view), answers);
}
Sighting sight_no_export_par(const View& view, Answers answers) {
  return sight_none(view, export_par(view), answers);
}
Sighting sight_no_import_par(const View& view, Answers answers) {
  return sight_none(view, import_par(view), answers);
}
Request delete_export_par(const View& view) { return delete_par(view, export_par(view)); }
Request delete_import_par(const View& view) { return delete_par(view, import_par(view)); }

Receipt receive_deleted(const View&, const Answer&) {
  Receipt receipt;
  receipt.understood = true;
  return receipt;
}

Sighting sight_export_par(const View& view, Answers answers) {
  return sight_par(view, export_par(view), answers);
}
Sighting sight_import_par(const View& view, Answers answers) {
  return sight_par(view, import_par(view), answers);
}
Request create_export_par(const View& view) { return create_par(view, export_par(view)); }
Request create_import_par(const View& view) { return create_par(view, import_par(view)); }
Receipt receive_export_par(const View& view, const Answer& answer) {
  return receive_par(view, export_par(view), answer);
}
Receipt receive_import_par(const View& view, const Answer& answer) {
  return receive_par(view, import_par(view), answer);
}
Verdict read_no_export_par(const View& view, Answers answers) {
  return read_none(view, export_par(view), answers);
}
Verdict read_no_import_par(const View& view, Answers answers) {
  return read_none(view, import_par(view), answers);
}

}  // namespace migledger::workflow::compute
