#include "cli/export_jsonl.h"

#include <fmt/format.h>
#include <kj/encoding.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>

#include "cli/event_json.h"
#include "cli/json_text.h"
#include "cli/names.h"
#include "cli/new_directory.h"
#include "cli/printable.h"
#include "ledger/evidence_store.h"
#include "ledger/made_whole.h"
#include "ledger/rocks_event_store.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;

std::string base64(std::span<const std::byte> bytes) {
  const kj::ArrayPtr<const kj::byte> all(reinterpret_cast<const kj::byte*>(bytes.data()),
                                         bytes.size());
  return kj::encodeBase64(all).cStr();
}

class Exporter {
 public:
  Exporter(const ledger::RocksEventStore& store, std::string path, std::ostream& out)
      : store_(store), path_(std::move(path)), out_(out), names_(store) {}

  void write(const ledger::EvidenceStore* evidence) {
    const LedgerFacts facts = ledger_facts(store_);
    const std::string root = ledger::to_hex(store_.frontier().root());
    line({{"kind", "header"},
          {"migledger_jsonl", kJsonlVersion},
          {"format", 1},
          {"ledger", json_text(facts.id)},
          {"cloud", json_text(facts.cloud)},
          {"tenancy", json_text(facts.tenancy)},
          {"head", store_.head().position},
          {"root", root}});
    for (const auto cursor = store_.scan(1); cursor->next();) {
      names_.learn(cursor->event());
      auto object = event_json(cursor->event(), cursor->bytes(), names_, facts.simulated());
      object["leaf"] = ledger::to_hex(ledger::leaf_hash(cursor->bytes()));
      object["bytes"] = base64(cursor->bytes());
      line(object);
    }
    std::uint64_t pieces = 0;
    if (evidence) {
      for (const auto& digest : evidence->all()) {
        const auto bytes = evidence->get(digest);
        if (!bytes) continue;
        line({{"kind", "evidence"}, {"digest", ledger::to_hex(digest)}, {"bytes", base64(*bytes)}});
        ++pieces;
      }
    }
    line({{"kind", "trailer"},
          {"head", store_.head().position},
          {"root", root},
          {"evidence", pieces}});
    out_.flush();
    if (!out_) fail();
  }

 private:
  void line(const json::object& object) {
    out_ << json::serialize(object) << '\n';
    if (!out_) fail();
  }

  [[noreturn]] void fail() const {
    throw ledger::LedgerError(ledger::LedgerErrorKind::disk,
                              path_ + " cannot be written: " + std::strerror(errno));
  }

  const ledger::RocksEventStore& store_;
  const std::string path_;
  std::ostream& out_;
  Names names_;
};

}  // namespace

void export_jsonl(const std::string& directory, const std::string& path, bool with_evidence,
                  std::ostream& out, std::ostream& err) {
  const bool to_file = path != "-";
  if (to_file) require_absent(path, "the export");
  ledger::OpeningReport report;
  const auto store = ledger::RocksEventStore::open_reader(directory, report);
  for (const auto& sentence : report.sentences())
    err << "migledger: " << printable(sentence, 1000) << "\n";
  // What events name by digest was there before they were.
  const ledger::EvidenceStore evidence(directory);
  const auto* kept = with_evidence ? &evidence : nullptr;
  if (to_file) {
    ledger::MadeFile made(path);
    std::ofstream file(made.path(), std::ios::binary | std::ios::app);
    Exporter(*store, path, file).write(kept);
    file.close();
    made.finish();
  } else {
    Exporter(*store, "standard output", out).write(kept);
  }
  err << fmt::format("migledger: {} events exported, root {}\n", store->head().position,
                     ledger::to_hex(store->frontier().root()));
}

}  // namespace migledger::cli
