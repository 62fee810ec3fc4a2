#include "workflow/audit/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "workflow/run/reader.h"
#include "workflow/steps/carry_over.h"
#include "workflow/steps/check_answers.h"
#include "workflow/steps/check_run.h"
#include "workflow/steps/oci_api.h"
#include "workflow/volume/items.h"
#include "workflow/volume/volume_workflow.h"
#include "workflow/workflows.h"

namespace migledger::workflow {

namespace {

using Mark = Diagnosis::Verdict;
namespace json = boost::json;

// OCI refuses signatures dated further off than this.
constexpr Duration kMostSkew = std::chrono::minutes(5);
constexpr Duration kPatience = std::chrono::minutes(2);
// Of more migrations than these, lists are read in place of each resource.
constexpr std::size_t kFew = 10;

class Doctor {
 public:
  Doctor(const Plan& plan, Cloud& cloud, Clock& clock, const ProgressOf& progress,
         std::string_view ledger_id)
      : plan_(plan), cloud_(cloud), clock_(clock), progress_(progress), ledger_id_(ledger_id) {}

  std::vector<Diagnosis> run() {
    if (!regions()) return std::move(found_);
    subscriptions();
    if (plan_.workflow == "storage-replication") {
      each_and_its_checks([&](const auto& migration) { replicated(migration); });
      each([&](const auto& migration) { copy_policy(migration); });
    } else if (plan_.workflow == volume_workflow().name) {
      each_and_its_checks([&](const auto& migration) { volume(migration); });
    } else {
      each_and_its_checks([&](const auto& migration) {
        source(migration);
        buckets(migration);
        target(migration);
      });
      each([&](const auto& migration) { permissions(migration); });
      each([&](const auto& migration) {
        copy_policy(migration);
        limits(migration);
        capacity(migration);
      });
    }
    return std::move(found_);
  }

 private:
  template <typename Look>
  void each(Look&& look) {
    for (const auto& migration : plan_.migrations) look(migration);
  }

  // The checks go deeper, so they say nothing new of a migration that `look` has something against.
  template <typename Look>
  void each_and_its_checks(Look&& look) {
    for (const auto& migration : plan_.migrations) {
      const auto before = static_cast<std::ptrdiff_t>(found_.size());
      look(migration);
      const bool all_good =
          std::all_of(found_.begin() + before, found_.end(),
                      [](const auto& diagnosis) { return diagnosis.verdict == Mark::good; });
      if (all_good && progress_of(migration) == Progress::not_begun) checks(migration);
    }
  }

  void checks(const PlannedMigration& migration) {
    const auto* workflow = workflow_named(plan_.workflow);
    bool passes = true;
    const auto read_once = [&](Request request) {
      const std::string path = fmt::format("{} {} {}?{}", request.region, name_of(request.service),
                                           request.path, request.query);
      const auto known = read_.find(path);
      return known != read_.end() ? known->second
                                  : read_.emplace(path, read(std::move(request))).first->second;
    };
    const bool in_bulk = plan_.migrations.size() > kFew;
    for (const auto& [step, verdict] :
         make_checks(*workflow, migration, ledger_id_, in_bulk, read_once)) {
      const std::string what = fmt::format("{}: {}", migration.name, step->title);
      for (const auto& finding : verdict.findings) {
        if (finding.starts_with(kMovesAlong) || finding.ends_with(kWillBeCreated)) continue;
        // What repairs it stands at its end.
        const auto end = finding.rfind("; ");
        const bool is_loss = finding.starts_with(kNotCarried) && end != std::string::npos;
        passes = false;
        say(Mark::warning, what, is_loss ? finding.substr(0, end) : finding,
            is_loss ? finding.substr(end + 2) : std::string("decide whether that may be so"));
      }
      if (verdict.kind == Verdict::Kind::ok) continue;
      passes = false;
      if (verdict.kind == Verdict::Kind::refused)
        say(Mark::bad, what, verdict.failure.message, verdict.need);
      else if (verdict.kind == Verdict::Kind::pending)
        say(Mark::warning, what, verdict.state, "wait; the migration does so, too");
      else
        say(Mark::warning, what, "could not be checked: " + describe(verdict.failure),
            "run doctor again, or check the policies");
    }
    if (passes) say(Mark::good, migration.name + ": the checks before anything is made", "pass");
  }

