// History by resource, request id and error class in a long ledger: how soon the first row is
// there, over reading every event until one matches; and what the search index costs: on an append,
// and in bytes an event.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <sstream>

#include "cli/history/history.h"
#include "ledger/base/sha256.h"
#include "ledger/event/codec.h"
#include "ledger/index/search_index.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_database.h"
#include "tests/bench/bare_open.h"
#include "tests/bench/bench.h"
#include "tests/bench/first_output.h"
#include "tests/bench/histories.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"

namespace migledger::bench {

namespace {

using ledger::Term;

constexpr char kResource[] = "ocid1.instance.oc1.bog.looked-for";
constexpr char kRequest[] = "LOOKEDFOR0123456789ABCDEF0123456";

// The last event of the ledger: the only one with this resource, this request and this error.
void add_looked_for(const std::filesystem::path& path) {
  ledger::OpeningReport report;
  const auto store = ledger::RocksEventStore::open_writer(path, {1, "bench", kBegin}, report);
  const Term term = Term::resource(kResource);
  if (store->find(std::span(&term, 1), 1)->next()) return;
  ledger::EventDraft draft(store->find_stream("vm-0").value(), kBegin, 2, 1);
  auto outcome = draft.body().initOutcome();
  // By a person, so that it needs no intent.
  outcome.setHow(ledger::schema::Outcome::How::BY_PERSON);
  outcome.setRequestId(std::string(kRequest) + "/a/b");
  outcome.initError().setClass(ledger::schema::ErrorClass::CAPACITY);
  const ledger::Fields facts = {{"target_instance_id", kResource}};
  ledger::fill(outcome.initFacts(ledger::count(facts)), facts);
  store->append_one(draft);
}

// Milliseconds to the first row, with the ledger open already.
double first_row(const ledger::EventStore& store, const cli::HistoryOptions& options) {
  std::ostringstream out;
  const double seconds = seconds_of([&] { cli::run_history(store, options, out); });
  if (out.str().find("looked-for") == std::string::npos)
    throw std::runtime_error("history did not find what it should");
  return 1e3 * seconds;
}

double first_read(const ledger::EventStore& store, const Term& term) {
  bool found = false;
  const double seconds =
      seconds_of([&] { found = store.ledger::EventStore::find(std::span(&term, 1), 1)->next(); });
  if (!found) throw std::runtime_error("reading everything did not find what it should");
  return 1e3 * seconds;
}

struct Question {
  std::string name;
  std::vector<std::string> words;
  Term term;
  std::vector<std::string> cli::HistoryOptions::*filter;
};

void measure_first_rows(Context& context, const std::filesystem::path& path,
                        const std::string& of) {
  const Question questions[] = {
      {"resource",
       {"--resource", kResource},
       Term::resource(kResource),
       &cli::HistoryOptions::resources},
      {"request id",
       {"--request-id", kRequest},
       Term::request(kRequest),
       &cli::HistoryOptions::requests},
      {"error class",
       {"--error", "capacity"},
       Term::error(ledger::schema::ErrorClass::CAPACITY),
       &cli::HistoryOptions::errors},
  };
  ledger::OpeningReport report;
  const auto store = ledger::RocksEventStore::open_reader(path, report);
  for (const Question& question : questions) {
    cli::HistoryOptions options;
    options.*question.filter = {question.words[1]};
    options.format = "jsonl";
    options.limit = 1;
    std::vector<std::string> command = {
        context.migledger.string(), "history", "--limit", "1", "--json", "--ledger", path.string()};
    command.insert(command.end(), question.words.begin(), question.words.end());
    const std::vector<std::string> bare = {context.self.string(), kBareOpen, path.string()};
    const auto times =
        compare(context.quick ? 3 : 21, context.random,
                {[&] { return first_row(*store, options); }, [&] { return first_output(command); },
                 [&] { return first_output(bare); }});
    const double scan = first_read(*store, question.term);
    const std::string name = "history by " + question.name + of;
    context.report.ratio(name + ": first row, over reading all", "ms", times[0], scan,
                         Goal::none());
    context.report.value(name + ": first row of the whole program", "ms", times[1], Goal::most(20));
    context.report.ratio(name + ": whole program, over only opening", "ms", times[1], times[2],
                         Goal::most(3));
  }
}

// Appends events as the store does, with the search index following or without.
class Log {
  static constexpr ledger::Position kFollowEvery = 1024;

 public:
  Log(const std::filesystem::path& directory, bool searchable, bool sync)
      : database_(new_bare_database(directory)), searchable_(searchable) {
    options_.sync = sync;
  }