  static std::string field(const PlannedMigration& migration, std::string_view name) {
    return std::string(migration.fields.get(name));
  }

  Progress progress_of(const PlannedMigration& migration) const {
    return progress_ ? progress_(migration.name) : Progress::not_begun;
  }
  // Why a source may stand otherwise than before a migration; empty: it may not.
  std::string_view progress_words(const PlannedMigration& migration) const {
    switch (progress_of(migration)) {
      case Progress::under_way:
        return "it is being moved";
      case Progress::over:
        return "its migration is over";
      case Progress::not_begun:
        break;
    }
    return {};
  }

  // One answer, all pages of it. What does not come in time counts as no reply.
  Answer read(Request request) {
    Answer answer;
    bool answered = false;
    Reader reader(cloud_, next_call_);
    reader.read(std::move(request), [&](const Answer& a) {
      answer = a;
      answered = true;
    });
    const Time deadline = clock_.now() + kPatience;
    while (!answered && clock_.now() < deadline) {
      reader.pump(clock_.now());
      if (auto completion = cloud_.next(deadline))
        reader.complete(completion->call, std::move(completion->reply));
    }
    if (!answered) answer.reply.error = "no reply in time";
    return answer;
  }

  void say(Mark verdict, std::string what, std::string seen, std::string fix = {}) {
    found_.push_back({verdict, std::move(what), std::move(seen), std::move(fix)});
  }

  // Whether `what` is looked at for the first time.
  bool first(const std::string& what) { return done_.insert(what).second; }

  static std::string words(const Answer& answer) { return describe(classify(answer.reply, false)); }

  // A read that must simply succeed.
  bool expect(const std::string& what, Request request, const std::string& fix) {
    const Answer answer = read(std::move(request));
    if (answer.reply.ok()) {
      say(Mark::good, what, "may be read");
      return true;
    }
    say(Mark::bad, what, words(answer), fix);
    return false;
  }

  // False when credentials are refused.
  bool regions() {
    for (const auto& migration : plan_.migrations) {
      for (const auto* key : {"source_region", "target_region"}) {
        const std::string region = field(migration, key);
        if (!first("region " + region)) continue;
        const Answer answer = read(storage(region, "GET", "/n"));
        const Failure failure = classify(answer.reply, false);
        if (failure.error_class == ErrorClass::CREDENTIALS) {
          say(Mark::bad, "credentials", words(answer),
              "check user, key, fingerprint and tenancy of the profile, and the machine's clock");
          return false;
        }
        if (failure && failure.status == 0) {
          say(Mark::bad, "region " + region, words(answer),
              "check the region's name, the network, the proxy and \"endpoints\"");
          continue;
        }
        if (failure) {
          say(Mark::bad, "region " + region, words(answer), "find out why it answers so");
          continue;
        }
        if (answer.json && answer.json->is_string())
          name_space_ = answer.json->get_string().c_str();
        say(Mark::good, "region " + region, "reachable, credentials accepted");
        if (const auto date = answer.reply.date(); date && first("clock")) {
          const Duration skew = clock_.now() > *date ? clock_.now() - *date : *date - clock_.now();
          if (skew > kMostSkew)
            say(Mark::bad, "clock", "differs by " + format_duration(skew) + " from the cloud's",
                "set the machine's clock, for example with NTP");
          else
            say(Mark::good, "clock", "agrees with the cloud's");
        }
      }
    }
    return true;
  }

  void subscriptions() {
    const std::string tenancy = cloud_.identity().tenancy;
    if (tenancy.empty() || plan_.migrations.empty()) return;
    Request request = core_get(field(plan_.migrations.front(), "source_region"),
                               "tenancies/" + percent_encode(tenancy) + "/regionSubscriptions");
    request.service = Service::identity;
    const Answer answer = read(std::move(request));
    const auto* items = items_of(answer);
    if (!items) {
      say(Mark::warning, "region subscriptions", "could not be seen: " + words(answer),
          "let somebody who may see them check that both regions are subscribed");
      return;
    }
    for (const auto& migration : plan_.migrations) {
      for (const auto* key : {"source_region", "target_region"}) {
        const std::string region = field(migration, key);
        if (!first("subscription " + region)) continue;
        std::string_view status;
        for (const auto& item : *items)
          if (text(&item, "regionName") == region) status = text(&item, "status");
        if (status == "READY")
          say(Mark::good, "subscription to " + region, "READY");
        else
          say(Mark::bad, "subscription to " + region,
              status.empty() ? std::string("the tenancy is not subscribed") : std::string(status),
              "subscribe the tenancy to the region, or wait until it is READY");
      }
    }
  }

  void source(const PlannedMigration& migration) {
    const std::string id = field(migration, "source_instance_id");
    if (!first("instance " + id)) return;
    const std::string what = fmt::format("source instance of {}", migration.name);
    const Answer answer =
        read(core_get(field(migration, "source_region"), "instances/" + percent_encode(id)));
    if (!answer.reply.ok()) {
      say(Mark::bad, what, words(answer),
          "check \"source_instance_id\" and the policies (read instances)");
      return;
    }
    const auto state = text(answer.json.get(), "lifecycleState");
    if (state == "RUNNING" || state == "STOPPED")
      say(Mark::good, what, std::string(state));
    else if (const auto moved = progress_words(migration); !moved.empty())
      say(Mark::good, what, fmt::format("{}; {}", state, moved));
    else if (state == "CREATING_IMAGE")
      say(Mark::warning, what, "CREATING_IMAGE: somebody else is making an image of it",
          "wait until that is over; OCI makes one image of an instance at a time");
    else
      say(Mark::bad, what, std::string(state), "it must be RUNNING or STOPPED");
  }

  void buckets(const PlannedMigration& migration) {
    const std::string source_bucket = field(migration, "migration_bucket_name");
    const auto look = [&](const std::string& region, const std::string& bucket, bool needed) {
      if (name_space_.empty() || !first("bucket " + region + "/" + bucket)) return;
      const std::string what = fmt::format("bucket {} in {}", bucket, region);
      const Answer answer = read(storage(region, "GET", bucket_path(name_space_, bucket)));
      if (answer.reply.ok()) {
        say(Mark::good, what, "is there");
        buckets_there_.insert(region + "/" + bucket);
      } else if (answer.reply.status == 404 && !needed) {
        say(Mark::good, what, "is not there; it will be created");
      } else {
        say(Mark::bad, what, words(answer),
            "create it, correct its name, or let the user read buckets");
      }
    };
    look(field(migration, "source_region"), source_bucket, true);
    look(field(migration, "target_region"), target_bucket(migration), false);
  }

  // Both buckets of a replication, and whether their objects may be seen.
  void replicated(const PlannedMigration& migration) {
    const auto look = [&](const char* region_key, const char* bucket_key, bool needed) {
      const std::string region = field(migration, region_key);
      const std::string bucket = field(migration, bucket_key);
      if (name_space_.empty() || !first("bucket " + region + "/" + bucket)) return;
      const std::string what = fmt::format("bucket {} in {}", bucket, region);
      const Answer answer = read(storage(region, "GET", bucket_path(name_space_, bucket)));
      if (answer.reply.status == 404 && !needed)
        return say(Mark::good, what, "is not there; it will be created");
      if (!answer.reply.ok())
        return say(Mark::bad, what, words(answer),
                   "create it, correct its name, or let the user read buckets");
      const auto* read_only = member(answer.json.get(), "isReadOnly");
      const bool is_read_only = read_only && read_only->is_bool() && read_only->get_bool();
      if (is_read_only && progress_of(migration) == Progress::under_way)
        return say(Mark::good, what, "is there, and read-only while it is replicated to");
      if (is_read_only)
        return say(Mark::bad, what, "is the target of a replication, and read-only",
                   "end that replication, or configure another bucket");
      say(Mark::good, what, "is there");
      expect(fmt::format("objects of {} in {}", bucket, region),
             storage(region, "GET", bucket_path(name_space_, bucket, "/o"),
                     make_query({{"fields", "name"}, {"prefix", "migledger/"}, {"limit", "1"}})),
             "let the user manage objects in the bucket");
    };
    look("source_region", "source_bucket_name", true);
    look("target_region", "target_bucket_name", false);
  }