  void append() {
    ledger::EventDraft draft = ordinary_event(1);
    auto header = draft.header();
    header.setPosition(++position_);
    header.getBody().getOutcome().setRequestId(
        ledger::to_hex(ledger::sha256(ledger::bytes_of(ledger::keys::number(position_))))
            .substr(0, 32));
    const auto bytes = ledger::encode(header.asReader());
    const std::string key = ledger::keys::number(position_);
    rocksdb::WriteBatch batch;
    batch.Put(database_->events, key, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    batch.Put(database_->index, ledger::keys::stream(1, position_), key);
    const auto status = database_->db->Write(options_, &batch);
    if (!status.ok()) throw ledger::error_of(status, "appending");
    if (!searchable_) return;
    search_.take(bytes);
    if (position_ % kFollowEvery == 0) follow();
  }

  ledger::Database& flushed() {
    follow();
    ledger::flush(*database_);
    return *database_;
  }

 private:
  void follow() {
    rocksdb::WriteBatch batch;
    search_.put_taken(*database_, batch);
    const auto status = database_->db->Write(ledger::unlogged(), &batch);
    if (!status.ok()) throw ledger::error_of(status, "writing the search index");
  }

  std::unique_ptr<ledger::Database> database_;
  ledger::SearchIndex search_;
  const bool searchable_;
  rocksdb::WriteOptions options_;
  ledger::Position position_ = 0;
};

void measure_cost(Context& context) {
  Log with(context.directory / "search.with", true, true);
  Log without(context.directory / "search.without", false, true);
  const int count = context.quick ? 20 : 200;
  const auto rate = [&](Log& log) {
    return count / seconds_of([&] {
             for (int i = 0; i < count; ++i) log.append();
           });
  };
  const auto rates = compare(context.quick ? 3 : 41, context.random,
                             {[&] { return rate(with); }, [&] { return rate(without); }});
  context.report.ratio("append with the search index, over without", "events/s", rates[0], rates[1],
                       Goal::least(0.97));
  Log busy_with(context.directory / "search.busy-with", true, false);
  Log busy_without(context.directory / "search.busy-without", false, false);
  const int many = context.quick ? 2000 : 5000;
  const auto cost = [&](Log& log) {
    const double before = cpu_seconds();
    for (int i = 0; i < many; ++i) log.append();
    return 1e6 * (cpu_seconds() - before) / many;
  };
  const auto costs = compare(context.quick ? 3 : 21, context.random,
                             {[&] { return cost(busy_with); }, [&] { return cost(busy_without); }});
  context.report.ratio("processor time of an append but for the sync, with it over without", "us",
                       costs[0], costs[1], Goal::none());
}

// Bytes on the disk, of the search index and of the events, an event.
std::pair<double, double> sizes(const ledger::Database& database, double events) {
  const rocksdb::Range range("f", "g");
  std::uint64_t index = 0, all = 0;
  const auto status = database.db->GetApproximateSizes(rocksdb::SizeApproximationOptions(),
                                                       database.index, &range, 1, &index);
  if (!status.ok()) throw ledger::error_of(status, "measuring the search index");
  database.db->GetIntProperty(database.events, "rocksdb.live-sst-files-size", &all);
  return {static_cast<double>(index) / events, static_cast<double>(all) / events};
}

void measure_sizes(Context& context, const std::filesystem::path& path, double events) {
  const auto database = ledger::open_database(path / "events", ledger::DatabaseMode::read, nullptr);
  const auto [index, all] = sizes(*database, events);
  context.report.ratio("search index of migrations alike, over their events", "bytes/event", index,
                       all, Goal::none());
  // The worst case: every event is an outcome with a request id of its own and a resource.
  const int outcomes = context.quick ? 1000 : 200'000;
  Log log(context.directory / "search.size", true, false);
  for (int i = 0; i < outcomes; ++i) log.append();
  const auto [own_index, own_all] = sizes(log.flushed(), outcomes);
  context.report.ratio("search index of outcomes with ids of their own, over these", "bytes/event",
                       own_index, own_all, Goal::none());
}

}  // namespace

void bench_search(Context& context) {
  context.report.section("search");
  const std::size_t migrations = context.quick ? 40 : 100'000;
  const auto path = long_ledger(context, migrations);
  add_looked_for(path);
  const auto events = static_cast<double>(migrations * kEventsAMigration);
  const std::string of = " in " + std::to_string(migrations * kEventsAMigration) + " events";
  measure_first_rows(context, path, of);
  measure_cost(context);
  measure_sizes(context, path, events);
}

}  // namespace migledger::bench