  void target(const PlannedMigration& migration) {
    const std::string subnet = field(migration, "target_subnet_id");
    if (first("subnet " + subnet))
      expect("target subnet of " + migration.name,
             core_get(field(migration, "target_region"), "subnets/" + percent_encode(subnet)),
             "check \"target_subnet_id\" and the policies (use subnets)");
    domain(migration);
  }

  void domain(const PlannedMigration& migration) {
    const std::string domain = field(migration, "target_ad");
    if (!first("domain " + domain)) return;
    Request request =
        core_get(field(migration, "target_region"), "availabilityDomains",
                 make_query({{"compartmentId", field(migration, "target_compartment_id")}}));
    request.service = Service::identity;
    const Answer answer = read(std::move(request));
    const auto* items = items_of(answer);
    if (!items) {
      say(Mark::bad, "availability domain " + domain, words(answer),
          "let the user inspect availability domains");
      return;
    }
    for (const auto& item : *items) {
      if (text(&item, "name") != domain) continue;
      say(Mark::good, "availability domain " + domain, "is there");
      return;
    }
    say(Mark::bad, "availability domain " + domain, "the region has none of that name",
        "correct \"target_ad\"");
  }

  void permissions(const PlannedMigration& migration) {
    struct Need {
      const char* region;
      const char* compartment;
      const char* collection;
    };
    for (const Need& need : {Need{"source_region", "source_compartment_id", "images"},
                             Need{"source_region", "source_compartment_id", "volumeAttachments"},
                             Need{"source_region", "source_compartment_id", "workRequests"},
                             Need{"target_region", "target_compartment_id", "images"},
                             Need{"target_region", "target_compartment_id", "instances"},
                             Need{"target_region", "target_compartment_id", "vnicAttachments"},
                             Need{"target_region", "target_compartment_id", "workRequests"}}) {
      const std::string region = field(migration, need.region);
      const std::string compartment = field(migration, need.compartment);
      const std::string what = fmt::format("{} in {}", need.collection, region);
      if (!first(what + compartment)) continue;
      expect(what,
             core_get(region, need.collection,
                      make_query({{"compartmentId", compartment}, {"limit", "100"}})),
             fmt::format("let the user manage {} in {}", need.collection, compartment));
    }
    const std::string region = field(migration, "source_region");
    const std::string compartment = field(migration, "source_compartment_id");
    if (first("copies " + region + compartment))
      expect("work requests of object storage in " + region,
             storage(region, "GET", "/workRequests",
                     make_query({{"compartmentId", compartment}, {"limit", "100"}})),
             "let the user read the work requests of object storage (manage objects)");
    in_bucket(migration, region, field(migration, "migration_bucket_name"));
    in_bucket(migration, field(migration, "target_region"), target_bucket(migration));
  }

  static std::string target_bucket(const PlannedMigration& migration) {
    const std::string configured = field(migration, "target_bucket_name");
    return configured.empty() ? field(migration, "migration_bucket_name") : configured;
  }

  void in_bucket(const PlannedMigration& migration, const std::string& region,
                 const std::string& bucket) {
    // One that is not there was spoken of, or will be created.
    if (!buckets_there_.contains(region + "/" + bucket)) return;
    if (first("objects " + region + "/" + bucket))
      expect(fmt::format("objects of {} in {}", bucket, region),
             storage(region, "GET", bucket_path(name_space_, bucket, "/o"),
                     make_query({{"prefix", "migledger/"}, {"fields", "name"}, {"limit", "1"}})),
             "let the user manage objects in the bucket");
    if (field(migration, "transfer") == "par" && first("pars " + region + "/" + bucket))
      expect(fmt::format("pre-authenticated requests of {} in {}", bucket, region),
             storage(region, "GET", bucket_path(name_space_, bucket, "/p"),
                     make_query({{"limit", "100"}})),
             "let the user manage the bucket (PAR_MANAGE)");
  }

  void copy_policy(const PlannedMigration& migration) {
    const std::string region = field(migration, "source_region");
    const std::string tenancy = cloud_.identity().tenancy;
    if (!first("copy " + region)) return;
    const std::string what = "service policy for copies out of " + region;
    const std::string fix = fmt::format(
        "Allow service objectstorage-{} to manage object-family in compartment …", region);
    Request request = core_get(region, "policies", make_query({{"compartmentId", tenancy}}));
    request.service = Service::identity;
    const Answer answer = read(std::move(request));
    const auto* items = items_of(answer);
    if (!items) {
      say(Mark::warning, what, "could not be seen: " + words(answer), fix);
      return;
    }
    const std::string service = "objectstorage-" + region;
    for (const auto& item : *items) {
      const auto* statements = member(&item, "statements");
      if (!statements || !statements->is_array()) continue;
      for (const auto& statement : statements->get_array()) {
        if (!statement.is_string()) continue;
        const std::string_view sentence(statement.get_string());
        if (sentence.find(service) == std::string_view::npos) continue;
        say(Mark::good, what, std::string(sentence));
        return;
      }
    }
    say(Mark::warning, what,
        "not among the policies of the root compartment; one in another compartment would do", fix);
  }

  void limits(const PlannedMigration& migration) {
    const std::string tenancy = cloud_.identity().tenancy;
    for (const auto* key : {"source_region", "target_region"}) {
      const std::string region = field(migration, key);
      if (tenancy.empty() || !first("limit " + region)) continue;
      const std::string what = "custom images in " + region;
      Request request;
      request.region = region;
      request.service = Service::limits;
      request.path = "/20190729/services/compute/limits/custom-image-count/resourceAvailability";
      request.query = make_query({{"compartmentId", tenancy}});
      const Answer answer = read(std::move(request));
      const auto available = number(answer.json.get(), "available");
      if (!answer.reply.ok() || !available) {
        say(Mark::warning, what, "how many may be made could not be seen: " + words(answer),
            "see the limit custom-image-count in the console");
      } else if (*available < 1) {
        say(Mark::bad, what, "no more may be made",
            "delete images, or ask for a higher limit custom-image-count");
      } else {
        say(Mark::good, what, fmt::format("{:.0f} more may be made", *available));
      }
    }
  }

  void capacity(const PlannedMigration& migration) {
    const std::string domain = field(migration, "target_ad");
    const std::string shape = field(migration, "target_instance_shape");
    if (!first("capacity " + domain + shape)) return;
    const std::string what = fmt::format("capacity for {} in {}", shape, domain);
    json::object wanted{{"instanceShape", shape}};
    if (const auto config = parse_json(migration.fields.get("shape_config"));
        config && config->is_object())
      wanted["instanceShapeConfig"] = *config;
    // A report is made by POST, and leaves nothing behind.
    Request request = core_get(field(migration, "target_region"), "computeCapacityReports");
    request.method = "POST";
    request.body =
        json::serialize(json::object{{"compartmentId", cloud_.identity().tenancy},
                                     {"availabilityDomain", domain},
                                     {"shapeAvailabilities", json::array{std::move(wanted)}}});
    const Answer answer = read(std::move(request));
    const auto* reports = member(answer.json.get(), "shapeAvailabilities");
    if (!answer.reply.ok() || !reports || !reports->is_array() || reports->get_array().empty()) {
      say(Mark::warning, what, "could not be seen: " + words(answer),
          "have \"further_ads\" or \"fault_domains\" to fall back on");
      return;
    }
    const auto status = text(&reports->get_array().front(), "availabilityStatus");
    if (status == "AVAILABLE")
      say(Mark::good, what, "AVAILABLE");
    else
      say(Mark::warning, what, std::string(status),
          "wait, or configure \"further_ads\", \"fault_domains\" or another shape");
  }

  // All that a migration of a volume needs.
  void volume(const PlannedMigration& migration) {
    const std::string id = field(migration, "source_volume_id");
    const auto* api = volume::api_of(id);
    if (!api || !first("volume " + id)) return;
    const std::string source = field(migration, "source_region");
    const std::string target = field(migration, "target_region");
    const std::string what = fmt::format("source {} of {}", api->title, migration.name);
    const Answer answer =
        read(core_get(source, fmt::format("{}/{}", api->collection, percent_encode(id))));
    const auto state = text(answer.json.get(), "lifecycleState");
    if (!answer.reply.ok())
      say(Mark::bad, what, words(answer),
          "check \"source_volume_id\" and the policies (use volumes)");
    else if (state == "AVAILABLE")
      say(Mark::good, what, std::string(state));
    else if (const auto moved = progress_words(migration); !moved.empty())
      say(Mark::good, what, fmt::format("{}; {}", state, moved));
    else
      say(Mark::bad, what, std::string(state), "it must be AVAILABLE");
    buckets(migration);
    domain(migration);
    const auto may_list = [&](const std::string& region, std::string_view collection,
                              const std::string& compartment, bool of_domain) {
      const std::string listed = fmt::format("{} in {}", collection, region);
      if (!first(listed + compartment)) return;
      const std::string of = of_domain ? field(migration, "target_ad") : std::string();
      expect(listed,
             core_get(region, std::string(collection),
                      of.empty() ? make_query({{"compartmentId", compartment}, {"limit", "100"}})
                                 : make_query({{"availabilityDomain", of},
                                               {"compartmentId", compartment},
                                               {"limit", "100"}})),
             fmt::format("let the user manage {} in {}", collection, compartment));
    };
    const std::string at_source = field(migration, "source_compartment_id");
    may_list(target, api->collection, field(migration, "target_compartment_id"), true);
    if (field(migration, "method") == "backup") {
      may_list(source, api->backups, at_source, false);
      may_list(target, api->backups, at_source, false);
    } else {
      may_list(target, api->replicas, at_source, true);
    }
    const auto attach = parse_json(migration.fields.get("attach"));
    const std::string instance(attach ? text(&*attach, "instance_id") : std::string_view());
    if (!instance.empty() && first("instance " + instance))
      expect("instance to attach to, of " + migration.name,
             core_get(target, "instances/" + percent_encode(instance)),
             "check \"attach\" and the policies (use instances)");
  }

  const Plan& plan_;
  Cloud& cloud_;
  Clock& clock_;
  const ProgressOf& progress_;
  const std::string_view ledger_id_;
  std::map<std::string, Answer> read_;  // by checks, by what was asked
  CallId next_call_ = 0;
  std::string name_space_;
  std::set<std::string> done_;
  std::set<std::string> buckets_there_;  // "region/name"
  std::vector<Diagnosis> found_;
};

}  // namespace

std::string_view name_of(Diagnosis::Verdict verdict) {
  switch (verdict) {
    case Diagnosis::Verdict::good:
      return "ok";
    case Diagnosis::Verdict::warning:
      return "look";
    case Diagnosis::Verdict::bad:
      return "fix";
  }
  return "?";
}

std::vector<Diagnosis> diagnose(const Plan& plan, Cloud& cloud, Clock& clock,
                                const ProgressOf& progress, std::string_view ledger_id) {
  return Doctor(plan, cloud, clock, progress, ledger_id).run();
}

}  // namespace migledger::workflow
